"""litellm: one span for a call, its retries and fallbacks, with the provider that answered."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import pytest
import sentry_sdk

from genai_sentry.testing import SimulatedProvider
from scripted import Reply, ScriptedServer

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "true")
litellm = pytest.importorskip("litellm")

pytestmark = pytest.mark.filterwarnings("ignore")

MESSAGES = [{"role": "user", "content": "hi"}]


@pytest.fixture(scope="module")
def simulated() -> Any:
    with SimulatedProvider() as provider:
        yield provider


@pytest.fixture
def provider(simulated: SimulatedProvider) -> SimulatedProvider:
    simulated.reset()
    return simulated


def _ask(provider: SimulatedProvider, **more: Any) -> dict[str, Any]:
    given = {"model": "openai/gpt-4o-mini", "messages": MESSAGES, "api_base": provider.base_url, "api_key": "k"}
    return {**given, "max_retries": 0, **more}


def _facts(span: Any) -> tuple[Any, ...]:
    names = ("gen_ai.provider.name", "gen_ai.usage.input_tokens", "llm_attempts", "llm_error_type")
    return (span.name, *(span.attributes.get(name) for name in names))


def test_a_call_is_one_span_although_a_client_below_is_observed_too(observed: Any, provider: Any) -> None:
    """The outermost call wins; the model is named without litellm's prefix."""
    litellm.completion(**_ask(provider))

    assert ("chat gpt-4o-mini", "openai", 1, 1, None) == _facts(observed.span)
    assert ("127.0.0.1", 200) == (
        observed.span.attributes["server.address"],
        observed.span.attributes["http.response.status_code"],
    )


def test_a_retried_call_is_one_span_without_an_event(observed: Any, provider: Any) -> None:
    """Retries are litellm's own."""
    provider.fail_next("server_error", times=1)

    litellm.completion(**_ask(provider, num_retries=2))

    assert ("chat gpt-4o-mini", "openai", 1, 2, None) == _facts(observed.span)
    assert [] == observed.events


def test_async_calls_and_streams_alike(observed: Any, provider: Any) -> None:
    """A stream's span ends with its bytes."""

    async def main() -> None:
        await litellm.acompletion(**_ask(provider))
        async for _ in await litellm.acompletion(**_ask(provider, stream=True)):
            pass

    asyncio.run(main())
    whole, streamed = observed.wait_for_spans(2)
    assert ("chat gpt-4o-mini", "openai", 1, 1, None) == _facts(whole)
    assert ("chat gpt-4o-mini", "complete") == (streamed.name, streamed.attributes["llm_stream_outcome"])


def test_other_wire_formats_are_read(observed: Any, provider: Any) -> None:
    """What litellm translates is decoded as it was on the wire."""
    root = provider.base_url.removesuffix("/v1")

    litellm.completion(**_ask(provider, model="anthropic/claude-3-5-haiku-latest", api_base=root))

    assert ("chat claude-3-5-haiku-latest", "anthropic", 1, 1, None) == _facts(observed.span)
    assert ("end_turn",) == observed.span.attributes["gen_ai.response.finish_reasons"]


def test_a_failure_is_one_event(observed: Any, scripted_server: ScriptedServer) -> None:
    """litellm's exception carries it."""
    error = {"message": "Incorrect API key provided", "type": "invalid_request_error", "code": "invalid_api_key"}
    scripted_server.script(Reply({"error": error}, status=401))

    with pytest.raises(litellm.AuthenticationError) as caught:
        litellm.completion(model="openai/gpt-4o-mini", messages=MESSAGES, api_base=scripted_server.url, api_key="k")
    sentry_sdk.capture_exception(caught.value)

    assert "authentication" == observed.span.attributes["llm_error_type"]
    assert ["authentication"] == [event["tags"]["llm_error_type"] for event in observed.events]


def test_a_mocked_answer_costs_nothing(observed: Any) -> None:
    """Nothing was sent: no attempt is made up, nothing is billed."""
    litellm.completion(model="gpt-4o-mini", messages=MESSAGES, mock_response="hello")

    assert ("chat gpt-4o-mini", "openai", None, None, None) == _facts(observed.span)


def test_embeddings_alike(observed: Any, provider: Any) -> None:
    """One span, by the operation's name."""
    litellm.embedding(model="openai/text-embedding-3-small", input="hi", api_base=provider.base_url, api_key="k")

    assert ("embeddings text-embedding-3-small", "openai", 1, 1, None) == _facts(observed.span)


def test_a_routers_retries_belong_to_one_call(observed: Any, provider: Any) -> None:
    """What another deployment healed has not failed."""
    given = {"model": "openai/gpt-4o-mini", "api_base": provider.base_url, "api_key": "k"}
    router = litellm.Router(model_list=[{"model_name": "fast", "litellm_params": given}], num_retries=2)
    provider.fail_next("server_error", times=1)

    asyncio.run(router.acompletion(model="fast", messages=MESSAGES))

    assert ("chat fast", "openai", 1, 2, None) == _facts(observed.span)
    assert [] == observed.events
