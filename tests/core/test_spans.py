"""One span for each logical call, with what the wire says."""

from __future__ import annotations

import asyncio
import gc
import time
from typing import Any

import httpx
import httpx2
import openai
import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.trace import SpanKind, StatusCode
from pydantic import BaseModel

from genai_sentry import GenAIInstrumentor, Settings
from genai_sentry.labels import label
from genai_sentry.testing import SimulatedProvider

MESSAGES = [{"role": "user", "content": "hello"}]


@pytest.fixture
def client(provider: SimulatedProvider) -> Any:
    with openai.OpenAI(base_url=provider.base_url, api_key="sk-test", max_retries=0) as made:
        yield made


def test_a_chat_call_is_one_client_span(recorder: Any, client: Any) -> None:
    """Name, kind, scope and the attributes that dashboards stand on."""
    answer = client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES, temperature=0.5, max_tokens=100)

    span = recorder.span
    assert ("chat gpt-4o-mini", SpanKind.CLIENT) == (span.name, span.kind)
    assert "genai_sentry" == span.instrumentation_scope.name
    expected = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.max_tokens": 100,
        "server.address": "127.0.0.1",
        "sentry.op": "gen_ai.chat",
        "ai_model": "gpt-4o-mini",
        "llm_provider": "openai",
        "gen_ai.response.id": answer.id,
        "gen_ai.response.model": answer.model,
        "gen_ai.response.finish_reasons": ("stop",),
        "llm_finish_reason": "stop",
        "gen_ai.usage.input_tokens": answer.usage.prompt_tokens,
        "gen_ai.usage.output_tokens": answer.usage.completion_tokens,
        "gen_ai.usage.reasoning.output_tokens": 0,
        "llm_cost_source": "price_table",
        "llm_attempts": 1,
        "http.response.status_code": 200,
        "openai.api.type": "chat_completions",
    }
    assert expected == {name: span.attributes.get(name) for name in expected}
    cost = (answer.usage.prompt_tokens * 0.15 + answer.usage.completion_tokens * 0.6) / 1e6
    assert pytest.approx(cost) == span.attributes["llm_cost_usd"]


def test_a_stream_is_one_span_with_the_last_usage(recorder: Any, client: Any) -> None:
    """The span ends with the bytes, and usage is what the last chunk says."""
    stream = client.chat.completions.create(
        model="gpt-4o-mini", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
    )
    usage = [chunk.usage for chunk in stream][-1]

    attributes = recorder.span.attributes
    assert (usage.prompt_tokens, usage.completion_tokens) == (
        attributes["gen_ai.usage.input_tokens"],
        attributes["gen_ai.usage.output_tokens"],
    )
    assert ("complete", True) == (attributes["llm_stream_outcome"], attributes["gen_ai.request.stream"])
    assert attributes["gen_ai.response.time_to_first_chunk"] > 0


def test_a_stream_without_usage_has_no_token_counts(recorder: Any, client: Any) -> None:
    """Unknown is absent: neither zero nor a guess."""
    for _ in client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES, stream=True):
        pass

    attributes = recorder.span.attributes
    assert "gen_ai.usage.input_tokens" not in attributes
    assert "llm_cost_usd" not in attributes


class Word(BaseModel):
    """Structured output."""

    word: str


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        (lambda c: c.responses.create(model="gpt-4o-mini", input="hi"), "chat gpt-4o-mini"),
        (lambda c: list(c.responses.create(model="gpt-4o-mini", input="hi", stream=True)), "chat gpt-4o-mini"),
        (
            lambda c: c.embeddings.create(model="text-embedding-3-small", input="hi"),
            "embeddings text-embedding-3-small",
        ),
        (
            lambda c: c.completions.create(model="gpt-3.5-turbo-instruct", prompt="hi"),
            "text_completion gpt-3.5-turbo-instruct",
        ),
        (lambda c: c.chat.completions.with_raw_response.create(model="m", messages=MESSAGES).parse(), "chat m"),
        (lambda c: _streaming(c), "chat m"),
        (lambda c: _helper(c), "chat m"),
        (lambda c: _parsed(c), "chat gpt-4o-mini"),
    ],
)
def test_each_way_of_calling_is_one_span(recorder: Any, client: Any, operation: Any, name: str) -> None:
    """Plain, parsed, raw, streamed, by helper: once each, with tokens."""
    try:
        operation(client)
    except AttributeError as missing:
        pytest.skip(f"this SDK has no {missing.name}")

    assert name == recorder.span.name
    assert recorder.span.attributes["gen_ai.usage.input_tokens"] >= 1


