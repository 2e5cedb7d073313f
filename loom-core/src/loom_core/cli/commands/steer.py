"""``loom steer``."""

import click

from loom_core.cli.options import (
    config_option,
    json_option,
    pass_looking_session,
    run_async,
    server_option,
    task_argument,
)
from loom_core.cli.session import Session

EPILOG = """\b
Examples:
  loom steer last "use British spelling"
  loom steer 261130 "leave the tests as they are"
"""


@click.command("steer", epilog=EPILOG)
@task_argument
@click.argument("text")
@config_option
@server_option
@json_option
@pass_looking_session
@run_async
async def command(session: Session, *, task: str, text: str, server: str, as_json: bool) -> None:
    """Tell a task something while it is under way, also one that runs in another process.

    Each model that works on it is told at its next call, and so is every later one. ID is the task's
    id or a unique beginning of it; "last" is the newest task.
    """
    from loom_core.cli.terminal.json_output import echo_json

    async with session.open_desk(server) as desk:
        record = await desk.task(task)
        await desk.steer(record.id, text, by="loom steer")
    if as_json:
        echo_json({"task_id": record.id, "instruction": text.strip()})
    else:
        click.echo(f"task {record.id} is told at its next call of a model")
