"""The event of a failed call: its tags, contexts, grouping, level, title and trace link."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from genai_sentry.errors.advice import ADVICE, runbook
from genai_sentry.errors.taxonomy import ErrorType, Reason
from genai_sentry.sentry import frames, scrub
from genai_sentry.sentry.plain import Plain

if TYPE_CHECKING:
    from genai_sentry.errors.taxonomy import Classification
    from genai_sentry.record import Alert, CallRecord
    from genai_sentry.sentry.snapshot import Flat, Link
    from genai_sentry.settings import Settings

logger = logging.getLogger("genai_sentry")

Event = dict[str, Any]

MECHANISM = "genai_sentry"

OF_THE_CODE = frozenset(
    {ErrorType.INVALID_REQUEST, ErrorType.CONTEXT_LENGTH, ErrorType.INVALID_RESPONSE, ErrorType.UNKNOWN}
)
"""Failures of the code: they group by where they happen. All others are of the environment and group by what it is."""

MAX_TAG = 200

_RESERVED_TAGS = frozenset(
    {"environment", "release", "dist", "user", "level", "transaction", "url", "server_name", "logger", "site",
     "runtime", "os", "device", "browser", "handled", "mechanism", "trace", "filename", "function"}
)  # fmt: skip

_STATUS: Mapping[ErrorType, str] = {
    ErrorType.RATE_LIMIT: "resource_exhausted",
    ErrorType.QUOTA_EXCEEDED: "resource_exhausted",
    ErrorType.TIMEOUT: "deadline_exceeded",
    ErrorType.AUTHENTICATION: "unauthenticated",
    ErrorType.PERMISSION_DENIED: "permission_denied",
    ErrorType.CONTEXT_LENGTH: "invalid_argument",
    ErrorType.INVALID_REQUEST: "invalid_argument",
    ErrorType.CONTENT_FILTER: "invalid_argument",
    ErrorType.MODEL_UNAVAILABLE: "not_found",
    ErrorType.SERVER_ERROR: "internal_error",
    ErrorType.CONNECTION_ERROR: "unavailable",
    ErrorType.INVALID_RESPONSE: "data_loss",
    ErrorType.CANCELLED: "cancelled",
    ErrorType.UNKNOWN: "unknown",
}
_STATUS_BY_REASON: Mapping[Reason, str] = {
    Reason.LOADING: "unavailable",
    Reason.NO_PROVIDER: "unavailable",
    Reason.NO_ACCESS: "permission_denied",
    Reason.OVERLOADED: "unavailable",
    Reason.UNAVAILABLE: "unavailable",
}


def status(what: Classification) -> str:
    """Name a failure in the words that Sentry knows for the status of a span."""
    return _STATUS_BY_REASON.get(what.reason) or _STATUS[what.type]


def level(what: Classification, settings: Settings) -> str:
    """Sentry level of a failure."""
    return str(settings.levels.get(what.type, what.severity))


def tag(value: object) -> str | None:
    """Make a tag's value: not empty, one line, at most 200 characters; None where nothing is left."""
    text = re.sub(r"\s+", " ", str(value)).strip()[:MAX_TAG]
    return text or None


def _tag_name(name: str) -> str:
    clean = re.sub(r"[^A-Za-z0-9_.:-]", "_", name)[:MAX_TAG]
    return f"label_{clean}" if clean in _RESERVED_TAGS else clean


def tags(record: CallRecord, settings: Settings) -> dict[str, str]:
    """Tags of a failure: the vocabulary of the taxonomy, and the labels."""
    found: dict[str, object] = {_tag_name(name): value for name, value in record.labels.items() if name}
    found["ai_model"] = record.model
    found["llm_provider"] = record.provider
    what = record.classification
    if what is not None:
        found["llm_error_type"] = what.type
        found["llm_error_reason"] = what.reason
        found["llm_severity"] = level(what, settings)
        found["llm_action_required"] = what.action
        found["llm_retryable"] = "true" if settings.retryable.get(what.type, what.retryable) else "false"
    return Plain((name, text) for name, value in found.items() if (text := tag(value)) is not None)


