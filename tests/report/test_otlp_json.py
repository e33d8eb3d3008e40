"""Lines of the file exporter say just what OpenTelemetry's own encoder says, in the protocol's JSON mapping."""

from __future__ import annotations

import base64
import json
from fractions import Fraction
from typing import Any

from google.protobuf.json_format import MessageToDict
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

from genai_sentry.telemetry import otlp_json

ABSENT_IS_DEFAULT = ("", 0, "0", [], {})
"""What the JSON mapping may leave out."""
UNREAD = frozenset({"flags"})
"""The encoder adds whether a parent was remote; collectors read the lowest bits."""


def _spans() -> list[ReadableSpan]:
    """Of every kind: parents, links, events, statuses, values of all types, attributes that were dropped."""
    memory = InMemorySpanExporter()
    found: list[ReadableSpan] = []
    for service, limits in (("shop", SpanLimits(max_attributes=2)), ("till", SpanLimits())):
        provider = TracerProvider(
            resource=Resource({"service.name": service}, f"https://schema/{service}"),
            span_limits=limits,
            shutdown_on_exit=False,
        )
        provider.add_span_processor(SimpleSpanProcessor(memory))
        other = SpanContext(7, 9, is_remote=True, trace_flags=TraceFlags(1))
        for scope, version in (("one", "1.0"), ("two", None)):
            tracer = provider.get_tracer(scope, version, attributes={"scope": True})
            values = {"b": True, "i": 2**40, "f": 0.5, "s": "é\n", "l": ["x", "y"], "n": [1, 2]}
            with tracer.start_as_current_span("parent", kind=SpanKind.SERVER, attributes=values) as parent:
                parent.add_event("seen", {"n": 1})
                child = tracer.start_span("child", kind=SpanKind.CLIENT, links=[Link(other, {"why": "retry"})])
                child.set_status(Status(StatusCode.ERROR, "no"))
                child.end()
    found += memory.get_finished_spans()
    return found


def _plain(value: Any) -> Any:
    """Without what the mapping may leave out, and with lists of attributes as mappings."""
    if isinstance(value, dict):
        kept = {key: _plain(item) for key, item in value.items() if key not in UNREAD}
        return {key: item for key, item in kept.items() if item not in ABSENT_IS_DEFAULT or key.endswith("Value")}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _official(spans: list[ReadableSpan]) -> Any:
    """The encoder's, with identifiers in hexadecimal and enumerations as numbers, as OTLP's mapping has them."""

    def hexadecimal(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: base64.b64decode(item).hex() if key in ("traceId", "spanId", "parentSpanId") else hexadecimal(item)
                for key, item in value.items()
            }
        return [hexadecimal(item) for item in value] if isinstance(value, list) else value

    return hexadecimal(MessageToDict(encode_spans(spans), use_integers_for_enums=True))


def test_a_line_says_what_opentelemetrys_encoder_says() -> None:
    """Resources, scopes and spans in the same order, and nothing else."""
    spans = _spans()
    line = otlp_json.line(spans)
    assert (8, b"\n", 1) == (len(spans), line[-1:], line.count(b"\n"))
    assert _plain(_official(spans)) == _plain(json.loads(line))


def test_flags_say_that_a_trace_is_sampled() -> None:
    """Of spans and of what they are linked to; no flag is none."""
    spans = _spans()
    (request,) = json.loads(otlp_json.line(spans))["resourceSpans"][:1]
    child = request["scopeSpans"][0]["spans"][0]
    assert ("child", 1, [1]) == (child["name"], child["flags"] & 1, [link["flags"] for link in child["links"]])
    bare = ReadableSpan("bare", context=SpanContext(1, 2, is_remote=False))
    (resource,) = json.loads(otlp_json.line([bare]))["resourceSpans"]
    (span,) = resource["scopeSpans"][0]["spans"]
    assert ({}, "flags" in span, span["spanId"]) == (resource["scopeSpans"][0]["scope"], False, f"{2:016x}")


def test_the_state_of_a_trace_goes_along() -> None:
    """Also of those that are linked to, which OpenTelemetry's encoder leaves out."""
    state = TraceState([("a", "1"), ("b", "2")])
    context = SpanContext(1, 2, is_remote=False, trace_state=state)
    (resource,) = json.loads(otlp_json.line([ReadableSpan("s", context=context, links=[Link(context)])]))[
        "resourceSpans"
    ]
    (span,) = resource["scopeSpans"][0]["spans"]
    assert ("a=1,b=2", "a=1,b=2") == (span["traceState"], span["links"][0]["traceState"])


def test_a_span_without_a_context_has_empty_identifiers() -> None:
    """As the protocol has them; it never raises."""
    (resource,) = json.loads(otlp_json.line([ReadableSpan("bare")]))["resourceSpans"]
    (span,) = resource["scopeSpans"][0]["spans"]
    assert ("", "", "0", "0") == tuple(
        span[name] for name in ("traceId", "spanId", "startTimeUnixNano", "endTimeUnixNano")
    )


def test_values_nested_too_deeply_are_left_out() -> None:
    """Down to the bound they are whole."""
    value: Any = "x"
    for _ in range(otlp_json.DEEPEST):
        value = [value]
    encoded: Any = otlp_json._value(value, 0)
    for _ in range(otlp_json.DEEPEST):
        (encoded,) = encoded["arrayValue"]["values"]
    assert {"stringValue": "x"} == encoded
    encoded = otlp_json._value([value], 0)
    for _ in range(otlp_json.DEEPEST):
        (encoded,) = encoded["arrayValue"]["values"]
    assert {} == encoded


def test_a_value_of_no_kind_that_the_protocol_has_is_text() -> None:
    """As Python writes it."""
    assert {"stringValue": "1/2"} == otlp_json._value(Fraction(1, 2), 0)
    assert {"bytesValue": "YQ=="} == otlp_json._value(b"a", 0)
