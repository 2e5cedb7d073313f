"""``loom run --server``: a server runs the task; here it is asked for, watched and reported on."""

import asyncio
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loom_core.cli.at_server import at_server
from loom_core.cli.exit_code import ExitCode
from loom_core.cli.program_name import program_name
from loom_core.cli.progress.live_view import LiveView
from loom_core.cli.progress.next_steps import choose_exit_code
from loom_core.cli.progress.replay import replay
from loom_core.cli.progress.status_line import StatusLine
from loom_core.cli.progress.task_progress import TaskProgress
from loom_core.cli.run.interruption import stop_on_signal
from loom_core.cli.run.output import JsonOutput, PeopleOutput, RunOutput
from loom_core.cli.run.request import RunRequest
from loom_core.cli.session import Session
from loom_core.cli.terminal.json_output import echo_json
from loom_core.events import Event, TaskPaused, TaskWaiting

if TYPE_CHECKING:
    from loom_core.desk import ServerDesk

_REFRESH_SECONDS = 0.2


async def run_on_server(
    session: Session, request: RunRequest, *, server: str, is_detached: bool, as_json: bool
) -> ExitCode:
    """Have a server run a goal, or go on with a task, and report on it.

    Args:
        session: opens the desk.
        request: checked already.
        server: URL of the server, or ``local``.
        is_detached: whether to leave once the server has accepted it.
        as_json: whether to write for programs.

    Raises:
        LoomError: the server refuses it, or cannot be reached.
    """
    async with session.load_desk()(server, home=session.home, environ=session.environ) as desk:
        task_id, known = await _find_or_create(desk, request)
        if is_detached:
            _echo_detached(task_id, server, as_json=as_json)
            return ExitCode.COMPLETED
        status = StatusLine(is_shown=sys.stderr.isatty() and not as_json)
        progress = replay(task_id, known)
        progress.server = server
        output = JsonOutput() if as_json else PeopleOutput(LiveView(progress, status))
        click.echo(f"task {task_id} at {server}", err=True)
        try:
            seen = known[-1].sequence if known else 0
            was_interrupted = await _watch(_follow(desk, progress, output, after=seen), output)
        finally:
            status.erase()
        if was_interrupted:
            click.echo(
                f"it goes on there; stop it: {_command('cancel', task_id, server)}", err=True
            )
        code = choose_exit_code(progress.state, was_interrupted=was_interrupted)
        output.finish(progress, list(await desk.changes(task_id)), code)
        return code


async def _find_or_create(desk: "ServerDesk", request: RunRequest) -> tuple[str, Sequence[Event]]:
    """The task to watch, which goes on or was made, and what had happened in it before."""
    if request.resume:
        task = await desk.task(request.resume)
        known = await desk.events(task.id)
        # Also one that is being worked on: it may have been asked to pause.
        await desk.resume(task.id)
        return task.id, known
    workspace = Path.cwd() if request.workspace is None else request.workspace.expanduser()
    wanted = {
        "goal": request.goal,
        "workspace": str(workspace.absolute()),
        "context": request.context,
        "approval_mode": request.approval_mode.value if request.approval_mode else None,
    }
    return await desk.create(wanted, idempotency_key=request.idempotency_key), []


async def _watch(following: Coroutine[None, None, bool], output: RunOutput) -> bool:
    """Follow a task until it stops; whether somebody, or the server, left before that."""
    watching = asyncio.create_task(following)
    refreshing = asyncio.create_task(_refresh(output))
    try:
        with stop_on_signal(watching, lambda: None) as interruption:
            await asyncio.wait({watching})
    finally:
        refreshing.cancel()
        await asyncio.gather(refreshing, return_exceptions=True)
    if not watching.cancelled():
        return not watching.result()
    return interruption.has_happened


async def _follow(
    desk: "ServerDesk", progress: TaskProgress, output: RunOutput, *, after: int
) -> bool:
    """Show events; whether the task ended, waits or is paused, and not only the server stopped."""
    async for event in desk.watch(progress.task_id, after=after):
        progress.apply(event)
        output.show(event)
        if isinstance(event.body, TaskWaiting | TaskPaused):
            return True
    return progress.state.is_terminal


async def _refresh(output: RunOutput) -> None:
    """Show that work goes on."""
    while True:
        output.refresh()
        await asyncio.sleep(_REFRESH_SECONDS)


def _echo_detached(task_id: str, server: str, *, as_json: bool) -> None:
    """Write the task's id, and how to look at it."""
    if as_json:
        echo_json({"task_id": task_id, "server": server})
        return
    click.echo(task_id)
    click.echo(f"look    {_command('status', task_id, server)}", err=True)


def _command(name: str, task_id: str, server: str) -> str:
    """A command for the same server."""
    return at_server(f"{program_name()} {name} {task_id}", server)
