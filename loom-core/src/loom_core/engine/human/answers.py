"""What the user has told the subtasks of a task, so that a retry does not ask the same again."""

from collections.abc import Iterable

from loom_core.events import Event, QuestionAnswered, QuestionAsked
from loom_core.types import Question

_Key = tuple[str, str, tuple[str, ...]]


class Answers:
    """The answers of one task, by the subtask that asked and its very words."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        """Know what the task's journal tells."""
        self._given: dict[_Key, str] = {}
        asked: dict[str, tuple[str, QuestionAsked]] = {}
        for event in events:
            if isinstance(event.body, QuestionAsked):
                asked[event.body.question_id] = (event.subtask_id, event.body)
            elif isinstance(event.body, QuestionAnswered) and event.body.question_id in asked:
                self.note(*asked[event.body.question_id], event.body)

    def note(self, subtask_id: str, asked: QuestionAsked, answered: QuestionAnswered) -> None:
        """Take in an answer."""
        self._given[subtask_id, asked.question, asked.options] = answered.answer

    def to(self, subtask_id: str, question: Question) -> str | None:
        """What was answered to a question of a subtask; None when it was never asked so."""
        return self._given.get((subtask_id, question.text, question.options))
