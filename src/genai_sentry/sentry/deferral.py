"""Failures that wait for their event: held while somebody may still capture the exception, then sent by a thread.

Whoever takes an entry out of `Outbox` owns it: that is what makes the event the only one.
"""

from __future__ import annotations

import _thread
import logging
import os
import queue
import threading
import time
import weakref
from collections.abc import Callable, Hashable
from contextvars import Context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from genai_sentry.guard import swallowed
from genai_sentry.statistics import recorder

if TYPE_CHECKING:
    from genai_sentry.record import Alert
    from genai_sentry.sentry.matching import Mark
    from genai_sentry.sentry.snapshot import Flat, Link

logger = logging.getLogger("genai_sentry")

MAX_PENDING = 1000
"""Failures held at once. From a quarter of it on only one of each kind is let in, so that no kind is lost."""

MAX_HELD_BYTES = 8 * 1024 * 1024
"""Request bodies that are held with their failures, from which on only one of each kind is let in, too."""

POLL_S = 0.25
"""How often the thread looks for entries that are due while it holds any."""

MAX_QUEUED = 50
"""Events in Sentry's own queue, which holds 100 and drops the rest silently, above which the thread waits."""

MAX_LIMITED_S = 60.0
"""How long, in seconds, a failure waits at most for a rate limit of Sentry's to end; until then its client would drop
the event."""

_PACE_S = 0.02
_LIMITED_S = 0.1


@dataclass(slots=True, eq=False)
class Pending:
    """What an event is built from: nothing of the application but the exception's stand-in.

    Attributes:
        id: key in the outbox.
        key: what its events are throttled by.
        isolation, current: forks of Sentry's scopes at the time of the failure.
        context: context variables at that time.
        at: Unix time of the failure.
        deadline: monotonic time at which it is sent in any case.
        mark: the failed call; None for an alert.
        links: the exception's chain; None where nothing was raised.
        stack: the stack where nothing was raised.
        notice: the alert.
        size: bytes of the request's body, which the exception's stand-in keeps alive.
        watch: weak reference that tells when nobody can capture the exception any more.
    """

    id: str
    key: Hashable
    isolation: Any
    current: Any
    context: Context
    at: float
    deadline: float
    mark: Mark | None = None
    links: list[Link] | None = None
    stack: Flat | None = None
    notice: Alert | None = None
    size: int = 0
    watch: object = None


