"""Fixed windows: how much of each is used, when the present one ends, and whether it lasts until then."""

from __future__ import annotations

import math

from genai_sentry.ratelimit.bucket import SAFE_SHARE
from genai_sentry.ratelimit.limits import Window
from genai_sentry.ratelimit.trend import Fit, Trend

MEMORIES = ((10.0, False), (40.0, True), (120.0, True))
"""How use is followed: time constant in seconds, and whether with a slope. One for steps, two for ramps."""

REACH = 1.5
"""How far ahead a trend tells, as a multiple of the seconds that it rests on."""

LEAD_S, PATIENCE_S, LATE_S = 14.0, 25.0, 10.0
"""A forecast is worth most `LEAD_S` ahead; `PATIENCE_S` earlier it can wait for certainty; less than `LATE_S`: late."""

NEED_NOW, NEED_FAR, NEED_LATE, NEED_SHORT = -1.0, 2.0, 0.5, 0.25
"""Standard deviations by which use must exceed what is left: when it is time, when there is time yet, when it is late;
and at least in short windows, of which many pass."""

USUAL_SHARE, USUAL_DEVIATION = 0.6, 0.5
"""What is expected before anything is known, as a share of what comes back: use, and how far it may be from that. Of
long windows much more than that may be used in a while."""

UNSURE = 2.0
"""What comes on top, divided by the number of intervals that a trend rests on."""

MARGIN_SHARE = 0.045
"""The most, of the limit, by which use may fall short where it is time."""

AGREEING, SETTLED, ALONE = 2, 20.0, 1.5
"""Trends that must agree, the longest among them once it rests on so many intervals; or one, by so much more."""

SHORT_S = 25.0
"""Windows shorter than that are over before a forecast of their own helps: those to come are looked at, too."""

LATER_INTERVALS, LATER_GROWTH = 8.0, 1.5
"""Intervals, and deviations of its growth, that a trend must have to tell of windows to come."""

KNOWN_WINDOWS, NEW_SHARE = 2, 0.6
"""Short windows that must have been seen to begin, with so much of the longest known time to their reset, before they
are believed in: a small bucket that is not known as one yet looks similar."""

FULLEST, FULLEST_SHARE = 1.5, 0.15
"""Of several short windows the fullest counts: it exceeds the mean by so many deviations, and so much at most."""

BLIND_SHARE, BLIND_GROWN_SHARE, BLIND_GROWTH, BLIND_S = 0.18, 0.5, 3.0, 25.0
"""Where no end of the window is known: exhaustion within so many seconds is forecast with less than that left, or
with less than the second where use grows by so many deviations."""

RETURN_SHARE = 0.5
"""A rise ends a window, where no reset is told, if it gives back so much of what was used."""

_USUAL_S, _SHORTEST_S, _INTERVAL_S, _EARLY_S = 60.0, 0.5, 1.0, 1.5


