"""What the user had to say while a task ran: it holds for the tasks after it as well."""

import re
from collections.abc import Sequence

from loom_core.events import ApprovalDecided, Event, InstructionGiven
from loom_core.types import Pattern, PatternKind

_NOT_HUMAN = frozenset({"harness", "an earlier yes"})
_STOCK = frozenset({"", "the user said no", "no answer"})
"""Reasons that the harness gives in the user's place."""
_LEAST_WORDS = 2
_MOST_CHARACTERS = 300
_MARKS = re.compile(r"[\W_]+")


def corrections(events: Sequence[Event]) -> list[Pattern]:
    """Each thing that the user said, once: by steering, or as the reason of a no."""
    found = [correction(_said(event), event.subtask_id) for event in events]
    return list({pattern.key: pattern for pattern in found if pattern is not None}.values())


def correction(text: str, subtask_id: str) -> Pattern | None:
    """The lesson of what the user said; None when that is too little to tell anybody."""
    said = " ".join(text.split())
    key = correction_key(said)
    if len(said.split()) < _LEAST_WORDS or not key:
        return None
    return Pattern(
        kind=PatternKind.USER_CORRECTION,
        key=key,
        text=said[:_MOST_CHARACTERS],
        subtask_id=subtask_id,
    )


def correction_key(text: str) -> str:
    """The same for texts that differ in case, marks and spaces only."""
    return _MARKS.sub(" ", text.casefold()).strip()[:200]


def _said(event: Event) -> str:
    """What a human said in an event; empty when none did."""
    body = event.body
    if isinstance(body, ApprovalDecided):
        return reason_of_no(body)
    return body.text if isinstance(body, InstructionGiven) else ""


def reason_of_no(decided: ApprovalDecided) -> str:
    """Why a human said no, in words of his own; empty when none did, or without any."""
    is_human = not decided.approved and decided.by not in _NOT_HUMAN
    return "" if not is_human or decided.reason in _STOCK else decided.reason
