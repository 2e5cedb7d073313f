"""Paths as models and people write them, brought to one form: relative to the workspace."""

import posixpath
from pathlib import Path

from loom_core.errors import PathRefused


def displayed(text: str) -> str:
    """A path fit for one line of text: control characters and undecodable bytes are escaped."""
    visible = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return visible.encode("utf-8", "backslashreplace").decode()


def relative_path(path: str, root: Path) -> str:
    """The normalised path below the root with forward slashes; ``.`` is the root itself.

    Only the text is looked at: what the path leads through is checked when it is opened.

    Args:
        path: relative to the root, or absolute and inside it.
        root: the real path of the workspace.

    Raises:
        PathRefused: the path is outside, or cannot be a path.
    """
    if "\0" in path:
        raise PathRefused("the path holds a NUL character; give a plain file name")
    relative = _below(path, root) if path.startswith("/") else posixpath.normpath(path or ".")
    # A home directory is refused in both forms: that of ``./~`` is ``~``, that of ``~/../x`` is ``x``.
    if relative.split("/", 1)[0] in {"..", "~"} or path.split("/", 1)[0] == "~":
        raise PathRefused(_outside(path))
    return relative


def _below(path: str, root: Path) -> str:
    """An absolute path relative to the root, ``..`` when it is not inside."""
    normal = "/" + posixpath.normpath(path).lstrip("/")
    top = root.as_posix().rstrip("/")
    if normal == (top or "/"):
        return "."
    return normal[len(top) + 1 :] if normal.startswith(top + "/") else ".."


def _outside(path: str) -> str:
    """What to say of a path that leaves the workspace."""
    return (
        f"{displayed(path)} is outside the workspace; "
        "use a path relative to the workspace, such as src/main.py"
    )
