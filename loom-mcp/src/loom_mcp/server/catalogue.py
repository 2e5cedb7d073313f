"""The tools that a client is offered, with the schemas of what goes in and what comes out."""

from mcp_types import Tool, ToolAnnotations
from pydantic import BaseModel

from loom_core.json_schema import slim_schema
from loom_mcp.server.arguments import ExecuteTask, ListTasks, TaskStatus
from loom_mcp.server.report import TaskList, TaskReport

EXECUTE, STATUS, LIST = "loom_execute_task", "loom_task_status", "loom_list_tasks"

_EXECUTE = (
    "Have local models work on a goal in a directory until it is reached: they plan it, change files, run "
    "commands in a sandbox, and executable checks decide whether it is done. Returns status, evidence, "
    "changed files and how to undo them. Takes minutes, and tells its progress; cancelling the call "
    "cancels the task. Steps that need an approval wait for the user."
)
_STATUS = (
    "How far a task is: status, evidence, changed files, what it waits for and how to undo it."
)
_LIST = "The tasks of these directories, the newest first."


def tools() -> list[Tool]:
    """The three of them."""
    looks = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    acts = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=False)
    return [
        _tool(EXECUTE, _EXECUTE, ExecuteTask, TaskReport, acts),
        _tool(STATUS, _STATUS, TaskStatus, TaskReport, looks),
        _tool(LIST, _LIST, ListTasks, TaskList, looks),
    ]


def _tool(
    name: str,
    description: str,
    arguments: type[BaseModel],
    result: type[BaseModel],
    annotations: ToolAnnotations,
) -> Tool:
    """One tool."""
    return Tool(
        name=name,
        description=description,
        # Clients put the first into prompts, and check results against the second.
        input_schema={"additionalProperties": False, **slim_schema(arguments.model_json_schema())},
        output_schema=result.model_json_schema(),
        annotations=annotations,
    )
