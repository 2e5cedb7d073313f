"""What a hook may use: capabilities, never the orchestrator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import JsonValue

from loom_core.contracts.check import Check
from loom_core.contracts.tool import Intent, Risk, Tool
from loom_core.events import EventBody
from loom_core.settings.shape import Settings
from loom_core.types import (
    CheckSpec,
    Evidence,
    FileChange,
    MemoryEntry,
    Message,
    ModelResponse,
    ModelRole,
    Task,
    ToolResult,
    ToolSpec,
    Usage,
    Verdict,
)
from loom_core.workspace import Workspace


@dataclass(frozen=True, slots=True)
class PendingCall:
    """A tool call that has not run yet, as an approval sees it."""

    tool: str
    arguments: Mapping[str, JsonValue]
    risk: Risk
    intent: Intent
    digest: str
    """SHA-256 over all the rest: what was approved is what then runs."""
    reason: str = ""
    """Why somebody has to say yes, in words of the tool or of Loom; empty when nothing gates it."""

    @property
    def is_gated(self) -> bool:
        """Whether no mode may allow it without asking."""
        return self.intent.is_gated or bool(self.reason)


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the router knows of the model that a call would go to."""

    name: str
    """Its name in the settings."""
    tier: int
    dialect: str
    """``native`` or ``json_action``."""
    window: int
    """Tokens that prompt and answer share."""
    enforces_schema: bool
    sees_images: bool = False
    """Whether it takes pictures beside text."""
    takes_tools: bool = True
    """Whether its server has tool calling of its own."""
    is_window_assumed: bool = False
    """Whether nobody said how large the window is, neither the settings nor the server."""
    gives_logprobs: bool = False
    """Whether its server says how likely each answer was."""
    may_judge: bool = False
    """Whether its opinion on the work of others decides: it is capable enough, or was named for it."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a conversation begins, kept so that a resumed attempt sends the same bytes again."""

    model: str
    dialect: str
    """A dialect of actions, or another form that the executor knows."""
    prompt: tuple[Message, ...]
    seen: Mapping[str, str]
    """Files shown in the prompt: path to the SHA-256 of what was shown."""
    shows_names: bool = True
    """Whether names of the workspace's files are in the prompt; strangers may have chosen them."""
    window: int = 0
    """Tokens of the model's window, by which the conversation is kept short; 0 when not recorded."""
    is_window_assumed: bool = False
    """Whether nobody said how large the window is."""
    tools: tuple[str, ...] = ()
    """Names of the tools that the conversation is offered; empty when not recorded."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """What earlier tasks taught, as it goes into a prompt."""

    examples: tuple[str, ...] = ()
    """Plans that led to goals like this one."""
    instructions: tuple[str, ...] = ()
    """What the user had to say before and holds on."""


class Context(Protocol):
    """The capabilities of one subtask's attempt, or of the task outside any subtask.

    Calls of models and tools made through it are journalled: after a crash the same calls in the
    same order get the recorded answers and nothing runs twice.
    """

    @property
    def task(self) -> Task:
        """The task as it was asked for."""
        ...

    @property
    def settings(self) -> Settings:
        """All settings."""
        ...

    @property
    def workspace(self) -> Workspace:
        """The directory that the task may change."""
        ...

    @property
    def subtask_id(self) -> str:
        """The subtask this context belongs to; empty outside any subtask."""
        ...

    @property
    def attempt(self) -> int:
        """The attempt, from 1; 0 outside any subtask."""
        ...

    @property
    def way(self) -> int:
        """The attempt, counted from 1 and without samples: attempts with another number go another way."""
        ...

    @property
    def sample(self) -> int:
        """Which sample of one prompt this attempt is, from 1; 0 for an attempt that is none."""
        ...

    @property
    def feedback(self) -> Sequence[str]:
        """What earlier attempts were told was wrong, oldest first."""
        ...

    @property
    def verdicts(self) -> Sequence[Verdict | None]:
        """On each earlier attempt at this subtask, oldest first; None for one that was not verified."""
        ...

    @property
    def tools(self) -> Mapping[str, Tool[Any]]:
        """The tools that may be called here, by name."""
        ...

    @property
    def checks(self) -> Mapping[str, Check]:
        """Every installed acceptance check, by name."""
        ...

    @property
    def changes(self) -> Sequence[FileChange]:
        """What this subtask's attempts have changed so far, in order."""
        ...

    @property
    def usage(self) -> Usage:
        """Tokens of this attempt's calls so far."""
        ...

    @property
    def beginning(self) -> Beginning | None:
        """How the conversation was begun before a crash or a pause; None when it is new."""
        ...

    async def begin(self, beginning: Beginning) -> Beginning:
        """Journal how the conversation with a model begins; a resumed attempt gets the recorded one."""
        ...

    async def model_facts(self, role: ModelRole) -> ModelFacts:
        """The model that a call with this role would go to now."""
        ...

    async def ask_model(
        self,
        role: ModelRole,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        answer_schema: dict[str, JsonValue] | None = None,
        answer_grammar: str | None = None,
        max_tokens: int | None = None,
        top_logprobs: int | None = None,
        variation: int = 0,
    ) -> ModelResponse:
        """One journalled call of a model. Raises ``ModelError`` when none of the role answers.

        With ``top_logprobs`` the response has ``logprobs`` of the first tokens, so many for each place,
        where the model's server gives them. Variations above 0 are other samples of the same answer,
        where the model can be told.
        """
        ...

    async def call_tool(
        self, name: str, arguments: Mapping[str, JsonValue], *, call_id: str
    ) -> ToolResult:
        """One journalled, approved tool call; whatever goes wrong is an error result."""
        ...

    async def judge(self) -> ModelFacts | None:
        """The model whose judgement decides; None when none may judge here.

        Raises ``ModelError`` when one may and it cannot be used now.
        """
        ...

    @property
    def reading_tools(self) -> Mapping[str, Tool[Any]]:
        """The tools that only read, by name: what a reviewer may look with."""
        ...

    async def look(
        self, name: str, arguments: Mapping[str, JsonValue], *, call_id: str
    ) -> ToolResult:
        """One journalled call of a tool that only reads; what is gated is refused unasked."""
        ...

    async def run_checks(self, checks: Sequence[CheckSpec]) -> list[Evidence]:
        """What executable checks say of the workspace now; journalled like a call."""
        ...

    async def recall(self, text: str, *, limit: int = 10) -> list[MemoryEntry]:
        """Memory that concerns a text, most relevant first."""
        ...

    async def new_instructions(self) -> Sequence[str]:
        """What the user said and was not told here yet, oldest first; each is given out once.

        It belongs at the tail of the next request, which is journalled with it.
        """
        ...

    async def lessons(self, goal: str = "") -> Lessons:
        """What earlier tasks taught, with plans for goals like this one if one is named.

        Whoever asks makes use of it: it is told in an event, and the outcome counts for the lessons.
        """
        ...

    def story(self) -> list[EventBody]:
        """What happened in this subtask so far, over all attempts and in order.

        Calls of models and tools with their results, verdicts, failed attempts, and what humans were
        asked and answered.
        """
        ...

    async def emit(self, body: EventBody) -> None:
        """Put an event into the stream; returns when it is committed."""
        ...
