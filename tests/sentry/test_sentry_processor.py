"""`GenAIErrorProcessor`: failed calls in spans that other instrumentations made, once each, and nothing else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx2 as httpx
import openai
import pytest
import sentry_sdk
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Status, StatusCode, Tracer
from sentry_sdk.transport import Transport

from genai_sentry.errors.taxonomy import ErrorType, classification
from genai_sentry.pricing import Pricer
from genai_sentry.pricing.catalogue import Catalogue
from genai_sentry.record import CallRecord
from genai_sentry.sentry import processor as processing
from genai_sentry.sentry.processor import GenAIErrorProcessor
from genai_sentry.sentry.reporter import Reporter
from genai_sentry.settings import Settings, SettingsError

OFFICIAL = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o"}
INSTRUMENTATIONS: dict[str, dict[str, Any]] = {
    "opentelemetry": {**OFFICIAL, "error.type": "openai.RateLimitError"},
    "openai-v2": {
        "gen_ai.operation.name": "chat",
        "gen_ai.system": "openai",
        "gen_ai.request.model": "gpt-4o",
        "error.type": "RateLimitError",
    },
    "openllmetry": {
        "llm.request.type": "chat",
        "gen_ai.system": "OpenAI",
        "gen_ai.request.model": "gpt-4o",
        "error.type": "RateLimitError",
    },
    "openinference": {
        "openinference.span.kind": "LLM",
        "llm.system": "openai",
        "llm.invocation_parameters": json.dumps({"model": "gpt-4o"}),
    },
    "logfire": {"gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o", "request_data": "{}"},
    "pydantic-ai": {**OFFICIAL, "gen_ai.agent.name": "agent"},
}


class Recorder(Transport):
    """Keeps events."""

    def __init__(self) -> None:
        super().__init__({"dsn": "http://public@127.0.0.1:9/1"})
        self.events: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Any) -> None:
        self.events.extend(item.payload.json for item in envelope.items if item.type == "event")


class World:
    """A service that traces, with the processor, and a provider that refuses."""

    def __init__(self, events: list[dict[str, Any]], **settings: Any) -> None:
        self.events = events
        self.exported = InMemorySpanExporter()
        self.processor = GenAIErrorProcessor(Settings(**settings), forward_to=SimpleSpanProcessor(self.exported))
        self.provider = TracerProvider()
        self.provider.add_span_processor(self.processor)

    def tracer(self, scope: str = "some.instrumentation") -> Tracer:
        return self.provider.get_tracer(scope)

    def sent(self) -> list[dict[str, Any]]:
        assert self.processor.force_flush(5000)
        return self.events

    def spans(self) -> list[ReadableSpan]:
        return list(self.exported.get_finished_spans())


@pytest.fixture
def world() -> Iterator[Callable[..., World]]:
    """Make a world."""
    transport = Recorder()
    sentry_sdk.init(
        dsn="http://public@127.0.0.1:9/1", transport=transport, release="1", auto_enabling_integrations=False
    )
    made: list[World] = []

    def make(**settings: Any) -> World:
        made.append(World(transport.events, **settings))
        return made[-1]

    yield make
    for each in made:
        each.processor.shutdown()
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)


def refused() -> openai.RateLimitError:
    request = httpx.Request("POST", "https://api.openai.com/v1/chat/completions", json={"model": "gpt-4o"})
    body = {"message": "slow down", "code": "rate_limit_exceeded"}
    return openai.RateLimitError("slow down", response=httpx.Response(429, request=request), body=body)


def call(
    tracer: Tracer, attributes: dict[str, Any], error: BaseException | None, *, record: bool = False, ok: bool = False
) -> None:
    """Do what an instrumentation does around a call: end the span while the exception is being handled."""
    span = tracer.start_span("chat gpt-4o", attributes=attributes)
    if error is None:
        if not ok:
            span.set_status(Status(StatusCode.ERROR, "sorry"))
        span.end()
        return
    try:
        raise error
    except BaseException as caught:
        if record:
            span.record_exception(caught)
        span.set_status(Status(StatusCode.ERROR, str(caught)))
        span.end()
        raise


@pytest.mark.parametrize("name", INSTRUMENTATIONS)
def test_a_failed_call_is_reported_whoever_made_its_span(world: Any, name: str) -> None:
    """One event, classified from the exception, linked to the span, with the application's frames."""
    here = world()
    with pytest.raises(openai.RateLimitError):
        call(here.tracer(), INSTRUMENTATIONS[name], refused(), record=True)
    (event,) = here.sent()
    (span,) = here.spans()
    last = event["exception"]["values"][-1]
    assert (event["tags"]["llm_error_type"], event["tags"]["ai_model"], event["tags"]["llm_provider"]) == (
        "rate_limit",
        "gpt-4o",
        "openai",
    )
    assert event["contexts"]["trace"]["span_id"] == f"{span.get_span_context().span_id:016x}"
    assert ("RateLimitError", "genai_sentry") == (last["type"], last["mechanism"]["type"])
    assert event["contexts"]["llm_analysis"]["http_status"] == 429


