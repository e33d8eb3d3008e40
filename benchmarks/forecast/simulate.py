"""A provider with one rate limit, traffic that draws on it, and processes that forecast from its headers."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from genai_sentry.ratelimit import Forecaster, read_raw
from genai_sentry.record import CallRecord

EPOCH = 1_760_000_000.0
"""Unix time of a run's start."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One line of the scenario file; its head explains the fields."""

    name: str
    expect: str
    dialect: str
    limit: str
    size: float
    refill: str
    arrivals: str
    seconds: float
    refill_s: float = 60.0
    processes: int = 1
    tokens: float = 1000.0
    tokens_sigma: float = 0.6
    spacing: str = "poisson"
    latency_s: float = 1.0
    start: float = 0.2
    end: float = 2.0
    level: float = 1.0
    base: float = 0.0
    on_s: float = 0.0
    every_s: float = 1.0

    @property
    def refill_rate(self) -> float:
        """Requests or tokens that come back a second."""
        return self.size / self.refill_s

    def share(self, at: float) -> float:
        """Rate of use at a moment, as a share of the refill rate."""
        if self.arrivals == "ramp":
            return self.start + (self.end - self.start) * at / self.seconds
        if self.arrivals == "burst":
            return self.level if at % self.every_s < self.on_s else self.base
        if self.arrivals == "day":
            return self.base + (self.level - self.base) * (1 - math.cos(2 * math.pi * at / self.seconds)) / 2
        return self.level

    def peak(self) -> float:
        """The highest share."""
        return max(self.start, self.end) if self.arrivals == "ramp" else max(self.level, self.base)


class Limit:
    """The provider's side: admits or refuses, and names what is left."""

    def __init__(self, scenario: Scenario, phase_s: float) -> None:
        self._scenario = scenario
        self._phase_s = phase_s
        self._left = scenario.size
        self._at = 0.0

    def take(self, at: float, amount: float) -> tuple[bool, float, float]:
        """Whether a call is admitted, what is left, and seconds until the limit is whole again."""
        scenario = self._scenario
        if scenario.refill == "continuous":
            self._left = min(scenario.size, self._left + (at - self._at) * scenario.refill_rate)
        elif (at + self._phase_s) // scenario.refill_s != (self._at + self._phase_s) // scenario.refill_s:
            self._left = scenario.size
        self._at = at
        admitted = self._left >= amount
        if admitted:
            self._left -= amount
        if scenario.refill == "continuous":
            reset = (scenario.size - self._left) / scenario.refill_rate
        else:
            reset = scenario.refill_s - (at + self._phase_s) % scenario.refill_s
        return admitted, self._left, reset


