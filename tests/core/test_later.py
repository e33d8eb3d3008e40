"""Calls that are over and wait to be settled: who settles them, what never waits, and what bounds them."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any

import openai
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

import genai_sentry
from genai_sentry import Settings, later
from genai_sentry.call import Call
from genai_sentry.errors.finishes import classify_finish
from genai_sentry.later import Later
from genai_sentry.patch.state import state
from genai_sentry.statistics import recorder as counted
from genai_sentry.telemetry import spans
from genai_sentry.testing import SimulatedProvider
from genai_sentry.wire import formats
from process import run

MESSAGES = [{"role": "user", "content": "hello"}]


class Finished:
    """What `Later` needs of a call."""

    def __init__(self, size: int = 10) -> None:
        self.recording = False
        self.span = None
        self.size = size
        self.settled = False
        self.times = 0


def settle(calls: Sequence[Finished]) -> None:
    """What `Later` has settled."""
    for call in calls:
        call.settled = True
        call.size = 0
        call.times += 1


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Later]:
    """A `Later` whose own thread leaves the calls alone for long."""
    monkeypatch.setattr(later, "DELAY_S", 30.0)
    made = Later(settle)  # type: ignore[arg-type]
    yield made
    made.close()


@pytest.fixture
def patient(bare: Any, provider: SimulatedProvider, monkeypatch: pytest.MonkeyPatch) -> Iterator[openai.OpenAI]:
    """A client whose calls wait until somebody asks."""
    monkeypatch.setattr(later, "DELAY_S", 30.0)
    counted.reset()
    bare.instrument()
    with openai.OpenAI(base_url=provider.base_url, api_key="sk-test", max_retries=0) as client:
        yield client
    counted.reset()


def _waiting() -> int:
    assert state.runtime is not None
    return len(state.runtime.later._waiting)


def test_a_call_waits_until_its_attributes_are_read(bare: Any, patient: openai.OpenAI) -> None:
    """Nothing is decoded while the application goes on; whoever reads the span sees all of it."""
    patient.chat.completions.create(model="m", messages=MESSAGES)
    assert 1 == _waiting()
    assert 0 == counted._calls

    assert bare.span.attributes["gen_ai.usage.input_tokens"] > 0
    assert 1 == counted._calls


@pytest.mark.parametrize(
    "look", [dict, len, list, lambda a: "llm_attempts" in a, lambda a: a.get("llm_attempts"), repr]
)
def test_every_way_of_reading_settles(bare: Any, patient: openai.OpenAI, look: Any) -> None:
    """There is no way of looking at the attributes that sees only half of them."""
    patient.chat.completions.create(model="m", messages=MESSAGES)
    (span,) = bare.exporter.get_finished_spans()
    look(span.attributes)
    assert 1 == counted._calls
    assert 1 == span.attributes["llm_attempts"]


def test_the_spans_json_has_what_was_promised(bare: Any, patient: openai.OpenAI) -> None:
    """The SDK's own JSON of a span is complete."""
    patient.chat.completions.create(model="m", messages=MESSAGES)
    (span,) = bare.exporter.get_finished_spans()
    assert 1 == json.loads(span.to_json())["attributes"]["llm_attempts"]


def test_statistics_settle(patient: openai.OpenAI) -> None:
    """Whoever asks for the statistics gets every call that is over."""
    for _ in range(3):
        patient.chat.completions.create(model="m", messages=MESSAGES)
    assert 3 == _waiting()
    stats = genai_sentry.stats()
    assert (3, 0) == (stats.calls, _waiting())
    assert stats.input_tokens > 0


def test_collecting_metrics_settles(bare: Any, patient: openai.OpenAI) -> None:
    """A metric reader gets every call that is over, in the collection that it asks for."""
    patient.chat.completions.create(model="m", messages=MESSAGES)
    assert 1 == _waiting()
    (point,) = bare.metrics()["gen_ai.client.operation.duration"]
    assert (1, 0) == (point.count, _waiting())


