"""The JSON of messages and tools, made once each: a conversation is sent again and again and only grows."""

import json
from collections.abc import Sequence

from loom_core.types import Message, ToolSpec
from loom_providers_openai.rendering import Flavour, render_message, render_tool

_MAX_KEPT = 4096


class MessageTexts:
    """Keeps the JSON of what was sent to one server.

    By identity: hashing a message costs as much as writing it. Each is kept beside its text, so
    that nothing else can take its identity.
    """

    def __init__(self) -> None:
        """Start with nothing kept."""
        self._kept: dict[int, tuple[Message, str]] = {}
        self._flavour = Flavour()
        """That of the kept messages."""
        self._tools: tuple[tuple[ToolSpec, ...], str] = ((), "")

    def of(self, messages: Sequence[Message], flavour: Flavour) -> str:
        """The JSON of messages with commas between them, the same bytes each time."""
        if flavour != self._flavour or len(self._kept) + len(messages) > _MAX_KEPT:
            self._kept.clear()
            self._flavour = flavour
        kept = self._kept
        for message in messages:
            if id(message) not in kept:
                kept[id(message)] = (message, compact(render_message(message, flavour)))
        return ",".join([kept[id(message)][1] for message in messages])

    def of_tools(self, tools: tuple[ToolSpec, ...]) -> str:
        """The JSON of offered tools with commas between them; those of the last request are kept."""
        kept, text = self._tools
        if len(kept) != len(tools) or any(
            one is not other for one, other in zip(kept, tools, strict=True)
        ):
            text = ",".join([compact(render_tool(tool)) for tool in tools])
            self._tools = (tools, text)
        return text


def compact(value: object) -> str:
    """JSON without spaces, with characters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
