"""The attempt: `send` of httpx's and httpx2's clients."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any

from genai_sentry import ratelimit, usage_injection
from genai_sentry.call import Call, current
from genai_sentry.guard import swallowed
from genai_sentry.patch.seam import Seam
from genai_sentry.patch.state import state
from genai_sentry.stream import LARGE_PIECE, MAX_PIECES, StreamObserver, observe
from genai_sentry.wire import formats

if TYPE_CHECKING:
    from genai_sentry.runtime import Runtime

MODULES = ("httpx", "httpx2")

_ROOM = MAX_PIECES - 1
_clock = time.perf_counter
under_way = current.get


def seams(module: ModuleType) -> list[Seam]:
    """The replacements for httpx or httpx2; none where its shape is unknown."""
    if "send" not in module.Client.__dict__ or "send" not in module.AsyncClient.__dict__:
        return []
    ratelimit.know(module.Headers)
    observed, observed_async = stream_class(module), async_stream_class(module)
    return [
        Seam(module.Client, "send", lambda original: _sync(original, observed)),
        Seam(module.AsyncClient, "send", lambda original: _async(original, observed_async)),
    ]


def _sync(original: Callable[..., Any], observed: type) -> Callable[..., Any]:
    def send(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        if (runtime := state.runtime) is None or (request.method != "POST" and under_way() is None):
            return original(self, request, *args, **kwargs)
        call, own = _begin(runtime, request)
        if call is None:
            return original(self, request, *args, **kwargs)
        if own:
            call.enter()
        try:
            response = original(self, call.asking or request, *args, **kwargs)
        except BaseException as error:
            _failed(call, error, own, request)
            raise
        finally:
            if own:
                call.leave()
        _responded(call, response, own, observed, request)
        return response

    return send


def _async(original: Callable[..., Any], observed: type) -> Callable[..., Any]:
    async def send(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        if (runtime := state.runtime) is None or (request.method != "POST" and under_way() is None):
            return await original(self, request, *args, **kwargs)
        call, own = _begin(runtime, request)
        if call is None:
            return await original(self, request, *args, **kwargs)
        if own:
            call.enter()
        try:
            response = await original(self, call.asking or request, *args, **kwargs)
        except BaseException as error:
            _failed(call, error, own, request)
            raise
        finally:
            if own:
                call.leave()
        _responded(call, response, own, observed, request)
        return response

    return send


def _begin(runtime: Runtime, request: Any) -> tuple[Call | None, bool]:
    """The call that this request is an attempt of, and whether the attempt is the whole call. Never raises."""
    try:
        call = under_way()
        path = request.url.raw_path.partition(b"?")[0]
        if call is not None:
            if call.owns(path):
                _attempt(call, request)
                return call, False
            if not call.returned and not call.done:
                return None, False  # something else that the SDK sends on the way: a token exchange, a hook
            if request.method != "POST":
                return None, False
        found = formats.match(path)
        if found is None:
            return None, False
        call = runtime.bare_call(found, request, path)
        if call is not None:
            _attempt(call, request)
        return call, True
    except Exception as fault:
        if not swallowed("attempt", fault):
            raise
        return None, False


def _attempt(call: Call, request: Any) -> None:
    call.attempt(request)
    if call.runtime.settings.include_usage:
        call.asking = usage_injection.asking(call, request)


def _failed(call: Call, error: BaseException, own: bool, request: Any) -> None:
    try:
        if call.asking is not None:
            usage_injection.restore(error, call.asking, request)
        call.attempt_failed()
        if own:
            call.raised(error)
    except Exception as fault:
        if not swallowed("attempt", fault):
            raise


def _responded(call: Call, response: Any, own: bool, observed: type, request: Any) -> None:
    try:
        if call.asking is not None:
            usage_injection.restore(response, call.asking, request)
        call.responded(response.status_code, response.headers)
        if call.format is not None or call.failed_status:
            if response.is_closed:
                call.body(response.content)
                if call.asking is not None:
                    usage_injection.hide_in_body(response)
            else:
                _observe(call, response, observed)
        if own:
            call.result()
    except Exception as fault:
        if not swallowed("response", fault):
            raise


def _observe(call: Call, response: Any, observed: type) -> None:
    encoding = response.headers.get("content-encoding")
    asked = call.facts is not None and call.facts.stream
    streamed = _is_stream(call)
    hider = usage_injection.hider(encoding) if call.asking is not None and streamed else None
    observer = observe(call, streamed=asked or streamed, encoding=encoding, hider=hider)
    response.stream = observed(response.stream, observer)


def _is_stream(call: Call) -> bool:
    return call.content_type.startswith(("text/event-stream", "application/x-ndjson"))


def stream_class(module: ModuleType) -> type:
    """The observing stream, of the same kind as the module's own, so that its `isinstance` checks hold."""

    class ObservedSyncStream(module.SyncByteStream):  # type: ignore[name-defined,misc]
        def __init__(self, inner: Any, observer: StreamObserver) -> None:
            self._inner = inner
            self._observer = observer

        def __iter__(self) -> Iterator[bytes]:
            observer = self._observer
            held, chunk_arrived = observer.held, observer.chunk
            resumed = _clock()
            try:
                for chunk in self._inner:
                    waited = _clock() - resumed
                    if waited > observer.quiet_s or len(held) >= _ROOM or len(chunk) > LARGE_PIECE:
                        chunk_arrived(chunk, waited)
                    else:
                        held.append(chunk)
                    if observer.hider is None or (chunk := observer.visible(chunk)):
                        yield chunk
                    resumed = _clock()
            except GeneratorExit:
                raise
            except BaseException as error:
                observer.end(error)
                raise
            observer.end(exhausted=True)
            if observer.hider is not None and (chunk := observer.rest()):
                yield chunk

        def close(self) -> None:
            try:
                self._inner.close()
            finally:
                self._observer.end()

        def __getattr__(self, name: str) -> Any:
            return getattr(self.__dict__["_inner"], name)

        def __del__(self) -> None:
            _collected(self)

    return ObservedSyncStream


