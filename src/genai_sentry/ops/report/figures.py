"""Everything that the report shows, as plain figures: DuckDB's aggregates, and the arithmetic on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from genai_sentry.ops.report.columns import LABEL_SEPARATOR
from genai_sentry.ops.report.store import Store

Row = dict[str, Any]

DAY_S = 86_400.0
MONTH_DAYS = 30
SHORTEST_S = 3600.0
"""Less traffic than that is not projected to a month."""

STEPS_S = (60, 300, 900, 3600, 3 * 3600, 6 * 3600, 86_400, 7 * 86_400, 30 * 86_400)
"""Widths of the charts' time steps."""

MOST_STEPS = 72
MOST_SERIES = 6
"""Models or types that a chart tells apart; the rest is `other`."""

MOST_ROWS = 25
MOST_VALUES = 1000
"""An attribute with more values is an identifier, no label to break down by, unless it was asked for by name."""

OTHER = "other"

_COUNTS = """
    sum(w) AS calls, count(*) AS spans, coalesce(sum(w) FILTER (failed), 0) AS failures,
    coalesce(sum(w) FILTER (cancelled), 0) AS cancelled,
    coalesce(sum(w) FILTER (failed), 0) / nullif(sum(w) FILTER (NOT cancelled), 0) AS failure_rate
"""
_TOKENS = """
    sum(w * input_tokens) AS input_tokens, sum(w * output_tokens) AS output_tokens,
    sum(w * cache_read_tokens) AS cache_read_tokens, sum(w * cache_write_tokens) AS cache_write_tokens,
    sum(w * reasoning_tokens) AS reasoning_tokens
"""
_COST = """
    sum(w * cost_usd) AS cost_usd, coalesce(sum(w) FILTER (cost_usd IS NOT NULL), 0) AS priced,
    coalesce(sum(w) FILTER (cost_usd IS NULL AND (input_tokens > 0 OR output_tokens > 0)), 0) AS unpriced,
    sum(w * cost_usd) / nullif(sum(w) FILTER (cost_usd IS NOT NULL), 0) AS cost_per_call_usd
"""
_QUANTILES = """
    quantile_cont(seconds, [0.5, 0.95, 0.99]) FILTER (NOT cancelled) AS quantiles,
    quantile_cont(first_chunk_s, 0.5) AS first_chunk_p50_s
"""
_ATTEMPTS = """
    coalesce(sum(w * (attempts - 1)) FILTER (attempts > 1), 0) AS retries, sum(w * retry_wait_s) AS retry_wait_s
"""


@dataclass(slots=True)
class Figures:
    """What the report shows. Counts and sums stand for all calls where traces were sampled at a known rate.

    Attributes:
        totals: over everything.
        start, end: Unix time of the first call's start and the last one's end; None without calls.
        step_s: width of a time step in seconds.
        steps: one row a time step, the empty ones included.
        models, services, labels, failures, limits, retries: tables.
        cost_by_model, failures_by_type: per time step, by model and by type.
        savings: what could be saved.
        sampled: whether some calls stand for more than themselves.
        identifiers: attributes that looked like labels and take too many values, with their number.
    """

    totals: Row
    start: float | None
    end: float | None
    step_s: int = 3600
    steps: list[Row] = field(default_factory=list)
    models: list[Row] = field(default_factory=list)
    services: list[Row] = field(default_factory=list)
    labels: list[Row] = field(default_factory=list)
    failures: list[Row] = field(default_factory=list)
    limits: list[Row] = field(default_factory=list)
    retries: Row = field(default_factory=dict)
    cost_by_model: list[Row] = field(default_factory=list)
    failures_by_type: list[Row] = field(default_factory=list)
    savings: list[Row] = field(default_factory=list)
    sampled: bool = False
    identifiers: dict[str, int] = field(default_factory=dict)

    @property
    def days(self) -> float | None:
        """Length of the period in days; None where it is too short to say anything about a day."""
        if self.start is None or self.end is None or self.end - self.start < SHORTEST_S:
            return None
        return (self.end - self.start) / DAY_S

    @property
    def daily_usd(self) -> float | None:
        """Average cost of a day; None where unknown."""
        cost, days = self.totals["cost_usd"], self.days
        return None if cost is None or days is None else cost / days

    @property
    def monthly_usd(self) -> float | None:
        """Cost of 30 such days; None where unknown."""
        return None if self.daily_usd is None else self.daily_usd * MONTH_DAYS


