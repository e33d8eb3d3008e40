"""A long run of calls of every kind in one process: memory in use, descriptors and threads must not grow.

    python benchmarks/robustness/soak.py --calls 1000000

Resident memory holds what the C library's and Python's allocators keep for later as well, which is as much as the
busiest moment so far needed, in as many pieces. Judged are both: what is in use by either of them, and what is
resident, which a busy moment can raise without anything being lost.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ctypes
import gc
import json
import os
import random
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator

import httpx2
import openai
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

import genai_sentry
from genai_sentry.testing import SentryReceiver

MESSAGES = [{"role": "user", "content": "hello"}]
ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "word " * 50}}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 50, "total_tokens": 62},
    }
).encode()
CHUNK = {
    "id": "chatcmpl-1",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "gpt-4o-mini-2024-07-18",
    "choices": [{"index": 0, "delta": {"content": "word "}, "finish_reason": None}],
}
EVENT = b"data: " + json.dumps(CHUNK).encode() + b"\n\n"
REFUSALS = (
    (429, {"error": {"code": "rate_limit_exceeded", "message": "Rate limit reached", "type": "requests"}}),
    (429, {"error": {"code": "insufficient_quota", "message": "You exceeded your current quota"}}),
    (401, {"error": {"code": "invalid_api_key", "message": "Incorrect API key provided"}}),
    (500, {"error": {"message": "The server had an error"}}),
)
KINDS = 20
"""Ways of making a call, see `one`: half of them by httpx alone, one in five a stream."""
URL = "https://api.openai.com/v1/chat/completions"
BODY = {"model": "gpt-4o-mini", "messages": MESSAGES}
LIMITS = {"x-ratelimit-limit-requests": "500", "x-ratelimit-remaining-requests": "499"}


class Body(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A streamed answer of a few events."""

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(3):
            yield EVENT
        yield b"data: [DONE]\n\n"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in list(self.__iter__()):
            await asyncio.sleep(0)
            yield piece


class Discard(SpanExporter):
    """An exporter that reads every attribute and keeps none."""

    exported = 0

    def export(self, spans: list[ReadableSpan]) -> SpanExportResult:  # type: ignore[override]
        """Read and drop."""
        for span in spans:
            Discard.exported += len(dict(span.attributes or {})) > 0
        return SpanExportResult.SUCCESS


def answer(request: httpx2.Request) -> httpx2.Response:
    """One in ten requests fails; streams where asked for."""
    number = random.random()
    if number < 0.1:
        status, body = random.choice(REFUSALS)
        return httpx2.Response(status, json=body, headers=LIMITS)
    if b'"stream":true' in request.content:
        return httpx2.Response(200, stream=Body(), headers={"content-type": "text/event-stream", **LIMITS})
    return httpx2.Response(200, content=ANSWER, headers={"content-type": "application/json", **LIMITS})


def one(client: openai.OpenAI, kind: int) -> None:
    """One call of a kind, as an application might make it."""
    if kind < 10:
        client._client.post(URL, json=BODY)
        return
    with contextlib.suppress(openai.OpenAIError):
        if kind < 16:
            client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)  # type: ignore[arg-type]
            return
        stream = client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES, stream=True)  # type: ignore[arg-type]
        if kind == 16:
            for _ in stream:
                pass
        elif kind == 17:
            with stream:
                next(iter(stream))
        elif kind == 18:
            next(iter(stream))
        # kind 19: never read


async def many(count: int) -> None:
    """Calls in tasks, some of which are cancelled."""

    async def handler(request: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(0)
        return answer(request)

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(handler)) as http:
        client = openai.AsyncOpenAI(api_key="k", http_client=http, max_retries=0)

        async def call(number: int) -> None:
            if number % 2:
                await http.post(URL, json=BODY)
                return
            with contextlib.suppress(openai.OpenAIError):
                result = await client.chat.completions.create(
                    model="gpt-4o-mini",
                    messages=MESSAGES,  # type: ignore[arg-type]
                    stream=number % 6 == 0,
                )
                if number % 6 == 0:
                    async for _ in result:  # type: ignore[union-attr]
                        if number % 12 == 0:
                            break

        for start in range(0, count, 50):
            tasks = [asyncio.create_task(call(number)) for number in range(start, min(start + 50, count))]
            await asyncio.sleep(0)
            for task in tasks[::10]:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def forked() -> None:
    """A child that makes calls of its own and leaves."""
    child = os.fork()
    if child == 0:
        client = openai.OpenAI(api_key="k", http_client=_http(), max_retries=0)
        for kind in range(KINDS):
            one(client, kind)
        os._exit(0)
    os.waitpid(child, 0)


