"""Distributed traces in Sentry's header, beside the W3C's: a trace that comes in by either one goes on."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from opentelemetry import trace
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context
from opentelemetry.propagate import get_global_textmap, set_global_textmap
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.propagators.textmap import (
    CarrierT,
    Getter,
    Setter,
    TextMapPropagator,
    default_getter,
    default_setter,
)
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

HEADER = "sentry-trace"
_FORM = re.compile(r"^\s*([0-9a-fA-F]{32})-([0-9a-fA-F]{16})(?:-([01]))?\s*$")
_DEFAULT_FIELDS = {"traceparent", "tracestate", "baggage"}


class SentryTracePropagator(TextMapPropagator):
    """Reads and writes `sentry-trace`. Baggage, Sentry's entries too, is the W3C propagator's."""

    def extract(
        self, carrier: CarrierT, context: Context | None = None, getter: Getter[CarrierT] = default_getter
    ) -> Context:
        """Make the remote span of the header current; a header that leaves the decision open counts as sampled."""
        context = Context() if context is None else context
        values = getter.get(carrier, HEADER)
        found = _FORM.match(values[0]) if values else None
        if found is None:
            return context
        flags = TraceFlags.DEFAULT if found[3] == "0" else TraceFlags.SAMPLED
        remote = SpanContext(int(found[1], 16), int(found[2], 16), is_remote=True, trace_flags=TraceFlags(flags))
        return trace.set_span_in_context(NonRecordingSpan(remote), context) if remote.is_valid else context

    def inject(
        self, carrier: CarrierT, context: Context | None = None, setter: Setter[CarrierT] = default_setter
    ) -> None:
        """Write the current span."""
        span = trace.get_current_span(context).get_span_context()
        if span.is_valid:
            sampled = "1" if span.trace_flags.sampled else "0"
            value = f"{trace.format_trace_id(span.trace_id)}-{trace.format_span_id(span.span_id)}-{sampled}"
            setter.set(carrier, HEADER, value)

    @property
    def fields(self) -> set[str]:
        """The header."""
        return {HEADER}


def install() -> Callable[[], None] | None:
    """Propagate both ways where nobody has chosen a propagator; returns what undoes it, or None."""
    chosen = get_global_textmap()
    if os.environ.get("OTEL_PROPAGATORS") or type(chosen) is not CompositePropagator:
        return None
    if chosen.fields != _DEFAULT_FIELDS:
        return None
    ours = CompositePropagator([SentryTracePropagator(), TraceContextTextMapPropagator(), W3CBaggagePropagator()])
    set_global_textmap(ours)

    def undo() -> None:
        if get_global_textmap() is ours:
            set_global_textmap(chosen)

    return undo
