"""What arrived at the receiver, told in the demo's terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from genai_sentry.cli.demo.app import __file__ as APP_FILE  # noqa: N812
from genai_sentry.testing import Span

OPERATION = "gen_ai.operation.name"
APP_MODULE = "genai_sentry.cli.demo.app"


@dataclass(frozen=True, slots=True)
class ReportedCall:
    """One LLM span, as Sentry got it. None: the span does not say.

    Attributes:
        operation, model, response_model: of the call.
        input_tokens, output_tokens, cached_tokens, reasoning_tokens: what it used.
        cost_usd: what it cost.
        latency_s: how long it took, retries included, in seconds.
        attempts: HTTP attempts.
        failure: `type.reason`; empty where it went well.
        cancelled: whether the caller gave up.
        error_type: `error.type`.
        stream: how the stream ended; empty for whole answers.
        trace_id, span_id: lower-case hexadecimal.
    """

    operation: str
    model: str
    response_model: str | None
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    reasoning_tokens: int | None
    cost_usd: float | None
    latency_s: float
    attempts: int | None
    failure: str
    cancelled: bool
    error_type: str | None
    stream: str
    trace_id: str
    span_id: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ReportedEvent:
    """One error event, as Sentry got it.

    Attributes:
        failure: `type.reason`.
        level, action, retryable: what the tags say.
        model: the tag `ai_model`.
        exception: class of the exception on top.
        handled: the mechanism's word.
        fingerprint: what Sentry groups by.
        function, line, source: the application's innermost frame.
        trace_id, span_id: which call it belongs to.
    """

    failure: str
    level: str
    action: str
    retryable: str
    model: str
    exception: str
    handled: bool | None
    fingerprint: tuple[str, ...]
    function: str
    line: int
    source: str
    trace_id: str
    span_id: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def calls_in(spans: Iterable[Span]) -> list[ReportedCall]:
    """The LLM calls among the spans, in the order of their ends."""
    llm = [span for span in spans if OPERATION in span.attributes]
    return [_call(span) for span in sorted(llm, key=lambda span: span.end)]


def _call(span: Span) -> ReportedCall:
    said = span.attributes
    error_type = said.get("llm_error_type") if span.status == "error" else None
    cancelled = span.status != "error" and said.get("llm_error_type") == "cancelled"
    return ReportedCall(
        operation=str(said[OPERATION]),
        model=str(said.get("gen_ai.request.model", "")),
        response_model=said.get("gen_ai.response.model"),
        input_tokens=said.get("gen_ai.usage.input_tokens"),
        output_tokens=said.get("gen_ai.usage.output_tokens"),
        cached_tokens=said.get("gen_ai.usage.cache_read.input_tokens"),
        reasoning_tokens=said.get("gen_ai.usage.reasoning.output_tokens"),
        cost_usd=said.get("llm_cost_usd"),
        latency_s=span.duration_s,
        attempts=said.get("llm_attempts"),
        failure=f"{error_type}.{said.get('llm_error_reason', '')}" if error_type else "",
        cancelled=cancelled,
        error_type=said.get("error.type"),
        stream=str(said.get("llm_stream_outcome", "")),
        trace_id=span.trace_id,
        span_id=span.span_id,
    )


def event_of(event: Mapping[str, Any]) -> ReportedEvent:
    """An event in the demo's terms."""
    tags = _tags(event)
    values = (event.get("exception") or {}).get("values") or [{}]
    frame = _application_frame(values)
    trace = (event.get("contexts") or {}).get("trace") or {}
    mechanism = values[-1].get("mechanism") or {}
    return ReportedEvent(
        failure=f"{tags.get('llm_error_type', '')}.{tags.get('llm_error_reason', '')}",
        level=str(event.get("level", "")),
        action=tags.get("llm_action_required", ""),
        retryable=tags.get("llm_retryable", ""),
        model=tags.get("ai_model", ""),
        exception=str(values[-1].get("type", "")),
        handled=mechanism.get("handled"),
        fingerprint=tuple(map(str, event.get("fingerprint") or ("{{ default }}",))),
        function=str(frame.get("function", "")),
        line=int(frame.get("lineno") or 0),
        source=str(frame.get("context_line") or "").strip(),
        trace_id=str(trace.get("trace_id", "")),
        span_id=str(trace.get("span_id", "")),
    )


def _tags(event: Mapping[str, Any]) -> dict[str, str]:
    tags = event.get("tags") or {}
    pairs = tags.items() if isinstance(tags, Mapping) else tags
    return {str(key): str(value) for key, value in pairs}


def _application_frame(values: list[dict[str, Any]]) -> Mapping[str, Any]:
    """The innermost application frame of the first cause: where the application made the call."""
    for value in values:
        frames = (value.get("stacktrace") or {}).get("frames") or []
        for frame in reversed(frames):
            if frame.get("in_app") and frame.get("module") == APP_MODULE:
                return dict(frame)
    return {}


def source_file() -> str:
    """Where the application's source is."""
    return str(APP_FILE)
