"""Spans of the same call that another instrumentation, or the SDK itself, has already begun.

Whoever wraps the SDK's methods wraps ours: then its span is the current one when a call begins here, and it stays the
call's only LLM span. Spans of agents, chains and tools are no such spans: a call inside them gets its own.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.trace import SpanKind

from genai_sentry.guard import swallowed
from genai_sentry.sentry import foreign

if TYPE_CHECKING:
    from opentelemetry.trace import Span, SpanContext

    from genai_sentry.telemetry.attributes import Value

logger = logging.getLogger("genai_sentry")

CLAIMS: Mapping[str, str] = {
    "opentelemetry.genai.client.inference.context": "opentelemetry.util.genai",
    "suppress_language_model_instrumentation": "opentelemetry.instrumentation (OpenLLMetry)",
}
"""Keys in OpenTelemetry's context by which others say that the call's span is theirs, and who they are."""

WRAPPERS: Mapping[str, str] = {
    "langfuse.openai": "langfuse-sdk",
    "opentelemetry.instrumentation.openai.v1.responses_wrappers": "opentelemetry.instrumentation.openai.v1",
}
"""Modules whose wrappers make a call's span without making it the current one, and the scope of their spans."""

CALLBACKS: Mapping[str, tuple[str, str]] = {
    "langchain_core.language_models.chat_models": ("openinference.instrumentation.langchain", "LangChainInstrumentor"),
    "langchain_core.language_models.llms": ("openinference.instrumentation.langchain", "LangChainInstrumentor"),
    "llama_index.core.llms.callbacks": ("openinference.instrumentation.llama_index", "LlamaIndexInstrumentor"),
    "llama_index.core.base.embeddings.base": ("openinference.instrumentation.llama_index", "LlamaIndexInstrumentor"),
}
"""The same for frameworks that tell an instrumentor of their calls: the framework's module, and the instrumentor."""

MAX_FRAMES = 48
"""Frames that may lie between an SDK's inside and whoever wraps its methods."""

MARKS: frozenset[str] = frozenset(
    {
        "gen_ai.operation.name",
        "gen_ai.provider.name",
        "gen_ai.system",
        "openinference.span.kind",
        "llm.request.type",
        "llm.provider",
        "llm.system",
        "langfuse.observation.type",
    }
)
"""An LLM span carries one of these at least."""

FAMILIES: Mapping[str, str] = {
    "text_completion": "chat",
    "completion": "chat",
    "generate_content": "chat",
    "responses": "chat",
    "embedding": "embeddings",
}
"""Operations that different instrumentations name differently."""

_NEVER = (SpanKind.SERVER, SpanKind.CONSUMER, SpanKind.PRODUCER)

_GATES = (*WRAPPERS, *{scope for scope, _ in CALLBACKS.values()})

_named: set[str] = set()


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody else's span of a call.

    Attributes:
        span: the span, open when it was found.
        scope: name of the instrumentation scope that made it.
    """

    span: Span
    scope: str

    @property
    def context(self) -> SpanContext:
        """By which events are linked to the span."""
        return self.span.get_span_context()

    def put(self, attributes: Mapping[str, Value]) -> None:
        """Add attributes that the span lacks, while it is open; what its maker said stands."""
        if self.span.is_recording():
            held: Mapping[str, Any] = getattr(self.span, "attributes", None) or {}
            self.span.set_attributes({name: value for name, value in attributes.items() if name not in held})


def find(operation: str, model: str) -> Other | None:
    """Somebody else's open span of the call that is about to begin; None where the span is ours to make.

    Args:
        operation: `gen_ai.operation.name` of the call.
        model: the requested model; empty where it is not known yet.
    """
    try:
        if otel_context.get_current():
            span = trace.get_current_span()
            found = _of_span(span, operation, model) or _claimed(span) or _wrapped(span)
        else:
            found = _wrapped(trace.INVALID_SPAN)  # nothing is current: no span, and nobody's key
    except Exception as fault:
        if not swallowed("looking beside", fault):
            raise
        return None
    if found is not None and found.scope not in _named:
        _named.add(found.scope)
        logger.warning(
            "%s makes a span of the LLM calls that it wraps: genai_sentry makes none for them; "
            "events, metrics, cost and statistics go on",
            found.scope,
        )
    return found


def inside() -> bool:
    """Whether somebody else's LLM span is the current one.

    Who makes one often suppresses other instrumentations inside it: that is about spans, not about failures and cost.
    """
    span = trace.get_current_span()
    return foreign.operation_of(_marked(span)) is not None


def _marked(span: Span) -> Mapping[str, Any]:
    """The attributes of a span that may be an open LLM call's; empty for any other span."""
    if not span.is_recording() or getattr(span, "kind", None) in _NEVER:
        return {}
    attributes: Mapping[str, Any] | None = getattr(span, "attributes", None)
    # The SDK's own mapping takes a lock and a copy for each look: its dict is read where there is one.
    names: Mapping[str, Any] | None = getattr(attributes, "_dict", attributes)
    return {} if not attributes or not names or MARKS.isdisjoint(names) else attributes


def _of_span(span: Span, operation: str, model: str) -> Other | None:
    attributes = _marked(span)
    theirs = foreign.operation_of(attributes) if attributes else None
    if theirs is None or FAMILIES.get(theirs, theirs) != FAMILIES.get(operation, operation):
        return None
    scope = getattr(span, "instrumentation_scope", None)
    name = scope.name if scope is not None else ""
    if name == foreign.OWN_SCOPE or not _alike(foreign.model_of(attributes), model):
        return None
    return Other(span, name)


def _alike(theirs: str, ours: str) -> bool:
    """Whether two model names may mean one: prefixes of gateways and dates at the end are ignored."""
    left, right = theirs.lower(), ours.lower()
    return left in right or right in left


def _claimed(span: Span) -> Other | None:
    context = otel_context.get_current()
    if context:
        for key, name in CLAIMS.items():
            if context.get(key):
                return _out_of_reach(span, name)
    return None


def _wrapped(span: Span) -> Other | None:
    loaded = sys.modules
    for gate in _GATES:
        if gate in loaded:
            break
    else:
        return None
    wrappers = {module: scope for module, scope in WRAPPERS.items() if module in loaded}
    for module, (scope, instrumentor) in CALLBACKS.items():
        if scope in loaded and module in loaded and _is_active(loaded[scope], instrumentor):
            wrappers[module] = scope
    if not wrappers:
        return None
    frame = sys._getframe(2)
    for _ in range(MAX_FRAMES):
        scope = wrappers.get(frame.f_globals.get("__name__", ""), "")
        if scope:
            return _out_of_reach(span, scope)
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return None


def _is_active(module: object, instrumentor: str) -> bool:
    instance = getattr(getattr(module, instrumentor, None), "_instance", None)
    return bool(getattr(instance, "is_instrumented_by_opentelemetry", False))


def _out_of_reach(span: Span, scope: str) -> Other:
    """A span that can't be found: what is linked is what surrounds the call, and nothing is put on that."""
    return Other(trace.NonRecordingSpan(span.get_span_context()), scope)
