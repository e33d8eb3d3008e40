"""Older generated SDKs raise in the midst of a stream and leave its answer open: the call is over all the same."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from types import ModuleType
from typing import Any

import httpx
import pytest

from genai_sentry.patch import streaming

REQUEST = {"model": "gpt-4o-mini", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
CHUNK = {"id": "c1", "model": "gpt-4o-mini", "choices": [{"index": 0, "delta": {"content": "Hi"}}]}
ERROR = {"error": {"code": "rate_limit_exceeded", "message": "Rate limit reached"}}
URL = "http://127.0.0.1:9/v1/chat/completions"


def _wire(*events: Any) -> httpx.MockTransport:
    body = [f"data: {item if isinstance(item, str) else json.dumps(item)}\n\n".encode() for item in events]

    class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield from body

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for piece in body:
                yield piece

    return httpx.MockTransport(
        lambda request: httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Pieces())
    )


def _decoded(line: str) -> Any:
    value = json.loads(line.removeprefix("data: "))
    if "error" in value:
        raise RuntimeError(value["error"]["message"])
    return value


class Stream:
    """How openai 1.x reads events."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.items = self.__stream__()

    def __stream__(self) -> Iterator[Any]:  # noqa: PLW3201
        """The events."""
        for line in self.response.iter_lines():
            if line:
                yield _decoded(line)


class AsyncStream:
    """The same, awaited."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.items = self.__stream__()

    async def __stream__(self) -> AsyncIterator[Any]:  # noqa: PLW3201
        """The events."""
        async for line in self.response.aiter_lines():
            if line:
                yield _decoded(line)


@pytest.fixture
def patched() -> Iterator[None]:
    """The two classes, patched as a module of an SDK is."""
    module = ModuleType("old._streaming")
    module.Stream, module.AsyncStream = Stream, AsyncStream  # type: ignore[attr-defined]
    seams = streaming.seams(module)
    assert seams is not None
    for seam in seams:
        seam.install()
    yield
    assert all(seam.remove() for seam in seams)


def _is_told(observed: Any) -> None:
    attributes = observed.span.attributes
    assert ("rate_limit", "error") == (attributes["llm_error_type"], attributes["llm_stream_outcome"])
    assert ["rate_limit"] == [event["tags"]["llm_error_type"] for event in observed.events]


def test_a_failing_stream_ends_its_call_at_once(observed: Any, patched: None) -> None:
    """While the exception, and so the answer that was left open, are still alive."""
    with httpx.Client(transport=_wire(CHUNK, ERROR, "[DONE]")) as client:
        stream = Stream(client.send(client.build_request("POST", URL, json=REQUEST), stream=True))
        with pytest.raises(RuntimeError, match="Rate limit") as caught:
            list(stream.items)

        assert caught.value is not None
        _is_told(observed)


def test_an_awaited_one_does_too(observed: Any, patched: None) -> None:
    """The same in asynchronous code; values pass through unchanged."""

    async def main() -> None:
        async with httpx.AsyncClient(transport=_wire(CHUNK, ERROR, "[DONE]")) as client:
            stream = AsyncStream(await client.send(client.build_request("POST", URL, json=REQUEST), stream=True))
            assert await anext(stream.items) == CHUNK
            with pytest.raises(RuntimeError, match="Rate limit"):
                await anext(stream.items)

            _is_told(observed)

    asyncio.run(main())


def test_an_event_that_cannot_be_read_is_told(observed: Any, patched: None) -> None:
    """What fails is the decoding of an event."""
    with httpx.Client(transport=_wire(CHUNK, "{broken")) as client:
        stream = Stream(client.send(client.build_request("POST", URL, json=REQUEST), stream=True))
        with pytest.raises(json.JSONDecodeError):
            list(stream.items)

        attributes = observed.span.attributes
        assert ("invalid_response", "malformed") == (attributes["llm_error_type"], attributes["llm_error_reason"])


def test_streams_that_close_what_they_leave_stay_as_they_are() -> None:
    """Newer SDKs, and modules of another shape, are not touched."""
    newer = pytest.importorskip("openai._streaming")

    assert streaming.seams(ModuleType("unknown")) is None
    assert (streaming.seams(newer) is None) == ("close" in newer.Stream.__stream__.__code__.co_names)
