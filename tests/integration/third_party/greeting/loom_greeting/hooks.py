"""Hooks: makes the plan, and remembers that it was polite."""

from loom_core import hookimpl
from loom_core.contracts.context import Context
from loom_core.types import (
    CheckSpec,
    MemoryEntry,
    MemoryKind,
    Outcome,
    Plan,
    Subtask,
    Task,
)


@hookimpl
async def loom_plan(task: Task, context: Context) -> Plan | None:
    """One subtask, whatever the goal."""
    check = CheckSpec(kind="file_contains", target="greeting.txt", expected="Hello, plugins!")
    return Plan(subtasks=(Subtask(id="say-hello", description=task.goal, checks=(check,)),))


@hookimpl
def loom_extract(subtask: Subtask, outcome: Outcome) -> list[MemoryEntry]:
    """One lesson."""
    return [MemoryEntry(kind=MemoryKind.DISCOVERY, text="plugins like to be greeted")]
