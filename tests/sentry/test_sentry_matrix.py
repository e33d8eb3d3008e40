"""The whole way: real SDK, real provider answers, real deliveries; each scenario in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import process

PROGRAM = Path(__file__).with_name("matrix.py")

LIMIT = ("rate_limit", "requests_per_minute")
DEADLINE = ("timeout", "app_deadline")
SERVER = ("server_error", "internal")

Row = tuple[str, int, str, bool, tuple[str, str]]

HANDLING: list[Row] = [
    ("swallowed", 1, "genai_sentry", True, LIMIT),
    ("swallowed_under_the_instrumentor", 1, "genai_sentry", True, LIMIT),
    ("captured", 1, "generic", True, LIMIT),
    ("logged_with_exc_info", 1, "logging", True, LIMIT),
    ("logged_as_argument", 1, "genai_sentry", True, LIMIT),
    ("logged_as_f_string", 1, "genai_sentry", True, LIMIT),
    ("raised_from", 1, "generic", True, LIMIT),
    ("raised_from_none", 1, "generic", True, LIMIT),
    ("raised_implicitly", 1, "generic", True, LIMIT),
    ("bug_in_the_handler", 1, "generic", True, LIMIT),
    ("group_of_three", 1, "generic", True, LIMIT),
    ("three_tries_in_a_loop", 3, "genai_sentry", True, LIMIT),
    ("three_tries_by_tenacity", 3, "genai_sentry", True, LIMIT),
    ("retries_that_fail", 1, "genai_sentry", True, LIMIT),
    ("fallback_succeeds", 1, "genai_sentry", True, LIMIT),
    ("in_a_thread_unhandled", 1, "threading", False, LIMIT),
    ("in_an_executor", 1, "generic", True, LIMIT),
    ("in_an_executor_swallowed", 1, "genai_sentry", True, LIMIT),
    ("error_event_in_the_stream", 1, "genai_sentry", True, SERVER),
    ("error_event_in_the_stream_captured", 1, "generic", True, SERVER),
    ("stream_is_cut", 1, "genai_sentry", True, ("connection_error", "incomplete_body")),
    ("stream_is_cut_and_captured", 1, "generic", True, ("connection_error", "incomplete_body")),
    ("response_failed", 1, "genai_sentry", True, SERVER),
    ("error_body_under_200", 1, "genai_sentry", True, SERVER),
    ("empty_body_under_200", 1, "genai_sentry", True, ("invalid_response", "empty")),
    ("garbage_under_200", 1, "genai_sentry", True, ("invalid_response", "malformed")),
    ("parse_length", 1, "generic", True, ("invalid_response", "truncated")),
    ("parse_content_filter", 1, "generic", True, ("content_filter", "output")),
    ("parse_off_schema", 1, "generic", True, ("invalid_response", "schema")),
    ("parse_no_json", 1, "generic", True, ("invalid_response", "schema")),
    ("sent_then_handled", 1, "genai_sentry", True, LIMIT),
    ("sent_when_nobody_can_capture_it", 1, "genai_sentry", True, LIMIT),
]

ASYNC: list[Row] = [
    ("awaited_and_swallowed", 1, "genai_sentry", True, LIMIT),
    ("task_swallowed", 1, "genai_sentry", True, LIMIT),
    ("task_captured", 1, "generic", True, LIMIT),
    ("task_forgotten", 1, "genai_sentry", True, LIMIT),
    ("gathered", 1, "generic", True, LIMIT),
    ("gathered_results", 3, "generic", True, LIMIT),
    ("task_group_of_three", 1, "generic", True, LIMIT),
    ("to_thread", 1, "generic", True, LIMIT),
    ("in_an_executor_of_the_loop", 1, "genai_sentry", True, LIMIT),
    ("anyio_group", 1, "generic", True, LIMIT),
    ("trio_nursery", 1, "generic", True, LIMIT),
    ("trio_swallowed", 1, "genai_sentry", True, LIMIT),
    ("wait_for", 1, "genai_sentry", True, DEADLINE),
    ("wait_for_captured", 1, "generic", True, DEADLINE),
    ("asyncio_timeout", 1, "genai_sentry", True, DEADLINE),
    ("asyncio_timeout_around_a_stream", 1, "genai_sentry", True, DEADLINE),
    ("asyncio_timeout_around_a_group", 1, "genai_sentry", True, DEADLINE),
    ("anyio_fail_after", 1, "genai_sentry", True, DEADLINE),
    ("anyio_fail_after_captured", 1, "generic", True, DEADLINE),
    ("trio_fail_after", 1, "genai_sentry", True, DEADLINE),
    ("trio_fail_after_captured", 1, "generic", True, DEADLINE),
    ("error_event_in_an_async_stream", 1, "genai_sentry", True, SERVER),
]

FRAMEWORKS: list[Row] = [
    (f"{where}_{how}", 1, mechanism, how != "unhandled", LIMIT)
    for where, unhandled in (
        ("fastapi", "starlette"),
        ("fastapi_async", "starlette"),
        ("starlette_middleware", "starlette"),
        ("flask", "flask"),
        ("django", "django"),
        ("django_async", "django"),
        ("celery", "celery"),
    )
    for how, mechanism in (("unhandled", unhandled), ("handled", "generic"), ("swallowed", "genai_sentry"))
    if (where, how) != ("starlette_middleware", "swallowed")
]

BESIDE: list[Row] = [
    ("unsampled", 1, "genai_sentry", True, LIMIT),
    ("no_tracer_provider", 1, "genai_sentry", True, LIMIT),
    ("sentry_afterwards", 1, "genai_sentry", True, LIMIT),
    ("sentry_between_failure_and_capture", 1, "generic", True, LIMIT),
    ("sentry_twice", 2, "genai_sentry", True, LIMIT),
    ("instrumented_twice", 1, "genai_sentry", True, LIMIT),
    ("switched_off_again", 1, "genai_sentry", True, LIMIT),
    ("forked", 2, "genai_sentry", True, LIMIT),
    ("forked_while_held", 1, "genai_sentry", True, LIMIT),
    ("multiprocessing_fork", 1, "genai_sentry", True, LIMIT),
    ("multiprocessing_spawn", 1, "genai_sentry", True, LIMIT),
    ("openai_integration_left_on", 1, "genai_sentry", True, LIMIT),
    ("openai_integration_on_and_unhandled", 1, "wsgi", False, LIMIT),
    ("otlp_captures_exceptions", 1, "genai_sentry", True, LIMIT),
    ("legacy_integration", 1, "genai_sentry", True, LIMIT),
    ("error_processor_and_instrumentor", 1, "genai_sentry", True, LIMIT),
    ("sentry_traces", 1, "genai_sentry", True, LIMIT),
    ("sentry_traces_for_the_instrumentor", 1, "genai_sentry", True, LIMIT),
    ("sentry_traces_and_captures", 1, "generic", True, LIMIT),
    ("sentry_streams_traces", 1, "genai_sentry", True, LIMIT),
    ("enrich_only_captured", 1, "generic", True, LIMIT),
    ("immediate", 1, "genai_sentry", True, LIMIT),
    ("cancellations_asked_for", 1, "genai_sentry", True, ("cancelled", "unspecified")),
]

NOTHING = [
    "retries_that_succeed",
    "stream_closed_early",
    "stream_let_go",
    "cancelled",
    "cancelled_in_the_stream",
    "stream_closed_early_async",
    "ignored_by_the_user",
    "dropped_by_before_send",
    "sampled_to_nothing",
    "enrich_only_swallowed",
    "switched_off",
    "type_not_reported",
]

WITHOUT_SPAN = {
    "swallowed_under_the_instrumentor",
    "unsampled",
    "no_tracer_provider",
    "sentry_afterwards",
    "sentry_between_failure_and_capture",
    "sentry_twice",
    "multiprocessing_fork",
    "openai_integration_left_on",
    "openai_integration_on_and_unhandled",
    "legacy_integration",
    "error_processor_and_instrumentor",
    "sentry_traces_for_the_instrumentor",
}
"""Scenarios in which no span is sent, or elsewhere."""

IN_A_TRACE = [
    "legacy_integration",
    "sentry_traces",
    "sentry_traces_for_the_instrumentor",
    "sentry_traces_and_captures",
    "sentry_streams_traces",
]

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="each scenario is a forked process"),
    pytest.mark.timeout(300),  # the first test of a program waits for all of its scenarios
]


@cache
def results() -> dict[str, Any]:
    """What each scenario led to."""
    variables = process.environment(PYTHONWARNINGS="ignore")
    done = subprocess.run(
        [sys.executable, PROGRAM], capture_output=True, text=True, env=variables, timeout=280, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def result(name: str) -> dict[str, Any]:
    """What one scenario led to; skips the test where a framework is not installed."""
    found: dict[str, Any] = results()[name]
    fault = found.get("fault", "")
    if "ModuleNotFoundError" in fault:
        pytest.skip(fault.strip().splitlines()[-1])
    assert not fault, fault
    return found


def entries(event: dict[str, Any]) -> list[dict[str, Any]]:
    return list(event["exception"]["values"])


def frames(event: dict[str, Any]) -> list[dict[str, Any]]:
    return [frame for entry in entries(event) for frame in (entry.get("stacktrace") or {}).get("frames", [])]


def in_app(event: dict[str, Any]) -> list[dict[str, Any]]:
    return [frame for frame in frames(event) if frame["in_app"]]


@pytest.mark.parametrize(
    ("name", "count", "mechanism", "handled", "failure"),
    HANDLING + ASYNC + FRAMEWORKS + BESIDE,
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_failed_call_is_carried_by_one_event(
    name: str, count: int, mechanism: str, handled: bool, failure: tuple[str, str]
) -> None:
    """So many events, by whoever captured the exception, with the application's own lines and the call's tags."""
    events = result(name)["events"]
    assert count == len(events)
    for event in events:
        last, tags = entries(event)[-1], event["tags"]
        assert (mechanism, handled) == (last["mechanism"]["type"], last["mechanism"]["handled"])
        assert failure == (tags["llm_error_type"], tags["llm_error_reason"])
        assert ("openai", "gpt-4o") == (tags["llm_provider"], tags["ai_model"])
        assert tags["llm_retryable"] in ("true", "false")
        assert any(frame["filename"].startswith("matrix_") for frame in in_app(event))
        assert not any(
            "site-packages" in frame["abs_path"] or "/src/genai_sentry/" in frame["abs_path"] for frame in in_app(event)
        )
        assert not any("vars" in frame for frame in frames(event))
        assert {"llm_analysis", "llm_metrics"} <= set(event["contexts"])


@pytest.mark.parametrize(
    "name", [row[0] for row in HANDLING + ASYNC + FRAMEWORKS + BESIDE if row[0] not in WITHOUT_SPAN]
)
def test_the_event_links_to_the_span_of_its_call(name: str) -> None:
    """`contexts.trace` names an LLM span that was delivered, and that ended in error."""
    found = result(name)
    spans = {(trace, span): (called, status) for called, trace, span, status in found["spans"]}
    for event in found["events"]:
        trace = event["contexts"]["trace"]
        called, _ = spans[trace["trace_id"], trace["span_id"]]
        assert called in ("chat gpt-4o", "responses gpt-4o")


@pytest.mark.parametrize("name", NOTHING)
def test_what_is_no_failure_or_not_wanted_sends_nothing(name: str) -> None:
    """Calls that succeed in the end or are given up, and failures that the user wants none of."""
    assert result(name)["events"] == []


def test_no_prompt_and_no_local_leaves_the_process() -> None:
    """Whatever happens to the exception."""
    leaks = {name: found["leaks"] for name, found in results().items() if found.get("leaks")}
    assert leaks == {}


def test_the_line_that_asked_is_shown() -> None:
    """File, function and source of the call, as the application wrote it."""
    (event,) = result("swallowed")["events"]
    asked = in_app(event)[-1]
    assert ("matrix_world.py", "ask") == (asked["filename"], asked["function"])
    assert "client.chat.completions.create" in asked["context_line"]


@pytest.mark.parametrize("row", [row for row in FRAMEWORKS if not row[0].startswith("celery")], ids=lambda row: row[0])
def test_a_framework_s_event_has_its_request(row: Row) -> None:
    """Also those of this package's own making, which a thread sends when the request may be over."""
    (event,) = result(row[0])["events"]
    assert "/ask/" in event["request"]["url"]
    assert event["transaction"]


