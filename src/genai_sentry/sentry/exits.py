"""Nothing that is held may be lost when a process ends: hooks on Sentry's flush, `atexit` and multiprocessing."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

from genai_sentry.guard import swallowed
from genai_sentry.sentry.start import starter

EXIT_TIMEOUT_S = 2.0
"""Seconds that a process which ends waits for delivery, all hooks together."""
SOON_S = 0.5
"""What a sound Sentry needs at most."""
LEAST_S = 0.1
"""What a hook has at least: others may have waited in vain, for something else."""

_waited = 0.0
"""Seconds that have been waited."""

_MARK = "_genai_sentry_flush"

Flush = Callable[[float], object]
"""Sends what is held, within so many seconds; it does not flush the client itself."""


class Exits:
    """Installs the hooks, once for each Sentry client and process, and takes them back."""

    def __init__(self, flush: Flush) -> None:
        self._flush = weakref.WeakMethod(flush)
        self._clients: weakref.WeakSet[Any] = weakref.WeakSet()
        self._pid = 0
        self._bare = False
        self.exiting = False

    def watch(self, client: Any | None) -> None:
        """Hook a client, cheap when it is hooked already; None where Sentry is yet to be set up."""
        if client is None:
            if not self._bare:
                self._bare = True
                atexit.register(self._at_exit)
            return
        if client in self._clients and self._pid == os.getpid():
            return
        if client not in self._clients:
            self._clients.add(client)
            _wrap(client, self._flush)
            # Again for each client: what is registered last runs first, so this runs before the client's own hook.
            atexit.register(self._at_exit)
        if self._pid != os.getpid():
            self._pid = os.getpid()
            self._watch_child()

    def _watch_child(self) -> None:
        """Children of multiprocessing leave by `os._exit`, after running its own finalisers."""
        util = sys.modules.get("multiprocessing.util")
        process = sys.modules.get("multiprocessing.process")
        if util is None or process is None or process.parent_process() is None:
            return
        util.Finalize(None, _finalise, args=(self._flush, list(self._clients)), exitpriority=10)

    def _at_exit(self) -> None:
        self.exiting = True
        _finalise(self._flush, list(self._clients), last=False)

    def leave(self, client: Any | None) -> None:
        """Deliver at once what is held: the interpreter is ending."""
        self.exiting = True
        _finalise(self._flush, [] if client is None else [client])

    def undo(self) -> None:
        """Take back what was installed."""
        atexit.unregister(self._at_exit)
        for client in list(self._clients):
            _unwrap(client, self._flush)
        self._clients.clear()
        self._pid = 0
        self._bare = False


def _finalise(reference: weakref.WeakMethod[Flush], clients: list[Any], last: bool = True) -> None:
    """Hand over what is held and see it delivered.

    Args:
        reference: what hands over.
        clients: those that may have taken it.
        last: whether nobody else will flush the clients; else what takes longer is left to Sentry's own hook.
    """
    global _waited
    try:
        starter.ensure()  # takes its time, which is not the flush's
        began = time.monotonic()
        until = began + max(LEAST_S, EXIT_TIMEOUT_S - _waited)
        flush = reference()
        if flush is not None:
            flush(until - began)
        for client in {*clients, *_set_up_now()}:
            if client.transport is not None:
                theirs = not last and _flushes_itself(client)
                client.flush(timeout=min(SOON_S if theirs else EXIT_TIMEOUT_S, max(0.0, until - time.monotonic())))
                send_now(client.transport, until)
        _waited += time.monotonic() - began
    except Exception as error:
        swallowed("sentry.exit", error)


def _flushes_itself(client: Any) -> bool:
    """Whether Sentry's own exit hook, which runs after ours, will flush a client, and can."""
    integrations, current = getattr(client, "integrations", None), _set_up_now()
    worker = getattr(client.transport, "_worker", None)
    return isinstance(integrations, dict) and "atexit" in integrations and client in current and _alive(worker)


