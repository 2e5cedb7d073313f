"""What routes are given: the service, and a task by its exact id."""

from typing import Annotated, cast

from fastapi import Depends, Path, Request

from loom_core.errors import UnknownTask
from loom_core.store import TaskRecord
from loom_server.service import Service

MAX_SEQUENCE = 2**63 - 1
"""The largest sequence of an event that a database holds."""


async def _service(request: Request) -> Service:  # what is not async runs in a thread each time
    return cast("Service", request.app.state.service)


ServiceDep = Annotated[Service, Depends(_service)]
"""The service behind the application."""
TaskId = Annotated[str, Path(min_length=1, max_length=64, description="The task's whole id.")]


async def _task(task_id: TaskId, service: ServiceDep) -> TaskRecord:
    """The task; a beginning of its id, which the command line takes, is not enough here."""
    record = await service.store.task(task_id)
    if record.id != task_id:
        raise UnknownTask(f"there is no task {task_id!r}; GET /tasks lists them")
    return record


TaskDep = Annotated[TaskRecord, Depends(_task)]
"""The task of the path."""
