"""Cowork in plain lines: in a pipe each line of stdin is a turn; on a dumb terminal answers are typed."""

import asyncio
import sys

import click

from loom_core import events as e
from loom_core.app import Loom
from loom_core.cli.cowork.desk import Desk
from loom_core.cli.cowork.slash import Slash
from loom_core.cli.cowork.starting import begun
from loom_core.cli.cowork.wish import Wish
from loom_core.cli.exit_code import ExitCode
from loom_core.cli.progress.status_line import StatusLine
from loom_core.cli.run.approval_prompt import ApprovalPrompt
from loom_core.cli.run.dialogue import Dialogue
from loom_core.cli.run.notices import Notices
from loom_core.cli.run.question_prompt import QuestionPrompt
from loom_core.cli.session import Session
from loom_core.contracts.context import PendingCall
from loom_core.cowork import CoworkSession, Recorded, TurnWay, Update
from loom_core.cowork.showing import describe_call, describe_result, describe_turn
from loom_core.sandbox import describe as describe_sandbox
from loom_core.sanitize import sanitize_line, sanitize_text
from loom_core.types import Decision, Question


async def hold_plainly(session: Session, wish: Wish, *, agrees: bool) -> ExitCode:
    """Hold a session in plain lines until the user or the input ends. Raises what ``begun`` raises."""
    desk = Desk()
    notices = Notices(StatusLine(is_shown=False), agrees=agrees)
    async with begun(session, wish, desk, say=notices.say, confirm=notices.confirm) as (
        loom,
        conversation,
    ):
        notices.say(describe_sandbox(session.settings.sandbox, is_offline=wish.is_offline).detail)
        return await PlainFace(loom, conversation, desk).run()


class PlainFace:
    """Reads lines, writes answers to stdout and what happens on the way to stderr."""

    def __init__(self, loom: Loom, session: CoworkSession, desk: Desk) -> None:
        """Show this session."""
        self._session = session
        self._is_attended = sys.stdin.isatty()
        self._slash = Slash(loom, session, say=self._say)
        dialogue = Dialogue(self._read_line, StatusLine(is_shown=False))
        self._approval = ApprovalPrompt(dialogue)
        self._question = QuestionPrompt(dialogue)
        self._calls: dict[str, str] = {}
        desk.take(show=self._show, approve=self._approve, answer=self._answer)

    async def run(self) -> ExitCode:
        """Turns until the end of input; failed when the last one had no answer."""
        code = ExitCode.COMPLETED
        while line := await self._next():
            if not line.strip():
                continue
            if await self._slash.handle(line.strip()):
                if self._slash.is_over:
                    break
                continue
            result = await self._session.send(line.strip())
            code = ExitCode.COMPLETED if result.way is TurnWay.ANSWERED else ExitCode.FAILED
            if result.way is TurnWay.ANSWERED:
                click.echo(sanitize_text(result.text))
            else:
                self._say(f"no answer: {result.text}")
        if self._session.log.turns:
            self._say(f"session {self._session.task.id}; go on with: loom cowork --resume")
        return code

    async def _next(self) -> str:
        """The next turn: a line that is typed, or all of stdin at once where it is a pipe."""
        if self._is_attended:
            click.echo("you: ", err=True, nl=False)
            return await self._read_line()
        return await asyncio.to_thread(sys.stdin.readline)

    async def _read_line(self) -> str:
        return await asyncio.to_thread(sys.stdin.readline)

    async def _approve(self, call: PendingCall) -> Decision:
        if self._is_attended and (decision := await self._approval.ask(call)) is not None:
            return decision
        self._say(
            f"{call.tool} was not run: nobody is there to be asked ({call.reason or 'gated'})"
        )
        return Decision(approved=False, reason="nobody can be asked", by="harness")

    async def _answer(self, question: Question) -> str:
        if self._is_attended:
            return await self._question.ask(question)
        return "Nobody can be asked; decide yourself."

    def _show(self, update: Update) -> None:
        if not isinstance(update, Recorded):
            return
        body = update.body
        if isinstance(body, e.ToolCallStarted):
            self._calls[body.call_id] = describe_call(body.tool, body.arguments)
        elif isinstance(body, e.ToolCallFinished):
            call = self._calls.pop(body.call_id, body.tool)
            mark = "failed" if body.result.is_error else "done"
            self._say(f"{mark}: {call}: {describe_result(body.result)}")
        elif isinstance(body, e.TurnAnswered | e.TurnFailed | e.TurnInterrupted):
            figures = describe_turn(self._session.log, window=self._session.window, seconds=0.0)
            self._say(figures)

    def _say(self, text: str) -> None:
        for line in text.splitlines():
            click.echo(sanitize_line(line), err=True)
