"""Some servers cut a prompt that is larger than their window and say nothing: noticed here.

With Ollama 15,750 tokens became 2,051 under HTTP 200, the system prompt first. The only trace is the
count of prompt tokens, so it is compared with what the prompt must have been.
"""

from collections.abc import Callable

from loom_core.errors import ContextExceeded

_TYPICAL_BYTES_PER_TOKEN = 4.0
_MOST_BYTES_PER_TOKEN = 7.0
"""Hardly any text has more; a prompt that does not fit even so does not fit."""
_LEAST_BYTES_PER_TOKEN = 2.5
"""A prompt that fits even so cannot have been cut, so its count can be learned from."""
_LEAST_IMAGINABLE_BYTES_PER_TOKEN = 1.0
"""A prompt of fewer bytes than the window has tokens cannot have been cut."""
_FAR_BELOW = 0.8
_NEARLY_FULL = 0.9


class TruncationGuard:
    """Compares the size of prompts with what the server says it read, and learns from it."""

    def __init__(self, model: str, window: int, *, server: str) -> None:
        """Guard the window of this model on a server of that name."""
        self._model = model
        self._window = window
        self._server = server
        self._bytes_per_token: float | None = None

    def estimate(self, size_bytes: int) -> int:
        """Tokens of a prompt of this size, by what was learned so far."""
        return int(size_bytes / (self._bytes_per_token or _TYPICAL_BYTES_PER_TOKEN))

    def check_before(self, size_bytes: int) -> None:
        """Raise ``ContextExceeded`` when a prompt cannot fit."""
        tokens = size_bytes / (self._bytes_per_token or _MOST_BYTES_PER_TOKEN)
        if tokens > self._window:
            raise self._exceeded(f"about {int(tokens)} tokens were to be sent")

    def check_after(
        self, size_bytes: int, counted: int | None, least: Callable[[], int] = lambda: 0
    ) -> None:
        """Raise ``ContextExceeded`` when the server must have cut the prompt.

        Args:
            size_bytes: of the prompt.
            counted: tokens that the server says it read; None when it does not say.
            least: tokens that the prompt is at least, asked for only where the prompt can have been cut:
                dense text, such as code, numbers or Chinese, has many tokens for its size.
        """
        if counted is None:
            return
        if size_bytes > self._window * _LEAST_IMAGINABLE_BYTES_PER_TOKEN:
            self._compare(counted, least())
        expected = self.estimate(size_bytes)
        is_cut = expected > self._window * _NEARLY_FULL and (counted < expected * _FAR_BELOW)
        if is_cut or counted == self._window:
            raise self._exceeded(
                f"{self._server} read only {counted} of about {expected} tokens "
                "and dropped the rest without an error"
            )
        self._learn(size_bytes, counted)

    def _compare(self, counted: int, least: int) -> None:
        """Raise ``ContextExceeded`` for a count that is less than any tokenizer makes of the text."""
        if counted < least * _FAR_BELOW:
            raise self._exceeded(
                f"{self._server} read only {counted} of at least {least} tokens "
                "and dropped the rest without an error"
            )

    def _learn(self, size_bytes: int, counted: int) -> None:
        """Keep what a prompt that surely was not cut says of the size of tokens."""
        if size_bytes / _LEAST_BYTES_PER_TOKEN > self._window:
            return
        learned = size_bytes / max(1, counted)
        if _LEAST_BYTES_PER_TOKEN <= learned <= _MOST_BYTES_PER_TOKEN:
            self._bytes_per_token = learned

    def _exceeded(self, what: str) -> ContextExceeded:
        """The error, with the fix."""
        return ContextExceeded(
            f"the prompt does not fit into the {self._window} tokens of {self._model!r}: {what}; "
            "set context_window of the model to a larger window, as memory allows"
        )
