"""A task with everything about it, put together from what the store knows."""

from loom_core.engine.human.answering import open_questions
from loom_core.events import ApprovalRequested, Event, QuestionAsked
from loom_core.store import ApprovalRecord, SubtaskRecord, TaskRecord
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
    approvals = await service.store.approvals(record.id)
    events = await service.store.events(record.id)  # after it, so that the request of each is there
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
        approvals=_view_approvals(record, approvals, events),
        questions=view_questions(record, events),
        is_queued=record.id in service.pool.queued,
        is_running_here=record.id in service.pool.running,
    )


def _view_approvals(
    record: TaskRecord, approvals: list[ApprovalRecord], events: list[Event]
) -> list[ApprovalView]:
    """What a task waits for a human to allow; nothing once it has ended."""
    if record.state.is_terminal:
        return []
    requests = requests_of(events)
    return [_approval(one, requests.get(one.id)) for one in approvals if one.decision is None]


def requests_of(events: list[Event]) -> dict[str, ApprovalRequested]:
    """The requests of calls for approval by id; a parked subtask has none."""
    bodies = [event.body for event in events]
    return {body.approval_id: body for body in bodies if isinstance(body, ApprovalRequested)}


def scopes_of(request: ApprovalRequested | None) -> list[ApprovalScope]:
    """What a yes may cover, the narrowest first."""
    if request is None or not request.tool:
        return [ApprovalScope.ONCE]
    return [scope for scope in ApprovalScope if scope is not ApprovalScope.TARGET or request.target]


def view_questions(record: TaskRecord, events: list[Event]) -> list[QuestionView]:
    """What a task wants to know; nothing once it has ended."""
    if record.state.is_terminal:
        return []
    return [_question(event) for event in open_questions(events).values()]


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
