"""Whose turn it is that asks: one engine serves all sessions, and each asks its own user."""

from contextvars import ContextVar

from loom_core.cli.cowork.desk import Desk
from loom_core.contracts.context import PendingCall
from loom_core.types import Decision, Question

_NOBODY = Desk()
_seat: ContextVar[Desk] = ContextVar("_seat", default=_NOBODY)
"""Tasks and threads that a turn starts inherit it from the task in which the turn runs."""


def sit_down(desk: Desk) -> None:
    """Let this desk answer whatever the current task, and what it starts, asks."""
    _seat.set(desk)


async def approve(call: PendingCall) -> Decision:
    """The decision of whoever sits where this is asked; a no where nobody does."""
    return await _seat.get().approve(call)


async def answer(question: Question) -> str:
    """The answer of whoever sits where this is asked; empty where nobody does."""
    return await _seat.get().answer(question)
