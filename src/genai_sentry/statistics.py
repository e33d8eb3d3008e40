"""This process's figures so far: exact counts and sums in constant memory, latency from a mergeable histogram."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from genai_sentry.record import CallRecord

WARNING_RATE, CRITICAL_RATE = 0.01, 0.05
"""Error rates from which the status is `warning` and `critical`."""

MAX_MODELS = 200
"""Models that are told apart; further ones count as `other`."""

MAX_LABELS = 3000
"""Labels with their values that are told apart."""

OTHER = "other"

_PICO = 1_000_000_000_000
_CANCELLED = "cancelled"
_Number = TypeVar("_Number", int, float)


class Histogram:
    """Durations in logarithmic buckets: any quantile within 1 %, two histograms add up to one.

    Attributes:
        counts: number of values by bucket; at most `MAX_BUCKETS` buckets.
        total: number of values.
        minimum, maximum: the smallest and the largest value, in seconds.
    """

    __slots__ = ("counts", "maximum", "minimum", "total")

    GAMMA = 1.02
    LOWEST_S, HIGHEST_S = 1e-5, 1e6
    MAX_BUCKETS = 1 + math.ceil(math.log(HIGHEST_S / LOWEST_S) / math.log(GAMMA))
    _PER_LOG = 1.0 / math.log(GAMMA)

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}
        self.total = 0
        self.minimum = math.inf
        self.maximum = 0.0

    def add(self, value: float) -> None:
        """Count one value; what is no finite, positive number counts as the smallest or largest bucket."""
        if not self.LOWEST_S <= value <= self.HIGHEST_S:
            value = self.HIGHEST_S if value > self.HIGHEST_S else self.LOWEST_S
        bucket = math.ceil(math.log(value) * self._PER_LOG)
        counts = self.counts
        counts[bucket] = counts.get(bucket, 0) + 1
        self.total += 1
        if value < self.minimum:
            self.minimum = value
        if value > self.maximum:
            self.maximum = value

    def merge(self, other: Histogram) -> None:
        """Add another histogram's values to this one."""
        for bucket, count in other.counts.items():
            self.counts[bucket] = self.counts.get(bucket, 0) + count
        self.total += other.total
        self.minimum = min(self.minimum, other.minimum)
        self.maximum = max(self.maximum, other.maximum)

    def copy(self) -> Histogram:
        """A histogram with the same values."""
        same = Histogram()
        same.merge(self)
        return same

    def quantile(self, share: float) -> float | None:
        """The value below which `share` (0 to 1) of the values lie, within 1 %; None where there are none."""
        if not self.total:
            return None
        rank = share * (self.total - 1)
        seen = 0
        for bucket in sorted(self.counts):
            seen += self.counts[bucket]
            if seen > rank:
                middle = 2.0 * self.GAMMA**bucket / (1.0 + self.GAMMA)
                return min(max(middle, self.minimum), self.maximum)
        return self.maximum


@dataclass(frozen=True, slots=True)
class Stats:
    """This process so far.

    Attributes:
        calls: logical calls, whatever the number of HTTP attempts; cancelled ones included.
        failures: calls that failed.
        cancelled: calls that the caller gave up; no failures.
        failures_by_type: failures by error type.
        error_rate: share of failures among the calls that were not cancelled, 0.0 to 1.0; None without calls.
        status: `healthy` (error rate under 1 %), `warning` (under 5 %), `critical`; `idle` without calls.
        input_tokens, output_tokens: tokens of all calls; cached and reasoning ones are subsets of them.
        cache_read_input_tokens, cache_write_input_tokens, reasoning_output_tokens: those subsets.
        cost_usd: what the priced calls cost.
        cost_by_model: cost in USD by `provider/model`.
        cost_by_label: cost in USD by label and value.
        calls_by_model: calls by `provider/model`.
        attempts: HTTP attempts, where they could be seen.
        retries: attempts after the first of a call.
        retry_wait_s: seconds that calls spent waiting between attempts.
        wasted_s: seconds that failed calls took, retries and waiting included.
        wasted_cost_usd: what failed calls cost, where known.
        unpriced: calls with token counts for which no price is known.
        lost: what could not be delivered, by kind: `events`, `metrics`, `spans`, … Sentry's transport does not tell
            whose they are: the application's own are among them.
        lost_by_reason: the same by reason, in Sentry's words where Sentry's transport lost it: `queue_overflow`,
            `ratelimit_backoff`, `rate_limited`, `network_error`, `send_error`; `export_failed` by an OTLP exporter,
            `file` by the file exporter, `no_sentry` where there was nowhere to send to, `not_sent` at the end.
        latency_p50_s, latency_p95_s, latency_p99_s: of the calls that were not cancelled, within 1 %; None without
            calls.
    """

    calls: int = 0
    failures: int = 0
    cancelled: int = 0
    failures_by_type: Mapping[str, int] = field(default_factory=dict)
    error_rate: float | None = None
    status: str = "idle"
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_write_input_tokens: int = 0
    reasoning_output_tokens: int = 0
    cost_usd: float = 0.0
    cost_by_model: Mapping[str, float] = field(default_factory=dict)
    cost_by_label: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    calls_by_model: Mapping[str, int] = field(default_factory=dict)
    attempts: int = 0
    retries: int = 0
    retry_wait_s: float = 0.0
    wasted_s: float = 0.0
    wasted_cost_usd: float = 0.0
    unpriced: int = 0
    lost: Mapping[str, int] = field(default_factory=dict)
    lost_by_reason: Mapping[str, int] = field(default_factory=dict)
    latency_p50_s: float | None = None
    latency_p95_s: float | None = None
    latency_p99_s: float | None = None

    def as_dict(self) -> dict[str, object]:
        """The same as plain dicts, numbers and text, ready for JSON."""
        return {
            item.name: _plain(value) if isinstance(value := getattr(self, item.name), Mapping) else value
            for item in fields(self)
        }

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def _plain(table: Mapping[str, object]) -> dict[str, object]:
    return {key: _plain(value) if isinstance(value, Mapping) else value for key, value in table.items()}


