"""The tool that finds files by a piece of their name or content."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from loom_core.contracts.tool import RecoveryClass, Risk, Tool, ToolContext
from loom_core.errors import PathRefused
from loom_core.types import ToolResult
from loom_core.workspace import Entry, Workspace, displayed, holds_secrets
from loom_tools.arguments import Arguments, Path
from loom_tools.failures import explained
from loom_tools.globs import Glob
from loom_tools.searching.choice import best_engine
from loom_tools.searching.deadline import Deadline, SearchTooSlow, in_thread
from loom_tools.searching.engine import AllOfThem, Nomination
from loom_tools.searching.groups import Group, looked_through
from loom_tools.searching.pattern import literal_pattern
from loom_tools.text import counted, shortened, shown

MAX_MATCHES = 100
MAX_SEARCHED_FILE_BYTES = 2 * 1024 * 1024
_MAX_LINE_CHARACTERS = 200
_SECONDS = 20.0


class SearchFilesArguments(Arguments):
    """What to look for, and where."""

    pattern: Annotated[str, Field(min_length=1, max_length=500, description="plain text")]
    path: Path = "."
    file_pattern: Annotated[str | None, Field(max_length=200, description="such as *.py")] = None


class SearchFiles(Tool[SearchFilesArguments]):
    """Finds plain text in names and contents."""

    name = "search_files"
    is_always_offered = True
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
        return await in_thread(
            lambda deadline: _searched(arguments, context.workspace, deadline), seconds=_SECONDS
        )


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


def _searched(
    arguments: SearchFilesArguments, workspace: Workspace, deadline: Deadline
) -> ToolResult:
    """Look through every file."""
    found = _Found()
    nominating = _nominating(arguments.pattern, workspace, deadline)
    with explained(arguments.path, workspace):
        entries = _candidates(arguments, workspace, deadline)
        groups = looked_through(entries, nominating, _is_searched, deadline)
        try:
            with closing(groups):
                for group in groups:
                    _look_through(group, arguments.pattern, workspace, deadline, found)
                    if found.is_cut:
                        break
        except SearchTooSlow:
            found.is_cut = True
    return ToolResult(text=_said(arguments, found))


def _look_through(
    group: Group, pattern: str, workspace: Workspace, deadline: Deadline, found: _Found
) -> None:
    """Add what the names and lines of a group have, until there is enough."""
    nominated, unreadable = group.nomination.wait()
    found.skipped_files += group.skipped_files + unreadable
    holding = set(nominated)
    for entry in group.entries:
        if found.is_full or deadline.is_over:
            found.is_cut = True
            return
        _look_at_name(entry, pattern, found)
        if entry.path in holding:
            _look(entry, pattern, workspace, found)


def _candidates(
    arguments: SearchFilesArguments, workspace: Workspace, deadline: Deadline
) -> Iterator[Entry]:
    """The files to look at."""
    path = workspace.relative(arguments.path)
    if workspace.is_file(path):
        yield Entry(path)
        return
    if not arguments.file_pattern:
        yield from workspace.files(path)
        return
    glob = Glob(arguments.file_pattern)
    yield from workspace.files(path, wanted=deadline.checked(lambda one: glob.fits(one, path)))


def _nominating(
    pattern: str, workspace: Workspace, deadline: Deadline
) -> Callable[[Sequence[str]], Nomination]:
    """What tells the files that can hold the pattern from the others, where something can."""
    if not pattern.isascii() or not pattern.isprintable():
        return AllOfThem  # engines fold the case of other letters by rules of their own
    folds = pattern == pattern.lower()
    return best_engine(literal_pattern(pattern, ignores_case=folds), workspace, deadline).nominating


def _is_searched(entry: Entry) -> bool:
    """Whether a file's content is looked at."""
    return not holds_secrets(entry.path) and entry.size_bytes <= MAX_SEARCHED_FILE_BYTES


def _look_at_name(entry: Entry, pattern: str, found: _Found) -> None:
    """Look for the pattern in a file's name."""
    if _has(entry.name, pattern):
        found.names.append(displayed(entry.path))


def _look(entry: Entry, pattern: str, workspace: Workspace, found: _Found) -> None:
    """Look for the pattern in one file's lines."""
    try:
        data = workspace.read(entry.path, max_bytes=MAX_SEARCHED_FILE_BYTES)
    except (OSError, PathRefused):
        found.skipped_files += 1
        return
    if b"\0" in data[:8192]:
        return
    if pattern.isascii() and pattern.encode() not in (
        data.lower() if pattern == pattern.lower() else data
    ):
        return  # by far the most files, told without making text of them
    text = data.decode("utf-8", "replace")
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