def _streaming(client: Any) -> None:
    with client.chat.completions.with_streaming_response.create(model="m", messages=MESSAGES) as raw:
        raw.parse()


def _helper(client: Any) -> None:
    options = {"include_usage": True}
    with client.chat.completions.stream(model="m", messages=MESSAGES, stream_options=options) as stream:
        stream.get_final_completion()


def _parsed(client: Any) -> None:
    client.responses.parse(model="gpt-4o-mini", input="hi")


def test_what_is_no_inference_is_no_llm_span(recorder: Any, client: Any) -> None:
    """Listing models costs nothing and is no LLM call."""
    client.models.list()

    assert [] == recorder.spans


def test_retries_are_attempts_of_one_span(recorder: Any, provider: SimulatedProvider) -> None:
    """A healed call is no failure; its attempts and its waiting are on the span."""
    provider.fail_next("server_error", times=2)
    with openai.OpenAI(base_url=provider.base_url, api_key="k", max_retries=2) as client:
        client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)

    span = recorder.span
    assert (3, StatusCode.UNSET) == (span.attributes["llm_attempts"], span.status.status_code)
    assert span.attributes["llm_retry_wait_s"] > 0
    assert span.attributes["llm_last_attempt_s"] < (span.end_time - span.start_time) / 1e9
    assert "llm_error_type" not in span.attributes


def test_a_failure_has_status_vocabulary_and_code(recorder: Any, client: Any, provider: SimulatedProvider) -> None:
    """The description holds type and reason, never the provider's words."""
    provider.fail_next("quota_exceeded")

    with pytest.raises(openai.RateLimitError):
        client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)

    span = recorder.span
    assert StatusCode.ERROR == span.status.status_code
    assert "quota_exceeded/insufficient_quota" == span.status.description
    expected = {
        "llm_error_type": "quota_exceeded",
        "llm_error_reason": "insufficient_quota",
        "llm_severity": "fatal",
        "llm_action_required": "restore_quota_or_billing",
        "llm_retryable": "false",
        "error.type": "insufficient_quota",
        "http.response.status_code": 429,
    }
    assert expected == {name: span.attributes.get(name) for name in expected}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"message": "You exceeded your current quota", "code": "insufficient_quota"}, "quota_exceeded"),
        ({"message": "Unknown error", "code": None}, "unknown"),
    ],
)
def test_an_answer_that_tells_an_error_says_more_than_what_the_sdk_makes_of_it(
    recorder: Any, told: dict[str, Any], expected: str
) -> None:
    """Over vectors that are missing under status 200 the SDK raises that there are none; why is in the answer."""
    transport = httpx2.MockTransport(lambda request: httpx2.Response(200, json={"error": told}))
    with (
        openai.OpenAI(api_key="k", max_retries=0, http_client=httpx2.Client(transport=transport)) as client,
        pytest.raises(ValueError, match="No embedding data"),
    ):
        client.embeddings.create(model="text-embedding-3-small", input="hello")
    assert expected == recorder.span.attributes["llm_error_type"]


