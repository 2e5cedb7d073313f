"""The line at the bottom: what goes on, and what only local models have: window, cache, speed."""

import time
from typing import TYPE_CHECKING

from rich.text import Text
from textual.widgets import Static

from loom_core.sanitize import sanitize_line

if TYPE_CHECKING:
    from loom_core.cowork import CoworkSession

_BAR = 10
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class StatusBar(Static):
    """Drawn anew twice a second while something runs."""

    def __init__(self) -> None:
        """Say that there is no session yet."""
        super().__init__(id="status")
        self._session: CoworkSession | None = None
        self._news = "starting"
        self._since: float | None = None
        self._turns = 0

    def on_mount(self) -> None:
        """Begin to draw."""
        self.set_interval(0.5, self._tick)
        self.draw()

    def tell(self, news: str) -> None:
        """Say what goes on before there is a session; the text must be safe to show."""
        self._news = news
        self.draw()

    def follow(self, session: "CoworkSession") -> None:
        """Show this session from now on."""
        self._session = session
        self.draw()

    def working(self, *, is_busy: bool) -> None:
        """Say that something runs, or that nothing does."""
        self._since = (self._since or time.monotonic()) if is_busy else None
        self.draw()

    def _tick(self) -> None:
        """Show that work goes on; nothing is drawn while nothing does."""
        if self._since is not None:
            self.draw()

    def draw(self) -> None:
        """What is so now."""
        parts = [self._news] if self._session is None else self._facts(self._session)
        self.update(
            Text("  ".join(part for part in parts if part), no_wrap=True, overflow="ellipsis")
        )

    def _facts(self, session: "CoworkSession") -> list[str]:
        """What is to be known of a session."""
        from loom_core.cowork.showing import window_share  # heavy, and here by now

        log, window = session.log, session.window
        parts = [self._doing()]
        begun = log.beginning
        parts.append(sanitize_line(session.model or (begun.model if begun else "model: as needed")))
        if window:
            share = window_share(log, window)
            filled = round(share * _BAR)
            parts.append(f"window {'█' * filled}{'░' * (_BAR - filled)} {share:.0%} of {window:,}")
        if log.usage.calls:
            parts.append(f"{log.usage.cache_share:.0%} cached")
            parts.append(f"{log.usage.prompt_tokens + log.usage.completion_tokens:,} tokens")
        return [*parts, f"approval {session.task.approval_mode}"]

    def _doing(self) -> str:
        """A sign of life with the seconds."""
        if self._since is None:
            return "ready"
        self._turns += 1
        return f"{_SPINNER[self._turns % len(_SPINNER)]} {time.monotonic() - self._since:.0f} s"
