"""The tool that finds files by a piece of their name or content."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import Field

from loom_core.contracts.tool import RecoveryClass, Risk, Tool, ToolContext
from loom_core.errors import PathRefused
from loom_core.types import ToolResult
from loom_core.workspace import Entry, Workspace, displayed, holds_secrets
from loom_tools.arguments import Arguments, Path
from loom_tools.failures import explained
from loom_tools.text import counted, shortened, shown

MAX_MATCHES = 100
MAX_SEARCHED_FILE_BYTES = 2 * 1024 * 1024
_MAX_LINE_CHARACTERS = 200
_SECONDS = 20.0
"""A thread cannot be cancelled, so the search ends by itself before the tool's limit."""


class SearchFilesArguments(Arguments):
    """What to look for, and where."""

    pattern: Annotated[str, Field(min_length=1, max_length=500, description="plain text")]
    path: Path = "."
    file_pattern: Annotated[str | None, Field(max_length=200, description="such as *.py")] = None


class SearchFiles(Tool[SearchFilesArguments]):
    """Finds plain text in names and contents."""

    name = "search_files"
    purpose = "Find text in file names and file contents."
    arguments_model = SearchFilesArguments
    essential = ("pattern",)
    risk = Risk.READ
    recovery = RecoveryClass.PURE
    is_parallel_safe = True
    reads_private = True
    untrusted_input = True
    timeout_seconds = 30.0

    async def run(self, arguments: SearchFilesArguments, context: ToolContext) -> ToolResult:
        """The matches, by path and line; letter case counts only if the pattern has capitals."""
        return await asyncio.to_thread(_searched, arguments, context.workspace)


@dataclass(slots=True)
class _Found:
    """What a search has found so far."""

    names: list[str] = field(default_factory=list[str])
    lines: list[str] = field(default_factory=list[str])
    skipped_files: int = 0
    is_cut: bool = False

    @property
    def is_full(self) -> bool:
        """Whether more would be too much."""
        return len(self.names) + len(self.lines) >= MAX_MATCHES


def _searched(arguments: SearchFilesArguments, workspace: Workspace) -> ToolResult:
    """Look through every file."""
    found = _Found()
    deadline = time.monotonic() + _SECONDS
    with explained(arguments.path, workspace):
        for entry in _candidates(arguments, workspace):
            if found.is_full or time.monotonic() > deadline:
                found.is_cut = True
                break
            _look(entry, arguments.pattern, workspace, found)
    return ToolResult(text=_said(arguments, found))


def _candidates(arguments: SearchFilesArguments, workspace: Workspace) -> Iterator[Entry]:
    """The files to look at."""
    path = workspace.relative(arguments.path)
    if workspace.is_file(path):
        yield Entry(path)
        return
    for entry in workspace.files(path):
        if _fits(entry.path, arguments.file_pattern):
            yield entry


def _fits(path: str, file_pattern: str | None) -> bool:
    """Whether a path is of the wanted kind; a pattern without a slash is for the name."""
    if not file_pattern:
        return True
    if "/" not in file_pattern:
        return fnmatchcase(path.rpartition("/")[2], file_pattern)
    pattern = file_pattern.removeprefix("./")
    return fnmatchcase(path, pattern) or fnmatchcase(path, pattern.removeprefix("**/"))


def _look(entry: Entry, pattern: str, workspace: Workspace, found: _Found) -> None:
    """Look for the pattern in one file's name and lines."""
    if _has(entry.name, pattern):
        found.names.append(displayed(entry.path))
    if holds_secrets(entry.path) or entry.size_bytes > MAX_SEARCHED_FILE_BYTES:
        found.skipped_files += 1
        return
    try:
        data = workspace.read(entry.path, max_bytes=MAX_SEARCHED_FILE_BYTES)
    except (OSError, PathRefused):
        found.skipped_files += 1
        return
    if b"\0" in data[:8192]:
        return
    text = data.decode("utf-8", "replace")
    if not _has(text, pattern):
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if _has(line, pattern) and not found.is_full:
            cut = shortened(line.strip(), _MAX_LINE_CHARACTERS)
            found.lines.append(f"{displayed(entry.path)}:{number}: {shown(cut)}")


def _has(text: str, pattern: str) -> bool:
    """Whether the pattern is in the text; case counts only if the pattern has capitals."""
    return pattern in (text.lower() if pattern == pattern.lower() else text)


def _said(arguments: SearchFilesArguments, found: _Found) -> str:
    """The matches as text."""
    parts: list[str] = []
    if found.names:
        parts += ["Names:", *found.names]
    if found.lines:
        parts += ["Contents:", *found.lines]
    if not parts:
        kind = f" in files like {arguments.file_pattern}" if arguments.file_pattern else ""
        parts = [f"Nothing found for {displayed(arguments.pattern)}{kind}."]
    if found.is_cut:
        parts.append("[there may be more; search below a path or with a file_pattern]")
    if found.skipped_files:
        parts.append(
            f"[{counted(found.skipped_files, 'file')} not searched: large, unreadable or secret]"
        )
    return "\n".join(parts)
