"""Small pieces of the delivery that larger tests pass by."""

from __future__ import annotations

import contextvars
import os
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from types import FrameType, SimpleNamespace
from typing import Any

import pytest
import sentry_sdk

from genai_sentry import Settings
from genai_sentry.errors.taxonomy import ErrorType, classification
from genai_sentry.record import CallRecord
from genai_sentry.sentry import breadcrumbs, deferral, integrations, snapshot
from genai_sentry.sentry.deferral import Outbox, Pending
from genai_sentry.sentry.enrich import _all_known
from genai_sentry.sentry.matching import Found, Mark, State, _scope_of, echo_of, get_mark, is_marked, put_mark
from genai_sentry.sentry.reporter import MAX_QUEUED, Reporter
from genai_sentry.sentry.start import starter


def _found(error: Exception) -> Found:
    return Found(Mark("1-1", CallRecord(), "key"), error, "member", False)


def test_a_group_is_known_when_each_of_its_members_is() -> None:
    """Only then does its event say nothing new."""
    one, other = ValueError("one"), ValueError("other")
    group = ExceptionGroup("both", [one, ExceptionGroup("inner", [other])])

    assert _all_known(group, [_found(one), _found(other)])
    assert not _all_known(group, [_found(one)])
    assert not _all_known(group, [])
    assert _all_known(one, [])


def test_what_was_lost_is_lost_wherever_it_was() -> None:
    """Waiting for its turn, and for want of a client."""
    reporter = Reporter(Settings(events="off"))
    reporter._outbox.lost, reporter._delivery.lost = 2, 3

    assert 5 == reporter.lost
    reporter.close()


def test_a_failure_held_back_is_carried_by_one_event_of_the_application() -> None:
    """Whoever captures it first has it; a second event about it is a repetition of the first."""
    reporter = Reporter(Settings(events="off"))
    mark = Mark(f"{os.getpid()}-1", CallRecord(), "key")
    mark.state = State.SUPPRESSED
    claims = [
        reporter._enricher._claim(Found(mark, ValueError(), "self", False), event) for event in ("first", "second")
    ]
    assert ([True, False], State.CLAIMED, "first") == (claims, mark.state, mark.event_id)

    passed_by = Mark(f"{os.getpid()}-2", CallRecord(), "key")
    passed_by.state = State.SUPPRESSED
    assert reporter._enricher._claim(Found(passed_by, ValueError(), "context", True), "first")
    assert State.SUPPRESSED is passed_by.state
    reporter.close()


def test_a_failure_long_after_the_last_one_is_sent_when_it_is_due() -> None:
    """The thread that found nothing to wait for sleeps for good; the next failure wakes it."""
    sent: list[str] = []
    outbox = Outbox(lambda entry: sent.append(entry.id), lambda: True)
    for name in ("one", "other"):
        outbox.admit(
            Pending(name, "key", None, None, contextvars.copy_context(), at=time.time(), deadline=time.monotonic())
        )
        until = time.monotonic() + 20
        while name not in sent and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.1)
    assert ["one", "other"] == sent
    outbox.close()


def test_callers_are_named_once() -> None:
    """A traceback that begins on the current stack has no callers to add; one that is over has."""
    try:
        raise ValueError
    except ValueError as error:
        begun = error.__traceback__
    assert begun is not None
    assert snapshot.calling(begun.tb_frame) is None

    def over() -> FrameType:
        return sys._getframe()

    assert sys._getframe() is snapshot.calling(over())


def test_a_breadcrumb_says_how_a_call_ended() -> None:
    """A failure is a warning; what is not known is absent."""
    made = breadcrumbs.breadcrumb(
        CallRecord("chat", "openai", "m", duration_s=0.25, classification=classification(ErrorType.RATE_LIMIT))
    )
    known = {"type": "default", "category": "llm", "data": {"provider": "openai", "model": "m", "latency_ms": 250}}
    for crumb, level, outcome, name in (
        (made, "warning", "rate_limit/unspecified", "chat"),
        (breadcrumbs.begun("", "openai", "m", 0.25), "info", "ok", "llm"),
    ):
        assert isinstance(crumb.pop("timestamp"), datetime)
        assert "outcome" in crumb["data"]
        assert crumb == {
            **known,
            "level": level,
            "message": f"{name} m: {outcome}",
            "data": {**known["data"], "outcome": outcome},  # type: ignore[dict-item]
        }


