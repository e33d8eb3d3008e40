"""A token bucket per fingerprint: a storm of one failure costs next to nothing and floods nobody."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable, Hashable

MAX_KEYS = 4096
"""Fingerprints remembered at once."""


class _Bucket:
    __slots__ = ("held_back", "stamp", "tokens")

    def __init__(self, tokens: float, stamp: float) -> None:
        self.tokens = tokens
        self.stamp = stamp
        self.held_back = 0


class Throttle:
    """Lets `burst` events of one key through at once, then one each `interval_s` seconds.

    Attributes:
        held_back: events not let through so far, all keys together.
    """

    def __init__(self, burst: int, interval_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst = float(burst)
        self._interval = interval_s
        self._clock = clock
        self._buckets: dict[Hashable, _Bucket] = {}
        self._make_lock()
        self.held_back = 0
        if hasattr(os, "register_at_fork"):
            reference = weakref.ref(self)
            os.register_at_fork(after_in_child=lambda: _renew(reference))

    def _make_lock(self) -> None:
        # Reentrant: a stream that is garbage collected reports its failure in whatever thread collects, which may
        # be this one, in the middle of `take`.
        self._lock = threading.RLock()

    def take(self, key: Hashable) -> int | None:
        """Ask to send an event; None when it is held back, else how many were held back since the last one sent."""
        with self._lock:
            bucket = self._refilled(key)
            if bucket.tokens < 1.0:
                bucket.held_back += 1
                self.held_back += 1
                return None
            bucket.tokens -= 1.0
            held_back, bucket.held_back = bucket.held_back, 0
            return held_back

    def put_back(self, key: Hashable, held_back: int) -> None:
        """Undo a `take` that was granted: the event is held back after all."""
        with self._lock:
            bucket = self._refilled(key)
            bucket.tokens = min(self._burst, bucket.tokens + 1.0)
            bucket.held_back += held_back + 1
            self.held_back += 1

    def carried(self, key: Hashable) -> None:
        """An event that was held back is carried by somebody else's after all."""
        with self._lock:
            bucket = self._buckets.get(key)
            if bucket is not None and bucket.held_back:
                bucket.held_back -= 1
            self.held_back -= 1

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
            del self._buckets[key]


def _renew(reference: weakref.ref[Throttle]) -> None:
    throttle = reference()
    if throttle is not None:
        throttle._make_lock()
