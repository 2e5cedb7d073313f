"""``loom resume``."""

import asyncio

import click

from loom_core.cli.exit_code import ExitCode
from loom_core.cli.options import (
    config_option,
    json_option,
    model_option,
    server_option,
    task_argument,
)
from loom_core.cli.session import Session

EPILOG = """\b
Examples:
  loom resume last
  loom resume last --server local

\b
Exit code: as of loom run.
"""


@click.command("resume", epilog=EPILOG)
@task_argument
@model_option("Use this model of the settings only.")
@click.option("--offline", is_flag=True, help="Forbid connections that leave this machine.")
@click.option("--yes", is_flag=True, help="Fetch a missing model without asking.")
@config_option
@server_option
@json_option
@click.pass_obj
def command(
    session: Session,
    *,
    task: str,
    model: str,
    offline: bool,
    yes: bool,
    server: str,
    as_json: bool,
) -> ExitCode:
    """Go on with a task that was paused, interrupted or waited, as loom run --resume does.

    Where a process works on it that was asked to pause and has not yet, that is taken back. ID is the
    task's id or a unique beginning of it; "last" is the newest task.
    """
    from loom_core.cli.run.request import RunRequest
    from loom_core.cli.run.whereabouts import OnlyHere, choose_server

    request = RunRequest(resume=task)
    only_here = OnlyHere(model, offline, yes, is_limited=False)
    place = choose_server(session, server, only_here, is_detached=False)
    if place:
        from loom_core.cli.run.on_server import run_on_server

        return asyncio.run(
            run_on_server(session, request, server=place, is_detached=False, as_json=as_json)
        )
    from loom_core.cli.run.resuming import resume_task
    from loom_core.cli.run.run_goal import run_goal

    if asyncio.run(resume_task(session, task, as_json=as_json)):
        return ExitCode.COMPLETED
    return asyncio.run(
        run_goal(session, request, model=model, is_offline=offline, agrees=yes, as_json=as_json)
    )
