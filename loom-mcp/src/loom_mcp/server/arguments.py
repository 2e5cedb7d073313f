"""The arguments of the tools, as a client has to give them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from loom_core.types import TaskState
from loom_core.types.task import MAX_GOAL_CHARACTERS


class _Arguments(BaseModel):
    """Exactly what is named; nothing is turned into another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class ExecuteTask(_Arguments):
    """Of ``loom_execute_task``."""

    goal: Annotated[str, Field(max_length=MAX_GOAL_CHARACTERS)] = ""
    """What should be done, complete in itself. Name files and what must hold in the end."""
    workspace: Annotated[str, Field(max_length=4096)] = ""
    """Directory to work in, inside of those that the user opened; leave it out for the usual one."""
    context: Annotated[str, Field(max_length=MAX_GOAL_CHARACTERS)] = ""
    """What else the models should know."""
    task_id: Annotated[str, Field(max_length=100)] = ""
    """Instead of a goal: an earlier task to go on with, which waited or was interrupted."""
    wait: bool = True
    """False returns at once; look at the task with loom_task_status then."""
    idempotency_key: Annotated[str, Field(max_length=200)] = ""
    """Makes one task, however often the call is repeated with it."""


class TaskStatus(_Arguments):
    """Of ``loom_task_status``."""

    task_id: Annotated[str, Field(min_length=1, max_length=100)]
    """The id of a task, or a unique beginning of it."""


class ListTasks(_Arguments):
    """Of ``loom_list_tasks``."""

    state: TaskState | None = None
    """Only tasks in this state."""
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    """How many, the newest first."""
