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

HERE = Path(__file__).parent

LIMIT = ("rate_limit", "requests_per_minute")
DEADLINE = ("timeout", "app_deadline")
SERVER = ("server_error", "internal")

Row = tuple[str, str, int, str, bool, tuple[str, str]]

HANDLING: list[Row] = [
    ("matrix_plain", "swallowed", 1, "genai_sentry", True, LIMIT),
    ("matrix_plain", "swallowed_under_the_instrumentor", 1, "genai_sentry", True, LIMIT),
    ("matrix_plain", "captured", 1, "generic", True, LIMIT),
    ("matrix_plain", "logged_with_exc_info", 1, "logging", True, LIMIT),
    ("matrix_plain", "logged_as_argument", 1, "genai_sentry", True, LIMIT),
    ("matrix_plain", "logged_as_f_string", 1, "genai_sentry", True, LIMIT),
    ("matrix_plain", "raised_from", 1, "generic", True, LIMIT),
    ("matrix_plain", "raised_from_none", 1, "generic", True, LIMIT),
    ("matrix_plain", "raised_implicitly", 1, "generic", True, LIMIT),
    ("matrix_plain", "bug_in_the_handler", 1, "generic", True, LIMIT),
    ("matrix_plain", "group_of_three", 1, "generic", True, LIMIT),
    ("matrix_plain", "three_tries_in_a_loop", 3, "genai_sentry", True, LIMIT),
    ("matrix_plain", "three_tries_by_tenacity", 3, "genai_sentry", True, LIMIT),
    ("matrix_plain", "retries_that_fail", 1, "genai_sentry", True, LIMIT),
    ("matrix_plain", "fallback_succeeds", 1, "genai_sentry", True, LIMIT),
    ("matrix_plain", "in_a_thread_unhandled", 1, "threading", False, LIMIT),
    ("matrix_plain", "in_an_executor", 1, "generic", True, LIMIT),
    ("matrix_plain", "in_an_executor_swallowed", 1, "genai_sentry", True, LIMIT),
    ("matrix_plain", "error_event_in_the_stream", 1, "genai_sentry", True, SERVER),
    ("matrix_plain", "error_event_in_the_stream_captured", 1, "generic", True, SERVER),
    ("matrix_plain", "stream_is_cut", 1, "genai_sentry", True, ("connection_error", "incomplete_body")),
    ("matrix_plain", "stream_is_cut_and_captured", 1, "generic", True, ("connection_error", "incomplete_body")),
    ("matrix_plain", "response_failed", 1, "genai_sentry", True, SERVER),
    ("matrix_plain", "error_body_under_200", 1, "genai_sentry", True, SERVER),
    ("matrix_plain", "empty_body_under_200", 1, "genai_sentry", True, ("invalid_response", "empty")),
    ("matrix_plain", "garbage_under_200", 1, "genai_sentry", True, ("invalid_response", "malformed")),
    ("matrix_plain", "parse_length", 1, "generic", True, ("invalid_response", "truncated")),
    ("matrix_plain", "parse_content_filter", 1, "generic", True, ("content_filter", "output")),
    ("matrix_plain", "parse_off_schema", 1, "generic", True, ("invalid_response", "schema")),
    ("matrix_plain", "parse_no_json", 1, "generic", True, ("invalid_response", "schema")),
    ("matrix_plain", "sent_then_handled", 1, "genai_sentry", True, LIMIT),
    ("matrix_plain", "sent_when_nobody_can_capture_it", 1, "genai_sentry", True, LIMIT),
]

