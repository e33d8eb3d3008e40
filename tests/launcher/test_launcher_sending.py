"""`SentrySpanExporter` in this process: where it sends, what it drops and counts, what it keeps from Sentry."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import sentry_sdk
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import genai_sentry
from genai_sentry.launcher import exporter as module
from genai_sentry.launcher import takeover
from genai_sentry.launcher.exporter import SentrySpanExporter
from genai_sentry.sentry.start import DSN_VARIABLE
from genai_sentry.telemetry.identity import ENVIRONMENT, RELEASE, identity
from genai_sentry.testing import SentryReceiver

DONE, FAILED = SpanExportResult.SUCCESS, SpanExportResult.FAILURE


@pytest.fixture(scope="module")
def receiver() -> Iterator[SentryReceiver]:
    """One Sentry for all."""
    with SentryReceiver() as sentry:
        yield sentry


@pytest.fixture
def exporter(receiver: SentryReceiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[SentrySpanExporter]:
    """An exporter that the environment tells where Sentry is."""
    for name in [name for name in os.environ if name.startswith(("OTEL_", "SENTRY_"))]:
        monkeypatch.delenv(name)
    receiver.clear()
    receiver.respond(200)
    monkeypatch.setenv(DSN_VARIABLE, receiver.dsn)
    monkeypatch.setattr(module, "_leaving", False)
    monkeypatch.setattr(takeover, "_since", None)
    made = SentrySpanExporter()
    yield made
    made.pause()
    made.shutdown()


def spans(*names: str, **attributes: Any) -> list[ReadableSpan]:
    """Finished spans."""
    memory = InMemorySpanExporter()
    provider = TracerProvider(resource=Resource({"service.name": "shop"}), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(memory))
    for name in names:
        provider.get_tracer("t").start_span(name, attributes=attributes).end()
    return list(memory.get_finished_spans())


def dropped() -> tuple[int, int]:
    """Spans that `stats()` counts as lost, and what it counts as lost for want of a Sentry."""
    stats = genai_sentry.stats()
    return stats.lost.get("spans", 0), stats.lost_by_reason.get("no_sentry", 0)


def test_spans_go_to_the_sentry_of_the_environment(receiver: SentryReceiver, exporter: SentrySpanExporter) -> None:
    """All of them, once."""
    assert DONE is exporter.export(spans("one", "other"))
    assert ["one", "other"] == sorted(span.name for span in receiver.spans)
    assert (0, True) == (exporter.dropped, exporter.force_flush())


def test_without_a_sentry_spans_are_counted_and_one_line_says_so(
    exporter: SentrySpanExporter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A DSN that is none is no Sentry either; once there is one, spans go there."""
    where, before = os.environ[DSN_VARIABLE], dropped()
    monkeypatch.delenv(DSN_VARIABLE)
    with caplog.at_level(logging.WARNING, "genai_sentry"):
        assert FAILED is exporter.export(spans("one", "other"))
        monkeypatch.setenv(DSN_VARIABLE, "nowhere")
        assert FAILED is exporter.export(spans("third"))
    assert 1 == len(caplog.records)
    assert (3, (before[0] + 3, before[1] + 3)) == (exporter.dropped, dropped())
    monkeypatch.setenv(DSN_VARIABLE, where)
    assert (DONE, 3) == (exporter.export(spans("fourth")), exporter.dropped)


