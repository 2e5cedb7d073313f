"""What is put to the person behind a client, and how the answer is read."""

from mcp_types import ElicitRequest, ElicitRequestFormParams, ElicitResult

from loom_core.events import ApprovalRequested, QuestionAsked
from loom_core.sanitize import sanitize_text
from loom_core.types import ApprovalScope, Decision

BY = "the MCP client"
"""Who answered, in the journal."""

_YES, _ALWAYS, _NO = "yes", "yes, to this tool for the rest of the task", "no"
MOST_CHARACTERS = 8_000
"""What is longer than that is not put to a client: nobody could say yes to what is not shown whole."""


def approval_form(asked: ApprovalRequested, what: str) -> ElicitRequest:
    """Asks for a yes or no.

    Args:
        asked: the request; one without a tool is about a subtask that nobody could verify.
        what: the exact command or diff, and why it asks.
    """
    answers = [_YES, _ALWAYS, _NO] if asked.tool and asked.digest else [_YES, _NO]
    return _form(
        f"Loom asks for an approval:\n{what}",
        {
            "answer": {"type": "string", "title": "May it?", "enum": answers},
            "reason": {"type": "string", "title": "Why not? The model is told", "maxLength": 1000},
        },
        required=["answer"],
    )


def question_form(asked: QuestionAsked) -> ElicitRequest:
    """Asks what a model wants to know."""
    options = "".join(f"\n{number}. {one}" for number, one in enumerate(asked.options, start=1))
    answer = {"type": "string", "title": "Your answer", "minLength": 1, "maxLength": 4000}
    return _form(f"Loom asks: {asked.question}{options}", {"answer": answer}, required=["answer"])


def decision_in(result: ElicitResult) -> Decision | None:
    """What somebody decided; None when they went away without an answer."""
    if result.action == "cancel":
        return None
    content = result.content or {}
    answer = content.get("answer") if result.action == "accept" else _NO
    reason = str(content.get("reason") or "")
    match answer:
        case str() if answer == _YES:
            return Decision(approved=True, by=BY)
        case str() if answer == _ALWAYS:
            return Decision(approved=True, by=BY, scope=ApprovalScope.SESSION)
        case str() if answer == _NO:
            return Decision(approved=False, by=BY, reason=reason)
        case _:
            return None  # no answer is not a yes, and no no either: it stays open


def answer_in(result: ElicitResult) -> str:
    """What somebody answered; empty when they did not."""
    if result.action != "accept":
        return ""
    return str((result.content or {}).get("answer") or "").strip()


def _form(message: str, properties: dict[str, object], *, required: list[str]) -> ElicitRequest:
    """A form, its text safe to show."""
    schema: dict[str, object] = {"type": "object", "properties": properties, "required": required}
    return ElicitRequest(
        params=ElicitRequestFormParams(message=sanitize_text(message), requested_schema=schema)
    )
