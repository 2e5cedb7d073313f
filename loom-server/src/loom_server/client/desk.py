"""A desk at a server: the entry point ``http`` of ``loom.desks``."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import TypeAdapter

from loom_core.changes.diffs import FileDiff, TaskDiff
from loom_core.changes.undo_forms import UndoReport, UndoRequest
from loom_core.desk import TaskInShort
from loom_core.desk.protocol import OpenApproval
from loom_core.did_you_mean import did_you_mean
from loom_core.errors import UnknownTask
from loom_core.events import Event
from loom_core.events.reading import event_from_json
from loom_core.types import Decision, FileChange, TaskKind, TaskState
from loom_server.client.connection import Connection
from loom_server.client.place import find_place

_LAST = "last"
_PAGE = 1000
_MOST_SEARCHED = 500
_DIFFS = TypeAdapter(list[FileDiff])
_REPORT = TypeAdapter(UndoReport)


@asynccontextmanager
async def open_desk(
    server: str,
    *,
    home: Path,
    environ: Mapping[str, str],
    within_seconds: float | None = None,
) -> AsyncGenerator["HttpDesk"]:
    """A desk at a server, open while inside. Raises ``UsageError`` when none is there."""
    place = find_place(server, home=home, environ=environ)
    if within_seconds is not None:
        await Connection(place, timeout_seconds=within_seconds).ask(
            "GET", "/tasks", query={"limit": 1}
        )
    yield HttpDesk(Connection(place), place.url)


class HttpDesk:
    """A ``Desk`` over HTTP. Who acts is the API, whatever the caller calls himself."""

    goes_on = True

    def __init__(self, connection: Connection, server: str) -> None:
        """Ask the server of this address over a connection."""
        self._connection = connection
        self.server = server

    async def task(self, reference: str) -> TaskInShort:
        """The task that is meant."""
        if reference == _LAST:
            newest = await self.tasks(state=None, limit=1)
            if not newest:
                raise UnknownTask("the server has no task yet; start one: loom run GOAL --server …")
            return newest[0]
        try:
            return _in_short(await self._connection.ask("GET", _path(reference)))
        except UnknownTask:
            return _fitting(reference, await self.tasks(state=None, limit=_MOST_SEARCHED))

    async def tasks(self, *, state: TaskState | None, limit: int) -> Sequence[TaskInShort]:
        """Tasks, the newest first."""
        found: list[TaskInShort] = []
        while len(found) < limit:
            query: dict[str, object] = {"offset": len(found), "limit": min(500, limit - len(found))}
            if state is not None:
                query["state"] = state.value
            page = (await self._connection.ask("GET", "/tasks", query=query))["tasks"]
            found += map(_in_short, page)
            if not page:
                break
        return found

    async def events(self, task_id: str, *, after: int = 0) -> Sequence[Event]:
        """Events in order."""
        found: list[Event] = []
        next_after: int | None = after
        while next_after is not None:
            query = {"after": next_after, "limit": _PAGE}
            page = await self._connection.ask("GET", _path(task_id, "events"), query=query)
            found += map(event_from_json, page["events"])
            next_after = page["next_after"]
        return found

    async def changes(self, task_id: str) -> Sequence[FileChange]:
        """Net changes."""
        answer = await self._connection.ask("GET", _path(task_id, "changes"))
        return [FileChange.model_validate(change) for change in answer["changes"]]

    async def diff(self, task_id: str, *, subtask: str = "", file: str = "") -> TaskDiff:
        """What is different."""
        files: list[FileDiff] = []
        page: dict[str, Any] = {"next_offset": 0}
        while page["next_offset"] is not None:
            query = {"subtask_id": subtask, "file": file, "offset": page["next_offset"]}
            page = await self._connection.ask("GET", _path(task_id, "diff"), query=query)
            files += _DIFFS.validate_python(page["files"])
        return TaskDiff(files, page["git"])

    async def undo(self, task_id: str, request: UndoRequest) -> UndoReport:
        """Put back what a task changed."""
        body = {
            "subtask_id": request.subtask,
            "file": request.file,
            "redo": request.is_redo,
            "dry_run": request.is_dry_run,
            "force": request.force,
        }
        answer = await self._connection.ask("POST", _path(task_id, "undo"), body=body)
        return _REPORT.validate_python(answer)

    async def approvals(self, task_id: str) -> Sequence[OpenApproval]:
        """What is open."""
        task = await self._connection.ask("GET", _path(task_id))
        return [
            OpenApproval(one["id"], one["subtask_id"], one["what"], one["reason"])
            for one in task["approvals"]
        ]

    async def decide(self, task_id: str, approval_id: str, decision: Decision) -> None:
        """Say yes or no."""
        body = {
            "approval_id": approval_id,
            "approved": decision.approved,
            "reason": decision.reason,
            "scope": decision.scope.value,
        }
        await self._connection.ask("POST", _path(task_id, "approve"), body=body)

    async def answer(self, task_id: str, question_id: str, text: str, *, by: str) -> str:
        """Answer a question."""
        body = {"question_id": question_id, "answer": text}
        answered = await self._connection.ask("POST", _path(task_id, "answer"), body=body)
        return str(answered["answer"])

    async def steer(self, task_id: str, text: str, *, by: str) -> None:
        """Tell a task something."""
        await self._connection.ask("PATCH", _path(task_id), body={"steer": text})

    async def pause(self, task_id: str, *, by: str) -> bool:
        """Let a task stand still."""
        task = await self._connection.ask("PATCH", _path(task_id), body={"paused": True})
        return task["state"] == TaskState.PAUSED

    async def cancel(self, task_id: str, *, by: str) -> None:
        """Stop a task for good."""
        await self._connection.ask("DELETE", _path(task_id))

    async def create(self, wanted: Mapping[str, object], *, idempotency_key: str = "") -> str:
        """Have the server accept a goal, and give the task's id.

        Raises:
            LoomError: the server refuses it, and says why.
        """
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        task = await self._connection.ask("POST", "/tasks", body=wanted, headers=headers)
        return str(task["id"])

    async def resume(self, task_id: str) -> None:
        """Let a task go on."""
        await self._connection.ask("PATCH", _path(task_id), body={"paused": False})

    async def watch(self, task_id: str, *, after: int = 0) -> AsyncGenerator[Event]:
        """Events as they happen, until the task or the server ends."""
        async for value in self._connection.stream(_path(task_id, "stream"), after=after):
            yield event_from_json(value)


def _fitting(reference: str, tasks: Sequence[TaskInShort]) -> TaskInShort:
    """The only task whose id begins so. Raises ``UnknownTask``, which says what is near."""
    fitting = [task for task in tasks if reference and task.id.startswith(reference)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = ", ".join(task.id for task in fitting[:2])
        raise UnknownTask(
            f"several tasks begin with {reference!r} ({names} …); write more of the id"
        )
    near = did_you_mean(reference, [task.id for task in tasks])
    raise UnknownTask(
        f"there is no task {reference!r}{near or '; `loom list` shows the tasks there are'}"
    )


def _path(task_id: str, *rest: str) -> str:
    """The path of a task, or of something of it."""
    return "/".join(["/tasks", quote(task_id, safe=""), *rest])


def _in_short(task: Mapping[str, Any]) -> TaskInShort:
    """A task from its JSON."""
    return TaskInShort(
        id=task["id"],
        kind=TaskKind(task["kind"]),
        goal=task["goal"],
        workspace=task["workspace"],
        state=TaskState(task["state"]),
        reason=task["reason"],
        owner=task["owner"],
        created_at=datetime.fromisoformat(task["created_at"]),
        updated_at=datetime.fromisoformat(task["updated_at"]),
        done=task["done"],
        planned=task["planned"],
    )
