"""What an event says, and that Sentry's own normaliser finds nothing wrong with any kind of it."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import pytest

from genai_sentry.errors.taxonomy import KINDS, Classification, ErrorType, Reason, classification
from genai_sentry.pricing import Cost
from genai_sentry.ratelimit import RateLimits
from genai_sentry.record import Alert, CallRecord, StreamFacts
from genai_sentry.sentry import events, snapshot
from genai_sentry.settings import Settings
from genai_sentry.wire.outcome import Outcome, Usage

KNOWN_STATUSES = {
    "ok", "cancelled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists",
    "permission_denied", "resource_exhausted", "failed_precondition", "aborted", "out_of_range", "unimplemented",
    "internal_error", "unavailable", "data_loss", "unauthenticated",
}  # fmt: skip


def full(what: Classification, **facts: Any) -> CallRecord:
    """A call of which everything is known."""
    known: dict[str, Any] = {
        "operation": "chat",
        "provider": "openai",
        "model": "gpt-4o",
        "endpoint": "/v1/chat/completions",
        "server_address": "api.openai.com",
        "server_port": 443,
        "started_at": 1_800_000_000.0,
        "duration_s": 1.25,
        "last_attempt_s": 0.5,
        "attempts": 3,
        "status": 429,
        "request_id": "req_1",
        "stream": StreamFacts(outcome="cut"),
        "outcome": Outcome(model="gpt-4o-2024-08-06", finish_reasons=("stop",)),
        "usage": Usage(input_tokens=10, output_tokens=0),
        "cost": Cost(0.001, 0.0, 0.001, "price_table"),
        "limits": RateLimits(limit_requests=500, remaining_requests=0, reset_requests_s=2.0),
        "labels": {"feature": "search"},
        "classification": what,
        "error_type": "rate_limit_exceeded",
        "message": "slow down",
        "trace_id": 1,
        "span_id": 2,
        "parent_span_id": 3,
    }
    return CallRecord(**{**known, **facts})


def build(record: CallRecord, settings: Settings | None = None, error: Exception | None = None) -> dict[str, Any]:
    settings = settings or Settings()
    options: dict[str, Any] = {"include_source_context": True}
    if error is None:
        entries = events.without_exception(record, snapshot.here(), settings, options, None)
    else:
        entries = events.values(snapshot.chain(error, lambda _: False), record, settings, options)
    return events.failure(record, entries, settings, at=1_800_000_000.0, environment="staging", held_back=2)


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    try:
        raise error from cause
    except type(error) as caught:
        return caught


def faults(node: Any, path: str = "") -> list[str]:
    """Errors in the normaliser's `_meta`."""
    if not isinstance(node, dict):
        return []
    here = [f"{path}: {fault}" for fault in (node.get("") or {}).get("err", [])]
    return here + [fault for key, child in node.items() if key for fault in faults(child, f"{path}.{key}")]


def normalised(event: dict[str, Any]) -> dict[str, Any]:
    relay = pytest.importorskip("sentry_relay.processing")
    normaliser = relay.StoreNormalizer(
        project_id=1,
        client="sentry.python/2.75.0",
        key_id="1",
        protocol_version="7",
        is_renormalize=False,
        remove_other=True,
        normalize_user_agent=True,
        max_secs_in_future=3600,
        max_secs_in_past=30 * 24 * 3600,
        enable_trimming=True,
    )
    sent = {"platform": "python", **event, "timestamp": time.time()}
    result: dict[str, Any] = normaliser.normalize_event(sent)
    return result


@pytest.mark.parametrize("kind", list(ErrorType))
def test_sentry_s_normaliser_finds_no_fault(kind: ErrorType) -> None:
    """Every type and reason, with and without an exception, passes Relay without an error in `_meta`."""
    for reason in KINDS[kind].reasons:
        what = classification(kind, reason, retry_after=2.0, details={"limit": 10, "requested": 12, "over_by": 2})
        for error in (None, raised(OSError(104, "reset"), ValueError("x"))):
            result = normalised(build(full(what), error=error))
            assert faults(result.get("_meta") or {}) == []
            assert result["contexts"]["llm_analysis"]["error_type"] == kind.value
            assert result["contexts"]["trace"]["status"] == events.status(what)
            assert ["llm_held_back", "2"] in result["tags"]


