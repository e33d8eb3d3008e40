"""Three dashboards: an overview, one for failures, one for cost.

Counts and total costs come from metrics, which are complete; latencies and breakdowns come from spans, which Sentry
extrapolates where they are sampled. Events are throttled by this package, so no number here is a count of events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from genai_sentry.ops import names
from genai_sentry.ops.config import Config
from genai_sentry.ops.objects import Object, Payload, mark
from genai_sentry.ops.widgets import EVENTS, ISSUES, METRICS, SPANS, grid, widget

MINUTES_A_MONTH = 30 * 24 * 60

Row = tuple[int, Sequence[Payload]]

_FAILURES_ONLY = names.without(names.ERROR_TYPE, "cancelled")
_PERCENTILES = ("p50(span.duration)", "p95(span.duration)", "p99(span.duration)")
_SPAN_COUNT = "count(span.duration)"
_COST = names.total(names.COST)
_RETRIES = names.equation(f"{names.ATTEMPTS_METRIC.of('sum')} - {names.CALL_COUNT}")


def _ratio(over: str, under: str) -> str:
    return names.equation(f"{over} / {under}")


def _overview(config: Config) -> list[Payload]:
    return grid([*_overview_numbers(), *_overview_charts(), *_overview_latency(), _overview_limits()])


def _overview_numbers() -> list[Row]:
    cached = _ratio(names.total(names.CACHE_READ_TOKENS), names.total(names.INPUT_TOKENS))
    error_rate = _ratio(names.ERROR_COUNT, names.CALL_COUNT)
    return [
        (
            1,
            [
                widget("Calls", "big_number", METRICS, [names.CALL_COUNT], about="Logical calls, retries inside."),
                widget(
                    "Error rate",
                    "big_number",
                    METRICS,
                    [error_rate],
                    where=_FAILURES_ONLY,
                    about="Share of calls that failed; a cancelled call is no failure.",
                ),
                widget("Cost in USD", "big_number", METRICS, [names.COST_METRIC.of("sum")]),
            ],
        ),
        (
            1,
            [
                widget("Latency p95", "big_number", SPANS, ["p95(span.duration)"]),
                widget("Cached share", "big_number", SPANS, [cached], about="Input tokens read from a cache."),
                widget("Retries", "big_number", METRICS, [_RETRIES], about="HTTP attempts beyond the first."),
            ],
        ),
    ]


def _overview_charts() -> list[Row]:
    tokens = [names.INPUT_TOKENS, names.OUTPUT_TOKENS, names.CACHE_READ_TOKENS, names.REASONING_TOKENS]
    return [
        (
            2,
            [
                widget(
                    "Errors by type",
                    "bar",
                    METRICS,
                    [names.ERROR_COUNT],
                    by=[names.ERROR_TYPE],
                    where=_FAILURES_ONLY,
                    limit=10,
                ),
                widget("Cost by model", "bar", SPANS, [_COST], by=[names.MODEL], limit=10, about="In USD."),
            ],
        ),
        (
            2,
            [
                widget(
                    "Tokens",
                    "area",
                    SPANS,
                    [names.total(name) for name in tokens],
                    about="Cached tokens are a part of the input, reasoning tokens a part of the output.",
                ),
                widget("Latency p50, p95, p99", "line", SPANS, _PERCENTILES),
            ],
        ),
    ]


def _overview_latency() -> list[Row]:
    return [
        (
            2,
            [
                widget(
                    "Latency by model",
                    "table",
                    SPANS,
                    [*_PERCENTILES, _SPAN_COUNT],
                    by=[names.MODEL, names.PROVIDER],
                    sort="-p95(span.duration)",
                    aliases=["p50", "p95", "p99", "calls"],
                    limit=10,
                ),
                widget(
                    "Latency distribution",
                    "heatmap",
                    METRICS,
                    [names.DURATION.of("count")],
                    about="Whole calls, retries and streaming included; in seconds.",
                ),
            ],
        )
    ]


def _overview_limits() -> Row:
    first_chunk = names.number(names.FIRST_CHUNK)
    least_left = names.LIMIT_LEFT.of("min")
    return (
        2,
        [
            widget(
                "First chunk of streams",
                "line",
                SPANS,
                [f"p50({first_chunk})", f"p95({first_chunk})"],
                where=f"{names.CALLS} has:{names.FIRST_CHUNK}",
                about="Seconds until a stream's first piece.",
            ),
            widget("Retries over time", "line", METRICS, [_RETRIES]),
            widget(
                "Rate limits left",
                "line",
                METRICS,
                [least_left],
                by=[names.PROVIDER],
                sort=least_left,
                about="The smallest share of a limit that was left, by provider: 0 is exhausted.",
            ),
        ],
    )


def _failures(config: Config) -> list[Payload]:
    return grid([_failure_charts(), *_failure_tables(), *_failure_issues()])


def _failure_charts() -> Row:
    def chart(title: str, by: str, about: str = "") -> Payload:
        return widget(title, "bar", METRICS, [names.ERROR_COUNT], by=[by], where=_FAILURES_ONLY, about=about, limit=10)

    return (
        2,
        [
            chart("Failures by type", names.ERROR_TYPE, "Every failed call, not only those that became events."),
            chart("Failures by provider", names.PROVIDER),
        ],
    )


def _failure_tables() -> list[Row]:
    def table(title: str, by: Sequence[str], about: str = "") -> Payload:
        return widget(
            title,
            "table",
            METRICS,
            [names.ERROR_COUNT],
            by=by,
            where=_FAILURES_ONLY,
            aliases=["failures"],
            about=about,
            limit=10,
        )

    action = widget(
        "Action required",
        "table",
        SPANS,
        [_SPAN_COUNT],
        by=[names.ACTION, names.ERROR_TYPE],
        where=f"{names.CALLS} {names.FAILED}",
        aliases=["failed calls"],
        about="What to do, most wanted first; extrapolated where spans are sampled.",
        limit=10,
    )
    return [
        (2, [table("By type and reason", [names.ERROR_TYPE, names.ERROR_REASON]), action]),
        (
            2,
            [
                table("By provider and type", [names.PROVIDER, names.ERROR_TYPE]),
                table("By model and type", [names.MODEL, names.ERROR_TYPE]),
                table("By release and type", ["release", names.ERROR_TYPE], "Did a release bring it?"),
            ],
        ),
    ]


def _failure_issues() -> list[Row]:
    def issues(title: str, tag: str, about: str = "") -> Payload:
        return widget(
            title,
            "table",
            ISSUES,
            [],
            by=["issue", "title", "assignee"],
            where=f"is:unresolved has:{tag}",
            sort="date",
            about=about,
            limit=10,
        )

    last_seen = widget(
        "Last seen",
        "table",
        EVENTS,
        ["last_seen()", "count_unique(user)"],
        by=[names.ERROR_TYPE, names.ERROR_REASON, names.PROVIDER, names.MODEL, names.RETRYABLE],
        where=f"has:{names.ERROR_TYPE}",
        aliases=["last seen", "users"],
        limit=10,
    )
    return [
        (2, [last_seen]),
        (
            2,
            [
                issues("Issues", names.ERROR_TYPE),
                issues(
                    "Alerts raised by the service",
                    names.ALERT,
                    "Limits about to be exhausted, retry storms, budgets passed.",
                ),
            ],
        ),
    ]


def _cost(config: Config) -> list[Payload]:
    tables = [
        _cost_table(f"Cost by {label}", [label], f"{names.CALLS} has:{label}", "Calls that carry the label.")
        for label in config.labels
    ]
    labels: list[Row] = [(2, tables[index : index + 2]) for index in range(0, len(tables), 2)]
    return grid([_cost_numbers(), *_cost_charts(), *labels, _cost_truth()])


def _cost_table(title: str, by: Sequence[str], where: str, about: str = "") -> Payload:
    return widget(
        title,
        "table",
        SPANS,
        [_COST, _SPAN_COUNT],
        by=by,
        where=where,
        aliases=["USD", "calls"],
        about=about,
        limit=10,
    )


def _cost_numbers() -> Row:
    projection = names.equation(f"{names.COST_METRIC.of('per_minute')} * {MINUTES_A_MONTH}")
    return (
        1,
        [
            widget("Cost in USD", "big_number", METRICS, [names.COST_METRIC.of("sum")]),
            widget(
                "Projection for 30 days",
                "big_number",
                METRICS,
                [projection],
                about="In USD, if spending goes on at the mean rate of the period shown.",
            ),
            widget(
                "Cost of a call",
                "big_number",
                METRICS,
                [_ratio(names.COST_METRIC.of("sum"), names.CALL_COUNT)],
                about="Mean, in USD; calls of unknown cost count as calls.",
            ),
        ],
    )


def _cost_charts() -> list[Row]:
    tokens = [names.total(names.INPUT_TOKENS), names.total(names.OUTPUT_TOKENS)]
    return [
        (
            2,
            [
                widget("Cost by day and model", "bar", SPANS, [_COST], by=[names.MODEL], interval="1d", limit=10),
                widget("Cost by day and provider", "bar", SPANS, [_COST], by=[names.PROVIDER], interval="1d"),
            ],
        ),
        (
            2,
            [
                widget(
                    "Cost by model",
                    "table",
                    SPANS,
                    [_COST, *tokens, _SPAN_COUNT],
                    by=[names.MODEL, names.PROVIDER],
                    aliases=["USD", "input tokens", "output tokens", "calls"],
                    limit=10,
                )
            ],
        ),
    ]


def _cost_truth() -> Row:
    unknown = widget(
        "Calls of unknown cost",
        "table",
        SPANS,
        [_SPAN_COUNT],
        by=[names.MODEL, names.PROVIDER],
        where=f"{names.CALLS} !has:{names.COST}",
        aliases=["calls"],
        about="No price or no usage: these calls are in no sum of costs.",
        limit=10,
    )
    return (
        2,
        [
            _cost_table("Where prices come from", [names.COST_SOURCE], f"{names.CALLS} has:{names.COST}"),
            unknown,
            _cost_table(
                "Paid for failures",
                [names.ERROR_TYPE],
                f"{names.CALLS} {names.FAILED}",
                "Calls that failed and were billed all the same, such as truncated answers.",
            ),
        ],
    )


DASHBOARDS: Mapping[str, tuple[str, str, Callable[[Config], list[Payload]]]] = {
    "overview": ("LLM overview", "7d", _overview),
    "failures": ("LLM failures", "7d", _failures),
    "cost": ("LLM cost", "30d", _cost),
}
"""Key, title, period shown, and what makes the widgets."""

TITLE_SUFFIX = " (genai-sentry)"
"""Ends every dashboard's title, so that the ones to look into are found in a list that gives titles only."""


def dashboards(config: Config) -> list[Object]:
    """The dashboards as Sentry's API takes them; the first widget's description carries the mark."""
    made = []
    for key, (title, period, build) in DASHBOARDS.items():
        widgets = build(config)
        about = widgets[0]["description"]
        widgets[0]["description"] = f"{about} {mark(key)}" if about else mark(key)
        payload: Payload = {
            "title": title + TITLE_SUFFIX,
            "widgets": widgets,
            "projects": [],
            "environment": list(config.environments),
            "period": period,
        }
        made.append(Object("dashboard", key, payload["title"], payload))
    return made
