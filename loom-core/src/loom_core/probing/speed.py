"""How fast a model reads a prompt and writes an answer."""

import random
from dataclasses import dataclass

from loom_core.probing.interview import Interview, user
from loom_core.types import ModelResponse

_WORDS = ("apple", "river", "stone", "cloud", "table", "green", "seven", "winter", "paper", "light")
_PROMPT_WORDS = 600
_WINDOW_SHARE = 4
"""The prompt takes at most a fourth of the window."""
_ANSWER_TOKENS = 96
_ROUNDS = 2
_JOB = "Forget the words above. Count from 1 to 200, the numbers separated by spaces."


@dataclass(frozen=True, slots=True)
class Speed:
    """Tokens a second; None when the server counts no tokens."""

    prefill: float | None
    decode: float | None


async def measure_speed(interview: Interview, window: int, nonce: str) -> Speed:
    """The faster of two rounds, since whatever else the machine does only slows it down.

    Args:
        interview: the model.
        window: tokens of its window.
        nonce: makes the prompts new to the server, whose cache would make them free.
    """
    rounds: list[Speed] = []
    for number in range(_ROUNDS):
        prompt = _prompt(min(_PROMPT_WORDS, window // _WINDOW_SHARE), f"{nonce}-{number}")
        rounds.append(speed_of(await interview.ask(user(prompt), max_tokens=_ANSWER_TOKENS)))
    return Speed(
        max((one.prefill for one in rounds if one.prefill), default=None),
        max((one.decode for one in rounds if one.decode), default=None),
    )


def speed_of(response: ModelResponse) -> Speed:
    """The speed of one call, from the tokens that were counted and the time that the caller saw."""
    usage, timings = response.usage, response.timings
    read = usage.prompt_tokens - usage.cached_tokens
    writing_seconds = timings.total_seconds - timings.first_token_seconds
    return Speed(
        _rate(read, timings.first_token_seconds),
        _rate(usage.completion_tokens - 1, writing_seconds),
    )


def _rate(tokens: int, seconds: float) -> float | None:
    """Tokens a second; None where there is nothing to divide."""
    return tokens / seconds if tokens > 0 and seconds > 0 else None


def _prompt(words: int, nonce: str) -> str:
    """A text of about so many tokens that no server has seen."""
    order = random.Random(nonce)  # noqa: S311  # makes text, guards nothing
    return f"{nonce} {' '.join(order.choices(_WORDS, k=words))}\n\n{_JOB}"
