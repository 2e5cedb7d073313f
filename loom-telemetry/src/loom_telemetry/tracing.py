"""Making spans: one trace for each task, over all of its runs."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import version

from opentelemetry.context import Context
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Span, SpanKind, set_span_in_context
from opentelemetry.util.types import AttributeValue

MAX_ATTRIBUTE_CHARACTERS = 100_000
"""What is longer is cut off."""
DELAY_MILLISECONDS = 2_000
"""How long an ended span may wait to be sent."""

Attributes = Mapping[str, AttributeValue]


class _Ids(RandomIdGenerator):
    """Random ids, but for the trace of a task."""

    trace_id = 0
    """Of the next trace."""

    def generate_trace_id(self) -> int:
        return self.trace_id


class Tracing:
    """Starts spans that are sent by an exporter, in a thread of its own."""

    def __init__(self, exporter: SpanExporter) -> None:
        """Send by this exporter until closed."""
        self._ids = _Ids()
        self._provider = TracerProvider(
            resource=_resource(),
            id_generator=self._ids,
            span_limits=SpanLimits(max_span_attribute_length=MAX_ATTRIBUTE_CHARACTERS),
            shutdown_on_exit=False,  # whoever made this closes it
        )
        self._provider.add_span_processor(
            BatchSpanProcessor(exporter, schedule_delay_millis=DELAY_MILLISECONDS)
        )
        self._tracer = self._provider.get_tracer("loom_telemetry", version("loom-telemetry"))

    def start(
        self,
        name: str,
        *,
        at: datetime,
        attributes: Attributes,
        parent: Span | None = None,
        trace: str = "",
        is_remote: bool = False,
    ) -> Span:
        """A span that goes on until it is ended.

        Args:
            name: low in number, as the conventions want it.
            at: when it began.
            attributes: what is known of it already.
            parent: the span that it is part of; None begins a trace.
            trace: what the trace is about, when it begins one: the same text gives the same trace.
            is_remote: whether something else than this process does the work.
        """
        if parent is None:
            self._ids.trace_id = trace_id_of(trace)
        return self._tracer.start_span(
            name,
            context=Context() if parent is None else set_span_in_context(parent, Context()),
            kind=SpanKind.CLIENT if is_remote else SpanKind.INTERNAL,
            attributes=attributes,
            start_time=nanoseconds(at),
        )

    def close(self) -> None:
        """Send what is left, and no more."""
        self._provider.shutdown()


def _resource() -> Resource:
    """What makes the spans; the variables that the SDK has for it say more."""
    own = Resource({"service.name": "loom", "service.version": version("loom-core")})
    return own.merge(OTELResourceDetector().detect())


def trace_id_of(text: str) -> int:
    """The id of the trace that a text names; never 0, which is none."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16]) or 1


def nanoseconds(at: datetime) -> int:
    """A time as spans have it, since 1970."""
    return int(at.timestamp() * 1_000_000) * 1_000
