"""The columns of a row that deciding needs, and how projection looks at them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypedDict

__all__ = [
    "TRACKED",
    "ApprovalRow",
    "Key",
    "Rows",
    "SubtaskRow",
    "TaskRow",
    "Value",
    "Write",
]

Value = str | int | float | None
"""What a column holds."""

Key = tuple[str | int, ...]
"""Values of a primary key in the order of its columns."""


class _Counted(TypedDict):
    """The sums of tokens and calls."""

    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    calls: int


class TaskRow(_Counted):
    """What is looked at of a task."""

    id: str
    state: str
    owner: str
    lease_until: int | None
    lease_boot: str
    lease_ticks: int | None
    idempotency_key: str | None
    callback_url: str
    fence: int
    plan_version: int
    replans: int
    started_at: int | None


class SubtaskRow(_Counted):
    """What is looked at of a subtask."""

    task_id: str
    id: str
    state: str
    started_at: int | None


class ApprovalRow(TypedDict):
    """What is looked at of an approval."""

    task_id: str
    id: str
    is_parking: int


TRACKED: Mapping[str, tuple[str, ...]] = {
    "tasks": tuple(TaskRow.__annotations__),
    "subtasks": tuple(SubtaskRow.__annotations__),
    "approvals": tuple(ApprovalRow.__annotations__),
}
"""Tables of which rows are looked at, and the columns of them."""


class Rows(Protocol):
    """The derived tables as they stand at one point of the stream. The rows are not to be changed."""

    def task(self, task_id: str) -> TaskRow | None:
        """The task, or None."""
        ...

    def subtask(self, task_id: str, subtask_id: str) -> SubtaskRow | None:
        """The subtask, or None."""
        ...

    def subtasks(self, task_id: str) -> Mapping[str, SubtaskRow]:
        """Every subtask of a task by its id."""
        ...

    def approval(self, task_id: str, approval_id: str) -> ApprovalRow | None:
        """The approval, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Write:
    """One row to insert, or some columns of one row to update."""

    table: str
    key: Key
    """Primary key; of a row whose key the database gives, anything that is unique."""
    columns: Mapping[str, Value]
    is_new: bool = False
    """True inserts, and then ``columns`` holds all of them."""
