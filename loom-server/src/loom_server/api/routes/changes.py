"""What a task changed in its workspace, and taking it back."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query

from loom_core.changes.net import net_changes
from loom_core.changes.of_task import diffs_of_task
from loom_core.changes.undo import undo_task
from loom_core.changes.undo_forms import UndoRequest
from loom_core.engine.owner import is_alive
from loom_server.api.errors import ABOUT_TASK, ACTS_ON_TASK, NotFound, NotNow
from loom_server.api.models.changes import (
    Changes,
    ChangeView,
    DiffPage,
    DiffView,
    UndoView,
    UndoWish,
)
from loom_server.api.routes.depends import MAX_SEQUENCE, ServiceDep, TaskDep

router = APIRouter(tags=["changes"])

PAGE_CHARACTERS = 2 * 1024 * 1024
"""A page of diffs ends with the one with which it has this many; one alone has some 8 million at most."""


@router.get("/tasks/{task_id}/changes", responses=ABOUT_TASK)
async def list_changes(task: TaskDep, service: ServiceDep) -> Changes:
    """The paths that are different because of a task."""
    records = await service.store.changes(task.id)
    net = net_changes(record.change for record in records)
    return Changes(task_id=task.id, changes=[ChangeView.of(change) for change in net])


@router.get("/tasks/{task_id}/changes/{path:path}/diff", responses=ABOUT_TASK)
async def get_diff(task: TaskDep, path: str, service: ServiceDep) -> DiffView:
    """How one file differs because of a task, as a unified diff."""
    records = await service.store.changes(task.id)
    if path not in {change.path for change in net_changes(one.change for one in records)}:
        raise NotFound(f"task {task.id} has no change of {path!r}")
    workspace = service.loom.open_workspace(Path(task.workspace))
    found = await diffs_of_task(workspace, service.store, task, subtask="", file=path)
    for diff in found.files:
        if diff.path == path:
            return DiffView.model_validate(diff)
    raise NotFound(f"{path!r} is a directory, or git's own; it has no lines to compare")


@router.get("/tasks/{task_id}/diff", responses=ABOUT_TASK)
async def get_task_diff(
    task: TaskDep,
    service: ServiceDep,
    subtask_id: Annotated[str, Query(max_length=200, description="Only its; empty is all.")] = "",
    file: Annotated[
        str, Query(max_length=4096, description="A file or directory; empty is all.")
    ] = "",
    offset: Annotated[int, Query(ge=0, le=MAX_SEQUENCE)] = 0,
) -> DiffPage:
    """How all files differ because of a task, as unified diffs, some files at a time."""
    found = await diffs_of_task(
        service.loom.open_workspace(Path(task.workspace)),
        service.store,
        task,
        subtask=subtask_id,
        file=file,
        offset=offset,
        most_characters=PAGE_CHARACTERS,
    )
    return DiffPage(
        task_id=task.id,
        files=[DiffView.model_validate(one) for one in found.files],
        git=found.git,
        next_offset=found.next_offset,
    )


@router.post("/tasks/{task_id}/undo", responses=ACTS_ON_TASK)
async def undo(task: TaskDep, wish: UndoWish, service: ServiceDep) -> UndoView:
    """Put back the files that a task changed; where somebody else changed one since, nothing is done."""
    if task.owner and is_alive(task.owner):
        raise NotNow(f"task {task.id} is {task.state.value} and being worked on; cancel it first")
    request = UndoRequest(
        wish.subtask_id,
        wish.file,
        is_redo=wish.redo,
        is_dry_run=wish.dry_run,
        force=wish.force,
    )
    report = await undo_task(service.loom, service.store, task, request)
    return UndoView.model_validate(report)
