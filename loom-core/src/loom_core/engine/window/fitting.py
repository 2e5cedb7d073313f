"""Keeping a conversation inside the model's window: long results are cut, a full one is refused."""

from collections.abc import Sequence

from loom_core.errors import ContextExceeded
from loom_core.prompts import CHARACTERS_PER_TOKEN, estimate_tokens, tokens_of
from loom_core.types import Message, ToolSpec

_IMAGE_TOKENS = 1500
"""About what a picture takes of a window; models cut it into tiles in ways of their own."""
_RESULTS_IN_A_WINDOW = 4
"""A single result takes at most this part of the window."""


def fit_result(text: str, window: int) -> str:
    """The text, or its head and tail with how to get the rest, within a quarter of the window.

    The same text is always cut in the same way, so that a resumed run sends the same bytes.

    Args:
        text: what a tool gave.
        window: tokens of the model's window.
    """
    limit = int(window // _RESULTS_IN_A_WINDOW * CHARACTERS_PER_TOKEN)
    if len(text) <= limit:
        return text
    mark = (
        f"\n[… about {len(text) - limit} characters left out; ask for a smaller part to see them]\n"
    )
    half = max(limit - len(mark), 2) // 2
    return f"{text[:half]}{mark}{text[-half:]}"


def conversation_tokens(
    messages: Sequence[Message], *, counted: int = 0, counted_messages: int = 0
) -> int:
    """About how many tokens a conversation is.

    Args:
        messages: all of it.
        counted: what the server counted for its beginning.
        counted_messages: how many messages that beginning was.
    """
    return counted + sum(_message_tokens(message) for message in messages[counted_messages:])


def tools_tokens(tools: Sequence[ToolSpec]) -> int:
    """About how many tokens the tools are that go with a request, which the server puts before it."""
    characters = sum(tool.size_characters + 1 for tool in tools)
    return tokens_of(characters) if tools else 0


def refuse_full(tokens: int, model: str, window: int) -> None:
    """Raise ``ContextExceeded`` for what the server would silently cut or refuse."""
    if tokens >= window:
        raise ContextExceeded(
            f"the conversation grew to about {tokens} tokens and model {model!r} has a window "
            f"of {window}; split the goal or set models.{model}.context_window higher"
        )


def _message_tokens(message: Message) -> int:
    """About how many tokens a turn is; what was thought in it is usually not sent again."""
    calls = "".join(call.name + call.arguments for call in message.tool_calls)
    return estimate_tokens(message.text + calls) + _IMAGE_TOKENS * len(message.images)
