"""What is known of one subtask from the events so far."""

from dataclasses import asdict, dataclass, field

from loom_core.events import SamplesCompared
from loom_core.types import Evidence, Subtask, SubtaskState, Verdict, VerdictStatus


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """One attempt that did not pass, as the report tells it."""

    number: int
    model: str
    """The model that worked on it; empty when none answered."""
    reason: str
    next_step: str
    """What followed: ``retry``, ``sample``, ``escalate``, ``replan`` or ``stop``."""


@dataclass(slots=True)
class SubtaskProgress:
    """One subtask of the plan in force, and how far it is."""

    subtask: Subtask
    state: SubtaskState = SubtaskState.PENDING
    attempt: int = 0
    """The attempt that runs or ran last, from 1; 0 before the first."""
    summary: str = ""
    """What was done, in the words of the model; only of a completed subtask."""
    reason: str = ""
    """Why it is not completed; empty when it is, or when nothing went wrong."""
    verdict: Verdict | None = None
    """The last verdict on it."""
    evidence: tuple[Evidence, ...] = ()
    """What the last checks saw, those of a verdict or those that ran between two calls."""
    doing: str = ""
    """The tool that runs now; empty when none does."""
    model: str = ""
    """The model that does the work; empty before its first answer."""
    failures: list[FailedAttempt] = field(default_factory=list[FailedAttempt])
    """The attempts that failed, in order."""
    samples: list[SamplesCompared] = field(default_factory=list[SamplesCompared])
    """The rounds of samples that checks chose from, in order."""
    is_parked: bool = False
    """Whether its attempts are over until a human answers."""

    @property
    def shown_evidence(self) -> tuple[Evidence, ...]:
        """What to show for its state: all that proves a completed one, else what did not pass."""
        if self.state is SubtaskState.COMPLETED:
            return self.verdict.evidence if self.verdict else ()
        return tuple(e for e in self.evidence if e.status is not VerdictStatus.PASSED)

    def as_json(self) -> dict[str, object]:
        """The subtask for programs, its last verdict with the evidence included."""
        return {
            "id": self.subtask.id,
            "description": self.subtask.description,
            "depends_on": list(self.subtask.depends_on),
            "state": self.state.value,
            "attempt": self.attempt,
            "model": self.model,
            "failed_attempts": [asdict(item) for item in self.failures],
            "samples": [item.model_dump(mode="json") for item in self.samples],
            "summary": self.summary,
            "reason": self.reason,
            "verdict": self.verdict.model_dump(mode="json") if self.verdict else None,
            "evidence": [item.model_dump(mode="json") for item in self.evidence],
        }
