"""How much of the machine the processes of one command may take together."""

import asyncio
import contextlib
import os
from dataclasses import dataclass

from loom_core.sandbox.process_tree import ProcessTree
from loom_core.settings.shape import SandboxSettings

_TICK_SECONDS = 0.25
"""How often is looked. A command that ends before the first look costs nothing."""
_GIB = 1024**3
_MEMORY_WHERE_UNKNOWN = 4 * _GIB


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a command is killed for when it takes more."""

    max_memory_bytes: int
    """Memory of all its processes; what they share counts once."""
    max_processes: int

    def excess(self, tree: ProcessTree) -> str:
        """What a command takes too much of; empty when it keeps to its bounds."""
        if len(tree.pids) > self.max_processes:
            return (
                f"it ran {len(tree.pids)} processes at once, "
                f"and sandbox.max_processes allows {self.max_processes}"
            )
        # The shares are exact and take long to read, so they are looked at only where it matters.
        if tree.resident_bytes() <= self.max_memory_bytes:
            return ""
        taken = tree.proportional_bytes()
        if taken <= self.max_memory_bytes:
            return ""
        return (
            f"it took {taken / _GIB:.1f} GiB of memory, and sandbox.max_memory_bytes allows "
            f"{self.max_memory_bytes / _GIB:.1f} GiB"
        )


def bounds_of(settings: SandboxSettings) -> Bounds:
    """The bounds of the settings; memory that they leave open is half of the machine's."""
    memory = settings.max_memory_bytes or _machines_memory() // 2
    return Bounds(memory, settings.max_processes)


async def ended_within(
    process: asyncio.subprocess.Process, bounds: Bounds, *, tick_seconds: float = _TICK_SECONDS
) -> str:
    """Wait until a process has ended or takes too much, and give what it took too much of.

    Nothing stops a process between two looks, so that it may take more for a moment. Limits of the
    kernel would: those of single processes count neither all of them together nor what is only
    reserved, and control groups belong to whoever set up the machine.
    """
    ending = asyncio.ensure_future(process.wait())
    try:
        while not ending.done():
            await asyncio.wait({ending}, timeout=tick_seconds)
            if not ending.done() and (
                excess := await asyncio.to_thread(_look, process.pid, bounds)
            ):
                return excess
    finally:
        ending.cancel()
    return ""


def _look(pid: int, bounds: Bounds) -> str:
    """What a process and its descendants take too much of; they are the kernel's first to go."""
    tree = ProcessTree.of(pid)
    tree.offer_first()
    return bounds.excess(tree)


def _machines_memory() -> int:
    """Bytes of memory that this machine has."""
    with contextlib.suppress(ValueError, OSError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return 2 * _MEMORY_WHERE_UNKNOWN
