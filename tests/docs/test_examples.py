"""Every example runs as it stands, in a process of its own, against a simulated provider and a recording Sentry."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from genai_sentry.testing import SentryReceiver, SimulatedProvider
from process import environment

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def sentry() -> Iterator[SentryReceiver]:
    """A recording Sentry."""
    with SentryReceiver() as receiver:
        yield receiver


@pytest.fixture
def llm() -> Iterator[SimulatedProvider]:
    """A simulated provider."""
    with SimulatedProvider() as provider:
        yield provider


def variables(sentry: SentryReceiver, llm: SimulatedProvider, **more: str) -> dict[str, str]:
    """The environment of an example."""
    return environment(
        SENTRY_DSN=sentry.dsn, OPENAI_BASE_URL=llm.base_url, OPENAI_API_KEY="sk-none", PYTHONUNBUFFERED="1", **more
    )


def start(folder: str, *arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run an example to its end."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=EXAMPLES / folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def free_port() -> int:
    """A port of the loopback interface that nobody has."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def needs(*modules: str) -> None:
    """Skip where a library that the example is about is not installed."""
    for module in modules:
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed")


def test_the_batch_job_reports_costs_by_tenant_and_a_passed_budget(
    sentry: SentryReceiver, llm: SimulatedProvider, tmp_path: Path
) -> None:
    """All tickets are done, each tenant's cost is printed, and the tiny budget has raised its alert."""
    lines = [{"tenant": tenant, "text": "The printer is on fire. " * 100} for tenant in ("acme", "bolt")] * 3
    (tmp_path / "tickets.jsonl").write_text("\n".join(map(json.dumps, lines)))

    done = start("batch_job", "job.py", str(tmp_path / "tickets.jsonl"), env=variables(sentry, llm))

    assert 0 == done.returncode, done.stdout + done.stderr
    assert "6 calls, 0 failed" in done.stdout
    assert {"budget"} == {event["tags"]["llm_alert"] for event in sentry.events}
    assert {"acme", "bolt"} == {span.attributes["tenant"] for span in sentry.spans if "tenant" in span.attributes}


def test_the_batch_job_stops_when_the_account_is_drained(
    sentry: SentryReceiver, llm: SimulatedProvider, tmp_path: Path
) -> None:
    """One call is made, not one a ticket; the exit code says so, and the event is fatal."""
    (tmp_path / "tickets.jsonl").write_text('{"tenant": "acme", "text": "Hello"}\n' * 20)
    llm.fail_next("quota_exceeded", times=100)

    done = start("batch_job", "job.py", str(tmp_path / "tickets.jsonl"), env=variables(sentry, llm))

    assert (3, "stopped: quota_exceeded/insufficient_quota, restore_quota_or_billing") == (
        done.returncode,
        done.stdout.splitlines()[0],
    )
    assert ["fatal"] == [event["level"] for event in sentry.events]


def test_the_gateway_client_isolates_failures_and_knows_its_own_prices(
    sentry: SentryReceiver, llm: SimulatedProvider
) -> None:
    """Four models behind one key; a limit passes, a drained account does not; costs are the gateway's."""
    llm.fail_next("rate_limit", model="gemini-2.5-flash", retry_after=0.1)
    llm.fail_next("quota_exceeded", model="deepseek-chat", times=10)

    done = start("gateway", "client.py", env=variables(sentry, llm, GATEWAY_HOST="127.0.0.1"))

    assert 0 == done.returncode, done.stdout + done.stderr
    tries = {request.model: 0 for request in llm.requests}
    for request in llm.requests:
        tries[request.model] += 1
    assert {"gpt-4o-mini": 1, "claude-sonnet-4-5": 1, "gemini-2.5-flash": 2, "deepseek-chat": 1} == tries
    assert "4/4 done, 1 failed" in done.stdout
    spans = [span for span in sentry.spans if span.attributes.get("llm_cost_usd") is not None]
    assert {("acme_gateway", "custom")} == {
        (span.attributes["llm_provider"], span.attributes["llm_cost_source"]) for span in spans
    }
    types = sorted(event["tags"]["llm_error_type"] for event in sentry.events if "exception" in event)
    assert ["quota_exceeded", "rate_limit"] == types


def test_the_gateways_env_file_is_read_and_loses_to_the_environment(tmp_path: Path) -> None:
    """Names and values of a file go into the environment, comments do not, what is set stands."""
    code = """
import json, os, pathlib, sys, client
file = pathlib.Path(sys.argv[1])
file.write_text("# NO=1\\nA_KEY='one'\\nB_KEY=two=2\\n\\nplain\\n")
os.environ["B_KEY"] = "set"
client.load_env(file)
client.load_env(file / "missing")
print(json.dumps([os.environ["A_KEY"], os.environ["B_KEY"], "# NO" in os.environ]))
"""
    done = start("gateway", "-c", code, str(tmp_path / "env"), env=environment())

    assert 0 == done.returncode, done.stderr
    assert ["one", "set", False] == json.loads(done.stdout)