def _lines(stats: Stats) -> Iterable[str]:
    if stats.error_rate is None:
        yield f"{stats.calls:,} calls"
    else:
        yield f"{stats.calls:,} calls, {stats.failures:,} failed ({stats.error_rate:.2%}, {stats.status})"
    if stats.cancelled:
        yield f"cancelled   {stats.cancelled:,}"
    if stats.failures_by_type:
        yield "failures    " + ", ".join(f"{kind} {count:,}" for kind, count in _largest(stats.failures_by_type))
    p50, p95, p99 = stats.latency_p50_s, stats.latency_p95_s, stats.latency_p99_s
    if p50 is not None and p95 is not None and p99 is not None:
        yield f"latency     p50 {p50:.3g} s, p95 {p95:.3g} s, p99 {p99:.3g} s"
    yield f"tokens      {stats.input_tokens:,} in, {stats.output_tokens:,} out"
    unpriced = f" ({stats.unpriced:,} calls unpriced)" if stats.unpriced else ""
    yield f"cost        ${stats.cost_usd:,.4f}{unpriced}"
    for name, cost in _largest(stats.cost_by_model)[:5]:
        yield f"  {name}  ${cost:,.4f}"
    for label, values in stats.cost_by_label.items():
        for value, cost in _largest(values)[:5]:
            yield f"  {label}={value}  ${cost:,.4f}"
    if stats.retries or stats.wasted_s:
        # What failed calls cost is seldom known: nothing is said of money rather than that it was none.
        money = f" and ${stats.wasted_cost_usd:,.4f}" if stats.wasted_cost_usd else ""
        yield (
            f"retries     {stats.retries:,}, {stats.retry_wait_s:.1f} s waiting; "
            f"failed calls took {stats.wasted_s:.1f} s{money}"
        )
    if stats.lost:
        why = ", ".join(f"{reason} {count:,}" for reason, count in _largest(stats.lost_by_reason))
        yield "lost        " + ", ".join(f"{kind} {count:,}" for kind, count in _largest(stats.lost)) + f" ({why})"


def _largest(table: Mapping[str, _Number]) -> list[tuple[str, _Number]]:
    return sorted(table.items(), key=lambda item: (-item[1], item[0]))


