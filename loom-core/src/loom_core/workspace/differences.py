"""What a command left of protected paths that was not so before it."""

import os
from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path

from loom_core.workspace.guarded_paths import is_stand_in
from loom_core.workspace.obeyed import Contents, contents_of
from loom_core.workspace.protected import is_protected_name
from loom_core.workspace.remembered import GONE, Identity, Remembered, identity_of
from loom_core.workspace.removing import removable
from loom_core.workspace.repositories import is_harmless


class Differences:
    """Gathers what is new and what is different, path by path.

    A path that nobody can look at keeps nobody from looking at the others: a command may have made it so.
    """

    def __init__(
        self,
        root: Path,
        before: Mapping[Path, Remembered],
        obeyed: Mapping[Path, Contents],
        *,
        closed: Collection[Path],
        filled: Collection[Path],
    ) -> None:
        """Begin with what was remembered.

        Args:
            root: the workspace.
            before: its guarded paths as they were.
            obeyed: what was at the paths that its repositories obey.
            closed: guarded paths in which a command could change nothing: what happened there is the
                user's doing, or that of the user's programs.
            filled: those in which it could make something, and change nothing that was there.
        """
        self._root = root
        self._before = before
        self._obeyed = obeyed
        self._closed = closed
        self._filled = filled
        self._known = {was.identity: was for was in before.values()}
        self.new: list[Path] = []
        """What is to be taken out."""
        self.changed: dict[Path, bytes | None] = {}
        """What files were that are different now; None for those that were not there."""
        self.errors: list[OSError] = []
        """Why some could not be looked at."""

    def look(self, paths: Iterable[Path]) -> None:
        """Compare; ``paths`` are the guarded ones as they are now."""
        for path, identity in self._identified(paths):
            with self._noting():
                self._compare(path, identity)
        for was in self._known.values():
            with self._noting():
                is_gone = was.path not in self._closed and not os.path.lexists(was.path)
                if was.path in self.new or is_gone:
                    self.changed |= was.gone()
        for path, states in self._obeyed.items():
            with self._noting():
                now = contents_of(self._root, path)
                self.changed |= {
                    one: states.get(one)
                    for one in {*now, *states}
                    if now.get(one) != states.get(one)
                }

    def _compare(self, path: Path, identity: Identity) -> None:
        """One guarded path with what was known of it."""
        was = self._known.pop(identity, None)
        if was is not None:
            if was.path not in self._closed:
                self.changed |= was.changed(path, only_new=was.path in self._filled)
        elif self._was_file(path) or not is_harmless(path):
            self.new.append(removable(self._head(path), self._root))

    def _identified(self, paths: Iterable[Path]) -> list[tuple[Path, Identity]]:
        """Guarded paths with what they are, those first that are where they were.

        What was known before stays so even if it looks like a stand-in now. Of two names of one
        file the old one is the one that was known. Stand-ins of other commands may go at any time.
        """
        found: list[tuple[Path, Identity]] = []
        for path in paths:
            try:
                identity = identity_of(path)
            except (*GONE, PermissionError):
                continue  # in a directory of another user, who let no command in either
            except OSError:  # its path is too long: what is around it goes
                self.new.append(removable(path, self._root))
                continue
            is_known = path in self._before or identity in self._known
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

    @contextmanager
    def _noting(self) -> Generator[None]:
        """What goes wrong inside is kept for later, unless the path only went away."""
        try:
            yield
        except GONE:
            return
        except OSError as error:
            self.errors.append(error)
