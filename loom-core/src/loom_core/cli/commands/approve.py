"""``loom approve``."""

import click

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
  loom approve last
  loom approve last make-report-4
  loom approve last make-report-4 --deny --reason "wrong file"
"""


@click.command("approve", epilog=EPILOG)
@task_argument
@click.argument("approval", default="")
@click.option("--deny", is_flag=True, help="Say no instead of yes.")
@click.option("--reason", default="", metavar="TEXT", help="Why; kept with the answer.")
@config_option
@json_option
@pass_looking_session
@run_async
async def command(
    session: Session, *, task: str, approval: str, deny: bool, reason: str, as_json: bool
) -> None:
    """Answer what a task waits for; without APPROVAL, show what that is.

    ID is the task's id or a unique beginning of it; "last" is the newest task. A task that
    waited goes on with: loom run --resume ID.
    """
    from loom_core.cli.approving import answer_approval, echo_approvals, find_approval
    from loom_core.cli.program_name import program_name
    from loom_core.cli.task_reference import find_task
    from loom_core.cli.terminal.json_output import echo_json

    async with session.open_store() as store:
        record = await find_task(store, task)
        waiting = [a for a in await store.approvals(record.id) if a.decision is None]
        if not approval:
            echo_approvals(record.id, waiting, as_json=as_json)
            return
        chosen = find_approval(record.id, approval, waiting)
        await answer_approval(store, chosen, approved=not deny, reason=reason)
    if as_json:
        echo_json({"task_id": record.id, "approval": chosen.id, "approved": not deny})
        return
    click.echo(f"{chosen.id} is {'denied' if deny else 'approved'}")
    if len(waiting) == 1:
        click.echo(f"resume  {program_name()} run --resume {record.id}")
