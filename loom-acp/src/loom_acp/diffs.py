"""Changes of files as an editor shows them: the whole text before and after, proven by its hash."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from acp.helpers import tool_diff_content
from acp.schema import FileEditToolCallContent
from pydantic import JsonValue

from loom_core.errors import LoomError
from loom_core.types import FileChange
from loom_core.workspace import Workspace

_MOST_FILES = 20
_MAX_BYTES = 512 * 1024
_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@")


def diffs_of(changes: Iterable[FileChange], workspace: Workspace) -> list[FileEditToolCallContent]:
    """The changes that can be shown; blocking, for a thread.

    Left out are files that are no text, are large, or are not any more as the change left them.
    """
    found: list[FileEditToolCallContent] = []
    for change in changes:
        if len(found) < _MOST_FILES and change.is_of_file:
            before = _kept(change.before, workspace)
            after = _now(change, workspace)
            if before is not None and after is not None:
                found.append(_diff(workspace.root / change.path, before, after, change.before))
    return found


def planned_diff(
    preview: str, facts: Mapping[str, JsonValue], workspace: Workspace
) -> FileEditToolCallContent | None:
    """What a call would make of a file, by the diff that its preview has; blocking, for a thread.

    None where the preview has no whole diff: the text that it leads to must have the hash that the
    call says it will have, so that nobody approves something other than what would run.
    """
    path, before, after = facts.get("path"), facts.get("before"), facts.get("after")
    if not isinstance(path, str) or not isinstance(before, str) or not isinstance(after, str):
        return None
    try:
        raw = workspace.read(path, max_bytes=_MAX_BYTES) if before else b""
        old = raw.decode()
    except (LoomError, OSError, UnicodeDecodeError):
        return None
    new = patched(old, preview)
    if new is None or (before and _sha256(raw) != before) or _sha256(new.encode()) != after:
        return None
    return _diff(workspace.root / path, old, new, before)


def patched(text: str, diff: str) -> str | None:
    """The text with the hunks of a unified diff applied; None when one does not fit exactly."""
    old, new, at = text.split("\n"), list[str](), 0
    lines = iter(diff.split("\n"))
    header = next((line for line in lines if _HUNK.match(line)), None)
    while header is not None and (found := _HUNK.match(header)):
        start = int(found[1]) - (0 if found[2] == "0" else 1)
        if not at <= start <= len(old):
            return None
        new += old[at:start]
        at, header = start, None
        for line in lines:
            if _HUNK.match(line):
                header = line
                break
            if line[:1] in {" ", "-"} and (at >= len(old) or old[at] != line[1:]):
                return None
            at += line[:1] in {" ", "-"}
            if line[:1] in {" ", "+"}:
                new.append(line[1:])
    return "\n".join([*new, *old[at:]]) if new or at else None


def _kept(digest: str, workspace: Workspace) -> str | None:
    """The text of a hash as it was kept; empty for a file that was not there."""
    if not digest:
        return ""
    if workspace.blobs is None:
        return None
    try:
        return _text(workspace.blobs.get(digest))
    except (KeyError, OSError):
        return None


def _now(change: FileChange, workspace: Workspace) -> str | None:
    """What a change left, as it is now or as it was kept; empty for a file that is gone."""
    if not change.after:
        return ""
    try:
        raw = workspace.read(change.path, max_bytes=_MAX_BYTES)
    except (LoomError, OSError):
        raw = b""
    return _text(raw) if _sha256(raw) == change.after else _kept(change.after, workspace)


def _text(raw: bytes) -> str | None:
    """Bytes as text that an editor can show; None when they are none."""
    if len(raw) > _MAX_BYTES or b"\0" in raw:
        return None
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def _diff(path: Path, old: str, new: str, before: str) -> FileEditToolCallContent:
    """A diff of a file; one that was not there has no text before."""
    return tool_diff_content(str(path), new, old if before else None)


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