def test_sentrys_own_integrations_for_the_sdks_here_are_found() -> None:
    """Those of libraries that are not installed are none that Sentry could switch on."""
    found = {kind.__name__ for kind in integrations.disabled_integrations()}
    known = {place.partition(":")[2] for place in integrations.COVERED.values()}
    assert {"OpenAIIntegration", "AnthropicIntegration"} <= found <= known


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Scopes and an environment of the test's own, whatever other tests have left of Sentry."""
    monkeypatch.delenv("SENTRY_DSN", raising=False)
    monkeypatch.setattr(starter, "armed", False)
    with sentry_sdk.isolation_scope() as isolation, sentry_sdk.new_scope() as current:
        isolation.clear()
        for scope in (isolation, current):
            scope.set_client(None)
        yield


@pytest.mark.usefixtures("alone")
def test_a_client_that_sends_nowhere_is_none() -> None:
    """Set up without a DSN, Sentry is active all the same: nothing is held for it, and a line says so once."""
    what = classification(ErrorType.RATE_LIMIT)
    reporter = Reporter(Settings())
    try:
        sentry_sdk.init(default_integrations=False)
        assert sentry_sdk.get_client().is_active()
        reporter.report(CallRecord("chat", "openai", "m", classification=what), ValueError())
        assert (True, 0) == (reporter.told, len(reporter._outbox))
    finally:
        reporter.close()
        sentry_sdk.get_global_scope().set_client(None)


@pytest.mark.parametrize("content", [b"", None, "text", iter([b"a"]), [b"a"]])
def test_a_body_that_is_not_in_memory_is_no_echo(content: object) -> None:
    """One that is read as it is sent, for one."""
    assert echo_of(SimpleNamespace(_content=content)) is None
    kept = echo_of(SimpleNamespace(_content=b"{}"))
    assert kept is not None
    assert 2 == kept.size


def test_in_a_storm_there_is_room_for_failures_of_another_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until none is left at all; what is claimed gives its room back."""
    monkeypatch.setattr(deferral, "MAX_PENDING", 8)
    monkeypatch.setattr(deferral, "MAX_HELD_BYTES", 100)
    outbox = Outbox(lambda entry: None, lambda: True)
    due = time.monotonic() + 60

    def hold(name: str, key: str, size: int = 0) -> None:
        outbox.admit(
            Pending(name, key, None, None, contextvars.copy_context(), at=time.time(), deadline=due, size=size)
        )

    hold("1", "a")
    assert (False, False) == (outbox.crowded("a"), outbox.crowded("b"))
    hold("2", "a")
    assert (True, False) == (outbox.crowded("a"), outbox.crowded("b"))
    outbox.claim("2")
    assert not outbox.crowded("a")
    hold("large", "a", 100)
    outbox.claim("1")
    assert (True, False) == (outbox.crowded("a"), outbox.crowded("b"))
    for number in range(7):
        hold(f"b{number}", f"b{number}")
    assert (True, True) == (outbox.crowded("a"), outbox.crowded("b"))
    outbox.claim("large")
    assert (False, 7) == (outbox.crowded("a"), len(outbox))
    assert all(outbox.claim(f"b{number}") for number in range(7))
    hold("larger", "c", 100)
    hold("small", "c")
    outbox.claim("larger")
    assert not outbox.crowded("c")
    outbox.claim("small")
    outbox.close()


def test_an_event_that_can_not_be_sent_is_lost_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """In production nothing is raised; under test the fault is."""
    counted: list[tuple[object, ...]] = []
    monkeypatch.setattr(deferral.recorder, "lost", lambda *what: counted.append(what))
    outbox = Outbox(lambda entry: 1 / 0, lambda: True)  # type: ignore[arg-type, return-value]
    entry = Pending("1", "a", None, None, contextvars.copy_context(), at=0.0, deadline=0.0)
    with pytest.raises(ZeroDivisionError):
        outbox.send(entry)
    monkeypatch.setenv("GENAI_SENTRY_GUARD", "lenient")
    outbox.send(entry)
    assert (2, [("events", 1, "not_sent")] * 2) == (outbox.lost, counted)


def test_there_is_room_while_sentrys_queue_is_not_nearly_full() -> None:
    """A transport that has no queue takes what it gets; so does one whose queue does not tell."""
    reporter = Reporter(Settings(events="off"))

    def room(size: object) -> bool:
        queued = SimpleNamespace(qsize=lambda: size)
        reporter._client = SimpleNamespace(transport=SimpleNamespace(_worker=SimpleNamespace(_queue=queued)))
        return reporter._room()

    assert [True, False, True] == [room(MAX_QUEUED), room(MAX_QUEUED + 1), room(None)]
    for transport in (None, SimpleNamespace(), SimpleNamespace(_worker=SimpleNamespace(_queue=None))):
        reporter._client = SimpleNamespace(transport=transport)
        assert reporter._room()
    reporter._client = None
    reporter.close()


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(("mode", "closed", "left"), [("deferred", False, 1), ("off", False, 0), ("deferred", True, 0)])
def test_breadcrumbs_are_left_unless_events_are_off(mode: str, closed: bool, left: int) -> None:
    """Nor after closing."""
    reporter = Reporter(Settings(events=mode))  # type: ignore[arg-type]
    try:
        sentry_sdk.init("http://public@127.0.0.1:9/1", default_integrations=False)
        if closed:
            reporter.close()
        with sentry_sdk.isolation_scope() as scope:
            reporter.breadcrumb(CallRecord("chat", "openai", "m"))
            assert left == len(scope._breadcrumbs or ())
    finally:
        reporter.close()
        sentry_sdk.get_client().close(timeout=0)
        sentry_sdk.get_global_scope().set_client(None)


@pytest.mark.parametrize(
    ("there", "ours"),
    [
        (None, True),
        ({"trace_id": f"{1:032x}", "span_id": "a"}, True),
        ({"trace_id": f"{9:032x}", "span_id": "a"}, True),
        ({"trace_id": f"{1:032x}", "span_id": "a", "op": "task"}, True),
        ({"trace_id": f"{9:032x}", "span_id": "a", "op": "task"}, False),
    ],
)
def test_an_event_is_linked_to_the_calls_span(there: dict[str, str] | None, ours: bool) -> None:
    """Unless a span of Sentry's own, in another trace, is active: without one Sentry makes a trace up."""
    reporter = Reporter(Settings(events="off"))
    event: dict[str, Any] = {"contexts": {"trace": there} if there is not None else {}}
    record = CallRecord("chat", "openai", "m", trace_id=1, span_id=2, classification=classification(ErrorType.TIMEOUT))
    reporter._enricher._add(event, record, 0)
    reporter.close()
    assert (f"{2:016x}" if ours else "a") == event["contexts"]["trace"]["span_id"]


