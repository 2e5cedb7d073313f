"""Tasks: created, listed, looked at, watched and cancelled."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from loom_core.engine.outside.cancelling import cancel_task
from loom_core.types import ApprovalMode, TaskState
from loom_server.api.errors import ABOUT_TASK, ACTS_ON_TASK, Documented, NotFound, Unavailable
from loom_server.api.models.events import EventPage, EventView, Trace
from loom_server.api.models.tasks import (
    Cancelled,
    NewTask,
    PageQuery,
    SubtaskView,
    TaskPage,
    TaskSummary,
    TaskView,
)
from loom_server.api.routes.depends import MAX_SEQUENCE, ServiceDep, TaskDep
from loom_server.api.views import view_task
from loom_server.running.place import prepare_place
from loom_server.streaming.response import EventStream
from loom_server.webhooks.address import require_deliverable

router = APIRouter(tags=["tasks"])

_STREAM: Documented = {
    204: {"description": "The task has ended, and the client has every event."},
    **ABOUT_TASK,
}


@router.post("/tasks", status_code=201)
async def create_task(
    wanted: NewTask,
    service: ServiceDep,
    response: Response,
    idempotency_key: Annotated[str, Header(max_length=200)] = "",
) -> TaskView:
    """Accept a goal. It runs as soon as the server has room for it, also after a restart.

    The same ``Idempotency-Key`` with the same request makes no second task: the first is answered again.
    """
    settings = service.loom.settings
    if wanted.callback_url:
        require_deliverable(wanted.callback_url, settings.webhooks)
    place = prepare_place(wanted.workspace, settings.workspace.default_path)
    task = await service.loom.create(
        wanted.goal,
        workspace=place,
        context=wanted.context,
        approval_mode=ApprovalMode(wanted.approval_mode) if wanted.approval_mode else None,
        idempotency_key=idempotency_key,
        is_hosted=True,
        metadata=wanted.metadata,
        callback_url=wanted.callback_url,
    )
    record = await service.store.task(task.id)
    if record.state is TaskState.PENDING and not record.owner:
        service.pool.start(task.id)
    response.headers["Location"] = f"/tasks/{task.id}"
    return await view_task(service, record)


@router.get("/tasks")
async def list_tasks(page: Annotated[PageQuery, Query()], service: ServiceDep) -> TaskPage:
    """Tasks, some at a time."""
    records = await service.store.tasks(
        state=page.state,
        kind=page.kind,
        limit=page.limit,
        offset=page.offset,
        is_oldest_first=page.sort == "oldest",
    )
    return TaskPage(
        tasks=[
            TaskSummary.of(record, await service.store.subtasks(record.id)) for record in records
        ],
        total=await service.store.count_tasks(state=page.state, kind=page.kind),
        limit=page.limit,
        offset=page.offset,
    )


@router.get("/tasks/{task_id}", responses=ABOUT_TASK)
async def get_task(task: TaskDep, service: ServiceDep) -> TaskView:
    """A task: its plan, subtasks with evidence, progress, tokens, and what it waits for."""
    return await view_task(service, task)


@router.delete("/tasks/{task_id}", responses=ACTS_ON_TASK)
async def delete_task(task: TaskDep, service: ServiceDep) -> Cancelled:
    """Stop a task for good, whichever process works on it. What it changed stays; see undo."""
    service.pool.forget(task.id)
    await cancel_task(service.store, task.id, by="the API")
    return Cancelled(id=task.id, state=TaskState.CANCELLED)


@router.get(
    "/tasks/{task_id}/stream",
    status_code=200,
    responses=_STREAM,
    response_class=EventStream,
    response_description="Events in order; the stream ends with the event that ends the task.",
)
async def stream_task(
    task: TaskDep,
    service: ServiceDep,
    last_event_id: Annotated[int, Header(ge=0, le=MAX_SEQUENCE)] = 0,
    after: Annotated[int, Query(ge=0, le=MAX_SEQUENCE)] = 0,
) -> Response:
    """Watch a task: server-sent events from the beginning, or from where a client stopped.

    The id of a message is the event's sequence. ``Last-Event-ID``, which browsers send by themselves when
    they connect again, wins over ``after``.
    """
    seen = last_event_id or after
    if task.state.is_terminal:
        newest = await service.store.newest_sequence(task.id)
        if seen >= newest:
            return Response(status_code=204)
    else:
        newest = await service.hub.newest(task.id, at_least=seen)
    if service.hub.refusal:
        raise Unavailable(service.hub.refusal)
    return EventStream(
        service.hub, task.id, after=seen, newest=newest, is_over=task.state.is_terminal
    )


@router.get("/tasks/{task_id}/events", responses=ABOUT_TASK)
async def list_events(
    task: TaskDep,
    service: ServiceDep,
    after: Annotated[int, Query(ge=0, le=MAX_SEQUENCE)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> EventPage:
    """What has happened in a task so far, some at a time; the stream waits for more."""
    events = await service.store.events(task.id, after=after, limit=limit + 1)
    shown = events[:limit]
    return EventPage(
        task_id=task.id,
        events=[EventView.of(event) for event in shown],
        next_after=shown[-1].sequence if len(events) > limit else None,
    )


@router.get("/tasks/{task_id}/subtasks", responses=ABOUT_TASK)
async def list_subtasks(task: TaskDep, service: ServiceDep) -> list[SubtaskView]:
    """The steps of a task in the order of its plan, also those of earlier plans."""
    return [SubtaskView.of(one, task.plan) for one in await service.store.subtasks(task.id)]


@router.get("/tasks/{task_id}/subtasks/{subtask_id}", responses=ABOUT_TASK)
async def get_subtask(task: TaskDep, subtask_id: str, service: ServiceDep) -> SubtaskView:
    """One step of a task."""
    for one in await service.store.subtasks(task.id):
        if one.id == subtask_id:
            return SubtaskView.of(one, task.plan)
    raise NotFound(f"task {task.id} has no subtask {subtask_id!r}")


@router.get("/tasks/{task_id}/subtasks/{subtask_id}/trace", responses=ABOUT_TASK)
async def get_trace(
    task: TaskDep,
    subtask_id: str,
    service: ServiceDep,
    *,
    after: Annotated[int, Query(ge=0, le=MAX_SEQUENCE)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    attempt: Annotated[int | None, Query(ge=1, le=1000)] = None,
) -> Trace:
    """What happened in a subtask, in order: prompts, model calls, tool calls, verdicts."""
    await get_subtask(task, subtask_id, service)
    events = await service.store.events(
        task.id, after=after, limit=limit + 1, subtask_id=subtask_id, attempt=attempt
    )
    shown = events[:limit]
    return Trace(
        task_id=task.id,
        subtask_id=subtask_id,
        events=[EventView.of(event) for event in shown],
        next_after=shown[-1].sequence if len(events) > limit else None,
    )
