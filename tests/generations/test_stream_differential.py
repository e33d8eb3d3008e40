"""Generated answers and faults: the application sees the same with and without instrumentation."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import pickle
import zlib
from collections.abc import Callable
from typing import Any

import openai
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import differential
import sdk
from genai_sentry import GenAIInstrumentor

MESSAGES = [{"role": "user", "content": "hello"}]
ASKED: dict[str, Any] = {"model": "gpt-4o", "messages": MESSAGES, "stream": True}

EXAMPLES = 1500 if os.environ.get("GENAI_SENTRY_TEST_TIER") == "long" else 60

odd = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.just([]), st.just({}), st.just([None]))
deltas = st.dictionaries(st.sampled_from(["content", "role", "tool_calls", "refusal", "extra"]), odd, max_size=3)
choices = st.lists(
    st.dictionaries(
        st.sampled_from(["index", "delta", "finish_reason", "logprobs"]), st.one_of(odd, deltas), max_size=4
    ),
    max_size=2,
)
chunks = st.fixed_dictionaries(
    {"id": st.one_of(st.just("c"), odd), "object": st.just("chat.completion.chunk")},
    optional={
        "choices": st.one_of(choices, odd),
        "usage": st.one_of(odd, st.dictionaries(st.sampled_from(["prompt_tokens", "completion_tokens"]), odd)),
        "model": odd,
        "error": st.one_of(odd, st.just({"message": "no", "code": "server_error"})),
    },
)
raw = st.sampled_from([b"{oops", b"[DONE]", b"", b"null", b"7", b'"text"', b"\xff\xfe", b"[]"])
events = st.lists(st.one_of(chunks.map(lambda value: json.dumps(value).encode()), raw), max_size=5)
faults = st.sampled_from(["", "", "ReadError", "RemoteProtocolError", "ReadTimeout"])


@st.composite
def answers(draw: Any) -> Callable[[], Any]:
    """A stream of odd events, in another framing, split anywhere, encoded, cut."""
    end = draw(st.sampled_from([b"\n\n", b"\r\n\r\n", b"\n"]))
    body = b"".join(b"data: " + event + end for event in draw(events))
    encoding = draw(st.sampled_from(["", "gzip", "deflate"]))
    body = {"": bytes, "gzip": gzip.compress, "deflate": zlib.compress}[encoding](body)
    size = draw(st.sampled_from([1, 3, 17, 100_000]))
    pieces = [body[begin : begin + size] for begin in range(0, len(body), size)]
    fault = draw(faults)
    if fault:
        pieces = pieces[: draw(st.integers(0, len(pieces)))]
    headers = {"content-type": "text/event-stream"} | ({"content-encoding": encoding} if encoding else {})
    status = draw(st.sampled_from([200, 200, 200, 429, 500]))
    return lambda: sdk.http.Response(
        status, stream=sdk.Pieces(pieces, getattr(sdk.http, fault)("gone") if fault else None), headers=headers
    )


def _iterated(client: Any, seen: list[Any]) -> None:
    stream = client.chat.completions.create(**ASKED)
    seen.append((type(stream).__qualname__, isinstance(stream, openai.Stream)))
    for chunk in stream:
        seen.append(differential.describe(chunk))
    seen.append((stream.response.status_code, stream.response.is_closed))


def _left(client: Any, seen: list[Any]) -> None:
    with client.chat.completions.create(**ASKED) as stream:
        for chunk in stream:
            seen.append(differential.describe(chunk))
            break
    stream.close()
    seen.append((stream.response.is_closed, stream.response.is_stream_consumed))


def _raw_bytes(client: Any, seen: list[Any]) -> None:
    with client.chat.completions.with_streaming_response.create(**ASKED) as raw:
        seen.extend(raw.http_response.iter_raw())
        seen.append(raw.http_response.num_bytes_downloaded)
        seen.append(raw.http_response.elapsed.total_seconds() >= 0)
    seen.append(raw.http_response.is_closed)


def _lines(client: Any, seen: list[Any]) -> None:
    with client.chat.completions.with_streaming_response.create(**ASKED) as raw:
        seen.extend(raw.iter_lines())


def _pickled(client: Any, seen: list[Any]) -> None:
    with client.chat.completions.with_streaming_response.create(**ASKED) as raw:
        raw.read()
        copy = pickle.loads(pickle.dumps(raw.http_response))
        seen.append((copy.status_code, copy.content, sorted(copy.headers.items()), copy.request is None))


async def _async_iterated(client: Any, seen: list[Any]) -> None:
    stream = await client.chat.completions.create(**ASKED)
    seen.append((type(stream).__qualname__, isinstance(stream, openai.AsyncStream)))
    async for chunk in stream:
        seen.append(differential.describe(chunk))
    seen.append((stream.response.status_code, stream.response.is_closed))


async def _async_left(client: Any, seen: list[Any]) -> None:
    async with await client.chat.completions.create(**ASKED) as stream:
        async for chunk in stream:
            seen.append(differential.describe(chunk))
            break
    await stream.close()
    seen.append((stream.response.is_closed, stream.response.is_stream_consumed))


async def _async_raw(client: Any, seen: list[Any]) -> None:
    async with client.chat.completions.with_streaming_response.create(**ASKED) as raw:
        seen.append([piece async for piece in raw.http_response.aiter_raw()])
        await raw.http_response.aclose()
    seen.append(raw.http_response.is_closed)


SYNC = [_iterated, _left, _raw_bytes, _lines, _pickled]
ASYNC = [_async_iterated, _async_left, _async_raw]


def _compare(plain: Any, run: Callable[..., Any], operation: Any, answer: Any, options: dict[str, Any]) -> None:
    expected = run(operation, answer)
    plain.instrument(**options)
    try:
        seen = run(operation, answer)
    finally:
        GenAIInstrumentor().uninstrument()
    plain.exporter.clear()
    assert expected == seen


_quick = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)


@pytest.mark.parametrize("operation", SYNC, ids=lambda operation: operation.__name__.strip("_"))
@_quick
@given(answer=answers())
def test_generated_streams_are_the_same(plain: Any, operation: Any, answer: Any) -> None:
    """Chunks, bytes, lines, classes, exceptions, what is closed and consumed, and the request on the wire."""
    _compare(plain, differential.run_sync, operation, answer, {})


@pytest.mark.parametrize("operation", ASYNC, ids=lambda operation: operation.__name__.strip("_"))
@_quick
@given(answer=answers())
def test_generated_streams_are_the_same_in_tasks(plain: Any, operation: Any, answer: Any) -> None:
    """The asynchronous client's, too."""
    _compare(plain, differential.run_async, operation, answer, {})


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=6)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["id", "model", "choices", "message", "usage", "error", "finish_reason", "content", "x"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


def _whole(client: Any, seen: list[Any]) -> None:
    raw = client.chat.completions.with_raw_response.create(model="gpt-4o", messages=MESSAGES)
    seen.append(
        (type(raw).__qualname__, raw.status_code, raw.content, pickle.loads(pickle.dumps(raw.http_response)).content)
    )
    seen.append(differential.describe(raw.parse()))


@_quick
@given(value=json_values, status=st.sampled_from([200, 200, 400, 429, 503]))
def test_generated_answers_are_the_same(plain: Any, value: Any, status: int) -> None:
    """Whatever JSON a provider answers with."""
    body = json.dumps(value).encode()
    answer = lambda: sdk.http.Response(status, content=body, headers={"content-type": "application/json"})  # noqa: E731
    _compare(plain, differential.run_sync, _whole, answer, {})


@pytest.mark.parametrize("count", [50])
def test_concurrent_streams_keep_apart(observed: Any, count: int) -> None:
    """Each task's stream is its own call."""

    def answer(request: Any) -> Any:
        name = json.loads(request.content)["messages"][0]["content"]
        chunk = {
            "id": name, "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o",
            "choices": [{"index": 0, "delta": {"content": name}, "finish_reason": "stop"}],
        }  # fmt: skip
        body = b"data: " + json.dumps(chunk).encode() + b"\n\ndata: [DONE]\n\n"
        pieces = [body[begin : begin + 9] for begin in range(0, len(body), 9)]
        return sdk.http.Response(200, stream=sdk.Pieces(pieces), headers={"content-type": "text/event-stream"})

    async def one(client: Any, number: int) -> None:
        messages = [{"role": "user", "content": f"call-{number}"}]
        async for _ in await client.chat.completions.create(model="gpt-4o", messages=messages, stream=True):
            await asyncio.sleep(0)

    async def main() -> None:
        async with sdk.async_client(answer) as client:
            await asyncio.gather(*(one(client, number) for number in range(count)))

    asyncio.run(main())
    assert {f"call-{n}" for n in range(count)} == {span.attributes["gen_ai.response.id"] for span in observed.take()}
