"""One thread of the editor: a cowork session, what it tells, and what it asks."""

import asyncio
import itertools
import logging
from contextlib import suppress

from acp import RequestError
from acp.helpers import (
    start_tool_call,
    update_agent_message_text,
    update_available_commands,
    update_current_mode,
    update_tool_call,
)
from acp.interfaces import Client
from acp.schema import ConfigOptionUpdate, SessionInfoUpdate, StopReason, ToolCallUpdate

from loom_acp.asking import (
    NO_DIALOGUE,
    answer_options,
    decision_of,
    form_answer,
    permission_options,
    picked,
    question_form,
    question_text,
    shown_of,
)
from loom_acp.choices import commands_of, model_option
from loom_acp.outbox import Outbox, SessionUpdate
from loom_acp.plans import GoalPlan
from loom_acp.prompt_blocks import Said
from loom_acp.seats import sit_down
from loom_acp.spoken import Spoken
from loom_acp.tool_calls import kind_of, locations_of
from loom_acp.translating import Translator
from loom_core.app import Loom
from loom_core.cli.cowork.desk import Desk
from loom_core.cli.cowork.slash import Slash
from loom_core.contracts.context import PendingCall
from loom_core.cowork import CoworkSession, Recorded, TurnWay, Update
from loom_core.cowork.showing import describe_call
from loom_core.errors import UsageError
from loom_core.events import Event
from loom_core.sanitize import sanitize_line
from loom_core.types import Decision, Question

_log = logging.getLogger(__name__)

_GONE = "the editor has gone"
_NO_ANSWER = "The user gave no answer."


