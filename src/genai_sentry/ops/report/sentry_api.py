"""Spans from Sentry's events API, as rows of the table of calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from genai_sentry.ops import names
from genai_sentry.ops.api import MAX_PAGES, Api
from genai_sentry.ops.errors import ApiError
from genai_sentry.ops.report.otlp import ODD, ODD_TIME, nanoseconds
from genai_sentry.ops.report.rows import OURS, Rows
from genai_sentry.ops.report.tally import Tally
from genai_sentry.telemetry import attributes as emitted

PER_PAGE = 100
"""Rows that Sentry gives at a time, at most."""

_NUMBERS = (
    emitted.USAGE["input_tokens"][0],
    emitted.USAGE["output_tokens"][0],
    emitted.USAGE["cache_read_input_tokens"][0],
    emitted.COST_USD,
    emitted.ATTEMPTS,
    emitted.RETRY_WAIT,
    emitted.TIME_TO_FIRST_CHUNK,
)
_WORDS = (
    emitted.AI_MODEL,
    emitted.LLM_PROVIDER,
    emitted.OPERATION_NAME,
    emitted.LLM_ERROR_TYPE,
    emitted.LLM_ERROR_REASON,
    emitted.LLM_RETRYABLE,
    emitted.FINISH_REASON,
)
_FACTS = ("id", "trace", "timestamp", "span.duration", "environment")
FIELDS = (*_FACTS, *_WORDS, *(names.number(name) for name in _NUMBERS))
"""What is asked for; Sentry takes no more than twenty fields."""


def calls(api: Api, rows: Rows, tally: Tally, *, period: str, most: int) -> Iterator[str]:
    """Rows of the LLM calls of a period, the latest first.

    Args:
        api: Sentry's.
        rows: makes the rows.
        tally: told what was met, and how many calls there are beyond those that were fetched.
        period: as Sentry writes it: `24h`, `14d`.
        most: calls to fetch at most.

    Raises:
        ApiError: Sentry refuses, or can't be asked.
    """
    query = {"dataset": "spans", "query": names.CALLS, "statsPeriod": period}
    if api.access.project:
        query["query"] += f" project:{api.access.project}"
    total = _total(api, query)
    for event in _events(api, query, most):
        tally.lines += 1
        tally.spans += 1
        try:
            row = _row(event, rows)
        except (KeyError, TypeError, ValueError, OverflowError):
            tally.problems["Sentry", ODD if event.get("timestamp") else ODD_TIME] += 1
            continue
        if row is None:
            tally.other_spans["Sentry"] += 1
        else:
            tally.calls["Sentry"] += 1
            yield row
    if total is not None and total > tally.lines:
        tally.notes.append(
            f"Sentry has {total:,.0f} calls in the last {period}; the latest {tally.lines:,} were fetched"
            " (--limit), and the figures are for their period"
        )


def _events(api: Api, query: Mapping[str, str], most: int) -> Iterator[dict[str, Any]]:
    cursor = ""
    for _ in range(min(MAX_PAGES * 10, -(-most // PER_PAGE))):
        answer, cursor = api.page(
            api.path("events"),
            fields=FIELDS,
            cursor=cursor,
            per_page=str(min(PER_PAGE, most)),
            sort="-timestamp",
            **query,
        )
        listed = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(listed, list):
            raise ApiError("GET events: the answer has no data: is SENTRY_URL a Sentry server?")
        for event in listed[:most]:
            if isinstance(event, dict):
                yield event
        most -= len(listed)
        if not cursor or most <= 0:
            return


def _total(api: Api, query: Mapping[str, str]) -> float | None:
    answer, _ = api.page(api.path("events"), fields=("count(span.duration)",), per_page="1", **query)
    try:
        return float(answer["data"][0]["count(span.duration)"])
    except (KeyError, TypeError, ValueError, IndexError):
        return None


def _row(event: Mapping[str, Any], rows: Rows) -> str | None:
    given = {name: event.get(name) for name in _WORDS}
    given |= {name: event.get(names.number(name), event.get(name)) for name in _NUMBERS}
    attributes = {name: value for name, value in given.items() if value not in (None, "")}
    start = nanoseconds(event["timestamp"])
    kind = attributes.get(emitted.LLM_ERROR_TYPE)
    return rows.row(
        attributes,
        scope=OURS if emitted.AI_MODEL in attributes else "other",
        start_ns=start,
        end_ns=start + int(float(event["span.duration"] or 0.0) * 1e6),
        ids=(str(event.get("trace") or ""), str(event.get("id") or ""), ""),
        failed=bool(kind),
        message="",
        service=str(event.get("project") or ""),
        environment=str(event.get("environment") or ""),
    )
