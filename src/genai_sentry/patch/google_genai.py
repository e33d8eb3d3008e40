"""google-genai: `BaseApiClient` retries above `send`, and sends by httpx, httpx2, aiohttp or requests as it finds them.

What httpx or httpx2 sends is observed there. What goes another way is read from what the client hands to the SDK.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from genai_sentry.call import Call
from genai_sentry.guard import swallowed
from genai_sentry.patch import shell
from genai_sentry.patch.seam import Seam
from genai_sentry.patch.state import state
from genai_sentry.stream import StreamObserver, observe

if TYPE_CHECKING:
    from genai_sentry.runtime import Runtime

MODULE = "google.genai._api_client"

_METHODS = ("request", "request_streamed", "async_request", "async_request_streamed")
_END: Final = object()
_clock = time.perf_counter


def seams(module: ModuleType) -> list[Seam]:
    """The replacements; none where the client's shape is unknown."""
    owner = getattr(module, "BaseApiClient", None)
    if owner is None or any(name not in owner.__dict__ for name in _METHODS):
        return []
    return [
        Seam(owner, "request", lambda original: shell.around(original, _open, _whole)),
        Seam(owner, "async_request", lambda original: shell.around_async(original, _open, _whole)),
        Seam(owner, "request_streamed", _streamed),
        Seam(owner, "async_request_streamed", _streamed_async),
    ]


def _open(runtime: Runtime, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
    client = args[0]
    given = dict(zip(("http_method", "path", "request_dict", "http_options"), args[1:], strict=False), **kwargs)
    base, version = _server(client, given.get("http_options"))
    path = str(given["path"])
    if getattr(client, "vertexai", False) and not path.startswith("projects/") and getattr(client, "project", None):
        path = f"projects/{client.project}/locations/{client.location}/{path}"
    url = path if path.startswith("http") else "/".join(part.strip("/") for part in (base, version, path) if part)
    body = given.get("request_dict")
    name = "VertexClient" if getattr(client, "vertexai", False) else "Client"
    call = shell.described(
        runtime, str(given["http_method"]), url, body if isinstance(body, dict) else None, sdk=f"google.genai.{name}"
    )
    # The last segment names model and method: what precedes it depends on more options than are known here.
    call.hint = call.path.rpartition("/")[2].encode()
    call.attempts_known = False
    return call


def _server(client: Any, options: Any) -> tuple[str, str]:
    """Base URL and version of the API, as the call's own options or the client's have them."""
    own = client._http_options
    base, version = own.base_url or "", own.api_version or ""
    if options is not None:
        given = options if isinstance(options, dict) else vars(options)
        base, version = given.get("base_url") or base, given.get("api_version") or version
    return str(base), str(version)


def _whole(call: Call, result: Any) -> None:
    """Take the answer from the SDK where it did not pass what is observed."""
    body = getattr(result, "body", None)
    if call.unseen and isinstance(body, str):
        call.body(body.encode())


class _Pieces:
    """Observes a stream by the events that the client hands on, where its bytes do not pass what is observed."""

    __slots__ = ("_observer", "call")

    def __init__(self, call: Call) -> None:
        self.call = call
        self._observer: StreamObserver | None = None

    def begin(self) -> None:
        """The first event is there, or the answer's beginning: who observes the rest is clear now."""
        call = self.call
        try:
            if call.unseen and call.format is not None:
                self._observer = observe(call, streamed=True)
        except Exception as fault:
            if not swallowed("stream", fault):
                raise
        call.result()

    def take(self, item: Any, waited: float) -> None:
        """An event, after `waited` seconds."""
        body = getattr(item, "body", None)
        if self._observer is not None and isinstance(body, str):
            self._observer.chunk(b"data: " + body.encode() + b"\n\n", waited)

    def end(self, error: BaseException | None = None, *, exhausted: bool = False) -> None:
        """The events are over, once."""
        if self._observer is not None:
            self._observer.end(error, exhausted=exhausted)
        if error is not None and not isinstance(error, GeneratorExit):
            self.call.raised(error)

    def __del__(self) -> None:
        self.end()  # what was never iterated ends when it is collected


def _streamed(original: Callable[..., Any]) -> Callable[..., Any]:
    def request_streamed(self: Any, *args: Any, **kwargs: Any) -> Any:
        inner = original(self, *args, **kwargs)
        return inner if state.runtime is None else _iterated(inner, (self, *args), kwargs)

    return request_streamed


def _iterated(inner: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[Any]:
    # The request is sent when the first event is asked for.
    call = shell.begin(_open, args, kwargs)
    if call is None:
        yield from inner
        return
    pieces = _Pieces(call)
    started = _clock()
    try:
        call.enter()
        try:
            item = next(inner, _END)
        finally:
            call.leave()
        pieces.begin()
        while item is not _END:
            pieces.take(item, _clock() - started)
            yield item
            started = _clock()
            item = next(inner, _END)
        pieces.end(exhausted=True)
    except BaseException as error:
        pieces.end(error)
        raise
    finally:
        close = getattr(inner, "close", None)
        if close is not None:
            close()


def _streamed_async(original: Callable[..., Any]) -> Callable[..., Any]:
    async def async_request_streamed(self: Any, *args: Any, **kwargs: Any) -> Any:
        call = shell.begin(_open, (self, *args), kwargs) if state.runtime is not None else None
        if call is None:
            return await original(self, *args, **kwargs)
        call.enter()
        try:
            inner = await original(self, *args, **kwargs)
        except BaseException as error:
            call.raised(error)
            raise
        finally:
            call.leave()
        pieces = _Pieces(call)
        pieces.begin()
        return _iterated_async(inner, pieces)

    return async_request_streamed


async def _iterated_async(inner: Any, pieces: _Pieces) -> AsyncIterator[Any]:
    started = _clock()
    try:
        async for item in inner:
            pieces.take(item, _clock() - started)
            yield item
            started = _clock()
        pieces.end(exhausted=True)
    except BaseException as error:
        pieces.end(error)
        raise
    finally:
        close = getattr(inner, "aclose", None)
        if close is not None:
            await close()
