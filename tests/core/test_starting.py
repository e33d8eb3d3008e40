"""How a call's span begins: whoever looks at its attributes then sees them, whoever does not costs nothing."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from opentelemetry.context import Context
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_ON,
    Decision,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)

from genai_sentry.telemetry import starting
from genai_sentry.testing import SimulatedProvider

MESSAGES = [{"role": "user", "content": "hello"}]
SAMPLED = {"gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "server.address", "server.port"}


class Watching(SpanProcessor):
    """Notes the attributes that spans begin with."""

    def __init__(self) -> None:
        self.seen: list[set[str]] = []

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Look."""
        self.seen.append(set(span.attributes or {}))


class Judging(Sampler):
    """Samples what names a model."""

    def should_sample(self, parent_context: Any, trace_id: int, name: str, *rest: Any, **more: Any) -> SamplingResult:
        """Decide by the attributes."""
        attributes = more.get("attributes", rest[1] if len(rest) > 1 else None) or {}
        wanted = "gen_ai.request.model" in attributes
        return SamplingResult(Decision.RECORD_AND_SAMPLE if wanted else Decision.DROP, attributes)

    def get_description(self) -> str:
        """Its name."""
        return "judging"


def _call(provider: SimulatedProvider) -> None:
    with openai.OpenAI(base_url=provider.base_url, api_key="sk-test", max_retries=0) as client:
        client.chat.completions.create(model="m", messages=MESSAGES)  # type: ignore[arg-type]


def _given(monkeypatch: pytest.MonkeyPatch, bare: Any, provider: TracerProvider) -> list[object]:
    """What spans are started with, instrumented with this provider."""
    given: list[object] = []
    usual = starting.Tracer.start_span

    def start_span(self: Any, *args: Any, **kwargs: Any) -> Any:
        given.append(args[3] if len(args) > 3 else kwargs.get("attributes"))
        return usual(self, *args, **kwargs)

    monkeypatch.setattr(starting.Tracer, "start_span", start_span)
    provider.add_span_processor(SimpleSpanProcessor(bare.exporter))
    bare.provider = provider
    bare.instrument()
    return given


@pytest.mark.parametrize("sampler", [ALWAYS_ON, TraceIdRatioBased(1.0), ParentBased(TraceIdRatioBased(1.0))])
def test_a_span_begins_without_attributes_where_nobody_looks(
    bare: Any, provider: SimulatedProvider, monkeypatch: pytest.MonkeyPatch, sampler: Sampler
) -> None:
    """They are there all the same as soon as anybody can see the span."""
    given = _given(monkeypatch, bare, TracerProvider(sampler=sampler))
    _call(provider)
    assert [None] == given
    assert SAMPLED | {"llm_provider", "ai_model", "sentry.op"} <= set(bare.span.attributes)


@pytest.mark.parametrize("sampler", [Judging(), ParentBased(Judging())])
def test_a_sampler_sees_what_it_decides_by(
    bare: Any, provider: SimulatedProvider, monkeypatch: pytest.MonkeyPatch, sampler: Sampler
) -> None:
    """A sampler of the application's own decides by operation, provider, model and server."""
    (given,) = (_given(monkeypatch, bare, TracerProvider(sampler=sampler)),)
    _call(provider)
    (attributes,) = given
    assert SAMPLED == set(attributes)  # type: ignore[call-overload]
    assert "m" == bare.span.attributes["gen_ai.request.model"]


@pytest.mark.parametrize("late", [False, True])
def test_a_processor_sees_attributes_at_the_start(bare: Any, provider: SimulatedProvider, late: bool) -> None:
    """Also one that is added when calls have been made."""
    watching = Watching()
    bare.instrument()
    if late:
        _call(provider)
    bare.provider.add_span_processor(watching)
    _call(provider)
    assert [SAMPLED] == watching.seen


def test_a_processor_with_a_method_put_on_it_sees_them_too(bare: Any, provider: SimulatedProvider) -> None:
    """What a processor does is looked up on the object, not on its class alone."""
    seen: list[set[str]] = []
    processor = SpanProcessor()
    processor.on_start = lambda span, parent_context=None: seen.append(set(span.attributes))  # type: ignore[assignment,method-assign]
    bare.provider.add_span_processor(processor)
    bare.instrument()
    _call(provider)
    assert [SAMPLED] == seen


def test_a_provider_that_comes_later_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The API's proxy is replaced by what it stands for, so that spans cost the same whenever a provider is set."""
    from process import run

    found = run(
        """
        import json
        import httpx, openai
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
        from genai_sentry import GenAIInstrumentor
        from genai_sentry.patch.state import state
        from genai_sentry.testing import SimulatedProvider

        GenAIInstrumentor().instrument()
        with SimulatedProvider() as provider, openai.OpenAI(base_url=provider.base_url, api_key="k") as client:
            def call():
                client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}])
            call()
            made, exporter = TracerProvider(), InMemorySpanExporter()
            made.add_span_processor(SimpleSpanProcessor(exporter))
            trace.set_tracer_provider(made)
            call()
            call()
        spans = exporter.get_finished_spans()
        print(json.dumps([len(spans), spans[1].attributes["gen_ai.request.model"], state.runtime.starter._unseen]))
        """
    )
    assert [2, "m", True] == found