def async_stream_class(module: ModuleType) -> type:
    """The same for streams that are awaited."""

    class ObservedAsyncStream(module.AsyncByteStream):  # type: ignore[name-defined,misc]
        def __init__(self, inner: Any, observer: StreamObserver) -> None:
            self._inner = inner
            self._observer = observer

        async def __aiter__(self) -> AsyncIterator[bytes]:
            observer = self._observer
            held, chunk_arrived = observer.held, observer.chunk
            iterator = self._inner.__aiter__()
            resumed = _clock()
            try:
                async for chunk in iterator:
                    waited = _clock() - resumed
                    if waited > observer.quiet_s or len(held) >= _ROOM or len(chunk) > LARGE_PIECE:
                        chunk_arrived(chunk, waited)
                    else:
                        held.append(chunk)
                    if observer.hider is None or (chunk := observer.visible(chunk)):
                        yield chunk
                    resumed = _clock()
            except GeneratorExit:
                raise
            except BaseException as error:
                observer.end(error)
                raise
            finally:
                # As without us: the inner generator is closed by the task that iterates, not later by another.
                close = getattr(iterator, "aclose", None)
                if close is not None:
                    await close()
            observer.end(exhausted=True)
            if observer.hider is not None and (chunk := observer.rest()):
                yield chunk

        async def aclose(self) -> None:
            try:
                await self._inner.aclose()
            finally:
                self._observer.end()

        def __getattr__(self, name: str) -> Any:
            return getattr(self.__dict__["_inner"], name)

        def __del__(self) -> None:
            _collected(self)

    return ObservedAsyncStream


def _collected(stream: Any) -> None:
    # A response that was never read nor closed: its call ends here, at the latest.
    try:
        observer = stream.__dict__.get("_observer")
        if observer is not None:
            observer.end()
    except Exception as fault:
        swallowed("collection", fault)