def test_the_active_client_says_where_sentry_is(
    receiver: SentryReceiver, exporter: SentrySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the environment; one without a DSN sends nothing."""
    monkeypatch.setenv(DSN_VARIABLE, "http://public@127.0.0.1:9/1")
    try:
        sentry_sdk.init(dsn=receiver.dsn, default_integrations=False)
        assert DONE is exporter.export(spans("one"))
        assert ["one"] == [span.name for span in receiver.spans]
    finally:
        sentry_sdk.get_client().close()
        sentry_sdk.get_global_scope().set_client(None)
    monkeypatch.delenv(DSN_VARIABLE)
    assert DONE is exporter.export(spans("other"))  # a client that is closed has told where
    assert ["one", "other"] == [span.name for span in receiver.spans]


def test_a_sentry_without_an_endpoint_is_asked_again_later(
    receiver: SentryReceiver,
    exporter: SentrySpanExporter,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its 404 is told once, and costs no request a batch; another Sentry is asked at once."""
    now = time.monotonic()
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    receiver.respond(404)
    with caplog.at_level(logging.WARNING):
        assert [FAILED, FAILED] == [exporter.export(spans(name)) for name in ("one", "other")]
    assert (["genai_sentry"], 1, 2) == ([line.name for line in caplog.records], receiver.arrivals, exporter.dropped)
    receiver.respond(200)
    now += module.ASK_AGAIN_S - 1
    assert FAILED is exporter.export(spans("early"))
    now += 1
    assert DONE is exporter.export(spans("late"))
    receiver.respond(404)
    assert FAILED is exporter.export(spans("gone"))
    receiver.respond(200)
    monkeypatch.setenv(DSN_VARIABLE, receiver.dsn.replace("public", "another").replace("http://", "http://x", 1))
    assert DONE is exporter.export(spans("elsewhere"))


def test_a_paused_or_closed_exporter_sends_nothing(receiver: SentryReceiver, exporter: SentrySpanExporter) -> None:
    """And says that it has: there is nothing to try again."""
    assert module.delivering()
    exporter.pause()
    assert (DONE, exporter not in module._made) == (exporter.export(spans("one")), True)
    exporter.resume()
    assert (DONE, exporter in module._made) == (exporter.export(spans("other")), True)
    exporter.shutdown()
    assert DONE is exporter.export(spans("late"))
    assert (["other"], 0) == ([span.name for span in receiver.spans], exporter.dropped)


@pytest.mark.parametrize("tell", [True, False])
def test_one_that_is_resumed_says_again_that_it_has_no_sentry(
    exporter: SentrySpanExporter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tell: bool
) -> None:
    """Unless it shall not."""
    monkeypatch.delenv(DSN_VARIABLE)
    with caplog.at_level(logging.WARNING, "genai_sentry"):
        exporter.export(spans("one"))
        exporter.pause()
        exporter.resume(tell=tell)
        exporter.export(spans("other"))
    assert (1 + tell, 2) == (len(caplog.records), exporter.dropped)


def test_spans_that_ended_after_the_takeover_are_left_to_sentrys_own_exporter(
    receiver: SentryReceiver, exporter: SentrySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those from before go, so that none is missing and none comes twice."""
    before = spans("one")
    monkeypatch.setattr(takeover, "_since", time.time_ns())
    assert takeover.taken_over()
    assert DONE is exporter.export([*before, *spans("other")])
    assert DONE is exporter.export(spans("third"))
    assert (["one"], 0) == ([span.name for span in receiver.spans], exporter.dropped)


def test_a_collectors_headers_are_not_sentrys(
    receiver: SentryReceiver, exporter: SentrySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenTelemetry's variables hold its keys and certificates."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-api-key=of-the-collector,authorization=Bearer%20it")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", "/collector.pem")
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/company.pem")
    sent: list[tuple[set[str], Any, Any]] = []
    plain = requests.Session.send

    def send(self: Any, request: Any, **kwargs: Any) -> Any:
        sent.append(({name.lower() for name in request.headers}, kwargs["verify"], kwargs["cert"]))
        return plain(self, request, **{**kwargs, "verify": True})

    monkeypatch.setattr(requests.Session, "send", send)
    assert DONE is exporter.export(spans("one"))
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    assert DONE is exporter.export(spans("other"))
    ((names, verified, certificate), (_, plainly, _)) = sent
    assert ("/company.pem", None, True) == (verified, certificate, plainly)
    assert {"x-sentry-auth", "content-type", "content-encoding"} <= names <= module.HEADERS


@pytest.mark.parametrize(
    ("variables", "leaving", "seconds"),
    [
        ({}, False, module.TIMEOUT_S),
        ({"OTEL_EXPORTER_OTLP_TIMEOUT": "9"}, False, 9),
        ({"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "8"}, False, 8),
        ({"OTEL_EXPORTER_OTLP_TIMEOUT": "9"}, True, module.EXIT_TIMEOUT_S),
    ],
)
def test_an_export_takes_so_long_at_most(
    exporter: SentrySpanExporter,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    leaving: bool,
    seconds: float,
) -> None:
    """As OpenTelemetry's variables say, except at the process's end, from which a new connection is used."""
    given: list[float] = []
    plain = requests.Session.send

    def send(self: Any, request: Any, **kwargs: Any) -> Any:
        given.append(kwargs["timeout"])
        return plain(self, request, **kwargs)

    monkeypatch.setattr(requests.Session, "send", send)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    first = exporter._connected()
    assert first is exporter._connected()
    if leaving:
        module._leave()
        assert first is not exporter._connected()
    assert DONE is exporter.export(spans("one"))
    assert [pytest.approx(seconds, abs=0.2)] == given


def test_a_child_has_a_connection_of_its_own(exporter: SentrySpanExporter, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parent's is not closed by it."""
    first = exporter._connected()
    monkeypatch.setattr(module.os, "getpid", lambda: -1)
    second = exporter._connected()
    assert first is not second
    assert second is exporter._connected()


def test_spans_from_before_sentry_was_set_up_carry_its_environment(
    receiver: SentryReceiver, exporter: SentrySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they say themselves stands; all else is as it was."""
    known = {ENVIRONMENT: "staging", RELEASE: "2"}
    monkeypatch.setattr(type(identity), "attributes", lambda self: known)
    given = spans("one", **{RELEASE: "1", "at": 3})
    assert DONE is exporter.export(given)
    (span,) = receiver.spans
    assert {ENVIRONMENT: "staging", RELEASE: "1", "at": 3} == span.attributes
    identified = module._identified(given[0])
    for name in (
        "name",
        "context",
        "parent",
        "resource",
        "events",
        "links",
        "kind",
        "status",
        "start_time",
        "end_time",
    ):
        assert getattr(given[0], name) == getattr(identified, name)
    assert given[0].instrumentation_scope == identified.instrumentation_scope
    assert identified is module._identified(identified)
