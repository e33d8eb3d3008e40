"""Runs the same application code plain and instrumented, and writes down all that the application can see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import openai

from sdk import http as httpx2

Seen = list[Any]


class Pieces(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """An answer in pieces, which can break off."""

    def __init__(self, pieces: list[bytes], fault: Exception | None = None) -> None:
        self.pieces = pieces
        self.fault = fault
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        yield from self.pieces
        if self.fault is not None:
            raise self.fault

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece
        if self.fault is not None:
            raise self.fault

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1


class Wire:
    """A transport that answers from a script, and keeps the requests as they arrived."""

    def __init__(self, answer: Callable[[], httpx2.Response]) -> None:
        self.answer = answer
        self.requests: list[tuple[Any, ...]] = []

    def _keep(self, request: httpx2.Request) -> httpx2.Response:
        headers = sorted((k, v) for k, v in request.headers.items() if k not in ("x-stainless-raw-response", "host"))
        self.requests.append((request.method, str(request.url), headers, request.content))
        return self.answer()

    def sync(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self._keep)

    def asynchronous(self) -> httpx2.MockTransport:
        async def handler(request: httpx2.Request) -> httpx2.Response:
            return self._keep(request)

        return httpx2.MockTransport(handler)


def describe(value: Any) -> Any:
    """A value as the application sees it, comparable between two runs."""
    dump = getattr(value, "model_dump", None)
    if dump is not None:
        return type(value).__qualname__, dump(warnings=False)
    return type(value).__qualname__, repr(value)


def failure(error: BaseException) -> tuple[Any, ...]:
    """An exception as the application sees it."""
    return (
        "raised",
        type(error).__module__,
        type(error).__qualname__,
        str(error),
        getattr(error, "body", None),
        getattr(error, "status_code", None),
        type(error.__cause__).__name__,
        error.__suppress_context__,
    )


def run_sync(operation: Callable[[Any, Seen], None], answer: Callable[[], httpx2.Response]) -> tuple[Seen, list[Any]]:
    """What the application saw, and what went over the wire."""
    wire = Wire(answer)
    seen: Seen = []
    with httpx2.Client(transport=wire.sync()) as http:
        client = openai.OpenAI(api_key="sk-test", base_url="https://llm.test/v1", http_client=http, max_retries=0)
        try:
            operation(client, seen)
        except Exception as error:
            seen.append(failure(error))
    return seen, wire.requests


def run_async(operation: Callable[[Any, Seen], Any], answer: Callable[[], httpx2.Response]) -> tuple[Seen, list[Any]]:
    """As `run_sync`, with the asynchronous client."""

    async def main() -> tuple[Seen, list[Any]]:
        wire = Wire(answer)
        seen: Seen = []
        async with httpx2.AsyncClient(transport=wire.asynchronous()) as http:
            client = openai.AsyncOpenAI(
                api_key="sk-test", base_url="https://llm.test/v1", http_client=http, max_retries=0
            )
            try:
                await operation(client, seen)
            except Exception as error:
                seen.append(failure(error))
        return seen, wire.requests

    return asyncio.run(main())