def test_a_capture_by_the_application_is_the_one_event(world: Any) -> None:
    """The processor marks the exception; whoever captures it carries the failure."""
    here = world()
    try:
        call(here.tracer(), INSTRUMENTATIONS["opentelemetry"], refused())
    except openai.APIError as error:
        sentry_sdk.capture_exception(error)
    (event,) = here.sent()
    assert ("generic", "rate_limit") == (
        event["exception"]["values"][-1]["mechanism"]["type"],
        event["tags"]["llm_error_type"],
    )


def test_nested_spans_of_one_failure_are_one_event(world: Any) -> None:
    """A framework's span around the client's sees the same exception; agents and tools are no calls."""
    here = world()
    tracer = here.tracer()
    attributes = INSTRUMENTATIONS["opentelemetry"]
    for outer in (attributes, {"gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": "gpt-4o"}):
        span = tracer.start_span("outer", attributes=outer)
        try:
            call(tracer, attributes, refused())
        except openai.APIError:
            span.set_status(Status(StatusCode.ERROR))
            span.end()
    assert len(here.sent()) == 2


def test_a_call_that_succeeds_inside_except_is_no_failure(world: Any) -> None:
    """The outer exception is being handled while the fallback's span ends."""
    here = world()
    try:
        call(here.tracer(), INSTRUMENTATIONS["opentelemetry"], refused())
    except openai.APIError:
        call(here.tracer(), OFFICIAL, None, ok=True)
    assert len(here.sent()) == 1


def test_the_exception_must_be_the_one_that_the_span_names(world: Any) -> None:
    """A span that failed by itself inside an except block is not the outer exception's."""
    here = world()
    try:
        raise refused()
    except openai.APIError:
        call(here.tracer(), {**OFFICIAL, "error.type": "server_error"}, None)
    (event,) = here.sent()
    assert ("server_error", "server_error") == (
        event["exception"]["values"][-1]["type"],
        event["tags"]["llm_error_type"],
    )


@pytest.mark.parametrize(
    ("error", "named"),
    [
        (asyncio.CancelledError(), "asyncio.exceptions.CancelledError"),
        (ValueError("the application's own"), "ValueError"),
    ],
)
def test_what_is_no_failure_of_the_call_is_not_reported(world: Any, error: BaseException, named: str) -> None:
    """A cancelled task, and an exception of the application inside a stream."""
    here = world()
    with pytest.raises(type(error)):
        call(here.tracer(), {**OFFICIAL, "error.type": named}, error)
    assert here.sent() == []


def test_an_abandoned_stream_is_not_reported(world: Any) -> None:
    """Instrumentations report a stream that was dropped as `_OTHER`."""
    here = world()
    call(here.tracer(), {**OFFICIAL, "error.type": "_OTHER"}, None)
    assert here.sent() == []


def test_spans_that_are_no_calls_are_left_alone(world: Any) -> None:
    """Other spans may fail as they like."""
    here = world()
    with pytest.raises(openai.RateLimitError):
        call(here.tracer(), {"http.request.method": "POST"}, refused())
    assert here.sent() == []
    assert dict(here.spans()[0].attributes or {}) == {"http.request.method": "POST"}


def test_this_package_s_own_spans_and_exceptions_are_left_alone(world: Any) -> None:
    """They have an event by the call itself."""
    here = world()
    with pytest.raises(openai.RateLimitError):
        call(here.tracer("genai_sentry"), INSTRUMENTATIONS["opentelemetry"], refused())
    assert here.sent() == []
    reporter, error = Reporter(Settings(events="enrich_only")), refused()
    try:
        what = classification(ErrorType.RATE_LIMIT)
        reporter.report(CallRecord(model="gpt-4o", classification=what), error)
        with pytest.raises(openai.RateLimitError):
            call(here.tracer(), INSTRUMENTATIONS["opentelemetry"], error)
        assert here.sent() == []
    finally:
        reporter.close()


