"""What of a program does something: its text without the lines that only comment on it."""

import posixpath

_MARKS = {
    **dict.fromkeys(("sh", "bash", "py", "pyw", "rb", "pl", "r"), "#"),
    **dict.fromkeys(("js", "mjs", "cjs", "ts", "tsx", "jsx", "go", "rs", "java"), "//"),
    **dict.fromkeys(("c", "cc", "cpp", "h", "hpp", "cs", "php", "swift", "kt"), "//"),
    "lua": "--",
}
"""What begins a comment, by extension."""


def without_comments(path: str, text: str, expected: str) -> str:
    """The text of a program without its lines of comment.

    Args:
        path: whose extension names the language; of any other file the text is given as it is.
        text: what it holds.
        expected: what is looked for; where that is a comment itself, the text is given as it is.
    """
    mark = _MARKS.get(posixpath.splitext(path)[1][1:].lower())
    if mark is None or expected.lstrip().startswith(mark):
        return text
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(mark))
