"""What happened in each subtask, at hand for whoever extracts memory, so that nobody reads it back."""

from collections.abc import Iterable

from loom_core.events import (
    ApprovalDecided,
    ApprovalRequested,
    AttemptFailed,
    Event,
    EventBody,
    ModelCallFinished,
    QuestionAnswered,
    QuestionAsked,
    ToolCallFinished,
    ToolCallStarted,
    VerdictReached,
)

_TOLD = (
    ApprovalDecided,
    ApprovalRequested,
    AttemptFailed,
    ModelCallFinished,
    QuestionAnswered,
    QuestionAsked,
    ToolCallFinished,
    ToolCallStarted,
    VerdictReached,
)
"""What a story is made of; prompts, which repeat it, are left out."""


class Stories:
    """The stories of one task's subtasks, each kept until its memory was extracted."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        """Know what the journal tells."""
        self._stories: dict[str, list[EventBody]] = {}
        for event in events:
            self.note(event.subtask_id, event.body)

    def note(self, subtask_id: str, body: EventBody) -> None:
        """Take in one record."""
        if isinstance(body, _TOLD):
            self._stories.setdefault(subtask_id, []).append(body)

    def of(self, subtask_id: str) -> list[EventBody]:
        """What happened in a subtask so far, in order, over all its attempts."""
        return list(self._stories.get(subtask_id, ()))

    def forget(self, subtask_id: str) -> None:
        """Let go of a story that nobody needs any more."""
        self._stories.pop(subtask_id, None)
