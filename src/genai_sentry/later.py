"""Calls that are over and wait to be settled: decoded, priced, counted.

What an answer says is of no use to the application's thread, so it is worked out elsewhere: by whoever first looks at
the span's attributes (an exporter's thread, as a rule), at the statistics or the metrics, or by a thread of our own a
moment later. Where hundreds of calls end in a second, whoever makes them settles many of them in one go: two threads
that compute beside each other cost more than that. Bounded in number and bytes; beyond that a call is settled at once,
where it ends.
"""

from __future__ import annotations

import _thread
import atexit
import contextvars
import os
import queue
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from genai_sentry.guard import Guard, swallowed
from genai_sentry.telemetry.spans import promise

if TYPE_CHECKING:
    from genai_sentry.call import Call
    from genai_sentry.stream import StreamObserver

MAX_WAITING = 256
"""Calls that wait at most."""
MAX_WAITING_BYTES = 16 * 1024 * 1024
"""Bytes of their answers that are held at most."""
BATCH = 16
"""Calls settled in one turn."""
MAX_COLLECTED = 10_000
"""Streams that wait after the garbage collector found them, at most."""
READY_S = 2.0
"""How long it waits at most, in seconds, for prices that are being imported."""
DELAY_S = 0.5
"""How long a call waits, in seconds, if nobody asks before: the rarer our thread runs beside the application's, the
less it costs."""
LINGER_S = 10.0
"""How long after the last call, in seconds, our thread still looks by itself. Then it sleeps until it is woken. Woken
by every call it would be in the way of whoever makes them: a thread that waits for its turn in the interpreter is
roused each time another lets go of it, and that one pays for it."""
FULL = 32
"""Calls that wait at which whoever ends the next one settles them: about a millisecond, for dozens of calls."""
FULL_BYTES = 512 * 1024
"""With more bytes of answers than that to decode, it is left to our thread instead."""


