"""What Sentry, or a collector, does not take is counted and told, by real transports over loopback."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk.envelope import Item, PayloadRef

from genai_sentry.sentry import losses
from genai_sentry.statistics import Recorder
from genai_sentry.testing import SentryReceiver
from process import run

PROGRAM = """
import json, sys, time
import httpx2 as httpx, openai, sentry_sdk
import genai_sentry
from genai_sentry.patch.state import state

rounds, flush_s = int(sys.argv[1]), float(sys.argv[2])
genai_sentry.init(
    sys.argv[3],
    settings=genai_sentry.Settings(http_spans=False, event_interval_s=0.0),
    sentry_options={"auto_enabling_integrations": False, "shutdown_timeout": 0, "auto_session_tracking": False},
)
refusal = {"error": {"code": "rate_limit_exceeded", "message": "slow down", "type": "requests"}}
answer = httpx.MockTransport(lambda request: httpx.Response(429, json=refusal))
client = openai.OpenAI(api_key="sk-test", max_retries=0, http_client=httpx.Client(transport=answer))
for _ in range(rounds):
    for _ in range(3):
        try:
            client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "hi"}])
        except openai.APIError:
            pass
    genai_sentry.flush(flush_s)
stats = genai_sentry.stats()
print(json.dumps({"lost": stats.lost, "why": stats.lost_by_reason, "text": str(stats), "calls": stats.calls}), flush=True)
import os
os._exit(0)
"""


def told(dsn: str, *, rounds: int = 1, flush_s: float = 5.0, **variables: str) -> Any:
    return run(
        PROGRAM.replace("sys.argv[1]", repr(str(rounds)))
        .replace("sys.argv[2]", repr(str(flush_s)))
        .replace("sys.argv[3]", repr(dsn)),
        **variables,
    )


@contextmanager
def port(*, listening: bool) -> Iterator[int]:
    """A port that refuses connections, or takes them and never answers."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        if listening:
            bound.listen(64)
        yield bound.getsockname()[1]


def test_a_sound_delivery_loses_nothing() -> None:
    """Where everything arrives nothing is told as lost."""
    with SentryReceiver() as sentry:
        found = told(sentry.dsn)
        assert sentry.wait_for(events=3, spans=3)
    assert ({}, {}, 3) == (found["lost"], found["why"], found["calls"])
    assert "lost" not in found["text"]


def test_what_sentry_refuses_by_429_is_counted() -> None:
    """The request that was refused, and what Sentry's client then holds back, with their reasons."""
    with SentryReceiver() as sentry:
        sentry.respond(429, retry_after=60)
        found = told(sentry.dsn, rounds=2)
    assert found["lost"]["events"] >= 6  # what the span exporter logs is an event, too
    assert found["why"]["rate_limited"] >= 1
    assert found["why"]["ratelimit_backoff"] >= 3
    assert found["why"]["rate_limited"] + found["why"]["ratelimit_backoff"] + found["why"]["export_failed"] == sum(
        found["lost"].values()
    )


def test_failures_wait_for_a_short_rate_limit_to_end() -> None:
    """Sentry says: not for two seconds. What fails meanwhile is held, and arrives; only the refused one is lost."""
    with SentryReceiver() as sentry:
        sentry.respond(429, retry_after=2, times=1)
        found = run(
            f"""
            import json, os, time, sentry_sdk
            from genai_sentry.errors.taxonomy import ErrorType, classification
            from genai_sentry.record import CallRecord
            from genai_sentry.sentry.reporter import Reporter
            from genai_sentry.settings import Settings
            from genai_sentry.statistics import stats

            sentry_sdk.init({sentry.dsn!r}, auto_enabling_integrations=False, auto_session_tracking=False)
            reporter = Reporter(Settings())

            def fail(model):
                what = classification(ErrorType.SERVER_ERROR)
                try:
                    raise Exception("overloaded")
                except Exception as error:
                    reporter.report(CallRecord(operation="chat", provider="openai", model=model, classification=what), error)

            fail("refused")
            while not stats().lost:
                time.sleep(0.01)
            for number in range(5):
                fail(f"m{{number}}")
            began = time.monotonic()
            while reporter.pending and time.monotonic() - began < 20:
                time.sleep(0.01)
            sentry_sdk.flush()
            print(json.dumps([stats().lost, stats().lost_by_reason]), flush=True)
            os._exit(0)
            """
        )
        models = {event["tags"]["ai_model"] for event in sentry.events}
    assert [{"events": 1}, {"rate_limited": 1}] == found
    assert {"m0", "m1", "m2", "m3", "m4"} == models


def test_what_is_too_large_for_sentry_is_counted() -> None:
    """Sentry answers 413."""
    with SentryReceiver() as sentry:
        sentry.respond(413)
        found = told(sentry.dsn)
    assert found["lost"]["events"] >= 3
    assert found["why"]["send_error"] >= 3