@pytest.mark.parametrize(
    ("kind", "context"),
    [("rate_limit_forecast", "rate_limit_info"), ("retry_storm", "llm_retries"), ("budget", "llm_budget")],
)
def test_the_normaliser_finds_no_fault_with_alerts(kind: str, context: str) -> None:
    """Alerts pass Relay too."""
    notice = Alert(kind, "openai", "gpt-4o", "Too much.", context, {"attempts": 3, "usd": 1.5}, {"feature": "search"})
    result = normalised(events.alert(notice, time.time()))
    assert faults(result.get("_meta") or {}) == []
    assert (result["level"], result["fingerprint"]) == ("warning", ["llm_alert", kind, "openai", "gpt-4o"])
    assert ["llm_alert", kind] in result["tags"]
    assert result["contexts"][context]["attempts"] == 3


def test_every_status_is_one_that_sentry_knows() -> None:
    """Any other word would become `unknown` with a fault."""
    found = {events.status(classification(kind, reason)) for kind in KINDS for reason in KINDS[kind].reasons}
    assert found <= KNOWN_STATUSES


def test_the_contexts_hold_what_is_known() -> None:
    """Analysis, metrics and limits of a rate limit, in the contract's names."""
    what = classification(ErrorType.RATE_LIMIT, Reason.REQUESTS_PER_MINUTE, evidence="code", retry_after=2.0)
    contexts = events.contexts(full(what), Settings(), "staging")
    analysis = contexts["llm_analysis"]
    assert ("gpt-4o-2024-08-06", "staging", "code") == (
        analysis["model_used"],
        analysis["environment"],
        analysis["evidence"],
    )
    assert contexts["llm_metrics"] == {
        "prompt_tokens": 10,
        "completion_tokens": 0,
        "total_tokens": 10,
        "latency_ms": 1250.0,
        "last_attempt_ms": 500.0,
        "cost_usd": 0.001,
        "attempts": 3,
        "endpoint": "/v1/chat/completions",
        "timestamp": "2027-01-15T08:00:00+00:00",
    }
    assert contexts["rate_limit_info"] == {
        "retry_after_seconds": 2.0,
        "limit_type": "requests_per_minute",
        "limit_requests": 500,
        "remaining_requests": 0,
        "reset_requests_s": 2.0,
    }


def test_what_is_not_known_is_absent() -> None:
    """A bare record has no usage, cost, limits or trace; nothing is guessed."""
    record = CallRecord(classification=classification(ErrorType.SERVER_ERROR))
    contexts = events.contexts(record, Settings())
    assert set(contexts) == {"llm_analysis", "llm_metrics"}
    assert contexts["llm_metrics"] == {"latency_ms": 0.0}
    assert "model_used" not in contexts["llm_analysis"]
    assert events.trace_context(record) is None


def test_a_context_window_has_its_figures() -> None:
    """`context_length_info` says by how much the request is too long."""
    what = classification(ErrorType.CONTEXT_LENGTH, details={"limit": 100, "requested": 120, "over_by": 20})
    contexts = events.contexts(full(what, limits=None), Settings())
    assert contexts["context_length_info"] == {"limit": 100, "requested": 120, "over_by": 20}
    assert "rate_limit_info" not in contexts


def test_tags_are_clean() -> None:
    """Never empty, one line, at most 200 characters; a label can't pose as one of Sentry's own tags."""
    what = classification(ErrorType.RATE_LIMIT)
    labels = {"feature": "a\nb", "empty": " ", "long": "x" * 300, "environment": "mine", "with space": "1"}
    tags = events.tags(full(what, labels=labels, model=""), Settings(retryable={"rate_limit": False}))
    assert "ai_model" not in tags
    assert "empty" not in tags
    assert (tags["feature"], len(tags["long"]), tags["label_environment"]) == ("a b", 200, "mine")
    assert (tags["with_space"], tags["llm_retryable"]) == ("1", "false")


