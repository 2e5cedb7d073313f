"""How many tokens a prompt is at least, by pieces of text that no token of a usual tokenizer crosses."""

import re

from loom_core.types import ModelRequest

_PIECE = re.compile(
    r"[A-Za-z]+|[0-9]{1,3}|[^\sA-Za-z0-9\x00-\x7f]{1,4}|[^\sA-Za-z0-9\x80-\U0010ffff]+"
)
"""A word, up to three digits, up to four characters beyond ASCII, a run of punctuation.

Byte-pair tokenizers cut text into such pieces before they look for tokens (GPT, Llama 3, Qwen, GLM);
those of SentencePiece cross them now and then, which the reader of this bound allows for.
"""


def least_tokens(request: ModelRequest) -> int:
    """The least number of tokens that the turns of a request can be; pictures and tools are left out."""
    return sum(
        pieces(message.text) + sum(pieces(call.arguments) for call in message.tool_calls)
        for message in request.messages
    )


def pieces(text: str) -> int:
    """How many pieces a text is cut into at least."""
    return sum(1 for _ in _PIECE.finditer(text))
