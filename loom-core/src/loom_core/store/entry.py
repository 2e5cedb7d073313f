"""What is to be put into the journal, and the line that it becomes."""

from dataclasses import dataclass

from loom_core.errors import StoreError
from loom_core.events import EventBody
from loom_core.store.clean_text import refuse_half_characters
from loom_core.store.draft import Line

__all__ = ["Entry", "line_of"]


@dataclass(frozen=True, slots=True)
class Entry:
    """An event to append: its body and what it concerns."""

    body: EventBody
    subtask_id: str = ""
    """Empty when it concerns the task."""
    attempt: int = 0
    """From 1; 0 when it concerns no attempt."""


def line_of(entry: Entry) -> Line:
    """The entry with its body as JSON; raises ``StoreError`` for text that is not Unicode."""
    refuse_half_characters(entry.subtask_id)
    try:
        payload = entry.body.model_dump_json()
    except ValueError as error:
        raise StoreError(
            f"a {type(entry.body).__name__} event cannot be kept, because its text holds a lone "
            f"surrogate, which is no Unicode character; replace it first ({error})"
        ) from error
    return Line(entry.body, payload, entry.subtask_id, entry.attempt)