class Conversation:
    """Carries out the prompts of one thread, one at a time."""

    def __init__(
        self, loom: Loom, session: CoworkSession, client: Client, desk: Desk, *, has_forms: bool
    ) -> None:
        """Show a session in an editor and ask there; ``has_forms`` says whether it shows forms."""
        self.session = session
        """The session of the engine."""
        self._loom = loom
        self._client = client
        self._desk = desk
        self._has_forms = has_forms
        self._outbox = Outbox(client, session.task.id)
        self._translator = Translator(
            session.workspace, loom.tools(), beginning=session.log.beginning
        )
        self._spoken = Spoken(
            lambda text: self._happened.put_nowait(update_agent_message_text(text))
        )
        self._slash = Slash(loom, session, say=self._spoken.say, watch=self._watch)
        self._goal_plan = GoalPlan()
        self._numbers = itertools.count(1)
        self._happened: asyncio.Queue[Update | SessionUpdate] = asyncio.Queue()
        self._telling = asyncio.create_task(self._tell(), name=f"acp-tell-{session.task.id}")
        self._work: asyncio.Task[StopReason] | None = None
        self._is_cancelled = False
        desk.take(show=self._happened.put_nowait, approve=self._approve, answer=self._answer)

    def offer_commands(self) -> None:
        """Tell the editor which slash commands there are."""
        self._outbox.put(update_available_commands(commands_of(self._slash.table)))

    async def replay(self) -> None:
        """Tell everything that the journal has of the session."""
        translator = Translator(
            self.session.workspace, self._loom.tools(), beginning=None, is_replay=True
        )
        for event in await self._loom.store.events(self.session.task.id):
            update = Recorded(event.subtask_id, event.body)
            for one in await asyncio.to_thread(translator.take, event.subtask_id, update):
                self._outbox.put(one)
        await self._outbox.flush()

    async def prompt(self, said: Said) -> StopReason:
        """Carry out what the user said, until it is done or cancelled.

        Raises:
            UsageError: a turn is at work, or nothing was said.
            RequestError: no model could answer; says why.
        """
        if self._work is not None:
            raise UsageError("a turn is at work in this session; cancel it or wait for its end")
        sit_down(self._desk)
        self._is_cancelled = False
        before = self.session.task.approval_mode, self.session.model
        self._work = asyncio.create_task(self._carry_out(said))
        try:
            return await self._work
        except asyncio.CancelledError:
            if not self._is_cancelled:
                raise
            return "cancelled"
        finally:
            self._work = None
            with suppress(ConnectionError):
                await self._tell_choices(*before)
                await self._flush()

    def cancel(self, reason: str = "") -> None:
        """Stop what runs; what it did until then stands."""
        if self._work is None:
            return
        self._is_cancelled = True
        stopped = self.session.interrupt(reason) if reason else self.session.interrupt()
        if not stopped:
            self._work.cancel()

    async def close(self) -> None:
        """Stop what runs, and show nothing more."""
        work = self._work
        self.cancel(_GONE)
        if work is not None:
            await asyncio.gather(work, return_exceptions=True)
        self._telling.cancel()
        await asyncio.gather(self._telling, return_exceptions=True)
        await self._outbox.close()

    async def _carry_out(self, said: Said) -> StopReason:
        """A slash command, or a turn of the model."""
        if said.text.startswith("/"):
            await self._command(said.text)
            return "end_turn"
        is_first = not self.session.log.turns
        result = await self.session.send(said.text, attached=said.attached)
        if is_first:
            title = sanitize_line(self.session.task.goal)
            self._happened.put_nowait(
                SessionInfoUpdate(session_update="session_info_update", title=title)
            )
        if result.way is TurnWay.FAILED:
            raise RequestError(-32603, sanitize_line(result.text))
        return "cancelled" if result.way is TurnWay.INTERRUPTED else "end_turn"

    async def _command(self, line: str) -> None:
        """Carry out a slash command; what it says is one block of the answer."""
        self._goal_plan = GoalPlan()
        try:
            await self._slash.handle(line)
            if self._slash.is_over:
                self._spoken.say("close the thread in the editor; the session can be resumed")
        finally:
            self._spoken.end()

    async def _tell_choices(self, mode: str, model: str) -> None:
        """Tell of the mode and the model where a command has changed them."""
        if self.session.task.approval_mode != mode:
            self._happened.put_nowait(update_current_mode(self.session.task.approval_mode))
        if self.session.model != model:
            option = model_option(self.session.model, (await self._loom.router()).models)
            self._happened.put_nowait(
                ConfigOptionUpdate(session_update="config_option_update", config_options=[option])
            )

    def _watch(self, event: Event) -> None:
        """Tell how far the plan of a goal is."""
        plan = self._goal_plan.take(event)
        if plan is not None:
            self._happened.put_nowait(plan)

    async def _approve(self, call: PendingCall) -> Decision:
        """The user's decision on a call, which the editor shows as one that waits."""
        await self._flush()
        workspace, tool = self.session.workspace, self._loom.tools().get(call.tool)
        call_id, title = f"asked-{next(self._numbers)}", describe_call(call.tool, call.arguments)
        kind, shown = kind_of(tool), await asyncio.to_thread(shown_of, call, workspace)
        places = locations_of(tool, call.arguments, workspace)
        self._outbox.put(
            start_tool_call(
                call_id, title, kind=kind, status="pending", content=shown, locations=places
            )
        )
        is_own = self.session.is_busy
        if is_own:
            self._translator.asks(call.tool, call_id)
        await self._outbox.flush()
        options = permission_options(call)
        asked = ToolCallUpdate(
            tool_call_id=call_id,
            title=title,
            kind=kind,
            status="pending",
            content=[*shown],
            locations=places,
        )
        response = await self._client.request_permission(
            session_id=self.session.task.id, tool_call=asked, options=options
        )
        decision = decision_of(response, options)
        if not is_own:  # the call of a goal: how it ends is told in the goal's own lines
            status = "completed" if decision.approved else "failed"
            self._outbox.put(update_tool_call(call_id, status=status))
        return decision

    async def _answer(self, question: Question) -> str:
        """The user's answer, by a form or by buttons, as far as the editor has them."""
        await self._flush()
        session_id, text = self.session.task.id, question_text(question)
        if self._has_forms:
            mode = question_form(session_id, question)
            return form_answer(await self._client.create_elicitation(text, mode)) or _NO_ANSWER
        if not question.options:
            return NO_DIALOGUE
        call_id = f"asked-{next(self._numbers)}"
        self._outbox.put(start_tool_call(call_id, text, kind="other", status="pending"))
        await self._outbox.flush()
        response = await self._client.request_permission(
            session_id=session_id,
            tool_call=ToolCallUpdate(tool_call_id=call_id, title=text, status="pending"),
            options=answer_options(question),
        )
        self._outbox.put(update_tool_call(call_id, status="completed"))
        return picked(response, question) or _NO_ANSWER

    async def _tell(self) -> None:
        """Tell what happens, one thing after another, for as long as the thread is open."""
        while True:
            update = await self._happened.get()
            try:
                for one in await self._translated(update):
                    self._outbox.put(one)
            except Exception:  # noqa: BLE001  # must not hide all that follows
                _log.warning("an update could not be told to the editor", exc_info=True)
            finally:
                self._happened.task_done()

    async def _translated(self, update: Update | SessionUpdate) -> list[SessionUpdate]:
        """An update of the engine as those of the protocol; one of the protocol as it is."""
        if isinstance(update, Recorded):
            return await asyncio.to_thread(self._translator.take, update.turn, update)
        if isinstance(update, SessionUpdate):
            return [update]
        return self._translator.take(update.turn, update)

    async def _flush(self) -> None:
        """Wait until the editor was told of everything so far."""
        await self._happened.join()
        await self._outbox.flush()
