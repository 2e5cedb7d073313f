"""Whether two contents of a file say the same: by what its format means, not by how it is written."""

import csv
import io
import json
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from html.parser import HTMLParser

from loom_verifiers.checks.parsing import read_toml
from loom_verifiers.markdown import Block, blocks
from loom_verifiers.yaml_document import load_yaml

NormalForm = str
"""What two contents that say the same have in common, as text."""

_COMMENTED = frozenset(
    {"", "ini", "cfg", "conf", "env", "properties", "gitignore", "sh", "bash", "dockerignore"}
)
"""Extensions of files in which lines after ``#`` or ``;`` say nothing."""
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_FRAME_TAGS = frozenset({"html", "head", "body", "meta"})
_TOLD_ATTRIBUTES = frozenset({"href", "src", "id", "class", "rel", "type", "name", "action", "alt"})


def normal_form(path: str, content: str, *, is_open: bool) -> NormalForm | None:
    """What a content says; None when it cannot be read in its format.

    Args:
        path: the file, whose extension says the format.
        content: its text.
        is_open: leave out words that two authors choose differently, and keep the form.
    """
    extension = posixpath.splitext(path)[1][1:].lower()
    try:
        if extension in {"md", "markdown", "txt", "rst"} and is_open:
            return repr(_form_of_text(content))
        return _READERS.get(extension, _lines)(_known(path, content))
    except (ValueError, RecursionError):
        return None


def _known(path: str, content: str) -> str:
    """The content without comments, where its format has such lines."""
    text = content.removeprefix("\ufeff")
    extension = posixpath.splitext(path)[1][1:].lower()
    if extension not in _COMMENTED:
        return text
    kept = [line for line in text.splitlines() if not line.lstrip().startswith(("#", ";"))]
    return "\n".join(kept)


def _json(text: str) -> NormalForm:
    """A JSON value, its keys in order of the alphabet."""
    return json.dumps(json.loads(text), sort_keys=True)


def _toml(text: str) -> NormalForm:
    """A TOML table."""
    return json.dumps(read_toml(text), sort_keys=True, default=str)


def _yaml(text: str) -> NormalForm:
    """A YAML document."""
    try:
        return json.dumps(load_yaml(text), sort_keys=True, default=str)
    except TypeError as error:
        raise ValueError(str(error)) from error


def _cells(text: str) -> NormalForm:
    """The rows of a table without white space around its cells."""
    rows = csv.reader(io.StringIO(text.strip()))
    try:
        return repr([[cell.strip() for cell in row] for row in rows if row])
    except csv.Error as error:
        raise ValueError(str(error)) from error


def _lines(text: str) -> NormalForm:
    """The lines that hold something, without white space at their ends."""
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())


def _markdown(text: str) -> NormalForm:
    """Headings, items and paragraphs, however they are marked."""
    return repr([replace(block, words=" ".join(block.words.split())) for block in blocks(text)])


def _form_of_text(text: str) -> list[Block]:
    """The same with the words of headings alone, and with neighbouring lines of prose as one."""
    form: list[Block] = []
    for block in blocks(text):
        shown = block if block.kind == "heading" else replace(block, words="")
        if not (shown.kind == "prose" and form and form[-1] == shown):
            form.append(shown)
    return form


def _css(text: str) -> NormalForm:
    """The rules, each with its declarations in order of the alphabet."""
    rules = _RULE.findall(_CSS_COMMENT.sub("", text).lower())
    if not rules:
        raise ValueError("no rule")
    return repr([(" ".join(where.split()), _declarations(body)) for where, body in rules])


def _declarations(body: str) -> list[str]:
    """The declarations of a rule without white space that says nothing."""
    parts = (re.sub(r"\s*([:,])\s*", r"\1", " ".join(one.split())) for one in body.split(";"))
    return sorted(part for part in parts if part)


class _Elements(HTMLParser):
    """The elements and texts of a page, without what frames it."""

    def __init__(self) -> None:
        """Start with nothing."""
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Add an element with the attributes that say something."""
        if tag not in _FRAME_TAGS:
            told = sorted(f"{name}={value}" for name, value in attrs if name in _TOLD_ATTRIBUTES)
            self.found.append(f"<{' '.join([tag, *told])}>")

    def handle_data(self, data: str) -> None:
        """Add a text."""
        if data.strip():
            self.found.append(" ".join(data.split()))


def _html(text: str) -> NormalForm:
    """The elements and texts of a page."""
    page = _Elements()
    try:
        page.feed(text)
        page.close()
    except AssertionError as error:  # its only complaint, about broken declarations
        raise ValueError(str(error)) from error
    return repr(page.found)


_READERS: Mapping[str, Callable[[str], NormalForm]] = {
    "css": _css,
    "csv": _cells,
    "htm": _html,
    "html": _html,
    "json": _json,
    "markdown": _markdown,
    "md": _markdown,
    "toml": _toml,
    "yaml": _yaml,
    "yml": _yaml,
}
