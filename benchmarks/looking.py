"""What does it cost to know what a command changed, so that it can be undone?

    python benchmarks/looking.py [PATHS...]

For workspaces of so many files of 4 kB, 500 directories: the *first* look, which keeps every content;
the *next*, which finds nothing new; *keeping* it on disk for after a crash; and the *comparison* after a
command that changed one file. A command pays for one look, one keeping and two comparisons.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from loom_core.workspace import BlobStore, Workspace

SIZES = (1_000, 10_000, 50_000)
FILE_BYTES = 4_000
DIRECTORIES = 500
T = TypeVar("T")


def fill(root: Path, count: int) -> None:
    """So many files of random bytes."""
    for number in range(count):
        path = root / f"d{number % DIRECTORIES}" / f"f{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(FILE_BYTES))


def timed(act: Callable[[], T]) -> tuple[T, float]:
    """What it gives, and the CPU seconds that it takes."""
    started = time.process_time()
    given = act()
    return given, time.process_time() - started


def measure(count: int) -> None:
    """Print one row of the table."""
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory, "work")
        fill(root, count)
        workspace = Workspace(root, blobs=BlobStore(Path(directory, "blobs")))
        _, first = timed(workspace.snapshot)
        time.sleep(0.2)  # until no file is so new that it has to be read again
        workspace.snapshot()
        look, following = timed(workspace.snapshot)
        _, keeping = timed(lambda: workspace.keep(look, ("t", "s", 1, 1)))
        (root / "d0/f0.txt").write_text("changed")
        changes, comparison = timed(lambda: workspace.changes_since(look))
        assert [change.path for change in changes] == ["d0/f0.txt"]
    seconds = (first, following, keeping, comparison)
    print(f"| {count:,} | " + " | ".join(f"{value * 1000:.0f}" for value in seconds) + " |")


if __name__ == "__main__":
    print("| files | first ms CPU | next | keeping | comparison |")
    print("| --- | --- | --- | --- | --- |")
    for wanted in [int(word) for word in sys.argv[1:]] or SIZES:
        measure(wanted)
