"""Where Sentry's own tracing is in charge, LLM spans join its trace instead of beginning one of their own."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

from genai_sentry.guard import swallowed
from genai_sentry.telemetry.stamp import SAMPLE_RATE_KEY

if TYPE_CHECKING:
    from opentelemetry.context import Context


def sentry_parent() -> Context | None:
    """A context in which the span of Sentry's that is active here is the parent.

    None where OpenTelemetry has a span of its own, or where Sentry has none. Without tracing of Sentry's, a trace
    that came in with a request goes on.
    """
    sentry = sys.modules.get("sentry_sdk")
    if sentry is None or trace.get_current_span().get_span_context().is_valid:
        return None
    try:
        scope = sentry.get_current_scope()
        span = _span_of(scope) if _traces(sentry.get_client().options) else None
        return _of_span(span) if span is not None else _of_request(scope)
    except Exception as error:
        if not swallowed("sentry.parent", error):
            raise
        return None


def _traces(options: Mapping[str, Any]) -> bool:
    # Without tracing Sentry still makes spans (its asyncio integration does), which nobody ever sees.
    return options.get("traces_sample_rate") is not None or options.get("traces_sampler") is not None


def _span_of(scope: Any) -> Any:
    span = scope.span
    return span if span is not None else getattr(scope, "streamed_span", None)


def _of_span(span: Any) -> Context | None:
    root = getattr(span, "containing_transaction", None)
    return _context(span.trace_id, span.span_id, bool(span.sampled), getattr(root, "sample_rate", None))


def _of_request(scope: Any) -> Context | None:
    found = scope.get_active_propagation_context()
    if not found.parent_span_id:
        return None
    return _context(found.trace_id, found.parent_span_id, found.parent_sampled is not False, None)


def _context(trace_id: Any, span_id: Any, sampled: bool, rate: object) -> Context | None:
    flags = TraceFlags(TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT)
    parent = SpanContext(int(str(trace_id), 16), int(str(span_id), 16), is_remote=True, trace_flags=flags)
    if not parent.is_valid:
        return None
    context = trace.set_span_in_context(NonRecordingSpan(parent), otel_context.get_current())
    return context if rate is None else otel_context.set_value(SAMPLE_RATE_KEY, rate, context)
