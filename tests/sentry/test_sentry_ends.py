"""What the hooks at a process's end ask of Sentry's client, and what they leave alone."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest
import sentry_sdk.scope
from opentelemetry import trace

from genai_sentry.sentry import exits, start


class _Reporter:
    """Something that holds failures, and counts how often it was asked for them."""

    def __init__(self) -> None:
        self.asked = 0

    def flush(self, timeout: float) -> None:
        self.asked += 1


class _Client:
    """A client as far as the hooks look at it; it keeps how long it was given."""

    def __init__(self, *, alive: bool = True, integrations: tuple[str, ...] = ("atexit",)) -> None:
        self.transport = SimpleNamespace(_worker=SimpleNamespace(is_alive=alive))
        self.integrations = dict.fromkeys(integrations)
        self.given: list[float] = []
        self.options: dict[str, Any] = {}

    def flush(self, timeout: float) -> None:
        self.given.append(timeout)


@pytest.fixture(autouse=True)
def _rested(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has waited yet."""
    monkeypatch.setattr(exits, "_waited", 0.0)


@pytest.mark.parametrize(
    ("how", "seconds"),
    [
        ({}, exits.SOON_S),
        ({"alive": False}, exits.EXIT_TIMEOUT_S),
        ({"integrations": ()}, exits.EXIT_TIMEOUT_S),
    ],
)
def test_where_sentry_flushes_itself_the_end_waits_for_it_only_a_moment(
    monkeypatch: pytest.MonkeyPatch, how: dict[str, Any], seconds: float
) -> None:
    """Its own hook comes later and waits as long as was chosen; where it has none, or can't, nobody else will."""
    client = _Client(**how)
    monkeypatch.setattr(exits, "_set_up_now", lambda: [client])
    reporter = _Reporter()
    hooks = exits.Exits(reporter.flush)
    hooks._at_exit()
    assert (1, True, pytest.approx([seconds], abs=0.1)) == (reporter.asked, hooks.exiting, client.given)


def test_who_leaves_at_once_waits_as_long_as_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody flushes afterwards."""
    client = _Client()
    monkeypatch.setattr(exits, "_set_up_now", lambda: [client])
    reporter = _Reporter()
    exits.Exits(reporter.flush).leave(client)
    assert (1, pytest.approx([exits.EXIT_TIMEOUT_S], abs=0.1)) == (reporter.asked, client.given)


def test_metrics_keep_their_thread_while_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where it is gone, or can't be started any more, are they taken without."""
    ended = threading.Thread(target=lambda: None)
    ended.start()
    ended.join()
    here, alive = threading.current_thread(), threading.Event()
    living = threading.Thread(target=alive.wait, daemon=True)
    living.start()
    for thread, expected in ((living, living), (ended, here), (None, here)):
        batcher = SimpleNamespace(_flusher=thread, _running=False)
        monkeypatch.setattr(exits, "_set_up_now", lambda batcher=batcher: [SimpleNamespace(metrics_batcher=batcher)])
        exits.accept_now(ending=True)
        assert (expected, expected is here) == (batcher._flusher, batcher._running)
    for starts, expected in ((True, None), (False, here)):
        batcher = SimpleNamespace(_flusher=None, _running=starts, _ensure_thread=lambda starts=starts: starts)
        monkeypatch.setattr(exits, "_set_up_now", lambda batcher=batcher: [SimpleNamespace(metrics_batcher=batcher)])
        exits.accept_now(ending=False)
        assert (expected, True) == (batcher._flusher, batcher._running)
    monkeypatch.setattr(exits, "_set_up_now", lambda: [SimpleNamespace(metrics_batcher=None), SimpleNamespace()])
    exits.accept_now(ending=True)
    alive.set()
    living.join()


def test_whoever_links_traces_already_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentry's own integration for OTLP does; where nobody does, and the SDK can, events carry the current span."""

    def theirs() -> None:
        return None

    monkeypatch.setattr(sentry_sdk.scope, "_external_propagation_context_fn", theirs)
    start.link_traces()
    assert theirs is sentry_sdk.scope._external_propagation_context_fn
    monkeypatch.setattr(sentry_sdk.scope, "_external_propagation_context_fn", None)
    start.link_traces()
    assert start._current_span is sentry_sdk.scope._external_propagation_context_fn
    context = trace.SpanContext(7, 9, is_remote=False)
    with trace.use_span(trace.NonRecordingSpan(context)):
        assert (f"{7:032x}", f"{9:016x}") == start._current_span()
    assert start._current_span() is None
    monkeypatch.setattr(sentry_sdk.scope, "_external_propagation_context_fn", None)
    monkeypatch.delattr(sentry_sdk.scope, "has_external_propagation_context")
    start.link_traces()
    assert sentry_sdk.scope._external_propagation_context_fn is None


@pytest.mark.parametrize(("timeout", "takes", "left"), [(1.0, 0.3, 0.7), (0.4, 0.5, exits.LEAST_S), (0.05, 0.1, 0.05)])
def test_sentrys_own_flush_has_what_is_left_of_the_time(timeout: float, takes: float, left: float) -> None:
    """And a moment in any case, but never more than was given."""
    client = _Client()

    class Slow(_Reporter):
        def flush(self, timeout: float) -> None:
            super().flush(timeout)
            time.sleep(takes)

    given: list[float] = []
    client.flush = lambda timeout, callback=None: given.append(timeout)  # type: ignore[method-assign]
    reporter = Slow()
    hooks = exits.Exits(reporter.flush)
    hooks.watch(client)
    client.flush(timeout)
    hooks.undo()
    assert (1, [pytest.approx(left, abs=0.06)]) == (reporter.asked, given)
