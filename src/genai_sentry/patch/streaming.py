"""Streams of older generated SDKs (openai 1.x): they raise in the midst of an answer and leave it open.

Newer ones close the answer first, which is when the call is over. Without that it would be over when the garbage
collector comes by.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from types import ModuleType
from typing import Any

from genai_sentry.guard import swallowed
from genai_sentry.patch.seam import Seam
from genai_sentry.stream import StreamObserver

STREAMING = "._streaming"


def seams(module: ModuleType) -> list[Seam] | None:
    """The replacements for the streams' iterators; None where these close what they leave, or have another shape."""
    sync, asynchronous = (
        getattr(getattr(module, name, None), "__stream__", None) for name in ("Stream", "AsyncStream")
    )
    if not inspect.isgeneratorfunction(sync) or not inspect.isasyncgenfunction(asynchronous):
        return None
    if "close" in sync.__code__.co_names or "aclose" in asynchronous.__code__.co_names:
        return None
    return [Seam(module.Stream, "__stream__", _sync), Seam(module.AsyncStream, "__stream__", _async)]


def _sync(original: Callable[..., Any]) -> Callable[..., Any]:
    def __stream__(self: Any) -> Iterator[Any]:  # noqa: N807
        try:
            yield from original(self)
        except Exception:
            _left(self)
            raise

    return __stream__


def _async(original: Callable[..., Any]) -> Callable[..., Any]:
    async def __stream__(self: Any) -> AsyncIterator[Any]:  # noqa: N807
        items = original(self)
        try:
            async for item in items:
                yield item
        except Exception:
            _left(self)
            raise
        finally:
            await items.aclose()

    return __stream__


def _left(stream: Any) -> None:
    """The SDK is done with an answer: so is its call, while the exception is known."""
    try:
        observer = getattr(stream.response.stream, "_observer", None)
        if isinstance(observer, StreamObserver):
            observer.end()
    except Exception as fault:
        if not swallowed("stream", fault):
            raise
