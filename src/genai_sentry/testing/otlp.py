"""OTLP traces, protobuf or JSON, as plain objects."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as ProtoSpan
from opentelemetry.proto.trace.v1.trace_pb2 import Status

CONTENT_TYPE_PROTOBUF = "application/x-protobuf"
EMPTY_RESPONSE: bytes = ExportTraceServiceResponse().SerializeToString()


@dataclass(frozen=True, slots=True)
class Span:
    """One span as it arrived.

    Attributes:
        name: the span's name.
        kind: `internal`, `server`, `client`, `producer`, `consumer` or `unspecified`.
        trace_id, span_id: lower-case hexadecimal.
        parent_span_id: likewise; empty for a root span.
        attributes: by name; arrays are lists.
        status: `unset`, `ok` or `error`.
        status_message: the status's description.
        resource: the resource's attributes.
        scope: the instrumentation scope's name.
        scope_version: its version.
        start, end: Unix time in seconds.
        events: names and attributes of span events.
        links: trace and span identifiers of links.
    """

    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_span_id: str
    attributes: dict[str, Any]
    status: str
    status_message: str
    resource: dict[str, Any]
    scope: str
    scope_version: str
    start: float
    end: float
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)

    @property
    def duration_s(self) -> float:
        """From start to end, in seconds."""
        return self.end - self.start


def decode_traces(body: bytes, content_type: str) -> list[Span]:
    """Decode an export request.

    Raises:
        ValueError: the body is no export request.
    """
    request = ExportTraceServiceRequest()
    try:
        if content_type == "application/json":
            request = json_format.Parse(_hex_ids(body), request, ignore_unknown_fields=True)
        else:
            request.ParseFromString(body)
    except Exception as error:  # protobuf's DecodeError and json_format's ParseError share no base but Exception
        raise ValueError(f"no export request: {error}") from error
    return [
        _span(span, _attributes(resource.resource.attributes), scope.scope.name, scope.scope.version)
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def _span(span: ProtoSpan, resource: dict[str, Any], scope: str, version: str) -> Span:
    return Span(
        name=span.name,
        kind=ProtoSpan.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_span_id=span.parent_span_id.hex(),
        attributes=_attributes(span.attributes),
        status=Status.StatusCode.Name(span.status.code).removeprefix("STATUS_CODE_").lower(),
        status_message=span.status.message,
        resource=resource,
        scope=scope,
        scope_version=version,
        start=span.start_time_unix_nano / 1e9,
        end=span.end_time_unix_nano / 1e9,
        events=[(event.name, _attributes(event.attributes)) for event in span.events],
        links=[(link.trace_id.hex(), link.span_id.hex()) for link in span.links],
    )


def _attributes(pairs: Iterable[KeyValue]) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Any:
    match value.WhichOneof("value"):
        case None:
            return None
        case "array_value":
            return [_value(item) for item in value.array_value.values]
        case "kvlist_value":
            return _attributes(value.kvlist_value.values)
        case name:
            return getattr(value, name)


def _hex_ids(body: bytes) -> str:
    """OTLP's JSON writes identifiers in hexadecimal, where protobuf's JSON expects base64."""
    import json

    def base64_of(text: object) -> object:
        return base64.b64encode(bytes.fromhex(text)).decode() if isinstance(text, str) else text

    def walk(node: Any) -> Any:
        if isinstance(node, list):
            return [walk(item) for item in node]
        if not isinstance(node, dict):
            return node
        ids = ("traceId", "spanId", "parentSpanId")
        return {key: base64_of(value) if key in ids else walk(value) for key, value in node.items()}

    return json.dumps(walk(json.loads(body)))
