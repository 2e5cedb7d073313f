"""How long to wait for the next piece of an answer.

A first token may take minutes, because the server loads the model and reads the prompt, each of
which has a limit of its own; after it, silence means that something is stuck. So there is no limit
on the whole.
"""

import time

from loom_core.errors import ModelTimeout
from loom_core.settings.shape import ModelSettings


class Patience:
    """The limits of one call, counted from its making."""

    def __init__(
        self, settings: ModelSettings, *, reading_seconds: float = 0.0, may_load: bool = False
    ) -> None:
        """Start the clock.

        Args:
            settings: the limits.
            reading_seconds: what the prompt's length adds to the limit of the first token.
            may_load: whether the server may have to load the model first, which has a limit too.
        """
        self._settings = settings
        self._loading_seconds = settings.load_timeout_seconds if may_load else 0.0
        self._first_seconds = (
            self._loading_seconds + settings.first_token_timeout_seconds + reading_seconds
        )
        self._started = time.monotonic()
        self._first: float | None = None

    def remaining_seconds(self) -> float:
        """How long the next read may take."""
        if self._first is not None:
            return self._settings.token_timeout_seconds
        waited = time.monotonic() - self._started
        return max(0.0, self._first_seconds - waited)

    def note_token(self) -> None:
        """Note that a piece of the answer came; keep-alives and empty pieces do not count."""
        if self._first is None:
            self._first = time.monotonic()

    @property
    def first_token_seconds(self) -> float:
        """Seconds until the first piece; until now when none came."""
        return (self._first or time.monotonic()) - self._started

    @property
    def total_seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    def expired(self, where: str) -> ModelTimeout:
        """The error to raise when a read took longer than it may."""
        if self._first is not None:
            seconds, name = self._settings.token_timeout_seconds, "token_timeout_seconds"
            what = "fell silent in the middle of an answer"
        else:
            seconds, name = self._first_seconds, "first_token_timeout_seconds"
            if self._loading_seconds:
                name = f"load_timeout_seconds or {name}"
            what = "did not begin to answer"
        return ModelTimeout(
            f"{self._settings.model!r} at {where} {what} within {seconds:g} s; look at the "
            f"server's log, or raise {name} of the model"
        )