def test_the_lambda_handler_delivers_before_it_returns(sentry: SentryReceiver, llm: SimulatedProvider) -> None:
    """When the handler has returned, event and spans have arrived: the instance may freeze."""
    code = """
import json, os, handler
event = {"body": json.dumps({"question": "Hello"})}
answers = [handler.handler(event, None)]
print(json.dumps(answers), flush=True)
os._exit(0)  # as a freeze would: nothing more runs
"""
    llm.fail_next("server_error", times=2)

    done = start("aws_lambda", "-c", code, env=variables(sentry, llm))

    assert [503] == [answer["statusCode"] for answer in json.loads(done.stdout)], done.stderr
    assert sentry.wait_for(events=1, spans=1)
    assert "server_error" == sentry.events[0]["tags"]["llm_error_type"]
    assert "lambda" == sentry.events[0]["tags"]["feature"]


def test_the_chain_falls_back_and_both_calls_are_seen(sentry: SentryReceiver, llm: SimulatedProvider) -> None:
    """The first model fails, the second answers: two spans, one event."""
    needs("langchain_openai")
    llm.fail_next("model_unavailable", model="gpt-4o-mini")

    done = start("langchain_chain", "chain.py", "What is a paper clip?", env=variables(sentry, llm))

    assert 0 == done.returncode, done.stdout + done.stderr
    assert "2 calls, failures {'model_unavailable': 1}" in done.stdout
    models = [span.attributes["ai_model"] for span in sentry.spans if "ai_model" in span.attributes]
    assert ["gpt-4o", "gpt-4o-mini"] == sorted(models)
    assert ["model_unavailable"] == [event["tags"]["llm_error_type"] for event in sentry.events]


