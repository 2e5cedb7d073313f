"""Going through the directories of a workspace without leaving it."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from operator import attrgetter

from loom_core.workspace.beneath import open_directory
from loom_core.workspace.entry import Entry
from loom_core.workspace.ignore import IgnoreRules
from loom_core.workspace.placeholders import is_placeholder

_ORDINARY = {stat.S_IFDIR, stat.S_IFLNK, stat.S_IFREG}
_BY_PATH, _IS_DIRECTORY = attrgetter("path"), attrgetter("is_directory")
MAX_DEPTH = 64
"""Levels of directories that are entered; what lies deeper is not seen."""


@dataclass(frozen=True, slots=True)
class Walk:
    """How to go through a workspace."""

    root: int
    """Descriptor of the workspace."""
    skipped: frozenset[str] = frozenset({".git"})
    """Names that are passed over wherever they are."""
    honours_ignore_files: bool = True
    depth: int = MAX_DEPTH
    wanted: Callable[[str], bool] | None = None
    """Says by its path whether what is no directory is shown; nothing is found out of the others."""

    def entries(self, relative: str = ".") -> Iterator[Entry]:
        """What lies below a directory: directories first, each followed by what it holds.

        Raises what ``os.open`` raises when the directory itself cannot be read; a directory
        below it that cannot be read, or goes away meanwhile, is shown but not entered.
        """
        rules = IgnoreRules()
        if self.honours_ignore_files:
            rules = self._rules_above(relative)
        directory = open_directory(self.root, relative)
        try:
            yield from self._below(directory, relative, rules)
        finally:
            os.close(directory)

    def _rules_above(self, relative: str) -> IgnoreRules:
        """The rules of the ignore files between the root and a directory, without its own."""
        rules = IgnoreRules()
        if relative == ".":
            return rules
        parts = relative.split("/")
        for count in range(len(parts)):
            above = "/".join(parts[:count]) or "."
            directory = open_directory(self.root, above)
            try:
                rules = rules.entered(directory, above)
            finally:
                os.close(directory)
        return rules

    def _below(self, directory: int, relative: str, rules: IgnoreRules) -> Iterator[Entry]:
        """The entries of an open directory and of those below it."""
        if self.honours_ignore_files:
            rules = rules.entered(directory, relative)
        for entry in self._sorted(directory, relative, rules):
            yield entry
            if entry.is_directory and self.depth > 1:
                yield from self._entered(directory, entry, rules)

    def _entered(self, directory: int, entry: Entry, rules: IgnoreRules) -> Iterator[Entry]:
        """What lies below a directory that was just listed."""
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            inside = os.open(entry.name, flags, dir_fd=directory)
        except OSError:
            return
        try:
            deeper = replace(self, depth=self.depth - 1)
            yield from deeper._below(inside, entry.path, rules)  # noqa: SLF001 - same class
        finally:
            os.close(inside)

    def _sorted(self, directory: int, relative: str, rules: IgnoreRules) -> list[Entry]:
        """One directory's entries: directories first, then by name."""
        found: list[Entry] = []
        prefix = "" if relative == "." else relative + "/"
        with os.scandir(directory) as names:
            for item in names:
                if item.name in self.skipped or self._is_unwanted(item, prefix):
                    continue
                entry = _entry(directory, item, prefix)
                if entry and not rules.leaves_out(entry.path, is_directory=entry.is_directory):
                    found.append(entry)
        found.sort(key=_BY_PATH)
        found.sort(key=_IS_DIRECTORY, reverse=True)  # it keeps the order of what is alike
        return found

    def _is_unwanted(self, item: os.DirEntry[str], prefix: str) -> bool:
        """Whether a name need not be looked at; directories are always entered."""
        if self.wanted is None or item.is_dir(follow_symlinks=False):
            return False
        return not self.wanted(prefix + item.name)


def _entry(directory: int, item: os.DirEntry[str], prefix: str) -> Entry | None:
    """What a name of a directory is; None when it went away meanwhile."""
    try:
        facts = item.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    if not prefix and is_placeholder(directory, item.name, facts):
        return None  # it only stands there while a command runs
    kind = stat.S_IFMT(facts.st_mode)
    is_directory = kind == stat.S_IFDIR
    return Entry(
        prefix + item.name,
        is_directory,
        kind == stat.S_IFLNK,
        kind not in _ORDINARY,
        0 if is_directory else facts.st_size,
        facts.st_mtime_ns,
    )
