"""A turn at work, brought to a recorded end whatever happens."""

import asyncio
from dataclasses import dataclass, field
from typing import cast

from loom_core.cowork.result import TurnResult, TurnWay
from loom_core.engine.journal import StepJournal
from loom_core.errors import LoomError, StoreError
from loom_core.events import TurnAnswered, TurnFailed, TurnInterrupted

BY_USER = "the user stopped it"


@dataclass(slots=True)
class RunningTurn:
    """The turn that runs."""

    turn: str
    work: "asyncio.Task[str]"
    reason: str = BY_USER
    """Why it was stopped, if it is."""
    partial: list[str] = field(default_factory=list[str])
    """Pieces of the answer that streams."""

    def stop(self, reason: str) -> bool:
        """Stop it; False when it is over already."""
        self.reason = reason
        return self.work.cancel()

    async def end(self, journal: StepJournal) -> TurnResult:
        """Wait for the work, journal how it ended, and say so.

        Cancelling this stops the turn, journals that, and passes on. Raises ``StoreError`` when the
        journal cannot be written, and what is no ``LoomError`` after it was journalled.
        """
        try:
            await asyncio.wait({self.work})
        except asyncio.CancelledError:
            self.work.cancel()
            await asyncio.gather(self.work, return_exceptions=True)
            await asyncio.shield(self._interrupted(journal))
            raise
        if self.work.cancelled():
            await self._interrupted(journal)
            return TurnResult(self.turn, TurnWay.INTERRUPTED, self.reason)
        error = _cause(self.work.exception())
        if error is not None:
            return await self._failed(journal, error)
        text = self.work.result()
        await journal.commit(TurnAnswered(text=text))
        return TurnResult(self.turn, TurnWay.ANSWERED, text)

    async def _failed(self, journal: StepJournal, error: BaseException) -> TurnResult:
        """Journal an error as the end; one that nobody expected is raised too."""
        if isinstance(error, StoreError) or not isinstance(error, Exception):
            raise error
        is_expected = isinstance(error, LoomError)
        reason = str(error) if is_expected else f"{type(error).__name__}: {error}"
        await journal.commit(TurnFailed(reason=reason))
        if not is_expected:
            raise error
        return TurnResult(self.turn, TurnWay.FAILED, reason)

    async def _interrupted(self, journal: StepJournal) -> None:
        """Journal that the turn was stopped, with what was seen of its answer."""
        partial = "".join(self.partial)
        await journal.commit(TurnInterrupted(reason=self.reason, partial=partial))


def _cause(error: BaseException | None) -> BaseException | None:
    """The first error in a group; the others came of its cancelling them."""
    if isinstance(error, BaseExceptionGroup):
        return _cause(cast("BaseExceptionGroup[BaseException]", error).exceptions[0])
    return error
