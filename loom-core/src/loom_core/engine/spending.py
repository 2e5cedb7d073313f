"""What a task has used of its budgets: tokens, calls of models, and working time."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from loom_core.errors import BudgetSpent
from loom_core.events import Event, ModelCallFinished, TaskClaimed, TaskPaused, TaskWaiting
from loom_core.settings.shape import ExecutionSettings
from loom_core.types import ModelResponse


@dataclass(slots=True)
class Spending:
    """The use of one task, over all its runs; nothing is limited where a limit is None."""

    max_tokens: int | None = None
    max_calls: int | None = None
    max_seconds: float | None = None
    tokens: int = 0
    calls: int = 0
    earlier_seconds: float = 0.0
    """Working time of the runs before this one."""
    started: float = field(default_factory=time.monotonic)
    refused: str = ""
    """Why a call was refused; empty while none was."""

    @classmethod
    def of(cls, settings: ExecutionSettings, events: Iterable[Event]) -> "Spending":
        """The limits of the settings, and what the journal says was used."""
        recorded = list(events)
        spending = cls(
            settings.max_task_tokens,
            settings.max_task_calls,
            settings.max_task_seconds,
            earlier_seconds=seconds_worked(recorded),
        )
        for event in recorded:
            if isinstance(event.body, ModelCallFinished):
                spending.note(event.body.response)
        return spending

    def note(self, response: ModelResponse) -> None:
        """Count one call."""
        self.calls += 1
        self.tokens += response.usage.prompt_tokens + response.usage.completion_tokens

    @property
    def seconds_left(self) -> float | None:
        """Working time that is left, 0 or more; None when it is not limited."""
        if self.max_seconds is None:
            return None
        used = self.earlier_seconds + time.monotonic() - self.started
        return max(self.max_seconds - used, 0.0)

    def require_left(self) -> None:
        """Raise ``BudgetSpent`` when another call would go beyond what was given."""
        self.refused = self.refused or self._problem()
        self.raise_if_refused()

    def raise_if_refused(self) -> None:
        """Raise ``BudgetSpent`` when a call was refused: what was made of that counts for nothing."""
        if self.refused:
            raise BudgetSpent(self.refused)

    def _problem(self) -> str:
        """What is used up; empty when nothing is."""
        if self.max_tokens is not None and self.tokens >= self.max_tokens:
            return f"the task's {self.max_tokens:,} tokens are used up ({self.tokens:,} were used)"
        if self.max_calls is not None and self.calls >= self.max_calls:
            return f"the task's {self.max_calls:,} calls of models are used up"
        return ""


def time_is_up(seconds: float) -> str:
    """What is said when the working time is used up."""
    return f"the task's {seconds:g} s of working time are used up"


def seconds_worked(events: Iterable[Event]) -> float:
    """How long a task was worked on, from each claim to its last event before a stop."""
    total = 0.0
    start: datetime | None = None
    last: datetime | None = None
    for event in events:
        if isinstance(event.body, TaskClaimed):
            total += _between(start, last)
            start = last = event.at
        elif start is not None:
            last = event.at
        if isinstance(event.body, TaskPaused | TaskWaiting):
            total += _between(start, last)
            start = last = None
    return total + _between(start, last)


def _between(start: datetime | None, end: datetime | None) -> float:
    """Seconds from one time to another; 0 when the clock was set back."""
    return max((end - start).total_seconds(), 0.0) if start and end else 0.0