def fingerprint(record: CallRecord, settings: Settings) -> list[str]:
    """What a failure groups by."""
    what = record.classification
    if what is None:
        return ["{{ default }}"]
    if settings.fingerprint is not None:
        try:
            own = settings.fingerprint(what, record)
        except Exception as error:
            logger.warning("the fingerprint setting raised %s; the usual grouping is used", type(error).__name__)
            own = None
        if isinstance(own, list | tuple) and own:
            return [str(part) for part in own]
    if what.type in OF_THE_CODE:
        return ["{{ default }}", str(what.type)]
    return ["llm", str(what.type), str(what.reason), record.provider, record.model]


def contexts(record: CallRecord, settings: Settings, environment: str | None = None) -> dict[str, dict[str, Any]]:
    """Contexts of a failure; what is not known is absent."""
    what = record.classification
    if what is None:
        return {}
    answered = record.outcome.model if record.outcome is not None else None
    analysis = {
        "error_type": str(what.type),
        "reason": str(what.reason),
        "severity": level(what, settings),
        "retryable": settings.retryable.get(what.type, what.retryable),
        "action_required": what.action,
        "advice": ADVICE[what.type],
        "runbook": runbook(what.type),
        "evidence": scrub.scrub(what.evidence) or None,
        "provider": record.provider or None,
        "model_used": answered or record.model or None,
        "operation": record.operation or None,
        "environment": environment or None,
        "http_status": record.status,
        "request_id": record.request_id,
        "finish_reasons": list(record.outcome.finish_reasons) or None if record.outcome is not None else None,
        "stream_outcome": record.stream.outcome if record.stream is not None else None,
    }
    found: dict[str, dict[str, Any]] = {"llm_analysis": _known(analysis), "llm_metrics": _known(_metrics(record))}
    limits = _known(_rate_limit(record, what))
    if limits:
        found["rate_limit_info"] = limits
    if what.type is ErrorType.CONTEXT_LENGTH:
        window = {name: what.details.get(name) for name in ("limit", "requested", "over_by")}
        if _known(window):
            found["context_length_info"] = _known(window)
    return found


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return Plain((name, value) for name, value in values.items() if value is not None)


def _metrics(record: CallRecord) -> dict[str, Any]:
    usage = record.usage
    into = usage.input_tokens if usage is not None else None
    out = usage.output_tokens if usage is not None else None
    return {
        "prompt_tokens": into,
        "completion_tokens": out,
        "total_tokens": into + out if into is not None and out is not None else None,
        "tokens_estimated": True if record.usage_estimated else None,
        "latency_ms": round(record.duration_s * 1000, 1) if record.timed else None,
        "last_attempt_ms": round(record.last_attempt_s * 1000, 1) if record.last_attempt_s is not None else None,
        "cost_usd": record.cost.total_usd if record.cost is not None else None,
        "attempts": record.attempts,
        "endpoint": record.endpoint or None,
        "timestamp": datetime.fromtimestamp(record.started_at, UTC).isoformat() if record.started_at else None,
    }


def _rate_limit(record: CallRecord, what: Classification) -> dict[str, Any]:
    limits = record.limits
    found: dict[str, Any] = {"retry_after_seconds": what.retry_after}
    if what.retry_after is None and limits is not None:
        found["retry_after_seconds"] = limits.retry_after_s
    if what.type is ErrorType.RATE_LIMIT:
        found["limit_type"] = str(what.reason)
        found.update((name, what.details.get(name)) for name in ("limit", "used", "requested"))
    for kind in ("requests", "tokens", "input_tokens", "output_tokens"):
        for name in (f"limit_{kind}", f"remaining_{kind}", f"reset_{kind}_s"):
            found[name] = getattr(limits, name, None)
    return found


def trace_context(record: CallRecord) -> dict[str, Any] | None:
    """Link to the call's own span; None where the call has none."""
    if not record.trace_id or not record.span_id:
        return None
    what = record.classification
    data = {
        "gen_ai.operation.name": record.operation or None,
        "gen_ai.provider.name": record.provider or None,
        "gen_ai.request.model": record.model or None,
        "server.address": record.server_address or None,
        "server.port": record.server_port,
        "error.type": record.error_type,
    }
    found = {
        "trace_id": f"{record.trace_id:032x}",
        "span_id": f"{record.span_id:016x}",
        "parent_span_id": f"{record.parent_span_id:016x}" if record.parent_span_id else None,
        "op": f"gen_ai.{record.operation}" if record.operation else "gen_ai",
        "origin": "auto.ai.genai_sentry",
        "status": status(what) if what is not None else None,
        "data": _known(data),
    }
    return _known(found)


