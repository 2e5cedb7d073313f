"""What ``.gitignore`` and ``.ignore`` files leave out of listings and searches."""

import os
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loom_core.surrogates import replace_surrogates

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILES = (".gitignore", ".ignore")
"""Read in this order in every directory; the later one wins."""

_MAX_BYTES = 256 * 1024
_MAX_LINES = 2_000
_STARS_IN_A_COMPONENT = 2
_DOUBLE_STARS = 3
"""Patterns with more wildcards are left out: matching them can take time without bound."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """The patterns of one directory's ignore files."""

    base: str
    """Path of the directory with a slash at its end; empty for the root."""
    spec: "GitIgnoreSpec"


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """The patterns that hold in one directory, its own last."""

    levels: tuple[_Rules, ...] = ()

    def entered(self, directory: int, relative: str) -> "IgnoreRules":
        """These rules and those that the ignore files of a directory below add.

        Args:
            directory: descriptor of the directory.
            relative: its path in the workspace; ``.`` is the root.
        """
        lines = [line for name in IGNORE_FILES for line in _read_lines(directory, name)]
        patterns = [line for line in lines if _is_bounded(line)]
        if not patterns:
            return self
        spec = _compiled(patterns)
        base = "" if relative == "." else relative + "/"
        return IgnoreRules((*self.levels, _Rules(base, spec)))

    def leaves_out(self, relative: str, *, is_directory: bool) -> bool:
        """Whether a path is ignored; the deepest ignore file that speaks of it decides."""
        if not self.levels:
            return False
        suffix = "/" if is_directory else ""
        for rules in self.levels[:0:-1]:
            answer = _answer(rules.spec, relative[len(rules.base) :] + suffix)
            if answer is not None:
                return answer
        first = self.levels[0]
        return _ignores(first.spec, relative[len(first.base) :] + suffix)


def _answer(spec: "GitIgnoreSpec", path: str) -> bool | None:
    """Whether patterns ignore a path; None when they do not speak of it."""
    try:
        return spec.check_file(path).include
    except UnicodeEncodeError:  # RE2, which pathspec uses where it is installed, wants real text
        return spec.check_file(replace_surrogates(path)).include


def _ignores(spec: "GitIgnoreSpec", path: str) -> bool:
    """Whether patterns ignore a path that no deeper ones speak of; a third quicker than the answer."""
    try:
        return spec.match_file(path)
    except UnicodeEncodeError:
        return spec.match_file(replace_surrogates(path))


def _is_bounded(line: str) -> bool:
    """Whether a pattern says something and can be matched in bounded time."""
    if not line.strip() or line.startswith("#"):
        return False
    components = line.split("/")
    doubles = sum("**" in component for component in components)
    most = max(len(re.findall(r"\*+", component)) for component in components)
    return doubles <= _DOUBLE_STARS and most <= _STARS_IN_A_COMPONENT


def _compiled(patterns: list[str]) -> "GitIgnoreSpec":
    """The patterns together; like git, a pattern that means nothing is passed over."""
    from pathspec import GitIgnoreSpec  # here: most commands never list a directory

    try:
        return GitIgnoreSpec.from_lines(patterns)
    except Exception:  # noqa: BLE001 - pathspec and the engine below it raise errors of several kinds
        return GitIgnoreSpec.from_lines(p for p in patterns if _is_pattern(p))


def _is_pattern(line: str) -> bool:
    """Whether a line by itself is a pattern that can be compiled."""
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except Exception:  # noqa: BLE001 - as above: what cannot be compiled ignores nothing
        return False
    return True


def _read_lines(directory: int, name: str) -> list[str]:
    """The lines of an ignore file; none when it is missing, no plain file or cannot be read."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(name, flags, dir_fd=directory)
    except OSError:
        return []
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return []
        text = file.read(_MAX_BYTES).decode("utf-8", "replace")
    return text.splitlines()[:_MAX_LINES]
