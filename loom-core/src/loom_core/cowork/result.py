"""What comes of a turn."""

from dataclasses import dataclass
from enum import StrEnum


class TurnWay(StrEnum):
    """How a turn ended."""

    ANSWERED = "answered"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What came of a turn."""

    turn: str
    way: TurnWay
    text: str
    """The answer, or why there is none."""
    unsaid: tuple[str, ...] = ()
    """What the user said meanwhile and the model was not told any more."""
