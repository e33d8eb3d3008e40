"""Puts release, environment and sample rate on every span of a TracerProvider that this package makes."""

from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING

from opentelemetry import baggage, trace
from opentelemetry.context import create_key, get_value
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ParentBased, Sampler, TraceIdRatioBased

from genai_sentry.guard import Guard
from genai_sentry.telemetry.identity import identity
from genai_sentry.telemetry.spans import put

if TYPE_CHECKING:
    from opentelemetry.context import Context

    from genai_sentry.settings import Settings
    from genai_sentry.telemetry.attributes import Value

SAMPLE_RATE = "sentry.client_sample_rate"
"""The share of traces kept, by which Sentry extrapolates counts and sums."""

SAMPLE_RATE_KEY = create_key("genai_sentry-sample-rate")
"""In a context: the rate that the trace was sampled at by whoever began it."""

BAGGAGE_SAMPLE_RATE = "sentry-sample_rate"

_stamped: weakref.WeakValueDictionary[int, TracerProvider] = weakref.WeakValueDictionary()
"""By identity: a provider need not have a hash (Logfire's has none)."""


class Stamp(SpanProcessor):
    """Puts the attributes on each span at its start.

    The rate is this process's own where it begins the trace. Where a trace comes from elsewhere it is the rate of
    whoever began it, if that is known, and absent otherwise.

    Args:
        rate: the share of traces that are kept of those begun here; None where it isn't known.
    """

    def __init__(self, rate: float | None) -> None:
        self._rate = rate

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Stamp one span."""
        with Guard("stamp"):
            attributes: dict[str, Value] = dict(identity.attributes())
            rate = self._rate_of(span, parent_context)
            if rate is not None:
                attributes[SAMPLE_RATE] = rate
            if attributes:
                put(span, attributes)

    def _rate_of(self, span: Span, parent_context: Context | None) -> float | None:
        parent = span.parent
        if parent is None:
            return self._rate
        if parent.is_remote:
            return upstream_rate(parent_context)
        above = trace.get_current_span(parent_context)
        value = (above.attributes or {}).get(SAMPLE_RATE) if isinstance(above, ReadableSpan) else None
        return value if isinstance(value, float) else None


def upstream_rate(context: Context | None) -> float | None:
    """The rate at which a trace from elsewhere was sampled, as far as it came with a rate."""
    value = get_value(SAMPLE_RATE_KEY, context)
    if value is None:
        value = baggage.get_baggage(BAGGAGE_SAMPLE_RATE, context)
    try:
        rate = float(str(value)) if value is not None else None
    except ValueError:
        return None
    return rate if rate is not None and 0.0 <= rate <= 1.0 else None


def stamp(provider: TracerProvider, rate: float | None) -> None:
    """Have a provider's spans stamped; a provider is stamped once."""
    if not is_stamped(provider):
        _stamped[id(provider)] = provider
        provider.add_span_processor(Stamp(rate))


def is_stamped(provider: object) -> bool:
    """Whether a provider's spans are stamped: those of this package's making are."""
    return provider is not None and _stamped.get(id(provider)) is provider


def sampling(settings: Settings) -> tuple[Sampler | None, float | None]:
    """The sampler for a new provider and its rate; None and the rate where OpenTelemetry's variables choose it."""
    chosen = os.environ.get("OTEL_TRACES_SAMPLER", "").strip().lower()
    if not chosen:
        rate = float(settings.trace_sample_rate)
        return ParentBased(TraceIdRatioBased(rate)), rate
    if chosen.endswith("traceidratio"):
        try:
            return None, float(os.environ.get("OTEL_TRACES_SAMPLER_ARG") or 1.0)
        except ValueError:
            return None, 1.0
    return None, 1.0 if chosen.endswith("always_on") else None
