"""The rate at which something is used, its change, and how far both can be trusted: discounted least squares."""

from __future__ import annotations

import math
from typing import NamedTuple

MIN_INTERVALS = 2.5
"""Intervals, discounted, below which nothing is told."""

USUAL_GROWTH = 0.02
"""Growth a second that is to be expected before anything is known, as a share of the scale of use."""

_MIN_DETERMINANT = 1e-9


class Fit(NamedTuple):
    """A straight line through the rate of the last while, at its end.

    Attributes:
        rate: use a second, now.
        growth: by how much that grows a second.
        noise: variance of the use of one second.
        rate_variance, covariance, growth_variance: how well rate and growth are known.
    """

    rate: float
    growth: float
    noise: float
    rate_variance: float
    covariance: float
    growth_variance: float

    def use(self, seconds: float) -> float:
        """Expected use of the next so many seconds."""
        return (self.rate + 0.5 * self.growth * seconds) * seconds

    def deviation(self, seconds: float) -> float:
        """Standard deviation of that, chance and ignorance together."""
        known = self.rate_variance + seconds * (self.covariance + 0.25 * seconds * self.growth_variance)
        return math.sqrt(seconds * (self.noise + seconds * known))

    def grows(self, deviations: float) -> bool:
        """Whether use grows by more than chance, in standard deviations."""
        return self.growth > 0.0 and self.growth * self.growth > deviations**2 * self.growth_variance

    def rate_deviation(self, seconds: float) -> float:
        """Standard deviation of the rate so many seconds from now."""
        return math.sqrt(self.rate_variance + seconds * (2.0 * self.covariance + seconds * self.growth_variance))

    def seconds_until(self, amount: float) -> float:
        """Seconds in which so much is used; infinite where use ceases before."""
        if amount <= 0.0:
            return 0.0
        root = self.rate * self.rate + 2.0 * self.growth * amount
        if root < 0.0:
            return math.inf
        speed = self.rate + math.sqrt(root)
        return 2.0 * amount / speed if speed > 0.0 else math.inf


class Trend:
    """Takes in intervals of time with what was used in them; the past fades with a time constant.

    Args:
        memory_s: that time constant.
        sloping: whether the rate may change steadily; else it is taken as constant, with what its change adds to the
            noise.
    """

    __slots__ = ("_age", "_age2", "_count", "_memory_s", "_sloping", "_squares", "_time", "_use", "_use_age")

    def __init__(self, memory_s: float, sloping: bool) -> None:
        self._memory_s = memory_s
        self._sloping = sloping
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._time = self._age = self._age2 = self._use = self._use_age = self._squares = self._count = 0.0

    @property
    def seconds(self) -> float:
        """Seconds of which the use is known, the faded ones in part."""
        return self._time

    @property
    def count(self) -> float:
        """Intervals that were taken in, the faded ones in part."""
        return self._count

    def add(self, unseen: float, seconds: float, use: float) -> None:
        """Take in an interval that ends now, after `unseen` seconds of which nothing is known."""
        passed = unseen + seconds
        fade = math.exp(-passed / self._memory_s)
        self._age2 = fade * (self._age2 + passed * (2.0 * self._age + passed * self._time)) + seconds**3 / 4.0
        self._age = fade * (self._age + passed * self._time) + 0.5 * seconds * seconds
        self._time = fade * self._time + seconds
        self._use_age = fade * (self._use_age + passed * self._use) + 0.5 * seconds * use
        self._use = fade * self._use + use
        self._squares = fade * self._squares + use * use / seconds
        self._count = fade * self._count + 1.0

    def fit(self, least_noise: float, usual: float, scale: float) -> Fit | None:
        """The line; None while there is too little to tell.

        Args:
            least_noise: variance of one second's use, as a multiple of the rate, that chance alone makes.
            usual: use a second that is to be expected before anything is known.
            scale: how far, a second, it may well be from that.
        """
        if self._count < MIN_INTERVALS:
            return None
        mean, growth, parameters = self._use / self._time, 0.0, 1.0
        rate = mean
        if self._sloping:
            determinant = self._time * self._age2 - self._age * self._age
            if self._count < MIN_INTERVALS + 1.0 or determinant < _MIN_DETERMINANT:
                return None
            rate = (self._use * self._age2 - self._use_age * self._age) / determinant
            growth = (self._use * self._age - self._use_age * self._time) / determinant
            parameters = 2.0
        left = max(0.0, self._squares - rate * self._use + growth * self._use_age)
        noise = max(left / (self._count - parameters), least_noise * max(rate, mean))
        # With few intervals the noise itself is uncertain.
        noise = max(noise * (1.0 + 2.0 / self._count), 1e-12 * scale)
        # What is to be expected beforehand counts as much as its own uncertainty allows.
        weight = noise / scale**2
        time, use = self._time + weight, self._use + weight * usual
        if not self._sloping:
            return Fit(use / time, 0.0, noise, noise / time, 0.0, 0.0)
        age2 = self._age2 + noise / (USUAL_GROWTH * scale) ** 2
        determinant = time * age2 - self._age * self._age
        rate = (use * age2 - self._use_age * self._age) / determinant
        growth = (use * self._age - self._use_age * time) / determinant
        unit = noise / determinant
        return Fit(rate, growth, noise, unit * age2, unit * self._age, unit * time)
