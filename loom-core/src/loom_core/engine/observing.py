"""Showing committed events to the plugins, and journalling those that fail at it."""

import asyncio
import logging

from loom_core.events import Event, HookFailed
from loom_core.hooks import Hooks
from loom_core.store import Entry, Store

_log = logging.getLogger(__name__)


class PluginObserver:
    """Passes every event to ``loom_event``; a failure becomes an event, once and not in a circle."""

    def __init__(self, hooks: Hooks, store: Store) -> None:
        """Know whom to show events, and where failures go."""
        self._hooks = hooks
        self._store = store

    def __call__(self, event: Event) -> None:
        """Show one event; never raises."""
        for failure in self._hooks.event(event):
            if isinstance(event.body, HookFailed):
                _log.warning("%s", failure)
                continue
            error = f"{type(failure.error).__name__}: {failure.error}"
            body = HookFailed(hook=failure.hook, plugin=failure.plugin, error=error)
            written = self._store.submit(
                event.task_id, [Entry(body, event.subtask_id, event.attempt)], fence=event.fence
            )
            written.add_done_callback(_log_refusal)


def _log_refusal(written: "asyncio.Future[list[Event]]") -> None:
    """Say in the log what the journal would not take, as after the end of a task."""
    if not written.cancelled() and (error := written.exception()) is not None:
        _log.warning("a plugin's failure could not be journalled: %s", error)
