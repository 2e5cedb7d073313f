"""The tools of the server, called: what each does, and how it fails."""

import asyncio
from typing import Any, TypeVar

import anyio
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    InputRequiredResult,
    TextContent,
)
from pydantic import BaseModel, ValidationError

from loom_core.cli.progress.replay import replay
from loom_core.cli.run.request import RunRequest
from loom_core.desk import ServerDesk
from loom_core.errors import LoomError, TaskIsOver, UsageError
from loom_core.types import TaskState
from loom_mcp.server.arguments import ExecuteTask, ListTasks, TaskStatus
from loom_mcp.server.caller import Caller
from loom_mcp.server.catalogue import EXECUTE, LIST, STATUS
from loom_mcp.server.execution import Execution
from loom_mcp.server.forms import BY
from loom_mcp.server.leaving import Leaving
from loom_mcp.server.report import TaskLine, TaskList, TaskReport, report_on
from loom_mcp.server.rules import Rules

Arguments = TypeVar("Arguments", bound=BaseModel)

_CANCEL_SECONDS = 15.0
_MOST_SEARCHED = 500


class Calls:
    """Answers ``tools/call``."""

    def __init__(self, desk: ServerDesk, rules: Rules, leaving: Leaving) -> None:
        """Work at this desk, within the rules of the user."""
        self._desk = desk
        self._rules = rules
        self._leaving = leaving
        self._begun: set[str] = set()
        """Tasks that clients of this process asked for: only these go on by an echoed state."""

    async def call(
        self, context: ServerRequestContext[Any, Any], params: CallToolRequestParams
    ) -> CallToolResult | InputRequiredResult:
        """The result of a call; what the caller can mend is an error result."""
        given = params.arguments or {}
        try:
            match params.name:
                case name if name == EXECUTE:
                    return await self._execute(Caller(context), _read(ExecuteTask, given), params)
                case name if name == STATUS:
                    return _result(await self._status(_read(TaskStatus, given)))
                case name if name == LIST:
                    return _result(await self._list(_read(ListTasks, given)))
                case _:
                    raise MCPError(INVALID_PARAMS, f"there is no tool {params.name!r}")
        except LoomError as error:
            return _error(str(error))

    async def _execute(
        self, caller: Caller, wanted: ExecuteTask, params: CallToolRequestParams
    ) -> CallToolResult | InputRequiredResult:
        """Run a task, or go on with one."""
        task_id = await self._find_or_create(wanted, params.request_state)
        if not wanted.wait:
            return _result(await self._report(task_id))
        execution = Execution(self._desk, caller, self._rules, task_id)
        try:
            done = await execution.run(params.input_responses)
        except asyncio.CancelledError:
            if not self._leaving.is_set:
                await self._cancel(task_id)
            raise
        if isinstance(done, InputRequiredResult):
            return done
        return _result(done, is_error=done.status == TaskState.FAILED.value)

    async def _find_or_create(self, wanted: ExecuteTask, state: str | None) -> str:
        """The task that a call is about. Raises ``LoomError``."""
        if state is not None:
            if state not in self._begun:
                raise UsageError(
                    "that call is not known here any more; look at the task with loom_task_status"
                )
            return state
        if wanted.task_id:
            return await self._go_on_with(wanted)
        RunRequest(
            goal=wanted.goal, context=wanted.context, idempotency_key=wanted.idempotency_key
        ).check()
        place = self._rules.place(wanted.workspace)
        body: dict[str, object] = {
            "goal": wanted.goal,
            "workspace": str(place),
            "context": wanted.context,
        }
        return await self._create(body, wanted.idempotency_key)

    async def _create(self, body: dict[str, object], idempotency_key: str) -> str:
        """A new task. Not to be cut in two: one that was made has to be known, to be cancelled."""
        task_id = ""
        with anyio.CancelScope(shield=True):
            task_id = await self._desk.create(body, idempotency_key=idempotency_key)
        self._begun.add(task_id)
        return task_id

    async def _go_on_with(self, wanted: ExecuteTask) -> str:
        """An earlier task, which runs again if nobody works on it."""
        if wanted.goal or wanted.workspace or wanted.context or wanted.idempotency_key:
            raise UsageError(
                "give a goal or a task_id, not both: a task goes on as it was asked for"
            )
        task = self._rules.check_visible(await self._desk.task(wanted.task_id))
        if not task.state.is_terminal:
            try:
                await self._desk.resume(task.id)
            except TaskIsOver:
                if task.state is not TaskState.WAITING_APPROVAL:
                    raise  # one that waits goes on by itself, once it has its answer
        self._begun.add(task.id)
        return task.id

    async def _cancel(self, task_id: str) -> None:
        """Cancel a task whose client does not want it any more."""
        with anyio.CancelScope(shield=True), anyio.move_on_after(_CANCEL_SECONDS):
            try:
                await self._desk.cancel(task_id, by=BY)
            except LoomError:
                return  # it has ended, or its engine obeys later: the wish is in the database

    async def _status(self, wanted: TaskStatus) -> TaskReport:
        """How far a task is."""
        task = self._rules.check_visible(await self._desk.task(wanted.task_id))
        return await self._report(task.id)

    async def _report(self, task_id: str) -> TaskReport:
        """The report of a task now."""
        progress = replay(task_id, await self._desk.events(task_id))
        progress.server = self._desk.server
        return report_on(progress, await self._desk.changes(task_id))

    async def _list(self, wanted: ListTasks) -> TaskList:
        """Tasks that clients may know of."""
        found = await self._desk.tasks(state=wanted.state, limit=_MOST_SEARCHED)
        shown = [TaskLine.of(task) for task in found if self._rules.shows(task)]
        return TaskList(tasks=shown[: wanted.limit])


def _read(model: type[Arguments], given: dict[str, Any]) -> Arguments:
    """The arguments of a call. Raises ``UsageError`` that says what is wrong with which."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, one['loc'])) or 'the arguments'}: {one['msg']}"
            for one in error.errors(include_url=False, include_input=False)[:5]
        ]
        raise UsageError(f"the arguments are wrong: {'; '.join(problems)}") from None


def _result(value: BaseModel, *, is_error: bool = False) -> CallToolResult:
    """A structured result, and the same as text for clients that read only that."""
    return CallToolResult(
        content=[TextContent(text=value.model_dump_json())],
        structured_content=value.model_dump(mode="json"),
        is_error=is_error,
    )


def _error(text: str) -> CallToolResult:
    """A result that says what went wrong."""
    return CallToolResult(content=[TextContent(text=text)], is_error=True)
