"""What humans have allowed for more than one call of a task, and what they have refused."""

from collections.abc import Iterable

from loom_core.contracts.context import PendingCall
from loom_core.events import ApprovalDecided, ApprovalRequested, Event
from loom_core.types import ApprovalScope, Decision

HARNESS = "harness"
"""Who decides when nobody could: its no says nothing of the user's will."""


class Grants:
    """The standing answers of one task; they end with it and serve no other one."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        """Know what the task's journal tells."""
        self._granted: list[tuple[ApprovalScope, ApprovalRequested]] = []
        self._refused: dict[str, ApprovalDecided] = {}
        asked: dict[str, ApprovalRequested] = {}
        for event in events:
            if isinstance(event.body, ApprovalRequested):
                asked[event.body.approval_id] = event.body
            elif isinstance(event.body, ApprovalDecided):
                request = asked.get(event.body.approval_id)
                if request is not None:
                    self.note(request, event.body)

    def note(self, request: ApprovalRequested, decided: ApprovalDecided) -> None:
        """Take in an answer; what is no call, or has no hash, grants nothing."""
        if not request.tool or not request.digest:
            return
        if decided.approved and decided.scope is not ApprovalScope.ONCE:
            self._granted.append((decided.scope, request))
        elif not decided.approved and decided.by != HARNESS:
            self._refused[request.digest] = decided

    def ask_again(self) -> None:
        """Let what was refused be asked once more: the user has said something new since."""
        self._refused.clear()

    def answer(self, call: PendingCall) -> Decision | None:
        """The standing answer to a call; None when somebody has to be asked.

        A yes for more than this call covers only what asks for the same reason: who allowed a tool
        in general has not allowed it to send private data away. A no is remembered, so that asking
        again and again wears nobody down.
        """
        refused = self._refused.get(call.digest)
        if refused is not None:
            reason = f"{refused.by} said no to exactly this already"
            return Decision(approved=False, reason=reason, by=refused.by)
        for scope, request in self._granted:
            if _covers(scope, request, call):
                return Decision(approved=True, by="an earlier yes", scope=scope)
        return None


def _covers(scope: ApprovalScope, request: ApprovalRequested, call: PendingCall) -> bool:
    """Whether a yes to a request is a yes to this call."""
    if request.tool != call.tool or request.reason != call.reason:
        return False
    match scope:
        case ApprovalScope.CALL:
            return request.digest == call.digest
        case ApprovalScope.TARGET:
            return bool(call.intent.target) and request.target == call.intent.target
        case ApprovalScope.SESSION:
            return True
        case ApprovalScope.ONCE:
            return False
