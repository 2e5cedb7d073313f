"""A clock that nobody can set: leases run by it, since the time of day may jump."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Steady", "SteadyClock", "steady_clock"]

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Steady:
    """A moment by the clock of one start of one machine; moments of other starts say nothing."""

    boot: str
    """Which start it is; empty where the system does not tell."""
    microseconds: int
    """Since that start, time asleep included."""


SteadyClock = Callable[[], Steady]
"""Gives the moment now."""


def steady_clock() -> Steady:
    """The moment now by the clock that this machine's start began, where it has one."""
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return Steady("", 0)
    try:
        boot = _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return Steady("", 0)
    return Steady(boot, time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000)
