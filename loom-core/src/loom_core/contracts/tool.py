"""What a tool implements: one class per tool, registered by name in ``loom.tools``."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, JsonValue

from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.json_schema import slim_schema
from loom_core.sandbox import Sandbox
from loom_core.types import Question, ToolResult, ToolSpec
from loom_core.workspace import Workspace


class Risk(StrEnum):
    """What a tool can do to the world."""

    READ = "read"
    WRITE = "write"
    EXECUTE = "execute"
    NETWORK = "network"


class RecoveryClass(StrEnum):
    """What is known of a call whose result was never written (safety: journal)."""

    PURE = "pure"
    """It changes nothing: run it again."""
    CONTENT = "content"
    """It changes files whose hashes before and after are known: compare."""
    KEYED = "keyed"
    """Its effect carries a key that can be looked up."""
    UNKNOWN = "unknown"
    """Nobody can tell, as of a command: it is in doubt and never repeated silently."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What a call is about to do, worked out before anything happens."""

    preview: str
    """For a human to approve: the exact command, or a diff."""
    is_gated: bool = False
    """True when it is destructive or irreversible, so that it needs an approval first."""
    reason: str = ""
    """Why it is gated."""
    target: str = ""
    """What a wider yes may cover beside this call, as it is shown: a path, or how a command begins.
    Two calls with the same target must be alike in what they can do; empty when none is."""
    is_local: bool = False
    """True when this very call can send nothing off the machine, whatever its tool can."""
    changes_nothing: bool = False
    """True when this very call is sure to change nothing, whatever its tool can: nobody then looks at
    what it changed, it waits for no other call, and after a crash it simply runs again."""
    facts: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    """What ``probe`` needs after a crash, such as the hashes before and after.

    A call that makes directories on its way says so in ``path``, the path that they are made for,
    and ``parents_made``, their number: if it is cut off before its effect, they are taken away.
    """


class Happened(StrEnum):
    """What a probe found out about an interrupted call."""

    DONE = "done"
    NOT_YET = "not_yet"
    IN_DOUBT = "in_doubt"


@dataclass(frozen=True, slots=True)
class Probe:
    """The answer of a probe; done comes with the result that the call would have given."""

    happened: Happened
    result: ToolResult | None = None


Ask = Callable[[Question], Awaitable[str]]
"""Puts a question to the user and gives the answer, which is never empty."""


async def _nobody(question: Question) -> str:
    """Nobody is there to answer."""
    raise ToolFailed(f"nobody can be asked here: {question.text}", ErrorCategory.TOOL)


@dataclass(slots=True)
class ToolContext:
    """What a tool may use during one call."""

    task_id: str
    subtask_id: str
    workspace: Workspace
    sandbox: Sandbox
    seen_files: dict[str, str]
    """Files this subtask has read or written: path to the SHA-256 it saw. Tools keep it current
    through ``ToolResult.facts['seen']``, never by writing to it, so that a resume can rebuild it."""
    is_offline: bool = False
    """True forbids every connection that leaves this machine; a tool that needs one refuses."""
    intended: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    """While a call runs: the facts of its intent, as they are journalled and were approved."""
    kept: JsonValue = None
    """What this tool put into ``ToolResult.facts['kept']`` last in this attempt; None at first. So a
    tool has a memory of its own that a resume rebuilds from the journal."""
    results: Mapping[str, str] = field(default_factory=dict[str, str])
    """Texts that earlier calls of this attempt gave, by name; a conversation that grew too long has
    only their names, and a tool that ``reads_results`` gives them back."""
    stopped: ToolResult | None = None
    """Set by a tool whose run is cancelled, before it lets the cancellation through: the result as
    far as it got, with its changes, which would be lost otherwise. The harness records it."""
    ask: Ask = _nobody
    """Asks the user, for as long as it takes: no time limit runs meanwhile. The answer is kept, so
    that a call that is run again after a crash gets it at once."""


Arguments = TypeVar("Arguments", bound=BaseModel)


class Tool(ABC, Generic[Arguments]):
    """One thing a model can do. Made once per run; calls may run concurrently."""

    name: str
    purpose: str
    """One line for the model: what it is for, not how it works."""
    arguments_model: type[Arguments]
    """Arguments with their types, limits and one-line descriptions; unknown ones are refused."""
    essential: tuple[str, ...] = ()
    """The only arguments that a small model is shown and made to give; empty means all."""
    optional: tuple[str, ...] = ()
    """Arguments that a small model is shown beside the essential ones, and may give."""
    existing: tuple[str, ...] = ()
    """Arguments that must name a file that is there: a schema can then offer just those."""
    is_always_offered: bool = False
    """Whether a small model is offered it whatever its job is; another tool has to have to do with the
    words of the job. Models with tool calling of their own are offered all tools."""
    target_argument: str = ""
    """The argument that a wider yes is about, where an intent gives no target: that of the path."""
    risk: Risk
    recovery: RecoveryClass = RecoveryClass.UNKNOWN
    is_parallel_safe: bool = False
    """Whether calls of it may run at the same time as other reading calls."""
    reads_private: bool = False
    """Whether a result can hold what belongs to the user: contents of files, output of commands."""
    untrusted_input: bool = False
    """Whether a result can hold text of strangers, who may address the model: pages, files, names."""
    reads_results: bool = False
    """Whether its argument ``path`` may be a name in ``ToolContext.results``."""
    egress: bool = False
    """Whether a call can send something off this machine. A tool of the risk ``network`` always can,
    one of the risk ``execute`` where the sandbox has a network; neither needs to say so."""
    timeout_seconds: float = 30.0
    """The harness cancels a call after that; a tool with a limit of its own stays below it."""

    _spec: ToolSpec | None = None

    def spec(self) -> ToolSpec:
        """The tool as a model sees it; made once, and its schema once in a process: it takes milliseconds."""
        if self._spec is None:
            self._spec = ToolSpec(
                name=self.name,
                description=self.purpose,
                parameters=_parameters(self.arguments_model),
                essential=self.essential,
                optional=self.optional,
                existing=self.existing,
            )
        return self._spec

    async def intend(self, arguments: Arguments, context: ToolContext) -> Intent:
        """What the call is about to do; must not change anything."""
        return Intent(preview=f"{self.name} {arguments.model_dump_json(exclude_defaults=True)}")

    @abstractmethod
    async def run(self, arguments: Arguments, context: ToolContext) -> ToolResult:
        """Do it. Raise ``ToolFailed`` for what the model can correct."""

    async def probe(
        self, arguments: Arguments, facts: dict[str, Any], context: ToolContext
    ) -> Probe:
        """After a crash: whether the call with this intent happened."""
        if self.recovery is RecoveryClass.PURE:
            return Probe(Happened.NOT_YET)
        return Probe(Happened.IN_DOUBT)


@lru_cache(maxsize=256)
def _parameters(arguments_model: type[BaseModel]) -> dict[str, JsonValue]:
    """The schema of arguments; every engine of a process shares it, and nobody changes it."""
    return slim_schema(arguments_model.model_json_schema())
