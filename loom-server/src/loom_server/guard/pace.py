"""How often somebody may ask: buckets that fill again with time."""

import time
from collections.abc import Callable
from math import ceil


class Bucket:
    """So many at once, and so many a second after that."""

    def __init__(
        self, *, burst: float, per_second: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin full."""
        self._burst = burst
        self._per_second = per_second
        self._clock = clock
        self._left = burst
        self._at = clock()

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be taken now."""
        self._fill()
        return self._left < 1

    def take(self) -> bool:
        """Take one; False when there is none."""
        self._fill()
        if self._left < 1:
            return False
        self._left -= 1
        return True

    @property
    def wait_seconds(self) -> int:
        """Whole seconds until one can be taken, at least 1."""
        return max(1, ceil((1 - self._left) / self._per_second))

    def _fill(self) -> None:
        """Put in what time has brought."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
        self._at = now
