"""No prompt, output, key, header value or URL query value leaves the process unless asked for.

An application (`canary_app.py`) has a distinctive value in every place where a secret can be, makes calls of all
kinds, and everything that leaves it is searched: Sentry's envelopes and OTLP requests, the file exporter's files, a
console exporter, OpenTelemetry's metrics, this package's log, `stats()`, what a second opinion is asked, and the
headers that the provider receives.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from privacy.takeouts import TAKEOUTS
from process import environment

Run = dict[str, Any]

TRACED = {"traces_sample_rate": 1.0}
CURIOUS = {"attach_stacktrace": True, "max_request_body_size": "always", "send_default_pii": True}
OURS = {"providers": {"127.0.0.1": "inhouse"}}
CONTENT = ["argument", "embedding", "input", "output", "prompt", "schema", "stop", "system", "tool"]

CLOSED: dict[str, Run] = {
    "defaults": {},
    "immediate events, a curious Sentry": {"settings": {"events": "immediate"}, "sentry": CURIOUS},
    "Sentry's own tracing": {"settings": OURS, "sentry": {**TRACED, "send_default_pii": True}},
    "Sentry's logs": {"sentry": {"enable_logs": True}},
    "only enriched, no HTTP spans": {
        "settings": {"events": "enrich_only", "http_spans": False, "report_truncated": True, "include_usage": True}
    },
    "successor names, local counts": {"settings": {"semconv": "gen_ai_latest_experimental", "estimate_usage": True}},
    "no Sentry metrics, a low sample rate": {"settings": {"sentry_metrics": False, "trace_sample_rate": 0.1}},
    "HTTP instrumented by the application": {"variant": "own instrumentation", "settings": OURS},
    "a TracerProvider of the application": {"variant": "own provider"},
    "a second opinion by a model": {"variant": "triage"},
    "a second opinion by a callable": {"variant": "classifier"},
}
"""Settings and set-ups that open nothing."""

QUICK = ("defaults", "immediate events, a curious Sentry", "Sentry's own tracing", "Sentry's logs")

OPENED: dict[str, tuple[Run, dict[str, list[str]]]] = {
    "content": (
        {"settings": {"capture_content": "span_only"}},
        {"sentry": CONTENT, "file": CONTENT, "console": CONTENT},
    ),
    "content, redacted": (
        {"settings": {"capture_content": "span_and_event", "redacting": True}},
        {key: [place for place in CONTENT if place != "prompt"] for key in ("sentry", "file", "console")},
    ),
    "trace headers": (
        {"settings": {"propagate_to_providers": True}},
        {"provider": ["sentry-trace", "traceparent"]},
    ),
}
"""Settings that open something, and just what."""

SETUPS: dict[str, Run] = {
    "redaction on spans": OPENED["content, redacted"][0],
    "redaction in messages": OPENED["content, redacted"][0],
    "queries asked for by OpenTelemetry": CLOSED["HTTP instrumented by the application"],
    "queries asked for by Sentry": CLOSED["Sentry's own tracing"],
    "trace headers of Sentry": CLOSED["Sentry's own tracing"],
    "integrations of Sentry's own": CLOSED["Sentry's own tracing"],
    "messages for a second opinion": CLOSED["a second opinion by a callable"],
}
"""Where a scrubber is at work that has nothing to do by default."""

TELLTALE: dict[str, tuple[str, str]] = {
    "secrets in messages": ("sentry", "key"),
    "echoes of the request": ("sentry", "prompt"),
    "fields that echo": ("sentry", "output"),
    "long quotes": ("sentry", "output"),
    "log messages and breadcrumbs": ("sentry", "prompt"),
    "what else a log call is given": ("sentry", "prompt"),
    "queries in breadcrumbs": ("sentry", "query"),
    "breadcrumbs and records of logging": ("sentry", "query"),
    "local variables": ("sentry", "local"),
    "queries in child spans": ("file", "query"),
    "queries asked for by OpenTelemetry": ("file", "query"),
    "queries asked for by Sentry": ("sentry", "query"),
    "trace headers of OpenTelemetry": ("provider", "traceparent"),
    "trace headers of Sentry": ("provider", "sentry-trace"),
    "headers of the collector": ("sentry", "collector"),
    "redaction on spans": ("file", "prompt"),
    "redaction in messages": ("sentry", "prompt"),
    "integrations of Sentry's own": ("sentry", "prompt"),
    "messages for a second opinion": ("triage", "prompt"),
}
"""What the canary finds, and where, once a scrubber is taken out."""


def play(runs: list[Run]) -> list[dict[str, Any]]:
    """Run the application so often; what was seen of each run."""
    tests = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "privacy.canary_app"],
        input=json.dumps(runs), env=environment(PYTHONPATH=tests), capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr
    seen = [json.loads(line) for line in done.stdout.splitlines()]
    assert [] == [one["fault"] for one in seen if "fault" in one]
    return seen


@pytest.fixture(scope="module")
def quick() -> dict[str, dict[str, Any]]:
    """What was seen of the runs that every change is tested with."""
    names = [*QUICK, *OPENED]
    return dict(zip(names, play([CLOSED[name] if name in CLOSED else OPENED[name][0] for name in names]), strict=True))


@pytest.mark.parametrize("name", QUICK)
def test_nothing_leaks(name: str, quick: dict[str, dict[str, Any]]) -> None:
    """Distinctive values in every place of a request, its answer and the application reach no receiver."""
    seen = quick[name]

    assert {} == seen["leaks"]
    assert seen["events"] >= 20
    assert seen["spans"] >= 30
    assert min(size for receiver, size in seen["sizes"].items() if receiver in ("sentry", "file", "metrics")) > 50_000


@pytest.mark.parametrize("name", OPENED)
def test_a_setting_opens_just_what_it_names(name: str, quick: dict[str, dict[str, Any]]) -> None:
    """Content on request; never keys, headers, query values, users, pictures with it."""
    assert OPENED[name][1] == quick[name]["leaks"]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_leaks_whatever_the_settings() -> None:
    """All closed set-ups, with every kind of failure, in the main thread and in another."""
    names = list(CLOSED)
    seen = dict(zip(names, play([{**CLOSED[name], "every": True} for name in names]), strict=True))

    assert {name: {} for name in names} == {name: one["leaks"] for name, one in seen.items()}
    assert len(seen["a second opinion by a callable"]["sizes"]) == 8
    assert seen["a second opinion by a callable"]["sizes"]["triage"] > 0


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_local_variables_open_just_those_of_the_application() -> None:
    """`frame_locals="app"` shows what the application's frames hold: no header, no query value, no collector's key."""
    (seen,) = play([{"settings": {"frame_locals": "app"}}])

    assert {"local", "prompt"} <= set(seen["leaks"]["sentry"])
    assert not {"header", "query", "collector"} & set(seen["leaks"]["sentry"])
    assert {"sentry"} == set(seen["leaks"])


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_canary_fails_without_any_one_scrubber() -> None:
    """Each scrubber is needed, and tested: once it is taken out, something leaks that it stood before."""
    names = list(TAKEOUTS)
    seen = play([{**SETUPS.get(name, {}), "without": [name]} for name in names])
    found = {name: one["leaks"] for name, one in zip(names, seen, strict=True)}

    assert set(TAKEOUTS) == set(TELLTALE)
    assert [] == [
        (name, receiver, place) for name, (receiver, place) in TELLTALE.items() if place not in found[name].get(receiver, ())
    ]  # fmt: skip
