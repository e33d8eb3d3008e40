"""Monitors: conditions over metrics and spans that open an issue (Sentry's API calls them detectors).

Counts, rates and costs are taken from metrics: they are recorded for every call, while events are throttled and spans
may be sampled. Rates are equations over two metrics; where a Sentry server does not take equations in monitors yet,
`monitors.failure_rate` and `objective` can be switched off in the configuration.
"""

from __future__ import annotations

from typing import NamedTuple

from genai_sentry.ops import names
from genai_sentry.ops.config import BURNS, COMPARE_WITH, Config, MonitorConfig, burn_rate
from genai_sentry.ops.objects import Object, Payload, mark

HIGH, RESOLVED = 75, 0
"""What a condition does to the monitor's issue: open it with high priority, or resolve it."""

METRIC, SPAN = "trace_item_metric", "trace_item_span"


def _source(aggregate: str, query: str, minutes: int, environment: str | None, event_type: str = METRIC) -> Payload:
    return {
        "aggregate": aggregate,
        "dataset": "events_analytics_platform",
        "environment": environment,
        "eventTypes": [event_type],
        "query": query,
        "queryType": 1,
        "timeWindow": minutes * 60,
        "extrapolationMode": "unknown",
    }


def _detector(key: str, title: str, about: str, source: Payload, threshold: float, compare_with: str = "") -> Payload:
    config: Payload = {"detectionType": "static"}
    if compare_with:
        # the threshold is the rise in percent, as Sentry's own form sends it
        config = {"detectionType": "percent", "comparisonDelta": COMPARE_WITH[compare_with]}
    level = int(threshold) if threshold == int(threshold) else threshold
    return {
        "name": title,
        "type": "metric_issue",
        "description": f"{about} {mark(key)}",
        "dataSources": [source],
        "config": config,
        "conditionGroup": {
            "logicType": "any",
            "conditions": [
                {"type": "gt", "comparison": level, "conditionResult": HIGH},
                {"type": "lte", "comparison": level, "conditionResult": RESOLVED},
            ],
        },
        "enabled": True,
    }


_FAILED_SHARE = names.equation(f"{names.ERROR_COUNT} / {names.CALL_COUNT} * 100")
_FAILED_OF_100_000 = names.equation(f"{names.ERROR_COUNT} / {names.CALL_COUNT} * 100000")


def _of_kind(error_type: str) -> str:
    return f"{names.ERROR_TYPE}:{error_type}"


class _Watch(NamedTuple):
    """What a monitor looks at; the threshold is in the aggregate's unit."""

    title: str
    about: str
    aggregate: str
    query: str
    threshold: float
    kind: str = METRIC


def _watch(key: str, monitor: MonitorConfig) -> _Watch:
    above, minutes = monitor.threshold, monitor.window_minutes
    if key in ("rate_limit", "context_length"):
        words = f"{key.replace('_', '-')} errors"
        about = f"More than {above:g} {words} in {minutes} minutes."
        return _Watch(f"LLM {words}", about, names.ERROR_COUNT, _of_kind(key), above)
    if key == "cost":
        about = f"Cost of {minutes} minutes more than {above:g} % above that of {monitor.compare_with} before."
        return _Watch("LLM cost above the usual", about, names.COST_METRIC.of("sum"), "", above)
    if key == "latency":
        about = f"Mean latency of calls above {above:g} s in {minutes} minutes."
        # span.duration is in milliseconds
        return _Watch("LLM latency", about, "avg(span.duration)", names.CALLS, above * 1000, SPAN)
    about = f"More than {above:g} % of calls failed in {minutes} minutes."
    return _Watch("LLM failure rate", about, _FAILED_SHARE, names.without(names.ERROR_TYPE, "cancelled"), above)


def _key(name: str, environment: str | None) -> str:
    return name if environment is None else f"{name}@{environment}"


def _title(title: str, environment: str | None) -> str:
    return title if environment is None else f"{title} ({environment})"


def monitors(config: Config) -> list[Object]:
    """The monitors as Sentry's API takes them, one set for each environment; descriptions carry the marks."""
    made: list[Object] = []
    environments: tuple[str | None, ...] = config.environments or (None,)
    for environment in environments:
        for name, monitor in config.monitors.items():
            if not monitor.enabled:
                continue
            watch, key = _watch(name, monitor), _key(name, environment)
            title = _title(watch.title, environment)
            source = _source(watch.aggregate, watch.query, monitor.window_minutes, environment, watch.kind)
            payload = _detector(key, title, watch.about, source, watch.threshold, monitor.compare_with)
            made.append(Object("detector", key, title, payload, monitor.route))
        if config.objective.enabled:
            made += _objective(config, environment)
    return made


def _objective(config: Config, environment: str | None) -> list[Object]:
    """Burn-rate monitors; thresholds are failures in 100,000 calls, since Sentry asks for whole numbers."""
    objective = config.objective
    excluded = objective.exclude
    query = names.without(names.ERROR_TYPE, *excluded) if excluded else ""
    made = []
    for name, window, share in BURNS:
        rate = burn_rate(objective.days, window, share)
        failing = rate * (100 - objective.target)
        key = _key(f"objective.{name}_burn", environment)
        title = _title(f"LLM objective {objective.target:g} %: {name} burn", environment)
        about = (
            f"The error budget of {objective.days} days burns {rate:.3g} times too fast: {share:.0%} of it in "
            f"{window // 60} h, which is {failing:.3g} % of calls failing (threshold in failures of 100,000 calls)."
        )
        source = _source(_FAILED_OF_100_000, query, window, environment)
        threshold = max(1, round(failing * 1000))
        route = objective.slow_route if name == "slow" else objective.route
        made.append(Object("detector", key, title, _detector(key, title, about, source, threshold), route))
    return made
