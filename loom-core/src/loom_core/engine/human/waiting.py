"""Who waits for a human in one run of a task, and the door through which answers come."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from loom_core.errors import WaitsForHuman
from loom_core.events import ApprovalDecided, QuestionAnswered

Answer = ApprovalDecided | QuestionAnswered
"""What a human says: yes or no to a call, or the answer to a question."""
AnswerT = TypeVar("AnswerT", ApprovalDecided, QuestionAnswered)

Ask = Callable[[], Awaitable[AnswerT | None]]
"""Asks somebody who is there; None when they went away without an answer."""


@dataclass(slots=True, eq=False)
class _Wait:
    """One open question."""

    subtask_id: str
    what: str
    """What it waits for, as whoever is told reads it."""
    answer: asyncio.Future[Answer]
    is_attended: bool
    """Whether somebody who is there has it before their eyes."""


class Waiting:
    """The open questions of a run. An answer given here is journalled by whoever waits for it."""

    def __init__(self) -> None:
        """Nobody waits."""
        self._waits: dict[str, _Wait] = {}
        self._returning: deque[tuple[str, asyncio.Future[None]]] = deque()
        """Who has an answer and no slot yet to go on with it."""
        self._changed: asyncio.Future[None] | None = None

    @property
    def subtasks(self) -> set[str]:
        """The subtasks that wait for an answer, or with it for a slot; none has one meanwhile."""
        returning = {subtask_id for subtask_id, _ in self._returning}
        return {wait.subtask_id for wait in self._waits.values()} | returning

    def readmit(self, slots: int) -> None:
        """Let subtasks that have their answer go on, the first answered first, in free slots."""
        while self._returning and slots > 0:
            _, admitted = self._returning.popleft()
            if not admitted.done():
                admitted.set_result(None)
                slots -= 1

    def changed(self) -> asyncio.Future[None]:
        """Done when somebody begins or ceases to wait, from now on."""
        if self._changed is None or self._changed.done():
            self._changed = asyncio.get_running_loop().create_future()
        return self._changed

    def give(self, answer: Answer) -> bool:
        """Hand over an answer that came from elsewhere; False when nobody waits for it now."""
        wait = self._waits.get(_id_of(answer))
        if wait is None or wait.answer.done():
            return False
        wait.answer.set_result(answer)
        return True

    def park(self) -> None:
        """Let every subtask whose question nobody has before their eyes stop where it stands.

        The question stays open in the journal.
        """
        for wait in self._waits.values():
            if not wait.is_attended and not wait.answer.done():
                wait.answer.set_exception(WaitsForHuman(wait.what))

    @asynccontextmanager
    async def begin(
        self, wait_id: str, subtask_id: str, *, what: str, is_attended: bool
    ) -> AsyncGenerator["_Wait"]:
        """While inside, answers to this are taken, and the subtask has no slot.

        It ends when the subtask has one again, or at once when it will not go on.
        """
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        wait = self._waits[wait_id] = _Wait(subtask_id, what, future, is_attended)
        self._notify()
        try:
            yield wait
        finally:
            del self._waits[wait_id]
            future.cancel()
            self._notify()
        await self._slot(subtask_id)

    async def _slot(self, subtask_id: str) -> None:
        """Wait until whoever hands out slots has one for a subtask that goes on."""
        admitted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        returning = (subtask_id, admitted)
        self._returning.append(returning)
        try:
            await admitted
        finally:
            if returning in self._returning:
                self._returning.remove(returning)

    async def first_answer(self, wait: "_Wait", ask: Ask[AnswerT] | None) -> Answer:
        """The first answer, from whoever is there or from elsewhere. Raises ``WaitsForHuman``."""
        if ask is not None:
            answer = await self._asked(wait, ask)
            if answer is not None:
                return answer
            wait.is_attended = False
            self._notify()
        return await wait.answer

    async def _asked(self, wait: "_Wait", ask: Ask[AnswerT]) -> Answer | None:
        """The answer of somebody who is there; None when they left, or it came from elsewhere."""
        asking = asyncio.ensure_future(ask())
        try:
            await asyncio.wait({asking, wait.answer}, return_when=asyncio.FIRST_COMPLETED)
            if wait.answer.done():
                return wait.answer.result()
            return asking.result()
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    def _notify(self) -> None:
        """Wake up whoever looks at changes."""
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(None)


def _id_of(answer: Answer) -> str:
    """What an answer is to."""
    return answer.approval_id if isinstance(answer, ApprovalDecided) else answer.question_id