class Later:
    """The calls that wait. Safe under threads and forks.

    Args:
        settle: settles calls that have waited, each for itself, and marks them as settled.
        ready: waits, for so many seconds at most, until calls can be settled well (prices at hand), and says whether
            they can.
        at_exit: called when the interpreter ends and all calls are settled.
    """

    def __init__(
        self,
        settle: Callable[[Sequence[Call]], object],
        ready: Callable[[float], bool] = lambda seconds: True,
        at_exit: Callable[[], object] = bool,
    ) -> None:
        self._settle = settle
        self._ready = ready
        self._then = at_exit
        self._closed = False
        self._renew()
        if hasattr(os, "register_at_fork"):
            reference = weakref.ref(self)
            os.register_at_fork(after_in_child=lambda: _in_child(reference))

    def _renew(self) -> None:
        self._waiting: deque[Call] = deque()
        self._collected: deque[StreamObserver] = deque(maxlen=MAX_COLLECTED)
        self._bytes = 0
        self._lock = threading.RLock()
        self._wake: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._running = False
        self._awake = False
        self._hurried = False
        self._relieved = False

    def take(self, call: Call) -> bool:
        """Let a finished call wait; False where it has to be settled at once."""
        waiting = self._waiting
        if len(waiting) >= FULL:
            self._relieve()
        if self._closed or len(waiting) >= MAX_WAITING or self._bytes >= MAX_WAITING_BYTES:
            return False
        if call.recording and not promise(call.span, lambda: self.settle(call)):
            return False
        if not self._running and not self._start():
            return False
        self._bytes += call.size
        waiting.append(call)
        if not self._awake:
            self._awake = True
            self._wake.put(None)
        return True

    def _relieve(self) -> None:
        """Settle those that wait, here; where that would take long or has to wait for anything, wake our thread."""
        if self._bytes <= FULL_BYTES and self._ready(0.0) and self._lock.acquire(blocking=False):
            try:
                self._relieved = True
                # Not in the context of the call that happens to end now: the others are somebody else's.
                contextvars.Context().run(self._turn, FULL)
            finally:
                self._lock.release()
        elif not self._hurried:
            self._hurried = True
            self._wake.put(None)

    def collect(self, observer: StreamObserver) -> None:
        """Take note of a stream that the garbage collector found; takes no lock, and starts nothing."""
        self._collected.append(observer)
        self._wake.put(None)

    def ensure(self) -> None:
        """See to it that the thread runs: a stream is about to be handed out, which may be left to the collector."""
        if not self._running and not self._closed:
            self._start()

    def settle(self, call: Call) -> None:
        """Settle a call now, with some of those that have waited longer; nothing is done where it is settled.

        Whoever looks at one call's span looks at others' as well, mostly: many at a time cost less.
        """
        with self._lock:
            if call.settled:
                return
            batch = self._take_out(BATCH - 1)
            if call not in batch:
                self._bytes = max(0, self._bytes - call.size)
                batch.append(call)
            self._settle_safely(batch)

    def drain(self) -> None:
        """Settle all that wait."""
        self._end_collected()
        while self._waiting:
            self._turn()

    def _turn(self, most: int = BATCH) -> None:
        with self._lock:
            batch = self._take_out(most)
            if batch:
                self._settle_safely(batch)

    def _take_out(self, most: int) -> list[Call]:
        """Those that have waited longest; what is settled already is passed over."""
        waiting = self._waiting
        batch: list[Call] = []
        while waiting and len(batch) < most:
            call = waiting.popleft()
            self._bytes = max(0, self._bytes - call.size) if waiting else 0
            if not call.settled:
                batch.append(call)
        return batch

    def _settle_safely(self, calls: Sequence[Call]) -> None:
        with Guard("settling"):
            self._settle(calls)

    def _end_collected(self) -> None:
        while self._collected:
            try:
                observer = self._collected.popleft()
            except IndexError:
                return
            observer.end()

    def _at_exit(self) -> None:
        if self._waiting:
            self._ready(READY_S)  # a script's only call may be over before prices are there
        self.drain()
        self._then()

    def close(self) -> None:
        """Settle all, and stop."""
        self._closed = True
        self.drain()
        atexit.unregister(self._at_exit)
        self._wake.put(None)

    def _start(self) -> bool:
        with self._lock:
            if self._running:
                return True
            try:
                _thread.start_new_thread(_run, (weakref.ref(self), self._wake))
            except RuntimeError:  # the interpreter is ending
                return False
            atexit.register(self._at_exit)
            self._running = True
            return True

    def work(self) -> bool:
        """What the thread does when it is woken, until nothing has waited for long: False when it is to end."""
        quiet_since = time.monotonic()
        while not self._closed:
            self._pause()
            self._ready(READY_S)
            self._hurried = False
            self._end_collected()
            if self._waiting:
                self._work_off()
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since >= LINGER_S:
                self._awake = False
                if not self._waiting:
                    return True
                self._awake = True  # a call came in between, and has woken nobody
        return False

    def _work_off(self) -> None:
        while self._waiting and not self._closed:
            self._turn()
            # The application's threads come first; but where they compute without a pause, a turn in the interpreter
            # comes only every few milliseconds, and one call a turn would never catch up.
            time.sleep(0)

    def _pause(self) -> None:
        """Let calls wait, longer as long as whoever makes them settles them."""
        while True:
            self._relieved = False
            try:
                self._wake.get(timeout=DELAY_S)
                return
            except queue.Empty:
                if self._closed or not self._relieved:
                    return


def _run(reference: weakref.ref[Later], wake: queue.SimpleQueue[None]) -> None:
    while True:
        wake.get()
        later = reference()
        if later is None:
            return
        try:
            if not later.work():
                return
        except Exception as fault:
            if not swallowed("later", fault):
                raise
        del later


def _in_child(reference: weakref.ref[Later]) -> None:
    later = reference()
    if later is not None:
        later._renew()  # what waited is the parent's to settle