class Windows:
    """The windows of one limit, one after the other.

    Attributes:
        period_s: length of a window as the provider tells it, or None.
        turned_at: when the present window began, as far as that was seen.
        gap_s: seconds from sight to sight.
    """

    __slots__ = (
        "_ends_at",
        "_learned_s",
        "_least_noise",
        "_longest_s",
        "_reset_s",
        "_seconds",
        "_trends",
        "_unseen",
        "_use",
        "_whole",
        "gap_s",
        "period_s",
        "turned_at",
    )

    def __init__(self) -> None:
        self.period_s: float | None = None
        self._least_noise = 0.0
        self._trends = tuple(Trend(memory, sloping) for memory, sloping in MEMORIES)
        self.clear()

    def clear(self) -> None:
        """Forget the past, as after a change of the limit."""
        self.turned_at: float | None = None
        self.gap_s = 1.0
        self._learned_s: float | None = None
        self._reset_s: float | None = None
        self._longest_s = 0.0
        self._whole = 0
        self._ends_at = -math.inf
        self._unseen = self._seconds = self._use = 0.0
        for trend in self._trends:
            trend.clear()

    @property
    def length_s(self) -> float | None:
        """Length of a window: as seen, else as told."""
        if self._longest_s:
            return self._longest_s
        return self.period_s or self._learned_s

    def know(self, window: Window) -> None:
        """What a sight says beside numbers: the period, and whether calls are counted, of which each is one."""
        if window.period_s is not None:
            self.period_s = window.period_s
        self._least_noise = 1.0 if "requests" in window.kind else 0.0

    def begin(self, at: float, reset_s: float | None) -> None:
        """The first sight."""
        self._reset_s = reset_s
        if reset_s is not None:
            self._ends_at = at + reset_s
            self._longest_s = reset_s

    def observe(self, before: float, at: float, used: float, more: float, reset_s: float | None, turned: bool) -> None:
        """Take note of a sight.

        Args:
            before, at: moments of the last sight and of this one.
            used: what is used of the window.
            more: what was used since the last sight; negative where a window has ended in between.
            reset_s: seconds to the window's end, where that is told.
            turned: whether a window has certainly ended in between.
        """
        gap = at - before
        self.gap_s += min(0.5, gap / 20.0) * (gap - self.gap_s)
        if reset_s is not None and reset_s > self._longest_s:
            self._longest_s = reset_s
        if not turned and more < 0.0:
            # Answers to calls of the same moment come in any order; only at a window's end is a rise one.
            turned = at >= self._ends_at - _EARLY_S if reset_s is not None else -more >= RETURN_SHARE * (used - more)
        if turned:
            start = min(at, max(before, self._start(before, at, reset_s)))
            if self._seconds >= _SHORTEST_S:
                self._flush()
            # Of what was used between the last sight and the window's end nothing is known.
            self._unseen += self._seconds + start - before
            self._seconds, self._use = at - start, used
            self._turn(start)
            # A bucket of which half is given back is whole in half the time; a window that gives back has just begun.
            if -more >= RETURN_SHARE * (used - more) and (reset_s is None or reset_s >= NEW_SHARE * self._longest_s):
                self._whole += 1
        else:
            self._seconds += gap
            self._use += more
        if reset_s is not None and (turned or self._ends_at <= at):
            self._ends_at = at + reset_s
        self._reset_s = reset_s
        if self._seconds >= _INTERVAL_S:
            self._flush()

    def _start(self, before: float, at: float, reset_s: float | None) -> float:
        if reset_s is None:
            return 0.5 * (before + at)
        if at - self._ends_at < self._longest_s:
            return self._ends_at
        return at + reset_s - self._longest_s

    def _turn(self, start: float) -> None:
        if self.turned_at is not None:
            length, known = start - self.turned_at, self._learned_s
            if known is None or length < 0.6 * known:
                self._learned_s = max(length, 1.0)
            elif length < 1.5 * known:
                self._learned_s = known + 0.3 * (length - known)
        self.turned_at = start

    def _flush(self) -> None:
        for trend in self._trends:
            trend.add(self._unseen, self._seconds, self._use)
        self._unseen = self._seconds = self._use = 0.0

    def until_reset(self, at: float) -> float | None:
        """Seconds to the window's end; None where that can't be told."""
        if self._reset_s is not None:
            return self._reset_s
        length = self.period_s or self._learned_s
        if self.turned_at is None or length is None:
            return None
        until = self.turned_at + length - at
        return until if until > -self.gap_s - 0.3 * length else None

    def exhausted_in(self, at: float, left: float, size: float, horizon_s: float) -> tuple[float, float] | None:
        """Seconds until nothing is left, and the use a second that leads there; None where that is not to be expected.

        Args:
            at: now.
            left, size: what is left of the limit, and its size.
            horizon_s: beyond that nothing is told.
        """
        until, blur, blind = self.until_reset(at), 0.0, False
        if until is None:
            if left > BLIND_GROWN_SHARE * size:
                return None
            until = BLIND_S
            blind = left > BLIND_SHARE * size
        elif self._reset_s is None:
            until, blur = max(0.0, until - 0.5 * self.gap_s), 0.4 * self.gap_s
        length = self.length_s or _USUAL_S
        later = length < SHORT_S and self._whole >= KNOWN_WINDOWS
        if length < SHORT_S and self._longest_s and not later:
            return None
        usual = USUAL_SHARE * size / length
        scale = USUAL_DEVIATION * size / min(length, _USUAL_S)
        agreeing, longest = 0, self._trends[-1]
        for trend in self._trends:
            fit = trend.fit(self._least_noise, usual, scale)
            if fit is None or fit.rate <= 0.0 or (blind and not fit.grows(BLIND_GROWTH)):
                continue
            if left <= SAFE_SHARE * size or later:
                ahead = min(until, horizon_s, REACH * trend.seconds)
                when = min(fit.seconds_until(left), ahead)
                need = self._need(when, trend.count, length)
                excess, deviation = fit.use(ahead) - left, math.hypot(fit.deviation(ahead), blur * fit.rate)
                agrees = _reaches(excess, need, deviation, size)
                agreeing += agrees
                # The longest trend comes last; one that rests on enough has to agree.
                heard = agrees and trend is longest if longest.count >= SETTLED else True
                if (heard and agreeing >= AGREEING) or excess >= (need + ALONE) * deviation:
                    return when, fit.rate
            if later and trend.count >= LATER_INTERVALS and fit.grows(LATER_GROWTH):
                found = self._later(fit, trend, until, length, size, horizon_s)
                if found is not None:
                    return found, fit.rate
        return None

    def _later(
        self, fit: Fit, trend: Trend, until: float, length: float, size: float, horizon_s: float
    ) -> float | None:
        """Seconds until one of the next windows is exhausted; None where none is, as far as the trend tells."""
        fullest = min(FULLEST * math.sqrt(fit.noise * length), FULLEST_SHARE * size)
        start = until
        while start < min(horizon_s, LEAD_S + PATIENCE_S, REACH * trend.seconds):
            use = fit.use(start + length) - fit.use(start)
            when = start + length * min(1.0, size / use) if use > 0.0 else math.inf
            deviation = length * fit.rate_deviation(start + 0.5 * length)
            if _reaches(use + fullest - size, self._need(when, trend.count, length), deviation, size):
                return when
            start += length
        return None

    def _need(self, when: float, count: float, length: float) -> float:
        """Deviations that are asked for, of a forecast so many seconds ahead that rests on so many intervals."""
        if when < LATE_S:
            return NEED_LATE
        patience = min(1.0, max(0.0, (when - LEAD_S - self.gap_s) / PATIENCE_S))
        need = NEED_NOW + UNSURE / count + (NEED_FAR - NEED_NOW) * patience
        return max(need, NEED_SHORT) if length < SHORT_S else need


def _reaches(excess: float, need: float, deviation: float, size: float) -> bool:
    # Ignorance is no reason to expect the worst: what may be missing is bounded.
    return excess >= need * (deviation if need > 0.0 else min(deviation, MARGIN_SHARE * size))
