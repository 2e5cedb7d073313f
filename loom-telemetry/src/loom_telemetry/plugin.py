"""The entry point in ``loom.plugins``: it imports nothing of OpenTelemetry until the settings ask for it."""

import atexit
from collections.abc import Callable
from typing import TYPE_CHECKING

from loom_core import hookimpl
from loom_core.events import Event
from loom_core.settings.shape import Settings
from loom_telemetry.collector import find_collector

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

    from loom_telemetry.collector import Collector
    from loom_telemetry.recorder import Recorder

MakeExporter = Callable[["Collector"], "SpanExporter"]
"""Makes what sends spans to a collector."""


class Telemetry:
    """Turns committed events into spans, if the settings name a collector; off otherwise.

    There is one in a process, as for every plugin; the engine that was built last says where spans go.
    """

    def __init__(self, make_exporter: MakeExporter | None = None) -> None:
        """Send over HTTP, or by what is given."""
        self._make_exporter = make_exporter
        self._collector: Collector | None = None
        self._recorder: Recorder | None = None

    @hookimpl
    def loom_configure(self, settings: Settings, is_offline: bool) -> None:  # noqa: FBT001 - hooks are called by name
        """Begin to send, or stop.

        Raises:
            SettingsError: the endpoint is none.
        """
        collector = find_collector(settings.telemetry, is_offline=is_offline)
        if collector != self._collector:
            self.close()
            self._collector = collector
            self._recorder = None if collector is None else self._start(collector)
        if self._recorder is not None:
            self._recorder.know_models(settings.models)

    @hookimpl
    def loom_event(self, event: Event) -> None:
        """Begin or end the spans that an event is about."""
        if self._recorder is not None:
            self._recorder.see(event)

    def close(self) -> None:
        """End every span that is open, and send what is left; twice is allowed."""
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            atexit.unregister(self.close)
            recorder.close()

    def _start(self, collector: "Collector") -> "Recorder":
        """What makes spans and sends them until the process ends."""
        from loom_telemetry.exporter import OverHttp
        from loom_telemetry.recorder import Recorder
        from loom_telemetry.tracing import Tracing

        make = self._make_exporter or OverHttp
        atexit.register(self.close)
        return Recorder(Tracing(make(collector)), shows_content=collector.wants_content)


plugin = Telemetry()