def figures(store: Store, *, chosen: bool = False) -> Figures:
    """Work out everything but the savings.

    Args:
        store: the calls.
        chosen: whether the labels were asked for by name, and are broken down however many values they have.
    """
    totals = store.dicts(
        f"SELECT {_COUNTS}, {_TOKENS}, {_COST}, {_QUANTILES}, {_ATTEMPTS},"
        " sum(w * seconds) FILTER (failed) AS failed_s, sum(w * cost_usd) FILTER (failed) AS failed_cost_usd,"
        " min(began) AS first, max(end_ns) / 1e9 AS last,"
        " coalesce(max(w), 1) > 1 AS sampled, count(DISTINCT (provider, model)) AS models FROM calls"
    )[0]
    _spread(totals)
    found = Figures(totals, totals.pop("first"), totals.pop("last"), sampled=totals.pop("sampled"))
    if found.start is None or found.end is None:
        return found
    found.step_s = next((step for step in STEPS_S if (found.end - found.start) / step <= MOST_STEPS), STEPS_S[-1])
    found.models = _grouped(store, "coalesce(provider, '') AS provider, coalesce(model, '') AS model")
    found.services = _grouped(store, "coalesce(service, '') AS service, coalesce(environment, '') AS environment")
    found.labels = _labels(store, found, chosen)
    found.failures = _failures(store)
    found.retries = _retries(store)
    found.limits = _limits(store)
    _steps(store, found)
    return found


def _grouped(store: Store, keys: str, source: str = "calls", values: Sequence[object] = ()) -> list[Row]:
    rows = store.dicts(
        f"SELECT {keys}, {_COUNTS}, {_TOKENS}, {_COST}, {_QUANTILES}, {_ATTEMPTS} FROM {source}"
        " GROUP BY 1, 2 ORDER BY cost_usd DESC NULLS LAST, calls DESC",
        values,
    )
    for row in rows:
        _spread(row)
    return rows


def _spread(row: Row) -> None:
    """Quantiles as three figures."""
    quantiles = row.pop("quantiles") or (None, None, None)
    row["p50_s"], row["p95_s"], row["p99_s"] = quantiles


def _labels(store: Store, found: Figures, chosen: bool) -> list[Row]:
    pairs = f"(SELECT *, unnest(string_split(labels, '{LABEL_SEPARATOR}')) AS pair FROM calls WHERE labels IS NOT NULL)"
    named = f"(SELECT *, split_part(pair, '=', 1) AS name, substr(pair, instr(pair, '=') + 1) AS value FROM {pairs})"
    if not chosen:
        counted = store.rows(f"SELECT name, count(DISTINCT value) FROM {named} GROUP BY 1 ORDER BY 1")
        found.identifiers = {name: number for name, number in counted if number > MOST_VALUES}
    kept = "" if not found.identifiers else f" WHERE name NOT IN ({', '.join('?' * len(found.identifiers))})"
    names = list(found.identifiers)
    # Of a label with many values the costliest are told apart, the rest added up.
    ranked = (
        f"SELECT name, value, row_number() OVER (PARTITION BY name ORDER BY coalesce(sum(w * cost_usd), 0) DESC,"
        f" count(*) DESC) AS place FROM {named}{kept} GROUP BY 1, 2"
    )
    source = (
        f"(SELECT c.* EXCLUDE (value), CASE WHEN r.place <= 10 THEN c.value ELSE '{OTHER}' END AS value"
        f" FROM {named} c JOIN ({ranked}) r ON c.name = r.name AND c.value = r.value)"
    )
    return _grouped(store, "name, value", source, names)


def _failures(store: Store) -> list[Row]:
    return store.dicts(
        "SELECT type, coalesce(reason, 'unspecified') AS reason, sum(w) AS calls, bool_or(retryable) AS retryable,"
        " sum(w * seconds) AS seconds, sum(w * coalesce(attempts, 1)) AS attempts, sum(w * cost_usd) AS cost_usd,"
        " mode(model) AS model, mode(error) AS error, count(DISTINCT model) AS models"
        " FROM calls WHERE failed GROUP BY 1, 2 ORDER BY calls DESC"
    )


