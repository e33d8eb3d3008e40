"""How one limit is used up: a model of successive remainders, without a clock of its own.

Providers replenish in two ways. A *bucket* fills continuously (OpenAI, Anthropic): the remainder falls by what is
used less what flows in, so its slope alone tells when it is empty. A *fixed window* gives everything back at one
moment: the remainder falls by what is used, and matters only up to that moment. Headers do not say which it is; the
model finds out: the announced reset of a window stays where it is, the one of a bucket moves on with every use.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator

from genai_sentry.ratelimit.limits import Window

MAX_POINTS = 64
"""Points of the remainder's course that are kept, one a second at most."""

DEFAULT_PERIOD_S = 60.0
"""Period of a limit where neither header nor documentation tells it: the field's usual minute."""

CONFIDENCE_BUCKET, CONFIDENCE_WINDOW = 0.5, 2.5
"""Standard deviations by which the use must exceed what would do no harm. A bucket's level has averaged already."""

CONFIDENCE_GROWN = 1.6
"""The same for a window in which use has grown markedly since the one before, or was high in that one already."""

HIGH_SHARE, GROWTH_SHARE = 0.92, 0.4
"""What is high use of the window before, and what is growth since (over 25 s; more over less), of the refill rate."""

SETTLED_S = 10.0
"""With less than that to a window's end, most of its use is known, and proportionally less confidence will do."""

LOOKBACKS_S = (12.0, 18.0, 25.0, 35.0, 50.0)
"""Spans over which use is measured: a short one for steep ramps, longer ones for sparse or noisy traffic."""

REACH_BUCKET, REACH_WINDOW = 3.0, 1.0
"""How far ahead a span tells, as a multiple of its length. A window's end comes anyway, so that less will do."""

SAFE_SHARE = 0.8
"""With more than that left, nothing is forecast: a burst that ends soon looks the same as a ramp."""

MARGIN_SHARE = 0.03
"""A window that is forecast to end with less than that left counts as exhausted."""

_MIN_SPAN_S, _MIN_STEPS, _JUDGED_S = 4.0, 3, 0.5
_MOVED_S = 1.5
_TURN_SHARE, _FULL_SHARE = 0.15, 0.03


