"""Whether a file tool can be led out of the workspace by somebody who changes it meanwhile.

    python benchmarks/path_races.py
    python benchmarks/path_races.py --calls 3000 --tools read_file move_file

Another process swaps, as fast as it can, a directory of the workspace for a symbolic link to a
directory outside, and a file for a symbolic link to a file outside, while the tool is called on
paths through them. A leak is a secret from outside in a result, in a file of the workspace or in
the before-images, or anything outside that is not as it was. Each tool is raced twice: with
``openat2``, and component by component as on systems that do not have it. ``checked`` and ``read``
show for comparison what a check of the real path before opening lets through.
"""

import argparse
import asyncio
import contextlib
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from loom_core.contracts.tool import ToolContext
from loom_core.errors import ToolFailed
from loom_core.sandbox import choose
from loom_core.settings.shape import SandboxSettings
from loom_core.workspace import BlobStore, Workspace, beneath, renaming
from loom_tools.delete_file import DeleteFile
from loom_tools.edit_file import EditFile
from loom_tools.move_file import MoveFile
from loom_tools.read_file import ReadFile
from loom_tools.write_file import WriteFile

SECRET = "SECRET of somebody else"
FAST = next((path for path in ("/dev/shm",) if Path(path).is_dir()), None)
"""Where flushing a file takes no time, if there is such a place."""
PATHS = ("swapped/f", "files/f")
"""Through a directory that is swapped, and to a file that is."""


@dataclass(frozen=True, slots=True)
class Race:
    """What came of the calls of one tool."""

    tool: str
    how: str
    succeeded: int
    refused: int
    leaks: int
    seconds: float


class Arena:
    """A workspace with two names that are swapped, and what is outside of it."""

    def __init__(self, top: Path) -> None:
        self.root, self.outside, self.blobs = top / "work", top / "outside", top / "blobs"
        for directory in (self.root / "real", self.root / "files", self.outside):
            directory.mkdir(parents=True)
        (self.outside / "f").write_text(SECRET)
        (self.root / "evil").symlink_to(self.outside)
        (self.root / "files/evil").symlink_to(self.outside / "f")
        self._held = [os.open(self.root / name, os.O_RDONLY) for name in ("real", "files")]

    @contextlib.contextmanager
    def swapping(self) -> Iterator[None]:
        """Somebody swaps the names meanwhile."""
        self.restore(0)
        self.restore(1)
        command = [sys.executable, __file__, "--swap", str(self.root)]
        swapper = subprocess.Popen(command, stdout=subprocess.PIPE)
        try:
            assert swapper.stdout is not None
            swapper.stdout.readline()  # it has begun
            yield
        finally:
            swapper.kill()
            swapper.communicate()
            for descriptor in self._held:
                os.close(descriptor)

    def restore(self, which: int) -> None:
        """Put the honest file back, whatever its name is at the moment."""
        for name in ("f", "real"):
            with contextlib.suppress(OSError):  # it has the other name, or is the link
                self._put(which, name, os.O_TRUNC)
                return
        with contextlib.suppress(FileExistsError):  # it came back meanwhile
            self._put(which, "f" if which == 0 else "real", os.O_CREAT | os.O_EXCL)

    def leaks(self) -> int:
        """How many things are wrong outside, or have come from there."""
        outside = {path.name: path.read_text() for path in self.outside.iterdir()}
        kept = BlobStore(self.blobs)
        secret = hashlib.sha256(SECRET.encode()).hexdigest()
        return (outside != {"f": SECRET}) + (secret in kept)

    def _put(self, which: int, name: str, how: int) -> None:
        flags = os.O_WRONLY | os.O_NOFOLLOW | how
        with os.fdopen(os.open(name, flags, 0o600, dir_fd=self._held[which]), "w") as file:
            file.write("honest")


class _Anything(str):
    """A hash that equals every other: a subtask that has read everything."""

    __slots__ = ()

    def __eq__(self, _: object) -> bool:
        return True

    def __ne__(self, _: object) -> bool:
        return False

    __hash__ = str.__hash__


class _SeenAll(dict[str, str]):
    """Every file counts as read, so that nothing but the path can be refused."""

    def get(self, *_: object) -> str:
        return _Anything()


def _move(path: str, number: int) -> dict[str, str]:
    """Out of the swapped place, or into it."""
    if number % 4 < 2:
        return {"source": path, "destination": f"moved/{number}"}
    return {"source": "mine", "destination": path.replace("/f", "/g")}


TOOLS = {
    "read_file": (ReadFile, lambda path, _: {"path": path}),
    "write_file": (WriteFile, lambda path, number: {"path": path, "content": f"{number}"}),
    "edit_file": (EditFile, lambda path, _: {"path": path, "old_str": "honest", "new_str": "new"}),
    "delete_file": (DeleteFile, lambda path, _: {"path": path}),
    "move_file": (MoveFile, _move),
}


