"""A unified diff in git's form, so that other programs can read it."""

import stat
from collections.abc import Iterator, Sequence

from loom_core.changes.diffs import FileDiff
from loom_core.changes.versions import Version, Versions
from loom_core.line_matching import Opcode, line_groups
from loom_core.types import FileType

_TYPE_BITS = {
    FileType.FILE: stat.S_IFREG,
    FileType.SYMLINK: stat.S_IFLNK,
    FileType.DIRECTORY: stat.S_IFDIR,
    FileType.PIPE: stat.S_IFIFO,
    FileType.SOCKET: stat.S_IFSOCK,
}
_FIRST_PRINTABLE = 0x20
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_CONTEXT_LINES = 3
_NO_NEWLINE = "\\ No newline at end of file"


def diff_of(versions: Versions) -> FileDiff:
    """The diff of two versions."""
    before, after = versions.before, versions.after
    has_text = before.text is not None and after.text is not None
    hunks = list(_hunks(before.text or "", after.text or "", versions)) if has_text else []
    body = [*_header(before, after), *(hunks if has_text else [_unshown(before, after)])]
    changed = [line for line in hunks if not line.startswith(("--- ", "+++ "))]
    return FileDiff(
        path=after.path,
        old_path=before.path,
        kind=_kind(before, after),
        lines=body,
        added=sum(line.startswith("+") for line in changed),
        removed=sum(line.startswith("-") for line in changed),
        is_binary=not has_text,
        is_newer=versions.is_newer,
    )


def _kind(before: Version, after: Version) -> str:
    """What happened, in a word."""
    if before.state.type is None:
        return "created"
    if after.state.type is None:
        return "deleted"
    return "modified" if before.path == after.path else "renamed"


def _header(before: Version, after: Version) -> Iterator[str]:
    """The lines above the hunks."""
    yield f"diff --git {_quoted(f'a/{before.path}')} {_quoted(f'b/{after.path}')}"
    old, new = _mode(before), _mode(after)
    if before.state.type is None:
        yield f"new file mode {new}"
    elif after.state.type is None:
        yield f"deleted file mode {old}"
    elif old != new and before.state.mode and after.state.mode:
        yield f"old mode {old}"
        yield f"new mode {new}"
    if before.path != after.path:
        yield f"rename from {_quoted(before.path)}"
        yield f"rename to {_quoted(after.path)}"


def _quoted(name: str) -> str:
    """A name as git writes it: in quotes and escaped when a line could not hold it otherwise."""
    if not any(character in '"\\' or ord(character) < _FIRST_PRINTABLE for character in name):
        return name
    escaped = (_ESCAPES.get(character) or _octal(character) for character in name)
    return f'"{"".join(escaped)}"'


def _octal(character: str) -> str:
    """A control character by its number; any other one as it is."""
    return f"\\{ord(character):03o}" if ord(character) < _FIRST_PRINTABLE else character


def _mode(version: Version) -> str:
    """Type and permission bits as git writes them: it knows only whether a file can be run."""
    kind = version.state.type or FileType.FILE
    if kind is not FileType.FILE:
        return f"{_TYPE_BITS[kind]:06o}"
    return f"{_TYPE_BITS[kind] | (0o755 if version.state.mode & 0o100 else 0o644):06o}"


def _hunks(old: str, new: str, versions: Versions) -> Iterator[str]:
    """The lines of the diff; nothing when both are the same."""
    source = _quoted(f"a/{versions.before.path}") if versions.before.state.type else "/dev/null"
    target = _quoted(f"b/{versions.after.path}") if versions.after.state.type else "/dev/null"
    before, after = _lines(old), _lines(new)
    for index, group in enumerate(line_groups(before, after, context=_CONTEXT_LINES)):
        if not index:
            yield from (f"--- {source}", f"+++ {target}")
        yield from _hunk(group, before, after)


def _hunk(group: Sequence[Opcode], old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """The lines of one place that differs."""
    (_, old_start, _, new_start, _), (_, _, old_end, _, new_end) = group[0], group[-1]
    yield f"@@ -{_range(old_start, old_end)} +{_range(new_start, new_end)} @@"
    for tag, first, last, new_first, new_last in group:
        if tag == "equal":
            yield from _marked(" ", old[first:last])
            continue
        yield from _marked("-", old[first:last])
        yield from _marked("+", new[new_first:new_last])


def _range(start: int, end: int) -> str:
    """Lines as the head of a hunk counts them: from 1, and from the one before where there are none."""
    if end - start == 1:
        return str(start + 1)
    return f"{start + 1 if end > start else start},{end - start}"


def _marked(mark: str, lines: Sequence[str]) -> Iterator[str]:
    """Lines with what happens to them."""
    for line in lines:
        yield mark + line.removesuffix("\n")
        if not line.endswith("\n"):
            yield _NO_NEWLINE


def _lines(text: str) -> list[str]:
    """The lines with their ends; only a newline ends one, as in git."""
    parts = text.split("\n")
    lines = [f"{part}\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


def _unshown(before: Version, after: Version) -> str:
    """What stands in for hunks."""
    if before.data is None:
        return "What it held before was not kept, or is too large to be shown"
    if after.data is None:
        return "What it holds is too large to be shown, or not there any more"
    if before.data == after.data:
        return "Binary file, not changed"
    return f"Binary files differ ({len(before.data):,} and {len(after.data):,} bytes)"
