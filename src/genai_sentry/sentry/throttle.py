"""A token bucket per fingerprint: a storm of one failure costs next to nothing and floods nobody."""

from __future__ import annotations

import itertools
import os
import threading
import time
import weakref
from collections.abc import Callable, Hashable

MAX_KEYS = 4096
"""Fingerprints remembered at once."""


class _Counter:
    """Counts without a lock: `next` of an `itertools.count` is one step. Read it under the throttle's lock."""

    __slots__ = ("_count", "_reads", "add")

    def __init__(self) -> None:
        self._count = itertools.count()
        self._reads = 0
        self.add = self._count.__next__

    def value(self) -> int:
        # Reading moves the count on, too.
        found = next(self._count) - self._reads
        self._reads += 1
        return found


class _Bucket:
    __slots__ = ("closed_until", "held", "stamp", "tokens", "told")

    def __init__(self, tokens: float, stamp: float) -> None:
        self.tokens = tokens
        self.stamp = stamp
        self.closed_until = stamp
        self.held = _Counter()
        self.told = 0
        """How many of those held back an event has told of."""


class Throttle:
    """Lets `burst` events of one key through at once, then one each `interval_s` seconds.

    What is held back takes no lock: in a storm, threads that wait for one another would wait for their turn in the
    interpreter each time.
    """

    def __init__(self, burst: int, interval_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst = float(burst)
        self._interval = interval_s
        self._clock = clock
        self._buckets: dict[Hashable, _Bucket] = {}
        self._make_lock()
        self._forgotten = 0
        """Events held back by buckets that are dropped, less those that were carried after all."""
        if hasattr(os, "register_at_fork"):
            reference = weakref.ref(self)
            os.register_at_fork(after_in_child=lambda: _renew(reference))

    def _make_lock(self) -> None:
        # Reentrant: a stream that is garbage collected reports its failure in whatever thread collects, which may
        # be this one, in the middle of `take`.
        self._lock = threading.RLock()

    @property
    def held_back(self) -> int:
        """Events not let through so far, all keys together."""
        with self._lock:
            return self._forgotten + sum(bucket.held.value() for bucket in self._buckets.values())

    def holds(self, key: Hashable) -> bool:
        """Whether an event is to be held back for certain; if so it is counted. Takes no lock."""
        bucket = self._buckets.get(key)
        if bucket is None or self._clock() >= bucket.closed_until:
            return False
        bucket.held.add()
        return True

    def take(self, key: Hashable) -> int | None:
        """Ask to send an event; None when it is held back, else how many were held back since the last one sent."""
        if self.holds(key):
            return None
        with self._lock:
            bucket = self._refilled(key)
            if bucket.tokens < 1.0:
                bucket.held.add()
                return None
            bucket.tokens -= 1.0
            self._close(bucket)
            held = bucket.held.value()
            held_back, bucket.told = held - bucket.told, held
            return held_back

    def put_back(self, key: Hashable, held_back: int) -> None:
        """Undo a `take` that was granted: the event is held back after all."""
        with self._lock:
            bucket = self._refilled(key)
            bucket.tokens = min(self._burst, bucket.tokens + 1.0)
            self._close(bucket)
            bucket.told -= held_back
            bucket.held.add()

    def carried(self, key: Hashable) -> None:
        """An event that was held back is carried by somebody else's after all."""
        with self._lock:
            bucket = self._buckets.get(key)
            if bucket is not None and bucket.held.value() > bucket.told:
                bucket.told += 1
            self._forgotten -= 1

    def _close(self, bucket: _Bucket) -> None:
        """Work out until when nothing of the kind is let through."""
        missing = 1.0 - bucket.tokens
        bucket.closed_until = bucket.stamp + missing * self._interval if missing > 0 else bucket.stamp

    def _refilled(self, key: Hashable) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= MAX_KEYS:
                self._forget(now)
            bucket = self._buckets[key] = _Bucket(self._burst, now)
            return bucket
        if self._interval > 0:
            bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.stamp) / self._interval)
        else:
            bucket.tokens = self._burst
        bucket.stamp = now
        return bucket

    def _forget(self, now: float) -> None:
        """Drop the half that was idle longest; a key seen again starts with a full bucket."""
        oldest = sorted(self._buckets, key=lambda key: self._buckets[key].stamp)
        for key in oldest[: MAX_KEYS // 2]:
            self._forgotten += self._buckets.pop(key).held.value()


def _renew(reference: weakref.ref[Throttle]) -> None:
    throttle = reference()
    if throttle is not None:
        throttle._make_lock()
