"""Log-probabilities as OpenAI's API writes them, and llama.cpp and Ollama after it."""

from collections.abc import Sequence

from loom_core.types import MAX_LOGPROB_TOKENS, MAX_TOP_LOGPROBS, AnswerToken, TokenLogprob
from loom_core.wire.shape import JsonObject, as_list, as_object

_LEAST = -9999.0
"""Written for what has no probability at all; llama.cpp writes the least number of its type."""


class TokenLogprobs:
    """The probabilities of one answer while it comes in."""

    def __init__(self) -> None:
        """Begin without any."""
        self._tokens: list[AnswerToken] = []

    def add(self, entries: object) -> None:
        """Take the entries of one piece; what has another shape, or is far into the answer, is nothing."""
        for entry in map(as_object, as_list(entries)):
            if len(self._tokens) == MAX_LOGPROB_TOKENS:
                return
            if (token := _token(entry)) is not None:
                top = _tokens(as_list(entry.get("top_logprobs"))[:MAX_TOP_LOGPROBS])
                made = AnswerToken(token=token.token, logprob=token.logprob, top=tuple(top))
                self._tokens.append(made)

    @property
    def tokens(self) -> tuple[AnswerToken, ...]:
        """What came so far."""
        return tuple(self._tokens)


def _tokens(entries: Sequence[object]) -> list[TokenLogprob]:
    """The alternatives of one place, most likely first."""
    found = (_token(as_object(entry)) for entry in entries)
    return sorted((one for one in found if one is not None), key=lambda one: -one.logprob)


def _token(entry: JsonObject) -> TokenLogprob | None:
    """A token with its probability; None for what is none."""
    token, logprob = entry.get("token"), entry.get("logprob")
    if not isinstance(token, str) or not isinstance(logprob, int | float):
        return None
    return TokenLogprob(token=token, logprob=float(min(0, max(_LEAST, logprob))))
