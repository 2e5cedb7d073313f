"""A goal handed to the task engine from within a session."""

from collections.abc import Callable

import click

from loom_core.app import Loom
from loom_core.cli.progress.event_line import describe_event
from loom_core.cowork import CoworkSession
from loom_core.events import Event
from loom_core.sanitize import sanitize_line
from loom_core.types import TaskState

_MOST_FILES = 20
_COLUMNS = 200
"""Longer lines are cut; faces wrap and colour them as they like."""


async def run_goal_beside(
    loom: Loom,
    session: CoworkSession,
    goal: str,
    *,
    say: Callable[[str], None],
    watch: Callable[[Event], None] = lambda _event: None,
) -> None:
    """Plan, run and verify a goal in the session's workspace; the model is told what came of it.

    Cancelling this leaves the task paused, to be resumed by ``loom run --resume``.
    """
    task = await loom.create(
        goal, workspace=session.workspace.root, approval_mode=session.task.approval_mode
    )
    say(f"task {task.id}")

    def show(event: Event) -> None:
        if event.task_id != task.id:
            return
        watch(event)
        prefix = f"[{sanitize_line(event.subtask_id)}] " if event.subtask_id else ""
        for line in describe_event(event.body):
            say(f"{prefix}{click.unstyle(line.format(columns=_COLUMNS))}")

    unsubscribe = loom.store.subscribe(show)
    try:
        record = await loom.run(task.id)
    finally:
        unsubscribe()
    changed = sorted({one.change.path for one in await loom.store.changes(task.id)})[:_MOST_FILES]
    outcome = record.summary or record.reason
    say(f"{record.state.value}: {sanitize_line(outcome)}")
    if record.state is not TaskState.COMPLETED:
        say(f"loom status {task.id} shows more; loom run --resume {task.id} goes on with it")
    files = f" Files changed: {', '.join(changed)}." if changed else ""
    await session.note(
        f"/run {goal}",
        f"I had Loom work on a goal of its own: {goal}\nIt is {record.state.value}: {outcome}.{files}",
    )