ASYNC: list[Row] = [
    ("matrix_async", "awaited_and_swallowed", 1, "genai_sentry", True, LIMIT),
    ("matrix_async", "task_swallowed", 1, "genai_sentry", True, LIMIT),
    ("matrix_async", "task_captured", 1, "generic", True, LIMIT),
    ("matrix_async", "task_forgotten", 1, "genai_sentry", True, LIMIT),
    ("matrix_async", "gathered", 1, "generic", True, LIMIT),
    ("matrix_async", "gathered_results", 3, "generic", True, LIMIT),
    ("matrix_async", "task_group_of_three", 1, "generic", True, LIMIT),
    ("matrix_async", "to_thread", 1, "generic", True, LIMIT),
    ("matrix_async", "in_an_executor_of_the_loop", 1, "genai_sentry", True, LIMIT),
    ("matrix_async", "anyio_group", 1, "generic", True, LIMIT),
    ("matrix_async", "trio_nursery", 1, "generic", True, LIMIT),
    ("matrix_async", "trio_swallowed", 1, "genai_sentry", True, LIMIT),
    ("matrix_async", "wait_for", 1, "genai_sentry", True, DEADLINE),
    ("matrix_async", "wait_for_captured", 1, "generic", True, DEADLINE),
    ("matrix_async", "asyncio_timeout", 1, "genai_sentry", True, DEADLINE),
    ("matrix_async", "asyncio_timeout_around_a_stream", 1, "genai_sentry", True, DEADLINE),
    ("matrix_async", "asyncio_timeout_around_a_group", 1, "genai_sentry", True, DEADLINE),
    ("matrix_async", "anyio_fail_after", 1, "genai_sentry", True, DEADLINE),
    ("matrix_async", "anyio_fail_after_captured", 1, "generic", True, DEADLINE),
    ("matrix_async", "trio_fail_after", 1, "genai_sentry", True, DEADLINE),
    ("matrix_async", "error_event_in_an_async_stream", 1, "genai_sentry", True, SERVER),
]

FRAMEWORKS: list[Row] = [
    ("matrix_frameworks", f"{where}_{how}", 1, mechanism, how != "unhandled", LIMIT)
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
    ("matrix_sentry", "unsampled", 1, "genai_sentry", True, LIMIT),
    ("matrix_sentry", "no_tracer_provider", 1, "genai_sentry", True, LIMIT),
    ("matrix_sentry", "sentry_afterwards", 1, "genai_sentry", True, LIMIT),
    ("matrix_sentry", "sentry_between_failure_and_capture", 1, "generic", True, LIMIT),
    ("matrix_sentry", "sentry_twice", 2, "genai_sentry", True, LIMIT),
    ("matrix_sentry", "instrumented_twice", 1, "genai_sentry", True, LIMIT),
    ("matrix_sentry", "switched_off_again", 1, "genai_sentry", True, LIMIT),
    ("matrix_sentry", "forked", 2, "genai_sentry", True, LIMIT),
    ("matrix_sentry", "forked_while_held", 1, "genai_sentry", True, LIMIT),
    ("matrix_sentry", "multiprocessing_fork", 1, "genai_sentry", True, LIMIT),
    ("matrix_sentry", "multiprocessing_spawn", 1, "genai_sentry", True, LIMIT),
    ("matrix_sentry", "openai_integration_left_on", 1, "genai_sentry", True, LIMIT),
    ("matrix_sentry", "openai_integration_on_and_unhandled", 1, "wsgi", False, LIMIT),
    ("matrix_sentry", "otlp_captures_exceptions", 1, "genai_sentry", True, LIMIT),
    ("matrix_sentry", "legacy_integration", 1, "genai_sentry", True, LIMIT),
    ("matrix_sentry", "error_processor_and_instrumentor", 1, "genai_sentry", True, LIMIT),
    ("matrix_sentry", "sentry_traces", 1, "genai_sentry", True, LIMIT),
    ("matrix_sentry", "sentry_traces_for_the_instrumentor", 1, "genai_sentry", True, LIMIT),
    ("matrix_sentry", "sentry_traces_and_captures", 1, "generic", True, LIMIT),
    ("matrix_sentry", "sentry_streams_traces", 1, "genai_sentry", True, LIMIT),
    ("matrix_sentry", "enrich_only_captured", 1, "generic", True, LIMIT),
    ("matrix_sentry", "immediate", 1, "genai_sentry", True, LIMIT),
    ("matrix_sentry", "cancellations_asked_for", 1, "genai_sentry", True, ("cancelled", "unspecified")),
]