async def race(tool: str, calls: int, *, portable: bool = False) -> Race:
    """Call one tool again and again while the names are swapped."""
    began = time.perf_counter()
    with (
        tempfile.TemporaryDirectory(dir=FAST) as top,
        _as_on_other_systems() if portable else contextlib.nullcontext(),
    ):
        arena = Arena(Path(top))
        with arena.swapping():
            succeeded, leaks = await _called(tool, calls, arena)
        leaks += arena.leaks()
    how = "by component" if portable else "openat2"
    return Race(tool, how, succeeded, calls - succeeded, leaks, time.perf_counter() - began)


async def _called(name: str, calls: int, arena: Arena) -> tuple[int, int]:
    """How many calls succeeded, and how many results or files held the secret."""
    kind, arguments_for = TOOLS[name]
    tool = kind()
    context = ToolContext(
        task_id="race",
        subtask_id="race",
        workspace=Workspace(arena.root, blobs=BlobStore(arena.blobs)),
        sandbox=choose(SandboxSettings()),
        seen_files=_SeenAll(),
    )
    succeeded = leaks = 0
    for number in range(calls):
        (arena.root / "mine").write_text("mine")
        arena.restore(number % 2)
        given = arguments_for(PATHS[number % 2], number)
        try:
            result = await tool.run(tool.arguments_model.model_validate(given), context)
        except ToolFailed as refused:
            leaks += SECRET in str(refused)
        else:
            succeeded += 1
            leaks += SECRET in result.text
        leaks += _cleared(arena)
    return succeeded, leaks


def _cleared(arena: Arena) -> int:
    """Take away what a move made; how many of these files hold the secret."""
    leaks = 0
    for path in [*arena.root.glob("moved/*"), *arena.root.glob("*/g")]:
        with contextlib.suppress(OSError):  # the swap took it along
            if not path.parent.is_symlink():
                leaks += not path.is_symlink() and path.read_text() == SECRET
                path.unlink()
    return leaks


@contextlib.contextmanager
def _as_on_other_systems() -> Iterator[None]:
    """Without what only Linux has."""
    kept: tuple[Callable[..., object], Callable[..., object]] = (
        beneath._has_openat2,  # noqa: SLF001 - there is no setting for it
        renaming._function,  # noqa: SLF001 - as above
    )
    beneath._has_openat2 = lambda: False  # noqa: SLF001 - as above
    renaming._function = lambda: None  # noqa: SLF001 - as above
    try:
        yield
    finally:
        beneath._has_openat2, renaming._function = kept  # noqa: SLF001 - as above


def check_then_open(calls: int) -> Race:
    """The usual way, for comparison: look whether the real path is inside, then read it."""
    began = time.perf_counter()
    succeeded = leaks = 0
    with tempfile.TemporaryDirectory() as top:
        arena = Arena(Path(top))
        with arena.swapping():
            for number in range(calls):
                path = arena.root / PATHS[number % 2]
                with contextlib.suppress(OSError):  # it is swapped in this moment
                    if path.resolve(strict=True).is_relative_to(arena.root):
                        succeeded += 1
                        leaks += path.read_text() == SECRET
    seconds = time.perf_counter() - began
    return Race("checked, then read", "realpath", succeeded, calls - succeeded, leaks, seconds)


def swap(root: Path) -> None:
    """Change the names for ever."""
    print("begun", flush=True)
    while True:
        for place, name in ((root, "swapped"), (root / "files", "f")):
            for other in ("real", "evil"):
                with contextlib.suppress(OSError):  # the tool removed it: somebody puts it back
                    (place / other).rename(place / name)
                    time.sleep(0)
                    (place / name).rename(place / other)


def main() -> int:
    """Race every tool, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--calls", type=int, default=30_000, help="of each tool, each way")
    parser.add_argument("--tools", nargs="*", default=list(TOOLS), choices=list(TOOLS))
    parser.add_argument("--swap", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.swap:
        swap(options.swap)
    print("| tool | how | succeeded | refused | leaks | s |\n| --- | --- | --- | --- | --- | --- |")
    races = []
    for tool in options.tools:
        for portable in (False, True):
            races.append(asyncio.run(race(tool, options.calls, portable=portable)))
            print(_row(races[-1]), flush=True)
    print(_row(check_then_open(options.calls)))
    return 1 if any(done.leaks or not done.succeeded for done in races) else 0


def _row(done: Race) -> str:
    """One line of the table."""
    return (
        f"| {done.tool} | {done.how} | {done.succeeded:,} | {done.refused:,} | {done.leaks} "
        f"| {done.seconds:.0f} |"
    )


if __name__ == "__main__":
    sys.exit(main())
