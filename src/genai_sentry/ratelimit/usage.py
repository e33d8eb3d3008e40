"""How one limit is used up: a model of successive remainders, without a clock of its own.

Providers replenish in two ways. A *bucket* fills continuously (OpenAI, Anthropic): the remainder falls by what is
used less what flows in, so its slope alone tells when it is empty. A *fixed window* gives everything back at one
moment: the remainder falls by what is used, and matters only up to that moment. Headers do not say which it is; the
model finds out: the announced reset of a window stays where it is, the one of a bucket moves on with every use.
"""

from __future__ import annotations

import math

from genai_sentry.ratelimit.bucket import Bucket
from genai_sentry.ratelimit.limits import Window
from genai_sentry.ratelimit.windows import Windows

DEFAULT_PERIOD_S = 60.0
"""Period of a limit where neither header nor documentation tells it: the field's usual minute."""

_JUDGED_S, _MOVED_S = 0.5, 1.5
_TURN_SHARE, _STEP_SHARE, _DENSE_SHARE = 0.15, 0.05, 0.05


class LimitModel:
    """The course of one limit's remainder. Not safe under threads.

    Attributes:
        size: the limit; the largest remainder seen where the provider does not tell it.
        remaining: what was left at last sight.
        seen_at: when that was, in seconds.
        alerted_at: when the last alert was raised.
        alerted_until: no further alert before that moment.
    """

    __slots__ = (
        "_anchor_at",
        "_bucket",
        "_judged_at",
        "_refills",
        "_reset_s",
        "_verdict",
        "_windows",
        "alerted_at",
        "alerted_until",
        "remaining",
        "seen_at",
        "size",
    )

    def __init__(self) -> None:
        self.size = 0.0
        self.remaining = 0.0
        self.seen_at = -math.inf
        self.alerted_at = self.alerted_until = -math.inf
        self._bucket = Bucket()
        self._windows = Windows()
        self._reset_s: float | None = None
        self._anchor_at = -math.inf
        self._refills = 0.0
        self._judged_at = -math.inf
        self._verdict: tuple[float, float] | None = None

    @property
    def continuous(self) -> bool:
        """Whether the limit is replenished all the time, as far as can be told."""
        return self._refills > 0.2

    @property
    def period_s(self) -> float:
        """Seconds in which the whole limit comes back."""
        used = self.size - self.remaining
        if self.continuous:
            if self._reset_s and used > 0:
                return max(1.0, self._reset_s * self.size / used)
            return self._windows.period_s or DEFAULT_PERIOD_S
        return self._windows.length_s or DEFAULT_PERIOD_S

    def observe(self, at: float, window: Window) -> None:
        """Take note of what a response said at the moment `at`; a response older than the last one is left out."""
        remaining, size = window.remaining, window.limit or max(self.size, window.remaining)
        if at < self.seen_at or (at == self.seen_at and remaining > self.remaining and size == self.size):
            return
        if size != self.size:
            self._resize(size)
        self._windows.know(window)
        if len(self._bucket):
            self._compare(at, remaining, window.reset_s)
        else:
            self._windows.begin(at, window.reset_s)
            if window.reset_s is not None:
                self._anchor_at = at + window.reset_s
        self.remaining, self.seen_at, self._reset_s = remaining, at, window.reset_s
        self._bucket.observe(at, remaining)

    def exhausted_in(self, horizon_s: float) -> tuple[float, float] | None:
        """Seconds from the last sight until nothing is left, and the net use a second that leads there.

        None where that is not to be expected before the reset, lies beyond the horizon, or can't be told yet.
        """
        if self.remaining <= 0.0:
            return 0.0, 0.0
        if self.seen_at - self._judged_at >= _JUDGED_S:
            self._judged_at = self.seen_at
            if self.continuous:
                found = self._bucket.exhausted_in(self.remaining, self.size, horizon_s)
            else:
                found = self._windows.exhausted_in(self.seen_at, self.remaining, self.size, horizon_s)
            self._verdict = None if found is None else (self.seen_at + found[0], found[1])
        if self._verdict is None:
            return None
        return max(0.0, self._verdict[0] - self.seen_at), self._verdict[1]

    def may_alert(self, now: float) -> bool:
        """Whether the window of the last alert is over, judged by what is known of the limit by now."""
        return now >= self.alerted_until and not (self.continuous and now < self.alerted_at + self.period_s)

    def alerted(self, now: float) -> None:
        """An alert was raised for the present window, or is needed no more."""
        self.alerted_at, self.alerted_until = now, self.window_ends()

    def window_ends(self) -> float:
        """When the present window is over, after which a new alert may be raised."""
        if self._reset_s is None:
            # What was learned may be a part of the period.
            return self.seen_at + max(self.period_s, self._windows.period_s or DEFAULT_PERIOD_S)
        if self.continuous:
            return self.seen_at + self.period_s
        return self.seen_at + max(self._reset_s, 1.0)

    def _resize(self, size: float) -> None:
        """A limit was raised, lowered, or seen for the first time: its past course says nothing any more."""
        self.size = size
        self._bucket.clear()
        self._windows.clear()
        self._verdict = None
        self._judged_at = -math.inf

    def _compare(self, at: float, remaining: float, reset_s: float | None) -> None:
        """Learn from the step since the last sight whether the limit is replenished continuously or at once."""
        rise = remaining - self.remaining
        period = self._windows.period_s or DEFAULT_PERIOD_S
        if reset_s and remaining < self.size:
            # If it is a bucket, this is its period; if a window has just begun, it is long.
            period = min(period, reset_s * self.size / (self.size - remaining))
        share = (at - self.seen_at) / period
        turned = rise >= _TURN_SHARE * self.size and rise > 2.0 * share * self.size
        if turned:
            self._refills = min(self._refills, 0.0)
            self._verdict = None
        self._windows.observe(self.seen_at, at, self.size - remaining, -rise, reset_s, turned)
        if reset_s is None:
            if rise < 0.0:
                self._vote(-0.1, 0.1)
            elif not turned and rise < _STEP_SHARE * self.size:
                # What rises a little, and often, fills all the time. Sparse sights say less.
                self._vote(1.0, 0.1 * min(1.0, _DENSE_SHARE / max(share, 1e-9)))
            return
        reset_at = at + reset_s
        if turned or at >= self._anchor_at - _MOVED_S:
            self._anchor_at = reset_at
        elif reset_at > self._anchor_at + _MOVED_S + 0.02 * reset_s:
            self._vote(1.0, 0.4)
            self._anchor_at = reset_at
        elif self._anchor_at - at > 2.0 * _MOVED_S:
            self._vote(-0.1, 0.05)

    def _vote(self, vote: float, weight: float) -> None:
        self._refills += weight * (vote - self._refills)