NOTHING = [
    ("matrix_plain", "retries_that_succeed"),
    ("matrix_plain", "stream_closed_early"),
    ("matrix_plain", "stream_let_go"),
    ("matrix_async", "cancelled"),
    ("matrix_async", "cancelled_in_the_stream"),
    ("matrix_async", "stream_closed_early_async"),
    ("matrix_sentry", "ignored_by_the_user"),
    ("matrix_sentry", "dropped_by_before_send"),
    ("matrix_sentry", "sampled_to_nothing"),
    ("matrix_sentry", "enrich_only_swallowed"),
    ("matrix_sentry", "switched_off"),
    ("matrix_sentry", "type_not_reported"),
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
def results(program: str) -> dict[str, Any]:
    """What each scenario of a program led to."""
    variables = process.environment(PYTHONWARNINGS="ignore")
    done = subprocess.run(
        [sys.executable, HERE / f"{program}.py"],
        capture_output=True,
        text=True,
        env=variables,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def result(program: str, name: str) -> dict[str, Any]:
    """What one scenario led to; skips the test where a framework is not installed."""
    found: dict[str, Any] = results(program)[name]
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
    ("program", "name", "count", "mechanism", "handled", "failure"),
    HANDLING + ASYNC + FRAMEWORKS + BESIDE,
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_failed_call_is_carried_by_one_event(
    program: str, name: str, count: int, mechanism: str, handled: bool, failure: tuple[str, str]
) -> None:
    """So many events, by whoever captured the exception, with the application's own lines and the call's tags."""
    events = result(program, name)["events"]
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
    ("program", "name"),
    [row[:2] for row in HANDLING + ASYNC + FRAMEWORKS + BESIDE if row[1] not in WITHOUT_SPAN],
    ids=lambda value: value,
)
def test_the_event_links_to_the_span_of_its_call(program: str, name: str) -> None:
    """`contexts.trace` names an LLM span that was delivered, and that ended in error."""
    found = result(program, name)
    spans = {(trace, span): (called, status) for called, trace, span, status in found["spans"]}
    for event in found["events"]:
        trace = event["contexts"]["trace"]
        called, _ = spans[trace["trace_id"], trace["span_id"]]
        assert called in ("chat gpt-4o", "responses gpt-4o")


@pytest.mark.parametrize(("program", "name"), NOTHING, ids=lambda value: value)
def test_what_is_no_failure_or_not_wanted_sends_nothing(program: str, name: str) -> None:
    """Calls that succeed in the end or are given up, and failures that the user wants none of."""
    assert result(program, name)["events"] == []


@pytest.mark.parametrize("program", ["matrix_plain", "matrix_async", "matrix_frameworks", "matrix_sentry"])
def test_no_prompt_and_no_local_leaves_the_process(program: str) -> None:
    """Whatever happens to the exception."""
    leaks = {name: found["leaks"] for name, found in results(program).items() if found.get("leaks")}
    assert leaks == {}


def test_the_line_that_asked_is_shown() -> None:
    """File, function and source of the call, as the application wrote it."""
    (event,) = result("matrix_plain", "swallowed")["events"]
    asked = in_app(event)[-1]
    assert ("matrix_world.py", "ask") == (asked["filename"], asked["function"])
    assert "client.chat.completions.create" in asked["context_line"]


@pytest.mark.parametrize("row", [row for row in FRAMEWORKS if not row[1].startswith("celery")], ids=lambda row: row[1])
def test_a_framework_s_event_has_its_request(row: Row) -> None:
    """Also those of this package's own making, which a thread sends when the request may be over."""
    (event,) = result(row[0], row[1])["events"]
    assert "/ask/" in event["request"]["url"]
    assert event["transaction"]


@pytest.mark.parametrize("name", IN_A_TRACE)
def test_span_and_event_join_the_trace_that_is_active(name: str) -> None:
    """Whoever traces: Sentry by transactions or streams of spans, or OpenTelemetry through Sentry's processor."""
    found = result("matrix_sentry", name)
    (event,) = found["events"]
    assert found["notes"]["trace_id"] == event["contexts"]["trace"]["trace_id"]
    assert {found["notes"]["trace_id"]} >= {trace for _, trace, _, _ in found["spans"]}


def test_text_logged_later_can_t_be_recognised() -> None:
    """Logged after the except block as text alone: the log's event and the failure's own."""
    events = result("matrix_plain", "logged_as_text_later")["events"]
    assert [False, True] == sorted("exception" in event for event in events)


def test_another_exception_in_between_is_an_event_of_its_own() -> None:
    """The unrelated one keeps its variables and gets no tags."""
    other, failure = result("matrix_plain", "another_captured_in_between")["events"]
    assert ("ValueError", "RateLimitError") == (entries(other)[-1]["type"], entries(failure)[-1]["type"])
    assert "llm_error_type" not in (other.get("tags") or {})


@pytest.mark.parametrize("scenario", [("matrix_plain", "group_of_three"), ("matrix_async", "task_group_of_three")])
def test_a_group_names_all_the_failures_it_carries(scenario: tuple[str, str]) -> None:
    """Three failed calls in one event."""
    (event,) = result(*scenario)["events"]
    assert 3 == event["contexts"]["llm_failures"]["count"]
    assert 3 == sum(entry["value"].startswith("rate_limit (openai gpt-4o)") for entry in entries(event))


def test_a_fallback_that_fails_too_is_a_failure_of_its_own() -> None:
    """Two failed calls, two events, though one happened while the other was handled."""
    events = result("matrix_plain", "fallback_fails_too")["events"]
    assert ["rate_limit", "server_error"] == sorted(event["tags"]["llm_error_type"] for event in events)


def test_the_application_s_own_exception_in_a_stream_is_no_failure_of_the_call() -> None:
    """It is captured as any other, without tags of ours."""
    (event,) = result("matrix_plain", "own_exception_in_the_stream")["events"]
    assert ("ValueError", None) == (entries(event)[-1]["type"], (event.get("tags") or {}).get("llm_error_type"))


def test_a_crash_after_the_event_was_sent_is_sent_too() -> None:
    """Unhandled, in the same group, and it says of which event it is the repetition."""
    first, second = result("matrix_plain", "sent_then_unhandled")["events"]
    assert first["event_id"] == second["tags"]["llm_repeat_of"]
    assert (False, first["fingerprint"]) == (entries(second)[-1]["mechanism"]["handled"], second["fingerprint"])


def test_an_event_leaves_when_nobody_can_capture_the_exception_any_more() -> None:
    """Long before `max_hold_s`."""
    assert result("matrix_plain", "sent_when_nobody_can_capture_it")["notes"]["waited"] < 5


def test_a_storm_is_held_back_and_counted() -> None:
    """Two of eight pass; the next says how many did not."""
    events = [event for event in result("matrix_sentry", "storm_is_held_back")["events"] if "exception" in event]
    assert [None, None, "6"] == [event["tags"].get("llm_held_back") for event in events]


def test_each_call_leaves_a_breadcrumb() -> None:
    """Model, outcome, latency and tokens, for whatever event comes next."""
    (event,) = result("matrix_sentry", "breadcrumbs")["events"]
    (crumb,) = [crumb for crumb in event["breadcrumbs"]["values"] if crumb["category"] == "llm"]
    assert ("gpt-4o", "ok") == (crumb["data"]["model"], crumb["data"]["outcome"])
    assert {"latency_ms", "input_tokens", "output_tokens"} <= set(crumb["data"])
