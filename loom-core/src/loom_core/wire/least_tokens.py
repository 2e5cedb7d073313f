"""How many tokens a prompt is at least, by pieces of text that no token of a usual tokenizer crosses."""

import re

from loom_core.types import ModelRequest

_CJK = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_MARK = r"!-/:-@\[-`{-~"
_PIECE = re.compile(rf"[{_CJK}]{{1,4}}|[{_MARK}]?(?:(?![{_CJK}])[^\W\d_])+|[0-9]{{1,3}}|[{_MARK}]+")
"""Up to four Chinese, Japanese or Korean characters; a word with a mark before it; up to three digits; marks.

Byte-pair tokenizers cut text into such pieces before they look for tokens, or into smaller ones (GPT,
Llama 3, Qwen, GLM); those of SentencePiece cross them now and then, which the reader of this bound allows
for. What is none of these is not counted: vowel signs, symbols and pictures.
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