def test_a_stream_left_early_is_no_failure(recorder: Any, client: Any) -> None:
    """The application's choice is not the provider's fault."""
    with client.chat.completions.create(model="m", messages=MESSAGES, stream=True) as stream:
        next(iter(stream))

    span = recorder.span
    assert ("closed_early", StatusCode.UNSET) == (span.attributes["llm_stream_outcome"], span.status.status_code)


def test_an_exception_of_the_application_is_no_failure_of_the_call(recorder: Any, client: Any) -> None:
    """A bug between two chunks is not charged to the LLM."""
    with (
        pytest.raises(ZeroDivisionError),
        client.chat.completions.create(model="m", messages=MESSAGES, stream=True) as stream,
    ):
        for _ in stream:
            _ = 1 / 0

    assert StatusCode.UNSET == recorder.span.status.status_code


def test_a_stream_cut_by_the_network_is_a_failure(recorder: Any, client: Any, provider: SimulatedProvider) -> None:
    """The bytes broke off before the format's end."""
    provider.fault_next(cut=2)

    with pytest.raises((openai.APIConnectionError, httpx.TransportError)):  # before 3.x the SDK lets it through
        for _ in client.chat.completions.create(model="m", messages=MESSAGES, stream=True):
            pass

    span = recorder.span
    assert ("cut", "connection_error") == (
        span.attributes["llm_stream_outcome"],
        span.attributes["llm_error_type"],
    )


def test_a_dropped_stream_ends_its_span(recorder: Any, client: Any) -> None:
    """A response that nobody reads nor closes leaks no span."""
    stream = client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
    stream.response.close()
    del stream
    gc.collect()

    assert "closed_early" == recorder.span.attributes["llm_stream_outcome"]


def test_the_span_is_current_for_the_sdk_and_never_for_the_application(recorder: Any, client: Any) -> None:
    """HTTP spans nest under the call; what the application does between chunks does not."""
    before = trace.get_current_span()
    stream = client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
    during = trace.get_current_span()
    list(stream)

    assert before is during


def test_a_cancelled_task_is_no_error(recorder: Any, provider: SimulatedProvider) -> None:
    """The caller gave up: status unset, the vocabulary says `cancelled`."""
    provider.fault_next(delay=5.0)

    async def main() -> None:
        async with openai.AsyncOpenAI(base_url=provider.base_url, api_key="k", max_retries=0) as client:
            task = asyncio.create_task(client.chat.completions.create(model="m", messages=MESSAGES))
            await asyncio.sleep(0.2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())

    span = recorder.span
    assert (StatusCode.UNSET, "cancelled") == (span.status.status_code, span.attributes["llm_error_type"])