def headers(scenario: Scenario, at: float, remaining: float, reset: float) -> list[tuple[bytes, bytes]]:
    """The limit in the words of the scenario's dialect."""
    size, left, kind, dialect = int(scenario.size), int(remaining), scenario.limit, scenario.dialect
    wall = EPOCH + at
    date = ("date", datetime.fromtimestamp(wall, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT"))
    if dialect in ("openai", "groq", "azure", "xai"):
        named = [(f"x-ratelimit-limit-{kind}", str(size)), (f"x-ratelimit-remaining-{kind}", str(left))]
        if dialect == "azure":
            named.append((f"x-ratelimit-reset-{kind}", str(round(reset))))
        elif dialect != "xai":
            text = f"{reset * 1000:.0f}ms" if reset < 1 else f"{int(reset // 60)}m{reset % 60:.3f}s"
            named.append((f"x-ratelimit-reset-{kind}", text))
    elif dialect == "anthropic":
        if kind == "tokens":
            left = round(left, -3)
        moment = datetime.fromtimestamp(math.ceil(wall + reset), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        name = f"anthropic-ratelimit-{kind}"
        named = [(f"{name}-limit", str(size)), (f"{name}-remaining", str(left)), (f"{name}-reset", moment)]
    elif dialect == "mistral":
        name = {"requests": "req-minute", "tokens": "tokens-minute"}[kind]
        named = [(f"x-ratelimit-limit-{name}", str(size)), (f"x-ratelimit-remaining-{name}", str(left))]
    elif dialect == "cerebras":
        parts = (("limit", str(size)), ("remaining", str(left)), ("reset", f"{reset}"))
        named = [(f"x-ratelimit-{part}-{kind}-minute", text) for part, text in parts]
    elif dialect == "openrouter":
        parts = (("Limit", str(size)), ("Remaining", str(left)), ("Reset", f"{(wall + reset) * 1000:.0f}"))
        named = [(f"X-RateLimit-{part}", text) for part, text in parts]
    elif dialect == "ietf":
        named = [("ratelimit", f'"default";r={left};t={math.ceil(reset)}')]
        named.append(("ratelimit-policy", f'"default";q={size};w={scenario.refill_s:.0f}'))
    else:
        raise ValueError(f"unknown dialect {dialect!r}")
    return [(name.encode(), value.encode()) for name, value in (*named, date)]


def arrivals(scenario: Scenario, rng: random.Random) -> Iterator[tuple[float, float]]:
    """Moment and amount of each call."""
    mean = 1.0 if scenario.limit == "requests" else scenario.tokens
    top = scenario.peak() * scenario.refill_rate / mean
    mu = math.log(mean) - scenario.tokens_sigma**2 / 2
    at, credit = 0.0, 0.0
    while True:
        step = rng.expovariate(top) if scenario.spacing == "poisson" else 1.0 / top
        at += step
        if at >= scenario.seconds:
            return
        share = scenario.share(at) / scenario.peak()
        if scenario.spacing == "poisson":
            if rng.random() > share:
                continue
        else:
            credit += share
            if credit < 1.0:
                continue
            credit -= 1.0
        yield (
            at,
            1.0
            if scenario.limit == "requests"
            else max(1.0, float(round(rng.lognormvariate(mu, scenario.tokens_sigma)))),
        )


@dataclass(slots=True)
class Run:
    """What happened in one run.

    Attributes:
        first_refusal: when the first 429 came; None where none did.
        alerts: moment, process and remaining share of each alert.
        forecast: whether any call carried a time to exhaustion.
        course: moment and remaining share, one a second, for the plot.
        calls: number of calls.
    """

    first_refusal: float | None = None
    alerts: list[tuple[float, int, float]] = field(default_factory=list)
    forecast: bool = False
    course: list[tuple[float, float]] = field(default_factory=list)
    calls: int = 0

    @property
    def lead_s(self) -> float | None:
        """Seconds between the first alert and the first 429."""
        if self.first_refusal is None:
            return None
        before = [at for at, _, _ in self.alerts if at <= self.first_refusal]
        return self.first_refusal - before[0] if before else -math.inf


def simulate(scenario: Scenario, seed: int, horizon_s: float = 60.0, until_refusal: bool = True) -> Run:
    """One run; ends soon after the first refusal."""
    rng = random.Random(seed)
    limit = Limit(scenario, rng.random() * scenario.refill_s)
    now = [0.0]
    forecasters = [Forecaster(horizon_s, clock=lambda: now[0]) for _ in range(scenario.processes)]
    run = Run()
    pending: list[tuple[float, float, CallRecord, int]] = []
    for at, amount in arrivals(scenario, rng):
        admitted, remaining, reset = limit.take(at, amount)
        run.calls += 1
        if not admitted and run.first_refusal is None:
            run.first_refusal = at
        latency = rng.lognormvariate(math.log(scenario.latency_s) - 0.125, 0.5) if scenario.latency_s else 0.0
        record = CallRecord(
            provider=scenario.dialect,
            model="model",
            status=200 if admitted else 429,
            limits=read_raw(headers(scenario, at, remaining, reset), scenario.dialect, EPOCH + at),
            last_attempt_s=latency,
        )
        pending.append((at + latency, at, record, rng.randrange(scenario.processes)))
        if not run.course or at - run.course[-1][0] >= 1.0:
            run.course.append((at, remaining / scenario.size))
        if len(pending) >= 4 * scenario.processes or at > pending[0][0]:
            pending.sort(key=lambda item: item[0])
            while pending and pending[0][0] <= at:
                now[0], _, done, process = pending.pop(0)
                exhausted, alert = forecasters[process].observe(done)
                run.forecast = run.forecast or bool(exhausted)
                if alert is not None:
                    run.alerts.append((now[0], process, limit_share(alert.context)))
        if until_refusal and run.first_refusal is not None:
            break
    return run


def limit_share(context: Mapping[str, Any]) -> float:
    """What is left of an alert's limit, as a share."""
    return float(context["remaining"]) / float(context["limit"])
