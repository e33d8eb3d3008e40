"""Named searches, ready to paste into Sentry's explorers for spans, metrics and errors."""

from __future__ import annotations

from dataclasses import dataclass

from genai_sentry.ops import names

DATASETS = ("spans", "metrics", "errors")


@dataclass(frozen=True, slots=True)
class Query:
    """One search.

    Attributes:
        name: what to ask for it by.
        dataset: `spans`, `metrics` or `errors`: which explorer takes it.
        about: what it answers.
        query: the search itself; may be empty.
        fields: aggregates to show.
        by: attributes to group by.
        sort: the order; empty where there is one row.
    """

    name: str
    dataset: str
    about: str
    query: str
    fields: tuple[str, ...]
    by: tuple[str, ...] = ()
    sort: str = ""


_COUNT = "count(span.duration)"
_COST = names.total(names.COST)
_FAILED_CALLS = f"{names.CALLS} {names.FAILED}"
_REAL = names.without(names.ERROR_TYPE, "cancelled")
_ERRORS = names.ERROR_COUNT
_LATENCY = ("p50(span.duration)", "p95(span.duration)", "p99(span.duration)", _COUNT)

QUERIES: tuple[Query, ...] = (
    Query("total-errors", "metrics", "How many calls failed? Complete: no sampling, no throttle.", _REAL, (_ERRORS,)),
    Query(
        "errors-by-type",
        "metrics",
        "Which failures are they?",
        _REAL,
        (_ERRORS,),
        (names.ERROR_TYPE, names.ERROR_REASON),
        f"-{_ERRORS}",
    ),
    Query(
        "errors-by-model",
        "metrics",
        "Which models fail?",
        _REAL,
        (_ERRORS,),
        (names.MODEL, names.PROVIDER),
        f"-{_ERRORS}",
    ),
    Query(
        "error-rate",
        "metrics",
        "Which share of calls fails?",
        _REAL,
        (names.equation(f"{_ERRORS} / {names.CALL_COUNT}"),),
    ),
    Query("total-cost", "metrics", "What did all calls cost, in USD?", "", (names.COST_METRIC.of("sum"),)),
    Query(
        "latency-by-model",
        "spans",
        "How long do calls take, in milliseconds?",
        names.CALLS,
        _LATENCY,
        (names.MODEL,),
        "-p95(span.duration)",
    ),
    Query(
        "cost-by-model",
        "spans",
        "What does each model cost, in USD?",
        names.CALLS,
        (_COST, _COUNT),
        (names.MODEL, names.PROVIDER),
        f"-{_COST}",
    ),
    Query(
        "unpriced",
        "spans",
        "Which calls have no known cost?",
        f"{names.CALLS} !has:{names.COST}",
        (_COUNT,),
        (names.MODEL, names.PROVIDER),
        f"-{_COUNT}",
    ),
    Query(
        "retries",
        "spans",
        "Which calls needed more than one attempt, and how long did they wait, in seconds?",
        f"{names.CALLS} {names.number(names.ATTEMPTS)}:>1",
        (_COUNT, f"avg({names.number(names.ATTEMPTS)})", names.total(names.RETRY_WAIT)),
        (names.MODEL, names.PROVIDER),
        f"-{_COUNT}",
    ),
    Query(
        "failed-calls",
        "spans",
        "Which calls failed, with what to do about them?",
        _FAILED_CALLS,
        (_COUNT,),
        (names.ERROR_TYPE, names.ERROR_REASON, names.ACTION),
        f"-{_COUNT}",
    ),
    Query(
        "cut-streams",
        "spans",
        "Which streams were cut or ended in an error?",
        f"{names.CALLS} {names.STREAM_OUTCOME}:[cut,error]",
        (_COUNT,),
        (names.MODEL, names.PROVIDER),
        f"-{_COUNT}",
    ),
    Query(
        "events-by-type",
        "errors",
        "Which failures became events lately? Events are throttled: look at the kinds, not the counts.",
        f"has:{names.ERROR_TYPE}",
        ("last_seen()", "count_unique(user)"),
        (names.ERROR_TYPE, names.ERROR_REASON, names.MODEL),
        "-last_seen()",
    ),
    Query(
        "unhandled",
        "errors",
        "Which failures went unhandled?",
        f"has:{names.ERROR_TYPE} error.unhandled:true",
        ("last_seen()",),
        ("title", names.ERROR_TYPE, names.MODEL),
        "-last_seen()",
    ),
    Query(
        "needs-a-person",
        "errors",
        "Which failures will not go away by themselves?",
        f"{names.RETRYABLE}:false {names.SEVERITY}:[error,fatal]",
        ("last_seen()",),
        (names.ACTION, names.ERROR_TYPE, names.PROVIDER),
        "-last_seen()",
    ),
    Query(
        "raised-alerts",
        "errors",
        "What did the service announce itself: limits about to be exhausted, retry storms, budgets?",
        f"has:{names.ALERT}",
        ("last_seen()",),
        (names.ALERT, names.PROVIDER, names.MODEL),
        "-last_seen()",
    ),
)
"""Every named search."""
