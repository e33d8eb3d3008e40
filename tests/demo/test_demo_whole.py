"""The demo as a whole, in a process of its own: what it prints, and its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest

from genai_sentry.testing import SentryReceiver


def run(*arguments: str, code: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the demo as a user would."""
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "genai_sentry"]
    return subprocess.run(
        [*command, "demo", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "200", **environment},
    )


@pytest.fixture(scope="module")
def as_json() -> tuple[dict[str, Any], subprocess.CompletedProcess[str], float]:
    """One run with `--json`, in a hostile environment: other settings, a proxy, another exporter."""
    started = time.monotonic()
    result = run(
        "--json",
        "--fast",
        GENAI_SENTRY_EVENTS="off",
        GENAI_SENTRY_TRACE_SAMPLE_RATE="0",
        OTEL_SDK_DISABLED="true",
        SENTRY_ENVIRONMENT="elsewhere",
        HTTP_PROXY="http://127.0.0.1:9",
        OPENAI_BASE_URL="http://127.0.0.1:9/v1",
    )
    return json.loads(result.stdout or "{}"), result, time.monotonic() - started


def test_everything_simulated_is_reported(
    as_json: tuple[dict[str, Any], subprocess.CompletedProcess[str], float],
) -> None:
    """No difference, exit code 0, nothing but JSON on standard output, nothing on standard error."""
    document, result, _ = as_json
    assert [] == document.get("differences"), result.stderr
    assert (0, "") == (result.returncode, result.stderr)


def test_the_demo_is_quick(as_json: tuple[dict[str, Any], subprocess.CompletedProcess[str], float]) -> None:
    """Well under twenty seconds, start of the interpreter included."""
    assert as_json[2] < 20


def test_totals_are_those_of_the_steps(
    as_json: tuple[dict[str, Any], subprocess.CompletedProcess[str], float],
) -> None:
    """Calls, failures, events, tokens and cost add up."""
    document = as_json[0]
    calls = [call for step in document["steps"] for call in step["calls"]]
    events = [event for step in document["steps"] for event in step["events"]]
    totals = document["totals"]
    failed = [call for call in calls if call["failure"]]
    assert (len(calls), len(failed), len(events)) == (totals["calls"], totals["failures"], totals["events"])
    assert len(failed) == len(events)
    assert sum(call["input_tokens"] or 0 for call in calls) == totals["input_tokens"]
    assert pytest.approx(sum(call["cost_usd"] or 0 for call in calls)) == totals["cost_usd"]
    assert totals["retries"] == sum(call["attempts"] - 1 for call in calls)
    assert totals["measurements"] > 0


def test_a_person_sees_calls_events_and_totals_and_a_second_sentry_gets_the_same() -> None:
    """The plain output names failures, failing lines, actions and sums; with `SENTRY_DSN` all goes there, too."""
    with SentryReceiver(project=3) as second:
        result = run("--fast", SENTRY_DSN=second.dsn)
    assert 0 == result.returncode, result.stdout[-2000:] + result.stderr
    for text in (
        "rate limit, healed by two retries",
        "quota_exceeded / insufficient_quota",
        "restore_quota_or_billing",
        "in answer: completion = client.chat.completions.create(",
        "Totals",
        "Everything that was simulated was reported, once and as it was.",
        "issues/?project=3&environment=demo",
    ):
        assert text in result.stdout
    failed = [span for span in second.spans if span.status == "error" and "llm_error_type" in span.attributes]
    events = [event for event in second.events if "llm_error_type" in event["tags"]]
    assert sorted(span.attributes["llm_error_type"] for span in failed) == sorted(
        event["tags"]["llm_error_type"] for event in events
    )
    assert {span.span_id for span in failed} == {event["contexts"]["trace"]["span_id"] for event in events}


ONE_STEP = """
import dataclasses, sys
from genai_sentry.cli import main
from genai_sentry.cli.demo import play, script
first = next(script.steps())
play.steps = lambda: [dataclasses.replace(first, calls=(script.Call({failure!r}),))]
sys.exit(main(sys.argv[1:]))
"""


def test_a_difference_is_exit_code_1_with_a_list_and_a_refusal_is_told() -> None:
    """Where reality is not as the script says, the demo says what differs; what a second Sentry refuses, too."""
    with SentryReceiver() as second:
        second.respond(403)
        result = run("--json", "--fast", "--dsn", second.dsn, code=ONE_STEP.format(failure="timeout.gateway"))
    assert 1 == result.returncode
    differences = json.loads(result.stdout)["differences"]
    assert "chat: failure was 'timeout.gateway', reported as ''" in differences
    assert "chat: 1 events expected, 0 reported" in differences
    assert "not delivered: integration/otlp/v1/traces: HTTP 403" in result.stderr