def test_a_deadline_that_leaves_trio_is_matched_by_its_scope() -> None:
    """The one that it was raised for, also where it has passed trio's own frames on its way; nothing else has one."""
    slow = type("TooSlowError", (Exception,), {})

    def raised(kind: type[Exception], last: str) -> Exception:
        run: dict[str, Any] = {"__name__": "trio._core._run"}
        exec("def run(work):\n    scope = 'of the runner'\n    work()", run)
        timeouts: dict[str, Any] = {"__name__": last, "kind": kind}
        exec("def fail_at(scope):\n    raise kind", timeouts)
        try:
            run["run"](lambda: timeouts["fail_at"]("of the deadline"))
        except Exception as error:
            return error
        raise AssertionError

    assert "of the deadline" == _scope_of(raised(slow, "trio._timeouts"))
    assert _scope_of(raised(slow, "shop")) is None
    assert _scope_of(raised(ValueError, "trio._timeouts")) is None


def test_what_sentry_takes_no_more_of_waits_without_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """For room in its queue, and for the end of a limit; a failure that is claimed meanwhile waits no longer."""
    naps: list[float] = []
    room, limited = iter([False, False, True, True, True]), iter([True, True, False, True])
    outbox = Outbox(lambda entry: None, lambda: next(room), lambda: next(limited))
    monkeypatch.setattr(deferral, "time", SimpleNamespace(sleep=naps.append, time=lambda: 0.0))
    outbox._pending["1"] = Pending("1", "a", None, None, contextvars.copy_context(), at=0.0, deadline=0.0)
    outbox._pace("1")
    assert [deferral._PACE_S] * 2 + [deferral._LIMITED_S] * 2 == naps
    outbox._pending.clear()
    outbox._pace("1")
    assert 4 == len(naps)


def test_an_exception_that_hides_its_attributes_is_marked_all_the_same() -> None:
    """Where its class has a `__dict__` of its own, the mark is an attribute."""

    class Odd(Exception):
        @property
        def __dict__(self) -> dict[str, Any]:  # type: ignore[override]
            raise AttributeError

    error, mark = Odd(), Mark("1-1", CallRecord(), "key")
    assert (None, False) == (get_mark(error), is_marked(error))
    put_mark(error, mark)
    assert (mark, True) == (get_mark(error), is_marked(error))
