"""Finding what a command planted in a workspace for programs outside of it to obey."""

import os
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from loom_core.errors import SandboxUnavailable
from loom_core.workspace.differences import Differences
from loom_core.workspace.guarded_paths import all_guarded_paths, guarded_paths, is_stand_in
from loom_core.workspace.obeyed import Contents, contents_of, obeyed_paths
from loom_core.workspace.quarantine import Quarantine
from loom_core.workspace.remembered import remember, restore
from loom_core.workspace.removing import open_down_to
from loom_core.workspace.repositories import MAX_CONTROL_BYTES


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

    def __init__(
        self,
        root: Path,
        quarantine: Quarantine,
        *,
        is_closed: bool = False,
        may_write_git: bool = False,
    ) -> None:
        """Look at the workspace as it is.

        Args:
            root: the workspace.
            quarantine: where goes what is new.
            is_closed: whether a command cannot change the protected paths that are there, but for
                symbolic links, so that what happens in them is the user's own and stays.
            may_write_git: whether it can make something in the workspace's own repository all the same.

        Raises:
            SandboxUnavailable: there is too much to look at, or to put back after the command.
        """
        self._root = root
        self._quarantine = quarantine
        try:
            self._before = remember(root, guarded_paths(root))
            self._obeyed = self._remember_obeyed()
        except OSError as error:
            raise SandboxUnavailable(
                f"{error.filename} cannot be looked at before a command ({error.strerror}); give it "
                "to yourself, or use another directory"
            ) from error
        self.paths = list(self._before)
        closed = {path for path, was in self._before.items() if is_closed and not was.is_link}
        self._filled = closed & {root, root / ".git"} if may_write_git else set[Path]()
        self._closed = closed - self._filled
        too_large = [path for path, was in self._before.items() if was.is_too_large]
        if too_large and not is_closed:
            raise SandboxUnavailable(
                f"{self._named(too_large[0])} is larger than {MAX_CONTROL_BYTES} bytes, too large to "
                "be put back after a command; make it smaller, or install bubblewrap"
            )

    def settle(self) -> Planted:
        """Put changed protected paths back and move new ones out; nothing may run meanwhile.

        Raises:
            OSError: something could not be looked at, put back or taken out; the rest was.
        """
        found = all_guarded_paths(self._root)
        seen = Differences(
            self._root, self._before, self._obeyed, closed=self._closed, filled=self._filled
        )
        with self._open_around(found, self._before, self._obeyed):
            seen.look(found)
        with self._open_around(seen.new, seen.changed):
            planted = self._put_back(seen)
        if seen.errors:
            raise seen.errors[0]
        return planted

    def _put_back(self, seen: Differences) -> Planted:
        """Take out what is new, and make what is different what it was."""
        # What was new may have become a stand-in by now.
        new = (path for path in seen.new if not is_stand_in(self._root, path))
        changed = {*new, *seen.changed}
        taken = _outermost(self._named(path) for path in changed if os.path.lexists(path))
        if not taken and not seen.changed:
            return NOTHING_PLANTED
        packed = self._quarantine.pack(self._root, taken)
        for path, state in [
            *((self._root / name, None) for name in taken),
            *sorted(seen.changed.items()),
        ]:
            try:
                restore(path, state)
            except OSError as error:
                seen.errors.append(error)
        paths = _outermost([*taken, *(self._named(path) for path in seen.changed)])
        return Planted(tuple(paths), packed.archive, packed.left_out)

    def _remember_obeyed(self) -> dict[Path, Contents]:
        """What is at the paths that the repositories obey."""
        repositories = (path for path in self._before if path.name == ".git")
        paths = obeyed_paths(self._root, repositories)
        with self._open_around(paths):
            return {path: contents_of(self._root, path) for path in paths}

    def _open_around(self, *paths: Iterable[Path]) -> AbstractContextManager[None]:
        """The directories that paths are in may be changed inside."""
        return open_down_to(self._root, (path.parent for some in paths for path in some))

    def _named(self, path: Path) -> str:
        """The path as seen from the workspace."""
        return path.relative_to(self._root).as_posix()


def _outermost(names: Iterable[str]) -> list[str]:
    """The names that do not lie inside of another, in order."""
    kept: set[str] = set()
    for name in sorted(names, key=len):
        parts = name.split("/")
        if not any("/".join(parts[:count]) in kept for count in range(1, len(parts) + 1)):
            kept.add(name)
    return sorted(kept)