@pytest.fixture
def chat(sentry: SentryReceiver, llm: SimulatedProvider) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The chat service under uvicorn: its address and its process."""
    needs("fastapi", "uvicorn")
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "app:app", "--port", str(port), "--log-level", "warning"],
        cwd=EXAMPLES / "fastapi_chat",
        env=variables(sentry, llm),
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{url}/stats", timeout=5).close()
                break
            except OSError:
                assert server.poll() is None
                time.sleep(0.1)
        yield url, server
    finally:
        server.kill()
        server.wait()


def post(url: str, text: str) -> tuple[int, str]:
    """Ask the chat service; status and body."""
    body = json.dumps({"text": text, "tenant": "acme"}).encode()
    request = urllib.request.Request(f"{url}/chat", body, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_the_chat_service_streams_and_delivers_at_its_end(
    chat: tuple[str, subprocess.Popen[bytes]], sentry: SentryReceiver, llm: SimulatedProvider
) -> None:
    """A streamed answer, a failure before it and one inside it; on SIGTERM everything held is delivered."""
    url, server = chat

    answered = post(url, "Hello")
    llm.fail_next("rate_limit", times=2)
    refused = post(url, "Hello")
    llm.fault_next(error_event="server_error")
    broken = post(url, "Hello")
    server.send_signal(signal.SIGTERM)
    server.wait(20)

    assert (200, True) == (answered[0], answered[1].count("data: ") > 1)
    assert (503, {"detail": {"error": "rate_limit"}}) == (refused[0], json.loads(refused[1]))
    assert (200, True) == (broken[0], broken[1].endswith('event: error\ndata: {"error": "server_error"}\n\n'))
    assert sentry.wait_for(events=2)
    assert [("rate_limit", "acme"), ("server_error", "acme")] == sorted(
        (event["tags"]["llm_error_type"], event["tags"]["tenant"]) for event in sentry.events
    )
    calls = [span for span in sentry.spans if "gen_ai.operation.name" in span.attributes]
    assert 3 == len(calls)


@pytest.mark.slow
def test_the_celery_worker_retries_what_can_pass_and_delivers_from_its_children(
    sentry: SentryReceiver, llm: SimulatedProvider, tmp_path: Path
) -> None:
    """Two children; a limit is tried again, a refused prompt is not; events and spans of both arrive."""
    needs("celery")
    env = variables(sentry, llm, BROKER_URL="filesystem://", BROKER_FOLDER=str(tmp_path))
    llm.fail_next("rate_limit", retry_after=0.5, model="gpt-4o-mini")
    llm.fail_next("content_filter", model="gpt-4o", times=5)
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "--app", "tasks", "worker", "--concurrency", "2", "--loglevel", "ERROR"],
        cwd=EXAMPLES / "celery_worker",
        env={**env, "C_FORCE_ROOT": "1"},
    )
    try:
        sent = start(
            "celery_worker",
            "-c",
            "import tasks; tasks.summarise.delay('one'); tasks.summarise.delay('two', model='gpt-4o')",
            env=env,
        )
        assert 0 == sent.returncode, sent.stderr
        until = time.monotonic() + 60
        while len(llm.requests) < 3 and time.monotonic() < until:
            time.sleep(0.2)
        time.sleep(3)  # a further, unwanted try would come now
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(30)

    assert {"gpt-4o-mini": 2, "gpt-4o": 1} == {
        model: sum(request.model == model for request in llm.requests) for model in ("gpt-4o-mini", "gpt-4o")
    }
    assert sentry.wait_for(events=2, spans=3, timeout=10)
    assert ["content_filter", "rate_limit"] == sorted(event["tags"]["llm_error_type"] for event in sentry.events)


@pytest.mark.slow
def test_the_informed_loop_wastes_less_than_the_naive_one() -> None:
    """What the documentation's table says: fewer requests and less money wasted, no storm, the same answers."""
    code = """
import json, retries
print(json.dumps({name: [vars_of(retries.measure(name, loop)) for loop in (retries.naive, retries.informed)]
                  for name in retries.SCENARIOS}))
""".replace("vars_of(", "(lambda found: [found.succeeded, found.requests, found.wasted_usd, found.storms])(")
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=EXAMPLES,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])

    for scenario, ((naive_ok, naive_requests, naive_usd, naive_storms), informed) in found.items():
        ok, requests, usd, storms = informed
        if "passes" in scenario:
            assert (True, True, 3, 3) == (naive_ok, ok, naive_requests, requests)
            continue
        assert (False, False, 1, 0, 1) == (naive_ok, ok, requests, storms, naive_storms)
        assert naive_requests >= 5
        assert usd == pytest.approx(naive_usd / 5)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_start_page_leads_to_one_issue_in_bugsink(tmp_path: Path) -> None:
    """The page as it stands: a real Bugsink, the page's program, one issue with the page's title."""
    page = (EXAMPLES.parent / "docs/start.md").read_text(encoding="utf-8")
    (tmp_path / "first.py").write_text(re.findall(r"```python\n(.*?)```", page, re.S)[0])
    port = free_port()
    command = [sys.executable, EXAMPLES / "bugsink.py", "--port", str(port), "--directory", tmp_path / "bugsink"]
    output = tmp_path / "output"
    with output.open("w") as file:
        server = subprocess.Popen(command, env=environment(PYTHONUNBUFFERED="1"), stdout=file, stderr=file)
    try:
        until = time.monotonic() + 300
        while "SENTRY_DSN=" not in output.read_text() and server.poll() is None and time.monotonic() < until:
            time.sleep(0.5)
        if server.poll() is not None and "pip" in output.read_text():
            pytest.skip("Bugsink can't be installed here")
        dsn = output.read_text().rpartition("SENTRY_DSN=")[2].strip()
        done = start(str(tmp_path), "first.py", env=environment(SENTRY_DSN=dsn))
        assert (0, True) == (done.returncode, "restore_quota_or_billing" in done.stdout), done.stderr
        token = json.loads((tmp_path / "bugsink/installed.json").read_text())["token"]
        issues: list[dict] = []
        until = time.monotonic() + 20
        while not issues and time.monotonic() < until:
            time.sleep(0.5)
            url = f"http://127.0.0.1:{port}/api/canonical/0/issues/?project=1"
            request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
            with urllib.request.urlopen(request, timeout=10) as answer:
                issues = json.load(answer)["results"]
    finally:
        server.terminate()
        server.wait(20)

    assert ["RateLimitError"] == [issue["calculated_type"] for issue in issues]
    assert issues[0]["calculated_value"].startswith("quota_exceeded (openai gpt-4o-mini)")


def test_every_example_is_listed_in_the_documentation() -> None:
    """Nobody finds what is not listed."""
    page = (EXAMPLES.parent / "docs/examples.md").read_text(encoding="utf-8")
    names = {path.name for path in EXAMPLES.iterdir() if not path.name.startswith((".", "_"))}

    assert set() == {name for name in names if f"examples/{name}" not in page}


def test_files_are_closed_to_secrets() -> None:
    """The example of an environment file holds names, no key."""
    lines = (EXAMPLES / "gateway/.env.example").read_text(encoding="utf-8").splitlines()

    assert {"OPENAI_API_KEY=", "SENTRY_DSN="} <= set(lines)
    assert not os.path.exists(EXAMPLES / "gateway/.env")
