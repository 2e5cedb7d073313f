"""One search through many files: the same order, limits and omissions with every engine."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field

from loom_core.errors import PathRefused
from loom_core.workspace import Entry, Workspace, holds_secrets
from loom_tools.searching.deadline import Deadline, SearchTooSlow
from loom_tools.searching.engine import Engine
from loom_tools.searching.groups import Group, looked_through
from loom_tools.searching.searchable import searchable

MAX_FILE_BYTES = 16 * 1024 * 1024
"""Larger files are not searched."""


@dataclass(frozen=True, slots=True)
class FileMatches:
    """The lines of one file that match."""

    path: str
    lines: tuple[bytes, ...]
    """All lines of the file, for the context; empty when only names are wanted."""
    indexes: tuple[int, ...]
    """Of the matching lines, from 0 and ascending."""


@dataclass(slots=True)
class Findings:
    """What a search found."""

    files: list[FileMatches] = field(default_factory=list[FileMatches])
    skipped_files: int = 0
    """Large, unreadable or secret."""
    is_cut: bool = False
    """Whether there are more matches than were asked for."""
    is_late: bool = False
    """Whether it ended at its deadline."""


class Search:
    """Looks through files until there are enough matches."""

    def __init__(
        self,
        workspace: Workspace,
        engine: Engine,
        deadline: Deadline,
        *,
        max_matches: int,
        files_only: bool,
    ) -> None:
        """Prepare.

        Args:
            workspace: opens the files.
            engine: matches.
            deadline: when to stop; what was found until then counts.
            max_matches: lines, or files when only they are wanted.
            files_only: whether the names of the files are enough.
        """
        self._workspace = workspace
        self._engine = engine
        self._deadline = deadline
        self._left = max_matches
        self._files_only = files_only
        self.findings = Findings()

    def run(self, entries: Iterable[Entry]) -> Findings:
        """What is found in files, in their order."""
        groups = looked_through(entries, self._engine.nominating, _is_searched, self._deadline)
        try:
            with closing(groups):
                for group in groups:
                    self._look_through(group)
                    if self.findings.is_cut:
                        break
        except SearchTooSlow:
            self.findings.is_late = True
        return self.findings

    def _look_through(self, group: Group) -> None:
        """Add what the files of a group have, until there is enough."""
        nominated, unreadable = group.nomination.wait()
        self.findings.skipped_files += group.skipped_files + unreadable
        for path in nominated:
            self._look(path)
            if self.findings.is_cut:
                return

    def _look(self, path: str) -> None:
        """Add what one file has."""
        if self._deadline.is_over:
            raise SearchTooSlow
        try:
            data = self._workspace.read(path, max_bytes=MAX_FILE_BYTES)
        except (OSError, PathRefused):
            self.findings.skipped_files += 1
            return
        text = searchable(data)
        if not text:
            return
        limit = 1 if self._files_only else self._left + 1
        indexes = self._engine.matching_lines(text, limit=limit)
        if indexes:
            self._add(path, text, indexes)

    def _add(self, path: str, text: bytes, indexes: list[int]) -> None:
        """Add the matches of one file as far as they are wanted."""
        wanted = indexes[: self._left]
        self.findings.is_cut = len(wanted) < len(indexes)
        self._left -= len(wanted)
        if wanted:
            lines = () if self._files_only else tuple(text.split(b"\n")[:-1])
            self.findings.files.append(FileMatches(path, lines, tuple(wanted)))


def _is_searched(entry: Entry) -> bool:
    """Whether a file is looked at."""
    return entry.size_bytes <= MAX_FILE_BYTES and not holds_secrets(entry.path)
