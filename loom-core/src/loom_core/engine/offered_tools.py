"""Which tools a subtask is offered: all of them, or for a small model the few that it may need."""

from collections.abc import Sequence

from loom_core.calling import FITTING, relevance
from loom_core.contracts.context import ModelFacts
from loom_core.dialects import JsonActionDialect
from loom_core.types import Subtask, Task, ToolSpec

ALWAYS = frozenset(
    {
        "read_file",
        "write_file",
        "edit_file",
        "delete_file",
        "move_file",
        "list_directory",
        "search_files",
        "shell_execute",
    }
)
"""What nearly every job with files needs; another tool has to have to do with the job."""


def offered_tools(
    specs: Sequence[ToolSpec], task: Task, subtask: Subtask, facts: ModelFacts
) -> list[ToolSpec]:
    """The tools that stand in the prompt of a model that writes JSON actions; else all of them.

    Each tool costs such a model 40 to 90 tokens of prompt and some of its aim. A tool that is left
    out cannot be called. Subtasks whose words bring in no tool of their own share the goal's, and so
    the beginning of their prompts.
    """
    if facts.dialect != JsonActionDialect.name:
        return list(specs)
    job = f"{task.goal}\n{subtask.description}"
    return [spec for spec in specs if spec.name in ALWAYS or relevance(job, spec) >= FITTING]
