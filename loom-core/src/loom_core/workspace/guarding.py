"""Finding what a command planted in a workspace for programs outside of it to obey."""

import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from loom_core.workspace.placeholders import is_placeholder
from loom_core.workspace.protected import EDITOR_NAMES, PROTECTED_NAMES
from loom_core.workspace.quarantine import Quarantine, remove
from loom_core.workspace.repositories import control_files, has_shape_of_repository, is_harmless

MAX_ENTRIES = 200_000
"""Names that a search for protected paths looks at, nearest to the root first."""

_FOLDED = frozenset(name.casefold() for name in PROTECTED_NAMES)
_FOLDED_EDITOR = frozenset(name.casefold() for name in EDITOR_NAMES)

_Identity = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Planted:
    """What was taken out of a workspace after a command."""

    paths: tuple[str, ...] = ()
    """Relative to the workspace; new ones are gone, changed ones are as before."""
    archive: Path | None = None
    """Where what was new or different is kept, packed."""


NOTHING_PLANTED = Planted()
"""What is said of a command that left nothing."""


def guarded_paths(root: Path) -> list[Path]:
    """The protected paths of a workspace at any depth, repositories under another name too.

    A workspace that is itself a bare repository counts as one guarded path.
    """
    return [path for path in _guarded(root) if not _is_stand_in(root, path)]


class Guard:
    """Remembers the protected paths before a command, and takes out what is new after it."""

    def __init__(self, root: Path, quarantine: Quarantine, *, is_closed: bool = False) -> None:
        """Look at the workspace as it is.

        Args:
            root: the workspace.
            quarantine: where goes what is new.
            is_closed: whether a command cannot change the protected files that are there, so that
                a change is the user's own and stays.
        """
        self._is_closed = is_closed
        self._root = root
        self._quarantine = quarantine
        self.paths = guarded_paths(root)
        self._before = {path: _Kept(path) for path in self.paths}

    def settle(self) -> Planted:
        """Put changed protected paths back and move new ones out; nothing may run meanwhile."""
        known = {kept.identity: kept for kept in self._before.values()}
        restored: list[str] = []
        planted: list[str] = []
        for path in self._found(known):
            kept = known.pop(_identity(path), None)
            if kept is not None:
                changed = kept.put_back(path, only_new=self._is_closed)
                restored += [self._named(path / name) for name in changed]
            elif not is_harmless(path):
                planted.append(self._named(self._head(path)))
        # A repository inside of one that is taken out goes with it.
        names = [name for name in planted if not any(name.startswith(f"{p}/") for p in planted)]
        archive = self._quarantine.take(self._root, names) if names else None
        restored += [self._named(kept.path) for kept in known.values() if kept.bring_back()]
        if not names and not restored:
            return NOTHING_PLANTED
        return Planted(tuple(sorted({*names, *restored})), archive)

    def _found(self, known: Collection[_Identity]) -> list[Path]:
        """The guarded paths as they are now, those first that are where they were.

        What was known before stays so even if it looks like a stand-in now. Of two names of one
        file the old one is the one that was known.
        """
        found = [
            path
            for path in _guarded(self._root)
            if path in self._before
            or not _is_stand_in(self._root, path)
            or _identity(path) in known
        ]
        return sorted(found, key=lambda path: path not in self._before)

    def _head(self, path: Path) -> Path:
        """What to take out of a workspace to make a protected path harmless.

        Of a repository by another name only what makes it one: the rest may be the user's.
        """
        is_top = path.parent == self._root
        is_named = path != self._root and _is_guarded(path.name, is_top=is_top)
        return path if is_named else path / "HEAD"

    def _named(self, path: Path) -> str:
        """The path as seen from the workspace."""
        return path.relative_to(self._root).as_posix()


class _Kept:
    """One protected path with what is needed to put it back."""

    def __init__(self, path: Path) -> None:
        """Remember a file whole, and of a repository what can make git run something."""
        self.path = path
        self.identity = _identity(path)
        self._files = _files(path)

    def put_back(self, path: Path, *, only_new: bool) -> list[str]:
        """Undo what changed, or only what is new, and name it; ``.`` is the path itself."""
        now = _files(path)
        looked_at = now.keys() - self._files.keys() if only_new else now.keys() | self._files.keys()
        changed = [name for name in looked_at if now.get(name) != self._files.get(name)]
        for name in sorted(changed):
            _restore(path / name, self._files.get(name))
        return sorted(changed)

    def bring_back(self) -> bool:
        """Make a file again that is gone; False for a directory, of which not enough is known."""
        is_wanted = "." in self._files and self.path.parent.is_dir()
        if not is_wanted or os.path.lexists(self.path):
            return False
        _restore(self.path, self._files["."])
        return True


def _restore(path: Path, state: bytes | None) -> None:
    """Make a file what it was; None takes it away."""
    if path.is_symlink() or path.exists():
        remove(path)
    if state is None:
        return
    kind, _, rest = state.partition(b" ")
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == b"link":
        path.symlink_to(os.fsdecode(rest))
    elif kind == b"file":
        mode, _, content = rest.partition(b" ")
        path.write_bytes(content)
        path.chmod(int(mode, 8))


def _files(path: Path) -> dict[str, bytes]:
    """The files of a protected path that matter, by name."""
    if path.is_symlink():
        return {".": b"link " + os.fsencode(path.readlink())}
    if path.is_dir():
        return control_files(path)
    facts = path.stat()
    return {".": f"file {stat.S_IMODE(facts.st_mode):o} ".encode() + path.read_bytes()}


def _identity(path: Path) -> _Identity:
    """What stays the same when somebody moves a path."""
    facts = path.lstat()
    where = str(path) if stat.S_ISLNK(facts.st_mode) else ""
    return facts.st_dev, facts.st_ino, where


def _is_stand_in(root: Path, path: Path) -> bool:
    """Whether another command put a stand-in there for as long as it runs."""
    try:
        return is_placeholder(root, path.relative_to(root).as_posix(), path.lstat())
    except FileNotFoundError:
        return True  # it was one, and is gone


def _guarded(root: Path) -> Iterator[Path]:
    """Protected paths, level by level; what is inside of one by name is not looked at."""
    left = MAX_ENTRIES
    waiting = [root]
    for directory in waiting:  # grows as it is walked: nearest first
        try:
            entries = list(os.scandir(directory))
        except OSError:
            continue  # it went away meanwhile, or nobody may read it
        if has_shape_of_repository(frozenset(entry.name for entry in entries)):
            yield directory
        for entry in entries:
            if _is_guarded(entry.name, is_top=directory == root):
                yield Path(entry.path)
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(Path(entry.path))
        left -= len(entries)
        if left <= 0:
            return


def _is_guarded(name: str, *, is_top: bool) -> bool:
    """Whether a name is protected where it is."""
    folded = name.casefold()
    return folded in _FOLDED or (is_top and folded in _FOLDED_EDITOR)
