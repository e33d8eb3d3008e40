"""What other instrumentations put on their spans of prompts and outputs: it goes to Sentry only where it is asked for.

OpenLLMetry, OpenInference and Logfire record content unless told not to, for a backend of their own. Spans of the same
TracerProvider go through this package's exporter too, and that must not make a second place of what they hold.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import Status

from genai_sentry.sentry.scrub import scrub
from genai_sentry.telemetry.spans import changed

if TYPE_CHECKING:
    from opentelemetry.util.types import Attributes

OWN_SCOPE = "genai_sentry"
"""Of our spans content was decided on when they were made."""

NAMES = frozenset(
    {
        # OpenTelemetry's conventions, of now and before
        "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.tool.definitions",
        "gen_ai.tool.call.arguments", "gen_ai.tool.call.result", "gen_ai.request.stop_sequences", "gen_ai.prompt",
        "gen_ai.completion", "gen_ai.event.content", "gen_ai.retrieval.documents", "gen_ai.retrieval.query.text",
        "gen_ai.evaluation.explanation",
        # Sentry's
        "gen_ai.request.messages", "gen_ai.request.available_tools", "gen_ai.response.text",
        "gen_ai.response.tool_calls", "gen_ai.tool.input", "gen_ai.tool.output", "gen_ai.embeddings.input",
        # OpenInference's
        "input.value", "output.value", "llm.invocation_parameters", "embedding.invocation_parameters",
        "tool.parameters", "tool_call.function.arguments", "reranker.query",
        # OpenLLMetry's
        "traceloop.entity.input", "traceloop.entity.output", "llm.chat.stop_sequences",
        # Logfire's and pydantic-ai's
        "response_data", "all_messages_events", "pydantic_ai.all_messages", "final_result", "tool_arguments",
        "tool_response",
        # Langfuse's
        "langfuse.observation.input", "langfuse.observation.output", "langfuse.trace.input", "langfuse.trace.output",
    }
)  # fmt: skip

BEGINNINGS = (
    "gen_ai.prompt.", "gen_ai.completion.", "gen_ai.content.", "llm.input_messages.", "llm.output_messages.",
    "llm.prompts", "llm.completions", "llm.tools.", "llm.request.functions.", "llm.prompt_template.",
    "embedding.embeddings.", "retrieval.documents.", "reranker.input_documents.", "reranker.output_documents.",
)  # fmt: skip

CALL = ("gen_ai.", "llm", "openinference.")
"""How names of attributes begin that only spans about models have."""

LOGFIRE = frozenset({"request_data", "events", "prompt"})
"""Names that are anybody's, but on Logfire's and pydantic-ai's spans of calls hold messages."""


def without_content(span: ReadableSpan) -> ReadableSpan:
    """The span without prompts and outputs, and a call's messages of failure without keys.

    Spans that hold none of it are returned as they are.
    """
    scope = span.instrumentation_scope.name if span.instrumentation_scope is not None else ""
    if scope == OWN_SCOPE:
        return span
    loose = scope.startswith(("logfire", "pydantic-ai"))
    held, happened, ended = span.attributes, span.events, span.status
    call = any(name.startswith(CALL) for name in held or ())
    attributes = _kept(held, loose=loose)
    events = [_event(event, loose=loose, call=call) for event in happened]
    status = _status(ended) if call else ended
    if attributes is held and status is ended and all(map(operator.is_, events, happened)):
        return span
    return changed(span, attributes, events=events, status=status)


def _kept(attributes: Attributes, *, loose: bool) -> Attributes:
    hidden = [name for name in attributes or () if _holds_content(name) or (loose and name in LOGFIRE)]
    if not hidden or attributes is None:
        return attributes
    return {name: value for name, value in attributes.items() if name not in hidden}


def _holds_content(name: str) -> bool:
    return name in NAMES or name.startswith(BEGINNINGS)


def _event(event: Event, *, loose: bool, call: bool) -> Event:
    held = event.attributes
    attributes = _kept(held, loose=loose)
    if call:
        attributes = _failure(attributes)
    return event if attributes is held else Event(event.name, attributes, event.timestamp)


def _failure(attributes: Attributes) -> Attributes:
    texts: Mapping[str, Any] = attributes or {}
    clean = {
        name: scrubbed
        for name in ("exception.message", "exception.stacktrace")
        if isinstance(text := texts.get(name), str) and (scrubbed := _scrubbed(text)) != text
    }
    return {**texts, **clean} if clean else attributes


def _status(status: Status) -> Status:
    described = status.description
    if not described:
        return status
    clean = _scrubbed(described)
    return status if clean == described else Status(status.status_code, clean)


def _scrubbed(text: str) -> str:
    """By lines, since a message is cut where it is long, and a traceback need not be."""
    return "\n".join(map(scrub, text.split("\n")))
