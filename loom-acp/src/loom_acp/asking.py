"""What is asked of the user through the editor, and what an answer means."""

from acp.helpers import text_block, tool_content
from acp.schema import (
    AcceptElicitationResponse,
    AllowedOutcome,
    ContentToolCallContent,
    ElicitationFormSessionMode,
    ElicitationSchema,
    ElicitationStringPropertySchema,
    FileEditToolCallContent,
    PermissionOption,
    RequestPermissionResponse,
)

from loom_acp.diffs import planned_diff
from loom_acp.tool_calls import fenced
from loom_core.cli.scope_text import describe_scope
from loom_core.contracts.context import PendingCall
from loom_core.sanitize import sanitize_line, sanitize_text
from loom_core.types import ApprovalScope, Decision, Question
from loom_core.workspace import Workspace

BY = "editor"
NO_DIALOGUE = (
    "The user cannot be asked in a dialogue here. Ask in your answer, in plain text, and end your turn "
    "with it; the user answers with the next message."
)
"""What a model is told whose question the editor has no dialogue for."""
_NO = "no"
_CHOICE, _OTHER = "choice", "other"


def permission_options(call: PendingCall) -> list[PermissionOption]:
    """The answers to whether a call may run, each with exactly what it covers."""
    wide = ApprovalScope.TARGET if call.intent.target else ApprovalScope.CALL
    return [
        PermissionOption(option_id=ApprovalScope.ONCE, name="Allow once", kind="allow_once"),
        *(
            PermissionOption(
                option_id=scope,
                name=f"Always: {describe_scope(scope, tool=call.tool, target=call.intent.target)}",
                kind="allow_always",
            )
            for scope in (wide, ApprovalScope.SESSION)
        ),
        PermissionOption(option_id=_NO, name="No", kind="reject_once"),
    ]


def decision_of(response: RequestPermissionResponse, options: list[PermissionOption]) -> Decision:
    """What the user decided. Whatever is not one of the offered yeses is a no."""
    outcome = response.outcome
    if not isinstance(outcome, AllowedOutcome):
        return Decision(approved=False, by=BY, reason="the user cancelled it")
    chosen = next((one for one in options if one.option_id == outcome.option_id), None)
    if chosen is None or chosen.option_id == _NO:
        return Decision(approved=False, by=BY, reason="the user said no")
    return Decision(approved=True, by=BY, scope=ApprovalScope(chosen.option_id))


def shown_of(
    call: PendingCall, workspace: Workspace
) -> list[ContentToolCallContent | FileEditToolCallContent]:
    """Exactly what would run and why it asks; blocking, for a thread."""
    diff = planned_diff(call.intent.preview, call.intent.facts, workspace)
    shown: list[ContentToolCallContent | FileEditToolCallContent] = []
    if call.reason:
        shown.append(tool_content(text_block(f"Asks because: {sanitize_line(call.reason)}")))
    shown.append(diff if diff is not None else fenced(call.intent.preview))
    return shown


def answer_options(question: Question) -> list[PermissionOption]:
    """The options of a question as buttons, and one for none of them."""
    return [
        *(
            PermissionOption(option_id=str(index), name=sanitize_line(option), kind="allow_once")
            for index, option in enumerate(question.options)
        ),
        PermissionOption(option_id=_NO, name="None of these", kind="reject_once"),
    ]


def picked(response: RequestPermissionResponse, question: Question) -> str:
    """The option that was picked; empty when none was."""
    outcome = response.outcome
    if not isinstance(outcome, AllowedOutcome) or not outcome.option_id.isdecimal():
        return ""
    index = int(outcome.option_id)
    return question.options[index] if index < len(question.options) else ""


def question_form(session_id: str, question: Question) -> ElicitationFormSessionMode:
    """A question as a form: its options to choose from, and room for any other answer."""
    options = [sanitize_line(option) for option in question.options]
    other = ElicitationStringPropertySchema(
        type="string", title="Another answer" if options else "Your answer"
    )
    properties = {_OTHER: other}
    if options:
        choice = ElicitationStringPropertySchema(type="string", title="Choice", enum=options)
        properties = {_CHOICE: choice, _OTHER: other}
    schema = ElicitationSchema.model_validate(
        {
            "type": "object",
            "properties": {name: one.model_dump(by_alias=True) for name, one in properties.items()},
            "required": [] if options else [_OTHER],
        }
    )
    return ElicitationFormSessionMode(session_id=session_id, requested_schema=schema)


def form_answer(response: object) -> str:
    """What was filled in, free words before a choice; empty when the form was sent away."""
    if not isinstance(response, AcceptElicitationResponse):
        return ""
    content = response.content or {}
    said = (content.get(name) for name in (_OTHER, _CHOICE))
    return next((text.strip() for text in said if isinstance(text, str) and text.strip()), "")


def question_text(question: Question) -> str:
    """The question, safe to show."""
    return sanitize_text(question.text)
