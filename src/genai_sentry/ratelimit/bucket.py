"""Buckets that fill all the time: how fast what is left falls, and whether that empties them."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator

MAX_POINTS = 64
"""Points of the remainder's course that are kept, one a second at most."""

CONFIDENCE = 0.5
"""Standard deviations by which the net use must exceed zero. A bucket's level has averaged already."""

LOOKBACKS_S = (12.0, 18.0, 25.0, 35.0, 50.0)
"""Spans over which use is measured: a short one for steep ramps, longer ones for sparse or noisy traffic."""

REACH = 3.0
"""How far ahead a span tells, as a multiple of its length."""

SAFE_SHARE = 0.8
"""With more than that left, nothing is forecast, nor for a present window: a burst that ends soon looks like a ramp."""

_MIN_SPAN_S, _MIN_STEPS = 4.0, 3


class Bucket:
    """The course of what is left."""

    __slots__ = ("_points",)

    def __init__(self) -> None:
        self._points: deque[tuple[float, float]] = deque(maxlen=MAX_POINTS)

    def __len__(self) -> int:
        return len(self._points)

    def clear(self) -> None:
        """Forget the past, as after a change of the limit."""
        self._points.clear()

    def observe(self, at: float, remaining: float) -> None:
        """Take note of a sight."""
        # The first point of a second stays, so that a dense stream keeps one a second instead of none.
        if len(self._points) > 1 and at - self._points[-2][0] < 1.0:
            self._points[-1] = (at, remaining)
        else:
            self._points.append((at, remaining))

    def exhausted_in(self, left: float, size: float, horizon_s: float) -> tuple[float, float] | None:
        """Seconds until nothing is left, and the net use a second that leads there; None where that is not expected."""
        if left > SAFE_SHARE * size:
            return None
        for mean, deviation, span in self._spans():
            low = mean - CONFIDENCE * deviation
            if low > 0.0 and left / low <= min(horizon_s, REACH * span):
                return left / mean, mean
        return None

    def _spans(self) -> Iterator[tuple[float, float, float]]:
        """Net use a second over the last while, for one lookback after the other: mean, deviation, and the span."""
        points = self._points
        last_at, value = points[-1]
        at = last_at
        steps, total, squares, products, lengths = 0, 0.0, 0.0, 0.0, 0.0
        wanted, span, told = 0, 0.0, 0.0
        for index in range(len(points) - 2, -1, -1):
            before, earlier = points[index]
            step, length = earlier - value, at - before
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
