"""What goes to a model and what comes back."""

from enum import StrEnum
from functools import cached_property
from json import dumps
from typing import Annotated

from pydantic import Field, JsonValue

from loom_core.types.frozen import Frozen
from loom_core.types.logprob import MAX_TOP_LOGPROBS, AnswerToken


class Role(StrEnum):
    """Who speaks in a conversation with a model."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class ModelRole(StrEnum):
    """What a model is used for; the settings give each model one or more roles."""

    PLANNER = "planner"
    EXECUTOR = "executor"
    EXTRACTOR = "extractor"
    VERIFIER = "verifier"


class ToolCall(Frozen):
    """A call as the model wrote it, not yet validated."""

    id: str
    name: str
    arguments: str
    """JSON text, kept byte for byte so that the conversation can be sent again unchanged."""


class Image(Frozen):
    """A picture for a model that sees."""

    media_type: str
    """``image/png``, ``image/jpeg``, ``image/gif`` or ``image/webp``."""
    data: str = ""
    """Base64 of the file's bytes; empty where only their hash is said."""
    sha256: str = ""
    """Hash of the bytes in hex, of a picture in the journal: they lie among the kept contents."""


class Message(Frozen):
    """One turn of a conversation; a conversation only ever grows at its end."""

    role: Role
    text: str = ""
    reasoning: str = ""
    """What the model thought, verbatim; whether it is sent again is the provider's knowledge."""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    """In a tool message: the call it answers."""
    images: tuple[Image, ...] = ()
    """In a user message: pictures to look at; only sent to models that see."""
    signed: str = ""
    """In an assistant message: what ``ModelResponse.signed`` said of it."""


class ToolSpec(Frozen):
    """A tool as a model sees it."""

    name: str
    description: str
    parameters: dict[str, JsonValue]
    """JSON Schema of the arguments, an object schema."""
    essential: tuple[str, ...] = ()
    """The only arguments that a small model is shown and made to give; empty means all."""
    optional: tuple[str, ...] = ()
    """Arguments that a small model is shown beside the essential ones, and may give."""
    existing: tuple[str, ...] = ()
    """Arguments that must name a file that is there."""

    @cached_property
    def size_characters(self) -> int:
        """Characters of the part that goes with a request, as JSON; worked out once, as every call asks.

        A changed copy would keep the number: make another tool instead.
        """
        sent = {"name": self.name, "description": self.description, "parameters": self.parameters}
        return len(dumps(sent, separators=(",", ":")))


class Sampling(Frozen):
    """How the next token is chosen; None leaves it to the server or the model's profile."""

    temperature: Annotated[float | None, Field(ge=0.0, le=2.0)] = None
    top_p: Annotated[float | None, Field(gt=0.0, le=1.0)] = None
    top_k: Annotated[int | None, Field(ge=0)] = None
    """The most likely tokens that are looked at; 0 is all."""
    min_p: Annotated[float | None, Field(ge=0.0, le=1.0)] = None
    """Least probability, as a share of the most likely token's."""
    repetition_penalty: Annotated[float | None, Field(gt=0.0, le=2.0)] = None
    """Above 1 makes tokens that were there already less likely; 1 changes nothing."""
    seed: int | None = None


class ModelRequest(Frozen):
    """One call of a model."""

    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    """Offered through the server's own tool calling; empty when the dialect does not use it."""
    answer_schema: dict[str, JsonValue] | None = None
    """JSON Schema the text must follow; enforced while decoding where the server can."""
    answer_grammar: str | None = None
    """GBNF grammar of the text, in place of a schema, for what is no JSON. A model without
    ``Capabilities.grammar`` answers as if there were none."""
    sampling: Sampling = Sampling()
    max_tokens: Annotated[int | None, Field(ge=1)] = None
    """Upper bound of the answer in tokens; None is all that the window leaves."""
    top_logprobs: Annotated[int | None, Field(ge=1, le=MAX_TOP_LOGPROBS)] = None
    """Asks for ``ModelResponse.logprobs`` with so many tokens for each place; None asks for nothing.
    A model without ``Capabilities.log_probabilities`` answers as if it had not been asked."""


class FinishReason(StrEnum):
    """Why the model stopped. A call in an answer that ended by ``length`` is never executed."""

    STOP = "stop"
    TOOL_CALLS = "tool_calls"
    LENGTH = "length"
    REFUSED = "refused"


class Usage(Frozen):
    """Tokens of one or more calls."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    """Part of the prompt tokens that the server took from its cache."""
    completion_tokens: int = 0
    calls: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        """The sum of both, field by field."""
        return Usage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            calls=self.calls + other.calls,
        )

    @property
    def cache_share(self) -> float:
        """Cached prompt tokens over prompt tokens, 0 to 1; 0 when nothing was sent."""
        return self.cached_tokens / self.prompt_tokens if self.prompt_tokens else 0.0


class Timings(Frozen):
    """Seconds of one call as the client saw them."""

    first_token_seconds: float = 0.0
    total_seconds: float = 0.0


class ModelResponse(Frozen):
    """What one call gave."""

    text: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: FinishReason = FinishReason.STOP
    usage: Usage = Usage()
    timings: Timings = Timings()
    model: str = ""
    """The model's name as the server said it."""
    logprobs: tuple[AnswerToken, ...] = ()
    """The first tokens of the text (at most 64), if the request asked for them and the server has them:
    whoever reads them must do without. The brackets and names of a schema are tokens too; reasoning is
    not among them where the server tells it from the text."""
    signed: str = ""
    """JSON that the server takes back with this turn and checks for changes, such as signed reasoning;
    only the provider that gave it reads it. Empty where text, reasoning and calls say all."""

    def as_message(self) -> Message:
        """The assistant turn that this response adds to the conversation."""
        return Message(
            role=Role.ASSISTANT,
            text=self.text,
            reasoning=self.reasoning,
            tool_calls=self.tool_calls,
            signed=self.signed,
        )
