"""What was learned in tasks."""

from typing import Annotated

from fastapi import APIRouter, Query

from loom_core.types import MemoryKind
from loom_server.api.errors import ABOUT_TASK
from loom_server.api.models.events import Memories, MemoryView
from loom_server.api.routes.depends import ServiceDep, TaskDep

router = APIRouter(tags=["memory"])

_Text = Annotated[
    str, Query(max_length=1000, description="Words to look for; empty is the newest.")
]
_Kinds = Annotated[
    list[MemoryKind], Query(default_factory=list, description="Only these kinds; none is all.")
]
_Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/tasks/{task_id}/memory", responses=ABOUT_TASK)
async def get_task_memory(
    task: TaskDep, service: ServiceDep, kind: _Kinds, q: _Text = "", limit: _Limit = 50
) -> Memories:
    """What was learned in one task."""
    found = await service.store.search_memory(q, task_id=task.id, kinds=kind, limit=limit)
    return Memories(entries=[MemoryView.of(one) for one in found])


@router.get("/memory/search")
async def search_memory(
    service: ServiceDep, kind: _Kinds, q: _Text = "", limit: _Limit = 20
) -> Memories:
    """What was learned in all tasks."""
    found = await service.store.search_memory(q, kinds=kind, limit=limit)
    return Memories(entries=[MemoryView.of(one) for one in found])