@pytest.mark.parametrize("module", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_a_bare_http_client_is_seen(recorder: Any, provider: SimulatedProvider, module: Any) -> None:
    """What calls an LLM without an SDK is a call of one attempt."""
    with module.Client() as client:
        address = f"{provider.base_url}/chat/completions?key=k"
        answer = client.post(address, json={"model": "m", "messages": MESSAGES})

    assert 200 == answer.status_code
    assert "chat m" == recorder.span.name


@pytest.mark.parametrize("module", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_other_requests_make_no_span(recorder: Any, provider: SimulatedProvider, module: Any) -> None:
    """A path alone does not make an LLM call."""
    with module.Client() as client:
        client.post(f"{provider.base_url}/chat/completions", json={"title": "a form"})
        client.post(f"{provider.url}/orders", json={"model": "m", "messages": MESSAGES})
        client.get(f"{provider.base_url}/models")

    assert [] == recorder.spans


def test_clients_made_before_are_covered_and_uninstrumenting_is_exact(bare: Any, client: Any) -> None:
    """One span while instrumented, none before and after, one again when instrumented again."""
    original = openai._base_client.SyncAPIClient.__dict__["request"]
    create = client.chat.completions.create

    create(model="m", messages=MESSAGES)
    assert [] == bare.spans
    for expected in (1, 2):
        bare.instrument()
        create(model="m", messages=MESSAGES)
        assert expected == len(bare.spans)
        GenAIInstrumentor().uninstrument()
        create(model="m", messages=MESSAGES)
        assert expected == len(bare.spans)
    assert openai._base_client.SyncAPIClient.__dict__["request"] is original


def test_suppressed_instrumentation_is_honoured(recorder: Any, client: Any) -> None:
    """OpenTelemetry's own switch silences the span."""
    with suppress_instrumentation():
        client.chat.completions.create(model="m", messages=MESSAGES)

    assert [] == recorder.spans


def test_labels_are_on_the_span(recorder: Any, client: Any) -> None:
    """What the application labels can be searched."""
    from genai_sentry import label

    with label(feature="search"):
        client.chat.completions.create(model="m", messages=MESSAGES)

    assert "search" == recorder.span.attributes["feature"]


def test_a_finish_reason_that_tells_a_refusal_is_the_error_type(
    recorder: Any, client: Any, provider: SimulatedProvider
) -> None:
    """A filtered answer comes under status 200, which says nothing of what went wrong."""
    provider.fault_next(finish_reason="content_filter")
    client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hello"}])

    attributes = recorder.span.attributes
    assert ("content_filter", "content_filter") == (attributes["error.type"], attributes["llm_error_type"])


def test_metrics_carry_the_vocabulary_and_the_labels(recorder: Any, client: Any, provider: SimulatedProvider) -> None:
    """What is learned in an issue works on metrics; a rate limit, which is nobody's, has no label."""
    with label(feature="search"):
        client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hello"}])
    metrics = recorder.metrics()

    for name in ("gen_ai.client.operation.duration", "gen_ai.client.token.usage", "llm.client.attempts"):
        for point in metrics[name]:
            found = [point.attributes.get(key) for key in ("ai_model", "llm_provider", "feature")]
            assert ["gpt-4o", "openai", "search"] == found
    assert metrics["llm.client.ratelimit.remaining"]
    assert not any("feature" in point.attributes for point in metrics["llm.client.ratelimit.remaining"])


def test_metrics_are_recorded_once_per_call(recorder: Any, client: Any, provider: SimulatedProvider) -> None:
    """Durations, tokens, cost, attempts and errors have true counts."""
    client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)
    provider.fail_next("authentication")
    with pytest.raises(openai.AuthenticationError):
        client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)

    metrics = recorder.metrics()
    assert 2 == sum(point.count for point in metrics["gen_ai.client.operation.duration"])
    assert {"input", "output"} == {
        point.attributes["gen_ai.token.type"] for point in metrics["gen_ai.client.token.usage"]
    }
    assert 2 == sum(point.value for point in metrics["llm.client.attempts"])
    assert [("authentication", 1)] == [
        (point.attributes["llm_error_type"], point.value) for point in metrics["llm.client.errors"]
    ]
    assert sum(point.value for point in metrics["llm.client.cost"]) > 0


def test_content_is_off_unless_asked_for(bare: Any, client: Any) -> None:
    """Prompts and answers are on spans only where the settings say so, and pass the redaction hook."""
    bare.instrument(Settings(capture_content=True, redact=lambda text: text.replace("hello", "[word]")))
    client.chat.completions.create(model="m", messages=MESSAGES)

    captured = bare.span.attributes["gen_ai.input.messages"]
    assert "[word]" in captured
    assert "hello" not in captured
    assert "gen_ai.output.messages" in bare.span.attributes


def test_latency_is_the_providers_not_the_consumers(recorder: Any, client: Any, provider: SimulatedProvider) -> None:
    """Waiting for bytes counts, the consumer's own time does not."""
    provider.fault_next(delay=0.2, chunk_delay=0.02)
    stream = client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
    for _ in stream:
        time.sleep(0.05)

    attributes = recorder.span.attributes
    assert 0.2 <= attributes["gen_ai.response.time_to_first_chunk"] < 0.3
    assert attributes["llm_stream_max_gap_s"] < 0.049
