"""``loom replay``."""

import click

from loom_core.cli.exit_code import ExitCode
from loom_core.cli.options import (
    config_option,
    json_option,
    pass_looking_session,
    run_async,
    task_argument,
)
from loom_core.cli.session import Session

EPILOG = """\b
Examples:
  loom replay last
  loom replay 261130-a1b2c3 --against 261130-d4e5f6
"""


@click.command("replay", epilog=EPILOG)
@task_argument
@click.option("--against", metavar="ID2", default="", help="Compare with this run instead.")
@config_option
@json_option
@pass_looking_session
@run_async
async def command(session: Session, *, task: str, against: str, as_json: bool) -> ExitCode:
    """Play a finished run again from its journal, and say where it would go another way now.

    Nothing is asked, run or changed: answers of models, results of tools, verdicts and prompts are those of
    the journal, and what Loom decides from them is decided anew. The exit code is 0 if it arrives at
    the same events, else 1. ID is the task's id or a unique beginning of it; "last" is the newest task.
    """
    from loom_core.cli.replaying import compare_runs, echo_replayed, replay_task
    from loom_core.cli.task_reference import find_task

    async with session.open_store() as store:
        record = await find_task(store, task)
        if against:
            other = await find_task(store, against)
            found = await compare_runs(store, record, other)
        else:
            other = None
            found = await replay_task(session, store, record)
    echo_replayed(record, other, found, as_json=as_json)
    return ExitCode.FAILED if found.differences else ExitCode.COMPLETED