@pytest.mark.parametrize("name", IN_A_TRACE)
def test_span_and_event_join_the_trace_that_is_active(name: str) -> None:
    """Whoever traces: Sentry by transactions or streams of spans, or OpenTelemetry through Sentry's processor."""
    found = result(name)
    (event,) = found["events"]
    assert found["notes"]["trace_id"] == event["contexts"]["trace"]["trace_id"]
    assert {found["notes"]["trace_id"]} >= {trace for _, trace, _, _ in found["spans"]}


def test_text_logged_later_can_t_be_recognised() -> None:
    """Logged after the except block as text alone: the log's event and the failure's own."""
    events = result("logged_as_text_later")["events"]
    assert [False, True] == sorted("exception" in event for event in events)


def test_another_exception_in_between_is_an_event_of_its_own() -> None:
    """The unrelated one keeps its variables and gets no tags."""
    other, failure = result("another_captured_in_between")["events"]
    assert ("ValueError", "RateLimitError") == (entries(other)[-1]["type"], entries(failure)[-1]["type"])
    assert "llm_error_type" not in (other.get("tags") or {})


@pytest.mark.parametrize("scenario", ["group_of_three", "task_group_of_three"])
def test_a_group_names_all_the_failures_it_carries(scenario: str) -> None:
    """Three failed calls in one event."""
    (event,) = result(scenario)["events"]
    assert 3 == event["contexts"]["llm_failures"]["count"]
    assert 3 == sum(entry["value"].startswith("rate_limit (openai gpt-4o)") for entry in entries(event))