def _http() -> httpx2.Client:
    return httpx2.Client(transport=httpx2.MockTransport(answer))


def resident_mb() -> float:
    """Resident memory of this process, in MB."""
    with open("/proc/self/statm") as status:
        return int(status.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


class Mallinfo(ctypes.Structure):
    """`struct mallinfo2` of glibc."""

    _fields_ = [  # noqa: RUF012
        (name, ctypes.c_size_t)
        for name in [
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        ]
    ]


def native_mb() -> tuple[float, float]:
    """What the C library's allocator has given out, and what it keeps for later, in MB; zeros where it is not glibc."""
    ask = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if ask is None:
        return 0.0, 0.0
    ask.restype = Mallinfo
    found = ask()
    return (found.uordblks + found.hblkhd) / 1e6, found.fordblks / 1e6


def reading(calls: int) -> dict[str, float]:
    """What must not grow."""
    gc.collect()
    used, kept = native_mb()
    return {
        "calls": calls,
        "resident_mb": round(resident_mb(), 1),
        "native_used_mb": round(used, 1),
        "native_kept_mb": round(kept, 1),
        "descriptors": len(os.listdir("/proc/self/fd")),
        "threads": threading.active_count(),
        "objects": len(gc.get_objects()),
        "blocks": sys.getallocatedblocks(),
    }


def round_of(size: int) -> int:
    """One round of calls of every kind; how many."""
    client = openai.OpenAI(api_key="k", http_client=_http(), max_retries=0)

    def work(count: int) -> None:
        for number in range(count):
            one(client, number % KINDS)

    threads = [threading.Thread(target=work, args=(size * 3 // 16,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asyncio.run(many(size // 4))
    return 4 * (size * 3 // 16) + size // 4


def main() -> int:
    """Run; 1 where something grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--round", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=1e9, help="end after so long, whatever was made by then")
    arguments = parser.parse_args()
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(Discard()))
    trace.set_tracer_provider(provider)
    readings: list[dict[str, float]] = []
    with SentryReceiver() as receiver:
        done, rounds, started = 0, 0, time.monotonic()
        settings = genai_sentry.Settings(http_spans=False)
        genai_sentry.init(receiver.dsn, settings=settings)
        while done < arguments.calls and time.monotonic() - started < arguments.minutes * 60:
            done += round_of(arguments.round)
            rounds += 1
            forked()
            if rounds % 5 == 0:
                genai_sentry.shutdown()
                genai_sentry.init(receiver.dsn, settings=settings)
            genai_sentry.flush(10)
            receiver.clear()
            readings.append(reading(done))
            print(json.dumps(readings[-1]), flush=True)
        genai_sentry.flush(10)
        counted = genai_sentry.stats()
        genai_sentry.shutdown()
    seconds = time.monotonic() - started
    print(json.dumps({"seconds": round(seconds, 1), "counted": counted.calls, "made": done, "spans": Discard.exported}))
    return verdict(readings, counted.calls, done)


def verdict(readings: list[dict[str, float]], counted: int, made: int) -> int:
    """Compare the last reading with the one after warming up (the first quarter)."""
    early, late = readings[len(readings) // 4], readings[-1]
    grown = [
        f"{name}: {early[name]} -> {late[name]}"
        for name, room in (
            ("resident_mb", 25.0),
            ("native_used_mb", 5.0),
            ("descriptors", 4),
            ("threads", 3),
            ("objects", 5000),
            ("blocks", 20_000),
        )
        if late[name] > early[name] + room
    ]
    if counted != made:
        grown.append(f"calls counted: {counted} of {made}")
    for line in grown:
        print("grown:", line)
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
