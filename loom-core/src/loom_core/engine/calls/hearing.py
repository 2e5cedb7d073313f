"""What one attempt is told of what the user says: everything once, and where it was told before."""

from collections.abc import Sequence

from loom_core.engine.instructions import Instructions
from loom_core.engine.journal import StepJournal
from loom_core.events import InstructionDelivered


class Hearing:
    """Gives out the instructions of a task, each before one step of an attempt."""

    def __init__(self, journal: StepJournal, instructions: Instructions) -> None:
        """Deliver to this journal."""
        self._journal = journal
        self._instructions = instructions
        self._given_out: dict[int, int] = {}
        """How many were given out before each step."""

    def new(self) -> Sequence[str]:
        """What was not told yet, oldest first; a resumed attempt is told the same before a step."""
        step = self._journal.coming_step
        recorded = [told for told in self._journal.delivered if told.step == step]
        new = recorded[self._given_out.get(step, 0) :]
        if self._journal.may_hear(step):
            new += self._delivered_now(step)
        self._given_out[step] = self._given_out.get(step, 0) + len(new)
        return [told.text for told in new]

    def _delivered_now(self, step: int) -> Sequence[InstructionDelivered]:
        """What the attempt was never told, journalled as told from now on."""
        known = [told.given_at for told in self._journal.delivered]
        fresh = [
            InstructionDelivered(step=step, given_at=one.given_at, text=one.text)
            for one in self._instructions.beyond(known)
        ]
        if fresh:
            self._journal.deliver(*fresh)
        return fresh
