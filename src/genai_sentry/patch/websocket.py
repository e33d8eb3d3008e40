"""openai's WebSocket sessions (`responses.connect`, `realtime.connect`): each response within is a call of its own."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from genai_sentry.call import NO_PATH, Call
from genai_sentry.guard import swallowed
from genai_sentry.patch import shell
from genai_sentry.patch.seam import Seam
from genai_sentry.patch.session import Session
from genai_sentry.patch.state import state

if TYPE_CHECKING:
    from genai_sentry.runtime import Runtime

MODULES: Final[dict[str, str]] = {
    "openai.resources.responses.responses": "Responses",
    "openai.resources.realtime.realtime": "Realtime",
    "openai.resources.beta.realtime.realtime": "Realtime",
    "openai.resources.beta.responses.responses": "Responses",
}
"""Where the connections are, and what their classes' names begin with."""

_sessions: weakref.WeakKeyDictionary[Any, Session] = weakref.WeakKeyDictionary()
_sending: ContextVar[bool] = ContextVar("genai_sentry_sending", default=False)
"""Whether an event is being sent here: what is sent beneath is the same event again."""
_clock = time.perf_counter


def seams(module: ModuleType) -> list[Seam] | None:
    """The replacements for one module's connections; None where it has no connections, as in older versions."""
    prefix = MODULES[module.__name__]
    made: list[Seam] = []
    for name, asynchronous in ((f"{prefix}Connection", False), (f"Async{prefix}Connection", True)):
        connection, manager = getattr(module, name, None), getattr(module, name + "Manager", None)
        if connection is None or manager is None:
            continue
        made += _connection_seams(connection, prefix == "Realtime", asynchronous)
        made += _manager_seams(manager, asynchronous)
    return made or None


def _connection_seams(owner: type, realtime: bool, asynchronous: bool) -> list[Seam]:
    receive = _receive_async if asynchronous else _receive
    send = _send_async if asynchronous else _send
    close = _close_async if asynchronous else _close
    made: list[Seam] = []
    for name, make in (("recv_bytes", receive), ("send", send), ("send_raw", send), ("close", close)):
        if hasattr(owner, name):  # also inherited: the base serves other kinds of sessions, too
            made.append(Seam(owner, name, partial(make, realtime=realtime)))
    return made


def _manager_seams(owner: type, asynchronous: bool) -> list[Seam]:
    kind, name = (shell.around_async, "__aenter__") if asynchronous else (shell.around, "__enter__")
    present = [each for each in (name, "enter") if each in owner.__dict__]
    return [Seam(owner, each, lambda original: kind(original, _connecting)) for each in present]


def _connecting(runtime: Runtime, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call | None:
    """The connection itself: no inference, but it may fail."""
    own = vars(args[0])
    client = next((value for name, value in own.items() if name.endswith("__client")), None)
    if client is None:
        return None
    call = shell.described(runtime, "GET", str(client.base_url), None, sdk=type(client).__name__)
    call.attempts_known = False
    call.hint = NO_PATH
    return call


def _session(connection: Any, realtime: bool) -> Session | None:
    runtime = state.runtime
    if runtime is None:
        return None
    session = _sessions.get(connection)
    if session is None or session.runtime is not runtime:
        session = _sessions[connection] = Session(runtime, connection._connection, realtime=realtime)
    return session


def _guarded(step: Callable[..., Any], *args: Any) -> Any:
    """The result of an observing step, or None where it failed."""
    try:
        return step(*args)
    except Exception as fault:
        if not swallowed("websocket", fault):
            raise
        return None


def _received(connection: Any, realtime: bool, message: Any, waited: float) -> None:
    session = _session(connection, realtime)
    if session is not None:
        session.received(message.encode() if isinstance(message, str) else message, waited)


def _lost(connection: Any, error: BaseException) -> None:
    session = _sessions.get(connection)
    if session is not None:
        session.lost(error)


def _requested(connection: Any, realtime: bool, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    session = None if _sending.get() else _session(connection, realtime)
    if session is None:
        return None
    return session.requested(args[0] if args else kwargs.get("event", kwargs.get("data")))


def _unsent(connection: Any, flight: Any, error: BaseException) -> None:
    session = _sessions.get(connection)
    if session is not None and flight is not None:
        session.unsent(flight, error)


def _closed(connection: Any) -> None:
    session = _sessions.get(connection)
    if session is not None:
        session.close()


def _receive(original: Callable[..., Any], realtime: bool) -> Callable[..., Any]:
    def recv_bytes(self: Any, *args: Any, **kwargs: Any) -> Any:
        started = _clock()
        try:
            message = original(self, *args, **kwargs)
        except BaseException as error:
            _guarded(_lost, self, error)
            raise
        _guarded(_received, self, realtime, message, _clock() - started)
        return message

    return recv_bytes


def _receive_async(original: Callable[..., Any], realtime: bool) -> Callable[..., Any]:
    async def recv_bytes(self: Any, *args: Any, **kwargs: Any) -> Any:
        started = _clock()
        try:
            message = await original(self, *args, **kwargs)
        except BaseException as error:
            _guarded(_lost, self, error)
            raise
        _guarded(_received, self, realtime, message, _clock() - started)
        return message

    return recv_bytes


def _send(original: Callable[..., Any], realtime: bool) -> Callable[..., Any]:
    def send(self: Any, *args: Any, **kwargs: Any) -> Any:
        flight = _guarded(_requested, self, realtime, args, kwargs)
        token = _sending.set(True)
        try:
            return original(self, *args, **kwargs)
        except BaseException as error:
            _guarded(_unsent, self, flight, error)
            raise
        finally:
            _sending.reset(token)

    return send


def _send_async(original: Callable[..., Any], realtime: bool) -> Callable[..., Any]:
    async def send(self: Any, *args: Any, **kwargs: Any) -> Any:
        flight = _guarded(_requested, self, realtime, args, kwargs)
        token = _sending.set(True)
        try:
            return await original(self, *args, **kwargs)
        except BaseException as error:
            _guarded(_unsent, self, flight, error)
            raise
        finally:
            _sending.reset(token)

    return send


def _close(original: Callable[..., Any], realtime: bool) -> Callable[..., Any]:
    def close(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return original(self, *args, **kwargs)
        finally:
            _guarded(_closed, self)

    return close


def _close_async(original: Callable[..., Any], realtime: bool) -> Callable[..., Any]:
    async def close(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return await original(self, *args, **kwargs)
        finally:
            _guarded(_closed, self)

    return close
