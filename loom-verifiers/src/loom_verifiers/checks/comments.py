"""What of a program does something: its text without the lines that only comment on it."""

import posixpath

from loom_verifiers.checks.text_match import contains_text

_MARKS = {
    **dict.fromkeys(("sh", "bash", "py", "pyw", "rb", "pl", "r"), "#"),
    **dict.fromkeys(("js", "mjs", "cjs", "ts", "tsx", "jsx", "go", "rs", "java"), "//"),
    **dict.fromkeys(("c", "cc", "cpp", "h", "hpp", "cs", "php", "swift", "kt"), "//"),
    "lua": "--",
}
"""What begins a comment, by extension."""


def is_in_comments_only(path: str, text: str, expected: str) -> bool:
    """Whether a text that a file contains is in none of the lines that do something.

    Args:
        path: whose extension names the language; of any other file nothing is a comment.
        text: what it holds.
        expected: what is looked for; its own lines of comment do not count, nor if it has no others.
    """
    mark = _MARKS.get(posixpath.splitext(path)[1][1:].lower())
    if mark is None:
        return False
    wanted = _without_comments(expected, mark)
    return bool(wanted.strip()) and not contains_text(_without_comments(text, mark), wanted)


def _without_comments(text: str, mark: str) -> str:
    """The lines that are no comment; what names the interpreter is none."""
    return "\n".join(
        line
        for line in text.splitlines()
        if line.startswith("#!") or not line.lstrip().startswith(mark)
    )
