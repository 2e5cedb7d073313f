"""Letting a task go on that still runs, where that is all that is needed."""

import click

from loom_core.cli.session import Session
from loom_core.cli.task_reference import find_task
from loom_core.cli.terminal.json_output import echo_json
from loom_core.engine.outside.pausing import take_back_pause


async def resume_task(session: Session, reference: str, *, as_json: bool) -> bool:
    """Whether the task runs in another process and goes on there, which is said."""
    async with session.open_store() as store:
        record = await find_task(store, reference)
        if not await take_back_pause(store, record.id, by="loom resume"):
            return False
    if as_json:
        echo_json({"task_id": record.id, "state": record.state.value, "owner": record.owner})
    else:
        click.echo(f"task {record.id} goes on in the process that works on it ({record.owner})")
    return True
