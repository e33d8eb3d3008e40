"""Each failed call is carried by exactly one event, whatever the application does with the exception."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).with_name("sentry_scenarios.py")

GROUP = ["llm", "rate_limit", "unspecified", "openai", "gpt-4o"]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="each scenario is a forked process")


@pytest.fixture(scope="session")
def results() -> dict[str, Any]:
    """What each scenario sent."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SENTRY_", "GENAI_SENTRY_"))}
    done = subprocess.run([sys.executable, PROGRAM], capture_output=True, text=True, env=kept, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def sent(results: dict[str, Any]) -> Any:
    """The events of one scenario, nothing lost, everything flushed."""

    def events(name: str) -> list[dict[str, Any]]:
        result = results[name]
        assert "fault" not in result, result["fault"]
        assert (result["flushed"], result["lost"]) == (True, 0)
        return list(result["events"])

    return events


def last(event: dict[str, Any]) -> dict[str, Any]:
    return dict(event["exception"]["values"][-1])


def handled(event: dict[str, Any]) -> bool:
    return bool(last(event)["mechanism"]["handled"])


def frames(event: dict[str, Any]) -> list[dict[str, Any]]:
    values = event["exception"]["values"]
    return [frame for value in values for frame in (value.get("stacktrace") or {}).get("frames", [])]


@pytest.mark.parametrize(
    ("name", "count", "mechanism", "is_handled"),
    [
        ("swallowed", 1, "genai_sentry", True),
        ("captured", 1, "generic", True),
        ("logged_as_f_string", 1, "genai_sentry", True),
        ("logged_as_argument_later", 1, "genai_sentry", True),
        ("raised_from", 1, "generic", True),
        ("raised_from_none", 1, "generic", True),
        ("raised_implicitly", 1, "generic", True),
        ("bug_in_the_handler", 1, "generic", True),
        ("nested_calls_report_once", 1, "genai_sentry", True),
        ("unhandled_by_a_framework", 1, "wsgi", False),
        ("immediate", 1, "genai_sentry", True),
        ("error_body_without_exception", 1, "genai_sentry", True),
        ("raised_after_the_call_returned", 1, "generic", True),
        ("frozen_exception", 1, "generic", True),
        ("builtin_exception", 1, "genai_sentry", True),
        ("nothing_is_kept_alive", 1, "genai_sentry", True),
        ("live_request_processor_is_left_out", 1, "genai_sentry", True),
        ("same_exception_object_thrice", 3, "genai_sentry", True),
    ],
)
def test_a_failed_call_is_one_event(sent: Any, name: str, count: int, mechanism: str, is_handled: bool) -> None:
    """A failed call is one event, with the mechanism of whoever captured the exception, else this package's."""
    events = sent(name)
    assert count == len(events)
    for event in events:
        assert (mechanism, is_handled) == (last(event)["mechanism"]["type"], handled(event))
        assert event["tags"]["ai_model"] == "gpt-4o"
        assert event["tags"]["llm_provider"] == "openai"
        assert event["tags"]["llm_error_type"]
        assert event["tags"]["llm_action_required"]
        assert event["contexts"]["llm_analysis"]["error_type"] == event["tags"]["llm_error_type"]
        assert any(frame["in_app"] for frame in frames(event))
        assert not any("vars" in frame for frame in frames(event))


@pytest.mark.parametrize(
    "name",
    [
        "sentry_never",
    ],
)
def test_nothing_is_sent_where_nothing_should_be(sent: Any, name: str) -> None:
    """No failure, no client, or the user's wish: no event."""
    assert sent(name) == []


@pytest.mark.parametrize("name", ["swallowed", "captured", "raised_from", "unhandled_by_a_framework", "immediate"])
def test_the_event_joins_the_call_s_own_span(sent: Any, name: str) -> None:
    """`contexts.trace` is the call's span, whoever captured the exception."""
    (event,) = sent(name)
    trace = event["contexts"]["trace"]
    assert (f"{0xABCDEF:032x}", f"{1:016x}") == (trace["trace_id"], trace["span_id"])
    assert (trace["op"], trace["status"]) == ("gen_ai.chat", "resource_exhausted")


def test_the_title_names_type_provider_and_model(sent: Any) -> None:
    """The exception's value begins with what failed, where."""
    (event,) = sent("swallowed")
    assert last(event)["type"] == "RateLimitError"
    assert last(event)["value"].startswith("rate_limit (openai gpt-4o): ")


def test_the_stack_begins_with_the_application_and_ends_in_the_client_library(sent: Any) -> None:
    """The callers' frames join those of the traceback; only the application's are in_app."""
    (event,) = sent("swallowed")
    found = [(frame["function"], frame["in_app"]) for frame in frames(event)]
    assert ("swallowed", True) in found
    assert ("ask", True) in found
    assert ("create", False) in found
    assert found.index(("swallowed", True)) < found.index(("ask", True)) < found.index(("create", False))
    ask = next(frame for frame in frames(event) if frame["function"] == "ask")
    assert "client.chat.completions.create" in ask["context_line"]


def test_failures_of_the_environment_group_by_what_they_are(sent: Any) -> None:
    """Type, reason, provider and model are the fingerprint; the level is the taxonomy's."""
    (event,) = sent("swallowed")
    assert (event["fingerprint"], event["level"]) == (GROUP, "warning")


def test_failures_of_the_code_group_by_where_they_happen(sent: Any) -> None:
    """They keep Sentry's own grouping and add the type."""
    (event,) = sent("failure_of_the_code")
    assert (event["fingerprint"], event["level"]) == (["{{ default }}", "invalid_request"], "error")


def test_settings_decide_level_and_grouping(sent: Any) -> None:
    """`levels` and `fingerprint` replace the usual ones."""
    (event,) = sent("level_and_fingerprint_of_the_settings")
    assert (
        event["fingerprint"],
        event["level"],
        event["tags"]["llm_severity"],
    ) == (["team", "gpt-4o"], "info", "info")


def test_what_the_user_set_stands(sent: Any) -> None:
    """Fingerprint and tags of the application's scope are kept."""
    (event,) = sent("user_grouping_stands")
    assert (event["fingerprint"], event["tags"]["ai_model"]) == (["mine"], "mine")


def test_an_unhandled_event_keeps_its_level(sent: Any) -> None:
    """A crash stays an error, though a rate limit is a warning."""
    (event,) = sent("unhandled_by_a_framework")
    assert (event["fingerprint"], event["level"]) == (GROUP, "error")


@pytest.mark.parametrize("name", ["raised_implicitly", "bug_in_the_handler"])
def test_an_implicit_context_is_a_weak_claim(sent: Any, name: str) -> None:
    """An exception raised while another was handled gets tags, but keeps its own grouping and level."""
    (event,) = sent(name)
    assert (
        event["tags"]["llm_error_type"],
        event["level"],
        event.get("fingerprint"),
    ) == ("rate_limit", "error", None)


def test_a_failure_carried_weakly_may_still_be_captured_directly(sent: Any) -> None:
    """The bug in the handler and the failure itself are two events."""
    bug, failure = sent("bug_in_the_handler_then_captured")
    assert (last(bug)["type"], last(failure)["type"]) == ("KeyError", "RateLimitError")
    assert (bug.get("fingerprint"), failure["fingerprint"]) == (None, GROUP)


def test_from_none_brings_the_hidden_failure_along(sent: Any) -> None:
    """The event of an exception raised `from None` gets the failure's entry and stack in front of its own."""
    (event,) = sent("raised_from_none")
    first, second = event["exception"]["values"]
    assert (first["type"], second["type"]) == ("RateLimitError", "RuntimeError")
    assert "ask" in [frame["function"] for frame in first["stacktrace"]["frames"]]
    assert event["fingerprint"] == GROUP


def test_a_log_message_gets_the_failure_s_stack(sent: Any) -> None:
    """A log call inside `except` carries the failure, its text scrubbed."""
    (event,) = sent("logged_as_f_string")
    assert last(event)["type"] == "AuthenticationError"
    assert "sk-abcd" not in json.dumps(event)
    assert event["logger"] == "shop"


def test_another_exception_in_between_is_an_event_of_its_own(sent: Any) -> None:
    """Two errors, two events; the unrelated one is untouched."""
    other, failure = sent("another_captured_in_between")
    assert (last(other)["type"], (other.get("tags") or {}).get("llm_error_type")) == ("ValueError", None)
    assert any("vars" in frame for frame in frames(other))
    assert failure["fingerprint"] == GROUP


def test_a_cancellation_is_no_failure_unless_it_was_a_deadline(sent: Any) -> None:
    """`TimeoutError` from a cancelled call is a timeout; another exception from one stays as it is."""
    timeout, other = sent("cancelled_then_captured")
    assert timeout["fingerprint"] == ["llm", "timeout", "app_deadline", "openai", "gpt-4o"]
    assert (other.get("fingerprint"), "llm_error_type" in (other.get("tags") or {})) == (None, False)


def test_a_group_carries_all_its_failures(sent: Any) -> None:
    """One event for an ExceptionGroup of three failed calls, naming each."""
    (event,) = sent("group_of_three")
    assert event["contexts"]["llm_failures"]["count"] == 3
    assert event["fingerprint"] == GROUP
    values = [value["value"] for value in event["exception"]["values"] if value["type"] == "RateLimitError"]
    assert sum(value.startswith("rate_limit (openai gpt-4o): ") for value in values) == 3


def test_a_storm_is_throttled_and_the_next_event_says_so(sent: Any, results: Any) -> None:
    """Two of ten pass; the one after says how many were held back."""
    events = sent("several_failures_in_a_burst")
    assert [event["tags"].get("llm_held_back") for event in events] == [None, None, "8"]
    assert results["several_failures_in_a_burst"]["held_back"] == 8


def test_a_held_back_failure_may_be_captured_by_the_application(sent: Any) -> None:
    """The application's event is enriched as ever, and no longer counts as held back."""
    assert [event["fingerprint"] for event in sent("held_back_but_captured")] == [GROUP, GROUP]


def test_release_health_counts_an_error_once(sent: Any) -> None:
    """The session's errors rise at the failure, whoever sends the event."""
    assert len(sent("session_counts_the_error")) == 2


def test_a_mark_crosses_processes_as_a_plain_string(sent: Any) -> None:
    """An exception pickles with its mark, and comes back unbroken."""
    assert len(sent("process_pool_result")) == 2


def test_the_request_body_is_not_sent_with_own_events(sent: Any) -> None:
    """The body of the application's own request may be the prompt."""
    (event,) = sent("request_body_is_not_sent")
    assert event["request"] == {"url": "http://shop/ask"}


def test_the_scope_is_that_of_the_failure(sent: Any) -> None:
    """Tags, transaction and breadcrumbs are those at the time of the failure; breadcrumbs are scrubbed."""
    (event,) = sent("scope_of_the_failure")
    assert (event["tags"]["tenant"], event["transaction"]) == ("a", "GET /ask")
    assert "before [scrubbed]" in [crumb.get("message") for crumb in event["breadcrumbs"]["values"]]


@pytest.mark.parametrize("name", ["echoed_prompt", "echoed_prompt_captured", "echoed_prompt_held_back"])
def test_an_echoed_prompt_is_cut(sent: Any, name: str) -> None:
    """What a provider hands back of the prompt does not leave the process, nor do locals that hold it."""
    (event,) = sent(name)
    text = json.dumps({**event, "exception": [value["value"] for value in event["exception"]["values"]]})
    assert "seven foxes" not in text
    assert "my-secret-local" not in text
    assert "org-AbCdEf123" not in text
    assert "Invalid prompt [cut]" in last(event)["value"]


def test_an_exception_whose_request_can_t_be_read_is_reported(sent: Any) -> None:
    """httpx raises where an exception was never given its request."""
    (event,) = sent("exception_whose_request_raises")
    assert (last(event)["type"], event["tags"]["llm_error_type"]) == ("ConnectError", "connection_error")


def test_locals_are_kept_for_the_application_alone_when_asked_for(sent: Any) -> None:
    """`frame_locals="app"`: the application's frames have variables, the client library's none."""
    (event,) = sent("locals_of_the_application")
    ask = next(frame for frame in frames(event) if frame["function"] == "ask")
    assert ask["vars"]["question"] == "'my-secret-local'"
    assert not any("vars" in frame for frame in frames(event) if not frame["in_app"])


def test_hooks_of_the_user_see_a_real_exception(sent: Any) -> None:
    """`before_send` gets class and attributes of the exception, but no traceback."""
    (event,) = sent("before_send_sees_the_exception")
    assert event["extra"] == {"kind": "RateLimitError", "status": 429, "traceback": None}


def test_a_failure_without_an_exception_has_a_title_and_the_application_s_stack(sent: Any) -> None:
    """An error body under HTTP 200 is an event like the others."""
    (event,) = sent("error_body_without_exception")
    assert (last(event)["type"], last(event)["value"]) == ("server_error", "server_error (openai gpt-4o): sorry")
    assert "respond" in [frame["function"] for frame in frames(event) if frame["in_app"]]


def test_an_exception_about_a_call_that_succeeded_is_enriched(sent: Any) -> None:
    """`.parse` fails after the call returned: the call is found by the exception's request."""
    (event,) = sent("parse_failed_after_the_call_succeeded")
    assert (event["tags"]["ai_model"], event["tags"]["llm_error_type"]) == ("gpt-4o", "invalid_response")


@pytest.mark.parametrize("name", ["switched_off", "reporter_closed"])
def test_off_means_that_sentry_behaves_as_if_alone(sent: Any, name: str) -> None:
    """Off, or closed again: Sentry's own integration reports, and nothing is added."""
    (event,) = sent(name)
    assert (last(event)["mechanism"]["type"], handled(event)) == ("openai", False)
    assert "llm_error_type" not in (event.get("tags") or {})


def test_breadcrumbs_are_free_of_content_and_of_url_queries(sent: Any) -> None:
    """Each call leaves one breadcrumb; the values of other breadcrumbs' URL queries are dropped."""
    (event,) = sent("breadcrumbs")
    crumbs = event["breadcrumbs"]["values"]
    expected = {"provider": "openai", "model": "gpt-4o", "outcome": "ok", "latency_ms": 250}
    assert [expected] * 3 == [crumb["data"] for crumb in crumbs if crumb["category"] == "llm"]
    assert crumbs[-1]["data"] == {"url": "http://g/m?key=[scrubbed]"}


def test_an_alert_is_a_warning_with_its_own_group(sent: Any) -> None:
    """Forty workers make one issue: the fingerprint has kind, provider and model."""
    (event,) = sent("alert")
    assert (
        event["fingerprint"],
        event["level"],
        event["tags"]["llm_alert"],
    ) == (["llm_alert", "budget", "openai", "gpt-4o"], "warning", "budget")
    assert event["contexts"]["llm_budget"] == {"limit_usd": 10.0}


def test_sentry_s_own_trace_wins_where_it_is_in_charge(sent: Any, results: Any) -> None:
    """With an active Sentry span of another trace, the event joins that."""
    (event,) = sent("tracing_of_sentry_in_charge")
    assert results["tracing_of_sentry_in_charge"]["trace_id"] == event["contexts"]["trace"]["trace_id"]


def test_sentry_s_normaliser_finds_no_fault_in_any_event(results: dict[str, Any]) -> None:
    """Events of the application and of frameworks, enriched, pass Relay as this package's own do."""
    relay = pytest.importorskip("sentry_relay.processing")
    normaliser = relay.StoreNormalizer(project_id=1, client="sentry.python/2.75.0", key_id="1", remove_other=True)
    seen = 0
    for result in results.values():
        for event in result["events"]:
            seen += 1
            assert faults(normaliser.normalize_event(event).get("_meta") or {}) == []
    assert seen > 40


def faults(node: Any) -> list[Any]:
    """Errors in the normaliser's `_meta`."""
    if not isinstance(node, dict):
        return []
    here = list((node.get("") or {}).get("err", []))
    return here + [fault for key, child in node.items() if key for fault in faults(child)]