@pytest.mark.parametrize("hook", [lambda what, call: None, lambda what, call: 1 / 0, lambda what, call: "text"])
def test_a_fingerprint_hook_that_fails_changes_nothing(hook: Any) -> None:
    """None, an exception or nonsense from the hook: the usual grouping."""
    what = classification(ErrorType.TIMEOUT, Reason.GATEWAY)
    assert events.fingerprint(full(what), Settings(fingerprint=hook)) == [
        "llm",
        "timeout",
        "gateway",
        "openai",
        "gpt-4o",
    ]


def test_a_chain_keeps_the_order_and_the_types_of_its_exceptions() -> None:
    """Oldest first, as Sentry wants it; only the last is the failure and has its title."""
    what = classification(ErrorType.CONNECTION_ERROR)
    event = build(full(what, message=""), error=raised(RuntimeError("outer"), ValueError("Bearer abcdefgh1234")))
    values = event["exception"]["values"]
    assert [value["type"] for value in values] == ["ValueError", "RuntimeError"]
    assert values[0]["value"] == "Bearer [scrubbed]"
    assert values[1]["value"] == "connection_error (openai gpt-4o): outer"


def test_the_event_s_time_is_that_of_the_failure() -> None:
    """Not that of sending it."""
    event = build(full(classification(ErrorType.TIMEOUT)))
    assert event["timestamp"] == datetime.fromisoformat("2027-01-15T08:00:00+00:00")


def test_content_is_kept_where_it_is_captured() -> None:
    """With content captured, an echo in the message stays; keys never do."""
    what = classification(ErrorType.INVALID_REQUEST)
    record = full(what, message="bad: {'input': 'a prompt'} sk-abcdefgh12345678")
    assert "a prompt" not in build(record)["exception"]["values"][0]["value"]
    kept = build(record, Settings(capture_content=True))["exception"]["values"][0]["value"]
    assert kept == "invalid_request (openai gpt-4o): bad: {'input': 'a prompt'} [scrubbed]"


def test_the_normaliser_would_find_a_fault() -> None:
    """The check above can fail: a word that Sentry doesn't know is reported."""
    event = build(full(classification(ErrorType.TIMEOUT)))
    event["contexts"]["trace"]["status"] = "timeout"
    assert faults(normalised(event).get("_meta") or {}) != []


@pytest.mark.parametrize(
    ("error_type", "label", "shown"),
    [
        ("rate_limit_exceeded", (ErrorType.RATE_LIMIT, Reason.UNSPECIFIED), "rate_limit_exceeded"),
        ("503", (ErrorType.SERVER_ERROR, Reason.UNAVAILABLE), "HTTP 503"),
        ("200", (ErrorType.INVALID_RESPONSE, Reason.EMPTY), "empty"),
        ("200", (ErrorType.UNKNOWN, Reason.UNSPECIFIED), "unknown"),
        ("_OTHER", (ErrorType.RATE_LIMIT, Reason.UNSPECIFIED), "rate_limit"),
    ],
)
def test_a_failure_without_an_exception_has_a_title_that_says_something(
    error_type: str, label: tuple[ErrorType, Reason], shown: str
) -> None:
    """`200: invalid_response` would be read as a success."""
    event = build(full(classification(*label), error_type=error_type))

    assert shown == event["exception"]["values"][0]["type"]


def test_a_failure_without_a_classification_says_what_is_known_all_the_same() -> None:
    """A title, the trace and the labels; it groups as Sentry groups by itself."""
    event = events.failure(
        CallRecord(provider="openai", model="m", trace_id=1, span_id=2, labels={"feature": "search"}),
        [],
        Settings(),
        at=1.0,
        environment=None,
        held_back=0,
    )
    assert ({"trace"}, "error", ["{{ default }}"]) == (set(event["contexts"]), event["level"], event["fingerprint"])
    assert {"feature": "search", "ai_model": "m", "llm_provider": "openai"} == event["tags"]
