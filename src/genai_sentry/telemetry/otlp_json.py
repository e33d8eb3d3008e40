"""OTLP's JSON encoding of spans, one export request a line: what collectors read and write in files.

Identifiers are hexadecimal and 64-bit integers are text, as the protocol's JSON mapping has them.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
    from opentelemetry.trace import SpanContext

JSON = dict[str, Any]

DEEPEST = 8
"""Values nested deeper than this are left out."""


def line(spans: Iterable[ReadableSpan]) -> bytes:
    """An export request with these spans as one line of JSON, newline included."""
    resources: dict[Resource, dict[InstrumentationScope | None, list[JSON]]] = {}
    for span in spans:
        scopes = resources.setdefault(span.resource, {})
        scopes.setdefault(span.instrumentation_scope, []).append(_span(span))
    request = {
        "resourceSpans": [
            {
                "resource": {"attributes": _attributes(resource.attributes)},
                "scopeSpans": [{"scope": _scope(scope), "spans": encoded} for scope, encoded in scopes.items()],
                "schemaUrl": resource.schema_url,
            }
            for resource, scopes in resources.items()
        ]
    }
    # Pure ASCII, so that a lone surrogate in a value can't make the line impossible to write.
    return json.dumps(request, separators=(",", ":"), allow_nan=False).encode("ascii") + b"\n"


def _scope(scope: InstrumentationScope | None) -> JSON:
    if scope is None:
        return {}
    return {"name": scope.name, "version": scope.version or "", "attributes": _attributes(scope.attributes or {})}


def _span(span: ReadableSpan) -> JSON:
    context = span.get_span_context()
    encoded: JSON = {**_ids(context)}
    if span.parent is not None:
        encoded["parentSpanId"] = f"{span.parent.span_id:016x}"
    encoded |= {
        "name": span.name,
        "kind": span.kind.value + 1,
        "startTimeUnixNano": str(span.start_time or 0),
        "endTimeUnixNano": str(span.end_time or 0),
        "attributes": _attributes(span.attributes or {}),
        "status": {"code": span.status.status_code.value},
    }
    if span.status.description:
        encoded["status"]["message"] = span.status.description
    if span.dropped_attributes:
        encoded["droppedAttributesCount"] = span.dropped_attributes
    if span.events:
        encoded["events"] = [
            {
                "timeUnixNano": str(event.timestamp),
                "name": event.name,
                "attributes": _attributes(event.attributes or {}),
            }
            for event in span.events
        ]
    if span.links:
        encoded["links"] = [
            {**_ids(link.context), "attributes": _attributes(link.attributes or {})} for link in span.links
        ]
    return encoded


def _ids(context: SpanContext | None) -> JSON:
    if context is None:
        return {"traceId": "", "spanId": ""}
    ids: JSON = {"traceId": f"{context.trace_id:032x}", "spanId": f"{context.span_id:016x}"}
    if context.trace_flags:
        ids["flags"] = int(context.trace_flags)
    if context.trace_state:
        ids["traceState"] = context.trace_state.to_header()
    return ids


def _attributes(attributes: Mapping[str, Any]) -> list[JSON]:
    return [{"key": key, "value": _value(value, 0)} for key, value in attributes.items()]


def _value(value: object, depth: int) -> JSON:
    if isinstance(value, str):
        return {"stringValue": value}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value if math.isfinite(value) else _unbounded(value)}
    if isinstance(value, bytes):
        return {"bytesValue": base64.b64encode(value).decode("ascii")}
    if value is None or depth >= DEEPEST:
        return {}
    if isinstance(value, Mapping):
        pairs = [{"key": str(key), "value": _value(inner, depth + 1)} for key, inner in value.items()]
        return {"kvlistValue": {"values": pairs}}
    if isinstance(value, Sequence):
        return {"arrayValue": {"values": [_value(inner, depth + 1) for inner in value]}}
    return {"stringValue": str(value)}


def _unbounded(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
