"""What a scripted model answers: rules over the conversation, or a plain sequence of replies.

A rule looks at nothing but the request, so that a run that was killed and resumed gets the same
answers. The same script drives ``ScriptedModel`` in process and ``ScriptedServer`` over HTTP, and
is JSON on disk: ``Script.model_validate_json(text)``, ``script.model_dump_json()``.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

from pydantic import Field, JsonValue

from loom_core.testing.conversation import Conversation
from loom_core.types.frozen import Frozen
from loom_core.types.logprob import AnswerToken
from loom_core.types.message import FinishReason


class FaultKind(StrEnum):
    """How an answer goes wrong."""

    STATUS = "status"
    """An HTTP error with ``status``, ``body`` and ``headers``."""
    SILENT = "silent"
    """The request is read and nothing at all comes back until the client leaves."""
    STALL = "stall"
    """Silence after ``after_frames`` pieces of the stream until the client leaves."""
    CUT = "cut"
    """The connection is dropped after ``after_frames`` pieces of the stream."""
    GARBAGE = "garbage"
    """Bytes that no protocol allows, after ``after_frames`` pieces, then the end."""
    NO_DONE = "no_done"
    """The last piece of the stream (``[DONE]`` for OpenAI) is missing."""
    EMPTY_CHOICES = "empty_choices"
    """A piece without any choice comes first; the rest is as it should be."""
    USAGE_ONLY = "usage_only"
    """A piece with nothing but token counts comes first; the rest is as it should be."""
    ERROR_IN_STREAM = "error_in_stream"
    """HTTP 200, then an error object with ``body`` as its message."""
    TRUNCATED_ARGUMENTS = "truncated_arguments"
    """The arguments of every call lose their second half; the finish reason becomes length."""
    ENDLESS = "endless"
    """The text is repeated until the client leaves."""


class Fault(Frozen):
    """One way in which an answer goes wrong; the fields that a kind does not name are unused."""

    kind: FaultKind
    status: Annotated[int, Field(ge=400, le=599)] = 500
    body: str = ""
    """Sent as it is; empty sends the API's usual error object."""
    headers: dict[str, str] = {}
    after_frames: Annotated[int, Field(ge=0)] = 0


class ScriptedCall(Frozen):
    """One tool call of a reply."""

    name: str
    arguments: dict[str, JsonValue] | str = {}
    """A string is sent as it is, valid JSON or not."""
    id: str = ""
    """Empty makes one from the turn and the position, the same for the same conversation."""

    @property
    def arguments_text(self) -> str:
        """The arguments as they go over the wire."""
        if isinstance(self.arguments, str):
            return self.arguments
        return json.dumps(self.arguments, ensure_ascii=False)


class ScriptedUsage(Frozen):
    """Token counts that a reply reports instead of the simulated ones."""

    prompt_tokens: int
    cached_tokens: int = 0
    completion_tokens: int


