"""Between the engine and the face: what happens goes to whoever shows it, questions to the user."""

from collections.abc import Awaitable, Callable

from loom_core.contracts.context import PendingCall
from loom_core.cowork import Update
from loom_core.types import Decision, Question

Show = Callable[[Update], None]
AskApproval = Callable[[PendingCall], Awaitable[Decision]]
AskQuestion = Callable[[Question], Awaitable[str]]


class Desk:
    """Made before the engine, which needs it, and taken by the face, which needs the engine."""

    def __init__(self) -> None:
        """Nobody sits here yet."""
        self._show: Show | None = None
        self._approve: AskApproval | None = None
        self._answer: AskQuestion | None = None

    def take(self, *, show: Show, approve: AskApproval, answer: AskQuestion) -> None:
        """Show what happens from now on, and answer what is asked."""
        self._show, self._approve, self._answer = show, approve, answer

    def listen(self, update: Update) -> None:
        """Hand on what happens."""
        if self._show is not None:
            self._show(update)

    async def approve(self, call: PendingCall) -> Decision:
        """The user's decision; a no when nobody sits here."""
        if self._approve is None:
            return Decision(approved=False, reason="nobody can be asked", by="harness")
        return await self._approve(call)

    async def answer(self, question: Question) -> str:
        """The user's answer; empty when nobody sits here."""
        return "" if self._answer is None else await self._answer(question)