def _alive(worker: Any) -> bool:
    return bool(getattr(worker, "is_alive", False))


def _set_up_now() -> list[Any]:
    """The client that is active: flushing may have been what set Sentry up."""
    get_client = getattr(sys.modules.get("sentry_sdk"), "get_client", None)
    client = get_client() if get_client is not None else None
    return [client] if client is not None and client.is_active() else []


def accept_now(*, ending: bool) -> None:
    """Have Sentry's metrics be taken without their thread, where it can't be started any more; a flush sends them.

    Args:
        ending: whether that is known; else Sentry tries. A process ends before its exit hooks say so.
    """
    for client in _set_up_now():
        batcher = getattr(client, "metrics_batcher", None)
        start = getattr(batcher, "_ensure_thread", None)
        if batcher is None or (not ending and (start is None or start())):
            continue
        flusher = getattr(batcher, "_flusher", None)
        if flusher is None or not flusher.is_alive():
            batcher._running = True
            batcher._flusher, batcher._flusher_pid = threading.current_thread(), os.getpid()


def send_now(transport: Any, until: float) -> None:
    """Send what is queued in this thread, where Sentry's own thread can't be started any more.

    Since Python 3.12 no thread can be started once the interpreter is ending.

    Args:
        transport: Sentry's.
        until: monotonic time at which to give up.
    """
    worker = getattr(transport, "_worker", None)
    waiting = getattr(worker, "_queue", None)
    if waiting is None or getattr(worker, "is_alive", True):
        return
    _hurry(transport, max(LEAST_S, until - time.monotonic()))
    while time.monotonic() < until:
        try:
            callback = waiting.get_nowait()
        except Exception:
            return
        if callable(callback):
            callback()
        waiting.task_done()


def _hurry(transport: Any, timeout: float) -> None:
    """Have requests time out soon: a Sentry that doesn't answer must not keep the process."""
    try:
        transport.TIMEOUT = timeout
        transport._pool = transport._make_pool()
    except Exception as error:
        swallowed("sentry.hurry", error)


def _wrap(client: Any, reference: weakref.WeakMethod[Flush]) -> None:
    """Make a client's flush send first what is held here."""
    known: list[weakref.WeakMethod[Flush]] | None = getattr(vars(client).get("flush"), _MARK, None)
    if known is not None:
        known.append(reference)
        return
    plain: Any = client.flush
    plain_async: Any = getattr(client, "flush_async", None)
    waiting = [reference]

    def first(timeout: float) -> float:
        """Send what is held; what is left of the time, a little in any case: Sentry looks at nothing without."""
        began = time.monotonic()
        for item in waiting:
            flush = item()
            try:
                if flush is not None:
                    flush(timeout)
            except Exception as error:
                swallowed("sentry.flush", error)
        return max(min(LEAST_S, timeout), timeout - (time.monotonic() - began))

    def limit(timeout: float | None) -> float:
        return float(client.options.get("shutdown_timeout", EXIT_TIMEOUT_S)) if timeout is None else timeout

    def flush(timeout: float | None = None, callback: Any = None) -> None:
        plain(timeout=first(limit(timeout)), callback=callback)

    async def flush_async(timeout: float | None = None, callback: Any = None) -> None:  # noqa: ASYNC109
        await plain_async(timeout=first(limit(timeout)), callback=callback)

    setattr(flush, _MARK, waiting)
    client.flush = flush
    if plain_async is not None:
        setattr(flush_async, _MARK, waiting)
        client.flush_async = flush_async


def _unwrap(client: Any, reference: weakref.WeakMethod[Flush]) -> None:
    """Restore a client's flush where it is still ours and nobody else's either; else leave a pass-through."""
    for name in ("flush", "flush_async"):
        waiting = getattr(vars(client).get(name), _MARK, None)
        if waiting is None:
            continue
        if reference in waiting:
            waiting.remove(reference)
        if not waiting:
            delattr(client, name)
