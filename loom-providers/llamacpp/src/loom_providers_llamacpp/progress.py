"""What the user sees of a fetch, and the way to stop it."""

import threading
import time
from collections.abc import Callable

from loom_providers_llamacpp.catalogue import CatalogueModel
from loom_providers_llamacpp.failures import FetchStopped

_MEGABYTE = 1_000_000
_SECONDS_BETWEEN_LINES = 1.0


class FetchProgress:
    """Says how far a fetch is, at most once a second, and raises when it should stop."""

    def __init__(
        self, model: CatalogueModel, say: Callable[[str], None], stop: threading.Event
    ) -> None:
        """Report on one model's fetch."""
        self._model = model
        self._say = say
        self._stop = stop
        self._last_said = 0.0
        self._last_percent = -1
        self._has_waited = False

    def check(self) -> None:
        """Raise ``FetchStopped`` when the fetch was cancelled."""
        if self._stop.is_set():
            raise FetchStopped

    def wait_for_others(self) -> None:
        """Say once that somebody else is at the same model. May raise as ``check``."""
        self.check()
        if not self._has_waited:
            self._say(f"waiting for whoever is fetching or checking {self._model.name}")
        self._has_waited = True

    def begin(self) -> None:
        """Count from the start again, for the next source."""
        self._last_percent = -1

    def report(self, done_bytes: int) -> None:
        """Say how many bytes there are now, unless the last line is too fresh. May raise as ``check``.

        Less than before is not said: a wheel counts while it comes in, and again while it is read.
        """
        self.check()
        percent = 100 * done_bytes // self._model.size_bytes
        now = time.monotonic()
        if percent <= self._last_percent or now - self._last_said < _SECONDS_BETWEEN_LINES:
            return
        self._last_said, self._last_percent = now, percent
        self._say(
            f"fetching {self._model.name}: {done_bytes / _MEGABYTE:.0f} of "
            f"{self._model.size_text} ({percent} %)"
        )
