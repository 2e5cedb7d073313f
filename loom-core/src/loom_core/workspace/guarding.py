"""Finding what a command planted in a workspace for programs outside of it to obey."""

import contextlib
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from loom_core.errors import SandboxUnavailable
from loom_core.workspace.guarded_paths import (
    all_guarded_paths,
    guarded_paths,
    is_stand_in,
)
from loom_core.workspace.obeyed import obeyed_paths
from loom_core.workspace.protected import is_protected_name
from loom_core.workspace.quarantine import Quarantine
from loom_core.workspace.remembered import Identity, Remembered, identity_of, restore
from loom_core.workspace.repositories import MAX_CONTROL_BYTES, is_harmless, state_of


@dataclass(frozen=True, slots=True)
class Planted:
    """What was taken out of a workspace after a command."""

    paths: tuple[str, ...] = ()
    """Relative to the workspace. New ones are gone; changed ones are as before, but for those of
    more than ``MAX_CONTROL_BYTES`` inside a repository, which are gone too."""
    archive: Path | None = None
    """Where what was new or different is kept, packed."""
    not_kept: tuple[str, ...] = ()
    """What of it is not in the archive and so is lost, such as what was too large."""


NOTHING_PLANTED = Planted()
"""What is said of a command that left nothing."""


class Guard:
    """Remembers the protected paths before a command, and takes out what is new after it.

    So it does with hooks and settings that a repository keeps among the files; these a command may
    write meanwhile, as tools that set them up again do.
    """

    def __init__(self, root: Path, quarantine: Quarantine, *, is_closed: bool = False) -> None:
        """Look at the workspace as it is.

        Args:
            root: the workspace.
            quarantine: where goes what is new.
            is_closed: whether a command cannot change the protected files that are there, so that
                a change is the user's own and stays.

        Raises:
            SandboxUnavailable: there is too much to look at, or to put back after the command.
        """
        self._is_closed = is_closed
        self._root = root
        self._quarantine = quarantine
        self._before = _remembered(guarded_paths(root))
        self.paths = list(self._before)
        repositories = (path for path in self.paths if path.name == ".git")
        self._obeyed = {path: self._contents(path) for path in obeyed_paths(root, repositories)}
        too_large = [path for path, was in self._before.items() if was.is_too_large]
        if too_large and not is_closed:
            raise SandboxUnavailable(
                f"{self._named(too_large[0])} is larger than {MAX_CONTROL_BYTES} bytes, too large to "
                "be put back after a command; make it smaller, or install bubblewrap"
            )

    def settle(self) -> Planted:
        """Put changed protected paths back and move new ones out; nothing may run meanwhile.

        Raises:
            OSError: something could not be put back or taken out; the rest was.
        """
        new, before = self._differences()
        taken = _outermost(self._named(path) for path in {*new, *before} if os.path.lexists(path))
        if not taken and not before:
            return NOTHING_PLANTED
        packed = self._quarantine.pack(self._root, taken)
        errors: list[OSError] = []
        for path, state in [
            *((self._root / name, None) for name in taken),
            *sorted(before.items()),
        ]:
            try:
                restore(path, state)
            except OSError as error:
                errors.append(error)
        if errors:
            raise errors[0]
        paths = _outermost([*taken, *(self._named(path) for path in before)])
        return Planted(tuple(paths), packed.archive, packed.left_out)

    def _differences(self) -> tuple[list[Path], dict[Path, bytes | None]]:
        """What is new, and what is different with what it was."""
        known = {was.identity: was for was in self._before.values()}
        new: list[Path] = []
        before: dict[Path, bytes | None] = {}
        for path, identity in self._found(known):
            was = known.pop(identity, None)
            if was is not None:
                before |= was.changed(path, only_new=self._is_closed)
            elif self._was_file(path) or not is_harmless(path):
                new.append(self._head(path))
        for was in known.values():
            if was.path in new or not os.path.lexists(was.path):
                before |= was.gone()
        for path, states in self._obeyed.items():
            now = self._contents(path)
            before |= {
                one: states.get(one) for one in {*now, *states} if now.get(one) != states.get(one)
            }
        return new, before

    def _contents(self, path: Path) -> dict[Path, bytes]:
        """What is at a path that git obeys: its files, or the link by which it leads elsewhere."""
        above = [one for one in path.parents if one.is_relative_to(self._root)]
        for one in [*reversed(above), path]:
            if one.is_symlink():
                return {one: state_of(one)}
        if not path.exists():
            return {}
        return {
            path / name: state
            for was in _remembered([path]).values()
            for name, state in was.files.items()
        }

    def _found(self, known: Collection[Identity]) -> list[tuple[Path, Identity]]:
        """The guarded paths as they are now, those first that are where they were.

        What was known before stays so even if it looks like a stand-in now. Of two names of one
        file the old one is the one that was known. Stand-ins of other commands may go at any time.
        """
        found: list[tuple[Path, Identity]] = []
        for path in all_guarded_paths(self._root):
            with contextlib.suppress(FileNotFoundError):
                identity = identity_of(path)
                is_known = path in self._before or identity in known
                if is_known or not is_stand_in(self._root, path):
                    found.append((path, identity))
        return sorted(found, key=lambda one: one[0] not in self._before)

    def _was_file(self, path: Path) -> bool:
        """Whether there was a file, which nothing else may stand in the place of."""
        return path in self._before and self._before[path].is_file

    def _head(self, path: Path) -> Path:
        """What to take out of a workspace to make a protected path harmless.

        Of a repository by another name only what makes it one: the rest may be the user's.
        """
        is_top = path.parent == self._root
        is_named = path != self._root and is_protected_name(path.name, is_top=is_top)
        return path if is_named else path / "HEAD"

    def _named(self, path: Path) -> str:
        """The path as seen from the workspace."""
        return path.relative_to(self._root).as_posix()


def _remembered(paths: Iterable[Path]) -> dict[Path, Remembered]:
    """These paths as they are, but for those that went away since they were found."""
    found: dict[Path, Remembered] = {}
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            found[path] = Remembered(path)
    return found


def _outermost(names: Iterable[str]) -> list[str]:
    """The names that do not lie inside of another, in order."""
    kept: set[str] = set()
    for name in sorted(names, key=len):
        parts = name.split("/")
        if not any("/".join(parts[:count]) in kept for count in range(1, len(parts) + 1)):
            kept.add(name)
    return sorted(kept)
