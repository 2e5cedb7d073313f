"""``loom cancel``."""

import click

from loom_core.cli.exit_code import ExitCode
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
Example:
  loom cancel last
"""


@click.command("cancel", epilog=EPILOG)
@task_argument
@config_option
@server_option
@json_option
@pass_looking_session
@run_async
async def command(session: Session, task: str, server: str, as_json: bool) -> ExitCode:
    """Stop a task for good, also one that runs in another process.

    To stop it so that it can be resumed: loom pause ID. ID is the task's id or a unique beginning
    of it; "last" is the newest task.
    """
    from loom_core.cli.terminal.json_output import echo_json

    async with session.open_desk(server) as desk:
        record = await desk.task(task)
        await desk.cancel(record.id, by="loom cancel")
        state = (await desk.task(record.id)).state
    if as_json:
        echo_json({"task_id": record.id, "state": state.value})
    else:
        click.echo(f"task {record.id} is {state.value}")
    return ExitCode.COMPLETED
