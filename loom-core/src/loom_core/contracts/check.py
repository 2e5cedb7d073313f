"""What an acceptance check implements, registered by name in ``loom.checks``."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from loom_core.sandbox import Sandbox
from loom_core.types import Evidence, FileChange
from loom_core.workspace import Workspace


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What a check may look at. It must not change the workspace."""

    workspace: Workspace
    sandbox: Sandbox
    changes: Sequence[FileChange] = ()
    """What the attempts of this subtask changed, in order."""


class Check(ABC):
    """One kind of executable acceptance check."""

    name: str
    purpose: str
    """One line for the planner: what target and expected mean."""
    demand: str = ""
    """What must hold, in words for a model, with ``{target}`` and ``{expected}``; empty: the name."""

    review_tier: int = 1
    """The verification tier, 1 to 3, that a subtask with this check gets at least."""

    tells_form: bool = False
    """True when its demand says how a thing is written, which a small model has to be told."""

    settles: bool = False
    """True when it looks for what the goal says and not for the form alone: where one such check passes
    and no criterion is open, nobody has to review the result as well."""

    shows_behaviour: bool = False
    """True when it runs the result and compares what comes out with something that is known."""

    def describe(self, target: str, expected: str) -> str:
        """The check with its target and expectation, for a model to read."""
        if self.demand:
            return self.demand.format(target=target, expected=expected)
        return f"{self.name} {target}" + (f" {expected!r}" if expected else "")

    @abstractmethod
    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Look and say what was seen. An exception counts as unverified."""
