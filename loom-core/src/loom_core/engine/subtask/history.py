"""What the journal says of a subtask's attempts, so that a resumed run goes on where it stopped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from loom_core.engine.journal import last_step
from loom_core.events import (
    ApprovalDecided,
    AttemptFailed,
    AttemptRolledBack,
    Event,
    ExtractionFailed,
    MemoryExtracted,
    OutcomeReached,
    PlanReplaced,
    QuestionAnswered,
    SubtaskBlocked,
    SubtaskCompleted,
    SubtaskFailed,
    SubtaskParked,
    SubtaskStalled,
    SubtaskStarted,
    VerdictReached,
)
from loom_core.types import FailureKind, FileChange, Outcome, Verdict

Ending = SubtaskFailed | SubtaskBlocked | SubtaskStalled
"""How a subtask ends that was given up."""


@dataclass(slots=True)
class AttemptHistory:
    """One attempt as far as it was recorded."""

    number: int
    tier: int
    sample: int = 0
    """Which sample of one prompt it is, from 1; 0 for none."""
    events: list[Event] = field(default_factory=list[Event])
    outcome: Outcome | None = None
    verdict: Verdict | None = None
    failure: AttemptFailed | None = None
    rolled_back: AttemptRolledBack | None = None
    steps_done: int = 0
    """Steps that led to the outcome; 0 before there is one, when they are all begun again."""

    def add(self, event: Event) -> None:
        """Take in one event of this attempt."""
        self.events.append(event)
        body = event.body
        if isinstance(body, OutcomeReached):
            self.outcome, self.steps_done = body.outcome, last_step(self.events)
        elif isinstance(body, VerdictReached):
            self.verdict = body.verdict
        elif isinstance(body, AttemptFailed):
            self.failure = body
        elif isinstance(body, AttemptRolledBack):
            self.rolled_back = body


@dataclass(slots=True)
class SubtaskHistory:
    """All attempts of one subtask under the present plan, oldest first."""

    attempts: list[AttemptHistory] = field(default_factory=list[AttemptHistory])
    parked: SubtaskParked | None = None
    answer: ApprovalDecided | None = None
    """The human's answer to the parking; None while nobody answered."""
    is_remembered: bool = False
    """Whether memory was extracted already."""
    extraction: list[Event] = field(default_factory=list[Event])
    """What an interrupted extraction recorded."""
    ending: Ending | None = None
    """How it ended without being completed; None while it may still be."""
    confidence: float = 0.0
    """How sure Loom was when it was completed."""
    forgiven: int = 0
    """Attempts under earlier plans: a new plan is a new chance."""
    advice: str = ""
    """What a human said who gave it another round of attempts."""

    @property
    def last_outcome(self) -> Outcome | None:
        """The outcome of the last attempt that has one."""
        reached = [attempt.outcome for attempt in self.attempts if attempt.outcome]
        return reached[-1] if reached else None

    @property
    def unfinished(self) -> AttemptHistory | None:
        """The attempt that a crash or a pause interrupted."""
        last = self.attempts[-1] if self.attempts else None
        return last if last is not None and last.failure is None else None

    @property
    def failures(self) -> list[FailureKind]:
        """Why each failed attempt failed that is no sample, oldest first."""
        return [
            item.failure.failure
            for item in self.attempts[self.forgiven :]
            if item.failure and not item.sample
        ]

    @property
    def changes(self) -> list[FileChange]:
        """What the finished attempts changed and was not taken back, in order."""
        return [
            change
            for attempt in self.attempts
            if attempt.outcome and attempt.failure
            for change in attempt.outcome.changes
            if attempt.rolled_back is None or change.path in attempt.rolled_back.kept
        ]


def histories_of(events: Iterable[Event]) -> dict[str, SubtaskHistory]:
    """The history of every subtask that a task's events tell of, by id."""
    histories: dict[str, SubtaskHistory] = {}
    for event in events:
        if isinstance(event.body, PlanReplaced):
            forgive(histories.values())
        elif event.subtask_id:
            _add(histories.setdefault(event.subtask_id, SubtaskHistory()), event)
    return histories


def feedback_of(history: SubtaskHistory, hint: Sequence[str] = ()) -> list[str]:
    """What a next attempt is told, oldest first; nothing of samples, so that all have one prompt."""
    return [
        f"attempt {item.number}: {item.failure.reason}"
        for item in history.attempts
        if item.failure and not item.sample
    ] + [*hint, *([f"the user says: {history.advice}"] if history.advice else [])]


def forgive(histories: Iterable[SubtaskHistory]) -> None:
    """Start the count of failures and the parking of every subtask anew."""
    for history in histories:
        history.forgiven = len(history.attempts)
        if history.answer is not None and not history.answer.approved:
            continue  # a human's no stands under every plan
        history.parked = history.answer = history.ending = None


def _renew(history: SubtaskHistory) -> None:
    """Start another round of attempts when that is what a human said yes to."""
    parked, answer = history.parked, history.answer
    if parked is not None and answer is not None and parked.renews and answer.approved:
        history.forgiven = len(history.attempts)
        history.advice = answer.reason
        history.parked = history.answer = None


def _add(history: SubtaskHistory, event: Event) -> None:
    """Sort one event into the history."""
    body = event.body
    if isinstance(body, SubtaskStarted):
        history.attempts.append(AttemptHistory(event.attempt, body.tier, body.sample))
    elif isinstance(body, SubtaskParked):
        history.parked, history.answer = body, None
    elif isinstance(body, ApprovalDecided):
        if history.parked and body.approval_id == history.parked.approval_id:
            history.answer = body
            _renew(history)
    elif isinstance(body, SubtaskCompleted):
        history.confidence = body.confidence
    elif isinstance(body, Ending):
        history.ending = body
    elif isinstance(body, MemoryExtracted | ExtractionFailed):
        history.is_remembered = True
    attempt = history.attempts[-1] if history.attempts else None
    is_answer = isinstance(
        body, ApprovalDecided | QuestionAnswered
    )  # given from outside, to whatever asked last
    if attempt is not None and (is_answer or event.attempt == attempt.number):
        attempt.add(event)
    elif event.attempt == 0:
        history.extraction.append(event)
