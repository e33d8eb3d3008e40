"""Where somebody else makes the call's span there is no second one; everything else goes on."""

from __future__ import annotations

import asyncio
import functools
import sys
import types
from typing import Any

import pytest
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.trace import SpanKind

import sdk
from genai_sentry import GenAIErrorProcessor, stats
from genai_sentry.patch.state import state
from genai_sentry.statistics import recorder

MESSAGES = [{"role": "user", "content": "hello"}]
ASKED: dict[str, Any] = {"model": "gpt-4o", "messages": MESSAGES}
CHAT = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o-2024-08-06",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hi"}}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
}
LIMITED = {"error": {"message": "slow down", "type": "requests", "code": "rate_limit_exceeded"}}


def ask(status: int = 200) -> str:
    """One call; the name of the exception that it raises."""
    body = CHAT if status == 200 else LIMITED
    with sdk.client(lambda request: sdk.http.Response(status, json=body)) as client:
        try:
            client.chat.completions.create(**ASKED)
        except Exception as error:
            return type(error).__name__
    return ""


OTHERS: dict[str, dict[str, Any]] = {
    "OpenTelemetry": {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
    },
    "openai-v2": {"gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o"},
    "OpenLLMetry": {"gen_ai.system": "OpenAI", "llm.request.type": "chat", "gen_ai.request.model": "gpt-4o"},
    "OpenInference": {"openinference.span.kind": "LLM", "llm.system": "openai", "llm.provider": "openai"},
    "Logfire": {"gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o"},
    "a gateway's model name": {"gen_ai.operation.name": "chat", "gen_ai.request.model": "openai/gpt-4o"},
}


@pytest.mark.parametrize("attributes", OTHERS.values(), ids=OTHERS.keys())
def test_a_span_of_the_call_that_is_open_stays_the_only_one(observed: Any, attributes: dict[str, Any]) -> None:
    """Recognised by its attributes, whoever made it; what we know beyond it is added."""
    with observed.tracer.start_as_current_span("chat", kind=SpanKind.CLIENT, attributes=attributes) as theirs:
        ask()

    assert ["someone.else"] == observed.names()
    assert ("gpt-4o", "openai", 1) == tuple(
        theirs.attributes[name] for name in ("ai_model", "llm_provider", "llm_attempts")
    )
    assert theirs.attributes["llm_cost_usd"] > 0
    assert "gen_ai.usage.input_tokens" not in theirs.attributes


@pytest.mark.parametrize("operation", ["invoke_agent", "execute_tool", "create_agent", "invoke_workflow", "retrieval"])
def test_agents_and_tools_do_not_silence_the_calls_in_them(observed: Any, operation: str) -> None:
    """Our span nests under theirs."""
    attributes = {
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
    }
    with observed.tracer.start_as_current_span(operation, attributes=attributes) as theirs:
        ask()

    assert ["genai_sentry", "someone.else"] == observed.names()
    (ours,) = observed.take()
    assert theirs.get_span_context().span_id == ours.parent.span_id


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ({"gen_ai.operation.name": "embeddings", "gen_ai.request.model": "gpt-4o"}, SpanKind.CLIENT),
        ({"gen_ai.operation.name": "chat", "gen_ai.request.model": "claude-sonnet-4"}, SpanKind.CLIENT),
        ({"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}, SpanKind.SERVER),
        ({"openinference.span.kind": "CHAIN"}, SpanKind.INTERNAL),
        ({"http.request.method": "POST"}, SpanKind.CLIENT),
    ],
    ids=["another operation", "another model", "a server's", "a chain", "HTTP"],
)
def test_a_span_of_something_else_is_none_of_the_call(observed: Any, attributes: Any, kind: SpanKind) -> None:
    """Operation, model and kind have to fit."""
    with observed.tracer.start_as_current_span("other", kind=kind, attributes=attributes):
        ask()

    assert ["genai_sentry", "someone.else"] == observed.names()


@pytest.mark.parametrize(
    "key", ["opentelemetry.genai.client.inference.context", "suppress_language_model_instrumentation"]
)
def test_who_claims_the_call_by_the_context_makes_its_span(observed: Any, key: str) -> None:
    """The keys by which util-genai and OpenLLMetry agree among themselves."""
    token = otel_context.attach(otel_context.set_value(key, object()))
    try:
        with observed.tracer.start_as_current_span("workflow") as around:
            ask()
    finally:
        otel_context.detach(token)

    assert ["someone.else"] == observed.names()
    assert "llm_cost_usd" not in around.attributes


