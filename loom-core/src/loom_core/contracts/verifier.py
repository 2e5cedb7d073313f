"""What a verifier implements, registered by name in ``loom.verifiers``."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import JsonValue

from loom_core.contracts.check import Check, CheckContext
from loom_core.contracts.context import ModelFacts
from loom_core.errors import ErrorCategory
from loom_core.types import (
    Evidence,
    Message,
    ModelResponse,
    ModelRole,
    Outcome,
    Subtask,
    Task,
    ToolResult,
    ToolSpec,
    Verdict,
)


class Ask(Protocol):
    """Calls a model of a role with messages and a schema for the answer."""

    def __call__(
        self,
        role: ModelRole,
        messages: tuple[Message, ...],
        schema: dict[str, JsonValue] | None,
        *,
        variation: int = 0,
        max_tokens: int | None = None,
        top_logprobs: int | None = None,
    ) -> Awaitable[ModelResponse]:
        """The answer, as ``Context.ask_model`` gives it."""
        ...


Look = Callable[[str, Mapping[str, JsonValue]], Awaitable[ToolResult]]
"""Calls one of the tools that only read, by name; what would have to be approved is refused."""


async def _no_tools(name: str, _arguments: Mapping[str, JsonValue]) -> ToolResult:
    """There is nothing to look with."""
    return ToolResult(
        text=f"there is no tool {name!r} here", is_error=True, category=ErrorCategory.NOT_FOUND
    )


@dataclass(frozen=True, slots=True)
class Judging:
    """What a verifier has that lets a model judge."""

    judge: ModelFacts | None = None
    """The model that may judge; None when none may."""
    reason: str = "no model may judge here"
    """Why none may."""
    tools: tuple[ToolSpec, ...] = ()
    """Tools that only read."""
    look: Look = _no_tools
    votes: int = 3
    """Reviews in a vote."""


@dataclass(frozen=True, slots=True)
class VerificationContext:
    """What a verifier may use."""

    task: Task
    checks: Mapping[str, Check]
    """Every installed check by name."""
    look: CheckContext
    ask_model: Ask
    judging: Judging = field(default_factory=Judging)
    seen: Sequence[Evidence] = ()
    """What the verifiers of tier 1 saw; empty for themselves."""
    earlier: Sequence[Verdict] = ()
    """On earlier attempts at the subtask, oldest first."""
    leaves_criteria: bool = False
    """Whether a later tier that is due judges the acceptance criteria."""


@dataclass(frozen=True, slots=True)
class Abstention:
    """That a verifier cannot look at what is its concern, and why; the tiers before decide alone."""

    reason: str
    """Said in the report, so that nobody takes it for a look that was taken."""


class Verifier(ABC):
    """One tier of verification."""

    name: str
    tier: int
    """1 deterministic, 2 review, 3 vote. A tier runs when the ones before it passed."""
    judges_criteria: bool = False
    """Whether it has a model judge the acceptance criteria, where one may."""

    @abstractmethod
    async def verify(
        self, subtask: Subtask, outcome: Outcome, context: VerificationContext
    ) -> Verdict | Abstention | None:
        """The verdict with evidence; None when the subtask is none of its concern.

        An exception counts as unverified, which is not a pass. So does a tier of which every
        verifier gives None. An abstention leaves the decision to the tiers before, if one of them
        passed; without any it is unverified.
        """
