"""What every API of the scripted server has to render, and the reading of its requests."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeGuard, cast

from loom_core.testing.answer import Answer
from loom_core.testing.conversation import Conversation, Turn, compact_json
from loom_core.types.logprob import AnswerToken, TokenLogprob
from loom_core.types.message import FinishReason

JsonObject = dict[str, Any]


class Wire(ABC):
    """One API: how a request reads and how an answer is written."""

    api: ClassVar[str]
    content_type: ClassVar[str]
    finish_words: ClassVar[Mapping[FinishReason, str]]

    @abstractmethod
    def read(self, body: JsonObject) -> Conversation:
        """The conversation of a request."""

    @abstractmethod
    def wants_stream(self, body: JsonObject) -> bool:
        """Whether the answer should come in pieces."""

    @abstractmethod
    def frames(self, answer: Answer, body: JsonObject) -> list[bytes]:
        """The pieces of a streamed answer; the last one marks its end."""

    @abstractmethod
    def whole(self, answer: Answer, body: JsonObject) -> JsonObject:
        """The answer in one piece."""

    @abstractmethod
    def text_frame(self, text: str, body: JsonObject) -> bytes:
        """A piece with a bit of text."""

    @abstractmethod
    def hollow_frame(self, body: JsonObject) -> bytes:
        """A piece without any answer in it."""

    @abstractmethod
    def usage_frame(self, answer: Answer, body: JsonObject) -> bytes:
        """A piece with nothing but token counts."""

    @abstractmethod
    def error(self, message: str, status: int) -> JsonObject:
        """The API's error object."""

    @abstractmethod
    def error_frame(self, message: str) -> bytes:
        """An error object inside a stream."""

    def problem(self, body: JsonObject) -> str:
        """What the API refuses a request for; empty when it takes it."""
        return ""

    def model_of(self, body: JsonObject) -> str:
        """The model that a request names."""
        return str(body.get("model", ""))


def logprob_entries(tokens: Sequence[AnswerToken], top: object) -> list[JsonObject]:
    """Tokens with so many alternatives, as OpenAI and Ollama write them."""
    count = top if isinstance(top, int) else 0
    return [
        _entry(token) | {"top_logprobs": [_entry(one) for one in token.top[:count]]}
        for token in tokens
    ]


def _entry(token: TokenLogprob) -> JsonObject:
    """One token with its probability."""
    return {
        "token": token.token,
        "logprob": token.logprob,
        "bytes": list(token.token.encode("utf-8", "replace")),
    }


def is_object(value: object) -> TypeGuard[JsonObject]:
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


def objects_in(value: object) -> list[JsonObject]:
    """The objects in a JSON array; empty for anything else."""
    if not isinstance(value, list):
        return []
    return [item for item in cast("list[object]", value) if is_object(item)]


def text_of(content: object) -> str:
    """The text of a message's content, which is a string or a list of parts."""
    if isinstance(content, str):
        return content
    parts = objects_in(content)
    texts = [str(part.get("text") or "") or text_of(part.get("content")) for part in parts]
    return "\n".join(text for text in texts if text)


def conversation_from(
    system: object,
    messages: Sequence[JsonObject],
    tools: Sequence[JsonObject],
    schema: object,
    *,
    seed: object = None,
) -> Conversation:
    """A conversation; system is empty where the API puts it among the messages."""
    turns = [
        Turn(str(message.get("role", "")), text_of(message.get("content"))) for message in messages
    ]
    if system:
        turns.insert(0, Turn("system", text_of(system)))
    read: list[JsonObject] = [*tools, {"system": system}, *messages]
    return Conversation(
        turns=tuple(turns),
        schema_text=compact_json(schema) if is_object(schema) else "",
        tools=tuple(_tool_name(tool) for tool in tools),
        seed=seed if isinstance(seed, int) else None,
        prompt="\n".join(compact_json(part) for part in read),
    )


def _tool_name(tool: JsonObject) -> str:
    """The name of an offered tool, which two APIs wrap into ``function``."""
    function = tool.get("function", tool)
    return str(function.get("name", "")) if is_object(function) else ""
