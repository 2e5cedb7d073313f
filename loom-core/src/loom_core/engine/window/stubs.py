"""Stubs for long results in a conversation: short, always the same bytes, and readable back."""

import hashlib
from collections.abc import Mapping, Sequence

from loom_core.types import Message

_PREFIX = "result:"
_DIGITS = 12
_SHOWN_CHARACTERS = 160
_LEAST_CHARACTERS = 1000
"""A shorter result stays: its stub would hardly be shorter."""


def result_name(text: str) -> str:
    """The name of a result, made from its content: the same text always has the same name."""
    return _PREFIX + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:_DIGITS]


def stub_of(name: str, text: str, *, reader: str) -> str:
    """What stands for a result.

    Args:
        name: its name.
        text: what stood in the conversation.
        reader: the tool that reads results; empty when there is none.
    """
    begins = " ".join(text[:_SHOWN_CHARACTERS].split())
    again = (
        f"{reader} with path {name} shows it" if reader else "make the call again if you need it"
    )
    return f"[{len(text):,} characters left out here. They begin: {begins} … {again}]"


def with_stubs(
    messages: Sequence[Message], results: Mapping[str, str], *, first: int, last: int, reader: str
) -> tuple[list[Message], list[str]]:
    """The conversation with stubs for its long results, and the names of these.

    Args:
        messages: the conversation; it is not changed.
        results: what stood in the conversation for each result, by name.
        first: index of the first turn that may be changed.
        last: index after the last one.
        reader: the tool that reads results; empty when there is none.
    """
    long = {name: text for name, text in results.items() if len(text) >= _LEAST_CHARACTERS}
    made: list[str] = []
    turns = list(messages)
    for index in range(first, last):
        for name, text in long.items():
            if text in turns[index].text:
                short = turns[index].text.replace(text, stub_of(name, text, reader=reader))
                turns[index] = turns[index].model_copy(update={"text": short})
                made.append(name)
    return turns, made
