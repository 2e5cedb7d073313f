"""Sending spans to a collector, by OTLP over HTTP, with the standard library.

The exporter of OpenTelemetry would bring requests and protobuf, and would add to the user's settings what
environment variables of other programs say, keys among it.
"""

import http.client
import json
import logging
import ssl
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from loom_telemetry.collector import Collector
from loom_telemetry.encoding import encode

TIMEOUT_SECONDS = 3.0
"""How long a collector may take to answer; at the end of a process somebody waits for it."""
SLOW_SECONDS = 1.0
REST_SECONDS = 30.0
"""A collector that took longer than the first to fail is left alone for the second, so that whoever waits for
the end of a process waits for it once, not for each batch of spans."""
_MOST_READ_BYTES = 64 * 1024
_log = logging.getLogger(__name__)


class OverHttp(SpanExporter):
    """Posts spans; what a collector does not take is lost, which is said once until it takes some again."""

    def __init__(
        self, collector: Collector, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Post to this collector, and to no other place that it may name."""
        self._collector = collector
        self._clock = clock
        self._is_failing = False
        self._rests_until = 0.0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Post some spans."""
        begun = self._clock()
        if self._is_failing and begun < self._rests_until:
            return SpanExportResult.FAILURE
        problem = self._problem_with(spans)
        if problem and not self._is_failing:
            _log.warning("spans are lost: %s takes none: %s", self._collector.url, problem)
        self._is_failing = bool(problem)
        if problem and self._clock() - begun > SLOW_SECONDS:
            self._rests_until = self._clock() + REST_SECONDS
        return SpanExportResult.FAILURE if problem else SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Nothing is held open."""

    def _problem_with(self, spans: Sequence[ReadableSpan]) -> str:
        """Post some spans, and say why they were not taken; empty when they were."""
        try:
            status = self._post(json.dumps(encode(spans)).encode())
        except (OSError, http.client.HTTPException) as error:
            return str(error) or type(error).__name__
        return "" if 200 <= status < 300 else f"it answers {status}"  # noqa: PLR2004 - HTTP's successes

    def _post(self, body: bytes) -> int:
        """The status of the answer. Redirects are not followed."""
        parts = urlsplit(self._collector.url)
        host = parts.hostname or ""
        connection = (
            http.client.HTTPSConnection(
                host, parts.port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
            if parts.scheme == "https"
            else http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT_SECONDS)
        )
        try:
            headers = {**self._collector.headers, "Content-Type": "application/json"}
            connection.request("POST", parts.path, body=body, headers=headers)
            answer = connection.getresponse()
            answer.read(_MOST_READ_BYTES)
            return answer.status
        finally:
            connection.close()