class Recorder:
    """Counts finished calls. Safe under threads; memory does not grow with the number of calls.

    Attributes:
        before_reading: called before figures are read, to have counted what is over but not yet counted.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.before_reading: Callable[[], None] | None = None
        self._clear()

    def _clear(self) -> None:
        self._calls = self._cancelled = self._failures = self._unpriced = 0
        self._by_type: dict[str, int] = {}
        self._input = self._output = self._cache_read = self._cache_write = self._reasoning = 0
        self._attempts = self._retries = 0
        self._wait_s = self._wasted_s = 0.0
        # Money is summed as whole pico-dollars: a million small floats would not add up to the same total.
        self._cost = self._wasted_cost = 0
        self._models: dict[tuple[str, str], list[int]] = {}
        self._labels: dict[tuple[str, str], int] = {}
        self._lost: dict[str, int] = {}
        self._lost_why: dict[str, int] = {}
        self._latency = Histogram()

    def record(self, record: CallRecord) -> None:
        """Count one finished call."""
        classification, usage, cost = record.classification, record.usage, record.cost
        pico = round(cost.total_usd * _PICO) if cost is not None and math.isfinite(cost.total_usd) else 0
        with self._lock:
            self._calls += 1
            model = self._models.get((record.provider, record.model)) or self._model(record.provider, record.model)
            model[0] += 1
            if classification is not None:
                self._fail(str(classification.type), record.duration_s, pico)
            if record.timed and (classification is None or classification.type != _CANCELLED):
                self._latency.add(record.duration_s)
            if usage is not None:
                self._input += usage.input_tokens or 0
                self._output += usage.output_tokens or 0
                self._cache_read += usage.cache_read_input_tokens or 0
                self._cache_write += usage.cache_write_input_tokens or 0
                self._reasoning += usage.reasoning_output_tokens or 0
                if cost is None:
                    self._unpriced += 1
            if cost is not None:
                self._cost += pico
                model[1] += pico
                model[2] += 1
                for label in record.labels.items() if record.labels else ():
                    if label in self._labels or len(self._labels) < MAX_LABELS:
                        self._labels[label] = self._labels.get(label, 0) + pico
            if record.attempts:
                self._attempts += record.attempts
                self._retries += record.attempts - 1
            if record.retry_wait_s:
                self._wait_s += record.retry_wait_s

    def lost(self, kind: str, count: int, reason: str) -> None:
        """Count what could not be delivered (`events`, `spans`, …), and why not."""
        with self._lock:
            self._lost[kind] = self._lost.get(kind, 0) + count
            self._lost_why[reason] = self._lost_why.get(reason, 0) + count

    def stats(self) -> Stats:
        """The figures so far."""
        if self.before_reading is not None:
            self.before_reading()
        with self._lock:
            latency = self._latency.copy()
            counted = self._calls - self._cancelled
            rate = self._failures / counted if counted else None
            return Stats(
                calls=self._calls,
                failures=self._failures,
                cancelled=self._cancelled,
                failures_by_type=dict(self._by_type),
                error_rate=rate,
                status=_status(rate),
                input_tokens=self._input,
                output_tokens=self._output,
                cache_read_input_tokens=self._cache_read,
                cache_write_input_tokens=self._cache_write,
                reasoning_output_tokens=self._reasoning,
                cost_usd=self._cost / _PICO,
                cost_by_model={_name(*key): values[1] / _PICO for key, values in self._models.items() if values[2]},
                cost_by_label=self._cost_by_label(),
                calls_by_model={_name(*key): values[0] for key, values in self._models.items()},
                attempts=self._attempts,
                retries=self._retries,
                retry_wait_s=self._wait_s,
                wasted_s=self._wasted_s,
                wasted_cost_usd=self._wasted_cost / _PICO,
                unpriced=self._unpriced,
                lost=dict(self._lost),
                lost_by_reason=dict(self._lost_why),
                latency_p50_s=latency.quantile(0.5),
                latency_p95_s=latency.quantile(0.95),
                latency_p99_s=latency.quantile(0.99),
            )

    def reset(self) -> None:
        """Start anew."""
        with self._lock:
            self._clear()

    def _model(self, provider: str, model: str) -> list[int]:
        key = (provider, model) if len(self._models) < MAX_MODELS else (OTHER, OTHER)
        return self._models.setdefault(key, [0, 0, 0])

    def _fail(self, error_type: str, duration_s: float, pico: int) -> None:
        if error_type == _CANCELLED:
            self._cancelled += 1
            return
        self._failures += 1
        self._by_type[error_type] = self._by_type.get(error_type, 0) + 1
        self._wasted_s += duration_s
        self._wasted_cost += pico

    def _cost_by_label(self) -> dict[str, dict[str, float]]:
        table: dict[str, dict[str, float]] = {}
        for (label, value), pico in self._labels.items():
            table.setdefault(label, {})[value] = pico / _PICO
        return table


def _status(rate: float | None) -> str:
    if rate is None:
        return "idle"
    if rate < WARNING_RATE:
        return "healthy"
    return "warning" if rate < CRITICAL_RATE else "critical"


def _name(provider: str, model: str) -> str:
    return OTHER if provider == model == OTHER else f"{provider}/{model}"


recorder = Recorder()
"""This process's recorder."""


def stats() -> Stats:
    """This process's figures so far."""
    return recorder.stats()
