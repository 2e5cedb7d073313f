"""``loom list``."""

import click

from loom_core.cli.options import (
    config_option,
    json_option,
    pass_looking_session,
    run_async,
    server_option,
)
from loom_core.cli.session import Session

EPILOG = """\b
Examples:
  loom list
  loom list --state paused
  loom list --limit 100 --json
"""

_STATES = [
    "pending",
    "planning",
    "executing",
    "waiting_approval",
    "paused",
    "completed",
    "failed",
    "cancelled",
]


@click.command("list", epilog=EPILOG)
@click.option("--state", type=click.Choice(_STATES), help="Only tasks in this state.")
@click.option(
    "--limit",
    default=20,
    type=click.IntRange(1, 10_000),
    show_default=True,
    help="At most so many.",
)
@config_option
@server_option
@json_option
@pass_looking_session
@run_async
async def command(
    session: Session, *, state: str | None, limit: int, server: str, as_json: bool
) -> None:
    """List tasks, newest first, with state, age and how many subtasks are done."""
    from loom_core.cli.task_listing import echo_tasks
    from loom_core.cli.terminal.json_output import echo_json
    from loom_core.types import TaskState

    async with session.open_desk(server, looks=True) as desk:
        tasks = await desk.tasks(state=TaskState(state) if state else None, limit=limit)
    if as_json:
        echo_json([task.as_json() for task in tasks])
    else:
        echo_tasks(tasks)
