"""``loom approve``."""

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
  loom approve last
  loom approve last make-report-4
  loom approve last make-report-4 --scope target
  loom approve last make-report-4 --deny --reason "wrong file"
"""


@click.command("approve", epilog=EPILOG)
@task_argument
@click.argument("approval", default="")
@click.option("--deny", is_flag=True, help="Say no instead of yes.")
@click.option(
    "--scope",
    type=click.Choice(["once", "call", "target", "session"]),
    default="once",
    help="What the yes covers: this call, exactly it again, its path or beginning, its tool.",
)
@click.option("--reason", default="", metavar="TEXT", help="Why; kept with the answer.")
@config_option
@server_option
@json_option
@pass_looking_session
@run_async
async def command(
    session: Session,
    *,
    task: str,
    approval: str,
    deny: bool,
    scope: str,
    reason: str,
    server: str,
    as_json: bool,
) -> None:
    """Answer what a task waits for; without APPROVAL, show what that is.

    ID is the task's id or a unique beginning of it; "last" is the newest task. A task that
    waited goes on with: loom run --resume ID.
    """
    from loom_core.cli.approving import (
        check_scope,
        echo_approvals,
        find_approval,
        requests_in,
    )
    from loom_core.cli.program_name import program_name
    from loom_core.cli.terminal.json_output import echo_json
    from loom_core.types import ApprovalScope, Decision

    async with session.open_desk(server) as desk:
        record = await desk.task(task)
        waiting = await desk.approvals(record.id)
        requests = requests_in(await desk.events(record.id))
        if not approval:
            echo_approvals(record.id, waiting, requests, server=server, as_json=as_json)
            return
        chosen = find_approval(record.id, approval, waiting)
        covers = ApprovalScope(scope)
        check_scope(covers, requests.get(chosen.id))
        decision = Decision(approved=not deny, reason=reason, by="loom approve", scope=covers)
        await desk.decide(record.id, chosen.id, decision)
        is_resumable = (
            len(waiting) == 1 and not desk.goes_on and not (await desk.task(record.id)).owner
        )
    if as_json:
        echo_json({"task_id": record.id, "approval": chosen.id, "approved": not deny})
        return
    click.echo(f"{chosen.id} is {'denied' if deny else 'approved'}")
    if is_resumable:
        click.echo(f"resume  {program_name()} run --resume {record.id}")
