"""What is registered: an object with hook implementations, and where it comes from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plugin:
    """A module or object with hook implementations."""

    name: str
    """Its entry-point name in ``loom.plugins``, or what Loom calls its own part."""
    implementation: object
    distribution: str = "loom-core"
    """The distribution that brought it, for messages."""
    is_builtin: bool = False
    """True for Loom's own defaults: every hook of it is ``trylast`` and comes after all others."""

    def __str__(self) -> str:
        """Name and distribution, as messages show them."""
        return f"plugin {self.name!r} of {self.distribution}"
