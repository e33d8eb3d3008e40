"""`record_call`: the application tells of calls that no patch sees."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import openai
import pytest
from opentelemetry import trace

from genai_sentry import record_call, stats
from genai_sentry.testing import SimulatedProvider

MODEL = "anthropic.claude-3-5-haiku-20241022-v1:0"


def test_a_told_call_has_the_span_of_an_observed_one(observed: Any) -> None:
    """Name, kind, request, response, usage and cost by the price list."""
    with record_call(
        "chat", MODEL, "aws.bedrock", server_address="bedrock-runtime.eu-central-1.amazonaws.com", temperature=0.5
    ) as call:
        call.usage(input_tokens=1000, output_tokens=100, cache_read_input_tokens=0)
        call.response(id="r1", model=MODEL, finish_reasons=["end_turn"], status=200, attempts=2, retry_wait_s=0.5)

    span = observed.span
    assert (f"chat {MODEL}", trace.SpanKind.CLIENT) == (span.name, span.kind)
    expected = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "aws.bedrock",
        "gen_ai.request.model": MODEL,
        "gen_ai.request.temperature": 0.5,
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.cache_read.input_tokens": 0,
        "gen_ai.response.id": "r1",
        "gen_ai.response.finish_reasons": ("end_turn",),
        "http.response.status_code": 200,
        "llm_attempts": 2,
        "llm_retry_wait_s": 0.5,
        "llm_cost_source": "price_table",
    }
    assert expected == {name: span.attributes.get(name) for name in expected}
    assert (1, 1000, 1) == (stats().calls, stats().input_tokens, stats().retries)
    assert [] == observed.events


def test_what_is_not_told_is_absent(observed: Any) -> None:
    """Neither attempts nor tokens are made up."""
    with record_call("chat", "m", "mine"):
        pass

    names = {"llm_attempts", "gen_ai.usage.input_tokens", "llm_cost_usd", "http.response.status_code"}
    assert set() == names & set(observed.span.attributes)


def test_a_told_cost_wins(observed: Any) -> None:
    """The application knows better than a list."""
    with record_call("chat", MODEL, "aws.bedrock") as call:
        call.usage(input_tokens=1000)
        call.cost(0.25, input_usd=0.25)

    attributes = observed.span.attributes
    assert (0.25, 0.25, "custom") == (
        attributes["llm_cost_usd"],
        attributes["gen_ai.cost.input_tokens"],
        attributes["llm_cost_source"],
    )
    assert 0.25 == stats().cost_usd


def test_an_exception_that_leaves_the_block_is_the_failure(observed: Any) -> None:
    """It passes on unchanged, and is reported once."""
    error = ConnectionResetError("reset by peer")
    with pytest.raises(ConnectionResetError) as caught, record_call("chat", "m", "mine"):
        raise error

    assert caught.value is error
    assert "connection_error" == observed.span.attributes["llm_error_type"]
    (event,) = observed.events
    assert "ConnectionResetError" == event["exception"]["values"][-1]["type"]


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (TimeoutError("too slow"), None, "timeout"),
        ({"message": "Too many requests"}, 429, "rate_limit"),
        ("ThrottlingException: Rate exceeded", None, "rate_limit"),
    ],
)
def test_a_failure_can_be_told(observed: Any, error: Any, status: int | None, kind: str) -> None:
    """An exception that was caught, a provider's error, a text."""
    with record_call("chat", "m", "aws.bedrock") as call:
        call.fail(error, status=status)

    assert kind == observed.span.attributes["llm_error_type"]
    assert [kind] == [event["tags"]["llm_error_type"] for event in observed.events]


def test_the_block_is_the_calls_span(observed: Any) -> None:
    """What happens inside is below it, in synchronous and in asynchronous code."""

    async def main() -> int:
        with record_call("chat", "m", "mine"):
            await asyncio.sleep(0)
            return trace.get_current_span().get_span_context().span_id

    assert asyncio.run(main()) == observed.span.context.span_id


def test_a_stream_has_the_wait_for_its_first_piece(observed: Any) -> None:
    """Told when it is there."""
    with record_call("chat", "m", "mine", stream=True) as call:
        call.first_chunk()
        call.first_chunk()

    attributes = observed.span.attributes
    assert (True, 1) == (attributes["gen_ai.request.stream"], attributes["llm_stream_chunks"])
    assert 0 <= attributes["gen_ai.response.time_to_first_chunk"] < 5


def test_the_outermost_call_wins(observed: Any) -> None:
    """What the block calls is part of it: one span, and no attempts of other requests."""
    with SimulatedProvider() as provider, record_call("chat", "m", "mine") as call:
        with openai.OpenAI(base_url=provider.base_url, api_key="k") as client:
            client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": "hi"}])
        with httpx.Client() as http:
            http.post(provider.base_url + "/chat/completions", json={"model": "m", "messages": []})
        call.usage(input_tokens=3)

    assert (3, None) == (
        observed.span.attributes["gen_ai.usage.input_tokens"],
        observed.span.attributes.get("llm_attempts"),
    )


def test_without_instrumentation_the_block_just_runs() -> None:
    """Nothing is recorded, nothing raises."""
    before = stats().calls
    with record_call("chat", "m", "mine") as call:
        call.usage(input_tokens=1)
        call.cost(1.0)
        call.response(id="x", status=200)
        call.first_chunk()
        call.fail("no")

    assert before == stats().calls


def test_a_generator_may_be_closed_elsewhere(observed: Any) -> None:
    """The block ends in another context than it began in: nothing raises, and the call is over."""

    async def answers() -> Any:
        with record_call("chat", "m", "mine"):
            yield 1
            yield 2

    async def main() -> None:
        generator = answers()
        await asyncio.create_task(anext(generator))
        await asyncio.create_task(generator.aclose())

    asyncio.run(main())
    assert ("chat m", None) == (observed.span.name, observed.span.attributes.get("llm_error_type"))
