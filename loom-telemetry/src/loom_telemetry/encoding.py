"""Spans as OTLP has them in JSON. Source: the OpenTelemetry protocol, version 1, "JSON Protobuf Encoding"."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import cast

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import INVALID_SPAN_CONTEXT, StatusCode
from opentelemetry.util.types import AttributeValue

Json = dict[str, object]


def encode(spans: Sequence[ReadableSpan]) -> Json:
    """A request with spans of one resource; ids are in hex, and numbers of 64 bits are text."""
    if not spans:
        return {"resourceSpans": []}
    resource = {"attributes": _attributes(spans[0].resource.attributes)}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": _scopes(spans)}]}


def _scopes(spans: Sequence[ReadableSpan]) -> list[Json]:
    """The spans by the part of the program that made them."""
    return [
        {"scope": {"name": name, "version": version}, "spans": [_span(one) for one in made]}
        for (name, version), made in groupby(spans, key=_scope)
    ]


def _scope(span: ReadableSpan) -> tuple[str, str]:
    scope = span.instrumentation_scope
    return (scope.name, scope.version or "") if scope else ("", "")


def _span(span: ReadableSpan) -> Json:
    """One span."""
    own = span.get_span_context() or INVALID_SPAN_CONTEXT
    parent = {"parentSpanId": f"{span.parent.span_id:016x}"} if span.parent else {}
    return {
        "traceId": f"{own.trace_id:032x}",
        "spanId": f"{own.span_id:016x}",
        **parent,
        "name": span.name,
        "kind": span.kind.value + 1,  # the protocol has 0 for none
        "startTimeUnixNano": str(span.start_time),
        "endTimeUnixNano": str(span.end_time),
        "attributes": _attributes(span.attributes),
        "events": [_event(event) for event in span.events],
        "status": {"code": 2} if span.status.status_code is StatusCode.ERROR else {},
    }


def _event(event: Event) -> Json:
    """Something that happened in a span."""
    return {
        "timeUnixNano": str(event.timestamp),
        "name": event.name,
        "attributes": _attributes(event.attributes),
    }


def _attributes(given: Mapping[str, AttributeValue] | None) -> list[Json]:
    """Names and values."""
    return [{"key": key, "value": _value(value)} for key, value in (given or {}).items()]


def _value(value: object) -> Json:
    """A value with its type."""
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case str():
            return {"stringValue": value}
        case _:
            values = cast("Sequence[object]", value)  # the SDK lets no other kind in
            return {"arrayValue": {"values": [_value(one) for one in values]}}
