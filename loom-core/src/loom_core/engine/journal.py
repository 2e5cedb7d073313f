"""The steps of one attempt: what the journal has already, and what is added to it."""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from loom_core import errors
from loom_core.engine.lease import Lease
from loom_core.errors import ModelError
from loom_core.events import (
    ApprovalDecided,
    ApprovalRequested,
    ChecksRun,
    Event,
    EventBody,
    InstructionDelivered,
    ModelCallFailed,
    ModelCallFinished,
    ModelCallStarted,
    PromptAssembled,
    QuestionAnswered,
    QuestionAsked,
    StepInDoubt,
    ToolCallDenied,
    ToolCallFinished,
    ToolCallStarted,
)
from loom_core.store import Entry, Store
from loom_core.types import FileChange

FinishedStep = ModelCallFinished | ToolCallFinished | ToolCallDenied | StepInDoubt | ChecksRun
"""Records after which a step never runs again."""
StepRecord = FinishedStep | ModelCallStarted | ModelCallFailed | ToolCallStarted
"""Records that tell of a step."""


Written = asyncio.Future[list[Event]]
"""Done when records are in the database, or have failed to get there."""


class StepJournal:
    """Numbers the steps of one attempt and answers from the journal those that are finished.

    Steps are numbered in the order in which they are begun. An attempt that is run again after a
    crash begins the same steps in the same order, because every answer it saw is recorded.
    """

    def __init__(
        self,
        store: Store,
        task_id: str,
        *,
        fence: int,
        subtask_id: str = "",
        attempt: int = 0,
        recorded: Sequence[Event] = (),
        steps_done: int = 0,
        watch: Callable[[str, EventBody], None] | None = None,
        lease: Lease | None = None,
    ) -> None:
        """Take what earlier runs of the same attempt recorded, in order.

        Args:
            store: where records go.
            task_id: the task.
            fence: the claim.
            subtask_id: the subtask; empty outside any.
            attempt: the attempt of the subtask, or the version of the plan.
            recorded: the records.
            steps_done: how many steps are behind it and are not begun again.
            watch: is shown every record, with its subtask, before it is written.
            lease: of the claim; None where nobody else could have it.
        """
        self.subtask_id = subtask_id
        self.attempt = attempt
        self._store = store
        self._task_id = task_id
        self._fence = fence
        self._last_step = steps_done
        self._last_write: Written | None = None
        self._watch = watch
        self._lease = lease
        self._requests: dict[str, ApprovalRequested] = {}
        self._decisions: dict[str, ApprovalDecided] = {}
        self._asked: set[str] = set()
        self._answers: dict[str, QuestionAnswered] = {}
        self._finished: dict[int, FinishedStep] = {}
        self._failed: dict[int, ModelCallFailed] = {}
        self._last_recorded = last_step(recorded)
        self._started: dict[int, ToolCallStarted] = {}
        self._intended_at: dict[int, int] = {}
        self._told: list[EventBody] = []
        self._delivered: list[InstructionDelivered] = []
        self.beginning: PromptAssembled | None = None
        self._take_all(recorded)

    def next_step(self) -> int:
        """The number of the step that begins now, from 1."""
        self._last_step += 1
        return self._last_step

    @property
    def coming_step(self) -> int:
        """The number that the next step will have."""
        return self._last_step + 1

    @property
    def delivered(self) -> Sequence[InstructionDelivered]:
        """What the attempt was told of what the user said, in order."""
        return self._delivered

    def may_hear(self, step: int) -> bool:
        """Whether what is said now can go into a step: it has no recorded end and none is after it."""
        return step >= self._last_recorded and step not in self._finished

    def deliver(self, *told: InstructionDelivered) -> None:
        """Record what the attempt is told, before the request that has it."""
        self._delivered.extend(told)
        self.write(*told)

    def finished(self, step: int) -> FinishedStep | None:
        """The recorded end of a step; None when it has to run."""
        return self._finished.get(step)

    def failed_call(self, step: int) -> ModelCallFailed | None:
        """The record of a call that gave no answer."""
        return self._failed.get(step)

    def failure(self, step: int) -> ModelError | None:
        """The error of a call that gave no answer, if the attempt went on after it.

        It is raised again then, since what came after was done because of it.
        """
        failed = self._failed.get(step)
        if failed is None or step >= self._last_recorded:
            return None
        kind = getattr(errors, failed.error, ModelError)
        return kind(failed.message)

    def interrupted(self, step: int) -> ToolCallStarted | None:
        """The intent of a tool call whose end was never recorded."""
        return self._started.get(step)

    def decision(self, request: ApprovalRequested) -> ApprovalDecided | None:
        """What was answered to a request before a crash or while nobody ran the task.

        None also when it was asked with another hash: what was shown then is not what would run now.
        """
        recorded = self._requests.get(request.approval_id)
        if recorded is None or recorded.digest != request.digest:
            return None
        return self._decisions.get(request.approval_id)

    def has_requested(self, request: ApprovalRequested) -> bool:
        """Whether exactly this request for approval is in the journal already."""
        return self._requests.get(request.approval_id) == request

    def open_requests(self, prefix: str) -> list[ApprovalRequested]:
        """Requests for approval that nobody answered, of ids that begin so."""
        return [
            request
            for approval_id, request in self._requests.items()
            if approval_id.startswith(prefix) and approval_id not in self._decisions
        ]

    def has_asked(self, question: QuestionAsked) -> bool:
        """Whether a question is in the journal already."""
        return question.question_id in self._asked

    def answer(self, question_id: str) -> QuestionAnswered | None:
        """What was answered to a question before a crash or while nobody ran the task."""
        return self._answers.get(question_id)

    def has_told(self, body: EventBody) -> bool:
        """Whether an earlier run recorded this between its steps; each record counts once."""
        if body not in self._told:
            return False
        self._told.remove(body)
        return True

    def write(self, *bodies: EventBody) -> Written:
        """Add records without waiting, and give what tells when they are in the database.

        Nobody needs to wait for it: what is added or committed later raises what this one met.
        """
        return self._submit(bodies, is_urgent=False)

    async def commit(self, *bodies: EventBody) -> None:
        """Add records and wait until they, and all written before, are in the database.

        Raises ``StaleFence`` also when another engine took over while this one stood still.
        """
        if bodies:
            self._submit(bodies, is_urgent=True)
        if self._last_write is not None:
            self._store.hurry()
            await self._last_write
            self._last_write = None
        await self.require_claim()

    async def require_claim(self) -> None:
        """Return if the claim holds, before something is done under it. Raises ``StaleFence``."""
        if self._lease is not None:
            await self._lease.require()

    async def changes_by_others(self, step: int) -> list[FileChange]:
        """What other subtasks changed after the intent of a step, in order."""
        records = await self._store.changes(self._task_id)
        since = self._intended_at.get(step, 0)
        return [
            record.change
            for record in records
            if record.sequence > since and record.subtask_id != self.subtask_id
        ]

    def _submit(self, bodies: Sequence[EventBody], *, is_urgent: bool) -> Written:
        """Hand records to the store."""
        for body in bodies:
            self._take_approval(body)
            if self._watch is not None:
                self._watch(self.subtask_id, body)
        entries = [Entry(body, self.subtask_id, self.attempt) for body in bodies]
        self._forget_write()
        self._last_write = self._store.submit(
            self._task_id, entries, fence=self._fence, is_urgent=is_urgent
        )
        return self._last_write

    def _forget_write(self) -> None:
        """Raise what an earlier write met; its success is implied by that of a later one."""
        if self._last_write is not None and self._last_write.done():
            self._last_write.result()

    def _take_all(self, recorded: Sequence[Event]) -> None:
        """Sort the records of earlier runs."""
        for event in recorded:
            self._take(event.body)
            if isinstance(event.body, ToolCallStarted):
                self._intended_at[event.body.step] = event.sequence

    def _take(self, body: EventBody) -> None:
        """Sort one record by what it says of its step."""
        if isinstance(body, FinishedStep):
            self._finished[body.step] = body
        elif isinstance(body, ToolCallStarted):
            self._started[body.step] = body
        elif isinstance(body, ModelCallFailed):
            self._failed[body.step] = body
        elif isinstance(body, PromptAssembled):
            self.beginning = body
        elif not isinstance(body, StepRecord):
            self._take_said(body)

    def _take_said(self, body: EventBody) -> None:
        """Sort one record of what was said or asked between steps."""
        if isinstance(body, InstructionDelivered):
            self._delivered.append(body)
        elif isinstance(body, ApprovalRequested | ApprovalDecided):
            self._take_approval(body)
        elif isinstance(body, QuestionAsked):
            self._asked.add(body.question_id)
        elif isinstance(body, QuestionAnswered):
            self._answers[body.question_id] = body
        else:
            self._told.append(body)

    def _take_approval(self, body: EventBody) -> None:
        """Keep what was asked and what was answered, in an earlier run or in this one."""
        if isinstance(body, ApprovalRequested):
            self._requests[body.approval_id] = body
        elif isinstance(body, ApprovalDecided):
            self._decisions[body.approval_id] = body


def last_step(records: Iterable[Event]) -> int:
    """The number of the last step that records tell of; 0 when there is none."""
    return max(
        (event.body.step for event in records if isinstance(event.body, StepRecord)), default=0
    )
