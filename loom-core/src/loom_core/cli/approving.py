"""Answering what a task waits for."""

from collections.abc import Iterable, Mapping, Sequence

import click

from loom_core.cli.at_server import at_server
from loom_core.cli.program_name import program_name
from loom_core.cli.scope_text import describe_scope
from loom_core.cli.terminal.json_output import echo_json
from loom_core.cli.terminal.marks import WAITING
from loom_core.desk.protocol import OpenApproval
from loom_core.did_you_mean import did_you_mean
from loom_core.errors import UsageError
from loom_core.events import ApprovalRequested, Event
from loom_core.sanitize import sanitize_line, sanitize_text
from loom_core.types import ApprovalScope


def requests_in(events: Iterable[Event]) -> dict[str, ApprovalRequested]:
    """The requests of a task's calls for approval, by id; a parked subtask has none."""
    bodies = [event.body for event in events]
    return {body.approval_id: body for body in bodies if isinstance(body, ApprovalRequested)}


def echo_approvals(
    task_id: str,
    waiting: Sequence[OpenApproval],
    requests: Mapping[str, ApprovalRequested],
    *,
    server: str,
    as_json: bool,
) -> None:
    """Show what waits for an answer, exactly as it was asked, and how to answer."""
    if as_json:
        echo_json([_as_json(approval, requests.get(approval.id)) for approval in waiting])
        return
    if not waiting:
        click.echo(f"task {task_id} waits for nothing")
        return
    for approval in waiting:
        click.echo(f"{WAITING} {sanitize_line(approval.id)}: {sanitize_line(approval.reason)}")
        for line in sanitize_text(approval.what).splitlines():
            click.echo(f"  │ {line}")
        _echo_scopes(requests.get(approval.id))
    first = sanitize_line(waiting[0].id)
    command = at_server(f"{program_name()} approve {task_id} {first}", server)
    click.echo(f"answer  {command} [--deny]")


def _echo_scopes(request: ApprovalRequested | None) -> None:
    """Write what a wider yes would cover."""
    if request is None:
        return
    for scope in scopes_of(request)[1:]:
        covered = describe_scope(scope, tool=request.tool, target=request.target)
        click.echo(f"  --scope {scope.value} covers {covered}")


def _as_json(approval: OpenApproval, request: ApprovalRequested | None) -> dict[str, object]:
    scopes = [scope.value for scope in scopes_of(request)]
    return {"id": approval.id, "what": approval.what, "reason": approval.reason, "scopes": scopes}


def scopes_of(request: ApprovalRequested | None) -> list[ApprovalScope]:
    """What a yes may cover, the narrowest first."""
    if request is None or not request.tool:
        return [ApprovalScope.ONCE]
    return [scope for scope in ApprovalScope if scope is not ApprovalScope.TARGET or request.target]


def check_scope(scope: ApprovalScope, request: ApprovalRequested | None) -> None:
    """Refuse a scope that the request does not offer, with a ``UsageError``."""
    offered = scopes_of(request)
    if scope not in offered:
        names = ", ".join(item.value for item in offered)
        raise UsageError(f"--scope {scope.value} is not offered here; take one of: {names}")


def find_approval(task_id: str, approval_id: str, waiting: Sequence[OpenApproval]) -> OpenApproval:
    """The approval of that id, or the only one that begins so; raises ``UsageError``."""
    ids = [approval.id for approval in waiting]
    wanted = find_waiting(task_id, approval_id, ids)
    return next(approval for approval in waiting if approval.id == wanted)


def find_waiting(task_id: str, wanted: str, ids: Sequence[str]) -> str:
    """The id, or the only one that begins so; raises ``UsageError``."""
    found = [item for item in ids if item == wanted]
    found = found or [item for item in ids if item.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(ids) or "nothing"
    raise UsageError(
        f"task {task_id} does not wait for {wanted!r}{did_you_mean(wanted, ids)}; "
        f"it waits for: {known}"
    )
