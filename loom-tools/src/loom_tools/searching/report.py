"""What a search found, as a model reads it."""

from collections.abc import Iterator

from loom_core.workspace import displayed
from loom_tools.linear_regex import LinearRegex
from loom_tools.searching.search import FileMatches, Findings
from loom_tools.text import MAX_RESULT_BYTES, counted

_MAX_LINE_CHARACTERS = 200
_MAX_LOCATING = 2_000_000
"""Instructions times bytes that finding a match again may take at worst: some milliseconds."""
_BEFORE_MATCH = 60
"""Characters of a long line that are shown before its match."""


def report(findings: Findings, locator: LinearRegex, *, context: int, files_only: bool) -> str:
    """Matches as ``path:line: text`` and the lines around them as ``path-line- text``.

    Args:
        findings: what was found.
        locator: finds the match in a line that is too long to show.
        context: lines before and after each match.
        files_only: whether only the files are named.
    """
    taken: list[str] = []
    left = MAX_RESULT_BYTES
    for line in _lines(findings, locator, context=context, files_only=files_only):
        left -= len(line.encode()) + 1
        if left < 0:
            taken.append("[the rest is left out; search below a path, or for less]")
            break
        taken.append(line)
    return "\n".join([*taken, *_notes(findings)])


def _lines(
    findings: Findings, locator: LinearRegex, *, context: int, files_only: bool
) -> Iterator[str]:
    """The lines of the report, without notes."""
    for file in findings.files:
        if files_only:
            yield displayed(file.path)
        else:
            yield from _file_lines(file, locator, context)


def _file_lines(file: FileMatches, locator: LinearRegex, context: int) -> Iterator[str]:
    """The matches of one file with the lines around them; ``--`` stands where lines are left out."""
    path, matching, last = displayed(file.path), frozenset(file.indexes), -1
    for index in file.indexes:
        first = max(index - context, last + 1)
        if context and 0 <= last < first - 1:
            yield "--"
        for shown in range(first, min(index + context + 1, len(file.lines))):
            if shown > last:
                mark = ":" if shown in matching else "-"
                text = _excerpt(file.lines[shown], locator)
                yield f"{path}{mark}{shown + 1}{mark} {text}"
                last = shown


def _excerpt(line: bytes, locator: LinearRegex) -> str:
    """A line, or the part of a long one around its first match."""
    text = line.decode("utf-8", "replace").rstrip()
    if len(text) <= _MAX_LINE_CHARACTERS:
        return text
    match = locator.find(line) if locator.size * len(line) <= _MAX_LOCATING else None
    before = len(line[: match[0]].decode("utf-8", "replace")) if match else 0
    start = max(0, before - _BEFORE_MATCH)
    part = text[start : start + _MAX_LINE_CHARACTERS]
    return f"{'[...]' if start else ''}{part}[... a line of {len(text)} characters]"


def _notes(findings: Findings) -> Iterator[str]:
    """What was left out, and what to do about it."""
    if findings.is_cut:
        yield "[there are more; search below a path, with a glob, or for less]"
    if findings.is_late:
        yield "[stopped, it took too long; search below a path or with a glob]"
    if findings.skipped_files:
        files = counted(findings.skipped_files, "file")
        yield f"[{files} not searched: large, unreadable or secret]"
