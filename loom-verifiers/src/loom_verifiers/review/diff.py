"""What a subtask changed in the workspace, as a reviewer reads it: with the numbers of the lines now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loom_core.errors import LoomError
from loom_core.line_matching import line_groups
from loom_core.types import FileChange
from loom_core.workspace import Workspace, holds_secrets

_MAX_FILE_BYTES = 1024 * 1024
_CONTEXT_LINES = 3
_LEAST_CHARACTERS = 400
"""So much of each file is shown however many there are."""


@dataclass(frozen=True, slots=True)
class WorkspaceDiff:
    """The net changes of files."""

    text: str
    changed: frozenset[str]
    """Files whose content is another one than before."""
    deleted: frozenset[str]


def diff_of(
    changes: Sequence[FileChange], workspace: Workspace, *, max_characters: int
) -> WorkspaceDiff:
    """The diff from before the changes to what is there now, cut where it is long, which is said.

    Args:
        changes: of one subtask, in order; what cancels itself is no change.
        workspace: where they were made. Contents from before come from its store of them.
        max_characters: about how long the text may be.
    """
    before: dict[str, str] = {}
    for change in (one for one in changes if one.is_of_file):
        before.setdefault(change.path, change.before)
    now = {path: _sha256(path, workspace) for path in before}
    paths = [path for path in before if now[path] != before[path]]
    parts: list[str] = []
    left = max_characters
    for index, path in enumerate(paths):
        share = max(left // (len(paths) - index), _LEAST_CHARACTERS)
        parts.append(_file_diff(path, before[path], now[path], workspace, max_characters=share))
        left -= len(parts[-1])
    deleted = frozenset(path for path in paths if not now[path])
    return WorkspaceDiff("\n\n".join(parts), frozenset(paths) - deleted, deleted)


def text_at(path: str, workspace: Workspace) -> str | None:
    """The text of a file as it is; None when it is none, is not there or is too large."""
    try:
        return _decoded(workspace.read(path, max_bytes=_MAX_FILE_BYTES))
    except (LoomError, OSError):
        return None


def _file_diff(
    path: str, before: str, now: str, workspace: Workspace, *, max_characters: int
) -> str:
    """One file with a heading."""
    kind = "created" if not before else "modified" if now else "deleted"
    heading = f"### {path} ({kind})"
    if holds_secrets(path):
        return f"{heading}\n[not shown: such files usually hold secrets]"
    old = _kept(before, workspace) if before else ""
    new = text_at(path, workspace) if now else ""
    if new is None:
        return f"{heading}\n[no text, or too large to be shown]"
    if old is None:
        heading += ", what it held before is not known; this is what it holds now"
    lines = list(_numbered((old or "").splitlines(), new.splitlines()))
    return "\n".join([heading, *_cut(lines, max_characters)])


def _numbered(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """The lines that differ, with some around them; numbers are those of the lines now."""
    for index, group in enumerate(line_groups(old, new, context=_CONTEXT_LINES)):
        if index:
            yield "      …"
        for tag, old_start, old_end, new_start, new_end in group:
            if tag == "equal":
                yield from (f"{n + 1:>5}   {new[n]}" for n in range(new_start, new_end))
                continue
            yield from (f"      - {line}" for line in old[old_start:old_end])
            yield from (f"{n + 1:>5} + {new[n]}" for n in range(new_start, new_end))


def _cut(lines: Sequence[str], max_characters: int) -> Iterator[str]:
    """The first lines that fit, and how many do not."""
    used = 0
    for index, line in enumerate(lines):
        used += len(line) + 1
        if used > max_characters:
            yield f"[… {len(lines) - index:,} more lines are not shown; read the file]"
            return
        yield line


def _kept(sha256: str, workspace: Workspace) -> str | None:
    """A content from before; None when it was not kept or is no text."""
    try:
        return _decoded(workspace.blobs.get(sha256)) if workspace.blobs else None
    except (KeyError, OSError):
        return None


def _decoded(data: bytes) -> str | None:
    """Bytes as text; None when they are none."""
    try:
        return data.decode() if b"\0" not in data else None
    except UnicodeDecodeError:
        return None


def _sha256(path: str, workspace: Workspace) -> str:
    """The hash of what is there; empty when nothing is, or it cannot be read."""
    try:
        return workspace.sha256(path)
    except (LoomError, OSError):
        return ""
