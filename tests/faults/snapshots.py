"""What a kill at a boundary leaves, taken without the kill: a copy of everything, made by the run itself.

The thread that commits makes the copy, so that nothing is committed meanwhile: first the database, then
the workspace, then the rest. Effects that come in between belong to intents that are committed
already, as if the kill had come a moment later. A state that equals the one before is not kept.
"""

import contextlib
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

TRACE = "trace"
_TRIES = 100


class Snapshots:
    """The copies of one run, in a directory."""

    def __init__(self, directory: Path, place: Path, trace: Path) -> None:
        """Copy from a place with ``home`` and ``workspace``, and what was noted of the run so far."""
        self._directory = directory
        self._place = place
        self._trace = trace
        self._last = ""

    def take(self, number: int, side: str) -> None:
        """Copy what is there at one side of a commit, unless it is what was there at the last one."""
        target = self._directory / f"{number:03}-{side}"
        target.mkdir(parents=True)
        shutil.copy(self._trace, target / TRACE)  # first: what is noted in it is in the copies
        home = target / "home"
        home.mkdir()
        for file in self._place.glob("home/loom.db*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, home)
        _copy(self._place / "workspace", target / "workspace")
        found = _digest(home) + _digest(target / "workspace")
        if found == self._last:
            shutil.rmtree(target)
            return
        self._last = found
        _copy(self._place / "home", home, "loom.db*")


def restore(snapshot: Path, place: Path) -> Path:
    """Put a copy where it was taken, as paths are recorded; gives the trace of the run until then."""
    for name in ("home", "workspace"):
        shutil.copytree(snapshot / name, place / name, symlinks=True)
    return Path(shutil.copy(snapshot / TRACE, place / "trace0"))


def _copy(source: Path, target: Path, *left_out: str) -> None:
    """Copy a directory, again when a file that is about to get its name went away meanwhile."""
    for _ in range(_TRIES):
        with contextlib.suppress(shutil.Error, FileNotFoundError):
            ignore = shutil.ignore_patterns(*left_out)
            shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True, ignore=ignore)
            return
    raise RuntimeError(f"{source} never stands still")


def _digest(directory: Path) -> str:
    """A hash of the names and contents of all files."""
    found = sha256()
    for name, content in sorted(_files(directory)):
        found.update(f"{name}\0{len(content)}\0".encode())
        found.update(content)
    return found.hexdigest()


def _files(directory: Path) -> Iterator[tuple[str, bytes]]:
    """Each file; an empty directory counts as one, as it may be what changed."""
    for path in directory.rglob("*"):
        is_file = path.is_file() and not path.is_symlink()
        yield str(path.relative_to(directory)), path.read_bytes() if is_file else b""
