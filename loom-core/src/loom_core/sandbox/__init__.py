"""Confining commands: the interface and the backends that this machine may have."""

from loom_core.sandbox.bounds import Bounds, bounds_of, ended_within
from loom_core.sandbox.choice import SandboxChoice, choose, describe
from loom_core.sandbox.process import Launch
from loom_core.sandbox.sandbox import CommandResult, Sandbox
from loom_core.sandbox.standing import Grants, launch_confined
from loom_core.sandbox.unconfined import UnconfinedSandbox

__all__ = [
    "Bounds",
    "CommandResult",
    "Grants",
    "Launch",
    "Sandbox",
    "SandboxChoice",
    "UnconfinedSandbox",
    "bounds_of",
    "choose",
    "describe",
    "ended_within",
    "launch_confined",
]
