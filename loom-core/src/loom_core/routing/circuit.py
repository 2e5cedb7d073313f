"""The circuit breaker of one server or one model: how long to leave it alone after a failure."""

import time
from collections.abc import Callable

from loom_core.errors import ModelError, ModelOverloaded

_FIRST_WAIT_SECONDS = 5.0
_LONGEST_WAIT_SECONDS = 120.0


class Circuit:
    """Closed while all is well; open after a failure; half open once its wait is over.

    Half open lets one call through in each wait; its success closes the circuit, its failure
    doubles the wait.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start closed.

        Args:
            clock: seconds that only grow.
        """
        self._clock = clock
        self._failures = 0
        self._retry_at = 0.0
        self.error: ModelError | None = None
        """Why it is open; None while it is closed."""

    def allows(self) -> bool:
        """Whether a call may be made now."""
        return self.error is None or self._clock() >= self._retry_at

    def probe(self) -> None:
        """Note that a call is about to be made; while half open, others wait for what it gives."""
        if self.error is not None:
            self._retry_at = self._clock() + self._wait_seconds()

    def fail(self, error: ModelError) -> None:
        """Open, for at least as long as the server asks to be left alone."""
        self._failures += 1
        self.error = error
        asked = error.retry_after_seconds if isinstance(error, ModelOverloaded) else None
        self._retry_at = self._clock() + max(self._wait_seconds(), asked or 0.0)

    def succeed(self) -> None:
        """Close."""
        self._failures = 0
        self.error = None

    def _wait_seconds(self) -> float:
        """Twice as long after each failure in a row."""
        return min(_FIRST_WAIT_SECONDS * 2.0 ** max(self._failures - 1, 0), _LONGEST_WAIT_SECONDS)
