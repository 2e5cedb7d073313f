"""How a model is loaded: window, slots and threads."""

import os
from dataclasses import dataclass
from pathlib import Path

DEFAULT_SLOTS = 2
DEFAULT_WINDOW = 8192
"""For a model file that no catalogue knows."""


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What a llama.cpp server is started with; equal plans share one server."""

    path: Path
    window: int
    """Tokens that each request may use, prompt and answer together."""
    slots: int
    """Requests it works on at once."""
    decode_threads: int
    prefill_threads: int


def usable_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def plan_load(path: Path, *, window: int, slots: int, cores: int) -> LoadPlan:
    """The plan for a machine with that many cores.

    One core is left to everything else while tokens are made: llama.cpp's threads wait for each
    other at every layer, so that one busy core more made two threads four times slower than one
    (12 against 3 tokens a second on two cores). Prefill suffers less and uses all.
    """
    return LoadPlan(path, window, slots, max(1, cores - 1), cores)
