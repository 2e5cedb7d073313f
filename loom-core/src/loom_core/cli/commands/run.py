"""``loom run``."""

import asyncio
from pathlib import Path

import click

from loom_core.cli.completing import complete_task
from loom_core.cli.exit_code import ExitCode
from loom_core.cli.options import config_option, json_option, model_option, server_option
from loom_core.cli.session import Session

EPILOG = """\b
Examples:
  loom run "Create hello.py that prints Hello, Loom!" -w demo
  loom run "Fix the failing test" -w . --context "pytest tests/test_api.py"
  loom run --resume last

\b
Exit code: 0 completed, 1 failed, 2 wrong usage, 3 needs a human,
130 interrupted (resumable).
"""

_LIMIT = "Pause the task once it has used {}, its earlier runs included."


@click.command("run", epilog=EPILOG)
@click.argument("goal", default="")
@click.option(
    "-w",
    "--workspace",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Directory to work in; made if its parent exists. Default: the current one.",
)
@click.option("--context", default="", metavar="TEXT", help="What else the model should know.")
@click.option(
    "--approval",
    type=click.Choice(["auto", "manual", "confidence_threshold"]),
    help="Who says yes to risky actions. Default: from the settings.",
)
@model_option("Use this model of the settings only.")
@click.option(
    "--idempotency-key",
    default="",
    metavar="TEXT",
    help="Make one task for this key: a second call goes on with it, or reports on it.",
)
@click.option(
    "--max-tokens", type=click.IntRange(min=1), metavar="N", help=_LIMIT.format("N tokens")
)
@click.option(
    "--max-calls", type=click.IntRange(min=1), metavar="N", help=_LIMIT.format("N calls of models")
)
@click.option(
    "--max-seconds",
    type=click.FloatRange(min=0, min_open=True),
    metavar="S",
    help=_LIMIT.format("S seconds of work"),
)
@click.option(
    "--resume",
    default="",
    metavar="ID",
    help="Go on with an interrupted task.",
    shell_complete=complete_task,
)
@click.option("--offline", is_flag=True, help="Forbid connections that leave this machine.")
@click.option("--yes", is_flag=True, help="Fetch a missing model without asking.")
@click.option("--detach", is_flag=True, help="Have a server run it, and do not wait.")
@server_option
@config_option
@json_option
@click.pass_obj
def command(
    session: Session,
    *,
    goal: str,
    workspace: Path | None,
    context: str,
    approval: str | None,
    model: str,
    max_tokens: int | None,
    max_calls: int | None,
    max_seconds: float | None,
    resume: str,
    idempotency_key: str,
    offline: bool,
    yes: bool,
    detach: bool,
    server: str,
    as_json: bool,
) -> ExitCode:
    """Plan GOAL, run it, verify the result with evidence, and report.

    Progress goes to stderr, the report to stdout. With --json, stdout has one event a line and
    a result as the last line. Ctrl-C stops the task so that it can be resumed.
    """
    from loom_core.cli.run.request import RunRequest
    from loom_core.cli.run.run_goal import run_goal
    from loom_core.cli.run.whereabouts import OnlyHere, choose_server
    from loom_core.types import ApprovalMode

    mode = ApprovalMode(approval) if approval else None
    request = RunRequest(goal, workspace, context, mode, resume, idempotency_key)
    request.check()
    only_here = OnlyHere(model, offline, yes, any((max_tokens, max_calls, max_seconds)))
    place = choose_server(session, server, only_here, is_detached=detach)
    if place:
        from loom_core.cli.run.on_server import run_on_server

        return asyncio.run(
            run_on_server(session, request, server=place, is_detached=detach, as_json=as_json)
        )
    session.limit_tasks(tokens=max_tokens, calls=max_calls, seconds=max_seconds)
    return asyncio.run(
        run_goal(session, request, model=model, is_offline=offline, agrees=yes, as_json=as_json)
    )
