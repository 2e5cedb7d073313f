"""The resources of tasks: plan, events and diff."""

import json
import re
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    ListResourcesResult,
    ListResourceTemplatesResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from loom_core.cli.progress.replay import replay
from loom_core.desk import ServerDesk
from loom_core.errors import LoomError
from loom_core.events import Event
from loom_mcp.server.rules import Rules

_KINDS = {
    "plan": ("application/json", "The plan in force, with the state of every subtask"),
    "events": ("application/json", "What happened, in order; the newest of a long task"),
    "diff": ("text/x-diff", "What the task changed in the end, as a unified diff"),
}
_URI = re.compile(r"loom://tasks/([A-Za-z0-9-]{1,100})/(plan|events|diff)")
_LISTED_TASKS = 10
_LOOKED_THROUGH = 100
_MOST_CHARACTERS = 1_000_000


class Resources:
    """Lists and reads what tasks leave."""

    def __init__(self, desk: ServerDesk, rules: Rules) -> None:
        """Read from this desk, within the rules of the user."""
        self._desk = desk
        self._rules = rules

    async def list(
        self, _context: ServerRequestContext[Any, Any], _params: PaginatedRequestParams | None
    ) -> ListResourcesResult:
        """Those of the newest tasks; the templates name those of all others."""
        tasks = await self._desk.tasks(state=None, limit=_LOOKED_THROUGH)
        shown = [task for task in tasks if self._rules.shows(task)][:_LISTED_TASKS]
        return ListResourcesResult(
            resources=[
                Resource(
                    name=f"{kind} of {task.id}",
                    uri=f"loom://tasks/{task.id}/{kind}",
                    description=f"{what}: {task.goal[:200]}",
                    mime_type=mime_type,
                )
                for task in shown
                for kind, (mime_type, what) in _KINDS.items()
            ]
        )

    async def templates(
        self, _context: ServerRequestContext[Any, Any], _params: PaginatedRequestParams | None
    ) -> ListResourceTemplatesResult:
        """One for each kind."""
        return ListResourceTemplatesResult(
            resource_templates=[
                ResourceTemplate(
                    name=f"{kind} of a task",
                    uri_template=f"loom://tasks/{{task_id}}/{kind}",
                    description=what,
                    mime_type=mime_type,
                )
                for kind, (mime_type, what) in _KINDS.items()
            ]
        )

    async def read(
        self, _context: ServerRequestContext[Any, Any], params: ReadResourceRequestParams
    ) -> ReadResourceResult:
        """One of them. Raises ``MCPError`` for what is not there."""
        found = _URI.fullmatch(params.uri)
        if found is None:
            raise MCPError(INVALID_PARAMS, f"there is no resource {params.uri!r}")
        task_id, kind = found.groups()
        try:
            text = await self._text(task_id, kind)
        except LoomError as error:
            raise MCPError(INVALID_PARAMS, str(error)) from error
        content = TextResourceContents(uri=params.uri, mime_type=_KINDS[kind][0], text=text)
        return ReadResourceResult(contents=[content])

    async def _text(self, reference: str, kind: str) -> str:
        """The text of a resource. Raises ``LoomError``."""
        task = self._rules.check_visible(await self._desk.task(reference))
        if kind == "diff":
            return (await self._desk.diff(task.id)).text[:_MOST_CHARACTERS]
        events = await self._desk.events(task.id)
        if kind == "events":
            return _events_text(task.id, [_event_json(event) for event in events])
        progress = replay(task.id, events)
        subtasks = [subtask.as_json() for subtask in progress.subtasks.values()]
        plan = {"task_id": task.id, "version": progress.plan_version, "subtasks": subtasks}
        return json.dumps(plan, ensure_ascii=False)


def _event_json(event: Event) -> str:
    """One event for programs."""
    return json.dumps(event.as_json(), ensure_ascii=False)


def _events_text(task_id: str, events: "list[str]") -> str:
    """As many of the newest events as fit, and how many were left out."""
    kept: list[str] = []
    room = _MOST_CHARACTERS
    for text in reversed(events):
        room -= len(text)
        if room < 0:
            break
        kept.append(text)
    left_out = len(events) - len(kept)
    listed = ",\n".join(reversed(kept))
    return f'{{"task_id": {json.dumps(task_id)}, "left_out": {left_out}, "events": [\n{listed}\n]}}'
