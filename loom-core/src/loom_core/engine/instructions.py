"""What the user said while the task was under way; every attempt is told all of it once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loom_core.events import Event, InstructionGiven


@dataclass(frozen=True, slots=True)
class Instruction:
    """One thing that the user said."""

    given_at: int
    """Sequence of its event."""
    text: str


class Instructions:
    """The instructions of one task, oldest first."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        """Know those that are recorded."""
        self._all: list[Instruction] = []
        for event in events:
            self.note(event)

    @property
    def texts(self) -> set[str]:
        """What was said, without when."""
        return {instruction.text for instruction in self._all}

    def note(self, event: Event) -> None:
        """Take in an event, if it is an instruction."""
        if isinstance(event.body, InstructionGiven):
            self._all.append(Instruction(event.sequence, event.body.text))

    def beyond(self, known: Iterable[int]) -> Sequence[Instruction]:
        """Those that are not among the known ones, which are named by their sequences."""
        seen = set(known)
        return [instruction for instruction in self._all if instruction.given_at not in seen]
