"""Simulated rate limits: continuous buckets, the figures of which go into response headers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a simulated account may use a minute.

    Attributes:
        requests_per_minute: requests a minute.
        tokens_per_minute: tokens a minute, input and output together.
    """

    requests_per_minute: int = 10_000
    tokens_per_minute: int = 2_000_000


@dataclass(frozen=True, slots=True)
class Reading:
    """How the buckets stood right after a request.

    Attributes:
        limit_requests, limit_tokens: size of the buckets.
        remaining_requests, remaining_tokens: what is left, rounded down.
        reset_requests_s, reset_tokens_s: seconds until the bucket is full again.
        exhausted: reason of taxonomy type `rate_limit` that refuses the request, or None.
        retry_after_s: seconds until the request would pass.
    """

    limit_requests: int
    limit_tokens: int
    remaining_requests: int
    remaining_tokens: int
    reset_requests_s: float
    reset_tokens_s: float
    exhausted: str | None = None
    retry_after_s: float = 0.0


class Buckets:
    """Two token buckets that refill evenly over a minute. Safe for threads."""

    def __init__(self, limits: Limits, *, enforced: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._enforced = enforced
        self._clock = clock
        self._lock = threading.Lock()
        self.refill()

    def refill(self) -> None:
        """Fill both buckets."""
        with self._lock:
            self._requests = float(self._limits.requests_per_minute)
            self._tokens = float(self._limits.tokens_per_minute)
            self._at = self._clock()

    def take(self, tokens: int) -> Reading:
        """Take one request of so many tokens; refused where limits are enforced and a bucket has too little."""
        with self._lock:
            now = self._clock()
            rpm, tpm = self._limits.requests_per_minute, self._limits.tokens_per_minute
            gone = max(0.0, now - self._at) / 60.0
            self._at = now
            self._requests = min(float(rpm), self._requests + gone * rpm)
            self._tokens = min(float(tpm), self._tokens + gone * tpm)
            exhausted, wait = self._refusal(tokens) if self._enforced else (None, 0.0)
            if exhausted is None:
                self._requests = max(0.0, self._requests - 1)
                self._tokens = max(0.0, self._tokens - tokens)
            return Reading(
                limit_requests=rpm,
                limit_tokens=tpm,
                remaining_requests=int(self._requests),
                remaining_tokens=int(self._tokens),
                reset_requests_s=(rpm - self._requests) / rpm * 60.0 if rpm else 0.0,
                reset_tokens_s=(tpm - self._tokens) / tpm * 60.0 if tpm else 0.0,
                exhausted=exhausted,
                retry_after_s=wait,
            )

    def _refusal(self, tokens: int) -> tuple[str | None, float]:
        rpm, tpm = self._limits.requests_per_minute, self._limits.tokens_per_minute
        if tokens > tpm:
            return "request_exceeds_limit", 0.0
        if self._requests < 1:
            return "requests_per_minute", (1 - self._requests) / rpm * 60.0 if rpm else 60.0
        if self._tokens < tokens:
            return "tokens_per_minute", (tokens - self._tokens) / tpm * 60.0
        return None, 0.0
