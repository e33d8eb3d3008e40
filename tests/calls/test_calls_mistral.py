"""mistralai: one span for a call and its retries, one event for one that fails."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import sentry_sdk

from scripted import Reply, ScriptedServer, events

mistral = pytest.importorskip("mistralai.client")
errors = pytest.importorskip("mistralai.client.errors")
utils = pytest.importorskip("mistralai.client.utils")

ANSWER = {
    "id": "m1",
    "object": "chat.completion",
    "model": "mistral-small-latest",
    "created": 1,
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hello"}}],
    "usage": {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9},
}
CHUNK = {
    "id": "m1",
    "object": "chat.completion.chunk",
    "model": "mistral-small-latest",
    "created": 1,
    "choices": [{"index": 0, "finish_reason": "stop", "delta": {"role": "assistant", "content": "hello"}}],
    "usage": ANSWER["usage"],
}
MESSAGES = [{"role": "user", "content": "hi"}]
BUSY = Reply({"message": "busy"}, status=503)


@pytest.fixture
def client(scripted_server: ScriptedServer) -> Any:
    with _client(scripted_server) as made:
        yield made


def _client(server: ScriptedServer) -> Any:
    backoff = utils.BackoffStrategy(1, 5, 1.0, 2000)
    retries = utils.RetryConfig("backoff", backoff, retry_connection_errors=True)
    return mistral.Mistral(api_key="k", server_url=server.url, retry_config=retries)


def _facts(attributes: Any) -> tuple[Any, ...]:
    names = ("gen_ai.provider.name", "gen_ai.response.id", "gen_ai.usage.input_tokens", "llm_attempts")
    return tuple(attributes.get(name) for name in names)


def test_a_retried_call_is_one_span_without_an_event(observed: Any, client: Any, scripted_server: Any) -> None:
    """The SDK retries above the HTTP client: the attempts belong to one call."""
    scripted_server.script(BUSY, Reply(ANSWER))

    client.chat.complete(model="mistral-small-latest", messages=MESSAGES)

    assert ("mistral_ai", "m1", 7, 2) == _facts(observed.span.attributes)
    assert [] == observed.events


def test_async_calls_alike(observed: Any, scripted_server: Any) -> None:
    """One span, two attempts."""
    scripted_server.script(BUSY, Reply(ANSWER))

    async def main() -> None:
        async with _client(scripted_server) as client:
            await client.chat.complete_async(model="mistral-small-latest", messages=MESSAGES)

    asyncio.run(main())

    assert ("mistral_ai", "m1", 7, 2) == _facts(observed.span.attributes)


def test_a_stream_is_one_span(observed: Any, client: Any, scripted_server: Any) -> None:
    """Its span ends with its bytes."""
    scripted_server.script(events(CHUNK, done="[DONE]"))

    with client.chat.stream(model="mistral-small-latest", messages=MESSAGES) as stream:
        list(stream)

    assert ("mistral_ai", "m1", 7, 1) == _facts(observed.span.attributes)
    assert "complete" == observed.span.attributes["llm_stream_outcome"]


def test_the_sdks_exception_carries_the_event(observed: Any, client: Any, scripted_server: Any) -> None:
    """It is raised after the request returned, and found by the response that it holds."""
    scripted_server.script(Reply({"message": "Unauthorized", "type": "invalid_api_key"}, status=401))

    with pytest.raises(errors.SDKError) as caught:
        client.chat.complete(model="mistral-small-latest", messages=MESSAGES)
    sentry_sdk.capture_exception(caught.value)

    (event,) = observed.events
    assert "authentication" == event["tags"]["llm_error_type"]
    assert "SDKError" == event["exception"]["values"][-1]["type"]
