"""What whoever shows a session is told while it works."""

from collections.abc import Callable
from dataclasses import dataclass

from loom_core.contracts.provider import ReasoningDelta, TextDelta
from loom_core.events import EventBody


@dataclass(frozen=True, slots=True)
class Recorded:
    """Something that happened, as the journal has it."""

    turn: str
    """Id of the turn."""
    body: EventBody


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece of an answer as it streams; the whole one follows as a ``ModelCallFinished``."""

    turn: str
    piece: TextDelta | ReasoningDelta


Update = Recorded | Heard

Listener = Callable[[Update], None]
"""Called on the event loop, in order; must be quick."""
