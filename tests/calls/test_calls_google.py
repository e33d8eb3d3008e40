"""google-genai: one span for a call and its retries, whichever HTTP library the client finds."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import sentry_sdk

from scripted import Reply, ScriptedServer, events

genai = pytest.importorskip("google.genai")
types = pytest.importorskip("google.genai.types")

pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning")

MODEL = "gemini-2.0-flash"
ANSWER = {
    "responseId": "g1",
    "modelVersion": MODEL,
    "candidates": [{"content": {"role": "model", "parts": [{"text": "hello"}]}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 2, "totalTokenCount": 9},
}
PART = {**ANSWER, "candidates": [{"content": {"role": "model", "parts": [{"text": "hel"}]}}]}
BUSY = Reply({"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}, status=503)
DENIED = Reply({"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}}, status=400)


def _client(server: ScriptedServer, **options: Any) -> Any:
    retries = types.HttpRetryOptions(attempts=3, initial_delay=0.001, max_delay=0.002)
    return genai.Client(
        api_key="k", http_options=types.HttpOptions(base_url=server.url, retry_options=retries, **options)
    )


@pytest.fixture
def client(scripted_server: ScriptedServer) -> Any:
    with _client(scripted_server) as made:
        yield made


def _run(server: ScriptedServer, work: Callable[[Any], Awaitable[None]], **options: Any) -> None:
    async def main() -> None:
        async with _client(server, **options).aio as client:
            await work(client)

    asyncio.run(main())


async def _call(client: Any) -> None:
    await client.models.generate_content(model=MODEL, contents="hi")


async def _stream(client: Any) -> None:
    async for _ in await client.models.generate_content_stream(model=MODEL, contents="hi"):
        pass


def _facts(attributes: Any) -> tuple[Any, ...]:
    names = ("gen_ai.provider.name", "gen_ai.response.id", "gen_ai.usage.input_tokens", "llm_attempts")
    return tuple(attributes.get(name) for name in names)


def test_a_retried_call_is_one_span_without_an_event(observed: Any, client: Any, scripted_server: Any) -> None:
    """The client retries above `send`; a call that was healed has not failed."""
    scripted_server.script(BUSY, Reply(ANSWER))

    answer = client.models.generate_content(model=MODEL, contents="hi")

    assert "hello" == answer.text
    assert (f"generate_content {MODEL}", "gcp.gemini") == (
        observed.span.name,
        observed.span.attributes["gen_ai.provider.name"],
    )
    assert ("gcp.gemini", "g1", 7, 2) == _facts(observed.span.attributes)
    assert [] == observed.events


def test_a_stream_begins_when_it_is_first_asked_for(observed: Any, client: Any, scripted_server: Any) -> None:
    """Nothing is sent before, so nothing is measured before."""
    scripted_server.script(BUSY, events(PART, ANSWER))

    stream = client.models.generate_content_stream(model=MODEL, contents="hi")
    assert [] == scripted_server.requests
    assert ["hel", "hello"] == [part.text for part in stream]

    assert ("gcp.gemini", "g1", 7, 2) == _facts(observed.span.attributes)
    assert "complete" == observed.span.attributes["llm_stream_outcome"]


def test_a_stream_that_is_left_early_is_no_failure(observed: Any, client: Any, scripted_server: Any) -> None:
    """The span ends with the generator."""
    scripted_server.script(events(PART, ANSWER))

    stream = client.models.generate_content_stream(model=MODEL, contents="hi")
    next(stream)
    stream.close()
    gc.collect()

    assert "llm_error_type" not in observed.span.attributes
    assert [] == observed.events


@pytest.mark.parametrize("backend", ["aiohttp", "httpx"])
@pytest.mark.parametrize("work", [_call, _stream])
def test_async_calls_alike(observed: Any, scripted_server: Any, backend: str, work: Any) -> None:
    """Over aiohttp, which passes by httpx, and over httpx."""
    if backend == "aiohttp":
        pytest.importorskip("aiohttp")
        options: dict[str, Any] = {}
    else:
        httpx = pytest.importorskip("httpx")
        options = {"async_client_args": {"transport": httpx.AsyncHTTPTransport()}}
    scripted_server.script(BUSY, Reply(ANSWER) if work is _call else events(PART, ANSWER))

    _run(scripted_server, work, **options)

    assert ("gcp.gemini", "g1", 7, 2) == _facts(observed.span.attributes)
    if work is _stream:
        assert "complete" == observed.span.attributes["llm_stream_outcome"]
    assert [] == observed.events


def test_a_failure_is_one_event(observed: Any, client: Any, scripted_server: Any) -> None:
    """The SDK's exception is the one that whoever captures it finds its event by."""
    scripted_server.script(DENIED)

    with pytest.raises(genai.errors.ClientError) as caught:
        client.models.generate_content(model=MODEL, contents="hi")
    sentry_sdk.capture_exception(caught.value)

    (event,) = observed.events
    assert "authentication" == event["tags"]["llm_error_type"]
    assert "authentication" == observed.span.attributes["llm_error_type"]


def test_a_failed_async_call_is_one_event(observed: Any, scripted_server: Any) -> None:
    """Also over aiohttp."""
    scripted_server.script(DENIED)

    with pytest.raises(genai.errors.ClientError):
        _run(scripted_server, _call)

    assert ["authentication"] == [event["tags"]["llm_error_type"] for event in observed.events]
    assert 400 == observed.span.attributes["http.response.status_code"]


def test_an_error_within_a_stream_is_a_failure(observed: Any, client: Any, scripted_server: Any) -> None:
    """HTTP 200 does not mean success."""
    scripted_server.script(events(PART, {"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}))

    with pytest.raises(genai.errors.APIError):
        list(client.models.generate_content_stream(model=MODEL, contents="hi"))

    assert "server_error" == observed.span.attributes["llm_error_type"]
    assert 1 == len(observed.events)


def test_counting_tokens_is_no_llm_call(observed: Any, client: Any, scripted_server: Any) -> None:
    """It costs nothing."""
    scripted_server.script(Reply({"totalTokens": 3}))

    client.models.count_tokens(model=MODEL, contents="hi")

    assert [] == observed.spans


INTERACTION = {
    "id": "v1_x",
    "object": "interaction",
    "model": MODEL,
    "status": "completed",
    "outputs": [{"type": "text", "text": "hello"}],
    "usage": {"total_input_tokens": 7, "total_output_tokens": 2, "total_tokens": 9},
}


@pytest.mark.filterwarnings("ignore")
def test_interactions_have_a_call_point_of_their_own(observed: Any, client: Any, scripted_server: Any) -> None:
    """They pass by the client's other requests; they are retried, too."""
    scripted_server.script(BUSY, Reply(INTERACTION))

    client.interactions.create(model=MODEL, input="hi")

    name, _, tokens, attempts = _facts(observed.span.attributes)
    assert ("gcp.gemini", 7, len(scripted_server.requests)) == (name, tokens, attempts)


def test_a_batchs_submission_is_a_span_that_is_no_inference(observed: Any, client: Any, scripted_server: Any) -> None:
    """It names model and batch."""
    scripted_server.script(Reply({"name": "batches/1", "metadata": {"state": "BATCH_STATE_PENDING"}}))

    request = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
    client.batches.create(model=MODEL, src=[request])

    assert [] == observed.spans
    (span,) = observed.exporter.get_finished_spans()
    assert (f"submit_batch {MODEL}", "batches/1") == (span.name, span.attributes["gen_ai.response.id"])
