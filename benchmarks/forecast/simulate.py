"""A provider with one rate limit, traffic that draws on it, and processes that forecast from its headers."""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

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
    clump: float = 3.0
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


def _duration(reset: float, wall: float) -> str:
    return f"{reset * 1000:.0f}ms" if reset < 1 else f"{int(reset // 60)}m{reset % 60:.3f}s"


def _moment(reset: float, wall: float) -> str:
    return datetime.fromtimestamp(math.ceil(wall + reset), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _milliseconds(reset: float, wall: float) -> str:
    return f"{(wall + reset) * 1000:.0f}"


def _epoch(reset: float, wall: float) -> str:
    return str(math.ceil(wall + reset))


def _rounded(reset: float, wall: float) -> str:
    return str(round(reset))


def _fraction(reset: float, wall: float) -> str:
    return f"{reset}"


_PERIOD = {1.0: "second", 60.0: "minute", 3600.0: "hour", 86_400.0: "day"}

DIALECTS: dict[str, tuple[str, Callable[[float, float], str] | None]] = {
    "openai": ("x-ratelimit-{part}-{kind}", _duration),
    "groq": ("x-ratelimit-{part}-{kind}", _duration),
    "azure": ("x-ratelimit-{part}-{kind}", _rounded),
    "xai": ("x-ratelimit-{part}-{kind}", None),
    "anthropic": ("anthropic-ratelimit-{kind}-{part}", _moment),
    "mistral": ("x-ratelimit-{part}-{kind}-{period}", None),
    "cerebras": ("x-ratelimit-{part}-{kind}-{period}", _fraction),
    "openrouter": ("X-RateLimit-{part}", _milliseconds),
    "github": ("x-ratelimit-{part}", _epoch),
    "together": ("x-ratelimit-{part}", _rounded),
    "together tokens": ("x-tokenlimit-{part}", _rounded),
    "fireworks": ("x-ratelimit-{part}-{kind}", None),
    "draft": ("ratelimit-{part}", _rounded),
}
"""Names of a dialect's headers, and how it tells the reset. `ietf` is written apart."""


def headers(scenario: Scenario, at: float, remaining: float, reset: float) -> list[tuple[bytes, bytes]]:
    """The limit in the words of the scenario's dialect."""
    size, left, kind = int(scenario.size), max(0, int(remaining)), scenario.limit
    wall = EPOCH + at
    date = ("date", datetime.fromtimestamp(wall, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT"))
    if scenario.dialect == "ietf":
        named = [("ratelimit", f'"default";r={left};t={math.ceil(reset)}')]
        named.append(("ratelimit-policy", f'"default";q={size};w={scenario.refill_s:.0f}'))
        return [(name.encode(), value.encode()) for name, value in (*named, date)]
    if scenario.dialect == "anthropic" and kind != "requests":
        left = round(left, -3)
    if scenario.dialect == "mistral" and kind == "requests":
        kind = "req"
    if scenario.dialect not in DIALECTS:
        raise ValueError(f"unknown dialect {scenario.dialect!r}; known are ietf, {', '.join(DIALECTS)}")
    names, told = DIALECTS[scenario.dialect]
    names = names.replace("{kind}", kind.replace("_", "-")).replace(
        "{period}", _PERIOD.get(scenario.refill_s, "minute")
    )
    named = [(names.format(part="limit"), str(size)), (names.format(part="remaining"), str(left))]
    if told is not None:
        named.append((names.format(part="reset"), told(reset, wall)))
    return [(name.encode(), value.encode()) for name, value in (*named, date)]


def arrivals(scenario: Scenario, rng: random.Random) -> Iterator[tuple[float, float]]:
    """Moment and amount of each call."""
    requests = scenario.limit == "requests"
    mean = 1.0 if requests else scenario.tokens
    clump = scenario.clump if scenario.spacing == "clumped" else 1.0
    top = scenario.peak() * scenario.refill_rate / mean
    mu = math.log(mean) - scenario.tokens_sigma**2 / 2
    at, credit = 0.0, 0.0
    while True:
        at += 1.0 / top if scenario.spacing == "regular" else rng.expovariate(top / clump)
        if at >= scenario.seconds:
            return
        share = scenario.share(at) / scenario.peak()
        if scenario.spacing == "regular":
            credit += share
            if credit < 1.0:
                continue
            credit -= 1.0
        elif rng.random() > share:
            continue
        number = 1 if clump == 1.0 else 1 + int(math.log(1.0 - rng.random()) / math.log(1.0 - 1.0 / clump))
        for _ in range(number):
            # The calls of a clump are made at the same moment.
            yield at, 1.0 if requests else max(1.0, float(round(rng.lognormvariate(mu, scenario.tokens_sigma))))


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


class Answer(NamedTuple):
    """What one process learns from one call: when the answer came, when it was asked for, what it says."""

    done_at: float
    at: float
    process: int
    admitted: bool
    raw: list[tuple[bytes, bytes]]
    share: float


def traffic(scenario: Scenario, seed: int) -> Iterator[Answer]:
    """The calls of one run in the order in which they are made, up to the first that is refused."""
    rng = random.Random(seed)
    limit = Limit(scenario, rng.random() * scenario.refill_s)
    for at, amount in arrivals(scenario, rng):
        admitted, remaining, reset = limit.take(at, amount)
        latency = rng.lognormvariate(math.log(scenario.latency_s) - 0.125, 0.5) if scenario.latency_s else 0.0
        raw = headers(scenario, at, remaining, reset)
        yield Answer(at + latency, at, rng.randrange(scenario.processes), admitted, raw, remaining / scenario.size)
        if not admitted:
            return


def simulate(scenario: Scenario, seed: int, horizon_s: float = 60.0) -> Run:
    """One run; ends with the first refusal."""
    now = [0.0]
    forecasters = [Forecaster(horizon_s, clock=lambda: now[0]) for _ in range(scenario.processes)]
    run = Run()
    pending: list[Answer] = []
    for answer in traffic(scenario, seed):
        run.calls += 1
        if not answer.admitted:
            run.first_refusal = answer.at
        if not run.course or answer.at - run.course[-1][0] >= 1.0:
            run.course.append((answer.at, answer.share))
        heapq.heappush(pending, answer)
        while pending and pending[0].done_at <= answer.at:
            done = heapq.heappop(pending)
            now[0] = done.done_at
            record = CallRecord(
                provider=scenario.dialect,
                model="model",
                status=200 if done.admitted else 429,
                limits=read_raw(done.raw, scenario.dialect, EPOCH + done.at),
                last_attempt_s=done.done_at - done.at,
            )
            exhausted, alert = forecasters[done.process].observe(record)
            run.forecast = run.forecast or bool(exhausted)
            if alert is not None:
                run.alerts.append((now[0], done.process, limit_share(alert.context)))
    return run


def limit_share(context: Mapping[str, Any]) -> float:
    """What is left of an alert's limit, as a share."""
    return float(context["remaining"]) / float(context["limit"])
