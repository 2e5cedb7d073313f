"""What happens to a subtask and its attempts."""

from typing import Annotated

from pydantic import Field

from loom_core.events.body import EventBody
from loom_core.types import (
    ErrorCategory,
    FailureKind,
    FileChange,
    Frozen,
    MemoryEntry,
    MemoryKind,
    Message,
    Outcome,
    Verdict,
)


class SubtaskStarted(EventBody):
    """An attempt began."""

    tier: int
    sample: int = 0
    """Which sample of one prompt it is, from 1; 0 for an attempt that is none."""


class PromptAssembled(EventBody):
    """The exact prompt that every later request of this attempt starts with."""

    model: str
    """Name of the model in the settings."""
    dialect: str
    prompt: tuple[Message, ...]
    seen: dict[str, str] = {}
    """Files shown in the prompt: path to the SHA-256 of what was shown."""
    shows_names: bool = True
    """Whether names of the workspace's files are in it."""
    recalled_from: tuple[str, ...] = ()
    """Subtasks whose memory is in it."""
    window: int = 0
    """Tokens of the model's window; 0 when not recorded."""
    is_window_assumed: bool = False
    """Whether neither the settings nor the server said how large it is."""
    tools: tuple[str, ...] = ()
    """Names of the tools that the conversation is offered; empty when not recorded."""


class OutcomeReached(EventBody):
    """The runner returned; verification comes next."""

    outcome: Outcome


class VerdictReached(EventBody):
    """The merged verdict on an outcome."""

    verdict: Verdict


class SubtaskCompleted(EventBody):
    """A subtask is done and its verdict passed."""

    summary: str
    confidence: Annotated[float, Field(ge=0.0, le=1.0)]


class AttemptFailed(EventBody):
    """An attempt did not lead to a completed subtask; what happens next is said."""

    reason: str
    failure: FailureKind
    category: ErrorCategory
    next_step: str
    """``retry``, ``sample``, ``escalate``, ``replan`` or ``stop``."""


class AttemptRolledBack(EventBody):
    """A failed attempt's file changes were taken back before the next attempt."""

    changes: tuple[FileChange, ...]
    """What was done to take them back."""
    kept: tuple[str, ...] = ()
    """Files that stay as the attempt left them: another subtask or somebody else changed them."""


class SampleSeen(Frozen):
    """What checks saw of one sample."""

    attempt: int
    passed: int
    """Checks that passed."""
    checks: int
    """Checks that ran."""


class SamplesCompared(EventBody):
    """Samples of one prompt were told apart by their checks; the changes of all others are taken back."""

    samples: tuple[SampleSeen, ...]
    chosen: int
    """The attempt whose result stays; 0 when none passed."""


class SubtaskFailed(EventBody):
    """A subtask used up its attempts."""

    reason: str


class SubtaskBlocked(EventBody):
    """A subtask reported that it cannot go on."""

    reason: str


class SubtaskStalled(EventBody):
    """A subtask ran into a limit or in circles."""

    reason: str


class SubtaskSkipped(EventBody):
    """A subtask will not run: what it depends on did not complete, or the plan changed."""

    reason: str


class SubtaskParked(EventBody):
    """A subtask waits for a human; independent work goes on."""

    reason: str
    approval_id: str
    renews: bool = False
    """Whether a yes gives it another round of attempts, instead of accepting the result as it is."""


class MemoryExtracted(EventBody):
    """Entries were put into the archive."""

    entries: tuple[MemoryEntry, ...]


class MemoryForgotten(EventBody):
    """The user deleted an entry from the archive."""

    entry_id: int
    kind: MemoryKind


class ExtractionFailed(EventBody):
    """Memory could not be extracted from a subtask; its result stands."""

    error: str
