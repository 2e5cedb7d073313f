"""What a yes covers, in words."""

from loom_core.sanitize import sanitize_line
from loom_core.types import ApprovalScope


def describe_scope(scope: ApprovalScope, *, tool: str, target: str) -> str:
    """What a yes of this scope covers, safe to show; a target is what the call gave."""
    name = sanitize_line(tool)
    match scope:
        case ApprovalScope.ONCE:
            return f"this call of {name}, once"
        case ApprovalScope.CALL:
            return f"exactly this call of {name}, in this task"
        case ApprovalScope.TARGET:
            return f"{name} for {sanitize_line(target)!r}, in this task"
        case ApprovalScope.SESSION:
            return f"every {name} of this task that asks for the same reason"
