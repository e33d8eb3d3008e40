"""What other instrumentations record of prompts and outputs goes to Sentry only where the settings ask for content."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from genai_sentry.launcher.withheld import without_content
from process import run

KEY = "sk-proj-4f9aa8b7c6d5e4f3a2b1c0d9e8f7"


def made(scope: str, attributes: dict[str, Any], fault: Exception | None = None, event: Any = None) -> ReadableSpan:
    """A finished span of an instrumentation."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer(scope).start_as_current_span("chat", attributes=attributes) as span:
        if event is not None:
            span.add_event("content", event)
        if fault is not None:
            span.record_exception(fault)
            span.set_status(StatusCode.ERROR, str(fault))
    (finished,) = exporter.get_finished_spans()
    return finished


@pytest.mark.parametrize(
    ("scope", "name"),
    [
        ("opentelemetry.instrumentation.genai.openai", "gen_ai.input.messages"),
        ("opentelemetry.instrumentation.openai.v1", "gen_ai.prompt.0.content"),
        ("opentelemetry.instrumentation.openai.v1", "traceloop.entity.input"),
        ("openinference.instrumentation.openai", "input.value"),
        ("openinference.instrumentation.openai", "llm.output_messages.0.message.content"),
        ("openinference.instrumentation.openai", "embedding.embeddings.0.embedding.text"),
        ("openinference.instrumentation.openai", "llm.tools.0.tool.json_schema"),
        ("logfire.openai", "request_data"),
        ("logfire.openai", "gen_ai.system_instructions"),
        ("pydantic-ai", "all_messages_events"),
        ("langfuse-sdk", "langfuse.observation.output"),
        ("anthropic", "gen_ai.tool.definitions"),
    ],
)
def test_content_of_others_is_left_out(scope: str, name: str) -> None:
    """By the names that they give it; all else stays."""
    found = without_content(made(scope, {name: "a prompt", "gen_ai.request.model": "gpt-4o"}))

    assert {"gen_ai.request.model": "gpt-4o"} == dict(found.attributes or {})


def test_content_in_events_is_left_out() -> None:
    """OpenLLMetry and OpenTelemetry's first conventions put it there."""
    found = without_content(made("x", {}, event={"gen_ai.prompt": "a prompt", "index": 1}))

    assert [{"index": 1}] == [dict(event.attributes or {}) for event in found.events]


def test_a_failure_is_told_without_keys() -> None:
    """In the status, in the exception's message and in its stack."""
    found = without_content(made("x", {"llm.system": "openai"}, fault=ValueError(f"bad key {KEY}")))

    assert found.status.description == "bad key [scrubbed]"
    assert "ValueError" in str(found.events[0].attributes)
    assert KEY not in str(found.events[0].attributes)


@pytest.mark.parametrize(
    ("scope", "attributes"),
    [
        ("genai_sentry", {"gen_ai.input.messages": "asked for"}),
        ("shop", {"events": "3", "prompt": "buy?", "input": "x"}),
        ("opentelemetry.instrumentation.httpx", {"http.url": "https://api.openai.com/v1/models"}),
    ],
)
def test_other_spans_are_left_alone(scope: str, attributes: dict[str, Any]) -> None:
    """Ours, the application's, those of HTTP: the very same object."""
    span = made(scope, attributes, fault=ValueError(f"bad key {KEY}"))

    assert without_content(span) is span


@pytest.mark.parametrize(("content", "sent"), [("no_content", False), ("span_only", True)])
def test_what_goes_to_sentry(content: str, sent: bool) -> None:
    """The exporter that `init` adds to the service's own provider, under either setting."""
    seen = run(
        f"""
        import json
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider
        import genai_sentry
        from genai_sentry.testing import SentryReceiver

        trace.set_tracer_provider(TracerProvider())
        with SentryReceiver() as receiver:
            genai_sentry.init(receiver.dsn, settings=genai_sentry.Settings(capture_content="{content}"))
            with trace.get_tracer("openinference.x").start_as_current_span("c", attributes={{"input.value": "hello"}}):
                pass
            genai_sentry.flush(5)
            assert receiver.wait_for(spans=1)
            print(json.dumps(receiver.spans[0].attributes.get("input.value")))
        """
    )

    assert ("hello" if sent else None) == seen
