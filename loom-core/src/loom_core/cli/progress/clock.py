"""How long engines have worked on a task, without the time it lay paused or crashed."""

from datetime import datetime


class WorkClock:
    """Adds up the time between claims of a task and its stops, as its events tell it."""

    def __init__(self) -> None:
        self._worked_seconds = 0.0
        self._started_at: datetime | None = None
        self._last_at: datetime | None = None

    def start(self, at: datetime) -> None:
        """An engine took the task; an engine that crashed before worked until its last event."""
        if self._last_at is not None:
            self.stop(self._last_at)
        self._started_at = self._last_at = at

    def tick(self, at: datetime) -> None:
        """Something happened."""
        self._last_at = at

    def stop(self, at: datetime) -> None:
        """The engine let go of the task."""
        if self._started_at is not None:
            self._worked_seconds += (at - self._started_at).total_seconds()
        self._started_at = None

    def elapsed_seconds(self, now: datetime | None = None) -> float:
        """Seconds worked up to the last event, or up to now while an engine is at work."""
        end = now or self._last_at
        if self._started_at is None or end is None:
            return self._worked_seconds
        return self._worked_seconds + max(0.0, (end - self._started_at).total_seconds())
