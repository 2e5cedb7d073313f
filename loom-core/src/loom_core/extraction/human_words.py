"""What a human said while a subtask ran: decisions, answers and instructions."""

from collections.abc import Iterable, Sequence

from loom_core.events import (
    ApprovalDecided,
    ApprovalRequested,
    EventBody,
    QuestionAnswered,
    QuestionAsked,
)
from loom_core.types import MemoryEntry, MemoryKind

_MOST = 10
_SHOWN_CHARACTERS = 300
"""Of a command, a diff or a question: enough to know it again."""


def human_words(story: Sequence[EventBody], subtask_id: str) -> list[MemoryEntry]:
    """The newest decisions and answers of a human in the story of a subtask, oldest first."""
    said = [*_decisions(story, subtask_id), *_answers(story, subtask_id)]
    return said[-_MOST:]


def _decisions(story: Sequence[EventBody], subtask_id: str) -> Iterable[MemoryEntry]:
    """Each yes and no; the reason of a no is an instruction as well."""
    asked = {body.approval_id: body for body in story if isinstance(body, ApprovalRequested)}
    for body in story:
        if not isinstance(body, ApprovalDecided) or body.approval_id not in asked:
            continue
        verb = "allowed" if body.approved else "refused"
        what = _short(asked[body.approval_id].what)
        because = f", because: {_short(body.reason)}" if body.reason else ""
        yield _entry(MemoryKind.DECISION, f"the user {verb}: {what}{because}", subtask_id)


def _answers(story: Sequence[EventBody], subtask_id: str) -> Iterable[MemoryEntry]:
    """What the user answered to what was asked."""
    questions = {
        body.question_id: body.question for body in story if isinstance(body, QuestionAsked)
    }
    for body in story:
        if isinstance(body, QuestionAnswered) and body.answer.strip():
            question = _short(questions.get(body.question_id, "a question"))
            text = f"asked {question!r}, the user answered: {body.answer}"
            yield _entry(MemoryKind.USER_INSTRUCTION, text, subtask_id)


def _entry(kind: MemoryKind, text: str, subtask_id: str) -> MemoryEntry:
    """An entry of what was said in a subtask."""
    return MemoryEntry(kind=kind, text=text[:2000], tags=(subtask_id,))


def _short(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]}…"
