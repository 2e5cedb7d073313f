"""How likely the tokens of an answer were, for those who weigh an answer by it."""

from loom_core.types.frozen import Frozen

MAX_LOGPROB_TOKENS = 64
"""Tokens at the beginning of an answer whose probabilities are kept: a verdict or a choice is there."""
MAX_TOP_LOGPROBS = 20
"""Most alternatives of a token that may be asked for; OpenAI's and Ollama's APIs give no more."""


class TokenLogprob(Frozen):
    """A token and how likely it was."""

    token: str
    """Its text, spaces in front included, so that ``" yes"`` and ``"yes"`` are two tokens."""
    logprob: float
    """Natural logarithm of its probability, -9999 to 0, before sampling and before any schema."""


class AnswerToken(TokenLogprob):
    """A token of an answer with those that could have stood in its place."""

    top: tuple[TokenLogprob, ...] = ()
    """The most likely tokens of this place, most likely first; the token itself is often one of them.
    Tokens that a schema forbids are among them."""