def test_the_next_processor_gets_an_enriched_copy(world: Any) -> None:
    """Classification on failures; what the instrumentation said stands, its own span is not changed."""
    here = world()
    seen: list[ReadableSpan] = []
    here.provider.add_span_processor(_Keep(seen))
    with pytest.raises(openai.RateLimitError):
        call(here.tracer(), {**INSTRUMENTATIONS["opentelemetry"], "ai_model": "theirs"}, refused())
    (span,) = here.spans()
    (plain,) = seen
    attributes = dict(span.attributes or {})
    assert ("rate_limit", "theirs", "true") == (
        attributes["llm_error_type"],
        attributes["ai_model"],
        attributes["llm_retryable"],
    )
    assert "llm_error_type" not in dict(plain.attributes or {})
    assert (span.name, span.get_span_context(), span.status.status_code) == (
        plain.name,
        plain.get_span_context(),
        plain.status.status_code,
    )


def test_the_copy_has_the_cost(world: Any) -> None:
    """From the span's tokens and the user's own prices."""
    here = world(prices={"openai": {"gpt-4o": {"input": 1.0, "output": 2.0}}})
    usage = {"gen_ai.usage.input_tokens": 1_000_000, "gen_ai.usage.output_tokens": 500_000}
    call(here.tracer(), {**OFFICIAL, **usage}, None, ok=True)
    (span,) = here.spans()
    assert (span.attributes or {})["llm_cost_usd"] == pytest.approx(2.0)
    assert here.sent() == []


@pytest.mark.parametrize("end", ["next", "flush", "shutdown"])
def test_a_span_gets_its_cost_when_prices_are_there(monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    """A script's only call may be over before the price list is imported: its span waits where the exporter has it."""
    catalogue = Catalogue()
    monkeypatch.setattr(processing, "Pricer", lambda prices: Pricer(prices, catalogue=catalogue))
    monkeypatch.setattr(Catalogue, "warm", lambda self: None)
    kept: list[ReadableSpan] = []
    processor = GenAIErrorProcessor(Settings(), forward_to=_Keep(kept))
    provider = TracerProvider()
    provider.add_span_processor(processor)
    tracer = provider.get_tracer("theirs")
    attributes = {**OFFICIAL, "gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 10}
    tracer.start_span("chat", attributes=attributes).end()
    assert "llm_cost_usd" not in (kept[0].attributes or {})
    catalogue.load()
    if end == "next":
        tracer.start_span("chat", attributes=attributes).end()
    elif end == "flush":
        processor.force_flush()
    else:
        processor.shutdown()
    told = dict(kept[0].attributes or {})
    assert told["llm_cost_usd"] > 0
    assert attributes.items() <= told.items()
    processor.shutdown()


def test_wrong_settings_in_the_environment_are_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    """Defaults are used, and a line says so."""
    monkeypatch.setenv("GENAI_SENTRY_EVENTS", "nonsense")
    GenAIErrorProcessor().shutdown()
    assert "GENAI_SENTRY_EVENTS" in caplog.text


def test_prices_that_can_t_be_used_are_named_at_once() -> None:
    """Wrong settings fail at set-up, not on a span."""
    with pytest.raises(SettingsError, match="prices"):
        GenAIErrorProcessor(Settings(prices={"openai": 1}), forward_to=SimpleSpanProcessor(InMemorySpanExporter()))


@pytest.mark.parametrize("wrong", [{"settings": 3}, {"forward_to": InMemorySpanExporter()}])
def test_arguments_of_another_kind_are_refused_at_once(wrong: dict[str, Any]) -> None:
    """What is no settings or no processor is refused where it is given, not at the application's next span."""
    with pytest.raises(SettingsError) as refused:
        GenAIErrorProcessor(**wrong)
    assert refused.value.setting == next(iter(wrong))


class _Keep(SimpleSpanProcessor):
    def __init__(self, kept: list[ReadableSpan]) -> None:
        super().__init__(InMemorySpanExporter())
        self._kept = kept

    def on_end(self, span: ReadableSpan) -> None:
        self._kept.append(span)
