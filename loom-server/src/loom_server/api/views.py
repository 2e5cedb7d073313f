"""A task with everything about it, put together from what the store knows."""

from loom_core.engine.human.answering import open_questions
from loom_core.events import ApprovalRequested, Event, QuestionAnswered, QuestionAsked
from loom_core.store import ApprovalRecord, Store, SubtaskRecord, TaskRecord
from loom_core.types import ApprovalScope, SubtaskState
from loom_server.api.models.tasks import (
    ApprovalView,
    ProgressView,
    QuestionView,
    SubtaskView,
    TaskSummary,
    TaskView,
)
from loom_server.running.creation import creation_of
from loom_server.service import Service

_RUNNING = {SubtaskState.RUNNING, SubtaskState.VERIFYING}


async def view_task(service: Service, record: TaskRecord) -> TaskView:
    """The whole state of a task."""
    subtasks = await service.store.subtasks(record.id)
    views = [SubtaskView.of(one, record.plan) for one in subtasks]
    approvals, questions = await _view_waits(service.store, record)
    created = await creation_of(service.store, record.id)
    return TaskView(
        **TaskSummary.of(record, subtasks).model_dump(),
        context=record.context,
        metadata=created.metadata,
        advice=record.advice,
        plan_version=record.plan.version if record.plan else 0,
        is_degraded=record.plan is not None and record.plan.degraded,
        replans=record.replans,
        subtasks=views,
        progress=_progress(subtasks, record),
        approvals=approvals,
        questions=questions,
        is_queued=record.id in service.pool.queued,
        is_running_here=record.id in service.pool.running,
    )


async def _view_waits(
    store: Store, record: TaskRecord
) -> tuple[list[ApprovalView], list[QuestionView]]:
    """What a task waits for a human to allow, and to say; nothing once it has ended.

    Of its events only those that tell are read: there may be tens of thousands.
    """
    if record.state.is_terminal:
        return [], []
    approvals = [one for one in await store.approvals(record.id) if one.decision is None]
    # After them, so that the request of each is there.
    events = await store.stream.of_types(
        record.id, ApprovalRequested, QuestionAsked, QuestionAnswered
    )
    requests = requests_of(events)
    questions = [_question(event) for event in open_questions(events).values()]
    return [_approval(one, requests.get(one.id)) for one in approvals], questions


def requests_of(events: list[Event]) -> dict[str, ApprovalRequested]:
    """The requests of calls for approval by id; a parked subtask has none."""
    bodies = [event.body for event in events]
    return {body.approval_id: body for body in bodies if isinstance(body, ApprovalRequested)}


def scopes_of(request: ApprovalRequested | None) -> list[ApprovalScope]:
    """What a yes may cover, the narrowest first."""
    if request is None or not request.tool:
        return [ApprovalScope.ONCE]
    return [scope for scope in ApprovalScope if scope is not ApprovalScope.TARGET or request.target]


def _approval(record: ApprovalRecord, request: ApprovalRequested | None) -> ApprovalView:
    """The view of one approval that is open."""
    return ApprovalView(
        id=record.id,
        subtask_id=record.subtask_id,
        what=record.what,
        reason=record.reason,
        tool=request.tool if request else "",
        target=request.target if request else "",
        scopes=[scope.value for scope in scopes_of(request)],
        requested_at=record.requested_at,
    )


def _question(event: Event) -> QuestionView:
    """The view of one question that is open."""
    body = event.body
    assert isinstance(body, QuestionAsked)  # noqa: S101 - open_questions gives no other event
    return QuestionView(
        id=body.question_id,
        subtask_id=event.subtask_id,
        question=body.question,
        options=list(body.options),
        asked_at=event.at,
    )


def _progress(subtasks: list[SubtaskRecord], record: TaskRecord) -> ProgressView:
    """How far the plan in force is."""
    planned = {item.id for item in record.plan.subtasks} if record.plan else set[str]()
    inside = [one for one in subtasks if one.id in planned]
    return ProgressView(
        subtasks=len(planned),
        completed=sum(one.state is SubtaskState.COMPLETED for one in inside),
        running=[one.id for one in inside if one.state in _RUNNING],
        waiting=[one.id for one in inside if one.state is SubtaskState.WAITING_APPROVAL],
    )
