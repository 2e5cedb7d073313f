"""The JSON of messages, made once each: a conversation is sent again and again and only grows."""

import json

from loom_core.types import Message
from loom_providers_openai.rendering import Flavour, render_message

_MAX_KEPT = 4096


class MessageTexts:
    """Keeps the JSON of messages that were sent to one server.

    By identity: hashing a message costs as much as writing it. Each is kept beside its text, so
    that no other message can take its identity.
    """

    def __init__(self) -> None:
        """Start with nothing kept."""
        self._kept: dict[tuple[int, Flavour], tuple[Message, str]] = {}

    def of(self, message: Message, flavour: Flavour) -> str:
        """The JSON of a message, the same bytes each time."""
        key = (id(message), flavour)
        found = self._kept.get(key)
        if found is not None:
            return found[1]
        if len(self._kept) >= _MAX_KEPT:
            self._kept.clear()
        text = compact(render_message(message, flavour))
        self._kept[key] = (message, text)
        return text


def compact(value: object) -> str:
    """JSON without spaces, with characters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