def test_a_fallback_that_fails_too_is_a_failure_of_its_own() -> None:
    """Two failed calls, two events, though one happened while the other was handled."""
    events = result("fallback_fails_too")["events"]
    assert ["rate_limit", "server_error"] == sorted(event["tags"]["llm_error_type"] for event in events)


def test_the_application_s_own_exception_in_a_stream_is_no_failure_of_the_call() -> None:
    """It is captured as any other, without tags of ours."""
    (event,) = result("own_exception_in_the_stream")["events"]
    assert ("ValueError", None) == (entries(event)[-1]["type"], (event.get("tags") or {}).get("llm_error_type"))


def test_a_crash_after_the_event_was_sent_is_sent_too() -> None:
    """Unhandled, in the same group, and it says of which event it is the repetition."""
    first, second = result("sent_then_unhandled")["events"]
    assert first["event_id"] == second["tags"]["llm_repeat_of"]
    assert (False, first["fingerprint"]) == (entries(second)[-1]["mechanism"]["handled"], second["fingerprint"])


def test_an_event_leaves_when_nobody_can_capture_the_exception_any_more() -> None:
    """Long before `max_hold_s`."""
    assert result("sent_when_nobody_can_capture_it")["notes"]["waited"] < 5


def test_a_storm_is_held_back_and_counted() -> None:
    """Two of eight pass; the next says how many did not."""
    events = [event for event in result("storm_is_held_back")["events"] if "exception" in event]
    assert [None, None, "6"] == [event["tags"].get("llm_held_back") for event in events]


def test_each_call_leaves_a_breadcrumb() -> None:
    """Model, outcome, latency and tokens, for whatever event comes next."""
    (event,) = result("breadcrumbs")["events"]
    (crumb,) = [crumb for crumb in event["breadcrumbs"]["values"] if crumb["category"] == "llm"]
    assert ("gpt-4o", "ok") == (crumb["data"]["model"], crumb["data"]["outcome"])
    assert {"latency_ms", "input_tokens", "output_tokens"} <= set(crumb["data"])
