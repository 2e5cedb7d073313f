"""One call of ``loom_execute_task``: starts a task, follows it, asks the client, and reports."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress

from mcp_types import ElicitRequest, ElicitResult, InputRequiredResult

from loom_core.cli.progress.event_line import describe_event
from loom_core.cli.progress.replay import replay
from loom_core.desk import ServerDesk
from loom_core.errors import TaskIsOver, UsageError
from loom_core.events import ApprovalRequested, Event, TaskPaused, TaskWaiting
from loom_core.sanitize import sanitize_line
from loom_core.types import TaskState
from loom_mcp.server.caller import Caller
from loom_mcp.server.forms import (
    BY,
    MOST_CHARACTERS,
    answer_in,
    approval_form,
    decision_in,
    question_form,
)
from loom_mcp.server.report import TaskReport, report_on
from loom_mcp.server.rules import Rules

_MOST_LINE = 500


class Execution:
    """Follows one task for one call. The task itself does not depend on it."""

    def __init__(self, desk: ServerDesk, caller: Caller, rules: Rules, task_id: str) -> None:
        """Follow a task that exists."""
        self._desk = desk
        self._caller = caller
        self._rules = rules
        self._task_id = task_id
        self._progress = replay(task_id, ())
        self._progress.server = desk.server
        self._requests: dict[str, ApprovalRequested] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._asked: set[str] = set()
        """What the client was asked; what it went away from stays open."""
        self._delivered: set[str] = set()
        """What it has answered."""
        self._has_stopped = False
        """Whether nothing goes on before somebody answers or resumes."""

    async def run(
        self, responses: Mapping[str, object] | None = None
    ) -> TaskReport | InputRequiredResult:
        """The report once the task is over or stands still, or what the client has to answer first.

        Args:
            responses: what the client answers to what it was asked by an earlier call.

        Raises:
            LoomError: the task could not be run to its end.
        """
        known = await self._desk.events(self._task_id)
        for event in known:
            self._apply(event)
        for name, response in (responses or {}).items():
            if isinstance(response, ElicitResult):
                await self._take(name, response)
        self._has_stopped = self._waits_for_others()
        after = known[-1].sequence if known else 0
        try:
            async with aclosing(self._desk.watch(self._task_id, after=after)) as events:
                asked = await self._follow(events)
        finally:
            await self._stop_asking()
        return asked or report_on(self._progress, await self._desk.changes(self._task_id))

    async def _follow(self, events: AsyncGenerator[Event]) -> InputRequiredResult | None:
        """Go on until there is something to report, or to ask by ending the call."""
        coming: asyncio.Future[Event] | None = None
        try:
            while not self._progress.state.is_terminal:
                forms = self._forms()
                if forms and not self._caller.can_be_asked_now:
                    return InputRequiredResult(
                        input_requests={**forms}, request_state=self._task_id
                    )
                self._ask(forms)
                if self._has_stopped and not self._asking and not self._delivered & self._open():
                    return None
                coming = coming or asyncio.ensure_future(anext(events))
                await asyncio.wait(
                    {coming, *self._asking.values()}, return_when=asyncio.FIRST_COMPLETED
                )
                self._forget_answered()
                if coming.done():
                    event, coming = coming.result(), None
                    await self._see(event)
        except StopAsyncIteration:
            return None  # the server that runs it was stopped; it goes on there later
        finally:
            if coming is not None:
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)
        return None

    async def _see(self, event: Event) -> None:
        """Take in an event, and tell the client what a person would see of it."""
        self._apply(event)
        self._has_stopped = isinstance(event.body, TaskPaused)
        if isinstance(event.body, TaskWaiting):
            await self._note_wait()
        for line in describe_event(event.body):
            name = f"{event.subtask_id}: " if event.subtask_id else ""
            text = sanitize_line(f"{name}{line.text}")[:_MOST_LINE]
            await self._caller.tell(self._progress, text)

    async def _note_wait(self) -> None:
        """Stop, or let the task go on where the last answer came just when it stopped."""
        self._has_stopped = bool(self._open())
        if not self._has_stopped:
            with suppress(TaskIsOver):
                await self._desk.resume(self._task_id)

    def _apply(self, event: Event) -> None:
        """Take in an event."""
        self._progress.apply(event)
        if isinstance(event.body, ApprovalRequested):
            self._requests[event.body.approval_id] = event.body

    def _open(self) -> set[str]:
        """What nobody has answered, as far as the events tell."""
        return {*self._progress.approvals, *self._progress.questions}

    def _waits_for_others(self) -> bool:
        """Whether the task waits for answers that are still open."""
        return self._progress.state is TaskState.WAITING_APPROVAL and bool(self._open())

    def _forms(self) -> dict[str, ElicitRequest]:
        """What the client can be asked and was not asked yet."""
        if not self._caller.can_answer:
            return {}
        forms = {
            name: question_form(asked)
            for name, asked in self._progress.questions.items()
            if name not in self._asked
        }
        if self._rules.client_may_approve:
            for name, what in self._progress.approvals.items():
                if name not in self._asked and len(what) <= MOST_CHARACTERS:
                    asked = self._requests.get(name) or ApprovalRequested(
                        approval_id=name, what=what, reason=""
                    )
                    forms[name] = approval_form(asked, what)
        return forms

    def _ask(self, forms: Mapping[str, ElicitRequest]) -> None:
        """Put forms to the client while the call goes on."""
        for name, form in forms.items():
            self._asked.add(name)
            self._asking[name] = asyncio.create_task(self._answered(name, form), name=f"ask {name}")

    async def _answered(self, name: str, form: ElicitRequest) -> None:
        """Ask, and pass the answer on."""
        await self._take(name, await self._caller.ask(form))

    async def _take(self, name: str, result: ElicitResult) -> None:
        """Pass an answer on; somebody else may have answered before."""
        self._asked.add(name)
        try:
            if await self._deliver(name, result):
                self._delivered.add(name)
        except (TaskIsOver, UsageError):
            self._delivered.add(name)  # what happened instead is in the events that come

    async def _deliver(self, name: str, result: ElicitResult) -> bool:
        """Whether there was an answer to pass on."""
        if name in self._progress.questions:
            answer = answer_in(result)
            if answer:
                await self._desk.answer(self._task_id, name, answer, by=BY)
            return bool(answer)
        if name in self._progress.approvals and self._rules.client_may_approve:
            decision = decision_in(result)
            if decision is not None:
                await self._desk.decide(self._task_id, name, decision)
            return decision is not None
        return False

    def _forget_answered(self) -> None:
        """Drop what was answered, here or elsewhere. Raises what went wrong in passing an answer on."""
        still_open = self._open()
        for name, asking in list(self._asking.items()):
            if not asking.done():
                if name not in still_open:
                    asking.cancel()
                continue
            del self._asking[name]
            if not asking.cancelled():
                asking.result()

    async def _stop_asking(self) -> None:
        """Take back what the client was asked and has not answered."""
        for asking in self._asking.values():
            asking.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)
