"""A collector that does not answer is not waited for again and again."""

import pytest
from opentelemetry.sdk.trace.export import SpanExportResult

from loom_telemetry.collector import Collector
from loom_telemetry.exporter import REST_SECONDS, TIMEOUT_SECONDS, OverHttp


@pytest.mark.parametrize(("seconds", "tries"), [(TIMEOUT_SECONDS, 1), (0.01, 3)])
def test_a_collector_that_is_slow_to_fail_rests(monkeypatch, seconds, tries):
    now = [1000.0]
    tried = []

    def fail(_exporter, _body):
        tried.append(now[0])
        now[0] += seconds
        raise TimeoutError

    monkeypatch.setattr(OverHttp, "_post", fail)
    exporter = OverHttp(Collector("http://127.0.0.1:1/v1/traces", {}, False), clock=lambda: now[0])

    results = [exporter.export([]) for _ in range(3)]
    at_once = len(tried)
    now[0] += REST_SECONDS
    exporter.export([])

    assert set(results) == {SpanExportResult.FAILURE}
    assert (at_once, len(tried)) == (tries, tries + 1)
