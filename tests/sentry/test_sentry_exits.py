"""What is held when a process ends, forks or is flushed is delivered, over a real transport, exactly once."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from genai_sentry.testing import SentryReceiver

PRELUDE = """
import atexit, os, sys, time
import sentry_sdk
from genai_sentry.errors.taxonomy import ErrorType, classification
from genai_sentry.record import CallRecord
from genai_sentry.sentry.reporter import Reporter
from genai_sentry.settings import Settings

class ProviderError(Exception):
    pass

reporter = Reporter(Settings(max_hold_s=30.0))
held = []

def init():
    sentry_sdk.init(dsn=os.environ["TEST_DSN"], release="1", auto_enabling_integrations=False)

def fail(model, keep=True):
    try:
        raise ProviderError("overloaded")
    except ProviderError as error:
        what = classification(ErrorType.SERVER_ERROR)
        reporter.report(CallRecord(operation="chat", provider="openai", model=model, classification=what), error)
        if keep:
            held.append(error)
"""


@pytest.fixture(scope="module")
def receiver() -> Iterator[SentryReceiver]:
    """One Sentry for all."""
    with SentryReceiver() as sentry:
        yield sentry


@pytest.fixture
def leave(receiver: SentryReceiver) -> Callable[[str], list[tuple[str, bool]]]:
    """Run a program to its end; the models and handled flags of the events that it delivered."""

    def run(code: str) -> list[tuple[str, bool]]:
        receiver.clear()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SENTRY_", "PYTEST_"))}
        program = [sys.executable, "-c", PRELUDE + textwrap.dedent(code)]
        subprocess.run(program, env={**kept, "TEST_DSN": receiver.dsn}, timeout=60, check=False, capture_output=True)
        receiver.wait_for(events=1, timeout=0.2)
        return sorted((event["tags"]["ai_model"], _handled(event)) for event in receiver.events)

    return run


def _handled(event: dict[str, Any]) -> bool:
    return bool(event["exception"]["values"][-1]["mechanism"]["handled"])


@pytest.mark.parametrize(
    "ending",
    [
        pytest.param("", id="normal"),
        pytest.param("sys.exit(3)", id="sys.exit"),
        pytest.param("sentry_sdk.flush(); os._exit(0)", id="sentry_sdk.flush"),
        pytest.param("reporter.flush(2.0); os._exit(0)", id="own-flush"),
        pytest.param("reporter.close(); sentry_sdk.flush(); os._exit(0)", id="close"),
        pytest.param("sentry_sdk.get_client().close(); os._exit(0)", id="client-close"),
    ],
)
def test_what_is_held_is_delivered_at_the_end(leave: Any, ending: str) -> None:
    """The exception still lives, the hold is thirty seconds, yet nothing is lost and nothing is sent twice."""
    assert leave(f"init(); fail('m'); {ending}") == [("m", True)]


def test_without_a_flush_a_hard_exit_loses_what_is_held(leave: Any) -> None:
    """`os._exit` runs no hook: the control for the cases above."""
    assert leave("init(); fail('m'); os._exit(0)") == []


def test_an_unhandled_failure_is_the_excepthook_s_event(leave: Any) -> None:
    """A crash of the main thread is unhandled, and one event."""
    code = """
    init()
    try:
        raise ProviderError("overloaded")
    except ProviderError as error:
        what = classification(ErrorType.SERVER_ERROR)
        reporter.report(CallRecord(operation="chat", provider="openai", model="m", classification=what), error)
        raise
    """
    assert leave(code) == [("m", False)]


def test_sentry_may_be_set_up_after_the_reporter_and_again(leave: Any) -> None:
    """Each client flushes what is held, the last one sends it."""
    assert leave("init(); fail('first'); init(); fail('second')") == [("first", True), ("second", True)]


def test_a_failure_in_an_exit_handler_is_delivered(leave: Any) -> None:
    """At exit no thread can be started any more, neither here nor in Sentry: the event is sent where it happens."""
    assert leave("init(); atexit.register(lambda: fail('late'))") == [("late", True)]


def test_a_failure_after_the_exit_hook_ran_is_delivered(leave: Any) -> None:
    """A handler that was registered before the first failure runs after this package's own."""
    assert leave("init(); atexit.register(lambda: fail('late')); fail('m')") == [("late", True), ("m", True)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_sends_nothing_twice(leave: Any) -> None:
    """The parent's failure is the parent's, the child's the child's."""
    code = """
    init(); fail('parent')
    if os.fork() == 0:
        fail('child'); sentry_sdk.flush(); os._exit(0)
    os.wait()
    """
    assert leave(code) == [("child", True), ("parent", True)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_that_dies_takes_only_its_own_along(leave: Any) -> None:
    """A hard exit in the child loses the child's failure, not the parent's."""
    code = """
    init(); fail('parent')
    if os.fork() == 0:
        fail('child'); os._exit(0)
    os.wait()
    """
    assert leave(code) == [("parent", True)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_of_multiprocessing_delivers_its_own(leave: Any) -> None:
    """It leaves by `os._exit`, after multiprocessing's finalisers."""
    code = """
    import multiprocessing
    init()
    child = multiprocessing.get_context("fork").Process(target=fail, args=("child",))
    child.start(); child.join(); fail('parent')
    """
    assert leave(code) == [("child", True), ("parent", True)]


def test_a_silent_sentry_holds_up_an_end_once() -> None:
    """Events and metrics each have an exit hook; together they wait two seconds, and Sentry's own hook by itself."""
    code = """
    from genai_sentry.sentry.metrics import SentryMetrics

    began = []
    atexit.register(lambda: print(time.monotonic() - began[0], flush=True))  # runs last
    sentry_sdk.init(dsn=os.environ["TEST_DSN"], release="1", auto_enabling_integrations=False, shutdown_timeout=0)
    metrics = SentryMetrics(Settings())
    metrics.record(CallRecord(operation="chat", provider="openai", model="m"))
    for number in range(60):
        fail(f"m{number}")
    atexit.register(lambda: began.append(time.monotonic()))  # runs first
    """
    with SentryReceiver() as silent:
        silent.hang(60)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SENTRY_", "PYTEST_"))}
        program = [sys.executable, "-c", PRELUDE + textwrap.dedent(code)]
        done = subprocess.run(
            program, env={**kept, "TEST_DSN": silent.dsn}, timeout=60, check=True, capture_output=True, text=True
        )
    assert 1.5 < float(done.stdout) < 3.8


def test_metrics_that_are_handed_over_while_a_process_ends_are_delivered() -> None:
    """By their own thread, while hooks of others still run: Sentry can't start a thread of its own any more."""
    code = """
    from genai_sentry.sentry import metrics

    metrics.INTERVAL_S = 0.2
    init()
    counted = metrics.SentryMetrics(Settings())
    counted.record(CallRecord(operation="chat", provider="openai", model="m"))
    atexit.register(lambda: time.sleep(1.5))  # runs first
    """
    with SentryReceiver() as sentry:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SENTRY_", "PYTEST_"))}
        program = [sys.executable, "-c", PRELUDE + textwrap.dedent(code)]
        subprocess.run(program, env={**kept, "TEST_DSN": sentry.dsn}, timeout=60, check=True)
        assert [1] == [metric["value"] for metric in sentry.metrics if metric["name"] == "llm.client.calls"]
