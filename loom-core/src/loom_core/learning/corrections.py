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
    said = [(text, event.subtask_id) for event in events if (text := _said(event))]
    found = [
        Pattern(
            kind=PatternKind.USER_CORRECTION,
            key=correction_key(text),
            text=text[:_MOST_CHARACTERS],
            subtask_id=subtask_id,
        )
        for text, subtask_id in said
        if len(text.split()) >= _LEAST_WORDS and correction_key(text)
    ]
    return list({pattern.key: pattern for pattern in found}.values())


def correction_key(text: str) -> str:
    """The same for texts that differ in case, marks and spaces only."""
    return _MARKS.sub(" ", text.casefold()).strip()[:200]


def _said(event: Event) -> str:
    """What a human said in an event; empty when none did."""
    body = event.body
    if isinstance(body, ApprovalDecided):
        is_human = not body.approved and body.by not in _NOT_HUMAN
        return "" if not is_human or body.reason in _STOCK else " ".join(body.reason.split())
    return " ".join(body.text.split()) if isinstance(body, InstructionGiven) else ""