def _retries(store: Store) -> Row:
    return store.dicts(
        """
        SELECT coalesce(sum(w) FILTER (attempts > 1), 0) AS retried,
            coalesce(sum(w) FILTER (attempts > 1 AND NOT failed AND NOT cancelled), 0) AS rescued,
            coalesce(sum(w) FILTER (attempts > 1 AND failed), 0) AS lost,
            coalesce(sum(w) FILTER (attempts IS NOT NULL), 0) AS known,
            coalesce(sum(w * (attempts - 1)) FILTER (attempts > 1), 0) AS retries,
            sum(w * retry_wait_s) AS wait_s,
            sum(w * greatest(seconds - last_attempt_s, 0)) FILTER (attempts > 1) AS extra_s,
            coalesce(sum(w * (attempts - 1)) FILTER (attempts > 1 AND failed AND NOT retryable), 0) AS hopeless,
            coalesce(sum(w) FILTER (operation_attempt > 1), 0) AS by_application
        FROM calls
        """
    )[0]


def _limits(store: Store) -> list[Row]:
    return store.dicts(
        """
        SELECT coalesce(provider, '') AS provider, coalesce(model, '') AS model, count(*) AS answers,
            max(limit_requests) AS limit_requests, max(limit_tokens) AS limit_tokens,
            min(remaining_requests / nullif(limit_requests, 0)) AS least_requests,
            min(remaining_tokens / nullif(limit_tokens, 0)) AS least_tokens,
            quantile_cont(least(remaining_requests / nullif(limit_requests, 0),
                remaining_tokens / nullif(limit_tokens, 0)), 0.05) AS low,
            count(*) FILTER (exhausted_in_s IS NOT NULL) AS forecasts
        FROM calls WHERE remaining_requests IS NOT NULL OR remaining_tokens IS NOT NULL
        GROUP BY 1, 2 ORDER BY least(least_requests, least_tokens) NULLS LAST
        """
    )


def _steps(store: Store, found: Figures) -> None:
    assert found.start is not None
    assert found.end is not None
    step = found.step_s
    place = f"(start_ns // {step * 1_000_000_000})::BIGINT"
    rows = store.dicts(
        f"SELECT {place} AS step, {_COUNTS}, {_TOKENS}, {_COST}, {_QUANTILES}, {_ATTEMPTS},"
        " min(least(remaining_requests / nullif(limit_requests, 0), remaining_tokens / nullif(limit_tokens, 0)))"
        " AS least_left FROM calls GROUP BY 1 ORDER BY 1"
    )
    by_step = {row["step"]: row for row in rows}
    for row in rows:
        _spread(row)
    first, last = int(found.start // step), int(found.end // step)
    last = max(by_step, default=last)
    found.steps = [{**by_step.get(number, {}), "at": number * step} for number in range(first, last + 1)]
    models = [(row["provider"], row["model"]) for row in found.models if row["cost_usd"]]
    found.cost_by_model = _series(
        store,
        f"SELECT {place} AS step, coalesce(model, '') AS name, sum(w * cost_usd) AS value FROM calls"
        " WHERE cost_usd > 0 GROUP BY 1, 2",
        list(dict.fromkeys(model for _, model in models)),
    )
    found.failures_by_type = _series(
        store,
        f"SELECT {place} AS step, type AS name, sum(w) AS value FROM calls WHERE failed GROUP BY 1, 2",
        list(dict.fromkeys(row["type"] for row in found.failures)),
    )


def _series(store: Store, query: str, names: Sequence[str]) -> list[Row]:
    """Rows `(step, name, value)`, with the names beyond the largest few added up as `other`."""
    kept = set(names[:MOST_SERIES]) if len(names) > MOST_SERIES + 1 else set(names)
    sums: dict[tuple[int, str], float] = {}
    for step, name, value in store.rows(query):
        key = (step, name if name in kept else OTHER)
        sums[key] = sums.get(key, 0.0) + value
    return [{"step": step, "name": name, "value": value} for (step, name), value in sorted(sums.items())]
