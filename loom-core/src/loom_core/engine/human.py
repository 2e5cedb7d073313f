"""Asking a human before a gated call; no answer is a no."""

import logging
from collections.abc import Awaitable, Callable

from loom_core.contracts.context import PendingCall
from loom_core.engine.journal import StepJournal
from loom_core.events import ApprovalDecided, ApprovalRequested
from loom_core.types import Decision

_log = logging.getLogger(__name__)

AskHuman = Callable[[PendingCall], Awaitable[Decision]]
"""Shows a human a call and gives the answer."""


async def ask_for_approval(
    call: PendingCall, ask: AskHuman | None, journal: StepJournal, *, step: int
) -> Decision:
    """The human's decision, journalled with what was shown; denied when nobody can be asked.

    An answer that was given while nobody ran the task, or before a crash, is taken as it was: the
    id holds the step and the hash of the call, so that it serves no other one.
    """
    approval_id = f"{journal.subtask_id}-{journal.attempt}-{step}-{call.digest[:8]}"
    answered = journal.decision(approval_id)
    if answered is not None:
        return Decision(approved=answered.approved, reason=answered.reason, by=answered.by)
    if ask is None:
        return Decision(approved=False, reason=_nobody(call), by="harness")
    await journal.commit(
        ApprovalRequested(
            approval_id=approval_id, what=call.intent.preview, reason=call.intent.reason
        )
    )
    try:
        decision = await ask(call)
    except Exception as error:  # noqa: BLE001 - fail closed: whatever breaks is a no
        _log.warning("asking for approval failed", exc_info=True)
        decision = Decision(approved=False, reason=f"asking failed: {error}", by="harness")
    await journal.commit(
        ApprovalDecided(
            approval_id=approval_id,
            approved=decision.approved,
            by=decision.by,
            reason=decision.reason,
        )
    )
    return decision


def _nobody(call: PendingCall) -> str:
    """Why it is denied when nobody is there."""
    why = call.intent.reason or "it needs an approval"
    return f"{why}, and nobody is there to approve it (run on a terminal to be asked)"
