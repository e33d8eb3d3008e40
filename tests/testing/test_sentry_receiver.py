"""The recording Sentry: what the real sentry_sdk and the real OTLP exporter bring, decoded; and its misbehaviour."""

from __future__ import annotations

import gzip
import http.client
import json
import threading
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator

import brotli
import pytest
import sentry_sdk
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode

from genai_sentry.testing import SentryReceiver
from genai_sentry.testing.receiver import parse_envelope


@pytest.fixture
def receiver() -> Iterator[SentryReceiver]:
    """A receiver for one test."""
    with SentryReceiver() as receiver:
        yield receiver


@pytest.fixture
def client(receiver: SentryReceiver) -> Iterator[sentry_sdk.Client]:
    """A Sentry client of its own, which touches no global state."""
    client = sentry_sdk.Client(dsn=receiver.dsn, default_integrations=False, release="1.0", shutdown_timeout=0)
    yield client
    client.close(timeout=0)


def envelope(event: dict[str, object]) -> bytes:
    """An envelope that holds one event."""
    payload = json.dumps(event).encode()
    return b'{"event_id":"00"}\n' + json.dumps({"type": "event", "length": len(payload)}).encode() + b"\n" + payload


def post(receiver: SentryReceiver, path: str, body: bytes, **headers: str) -> int:
    """Post to the receiver; the status."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(receiver.url + path, body, names)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_events_of_the_real_sdk_arrive_decoded(receiver: SentryReceiver, client: sentry_sdk.Client) -> None:
    """An event has its tags and level; the raw body holds the same text for a leak test."""
    client.capture_event({"message": "a distinctive message", "level": "warning", "tags": {"k": "v"}})
    client.flush(2)
    assert receiver.wait_for(events=1)
    event = receiver.events[0]
    assert ("warning", "v", "1.0") == (event["level"], event["tags"]["k"], event["release"])
    assert any(b"a distinctive message" in piece for piece in receiver.raw)
    assert b"a distinctive message" in receiver.envelopes[0]


def test_metrics_and_logs_are_split_into_items(receiver: SentryReceiver) -> None:
    """Batched items come one by one; sessions and transactions have lists of their own."""
    items = {
        "trace_metric": {"items": [{"name": "a", "value": 1}, {"name": "b", "value": 2}]},
        "log": {"items": [{"body": "hello"}]},
        "session": {"sid": "s"},
        "transaction": {"transaction": "t"},
        "client_report": {"discarded_events": []},
        "profile": {"unknown": True},
    }
    body = b"{}\n" + b"\n".join(
        json.dumps({"type": kind}).encode() + b"\n" + json.dumps(item).encode() for kind, item in items.items()
    )
    assert 200 == post(receiver, "/api/1/envelope/", body)
    assert ["a", "b"] == [metric["name"] for metric in receiver.metrics]
    assert (["hello"], ["s"], ["t"], 1) == (
        [log["body"] for log in receiver.logs],
        [session["sid"] for session in receiver.sessions],
        [transaction["transaction"] for transaction in receiver.transactions],
        len(receiver.client_reports),
    )


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [("identity", bytes), ("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress)],
)
def test_content_encodings_are_undone(receiver: SentryReceiver, encoding: str, encode) -> None:  # type: ignore[no-untyped-def]
    """Plain, gzip, deflate and br bodies are read alike."""
    body = encode(envelope({"message": "hi"}))
    assert 200 == post(receiver, "/api/1/envelope/", body, content_encoding=encoding)
    assert "hi" == receiver.events[0]["message"]


def test_what_cannot_be_read_is_refused_and_kept_raw(receiver: SentryReceiver) -> None:
    """A broken payload or encoding answers 400, an unknown path 404; the receiver goes on."""
    assert 400 == post(receiver, "/api/1/envelope/", b"not json\n{}")
    assert 400 == post(receiver, "/api/1/envelope/", b"\x00\x01", content_encoding="gzip")
    assert 400 == post(receiver, "/v1/traces", b"\xff\xff", content_type="application/x-protobuf")
    assert 404 == post(receiver, "/elsewhere", b"")
    assert (4, 4) == (receiver.arrivals, len(receiver.raw))
    assert 200 == post(receiver, "/api/1/envelope/", envelope({"message": "hi"}))


def test_an_item_without_length_ends_at_the_line(receiver: SentryReceiver) -> None:
    """Items with a length may hold newlines; items without one are a line."""
    body = b'{}\n{"type":"a","length":3}\nx\ny\n{"type":"b"}\nzz\n{"type":"c"}\nlast'
    assert [("a", b"x\ny"), ("b", b"zz"), ("c", b"last")] == [
        (header["type"], payload) for header, payload in parse_envelope(body)
    ]


@pytest.mark.parametrize("path", ["/api/1/integration/otlp/v1/traces/", "/v1/traces"])
def test_spans_of_the_real_exporter_arrive_decoded(receiver: SentryReceiver, path: str) -> None:
    """Names, identifiers, attributes, status, resource and scope are as they were set."""
    provider = TracerProvider(resource=Resource({"service.name": "svc"}))
    exporter = OTLPSpanExporter(endpoint=receiver.url + path)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("scope-name", "1.2")
    with (
        tracer.start_as_current_span("parent"),
        tracer.start_as_current_span(
            "chat gpt-4o", kind=SpanKind.CLIENT, attributes={"n": 0, "ok": True, "list": ["a", "b"], "f": 0.5}
        ) as span,
    ):
        span.set_status(StatusCode.ERROR, "rate_limit/unspecified")
        span.add_event("e", {"k": "v"})
    provider.shutdown()
    assert receiver.wait_for(spans=2)
    child, parent = receiver.spans
    assert ("chat gpt-4o", "client", "error", "rate_limit/unspecified") == (
        child.name,
        child.kind,
        child.status,
        child.status_message,
    )
    assert {"n": 0, "ok": True, "list": ["a", "b"], "f": 0.5} == child.attributes
    assert (parent.trace_id, parent.span_id, "") == (child.trace_id, child.parent_span_id, parent.parent_span_id)
    assert ("svc", "scope-name", "1.2") == (child.resource["service.name"], child.scope, child.scope_version)
    assert [("e", {"k": "v"})] == child.events
    assert 0 <= child.duration_s < 5


def test_spans_in_json_have_the_same_identifiers(receiver: SentryReceiver) -> None:
    """OTLP's JSON writes identifiers in hexadecimal."""
    span = {"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "name": "n", "kind": 3}
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()
    assert 200 == post(receiver, "/v1/traces", body, content_type="application/json")
    assert [("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "client")] == [
        (item.trace_id, item.span_id, item.kind) for item in receiver.spans
    ]


def test_waiting_ends_when_enough_came_or_time_is_up(receiver: SentryReceiver) -> None:
    """`wait_for` is true as soon as the wanted number is there, false after the timeout, and takes a condition."""
    started = time.monotonic()
    assert not receiver.wait_for(events=1, timeout=0.05)
    assert time.monotonic() - started < 2
    timer = threading.Timer(0.05, post, (receiver, "/api/1/envelope/", envelope({"message": "late"})))
    timer.start()
    assert receiver.wait_for(events=1, until=lambda it: it.events[0]["message"] == "late")
    timer.join()
    assert not receiver.wait_for(until=lambda it: len(it.events) > 5, timeout=0.01)


def test_clear_forgets_all(receiver: SentryReceiver) -> None:
    """After clearing nothing is there, and new things are recorded as before."""
    post(receiver, "/api/1/envelope/", envelope({"message": "one"}))
    receiver.clear()
    assert ([], [], [], 0) == (receiver.events, receiver.raw, receiver.envelopes, receiver.arrivals)
    post(receiver, "/api/1/envelope/", envelope({"message": "two"}))
    assert ["two"] == [event["message"] for event in receiver.events]


def test_a_refusing_sentry_answers_so_many_times(receiver: SentryReceiver) -> None:
    """`respond` sets status and `Retry-After`, for good or so many times; refused bodies are kept raw only."""
    receiver.respond(429, retry_after=7, times=1)
    connection = http.client.HTTPConnection(receiver.url.removeprefix("http://"), timeout=5)
    connection.request("POST", "/api/1/envelope/", envelope({"message": "no"}))
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert (429, "7") == (answer.status, answer.headers["Retry-After"])
    assert 200 == post(receiver, "/api/1/envelope/", envelope({"message": "yes"}))
    receiver.respond(500)
    assert [500, 500] == [post(receiver, "/api/1/envelope/", envelope({})) for _ in range(2)]
    receiver.respond()
    assert 200 == post(receiver, "/api/1/envelope/", envelope({"message": "again"}))
    assert ["yes", "again"] == [event["message"] for event in receiver.events]
    assert (5, 5) == (receiver.arrivals, len(receiver.raw))


def test_a_hanging_sentry_delays_and_closes_at_once() -> None:
    """`hang` delays each answer; closing does not wait for hanging ones."""
    with SentryReceiver() as receiver:
        receiver.hang(0.1)
        started = time.monotonic()
        assert 200 == post(receiver, "/api/1/envelope/", envelope({"message": "slow"}))
        assert time.monotonic() - started >= 0.1
        receiver.hang(60)
        waiting = threading.Thread(target=_tolerant_post, args=(receiver,))
        waiting.start()
        receiver.wait_for(until=lambda it: it.arrivals == 2)
        started = time.monotonic()
    waiting.join(5)
    assert time.monotonic() - started < 3
    assert not waiting.is_alive()


def _tolerant_post(receiver: SentryReceiver) -> None:
    try:
        post(receiver, "/api/1/envelope/", envelope({}))
    except (OSError, http.client.HTTPException):
        pass


def test_a_resetting_sentry_drops_connections(receiver: SentryReceiver) -> None:
    """Connections are reset until told otherwise."""
    receiver.reset_connections()
    with pytest.raises((urllib.error.URLError, ConnectionError, http.client.HTTPException)):
        post(receiver, "/api/1/envelope/", envelope({}))
    receiver.reset_connections(False)
    assert 200 == post(receiver, "/api/1/envelope/", envelope({"message": "back"}))


def test_an_oversized_body_is_refused(receiver: SentryReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body beyond the bound is not read into memory."""
    monkeypatch.setattr("genai_sentry.testing.server.MAX_BODY", 10)
    assert 413 == post(receiver, "/api/1/envelope/", b"x" * 11)
    assert 0 == receiver.arrivals


def test_old_raw_bodies_make_room(receiver: SentryReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kept bytes are bounded; the newest stay."""
    monkeypatch.setattr("genai_sentry.testing.receiver.MAX_RAW", 400)
    for number in range(5):
        post(receiver, "/api/1/envelope/", envelope({"message": f"{number}" * 100}))
    assert 1 < len(receiver.envelopes) < 5
    assert b"4" * 100 in receiver.envelopes[-1]


def test_chunked_uploads_are_read(receiver: SentryReceiver) -> None:
    """A body without a content length, sent in chunks, arrives whole."""
    whole = envelope({"message": "chunked"})
    connection = http.client.HTTPConnection(receiver.url.removeprefix("http://"), timeout=5)
    connection.request("POST", "/api/1/envelope/", iter([whole[:20], whole[20:]]), encode_chunked=True,
                       headers={"transfer-encoding": "chunked"})  # fmt: skip
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert 200 == answer.status
    assert "chunked" == receiver.events[0]["message"]
