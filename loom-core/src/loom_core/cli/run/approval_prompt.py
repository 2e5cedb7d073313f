"""Asking the person at the terminal whether a call may run."""

import asyncio
from collections.abc import Awaitable, Callable

import click

from loom_core.cli.progress.status_line import StatusLine
from loom_core.cli.terminal.marks import WAITING
from loom_core.contracts.context import PendingCall
from loom_core.sanitize import sanitize_line, sanitize_text
from loom_core.types import Decision

ReadLine = Callable[[], Awaitable[str]]
"""Gives the next line that is typed; empty at the end of input."""

_YES = frozenset({"y", "yes"})
_NO = frozenset({"n", "no"})


class ApprovalPrompt:
    """Shows exactly what would run and asks; one question at a time."""

    def __init__(
        self,
        read_line: ReadLine,
        status: StatusLine,
        forget_typed: Callable[[], None] = lambda: None,
    ) -> None:
        """Read answers with ``read_line``; keep the status line out of the way meanwhile.

        ``forget_typed`` drops what was typed before a question is shown.
        """
        self._read_line = read_line
        self._forget_typed = forget_typed
        self._status = status
        self._one_at_a_time = asyncio.Lock()

    async def ask(self, call: PendingCall) -> Decision:
        """The answer of the person: yes for this once, or no. The end of input is a no."""
        async with self._one_at_a_time:
            with self._status.paused():
                _show(call)
                approved = await self._read_answer()
        reason = "" if approved else "the user said no"
        return Decision(approved=approved, by="terminal", reason=reason)

    async def _read_answer(self) -> bool:
        while True:
            self._forget_typed()  # before the question is shown: a quick answer must count
            click.echo("  [y]es once, [n]o: ", err=True, nl=False)
            line = await self._read_line()
            answer = line.strip().lower()
            if answer in _YES:
                return True
            if answer in _NO or not line:
                return False
            click.echo("  please type y or n", err=True)


def _show(call: PendingCall) -> None:
    reason = f" ({sanitize_line(call.intent.reason)})" if call.intent.reason else ""
    click.echo(f"{WAITING} {sanitize_line(call.tool)} asks to run{reason}:", err=True)
    for line in sanitize_text(call.intent.preview).splitlines() or [""]:
        click.echo(f"  │ {line}", err=True)
