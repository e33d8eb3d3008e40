"""lm15, which DSPy carries within itself: it speaks HTTP over sockets of its own.

The attempt is `stream` of its transports. DSPy retries above that, in `execute`: what is sent for one answer there
is one call, which the last attempt ends. An answer from DSPy's cache is no call.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextvars import ContextVar
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any

from genai_sentry.call import Call
from genai_sentry.guard import swallowed
from genai_sentry.patch import shell
from genai_sentry.patch.aiohttp import Headers
from genai_sentry.patch.seam import Seam
from genai_sentry.patch.state import state
from genai_sentry.stream import StreamObserver, observe

if TYPE_CHECKING:
    from genai_sentry.runtime import Runtime

EXECUTION = "dspy.clients.execution"
SYNC = ("dspy._vendor.lm15.transports._sync", "lm15.transports._sync")
ASYNC = ("dspy._vendor.lm15.transports._async", "lm15.transports._async")

_clock = time.perf_counter


class Scope:
    """One execution, in which a failing attempt may be repeated; its end is the call's.

    Attributes:
        pending: the call whose attempts have failed so far.
    """

    __slots__ = ("_token", "pending")

    def __init__(self) -> None:
        self.pending: Call | None = None

    def __enter__(self) -> None:
        self._token = _scope.set(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _scope.reset(self._token)
        call, self.pending = self.pending, None
        if call is None:
            return
        if error is not None:
            call.raised(error)
        else:
            call.result()


_scope: ContextVar[Scope | None] = ContextVar("genai_sentry_lm15", default=None)


def seams(module: ModuleType) -> list[Seam]:
    """The replacement for the blocking transport; none where its shape is unknown."""
    owner = getattr(module, "StdlibTransport", None)
    return [Seam(owner, "stream", _sync)] if "stream" in getattr(owner, "__dict__", ()) else []


def async_seams(module: ModuleType) -> list[Seam]:
    """The replacement for the awaited one."""
    owner = getattr(module, "StdlibAsyncTransport", None)
    return [Seam(owner, "_do_stream", _async)] if "_do_stream" in getattr(owner, "__dict__", ()) else []


def execution_seams(module: ModuleType) -> list[Seam]:
    """The replacements for DSPy's execution of one call of a model."""
    found = [("execute", _executed), ("aexecute", _executed_async)]
    return [Seam(module, name, make) for name, make in found if callable(module.__dict__.get(name))]


def _executed(original: Callable[..., Any]) -> Callable[..., Any]:
    def execute(*args: Any, **kwargs: Any) -> Any:
        with Scope():
            return original(*args, **kwargs)

    return execute


def _executed_async(original: Callable[..., Any]) -> Callable[..., Any]:
    async def aexecute(*args: Any, **kwargs: Any) -> Any:
        with Scope():
            return await original(*args, **kwargs)

    return aexecute


def _sync(original: Callable[..., Any]) -> Callable[..., Any]:
    def stream(self: Any, request: Any) -> Any:
        call = _begin(request) if state.runtime is not None else None
        if call is None:
            return original(self, request)
        try:
            response = original(self, request)
        except BaseException as error:
            _failed(call, error)
            raise
        observer = _observe(call, response)
        if observer is not None:
            response._chunks = _watched(response._chunks, observer)
            response._release = _released(response._release, observer)
        return response

    return stream


def _async(original: Callable[..., Any]) -> Callable[..., Any]:
    async def _do_stream(self: Any, request: Any) -> Any:
        call = _begin(request) if state.runtime is not None else None
        if call is None:
            return await original(self, request)
        try:
            response = await original(self, request)
        except BaseException as error:
            _failed(call, error)
            raise
        observer = _observe(call, response)
        if observer is not None:
            response._chunks = _watched_async(response._chunks, observer)
            response._release = _released_async(response._release, observer)
        return response

    return _do_stream


def _begin(request: Any) -> Call | None:
    """The call that a request is an attempt of; None where there is nothing to observe. Never raises."""
    try:
        scope = _scope.get()
        call = scope.pending if scope is not None else None
        if call is None:
            runtime = shell.outermost()
            call = _open(runtime, request) if runtime is not None else None
        if call is not None:
            call.attempt(None)
            if scope is not None:
                scope.pending = call
        return call
    except Exception as fault:
        if not swallowed("attempt", fault):
            raise
        return None


def _open(runtime: Runtime, request: Any) -> Call | None:
    kind = next((value for name, value in request.headers if name.lower() == "content-type"), "")
    call = shell.described(runtime, request.method, request.url, request.body, sdk="", kind=kind)
    return call if call.format is not None else None


def _failed(call: Call, error: BaseException) -> None:
    try:
        call.attempt_failed()
        if _scope.get() is None:
            call.raised(error)
    except Exception as fault:
        if not swallowed("attempt", fault):
            raise


def _observe(call: Call, response: Any) -> StreamObserver | None:
    """Watches an answer; the call is over with its bytes, unless it says no and may be asked for again."""
    try:
        headers = Headers(_raw(response.headers))
        call.responded(response.status, headers)
        asked = call.facts is not None and call.facts.stream
        observer = observe(call, streamed=asked, encoding=headers.get("content-encoding"))
        scope = _scope.get()
        if scope is None or not call.failed_status:
            call.result()
            if scope is not None:
                scope.pending = None
        return observer
    except Exception as fault:
        if not swallowed("response", fault):
            raise
        return None


def _raw(headers: Sequence[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in headers]


def _watched(chunks: Iterator[bytes], observer: StreamObserver) -> Iterator[bytes]:
    resumed = _clock()
    try:
        for chunk in chunks:
            observer.chunk(chunk, _clock() - resumed)
            yield chunk
            resumed = _clock()
    except Exception as error:
        observer.end(error)
        raise


async def _watched_async(chunks: AsyncIterator[bytes], observer: StreamObserver) -> AsyncIterator[bytes]:
    resumed = _clock()
    try:
        async for chunk in chunks:
            observer.chunk(chunk, _clock() - resumed)
            yield chunk
            resumed = _clock()
    except Exception as error:
        observer.end(error)
        raise
    finally:
        close = getattr(chunks, "aclose", None)
        if close is not None:
            await close()


def _released(original: Callable[[bool], None], observer: StreamObserver) -> Callable[[bool], None]:
    """What gives the connection back, once: the answer has been read, or is left."""

    def release(body_consumed: bool) -> None:
        observer.end(exhausted=body_consumed)
        original(body_consumed)

    return release


def _released_async(original: Callable[[bool], Any], observer: StreamObserver) -> Callable[[bool], Any]:
    async def release(body_consumed: bool) -> None:
        observer.end(exhausted=body_consumed)
        await original(body_consumed)

    return release
