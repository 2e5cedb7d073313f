"""``loom events``."""

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
  loom events last
  loom events last --json | jq .type
"""


@click.command("events", epilog=EPILOG)
@task_argument
@click.option(
    "--after", default=0, type=click.IntRange(0), metavar="N", help="Only events after this one."
)
@config_option
@server_option
@json_option
@pass_looking_session
@run_async
async def command(session: Session, task: str, after: int, server: str, as_json: bool) -> None:
    """Show what happened in a task, one event a line, in the order in which it happened.

    ID is the task's id or a unique beginning of it; "last" is the newest task.
    """
    from loom_core.cli.event_listing import describe_events
    from loom_core.cli.terminal.json_output import echo_json
    from loom_core.cli.terminal.size import stdout_columns

    async with session.open_desk(server, looks=True) as desk:
        record = await desk.task(task)
        events = await desk.events(record.id, after=after)
    if as_json:
        for event in events:
            echo_json(event.as_json())
        return
    for line in describe_events(events, start=record.created_at, columns=stdout_columns()):
        click.echo(line)
