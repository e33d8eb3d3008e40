"""The example of each way in, as it stands, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import launching
from genai_sentry.testing import SentryReceiver, SimulatedProvider
from launching import free_port, instrumented, seen, served, stage, variables

EXAMPLES = Path(__file__).parents[2] / "examples"


def start(
    example: str, receiver: SentryReceiver, provider: SimulatedProvider, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run an example's program to its end."""
    env = variables(receiver, provider, OPENAI_BASE_URL=provider.base_url, OPENAI_API_KEY="sk-none", **more)
    return launching.run([sys.executable, "app.py", "Hello"], env, EXAMPLES / example)


def test_start_up_in_one_line() -> None:
    """The call is a span with cost and label; a refused one is an event of the level that was set."""
    with stage() as (receiver, provider):
        good = start("startup", receiver, provider)
        bad = start("startup", receiver, provider, ANSWER_MODEL="fail-rate_limit")
        found = seen(receiver)

    assert (0, 1) == (good.returncode, bad.returncode), good.stderr + bad.stderr
    assert "no answer: rate_limit/" in bad.stderr
    assert {"fail-rate_limit", "gpt-4o-mini"} == set(found.llm)
    assert 2 == len(found.llm)
    assert [("rate_limit", "info")] == [(e["tags"]["llm_error_type"], e["level"]) for e in found.events]
    assert {"answers"} == {s.attributes["feature"] for s in found.spans if "gen_ai.operation.name" in s.attributes}


def test_a_service_that_already_traces() -> None:
    """Its own spans go where they went, with cost; a failure is one event, linked to its span."""
    with stage() as (receiver, provider):
        good = start("existing_tracing", receiver, provider)
        bad = start("existing_tracing", receiver, provider, ANSWER_MODEL="fail-quota_exceeded")
        (event,) = receiver.events
        arrived = receiver.spans

    assert (0, 1) == (good.returncode, bad.returncode), good.stderr + bad.stderr
    assert '"llm_cost_usd"' in good.stdout
    exported = json.loads(bad.stdout)
    assert ("quota_exceeded", "answers") == (
        exported["attributes"]["llm_error_type"],
        exported["resource"]["attributes"]["service.name"],
    )
    assert "quota_exceeded" == event["tags"]["llm_error_type"]
    assert exported["context"]["span_id"] == "0x" + event["contexts"]["trace"]["span_id"]
    assert [] == arrived


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_flask_under_the_launcher(pythons: dict[str, str]) -> None:
    """No line of the service knows of this package: spans from both workers, one event for the failure."""
    python = pythons["servers"]
    port = free_port()
    command = instrumented(
        launching.binary("gunicorn", python), "-w", "2", "-b", f"127.0.0.1:{port}", "app:app", python=python
    )
    with stage() as (receiver, provider):
        env = variables(receiver, provider, OPENAI_BASE_URL=provider.base_url, OPENAI_API_KEY="sk-none")
        env["SUMMARY_MODEL"] = "gpt-4o-mini"
        with served(command, env, EXAMPLES / "launcher_flask", port) as url:
            assert [200, 200, 200] == [post(f"{url}/summary") for _ in range(3)]
            provider.fail_next("authentication")
            assert 503 == post(f"{url}/summary")
        found = seen(receiver)

    assert ["gpt-4o-mini"] * 4 == found.llm
    assert ["authentication"] == [event["tags"]["llm_error_type"] for event in found.events]
    assert ({launching.ENVIRONMENT}, {launching.RELEASE}) == (found.environments, found.releases)


def post(url: str) -> int:
    """Send a text; the status."""
    body = json.dumps({"text": "A long story"}).encode()
    request = urllib.request.Request(url, data=body, headers={"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
