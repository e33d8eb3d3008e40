"""Times of a stream are those of the wire: waiting for the provider, and nothing of the consumer's own."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import openai
import pytest

HEADERS_S, FIRST_S, BETWEEN_S, PAUSE_S, CHUNKS = 0.2, 0.1, 0.02, 0.05, 8
RUNS = 5
SLACK_S = 0.01
"""What a busy machine's clock and scheduler may add."""
ASKED: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "x"}], "stream": True}


def _event(text: str, finish: str | None = None) -> bytes:
    chunk = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    value = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o", "choices": [chunk]}
    data = b"data: " + json.dumps(value).encode() + b"\n\n"
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def _serve(listener: socket.socket, sent: list[float]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(65536)
            start = time.perf_counter()
            _until(start + HEADERS_S)
            connection.sendall(
                b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
                b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
            )
            for number in range(CHUNKS):
                _until(start + HEADERS_S + FIRST_S + number * BETWEEN_S)
                sent.append(time.perf_counter())
                connection.sendall(_event("hi", "stop" if number == CHUNKS - 1 else None))
            connection.sendall(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")


def _until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.perf_counter()))


@pytest.fixture
def server() -> Iterator[tuple[str, list[float]]]:
    """A server that is exactly this slow, and when it really sent its chunks."""
    sent: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_serve, args=(listener, sent), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1", sent


def sync(url: str) -> float:
    """Consume a stream with pauses; when the call began."""
    with openai.OpenAI(base_url=url, api_key="sk-test", max_retries=0) as client:
        began = time.perf_counter()
        for _ in client.chat.completions.create(**ASKED):
            time.sleep(PAUSE_S)
    return began


def in_a_task(url: str) -> float:
    """The same with the asynchronous client."""

    async def main() -> float:
        async with openai.AsyncOpenAI(base_url=url, api_key="sk-test", max_retries=0) as client:
            began = time.perf_counter()
            async for _ in await client.chat.completions.create(**ASKED):
                await asyncio.sleep(PAUSE_S)
            return began

    return asyncio.run(main())


@pytest.mark.parametrize("consume", [sync, in_a_task])
def test_times_are_the_providers(observed: Any, server: Any, consume: Any) -> None:
    """First chunk at 300 ms; chunks that come while the consumer pauses are not waited for."""
    url, sent = server
    consume(url)  # imports and connections of the first call are not the provider's
    observed.take()
    off, gaps = [], []
    for _ in range(RUNS):
        sent.clear()
        began = consume(url)
        (span,) = observed.take()
        off.append(abs(span.attributes["gen_ai.response.time_to_first_chunk"] - (sent[0] - began)))
        gaps.append(span.attributes["llm_stream_max_gap_s"])

    # The quietest run: what a busy machine adds is not what is measured.
    assert min(off) < SLACK_S
    assert min(gaps) < BETWEEN_S + SLACK_S < PAUSE_S


def test_a_gap_of_the_providers_is_seen(observed: Any, server: Any) -> None:
    """Read without a pause, the largest gap is the time between two chunks."""
    url, sent = server
    off = []
    for _ in range(RUNS):
        sent.clear()
        with openai.OpenAI(base_url=url, api_key="sk-test", max_retries=0) as client:
            for _ in client.chat.completions.create(**ASKED):
                pass
        (span,) = observed.take()
        largest = max(later - earlier for earlier, later in pairwise(sent))
        off.append(abs(span.attributes["llm_stream_max_gap_s"] - largest))

    assert min(off) < SLACK_S
