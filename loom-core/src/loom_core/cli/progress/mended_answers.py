"""How often the answers of each model had to be mended before they could be read."""

from collections import Counter
from collections.abc import Iterator

from loom_core.cli.terminal.time_text import format_count


class MendedAnswers:
    """Counts answers and those of them that were mended, by the model's name in the settings."""

    def __init__(self) -> None:
        """Start without any."""
        self._answers: Counter[str] = Counter()
        self._mended: Counter[str] = Counter()
        self._last: dict[str, str] = {}

    def answered(self, subtask_id: str, model: str) -> None:
        """Count an answer in a subtask."""
        self._last[subtask_id] = model
        self._answers[model] += 1

    def mended(self, subtask_id: str) -> None:
        """Count that the last answer in a subtask was mended."""
        if (model := self._last.get(subtask_id)) is not None:
            self._mended[model] += 1

    def rates(self) -> Iterator[str]:
        """The models of which any answer was mended: ``small: 3 of 20 answers (15%)``."""
        for model, count in sorted(self._mended.items()):
            answers = self._answers[model]
            yield f"{model}: {count:,} of {format_count(answers, 'answer')} ({count / answers:.0%})"
