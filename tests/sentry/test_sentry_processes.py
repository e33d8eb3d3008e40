"""Failed calls in processes of the application's own kind: a script that crashes, workers of a prefork pool."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import process
from genai_sentry.testing import SentryReceiver, SimulatedProvider

APPLICATION = """
    import os, sys
    import genai_sentry, openai

    genai_sentry.init(dsn=os.environ["SHOP_DSN"], sentry_options={"release": "shop@1"})

    def ask():
        client = openai.OpenAI(base_url=os.environ["SHOP_PROVIDER"], api_key="sk-test", max_retries=0)
        return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hello"}])
"""

CELERY = """
    import celery, celery.signals, openai, sentry_sdk

    app = celery.Celery("shop", broker="filesystem://")
    app.conf.broker_transport_options = {name: os.environ["SHOP_QUEUE"] for name in ("data_folder_in", "data_folder_out")}
    app.conf.worker_hijack_root_logger = False

    @app.task(name="shop.ask")
    def task(how):
        try:
            ask()
        except openai.RateLimitError as error:
            if how == "unhandled":
                raise
            if how == "handled":
                sentry_sdk.capture_exception(error)
"""


@pytest.fixture
def sentry() -> Iterator[SentryReceiver]:
    with SentryReceiver() as receiver:
        yield receiver


@pytest.fixture
def variables(sentry: SentryReceiver) -> Iterator[dict[str, str]]:
    """The environment of an application whose calls fail."""
    with SimulatedProvider() as provider:
        provider.fail_next("rate_limit", times=100)
        yield process.environment(SHOP_DSN=sentry.dsn, SHOP_PROVIDER=provider.base_url, PYTHONWARNINGS="ignore")


def mechanism(event: dict[str, Any]) -> tuple[str, bool]:
    found = event["exception"]["values"][-1]["mechanism"]
    return found["type"], found["handled"]


def test_a_script_that_crashes_is_one_unhandled_event(
    sentry: SentryReceiver, variables: dict[str, str], tmp_path: Path
) -> None:
    """By Sentry's own hook, with the failed call in it."""
    script = tmp_path / "shop.py"
    script.write_text(textwrap.dedent(APPLICATION) + "\nask()\n")
    done = subprocess.run([sys.executable, script], env=variables, capture_output=True, text=True, timeout=60)
    assert 1 == done.returncode
    assert sentry.wait_for(events=1)
    (event,) = sentry.events
    assert ("excepthook", False) == mechanism(event)
    assert "rate_limit" == event["tags"]["llm_error_type"]
    last = [frame for frame in event["exception"]["values"][-1]["stacktrace"]["frames"] if frame["in_app"]][-1]
    assert ("shop.py", "ask") == (last["filename"], last["function"])


def test_a_script_that_swallows_the_failure_sends_its_event_at_exit(
    sentry: SentryReceiver, variables: dict[str, str], tmp_path: Path
) -> None:
    """Though the exception is still held when the process ends."""
    script = tmp_path / "shop.py"
    ending = "\ntry:\n    ask()\nexcept openai.RateLimitError as error:\n    kept = error\n"
    script.write_text(textwrap.dedent(APPLICATION) + ending)
    done = subprocess.run([sys.executable, script], env=variables, capture_output=True, text=True, timeout=60)
    assert 0 == done.returncode, done.stderr
    assert sentry.wait_for(events=1)
    assert [("genai_sentry", True)] == [mechanism(event) for event in sentry.events]


@pytest.mark.slow
def test_a_prefork_worker_sends_one_event_for_each_failed_task(
    sentry: SentryReceiver, variables: dict[str, str], tmp_path: Path
) -> None:
    """Celery, a real worker with two processes: unhandled, handled, swallowed."""
    pytest.importorskip("celery")
    (tmp_path / "queue").mkdir()
    (tmp_path / "shop.py").write_text(textwrap.dedent(APPLICATION) + textwrap.dedent(CELERY))
    variables = {**variables, "SHOP_QUEUE": str(tmp_path / "queue"), "PYTHONPATH": str(tmp_path)}
    send = "import shop\nfor how in ('unhandled', 'handled', 'swallowed'): shop.task.delay(how)"
    subprocess.run([sys.executable, "-c", send], env=variables, cwd=tmp_path, check=True, timeout=60)
    options = ("--pool", "prefork", "--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "ERROR")
    command = [sys.executable, "-m", "celery", "-A", "shop", "worker", *options]
    with subprocess.Popen(
        command, env=variables, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as worker:
        sentry.wait_for(events=3, timeout=60)
        worker.terminate()
        worker.wait(30)
    found = sorted(mechanism(event) for event in sentry.events)
    assert [("celery", False), ("genai_sentry", True), ("generic", True)] == found
    assert {"rate_limit"} == {event["tags"]["llm_error_type"] for event in sentry.events}
