"""Spans that other instrumentations made: which of them are LLM calls, and what they say.

Recognised by attributes, whoever made them: OpenTelemetry's own instrumentations, OpenLLMetry, OpenInference, Logfire,
pydantic-ai.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from genai_sentry.record import CallRecord
from genai_sentry.wire import fields
from genai_sentry.wire.outcome import Outcome, Usage

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

Attributes = Mapping[str, Any]

OWN_SCOPE = "genai_sentry"

OPERATIONS = frozenset(
    {"chat", "text_completion", "completion", "embeddings", "embedding", "generate_content", "rerank", "responses",
     "image_generation", "transcription", "speech", "moderation", "fetch_response"}
)  # fmt: skip
"""Operations that are a call of a model; agents, tools and workflows are not: they fail because a call in them did."""

_OPENINFERENCE_KINDS = {"LLM": "chat", "EMBEDDING": "embeddings", "RERANKER": "rerank"}

_MODEL = (
    "gen_ai.request.model",
    "gen_ai.response.model",
    "llm.model_name",
    "embedding.model_name",
    "llm.request.model",
)
_ANSWERED = ("gen_ai.response.model", "llm.response.model")
_PROVIDER = ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system")
_INPUT = (
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.prompt_tokens",
    "llm.token_count.prompt",
    "llm.usage.prompt_tokens",
)
_OUTPUT = (
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.completion_tokens",
    "llm.token_count.completion",
    "llm.usage.completion_tokens",
)
_CACHE_READ = (
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "llm.token_count.prompt_details.cache_read",
    "gen_ai.usage.details.cache_read_tokens",
)
_CACHE_WRITE = (
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "llm.token_count.prompt_details.cache_write",
)
_REASONING = (
    "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.reasoning_tokens",
    "llm.token_count.completion_details.reasoning",
    "gen_ai.usage.details.reasoning_tokens",
)

_PROVIDERS = {
    "azure": "azure.ai.openai",
    "az.ai.openai": "azure.ai.openai",
    "mistralai": "mistral_ai",
    "xai": "x_ai",
    "google": "gcp.gemini",
    "gemini": "gcp.gemini",
    "vertexai": "gcp.vertex_ai",
    "aws": "aws.bedrock",
    "bedrock": "aws.bedrock",
}


def operation_of(attributes: Attributes) -> str | None:
    """Name the operation of a span that is an LLM call; None for any other span."""
    named = _text(attributes, "gen_ai.operation.name")
    if named is not None:
        return named if named in OPERATIONS else None
    kind = _text(attributes, "openinference.span.kind")
    if kind is not None:
        return _OPENINFERENCE_KINDS.get(kind.upper())
    kind = _text(attributes, "llm.request.type")
    if kind is not None:
        return kind if kind in OPERATIONS else None
    # Logfire names no operation: a span with system and model is a call.
    if first(attributes, _PROVIDER) is not None and first(attributes, _MODEL) is not None:
        return "chat"
    return None


def record_of(span: ReadableSpan, operation: str) -> CallRecord:
    """Read what a span says of its call; what it doesn't say is absent."""
    attributes = span.attributes or {}
    context, parent, scope = span.get_span_context(), span.parent, span.instrumentation_scope
    started, ended = span.start_time or 0, span.end_time or 0
    answered = first(attributes, _ANSWERED)
    port = attributes.get("server.port")
    return CallRecord(
        operation=operation,
        provider=provider_of(attributes),
        model=model_of(attributes),
        endpoint=_path(attributes),
        server_address=_text(attributes, "server.address") or "",
        server_port=port if isinstance(port, int) else None,
        started_at=started / 1e9,
        duration_s=max(0, ended - started) / 1e9,
        status=_count(attributes, ("http.response.status_code", "http.status_code")),
        request_id=_text(attributes, "llm_request_id"),
        usage=usage_of(attributes),
        outcome=Outcome(model=str(answered), id=_text(attributes, "gen_ai.response.id")) if answered else None,
        trace_id=context.trace_id if context is not None else 0,
        span_id=context.span_id if context is not None else 0,
        parent_span_id=parent.span_id if parent is not None else 0,
        sampled=context is not None and context.trace_flags.sampled,
        instrumentation=scope.name if scope is not None else "",
    )


def provider_of(attributes: Attributes) -> str:
    """Name the provider in the semantic convention's words."""
    named = str(first(attributes, _PROVIDER) or "").lower()
    return _PROVIDERS.get(named, named)


def model_of(attributes: Attributes) -> str:
    """Name the requested model, else the answering one; empty where the span names none."""
    named = first(attributes, ("gen_ai.request.model",)) or _invoked(attributes) or first(attributes, _MODEL)
    return "".join(letter for letter in str(named or "") if letter.isprintable())[:100]


def _invoked(attributes: Attributes) -> object | None:
    """Look into OpenInference's parameters: its `llm.model_name` is missing where there was no answer."""
    for name in ("llm.invocation_parameters", "embedding.invocation_parameters"):
        text = _text(attributes, name)
        if text is not None and len(text) < 100_000:
            model = fields.mapping(fields.loads(text)).get("model")
            if isinstance(model, str):
                return model
    return None


def usage_of(attributes: Attributes) -> Usage | None:
    """Token counts that a span carries; None where it carries none."""
    usage = Usage(
        input_tokens=_count(attributes, _INPUT),
        output_tokens=_count(attributes, _OUTPUT),
        cache_read_input_tokens=_count(attributes, _CACHE_READ),
        cache_write_input_tokens=_count(attributes, _CACHE_WRITE),
        reasoning_output_tokens=_count(attributes, _REASONING),
    )
    return usage if usage != Usage() else None


def error_types(span: ReadableSpan) -> set[str]:
    """Names of the exception that a failed span gives: `error.type`, and those of its exception events."""
    names = {_text(span.attributes or {}, "error.type"), _text(span.attributes or {}, "exception.type")}
    for event in span.events:
        if event.name == "exception":
            names.add(_text(event.attributes or {}, "exception.type"))
    return {name for name in names if name}


def message_of(span: ReadableSpan) -> str:
    """The failure's message: of the exception event, else the status description."""
    for event in reversed(span.events):
        if event.name == "exception":
            text = _text(event.attributes or {}, "exception.message")
            if text:
                return text
    return span.status.description or ""


def first(attributes: Attributes, names: tuple[str, ...]) -> object | None:
    """Value of the first of several attributes that is there."""
    for name in names:
        value: object = attributes.get(name)
        if value is not None and value != "":
            return value
    return None


def _text(attributes: Attributes, name: str) -> str | None:
    value = attributes.get(name)
    return value if isinstance(value, str) and value else None


def _count(attributes: Attributes, names: tuple[str, ...]) -> int | None:
    return fields.count(first(attributes, names))


def _path(attributes: Attributes) -> str:
    path = _text(attributes, "url.path") or _text(attributes, "http.target") or ""
    return path.partition("?")[0]
