"""cohere: one span for a call and its retries, one event for one that fails."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import sentry_sdk

from scripted import Reply, ScriptedServer, events

cohere = pytest.importorskip("cohere")

ANSWER = {
    "id": "c1",
    "finish_reason": "COMPLETE",
    "message": {"role": "assistant", "content": [{"type": "text", "text": "hello"}]},
    "usage": {
        "billed_units": {"input_tokens": 3, "output_tokens": 2},
        "tokens": {"input_tokens": 7, "output_tokens": 2},
    },
}
MESSAGES = [{"role": "user", "content": "hi"}]
BUSY = Reply({"message": "busy"}, status=503, headers={"retry-after-ms": "5"})


@pytest.fixture
def client(scripted_server: ScriptedServer) -> Any:
    with cohere.ClientV2(api_key="k", base_url=scripted_server.url) as made:
        yield made


def test_a_retried_call_is_one_span_without_an_event(observed: Any, client: Any, scripted_server: Any) -> None:
    """The client calls itself to retry: the outermost call is the one, its attempts are within."""
    scripted_server.script(BUSY, Reply(ANSWER))

    client.chat(model="command-a-03-2025", messages=MESSAGES)

    attributes = observed.span.attributes
    assert ("chat", "cohere", "command-a-03-2025") == (
        attributes["gen_ai.operation.name"],
        attributes["gen_ai.provider.name"],
        attributes["gen_ai.request.model"],
    )
    assert (2, 200, 7, 2) == (
        attributes["llm_attempts"],
        attributes["http.response.status_code"],
        attributes["gen_ai.usage.input_tokens"],
        attributes["gen_ai.usage.output_tokens"],
    )
    assert [] == observed.events


def test_an_error_that_names_no_request_is_tied_to_its_call(observed: Any, client: Any, scripted_server: Any) -> None:
    """The SDK raises after the call returned; whoever captures that exception sends the only event."""
    scripted_server.script(Reply({"message": "invalid api token"}, status=401))

    with pytest.raises(cohere.UnauthorizedError) as caught:
        client.chat(model="command-a-03-2025", messages=MESSAGES)
    sentry_sdk.capture_exception(caught.value)

    (event,) = observed.events
    assert "authentication" == event["tags"]["llm_error_type"]
    assert "UnauthorizedError" == event["exception"]["values"][-1]["type"]
    assert "authentication" == observed.span.attributes["llm_error_type"]


def test_a_failed_async_call_is_one_event(observed: Any, scripted_server: Any) -> None:
    """Also where nobody captures anything."""
    scripted_server.script(Reply({"message": "too many tokens"}, status=400))

    async def main() -> None:
        async with cohere.AsyncClientV2(api_key="k", base_url=scripted_server.url) as client:
            await client.chat(model="command-a-03-2025", messages=MESSAGES)

    with pytest.raises(cohere.BadRequestError):
        asyncio.run(main())

    (event,) = observed.events
    assert observed.span.attributes["llm_error_type"] == event["tags"]["llm_error_type"]


def test_a_stream_is_one_span(observed: Any, client: Any, scripted_server: Any) -> None:
    """Streams are not retried: the attempt is the call."""
    end = {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": ANSWER["usage"]}}
    scripted_server.script(
        events({"type": "message-start", "id": "c1", "delta": {"message": {"role": "assistant"}}}, end)
    )

    list(client.chat_stream(model="command-a-03-2025", messages=MESSAGES))

    attributes = observed.span.attributes
    assert ("complete", 7, "c1") == (
        attributes["llm_stream_outcome"],
        attributes["gen_ai.usage.input_tokens"],
        attributes["gen_ai.response.id"],
    )


def test_a_failed_call_that_is_no_inference_makes_no_llm_span(observed: Any, client: Any, scripted_server: Any) -> None:
    """It is classified and reported all the same."""
    scripted_server.script(Reply({"message": "invalid api token"}, status=401))

    with pytest.raises(cohere.UnauthorizedError):
        client.models.list()

    assert [] == observed.spans
    assert ["authentication"] == [event["tags"]["llm_error_type"] for event in observed.events]
