"""Answering what a task waits for."""

from collections.abc import Sequence

import click

from loom_core.cli.program_name import program_name
from loom_core.cli.terminal.json_output import echo_json
from loom_core.cli.terminal.marks import WAITING
from loom_core.did_you_mean import did_you_mean
from loom_core.engine.owner import is_alive, this_owner
from loom_core.errors import TaskIsOver, UsageError
from loom_core.events import ApprovalDecided
from loom_core.sanitize import sanitize_line, sanitize_text
from loom_core.store import ApprovalRecord, Entry, Store

_LEASE_SECONDS = 10.0


def echo_approvals(task_id: str, waiting: Sequence[ApprovalRecord], *, as_json: bool) -> None:
    """Show what waits for an answer, exactly as it was asked, and how to answer."""
    if as_json:
        echo_json([{"id": a.id, "what": a.what, "reason": a.reason} for a in waiting])
        return
    if not waiting:
        click.echo(f"task {task_id} waits for nothing")
        return
    for approval in waiting:
        click.echo(f"{WAITING} {sanitize_line(approval.id)}: {sanitize_line(approval.reason)}")
        for line in sanitize_text(approval.what).splitlines():
            click.echo(f"  │ {line}")
    first = sanitize_line(waiting[0].id)
    click.echo(f"answer  {program_name()} approve {task_id} {first} [--deny]")


def find_approval(
    task_id: str, approval_id: str, waiting: Sequence[ApprovalRecord]
) -> ApprovalRecord:
    """The approval of that id, or the only one that begins so; raises ``UsageError``."""
    found = [a for a in waiting if a.id == approval_id]
    found = found or [a for a in waiting if a.id.startswith(approval_id)]
    if len(found) == 1:
        return found[0]
    ids = [approval.id for approval in waiting]
    known = ", ".join(ids) or "nothing"
    raise UsageError(
        f"task {task_id} does not wait for {approval_id!r}{did_you_mean(approval_id, ids)}; "
        f"it waits for: {known}"
    )


async def answer_approval(
    store: Store, approval: ApprovalRecord, *, approved: bool, reason: str
) -> None:
    """Journal an answer.

    Raises:
        StoreBusy: an engine is at work on the task; it takes answers once it waits.
        TaskIsOver: the task has ended.
    """
    decided = ApprovalDecided(
        approval_id=approval.id, approved=approved, by="loom approve", reason=reason
    )
    try:
        fence = await store.claim(
            approval.task_id, owner=this_owner(), lease_seconds=_LEASE_SECONDS, is_alive=is_alive
        )
    except TaskIsOver:
        state = (await store.task(approval.task_id)).state.value
        raise TaskIsOver(
            f"task {approval.task_id} is already {state}; there is nothing to answer"
        ) from None
    try:
        await store.append(approval.task_id, [Entry(decided, approval.subtask_id)], fence=fence)
    finally:
        await store.release(approval.task_id, fence=fence)