class Outbox:
    """Holds what is pending, and sends it in a thread of its own.

    Args:
        deliver: sends an entry.
        room: whether Sentry's queue takes more.
        limited: whether Sentry has said that it takes no more for now.

    Attributes:
        lost: events that could not be handed over.
    """

    def __init__(
        self, deliver: Callable[[Pending], None], room: Callable[[], bool], limited: Callable[[], bool] = bool
    ) -> None:
        self._deliver = deliver
        self._room = room
        self._limited = limited
        self.lost = 0
        self._closed = False
        self._renew()
        if hasattr(os, "register_at_fork"):
            reference = weakref.ref(self)
            os.register_at_fork(after_in_child=lambda: _in_child(reference))

    def _renew(self) -> None:
        """Begin afresh: what was pending in a parent process is the parent's to send."""
        self._pending: dict[str, Pending] = {}
        self._keys: dict[Hashable, int] = {}
        self._held = 0
        self._queue: queue.SimpleQueue[str] = queue.SimpleQueue()
        # Reentrant: see `Throttle`; and a hook of the application that runs while an event is sent may flush.
        self._lock = threading.RLock()
        self._sending = threading.RLock()
        self._running = False

    def __len__(self) -> int:
        return len(self._pending)

    def crowded(self, key: Hashable) -> bool:
        """Whether an entry of that kind has no place."""
        size = len(self._pending)
        if size >= MAX_PENDING:
            return True
        return (size >= MAX_PENDING // 4 or self._held >= MAX_HELD_BYTES) and self._keys.get(key, 0) > 0

    def watch(self, subject: object, name: str) -> object | None:
        """Watch an object: when it is gone, the entry of that name is sent. None where it can't be watched."""
        notify = self._queue.put  # the only thing that may be called from within the garbage collector

        def gone(_: object) -> None:
            notify(name)

        try:
            return weakref.ref(subject, gone)
        except TypeError:
            return None

    def admit(self, entry: Pending) -> bool:
        """Hold an entry until it is claimed or due; False where no thread can be started to send it: at exit."""
        with self._lock:
            first = not self._pending
            self._pending[entry.id] = entry
            self._keys[entry.key] = self._keys.get(entry.key, 0) + 1
            self._held += entry.size
        if not self._running:
            self._start()
        elif first:
            self._queue.put("")
        return self._running

    def claim(self, name: str) -> Pending | None:
        """Take an entry out; whoever gets it has to see that it is sent."""
        with self._lock:
            entry = self._pending.pop(name, None)
            if entry is not None:
                self._held -= entry.size
                left = self._keys.get(entry.key, 1) - 1
                if left > 0:
                    self._keys[entry.key] = left
                else:
                    self._keys.pop(entry.key, None)
        return entry

    def _start(self) -> None:
        self._running = True
        try:
            # Not Thread.start, which waits until the new thread has run.
            _thread.start_new_thread(self._run, (self._queue,))
        except RuntimeError:  # the interpreter is shutting down
            self._running = False

    def _run(self, own: queue.SimpleQueue[str]) -> None:
        """Send what is due, until closed or forked."""
        looked = time.monotonic()
        while own is self._queue and not self._closed:
            try:
                name = own.get(timeout=POLL_S) if self._pending else own.get()
            except queue.Empty:
                name = ""
            names = [name] if name else []
            if time.monotonic() - looked >= POLL_S:
                looked = time.monotonic()
                names += self._due()
            try:
                for due in names:
                    self._pace(due)
                    self._send(due)
            except Exception as error:
                swallowed("sentry.worker", error)

    def _due(self) -> list[str]:
        now = time.monotonic()
        with self._lock:
            return [name for name, entry in self._pending.items() if entry.deadline <= now]

    def _pace(self, name: str) -> None:
        while not self._closed and not self._room():
            time.sleep(_PACE_S)
        entry = self._pending.get(name)
        while entry is not None and not self._closed and self._limited() and time.time() < entry.at + MAX_LIMITED_S:
            time.sleep(_LIMITED_S)
            entry = self._pending.get(name)  # claimed meanwhile, maybe

    def _send(self, name: str) -> None:
        with self._sending:
            entry = self.claim(name)
            if entry is not None:
                self.send(entry)

    def send(self, entry: Pending) -> None:
        """Send an entry that was never admitted, or was claimed."""
        try:
            entry.context.run(self._deliver, entry)
        except Exception as error:
            self._lose(1)
            if not swallowed("sentry.deliver", error):
                raise

    def flush(self, until: float) -> bool:
        """Send all that is pending, whether or not it is due; False where time ran out.

        Args:
            until: monotonic time at which to give up.
        """
        for name in list(self._pending):
            while not self._room():
                if time.monotonic() >= until:
                    return False
                time.sleep(_PACE_S / 2)
            if not self._sending.acquire(timeout=max(0.0, until - time.monotonic())):
                return False
            try:
                self._send(name)
            finally:
                self._sending.release()
        # An entry that the thread had already taken out is on its way: wait for it.
        if not self._sending.acquire(timeout=max(0.0, until - time.monotonic())):
            return False
        self._sending.release()
        return True

    def _lose(self, count: int) -> None:
        self.lost += count
        recorder.lost("events", count, "not_sent")

    def close(self) -> None:
        """Let the thread end; what is still pending is lost."""
        self._closed = True
        with self._lock:
            if self._pending:
                self._lose(len(self._pending))
            self._pending.clear()
            self._keys.clear()
            self._held = 0
        self._queue.put("")


def _in_child(reference: weakref.ref[Outbox]) -> None:
    outbox = reference()
    if outbox is not None:
        outbox._renew()
