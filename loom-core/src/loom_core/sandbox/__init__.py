"""Confining commands: the interface and the backends that this machine may have."""

from loom_core.sandbox.choice import SandboxChoice, choose, describe
from loom_core.sandbox.sandbox import CommandResult, Sandbox
from loom_core.sandbox.unconfined import UnconfinedSandbox

__all__ = [
    "CommandResult",
    "Sandbox",
    "SandboxChoice",
    "UnconfinedSandbox",
    "choose",
    "describe",
]