def test_what_is_sent_to_nobody_is_counted() -> None:
    """Sentry is down: events, metrics and spans are lost, each counted."""
    with port(listening=False) as closed:
        found = told(f"http://key@127.0.0.1:{closed}/1", OTEL_EXPORTER_OTLP_TRACES_TIMEOUT="1")
    assert found["lost"]["events"] >= 3
    assert 3 == found["lost"]["spans"]
    assert found["lost"]["metrics"] >= 1
    assert 3 == found["why"]["export_failed"]
    assert "lost        " in found["text"]


def test_what_a_hanging_sentry_leaves_no_room_for_is_counted() -> None:
    """Sentry takes the connection and is silent: beyond its queue the application's own events are lost."""
    with port(listening=True) as silent:
        found = run(
            f"""
            import json, os, sentry_sdk, genai_sentry
            genai_sentry.init("http://key@127.0.0.1:{silent}/1", sentry_options={{"auto_enabling_integrations": False}})
            for number in range(150):
                sentry_sdk.capture_message(f"message {{number}}")
            print(json.dumps(genai_sentry.stats().lost_by_reason), flush=True)
            os._exit(0)
            """
        )
    assert 48 <= found["queue_overflow"] <= 50


def test_what_a_collector_does_not_take_is_counted() -> None:
    """An OTLP exporter of the application's own that fails is counted, too; what was imported before or after."""
    with port(listening=False) as closed:
        found = run(
            f"""
            import json
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import SimpleSpanProcessor
            import genai_sentry
            provider = TracerProvider()
            exporter = OTLPSpanExporter(endpoint="http://127.0.0.1:{closed}/v1/traces", timeout=1)
            provider.add_span_processor(SimpleSpanProcessor(exporter))
            genai_sentry.GenAIInstrumentor().instrument(tracer_provider=provider)
            with provider.get_tracer("application").start_as_current_span("work"):
                pass
            counted = dict(genai_sentry.stats().lost)
            genai_sentry.GenAIInstrumentor().uninstrument()
            with provider.get_tracer("application").start_as_current_span("more"):
                pass
            print(json.dumps([counted, dict(genai_sentry.stats().lost)]))
            """,
            PYTHONWARNINGS="ignore",
        )
    assert [{"spans": 1}, {"spans": 1}] == found


def test_spans_beyond_a_full_queue_are_counted() -> None:
    """While an export hangs spans are queued, and dropped when the queue is full."""
    with port(listening=True) as silent:
        found = run(
            f"""
            import json, os, time, genai_sentry
            from opentelemetry import trace
            genai_sentry.init("http://key@127.0.0.1:{silent}/1", sentry_options={{"auto_enabling_integrations": False}})
            tracer = trace.get_tracer("application")
            def burst(count):
                for _ in range(count):
                    with tracer.start_as_current_span("work"):
                        pass
            burst(8)
            time.sleep(0.6)  # the exporter has taken them, and waits for an answer
            burst(40)
            print(json.dumps([genai_sentry.stats().lost, genai_sentry.stats().lost_by_reason]), flush=True)
            os._exit(0)
            """,
            OTEL_BSP_SCHEDULE_DELAY="100",
            OTEL_BSP_MAX_QUEUE_SIZE="16",
            OTEL_BSP_MAX_EXPORT_BATCH_SIZE="8",
        )
    assert [{"spans": 24}, {"queue_overflow": 24}] == found


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(losses, "recorder", Recorder())
    found = sentry_sdk.Client("http://key@127.0.0.1:9/1", before_send=lambda event, hint: None)
    losses.watch(found)
    yield found
    found.close(timeout=0)


def test_what_the_application_drops_is_no_loss(client: Any) -> None:
    """`before_send` and sampling are the application's own decisions."""
    client.capture_event({"message": "nothing"})
    client.transport.record_lost_event("sample_rate", "error")
    assert {("error", "before_send"): 1, ("error", "sample_rate"): 1} == dict(client.transport._discarded_events)
    assert {} == losses.recorder.stats().lost


def test_a_transport_is_watched_once_and_restored(client: Any) -> None:
    """Watching twice counts once; afterwards nothing is counted, and Sentry's own reports go on."""
    losses.watch(client)
    client.transport.record_lost_event("queue_overflow", "error")
    losses.unwatch(client)
    client.transport.record_lost_event("queue_overflow", "error")
    assert {"events": 1} == losses.recorder.stats().lost
    assert 2 == client.transport._discarded_events["error", "queue_overflow"]


def test_a_batch_counts_by_its_items(client: Any) -> None:
    """An item of many measurements is as many losses; its bytes are none."""
    item = Item(PayloadRef(json={}), type="trace_metric", headers={"item_count": 7})
    client.transport.record_lost_event("network_error", item=item)
    assert ({"metrics": 7}, {"network_error": 7}) == (
        losses.recorder.stats().lost,
        losses.recorder.stats().lost_by_reason,
    )
