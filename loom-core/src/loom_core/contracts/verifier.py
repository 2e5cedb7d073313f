"""What a verifier implements, registered by name in ``loom.verifiers``."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from loom_core.contracts.check import Check, CheckContext
from loom_core.types import Message, ModelResponse, ModelRole, Outcome, Subtask, Task, Verdict

Ask = Callable[
    [ModelRole, tuple[Message, ...], dict[str, JsonValue] | None], Awaitable[ModelResponse]
]
"""Calls a model of a role with messages and a schema for the answer."""


@dataclass(frozen=True, slots=True)
class VerificationContext:
    """What a verifier may use."""

    task: Task
    checks: Mapping[str, Check]
    """Every installed check by name."""
    look: CheckContext
    ask_model: Ask


class Verifier(ABC):
    """One tier of verification."""

    name: str
    tier: int
    """1 deterministic, 2 review, 3 vote. A tier runs when the ones before it passed."""

    @abstractmethod
    async def verify(
        self, subtask: Subtask, outcome: Outcome, context: VerificationContext
    ) -> Verdict | None:
        """The verdict with evidence; None when the subtask is none of its concern.

        An exception counts as unverified, which is not a pass. So does a tier of which every
        verifier gives None.
        """
