"""The built-in approval policy: what may run without asking."""

from loom_core.confidence import ConfidenceFactors, confidence
from loom_core.contracts.context import Context, PendingCall
from loom_core.contracts.tool import Risk
from loom_core.hookspecs import hookimpl
from loom_core.types import ApprovalMode, Decision


class ApprovalPolicy:
    """Answers ``loom_approve`` when no plugin does; declining leaves it to a human."""

    @hookimpl(trylast=True)
    def loom_approve(self, call: PendingCall, context: Context) -> Decision | None:
        """Yes to what the mode allows; None to all that is gated or needs a human.

        ``auto`` allows all that is not gated and does not reach out: writes and confined commands,
        which can be undone; ``manual`` allows reading only;
        ``confidence_threshold`` is ``auto`` while the attempt's confidence so far reaches
        ``execution.auto_approve_confidence_threshold``.
        """
        if call.is_gated or call.risk is Risk.NETWORK:
            return None  # nothing leaves the machine unasked, whatever was read before
        mode = context.task.approval_mode
        if call.risk is Risk.READ:
            return Decision(approved=True)
        if mode is ApprovalMode.MANUAL:
            return None
        threshold = context.settings.execution.auto_approve_confidence_threshold
        if mode is ApprovalMode.CONFIDENCE_THRESHOLD and _confidence_so_far(context) < threshold:
            return None
        return Decision(approved=True)


def _confidence_so_far(context: Context) -> float:
    """The confidence in a running attempt: retries lower it."""
    return confidence(ConfidenceFactors(retries=max(context.attempt - 1, 0)))
