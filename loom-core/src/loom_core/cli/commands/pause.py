"""``loom pause``."""

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
  loom pause last
  loom resume last
"""


@click.command("pause", epilog=EPILOG)
@task_argument
@config_option
@server_option
@json_option
@pass_looking_session
@run_async
async def command(session: Session, task: str, server: str, as_json: bool) -> None:
    """Let a task stand still, also one that runs in another process.

    The calls that run at the moment are let finish; nothing of their work is lost. It goes on with:
    loom resume ID. ID is the task's id or a unique beginning of it; "last" is the newest task.
    """
    from loom_core.cli.at_server import at_server
    from loom_core.cli.program_name import program_name
    from loom_core.cli.terminal.json_output import echo_json

    async with session.open_desk(server) as desk:
        record = await desk.task(task)
        is_paused = await desk.pause(record.id, by="loom pause")
        state = (await desk.task(record.id)).state
    if as_json:
        echo_json({"task_id": record.id, "state": state.value, "is_pausing": not is_paused})
    elif is_paused:
        click.echo(f"task {record.id} is {state.value}")
        click.echo(f"resume  {at_server(f'{program_name()} resume {record.id}', server)}")
    else:
        click.echo(f"task {record.id} pauses as soon as the call that runs now has ended")
        click.echo(f"look    {at_server(f'{program_name()} status {record.id}', server)}")
