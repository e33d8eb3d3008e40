"""How a stream ended is told by the wire, whatever the SDK makes of it."""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry.trace import StatusCode

import sdk
from genai_sentry.wire.reencoding import encoder

MESSAGES = [{"role": "user", "content": "hello"}]


def event(value: Any) -> bytes:
    return b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n"


def chunk(**fields: Any) -> dict[str, Any]:
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o", **fields}


def delta(text: str = "", finish: str | None = None) -> dict[str, Any]:
    return chunk(choices=[{"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}])


HI, LAST, DONE = event(delta("hi")), event(delta(finish="stop")), b"data: [DONE]\n\n"


def answered(*pieces: bytes, fault: Exception | None = None) -> Callable[[Any], Any]:
    headers = {"content-type": "text/event-stream"}
    return lambda request: sdk.http.Response(200, stream=sdk.Pieces(list(pieces), fault), headers=headers)


def consume(answer: Any) -> str | None:
    """Read a stream to its end; the name of the exception that the application sees."""
    with sdk.client(answer) as client:
        try:
            for _ in client.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True):
                pass
        except Exception as error:
            return type(error).__name__
    return None


def consume_async(answer: Any) -> str | None:
    """The same in a task."""

    async def main() -> str | None:
        async with sdk.async_client(answer) as client:
            try:
                async for _ in await client.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True):
                    pass
            except Exception as error:
                return type(error).__name__
        return None

    return asyncio.run(main())


def told(span: Any) -> tuple[Any, ...]:
    return tuple(span.attributes.get(name) for name in ("llm_stream_outcome", "llm_error_type", "llm_error_reason"))


@pytest.mark.parametrize("way", [consume, consume_async], ids=["sync", "async"])
@pytest.mark.parametrize("broken", [b"{oops", b"{oops}", b"no JSON at all"], ids=["unfinished", "misspelt", "text"])
def test_a_malformed_event_is_an_unusable_answer(observed: Any, way: Any, broken: bytes) -> None:
    """The SDK raises a JSON error to the application: the call has failed, it was not left early."""
    raised = way(answered(HI, event(broken)))

    (span,) = observed.take()
    assert ("error", "invalid_response", "malformed") == told(span)
    assert StatusCode.ERROR == span.status.status_code
    assert "JSONDecodeError" == raised


@pytest.mark.parametrize("way", [consume, consume_async], ids=["sync", "async"])
@pytest.mark.parametrize("pieces", [[], [b"\n\n"], [b": keep-alive\n\n"]], ids=["no bytes", "blank", "comments"])
def test_a_stream_without_anything_is_an_empty_answer(observed: Any, way: Any, pieces: list[bytes]) -> None:
    """Status 200 and nothing in it: the application gets no exception, and nothing it can use."""
    assert way(answered(*pieces)) is None

    (span,) = observed.take()
    assert ("cut", "invalid_response", "empty") == told(span)


@pytest.mark.parametrize("way", [consume, consume_async], ids=["sync", "async"])
def test_a_stream_without_its_end_is_cut_and_no_failure(observed: Any, way: Any) -> None:
    """Some servers send neither a finish reason nor `[DONE]`: the outcome says so, the status does not blame."""
    way(answered(HI))

    (span,) = observed.take()
    assert ("cut", None, None) == told(span)
    assert StatusCode.UNSET == span.status.status_code


@pytest.mark.parametrize("way", [consume, consume_async], ids=["sync", "async"])
def test_an_ordinary_stream_is_complete(observed: Any, way: Any) -> None:
    """The format's end was seen, whatever ended the bytes."""
    way(answered(HI, LAST, DONE))

    (span,) = observed.take()
    assert ("complete", None, None) == told(span)


def test_an_exception_of_the_application_leaves_the_stream_early(observed: Any) -> None:
    """What the application raises between two chunks, be it a JSON error of its own, is no failure of the call."""
    with sdk.client(answered(HI, HI, LAST, DONE)) as client:
        try:
            with client.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True) as stream:
                for _ in stream:
                    json.loads("{oops")
        except ValueError:
            pass

    (span,) = observed.take()
    assert ("closed_early", None, None) == told(span)


def test_raw_lines_with_a_malformed_event_are_told_too(observed: Any) -> None:
    """An application that reads the lines itself meets the same unusable answer."""
    with (
        sdk.client(answered(HI, event(b"{oops"))) as client,
        client.chat.completions.with_streaming_response.create(
            model="gpt-4o", messages=MESSAGES, stream=True
        ) as response,
    ):
        list(response.iter_lines())

    (span,) = observed.take()
    assert ("error", "invalid_response", "malformed") == told(span)


ENCODINGS = sorted(importlib.import_module(f"{sdk.http.__name__}._decoders").SUPPORTED_DECODERS)


@pytest.mark.parametrize("way", [consume, consume_async], ids=["sync", "async"])
@pytest.mark.parametrize("size", [1, 3, 7, 11, 100_000])
@pytest.mark.parametrize("encoding", [name for name in ENCODINGS if name != "identity"])
def test_encoded_streams_are_read_wherever_they_are_cut(observed: Any, way: Any, encoding: str, size: int) -> None:
    """Usage, identifier and end of a compressed stream, in pieces of odd sizes."""
    usage = chunk(choices=[], usage={"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5})
    encode, finish = encoder(encoding)
    body = encode(HI + LAST + event(usage) + DONE) + finish()
    pieces = [body[begin : begin + size] for begin in range(0, len(body), size)]
    headers = {"content-type": "text/event-stream", "content-encoding": encoding}

    assert way(lambda request: sdk.http.Response(200, stream=sdk.Pieces(pieces), headers=headers)) is None

    (span,) = observed.take()
    names = ("llm_stream_outcome", "gen_ai.response.id", "gen_ai.usage.input_tokens", "llm_finish_reason")
    assert ("complete", "c", 3, "stop") == tuple(span.attributes[name] for name in names)
