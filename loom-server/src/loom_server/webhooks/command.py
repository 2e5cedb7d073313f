"""``loom webhooks``."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from loom_core.cli.options import config_option, json_option, run_async
from loom_core.cli.session import Session
from loom_core.errors import UsageError
from loom_core.sanitize import sanitize_line

if TYPE_CHECKING:
    from loom_core.store import Delivery

EPILOG = """\b
Examples:
  loom webhooks last
  loom webhooks last --again
  loom webhooks --new-secret
"""


@click.command("webhooks", epilog=EPILOG)
@click.argument("task", metavar="ID", required=False)
@click.option("--again", is_flag=True, help="Have them delivered anew by the server that runs.")
@click.option(
    "--event", type=click.IntRange(1), metavar="N", help="Only the message about event N."
)
@click.option("--new-secret", is_flag=True, help="Make a secret for webhooks.secrets.")
@config_option
@json_option
@click.pass_obj
@run_async
async def webhooks(
    session: Session,
    *,
    task: str | None,
    again: bool,
    event: int | None,
    new_secret: bool,
    as_json: bool,
) -> None:
    """Show how the messages about a task were delivered, or have them delivered anew.

    ID is the task's id or a unique beginning of it; "last" is the newest task.
    """
    from loom_server.webhooks.signing import new_secret as make_secret

    if new_secret:
        click.echo(make_secret())
        return
    if task is None:
        raise UsageError("say which task: loom webhooks ID; loom list shows them")
    found = await _deliveries(session, task, event, again=again)
    _show(found, as_json=as_json)


async def _deliveries(
    session: Session, reference: str, event: int | None, *, again: bool
) -> "list[Delivery]":
    """The messages that are meant, after they were put into the outbox anew if that is wanted."""
    from loom_core.cli.task_reference import find_task

    async with session.open_store() as store:
        record = await find_task(store, reference)
        if again and not await store.deliveries.again(record.id, event):
            raise UsageError(f"task {record.id} has no such message; loom webhooks {record.id}")
        found = await store.deliveries.of_task(record.id)
    return [one for one in found if event in {None, one.sequence}]


def _show(deliveries: "Sequence[Delivery]", *, as_json: bool) -> None:
    """One message a line."""
    from loom_core.cli.terminal.json_output import echo_json

    for one in deliveries:
        if as_json:
            echo_json(asdict(one))
            continue
        tried = f"{one.attempts} attempt{'' if one.attempts == 1 else 's'}"
        words = f"{one.sequence}  {one.type}  {one.state.replace('_', ' ')}  {tried}  {one.url}"
        click.echo(sanitize_line(f"{words}  {one.problem}"))
    if not deliveries and not as_json:
        click.echo("nobody is to be told of it", err=True)
