"""The two thin shells around a function that makes one logical call: one that waits by blocking, one that awaits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from genai_sentry.call import Call, current
from genai_sentry.guard import swallowed
from genai_sentry.patch.state import state
from genai_sentry.wire import formats
from genai_sentry.wire.body import body_of

if TYPE_CHECKING:
    from genai_sentry.runtime import Runtime

Open = Callable[["Runtime", tuple[Any, ...], dict[str, Any]], Call | None]
"""Opens the call that a function's arguments describe, a method's `self` first; None where there is nothing to
observe. It may raise."""
Ending = Callable[[Call, Any], None]
"""Looks at what the function returned, before the call is told of it. It may raise."""


def outermost() -> Runtime | None:
    """The runtime, where a logical call may be opened here; None where one is under way: the outermost one wins."""
    runtime = state.runtime
    if runtime is None:
        return None
    outer = current.get()
    if outer is not None and not outer.returned and not outer.done:
        return None
    return None if runtime.suppressed() else runtime


def begin(open_call: Open, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call | None:
    """Open a call, or None where there is nothing to observe. Never raises."""
    try:
        runtime = outermost()
        return None if runtime is None else open_call(runtime, args, kwargs)
    except Exception as fault:
        if not swallowed("call", fault):
            raise
        return None


def around(original: Callable[..., Any], open_call: Open, ending: Ending | None = None) -> Callable[..., Any]:
    """A replacement for a function or method that makes a call and returns its answer."""

    def replacement(*args: Any, **kwargs: Any) -> Any:
        call = begin(open_call, args, kwargs) if state.runtime is not None else None
        if call is None:
            return original(*args, **kwargs)
        call.enter()
        try:
            result = original(*args, **kwargs)
        except BaseException as error:
            call.raised(error)
            raise
        finally:
            call.leave()
        returned(call, result, ending)
        return result

    return replacement


def around_async(original: Callable[..., Any], open_call: Open, ending: Ending | None = None) -> Callable[..., Any]:
    """The same for a coroutine function."""

    async def replacement(*args: Any, **kwargs: Any) -> Any:
        call = begin(open_call, args, kwargs) if state.runtime is not None else None
        if call is None:
            return await original(*args, **kwargs)
        call.enter()
        try:
            result = await original(*args, **kwargs)
        except BaseException as error:
            call.raised(error)
            raise
        finally:
            call.leave()
        returned(call, result, ending)
        return result

    return replacement


def returned(call: Call, result: Any, ending: Ending | None) -> None:
    """The function has returned. Never raises."""
    if ending is not None:
        try:
            ending(call, result)
        except Exception as fault:
            if not swallowed("result", fault):
                raise
    call.result()


def described(
    runtime: Runtime, method: str, url: str, body: Mapping[str, object] | bytes | None, *, sdk: str, kind: str = ""
) -> Call:
    """A call of an SDK whose method, URL and body are known before it is sent.

    Args:
        runtime: what the instrumentor set up.
        method: of the request; only a POST opens a call of a wire format, any other is no inference.
        url: whole, with or without a query.
        body: decoded, or as bytes; None where it is neither.
        sdk: name of the client class, by which an unknown host's provider is told.
        kind: content type of a body of bytes.
    """
    parts = urlsplit(url)
    path = parts.path
    found = formats.certain(path) if method.upper() == "POST" else None
    host = parts.hostname or ""
    port = parts.port or (80 if parts.scheme in ("http", "ws") else 443)
    provider = runtime.provider(host, port, path, found, sdk)
    facts = None
    if found is not None:
        body = body_of(body, kind) if isinstance(body, bytes) else body
        facts = found.request(body, path, capture=runtime.captures)
    return Call(
        runtime,
        found,
        facts,
        hint=path.encode(),
        provider=provider,
        address=host,
        port=port,
        path=path,
        make_span=found is not None and found.spanned,
    )
