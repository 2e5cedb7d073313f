"""Messages about a task for whoever asked for it: how they went, and telling them again."""

from typing import Annotated

from fastapi import APIRouter, Query

from loom_server.api.errors import ABOUT_TASK, NotFound
from loom_server.api.models.webhooks import DeliveryList, DeliveryView, Redelivery
from loom_server.api.routes.depends import MAX_SEQUENCE, ServiceDep, TaskDep

router = APIRouter(tags=["webhooks"], responses=ABOUT_TASK)

_Sequence = Annotated[int | None, Query(ge=1, le=MAX_SEQUENCE, description="One; none is all.")]


@router.get("/tasks/{task_id}/webhooks")
async def list_webhooks(task: TaskDep, service: ServiceDep) -> DeliveryList:
    """The messages about a task, and how their delivery goes."""
    found = await service.store.deliveries.of_task(task.id)
    views = [DeliveryView.model_validate(one) for one in found]
    return DeliveryList(task_id=task.id, deliveries=views)


@router.post("/tasks/{task_id}/webhooks/replay")
async def replay_webhooks(
    task: TaskDep, service: ServiceDep, sequence: _Sequence = None
) -> Redelivery:
    """Deliver messages about a task anew, also those that arrived or were given up."""
    count = await service.store.deliveries.again(task.id, sequence)
    if sequence is not None and not count:
        raise NotFound(f"task {task.id} has no message about event {sequence}")
    service.courier.hurry()
    return Redelivery(task_id=task.id, messages=count)
