"""Whether a model fits into the memory that is free, asked before llama.cpp takes it."""

from pathlib import Path

from loom_core.errors import ModelUnavailable
from loom_providers_llamacpp.gguf_facts import read_facts
from loom_providers_llamacpp.plan import LoadPlan

_OVERHEAD_BYTES = 150_000_000
"""Buffers to compute in, measured with small models."""
_GIGABYTE = 1e9
_WINDOW_STEP = 512
_MEMINFO = Path("/proc/meminfo")
_CONTROL_GROUP = Path("/sys/fs/cgroup")


def needed_bytes(plan: LoadPlan) -> int:
    """Memory for weights, cache and buffers; less than the truth where the file does not tell."""
    cache = read_facts(plan.path).cache_bytes_a_token * plan.window * plan.slots
    return plan.path.stat().st_size + cache + _OVERHEAD_BYTES


def check_memory(plan: LoadPlan, available: int | None) -> None:
    """Raise ``ModelUnavailable`` when a plan needs more memory than there is.

    Args:
        plan: how the model is to be loaded.
        available: free bytes; None where nobody knows, which lets everything pass.
    """
    needed = needed_bytes(plan)
    if available is None or needed <= available:
        return
    raise ModelUnavailable(
        f"{plan.path.name} needs about {needed / _GIGABYTE:.1f} GB of memory with a window of "
        f"{plan.window} tokens for {plan.slots} slots, and {available / _GIGABYTE:.1f} GB are free; "
        f"{_advice(plan, available)}"
    )


def available_bytes() -> int | None:
    """Memory that can be had now, within the limit of this container; None where nobody says."""
    known = [amount for amount in (_free_of_machine(), _free_of_group()) if amount is not None]
    return min(known, default=None)


def _advice(plan: LoadPlan, available: int) -> str:
    """What to do: the largest window that would fit, else another model."""
    a_token = read_facts(plan.path).cache_bytes_a_token
    left = available - plan.path.stat().st_size - _OVERHEAD_BYTES
    fitting = left // a_token // _WINDOW_STEP * _WINDOW_STEP if a_token and left > 0 else 0
    if fitting < _WINDOW_STEP:
        return "close other programs or use a smaller model"
    return (
        f"set slots = 1 and context_window = {min(fitting, plan.window)}, or close other programs"
    )


def _free_of_machine() -> int | None:
    """What Linux says can be had without swapping."""
    try:
        lines = _MEMINFO.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _free_of_group() -> int | None:
    """What the limit of the control group leaves; caches of files can be given back."""
    try:
        limit = (_CONTROL_GROUP / "memory.max").read_text(encoding="ascii").strip()
        used = int((_CONTROL_GROUP / "memory.current").read_text(encoding="ascii"))
        lines = (_CONTROL_GROUP / "memory.stat").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    if limit == "max":
        return None
    caches = sum(int(line.split()[1]) for line in lines if line.startswith("inactive_file "))
    return max(int(limit) - used + caches, 0)