def test_calls_that_are_alike_are_counted_up_before_they_are_told(
    bare: Any, patient: openai.OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cost and attempts of calls that are settled together are one sum a series: right, and told once."""
    assert state.runtime is not None
    metrics = state.runtime.metrics
    assert metrics is not None
    told: list[str] = []
    for name in ("_cost", "_attempts"):
        inner = getattr(metrics, name)
        counter = SimpleNamespace(add=lambda *a, inner=inner, name=name: (told.append(name), inner.add(*a)))
        monkeypatch.setattr(metrics, name, counter)
    for model in ("gpt-4o", "gpt-4o", "gpt-4o-mini", "gpt-4o"):
        patient.chat.completions.create(model=model, messages=MESSAGES)

    found = bare.metrics()
    assert {"gpt-4o": 3, "gpt-4o-mini": 1} == {
        point.attributes["ai_model"]: point.value for point in found["llm.client.attempts"]
    }
    cost = {point.attributes["ai_model"]: point.value for point in found["llm.client.cost"]}
    spent = [span.attributes["llm_cost_usd"] for span in bare.spans]
    assert cost == {"gpt-4o": pytest.approx(sum(spent[:2]) + spent[3]), "gpt-4o-mini": pytest.approx(spent[2])}
    assert ["_attempts", "_attempts", "_cost", "_cost"] == sorted(told)


def test_a_flush_settles(patient: openai.OpenAI) -> None:
    """After a flush no call waits."""
    patient.chat.completions.create(model="m", messages=MESSAGES)
    assert 1 == _waiting()
    assert state.runtime is not None
    state.runtime.flush(1.0)
    assert (0, 1) == (_waiting(), counted._calls)


def test_the_thread_settles_when_nobody_asks(bare: Any, provider: SimulatedProvider) -> None:
    """A moment later a call is settled anyhow."""
    counted.reset()
    bare.instrument()
    with openai.OpenAI(base_url=provider.base_url, api_key="sk-test") as client:
        client.chat.completions.create(model="m", messages=MESSAGES)
    until = time.monotonic() + 20
    while not counted._calls and time.monotonic() < until:
        time.sleep(0.01)
    assert 1 == counted._calls
    counted.reset()


def test_uninstrumenting_settles(bare: Any, patient: openai.OpenAI) -> None:
    """What waits when the instrumentation is taken out is not lost."""
    patient.chat.completions.create(model="m", messages=MESSAGES)
    genai_sentry.GenAIInstrumentor().uninstrument()
    assert 1 == counted._calls


def test_a_call_is_counted_once(bare: Any, patient: openai.OpenAI) -> None:
    """However many look, a call is one call."""
    patient.chat.completions.create(model="m", messages=MESSAGES)
    for _ in range(2):
        assert 1 == bare.span.attributes["llm_attempts"]
        assert 1 == genai_sentry.stats().calls
        assert 1 == bare.metrics()["gen_ai.client.operation.duration"][0].count


@pytest.mark.parametrize("kind", ["rate_limit", "authentication", "server_error", "content_filter"])
def test_a_failure_never_waits(patient: openai.OpenAI, provider: SimulatedProvider, kind: str) -> None:
    """A failure is settled before the application sees it."""
    provider.fail_next(kind)
    with pytest.raises(openai.APIError):
        patient.chat.completions.create(model="m", messages=MESSAGES)
    assert (0, 1) == (_waiting(), counted._failures)


def test_breadcrumbs_keep_the_order_of_the_calls() -> None:
    """Breadcrumbs of calls that wait stand where the calls ended, and say what an answer said once that is known."""
    found = run(
        """
        import json, logging, time
        import openai, sentry_sdk
        import genai_sentry
        from genai_sentry import later
        from genai_sentry.testing import SentryReceiver, SimulatedProvider
        later.DELAY_S = 30.0
        with SimulatedProvider() as provider, SentryReceiver() as receiver:
            genai_sentry.init(receiver.dsn)
            client = openai.OpenAI(base_url=provider.base_url, api_key="sk-test", max_retries=0)
            ask = lambda model: client.chat.completions.create(model=model, messages=[])
            ask("first")
            sentry_sdk.add_breadcrumb(category="own", message="between")
            ask("second")
            sentry_sdk.capture_message("look")
            genai_sentry.flush()
            (event,) = [event for event in receiver.events if event.get("message") == "look"]
            crumbs = event["breadcrumbs"]["values"]
        genai_sentry.shutdown()
        print(json.dumps([[crumb["category"], crumb.get("data", {}).get("model")] for crumb in crumbs
                          if crumb["category"] in ("own", "llm")]))
        """
    )
    assert [["llm", "first"], ["own", None], ["llm", "second"]] == found


def test_alerts_are_raised_of_calls_that_waited(
    bare: Any, provider: SimulatedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A budget that is passed by a waiting call is announced when the call is settled."""
    monkeypatch.setattr(later, "DELAY_S", 30.0)
    bare.instrument(
        Settings(
            prices={"openai": {"m": {"input": 1000.0, "output": 1000.0}}},
            budgets=[{"usd": 0.000001, "per": "day"}],
        )
    )
    assert state.runtime is not None
    raised: list[Any] = []
    monkeypatch.setattr(state.runtime.reporter, "alert", raised.append)
    with openai.OpenAI(base_url=provider.base_url, api_key="sk-test") as client:
        client.chat.completions.create(model="m", messages=MESSAGES)
    assert [] == raised
    genai_sentry.stats()
    assert {"budget"} == {alert.kind for alert in raised}


def test_what_waits_at_exit_is_settled() -> None:
    """A program that ends at once loses no call."""
    found = run(
        """
        import atexit, json
        from genai_sentry import statistics
        atexit.register(lambda: print(json.dumps(statistics.recorder._calls)))
        import openai
        from genai_sentry import GenAIInstrumentor, later
        from genai_sentry.testing import SimulatedProvider
        later.DELAY_S = 30.0
        GenAIInstrumentor().instrument()
        with SimulatedProvider() as provider:
            client = openai.OpenAI(base_url=provider.base_url, api_key="sk-test")
            client.chat.completions.create(model="m", messages=[])
        """
    )
    assert 1 == found


def test_a_forked_child_leaves_the_parents_calls_to_it() -> None:
    """What waits when a process forks is counted by the parent alone; the child's own calls are its own."""
    found = run(
        """
        import json, os
        import openai
        import genai_sentry
        from genai_sentry import GenAIInstrumentor, later
        from genai_sentry.testing import SimulatedProvider
        later.DELAY_S = 30.0
        GenAIInstrumentor().instrument()
        with SimulatedProvider() as provider:
            ask = lambda: openai.OpenAI(base_url=provider.base_url, api_key="sk-test").chat.completions.create(
                model="m", messages=[])
            ask()
            reader, writer = os.pipe()
            child = os.fork()
            if not child:
                inherited = genai_sentry.stats().calls
                ask()
                os.write(writer, json.dumps([inherited, genai_sentry.stats().calls]).encode())
                os._exit(0)
            os.waitpid(child, 0)
            print(json.dumps([genai_sentry.stats().calls, *json.loads(os.read(reader, 100))]))
        """
    )
    assert [1, 0, 1] == found


def test_the_number_that_waits_is_bounded(waiting: Later, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound a call is settled where it ends, and after a drain there is room again."""
    monkeypatch.setattr(later, "MAX_WAITING", 3)
    assert [True, True, True, False] == [waiting.take(Finished()) for _ in range(4)]  # type: ignore[arg-type]
    waiting.drain()
    assert waiting.take(Finished())  # type: ignore[arg-type]


def test_the_bytes_that_wait_are_bounded(waiting: Later, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long answers count by their length."""
    monkeypatch.setattr(later, "MAX_WAITING_BYTES", 100)
    assert [True, True, False] == [waiting.take(Finished(60)) for _ in range(3)]  # type: ignore[arg-type]
    waiting.drain()
    assert waiting.take(Finished(60))  # type: ignore[arg-type]


def test_a_call_over_the_bound_is_settled_at_once(patient: openai.OpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    """No call is lost when too many wait."""
    monkeypatch.setattr(later, "MAX_WAITING", 1)
    for _ in range(2):
        patient.chat.completions.create(model="m", messages=MESSAGES)
    assert (1, 1) == (_waiting(), counted._calls)


def test_a_closed_one_takes_nothing(waiting: Later) -> None:
    """After the close nothing waits, since nobody would come back for it."""
    call = Finished()
    assert waiting.take(call)  # type: ignore[arg-type]
    waiting.close()
    assert 1 == call.times
    assert not waiting.take(Finished())  # type: ignore[arg-type]


def test_the_end_of_the_interpreter_waits_for_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a script's only call has cost is known when its span is exported; without a call nobody waits."""
    monkeypatch.setattr(later, "DELAY_S", 30.0)
    order: list[str] = []
    made = Later(
        lambda calls: (settle(calls), order.append("settled")),  # type: ignore[arg-type]
        lambda seconds: not order.append("ready"),
        lambda: order.append("ended"),
    )
    made._at_exit()
    made.take(Finished())  # type: ignore[arg-type]
    made._at_exit()
    assert ["ended", "ready", "settled", "ended"] == order
    made.close()


def test_draining_twice_settles_once(waiting: Later) -> None:
    """A call that is settled stays as it is."""
    call = Finished()
    waiting.take(call)  # type: ignore[arg-type]
    waiting.drain()
    waiting.drain()
    waiting.settle(call)  # type: ignore[arg-type]
    assert 1 == call.times


@pytest.mark.parametrize("step", ["decoded", "record"])
def test_a_fault_takes_no_other_call_down(
    bare: Any, patient: openai.OpenAI, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """What goes wrong with one call leaves the others of its batch alone."""
    monkeypatch.setenv("GENAI_SENTRY_GUARD", "lenient")
    usual = getattr(Call, step)

    def broken(call: Call) -> object:
        if call.model == "broken":
            raise ValueError("broken")
        return usual(call)

    monkeypatch.setattr(Call, step, broken)
    for model in ("broken", "good"):
        patient.chat.completions.create(model=model, messages=MESSAGES)
    assert {"openai/good": 1} == genai_sentry.stats().calls_by_model
    first, second = bare.exporter.get_finished_spans()
    assert (None, 1) == (first.attributes.get("llm_attempts"), second.attributes["llm_attempts"])


def test_one_call_is_settled_with_few_others(waiting: Later, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who looks at one span does not wait for all calls of a busy process, and the room is given back."""
    monkeypatch.setattr(later, "MAX_WAITING_BYTES", 1000)
    calls = [Finished(10) for _ in range(later.FULL)]
    for call in calls:
        assert waiting.take(call)  # type: ignore[arg-type]
    waiting.settle(calls[-1])  # type: ignore[arg-type]
    assert (later.BATCH, 1) == (sum(call.settled for call in calls), calls[-1].times)
    assert 10 * (later.FULL - later.BATCH) == waiting._bytes
    waiting.drain()
    assert ({1}, 0) == ({call.times for call in calls}, waiting._bytes)


def test_who_makes_many_calls_settles_them(waiting: Later) -> None:
    """A busy thread does the work itself, many calls at a time, and the last one waits again."""
    calls = [Finished() for _ in range(later.FULL + 1)]
    for call in calls[:-1]:
        assert waiting.take(call)  # type: ignore[arg-type]
    assert 0 == sum(call.settled for call in calls)
    assert waiting.take(calls[-1])  # type: ignore[arg-type]
    assert [1] * later.FULL + [0] == [call.times for call in calls]
    assert 10 == waiting._bytes


def test_calls_are_settled_outside_of_the_context_that_happens_to_be_current(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one call's application put into its context is not there while another's call is settled."""
    monkeypatch.setattr(later, "DELAY_S", 30.0)
    variable: ContextVar[str] = ContextVar("variable", default="nothing")
    seen: set[str] = set()

    def look(calls: Sequence[Finished]) -> None:
        seen.add(variable.get())
        settle(calls)

    made = Later(look)  # type: ignore[arg-type]
    variable.set("of this call")
    for _ in range(later.FULL + 1):
        made.take(Finished())  # type: ignore[arg-type]
    assert {"nothing"} == seen
    made.close()


@pytest.mark.parametrize("why", ["long answers", "no prices", "another is at it"])
def test_a_busy_thread_leaves_calls_to_ours(monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    """Where settling would take long, or would have to wait, our thread is woken for it at once."""
    monkeypatch.setattr(later, "DELAY_S", 30.0)
    who: set[int] = set()

    def note(calls: Sequence[Finished]) -> None:
        who.add(threading.get_ident())
        settle(calls)

    made = Later(note, lambda seconds: seconds > 0 or why != "no prices")  # type: ignore[arg-type]
    calls = [Finished(later.FULL_BYTES if why == "long answers" else 10) for _ in range(later.FULL + 1)]
    monkeypatch.setattr(later, "MAX_WAITING_BYTES", 2**40)
    held = threading.Event()
    over = threading.Event()

    def hold() -> None:
        with made._lock:
            held.set()
            over.wait(10)

    other = threading.Thread(target=hold)
    for call in calls[:-1]:
        assert made.take(call)  # type: ignore[arg-type]
    if why == "another is at it":
        other.start()
        held.wait(10)
    assert made.take(calls[-1])  # type: ignore[arg-type]
    over.set()
    deadline = time.monotonic() + 10
    while not all(call.settled for call in calls) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert ({1}, True) == ({call.times for call in calls}, threading.get_ident() not in who)
    made.close()


def test_our_thread_stays_out_of_the_way_of_a_busy_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as calls are settled where they are made nobody else is at it; what is left then is settled soon."""
    monkeypatch.setattr(later, "DELAY_S", 0.3)
    who: list[int] = []

    def note(calls: Sequence[Finished]) -> None:
        who.append(threading.get_ident())
        settle(calls)

    made = Later(note)  # type: ignore[arg-type]
    until = time.monotonic() + 1.0
    calls = []
    while time.monotonic() < until:
        for _ in range(later.FULL):
            calls.append(Finished())
            assert made.take(calls[-1])  # type: ignore[arg-type]
        time.sleep(0.01)
    busy = len(who)
    assert (True, {threading.get_ident()}) == (busy > 10, set(who))
    deadline = time.monotonic() + 10
    while not all(call.settled for call in calls) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.get_ident() not in who[busy:]
    assert {1} == {call.times for call in calls}
    made.close()


class _Woken:
    """A queue that counts how often somebody was woken by it."""

    def __init__(self) -> None:
        self.times = 0
        self._inner: queue.SimpleQueue[None] = queue.SimpleQueue()

    def put(self, item: None) -> None:
        self.times += 1
        self._inner.put(item)

    def get(self, timeout: float | None = None) -> None:
        return self._inner.get(timeout=timeout)


def _soon_settled(call: Finished) -> bool:
    deadline = time.monotonic() + 10
    while not call.settled and time.monotonic() < deadline:
        time.sleep(0.01)
    return call.settled


def test_our_thread_is_not_woken_by_every_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls that follow one another wake nobody, though each is settled soon; after a long silence the next one does."""
    monkeypatch.setattr(later, "DELAY_S", 0.05)
    monkeypatch.setattr(later, "LINGER_S", 30.0)
    made = Later(settle)  # type: ignore[arg-type]
    woken = made._wake = _Woken()  # type: ignore[assignment]
    for _ in range(3):
        call = Finished()
        assert made.take(call)  # type: ignore[arg-type]
        assert _soon_settled(call)
    assert 1 == woken.times

    monkeypatch.setattr(later, "LINGER_S", 0.1)
    deadline = time.monotonic() + 10
    while made._awake and time.monotonic() < deadline:
        time.sleep(0.01)
    call = Finished()
    assert made.take(call)  # type: ignore[arg-type]
    assert (True, 2) == (_soon_settled(call), woken.times)
    made.close()


def test_a_broken_settler_reaches_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads a span's attributes is not told of what fails while they are worked out."""
    monkeypatch.setenv("GENAI_SENTRY_GUARD", "lenient")
    monkeypatch.setattr(later, "DELAY_S", 30.0)

    def broken(calls: Sequence[Finished]) -> None:
        settle(calls)
        raise ValueError("broken")

    made = Later(broken)  # type: ignore[arg-type]
    call = Finished()
    made.take(call)  # type: ignore[arg-type]
    made.settle(call)  # type: ignore[arg-type]
    assert 1 == call.times
    made.close()


def test_attributes_are_put_at_once_where_the_sdk_is_another(
    bare: Any, patient: openai.OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With spans of a kind that can't keep a promise, nothing waits and nothing is missing."""
    monkeypatch.setattr(spans, "_SDK_SPANS", frozenset())
    patient.chat.completions.create(model="m", messages=MESSAGES)
    assert (0, 1) == (_waiting(), counted._calls)
    assert 1 == bare.span.attributes["llm_attempts"]


@pytest.mark.parametrize("limits", [SpanLimits(max_span_attributes=5), SpanLimits(max_span_attribute_length=4)])
def test_limits_of_the_sdk_hold(
    bare: Any, provider: SimulatedProvider, monkeypatch: pytest.MonkeyPatch, limits: SpanLimits
) -> None:
    """Where a provider limits attributes, they go in the public way, which keeps to the limits."""
    monkeypatch.setattr(later, "DELAY_S", 30.0)
    bare.provider = TracerProvider(span_limits=limits)
    bare.provider.add_span_processor(SimpleSpanProcessor(bare.exporter))
    bare.instrument()
    with openai.OpenAI(base_url=provider.base_url, api_key="sk-test") as client:
        client.chat.completions.create(model="long-name", messages=MESSAGES)
    assert 0 == _waiting()
    (span,) = bare.exporter.get_finished_spans()
    assert len(span.attributes) <= (limits.max_span_attributes or 128)
    assert all(len(value) <= 4 for value in span.attributes.values() if isinstance(value, str)) or (
        limits.max_span_attribute_length is None
    )


def test_a_promise_can_not_be_made_of_no_span() -> None:
    """Without a span, and with one of another kind, there is nothing to promise."""
    assert not spans.promise(None, lambda: None)
    assert not spans.promise(SimpleNamespace(), lambda: None)  # type: ignore[arg-type]


_SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
_REASONS = st.sampled_from(["stop", "length", "tool_calls", "function_call", "content_filter", "error", "", None, 7])
_ERRORS = st.sampled_from([None, "broken", {"message": "broken", "code": 502}, {}, []])
_CHOICE = st.fixed_dictionaries(
    {},
    optional={
        "finish_reason": _REASONS,
        "message": st.fixed_dictionaries({}, optional={"content": st.text(max_size=60), "refusal": _SCALARS}),
        "error": _ERRORS,
        "index": st.integers(0, 3),
    },
)
_ANSWER = st.fixed_dictionaries(
    {},
    optional={
        "id": st.text(max_size=10),
        "model": st.text(max_size=10),
        "object": st.sampled_from(["chat.completion", "error", "response", "list"]),
        "type": st.sampled_from(["message", "error"]),
        "status": st.sampled_from(["completed", "failed", "incomplete"]),
        "choices": st.lists(_CHOICE, max_size=2),
        "output": st.lists(st.fixed_dictionaries({}, optional={"type": st.text(max_size=8)}), max_size=2),
        "error": _ERRORS,
        "message": st.text(max_size=10),
        "stop_reason": st.sampled_from(["end_turn", "refusal", "max_tokens", "tool_use", None]),
        "content": st.lists(
            st.fixed_dictionaries(
                {}, optional={"input": st.fixed_dictionaries({}, optional={"stop_reason": _REASONS})}
            ),
            max_size=2,
        ),
        "candidates": st.lists(
            st.fixed_dictionaries(
                {}, optional={"finishReason": st.sampled_from(["STOP", "SAFETY", "MAX_TOKENS", "OTHER", 1, 3, None])}
            ),
            max_size=2,
        ),
        "promptFeedback": st.fixed_dictionaries({}, optional={"blockReason": st.sampled_from(["SAFETY", None])}),
        "incomplete_details": st.sampled_from([None, {"reason": "content_filter"}, {"reason": "max_output_tokens"}]),
        "data": st.lists(_SCALARS, max_size=2),
        "usage": st.fixed_dictionaries({}, optional={"prompt_tokens": st.integers(0, 99)}),
    },
)


@example(answer={"choices": [{"finish_reason": "content_filter"}]}, indent=None)
@example(
    answer={"choices": [{"finish_reason": "stop", "message": {"content": '"error": "finish_reason"'}}]}, indent=None
)
@example(answer={"object": "error", "message": "m", "choices": [{"finish_reason": "stop"}]}, indent=None)
@example(answer={"status": "completed", "message": ""}, indent=None)
@given(answer=_ANSWER, indent=st.sampled_from([None, 1]))
def test_a_plain_answer_tells_no_failure(answer: dict[str, object], indent: int | None) -> None:
    """Whatever a format calls plain by a look at the bytes, decoding finds no error and no filtered finish in it."""
    body = json.dumps(answer, indent=indent).encode()
    for found in formats.FORMATS.values():
        if found.plain(body):
            outcome = found.response(body, "application/json")
            assert outcome.error is None
            assert classify_finish(outcome, report_truncated=False) is None


@pytest.mark.parametrize(
    ("name", "body", "usual", "filtered"),
    [
        ("openai.chat", b'{"choices": [{"index": 0, "finish_reason": "stop"}]}', b"stop", b"content_filter"),
        ("anthropic.messages", b'{"type": "message", "stop_reason": "end_turn"}', b"end_turn", b"refusal"),
        ("gemini.generate_content", b'{"candidates": [{"finishReason": "STOP"}]}', b"STOP", b"SAFETY"),
    ],
)
def test_an_ordinary_answer_is_plain(name: str, body: bytes, usual: bytes, filtered: bytes) -> None:
    """The usual answers do wait, and what a policy stopped does not."""
    found = formats.FORMATS[name]
    assert [True, False] == [found.plain(body), found.plain(body.replace(usual, filtered))]