def test_a_wrapper_that_shows_no_span_is_seen_on_the_stack(observed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Langfuse makes its span without making it the current one."""
    wrapper = types.ModuleType("langfuse.openai")
    exec("def call(ask):\n    return ask()", wrapper.__dict__)
    monkeypatch.setitem(sys.modules, "langfuse.openai", wrapper)
    wrapper.call(ask)
    ask()

    assert ["genai_sentry"] == observed.names()


def test_a_class_that_was_wrapped_before_is_seen_as_one_call(plain: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Logfire and OpenInference wrap the client's own class: retries are attempts, the failure has its exception."""
    inherited = sdk.openai.OpenAI.request

    @functools.wraps(inherited)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return inherited(*args, **kwargs)

    monkeypatch.setattr(sdk.openai.OpenAI, "request", wrapper, raising=False)
    plain.instrument()
    reported: list[Any] = []
    monkeypatch.setattr(state.runtime.reporter, "report", lambda record, error, **more: reported.append(error))
    answer = lambda request: sdk.http.Response(429, json=LIMITED, headers={"retry-after-ms": "1"})  # noqa: E731
    with sdk.client(answer, max_retries=2) as client, pytest.raises(sdk.openai.RateLimitError) as raised:
        client.chat.completions.create(**ASKED)

    (span,) = plain.take()
    assert 3 == span.attributes["llm_attempts"]
    assert [raised.value] == reported


def test_it_is_said_once(observed: Any, caplog: pytest.LogCaptureFixture) -> None:
    """One line for each instrumentation, however many calls it wraps."""
    for _ in range(3):
        with observed.tracer.start_as_current_span("chat", attributes=OTHERS["OpenTelemetry"]):
            ask()

    assert 1 == sum("someone.else makes a span" in line for line in caplog.messages)


def test_statistics_and_cost_go_on(observed: Any) -> None:
    """A call without a span of ours counts like any other, a failure too."""
    recorder.reset()
    for status in (200, 429):
        with observed.tracer.start_as_current_span("chat", attributes=OTHERS["OpenTelemetry"]):
            ask(status)

    found = stats()
    assert (2, 1) == (found.calls, found.failures)
    assert found.cost_usd > 0


def test_suppression_by_who_makes_the_span_is_about_spans(observed: Any) -> None:
    """Logfire suppresses other instrumentations inside its own: failures and cost still count."""
    recorder.reset()
    with observed.tracer.start_as_current_span("chat", attributes=OTHERS["Logfire"]), suppress_instrumentation():
        ask()

    assert ["someone.else"] == observed.names()
    assert 1 == stats().calls


def test_suppression_elsewhere_is_honoured(observed: Any) -> None:
    """Nothing is observed where the application suppresses instrumentation."""
    recorder.reset()
    with suppress_instrumentation():
        ask()

    assert [] == observed.names()
    assert 0 == stats().calls


def test_a_failure_is_reported_once_where_a_processor_listens_too(observed: Any, monkeypatch: Any) -> None:
    """The processor leaves the span alone: this package's call has reported it, and is linked to it."""
    processor = GenAIErrorProcessor()
    observed.provider.add_span_processor(processor)
    reported: list[tuple[str, Any]] = []
    for who, reporter in (("call", state.runtime.reporter), ("processor", processor._reporter)):
        monkeypatch.setattr(reporter, "report", lambda record, error, who=who, **more: reported.append((who, record)))
    with observed.tracer.start_as_current_span("chat", attributes=OTHERS["OpenTelemetry"]) as theirs:
        ask(429)
        theirs.set_status(trace.StatusCode.ERROR)
        theirs.set_attribute("error.type", "openai.RateLimitError")

    ((who, record),) = reported
    assert ("call", "someone.else") == (who, record.instrumentation)
    assert theirs.get_span_context().span_id == record.span_id
    assert "rate_limit" == theirs.attributes["llm_error_type"]
    processor.shutdown()


def test_streams_in_tasks_add_to_the_span_around_them(observed: Any) -> None:
    """The stream's facts reach their span while it is open."""
    chunk = {
        "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o",
        "choices": [{"index": 0, "delta": {"content": "hi"}, "finish_reason": "stop"}],
    }  # fmt: skip
    body = b"data: " + sdk.http.Response(200, json=chunk).content + b"\n\ndata: [DONE]\n\n"

    async def main() -> Any:
        answer = lambda request: sdk.http.Response(  # noqa: E731
            200, stream=sdk.Pieces([body]), headers={"content-type": "text/event-stream"}
        )
        async with sdk.async_client(answer) as client:
            with observed.tracer.start_as_current_span("chat", attributes=OTHERS["OpenTelemetry"]) as theirs:
                async for _ in await client.chat.completions.create(**ASKED, stream=True):
                    pass
                return theirs

    theirs = asyncio.run(main())
    assert ["someone.else"] == observed.names()
    assert ("complete", "stop") == (theirs.attributes["llm_stream_outcome"], theirs.attributes["llm_finish_reason"])
