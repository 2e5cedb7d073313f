"""What every event is made of beside its envelope."""

from typing import ClassVar

from loom_core.types import Frozen


class EventBody(Frozen):
    """What an event says beside when and where it happened."""

    version: ClassVar[int] = 1

    @property
    def has_effect(self) -> bool:
        """Whether it guards an effect in the world, so that it survives a power cut by default."""
        return False
