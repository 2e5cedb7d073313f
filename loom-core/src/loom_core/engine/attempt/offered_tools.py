"""Which tools a subtask is offered: all of them, or for a small model the few that it may need."""

from collections.abc import Iterable, Sequence
from typing import Any

from loom_core.calling import FITTING, relevance
from loom_core.contracts.tool import Tool
from loom_core.dialects import DIALECTS
from loom_core.types import Subtask, Task, ToolSpec


def offered_tools(
    tools: Iterable[Tool[Any]],
    task: Task,
    subtask: Subtask,
    dialect: str,
    recorded: Sequence[str] = (),
) -> list[ToolSpec]:
    """The tools that stand in the prompt of a model that does not call through its server; else all.

    Each tool costs such a model 40 to 90 tokens of prompt and some of its aim. A tool that is left
    out cannot be called. Subtasks whose words bring in no tool of their own share the goal's, and so
    the beginning of their prompts. A conversation that was begun before is offered what was recorded of
    it, in that order, as far as it is installed: its prompt speaks of these.
    """
    if recorded:
        by_name = {tool.name: tool for tool in tools}
        return [by_name[name].spec() for name in recorded if name in by_name]
    if DIALECTS[dialect].calls_through_server:
        return [tool.spec() for tool in tools]
    job = f"{task.goal}\n{subtask.description}"
    return [
        tool.spec()
        for tool in tools
        if tool.is_always_offered or relevance(job, tool.spec()) >= FITTING
    ]
