"""Starts the spans of calls, at as little cost as whoever watches them allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.trace import SpanProcessor, Tracer
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, StaticSampler, TraceIdRatioBased
from opentelemetry.trace import SpanKind

from genai_sentry.telemetry.spans import put
from genai_sentry.telemetry.stamp import Stamp

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span
    from opentelemetry.trace import Tracer as AnyTracer

    from genai_sentry.telemetry.attributes import Value
    from genai_sentry.telemetry.openings import Opening

_UNSEEING = frozenset(
    {SpanProcessor.on_start, BatchSpanProcessor.on_start, SimpleSpanProcessor.on_start, Stamp.on_start}
)
"""What processors do at a span's start without a look at its attributes."""
_BY_TRACE = (StaticSampler, TraceIdRatioBased)
"""Samplers that decide without a look at attributes."""
_DELEGATES = (
    "_root",
    "_remote_parent_sampled",
    "_remote_parent_not_sampled",
    "_local_parent_sampled",
    "_local_parent_not_sampled",
)


class Starter:
    """Starts spans with one tracer. Safe under threads.

    The SDK checks and copies each attribute that a span is started with. Where neither the sampler nor any processor
    looks at them then, a span is started without, and they go in directly, before anybody can see it.
    """

    def __init__(self, tracer: AnyTracer) -> None:
        self._tracer = tracer
        self._watched_by: object = None
        self._unseen = False

    def start(self, opening: Opening, context: Context | None, more: Mapping[str, Value]) -> Span:
        """Start a span in a context, the current one if None, as its opening says; `more` goes on it where recorded."""
        tracer = self._tracer
        processors = getattr(getattr(tracer, "span_processor", None), "_span_processors", None)
        if processors is None or processors is not self._watched_by:
            tracer = self._look(tracer)
        if self._unseen:
            span = tracer.start_span(opening.name, context, SpanKind.CLIENT)
            if span.is_recording():
                put(span, {**opening.sampled, **opening.more, **more} if more else opening.whole)
            return span
        span = tracer.start_span(opening.name, context, SpanKind.CLIENT, {**opening.sampled})
        if span.is_recording():
            put(span, {**opening.more, **more} if more else opening.more)
        return span

    def _look(self, tracer: Any) -> Any:
        """The tracer is new, or its processors are."""
        inner = getattr(tracer, "_real_tracer", None)  # of the API's proxy, once there is a provider
        if inner is not None:
            tracer = self._tracer = inner
        processors = getattr(getattr(tracer, "span_processor", None), "_span_processors", None)
        self._unseen = _unseen(tracer, processors)
        self._watched_by = processors
        return tracer


def _unseen(tracer: Any, processors: Any) -> bool:
    """Whether nobody looks at the attributes that a span is started with."""
    return (
        type(tracer) is Tracer
        and type(processors) is tuple
        and _decides_without(tracer.sampler)
        and all(type(each).on_start in _UNSEEING and "on_start" not in vars(each) for each in processors)
    )


def _decides_without(sampler: object) -> bool:
    if isinstance(sampler, ParentBased) and type(sampler).should_sample is ParentBased.should_sample:
        return all(type(getattr(sampler, name, None)) in _BY_TRACE for name in _DELEGATES)
    return type(sampler) in _BY_TRACE
