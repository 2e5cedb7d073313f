"""A request as a script sees it, whichever API it came through."""

import json
from dataclasses import dataclass
from functools import cached_property

from pydantic import JsonValue

from loom_core.types.message import ModelRequest, Role


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: who spoke, and the text."""

    role: str
    text: str


@dataclass(frozen=True)
class Conversation:
    """The turns so far, and what the request asks for."""

    turns: tuple[Turn, ...]
    schema_text: str = ""
    """Compact JSON of the answer schema; empty when the request has none."""
    tools: tuple[str, ...] = ()
    """Names of the tools that are offered."""
    seed: int | None = None
    """What the sampling begins with; None when the request does not say."""
    prompt: str = ""
    """All that the model would read, in order; the simulated prompt cache compares it."""

    @cached_property
    def assistant_turns(self) -> int:
        """How often the model has spoken."""
        return sum(turn.role == Role.ASSISTANT for turn in self.turns)

    @cached_property
    def first_user(self) -> str:
        """Text of the first user turn; empty when there is none."""
        return next((turn.text for turn in self.turns if turn.role == Role.USER), "")

    @cached_property
    def last_user(self) -> str:
        """Text of the last user turn; empty when there is none."""
        return next((turn.text for turn in reversed(self.turns) if turn.role == Role.USER), "")

    @cached_property
    def last(self) -> str:
        """Text of the last turn; empty when there is none."""
        return self.turns[-1].text if self.turns else ""

    @cached_property
    def system(self) -> str:
        """Text of all system turns."""
        return "\n".join(turn.text for turn in self.turns if turn.role == Role.SYSTEM)

    def contains(self, text: str) -> bool:
        """Whether any turn contains the text."""
        return any(text in turn.text for turn in self.turns)

    def in_short(self) -> str:
        """One line for error messages."""
        return (
            f"turn {self.assistant_turns}, schema {self.schema_text[:60]!r}, tools "
            f"{list(self.tools)}, first user text {self.first_user[:160]!r}, "
            f"last text {self.last[:160]!r}"
        )


def conversation_of(request: ModelRequest) -> Conversation:
    """The conversation of a request made in process."""
    turns = tuple(Turn(str(message.role), message.text) for message in request.messages)
    tools = [tool.model_dump_json() for tool in request.tools]
    messages = [message.model_dump_json(exclude_defaults=True) for message in request.messages]
    return Conversation(
        turns=turns,
        schema_text=compact_json(request.answer_schema) if request.answer_schema else "",
        tools=tuple(tool.name for tool in request.tools),
        seed=request.sampling.seed,
        prompt="\n".join(tools + messages),
    )


def compact_json(value: JsonValue) -> str:
    """JSON without spaces, keys in the order they came."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