class Reply(Frozen):
    """One answer of a scripted model."""

    text: str = ""
    reasoning: str = ""
    tool_calls: tuple[ScriptedCall, ...] = ()
    finish_reason: FinishReason | None = None
    """None is ``tool_calls`` when there are calls, else ``stop``."""
    usage: ScriptedUsage | None = None
    logprobs: tuple[AnswerToken, ...] = ()
    """Sent to a request that asks for them."""
    delay_seconds: Annotated[float, Field(ge=0)] = 0.0
    """Silence before the first piece."""
    chunk_characters: Annotated[int, Field(ge=1)] = 24
    """Length of the pieces that text, reasoning and arguments are streamed in."""
    chunk_delay_seconds: Annotated[float, Field(ge=0)] = 0.0
    """Silence between two pieces."""
    fault: Fault | None = None

    @classmethod
    def calling(cls, name: str, /, **arguments: JsonValue) -> Reply:
        """A reply that is one tool call."""
        return cls(tool_calls=(ScriptedCall(name=name, arguments=arguments),))

    @classmethod
    def answering(cls, value: JsonValue, /) -> Reply:
        """A reply whose text is a JSON value, as a schema asks for."""
        return cls(text=json.dumps(value, ensure_ascii=False))

    @classmethod
    def failing(cls, kind: FaultKind, /, *, after_frames: int = 0, text: str = "") -> Reply:
        """A reply that goes wrong in this way."""
        return cls(text=text, fault=Fault(kind=kind, after_frames=after_frames))

    @classmethod
    def status(cls, status: int, /, body: str = "", **headers: str) -> Reply:
        """A reply that is an HTTP error; underscores in header names become hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return cls(fault=Fault(kind=FaultKind.STATUS, status=status, body=body, headers=named))

    @property
    def finish(self) -> FinishReason:
        """Why the model stopped."""
        if self.fault is not None and self.fault.kind is FaultKind.TRUNCATED_ARGUMENTS:
            return FinishReason.LENGTH
        if self.finish_reason is not None:
            return self.finish_reason
        return FinishReason.TOOL_CALLS if self.tool_calls else FinishReason.STOP


class Rule(Frozen):
    """When to give a reply: every condition that is set must hold. Matching is by substring."""

    reply: Reply
    first_user: str = ""
    """Found in the first user turn."""
    last_user: str = ""
    """Found in the last user turn."""
    last: str = ""
    """Found in the last turn, whoever speaks: a tool's result, for example."""
    system: str = ""
    """Found in the system turn."""
    anywhere: str = ""
    """Found in any turn."""
    turn: Annotated[int | None, Field(ge=0)] = None
    """Assistant turns so far in the conversation."""
    schema_text: str = ""
    """Found in the compact JSON of the answer schema; tells planner, action and verdict apart."""
    offers_tool: str = ""
    """Name of a tool that the request offers."""
    seed: int | None = None
    """What the request wants the sampling to begin with, which tells samples of one prompt apart."""

    def matches(self, conversation: Conversation) -> bool:
        """Whether all conditions hold."""
        return (
            (self.turn is None or self.turn == conversation.assistant_turns)
            and (self.seed is None or self.seed == conversation.seed)
            and self.first_user in conversation.first_user
            and self.last_user in conversation.last_user
            and self.last in conversation.last
            and self.system in conversation.system
            and self.schema_text in conversation.schema_text
            and (not self.offers_tool or self.offers_tool in conversation.tools)
            and (not self.anywhere or conversation.contains(self.anywhere))
        )


class NoReply(LookupError):
    """The script has nothing to say to a request; the text shows the request in short."""


class Script(Frozen):
    """Everything that a scripted model knows.

    The first rule that matches answers. Without one, the n-th such request gets the n-th reply of
    the sequence; after its end, or without a sequence, the default; without a default, nothing.
    """

    rules: tuple[Rule, ...] = ()
    sequence: tuple[Reply, ...] = ()
    default: Reply | None = None

    @classmethod
    def of(cls, *replies: Reply | str) -> Script:
        """A sequence; a string is a reply with that text."""
        return cls(sequence=tuple(_as_reply(reply) for reply in replies))

    @classmethod
    def always(cls, reply: Reply | str, /) -> Script:
        """The same reply to every request."""
        return cls(default=_as_reply(reply))

    def reply_to(self, conversation: Conversation, sequence_index: int) -> tuple[Reply, bool]:
        """The reply, and whether it was taken from the sequence. Raises ``NoReply``."""
        for rule in self.rules:
            if rule.matches(conversation):
                return rule.reply, False
        if sequence_index < len(self.sequence):
            return self.sequence[sequence_index], True
        if self.default is not None:
            return self.default, False
        raise NoReply(
            f"no rule of the script matches and {sequence_index} of its {len(self.sequence)} "
            f"sequence replies are used up; the request was {conversation.in_short()}"
        )


def _as_reply(reply: Reply | str) -> Reply:
    """Make a string a reply with that text."""
    return Reply(text=reply) if isinstance(reply, str) else reply
