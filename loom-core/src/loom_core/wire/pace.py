"""How quickly a server reads prompts, measured on its answers."""

from loom_core.types import Usage

_COVERED_TOKENS = 2000
"""A prompt of so many needs no time beyond the usual limit."""
_SLOWEST_TOKENS_PER_SECOND = 20.0
"""A large model on a slow processor; taken until something was measured."""
_MARGIN = 3.0
"""How much slower than measured a server may become, as when it works on other requests too."""
_LEAST_MEASURED_TOKENS = 200


class Pace:
    """The speed of one model on one server."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._tokens_per_second: float | None = None

    def reading_seconds(self, prompt_tokens: int) -> float:
        """How long reading a prompt may take beyond the usual limit of a first token."""
        beyond = max(0, prompt_tokens - _COVERED_TOKENS)
        if self._tokens_per_second is None:
            return beyond / _SLOWEST_TOKENS_PER_SECOND
        return _MARGIN * beyond / self._tokens_per_second

    def note(self, usage: Usage, first_token_seconds: float) -> None:
        """Learn from an answer: the tokens that were not cached, and how long it took to begin.

        Some servers do not tell what they had cached; of them only slow reading is believed.
        """
        read = usage.prompt_tokens - usage.cached_tokens
        if read < _LEAST_MEASURED_TOKENS or first_token_seconds <= 0:
            return
        measured = read / first_token_seconds
        known = self._tokens_per_second or _SLOWEST_TOKENS_PER_SECOND
        if usage.cached_tokens or measured < known:
            self._tokens_per_second = measured