def title(record: CallRecord, text: str) -> str:
    """Value of the failure's exception: what it is, whose, and the message."""
    what = record.classification
    kind = str(what.type) if what is not None else "failure"
    whose = " ".join(part for part in (record.provider, record.model) if part)
    head = f"{kind} ({whose})" if whose else kind
    return f"{head}: {text}" if text else head


def type_name(kind: type) -> str:
    """Name of an exception's class, as Sentry writes it."""
    return getattr(kind, "__qualname__", None) or kind.__name__


def value_of(error: BaseException) -> str:
    """Message of an exception, as Sentry reads it."""
    from sentry_sdk.utils import get_error_message

    return str(get_error_message(error))


def message(record: CallRecord, text: str, settings: Settings, echo: scrub.Echo | None) -> str:
    """What may leave the process of a failure's message; the provider's own words where the call knows them."""
    return scrub.fit(record.message or text, settings, echo)


def values(
    links: list[Link],
    record: CallRecord,
    settings: Settings,
    options: MutableMapping[str, Any],
    echo: scrub.Echo | None = None,
) -> list[Event]:
    """Make Sentry's exception entries of a chain, the oldest first."""
    found: list[Event] = []
    for link in links:
        text = value_of(link.stand_in)
        if link is links[0]:
            text = title(record, message(record, text, settings, echo))
        else:
            text = scrub.fit(text, settings, echo)
        entry: Event = {
            "type": type_name(link.kind),
            "module": link.kind.__module__ if link.kind.__module__ != "builtins" else None,
            "value": text,
            "mechanism": {"type": MECHANISM, "handled": True},
        }
        stack = frames.build(link.frames, options, link.locals)
        if stack:
            entry["stacktrace"] = {"frames": stack}
        found.append(entry)
    found.reverse()
    return found


def without_exception(
    record: CallRecord, stack: Flat, settings: Settings, options: MutableMapping[str, Any], echo: scrub.Echo | None
) -> list[Event]:
    """Make an exception entry of a failure that raised nothing, so that it has a title and groups like the others."""
    entry: Event = {
        "type": _kind(record),
        "value": title(record, message(record, "", settings, echo)),
        "mechanism": {"type": MECHANISM, "handled": True},
    }
    built = frames.build(stack, options)
    if built:
        entry["stacktrace"] = {"frames": built}
    return [entry]


def _kind(record: CallRecord) -> str:
    """What stands where an exception's class does: a code, `HTTP 500`, or what is wrong with an answer under 200."""
    named, what = record.error_type or "", record.classification
    if named == "_OTHER":  # OpenTelemetry's word where nothing is known by name
        named = ""
    if named and not named.isdecimal():
        return named
    if named and int(named) >= 400:
        return f"HTTP {named}"
    if what is None:
        return "failure"
    return str(what.type if what.reason == Reason.UNSPECIFIED else what.reason)


def failure(
    record: CallRecord,
    entries: list[Event],
    settings: Settings,
    *,
    at: float,
    environment: str | None,
    held_back: int,
) -> Event:
    """Make the whole event of a failed call."""
    what = record.classification
    event: Event = {
        "event_id": uuid.uuid4().hex,
        "timestamp": datetime.fromtimestamp(at, UTC),
        "level": level(what, settings) if what is not None else "error",
        "exception": {"values": entries},
        "tags": tags(record, settings),
        "contexts": contexts(record, settings, environment),
        "fingerprint": fingerprint(record, settings),
    }
    if held_back:
        event["tags"]["llm_held_back"] = str(held_back)
    trace = trace_context(record)
    if trace is not None:
        event["contexts"]["trace"] = trace
    return event


def alert(notice: Alert, at: float) -> Event:
    """Make the event of something that the process itself announces."""
    named: dict[str, object] = {_tag_name(name): value for name, value in notice.labels.items() if name}
    named |= {"llm_alert": notice.kind, "ai_model": notice.model, "llm_provider": notice.provider}
    return {
        "event_id": uuid.uuid4().hex,
        "timestamp": datetime.fromtimestamp(at, UTC),
        "level": "warning",
        "logger": "genai_sentry",
        "message": scrub.scrub(notice.message),
        "tags": {name: text for name, value in named.items() if (text := tag(value)) is not None},
        "contexts": {notice.context_name: dict(notice.context)},
        "fingerprint": ["llm_alert", notice.kind, notice.provider, notice.model],
    }