class LimitModel:
    """The course of one limit's remainder. Not safe under threads.

    Attributes:
        size: the limit; the largest remainder seen where the provider does not tell it.
        remaining: what was left at last sight.
        seen_at: when that was, in seconds.
        alerted_until: no further alert before that moment.
    """

    __slots__ = (
        "_anchor_at",
        "_base",
        "_earlier",
        "_judged_at",
        "_period_s",
        "_points",
        "_refills",
        "_reset_s",
        "_turned_at",
        "_verdict",
        "alerted_until",
        "remaining",
        "seen_at",
        "size",
    )

    def __init__(self) -> None:
        self.size = 0.0
        self.remaining = 0.0
        self.seen_at = -math.inf
        self.alerted_until = -math.inf
        self._points: deque[tuple[float, float, float]] = deque(maxlen=MAX_POINTS)
        self._base = 0.0
        self._reset_s: float | None = None
        self._anchor_at = -math.inf
        self._turned_at: float | None = None
        self._period_s: float | None = None
        self._refills = 0.0
        self._judged_at = -math.inf
        self._verdict: tuple[float, float] | None = None
        self._earlier: tuple[float, float] | None = None

    @property
    def continuous(self) -> bool:
        """Whether the limit is replenished all the time, as far as can be told."""
        return self._refills > 0.2

    @property
    def period_s(self) -> float:
        """Seconds in which the whole limit comes back."""
        used = self.size - self.remaining
        if self.continuous and self._reset_s and used > 0:
            return max(1.0, self._reset_s * self.size / used)
        return self._period_s or DEFAULT_PERIOD_S

    def observe(self, at: float, window: Window) -> None:
        """Take note of what a response said at the moment `at`; a response older than the last one is left out."""
        if at < self.seen_at:
            return
        remaining, size = window.remaining, window.limit or max(self.size, window.remaining)
        if size != self.size:
            self._resize(size)
        if window.period_s is not None:
            self._period_s = window.period_s
        if self._points:
            self._compare(at, remaining, window.reset_s)
        elif window.reset_s is not None:
            self._anchor_at = at + window.reset_s
        if size - remaining <= max(2.0, _FULL_SHARE * size):
            self._turned_at = at
        self.remaining, self.seen_at, self._reset_s = remaining, at, window.reset_s
        point = (at, remaining, self._base + size - remaining)
        # The first point of a second stays, so that a dense stream keeps one a second instead of none.
        if len(self._points) > 1 and at - self._points[-2][0] < 1.0:
            self._points[-1] = point
        else:
            self._points.append(point)

    def exhausted_in(self, horizon_s: float) -> tuple[float, float] | None:
        """Seconds from the last sight until nothing is left, and the net use a second that leads there.

        None where that is not to be expected before the reset, lies beyond the horizon, or can't be told yet.
        """
        if self.remaining <= 0.0:
            return 0.0, 0.0
        if self.remaining > SAFE_SHARE * self.size:
            return None
        if self.seen_at - self._judged_at >= _JUDGED_S:
            self._judged_at = self.seen_at
            found = self._judge(horizon_s)
            self._verdict = None if found is None else (self.seen_at + found[0], found[1])
        if self._verdict is None:
            return None
        return max(0.0, self._verdict[0] - self.seen_at), self._verdict[1]

    def _judge(self, horizon_s: float) -> tuple[float, float] | None:
        continuous = self.continuous
        until = math.inf if continuous else self._until_reset()
        if until is None:
            return None
        if continuous:
            reach, left, confidence = REACH_BUCKET, self.remaining, CONFIDENCE_BUCKET
        else:
            reach, left = REACH_WINDOW, self.remaining - MARGIN_SHARE * self.size
            confidence = CONFIDENCE_WINDOW
        settled = min(1.0, until / SETTLED_S)
        for mean, deviation, span in self._spans():
            grown = not continuous and self._has_grown(mean, span)
            low = mean - (CONFIDENCE_GROWN if grown else confidence) * settled * deviation
            if low > 0.0 and left / low <= min(horizon_s, until, reach * span):
                return min(self.remaining / mean, until), mean
        return None

    def _has_grown(self, mean: float, span: float) -> bool:
        """Whether the window before, together with the use since, speaks for a rise rather than for chance."""
        if self._earlier is None:
            return False
        rate, refill = self._earlier
        return rate >= HIGH_SHARE * refill or mean - rate >= GROWTH_SHARE * refill * math.sqrt(25.0 / span)

    def window_ends(self) -> float:
        """When the present window is over, after which a new alert may be raised."""
        if self.continuous or self._reset_s is None:
            return self.seen_at + self.period_s
        return self.seen_at + max(self._reset_s, 1.0)

    def _resize(self, size: float) -> None:
        """A limit was raised, lowered, or seen for the first time: its past course says nothing any more."""
        self.size = size
        self._points.clear()
        self._base = 0.0
        self._turned_at = None
        self._verdict = self._earlier = None
        self._judged_at = -math.inf

    def _compare(self, at: float, remaining: float, reset_s: float | None) -> None:
        """Learn from the step since the last sight whether the limit is replenished continuously or at once."""
        rise = remaining - self.remaining
        inflow = (at - self.seen_at) * self.size / (self._period_s or DEFAULT_PERIOD_S)
        turned = rise >= _TURN_SHARE * self.size and rise > 2.0 * inflow
        since = self._turned_at
        if turned:
            self._turned_at = at
            self._refills = min(self._refills, 0.0)
            self._verdict = None
            length = at - since if since is not None else 0.0
            self._earlier = ((self.size - self.remaining) / length, self.size / length) if length > 1.0 else None
        if turned or (rise > 0.0 and not self.continuous):
            self._base += self.size - self.remaining if turned or at >= self._anchor_at else rise
        if reset_s is None:
            if not turned:
                self._vote(1.0 if rise >= 0.0 else -0.1, 0.1)
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

    def _until_reset(self) -> float | None:
        if self._reset_s is not None:
            return self._reset_s
        if self._turned_at is None:
            return None
        period = self._period_s or DEFAULT_PERIOD_S
        return period - (self.seen_at - self._turned_at) % period

    def _spans(self) -> Iterator[tuple[float, float, float]]:
        """Use a second over the last while, for one lookback after the other: mean, deviation, and the span."""
        points = self._points
        continuous = self.continuous
        last_at, remaining, used = points[-1]
        at, value = last_at, -remaining if continuous else used
        steps, total, squares, products, lengths = 0, 0.0, 0.0, 0.0, 0.0
        wanted, span, told = 0, 0.0, 0.0
        for index in range(len(points) - 2, -1, -1):
            before, remaining, used = points[index]
            earlier = -remaining if continuous else used
            step, length = value - earlier, at - before
            at, value = before, earlier
            steps += 1
            total += step
            squares += step * step
            products += step * length
            lengths += length * length
            span = last_at - before
            if span < LOOKBACKS_S[wanted] or steps < _MIN_STEPS:
                continue
            mean = total / span
            yield mean, _deviation(squares - 2.0 * mean * products + mean * mean * lengths, steps) / span, span
            told = span
            while wanted < len(LOOKBACKS_S) and LOOKBACKS_S[wanted] <= span:
                wanted += 1
            if wanted == len(LOOKBACKS_S):
                return
        if span > told and span >= _MIN_SPAN_S and steps >= _MIN_STEPS:
            mean = total / span
            yield mean, _deviation(squares - 2.0 * mean * products + mean * mean * lengths, steps) / span, span


def _deviation(squares: float, steps: int) -> float:
    return math.sqrt(max(0.0, squares) * steps / (steps - 1))
