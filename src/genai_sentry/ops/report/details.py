"""The sections of the page: each a chart, a table and the words that say what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from genai_sentry.errors.advice import ADVICE
from genai_sentry.errors.taxonomy import ErrorType
from genai_sentry.ops.report import charts
from genai_sentry.ops.report.build import Report
from genai_sentry.ops.report.charts import Series
from genai_sentry.ops.report.figures import MOST_ROWS, Figures, Row
from genai_sentry.ops.report.texts import UNKNOWN, count, length, safe, seconds, share, short, usd

Cell = tuple[str, str]
"""HTML and the class of its table cell: `n` for numbers."""


def _text(value: object, more: str = "") -> Cell:
    return (safe(value) if value else UNKNOWN) + more, ""


def _number(value: str) -> Cell:
    return safe(value), "n"


def _bar(part: float | None, kind: str = "") -> str:
    return f'<span class="bar {kind}" style="width:{min(1.0, part or 0.0) * 100:.1f}%"></span>' if part else ""


def _table(headings: Sequence[tuple[str, str]], rows: Iterable[Sequence[Cell]], caption: str = "") -> str:
    head = "".join(f'<th scope="col" class="{kind}">{safe(name)}</th>' for name, kind in headings)
    body = "".join(
        "<tr>"
        + "".join(
            f'<{"td" if place else "th scope=row"} class="{kind}">{cell}</{"td" if place else "th"}>'
            for place, (cell, kind) in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    told = f"<caption>{safe(caption)}</caption>" if caption else ""
    return f'<div class="scroll"><table>{told}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _model(row: Row) -> str:
    return "/".join(part for part in (row["provider"], row["model"]) if part) or "not named"


def _more(rows: Sequence[Row], what: str) -> str:
    return f'<p class="soft">and {len(rows) - MOST_ROWS} more {what}</p>' if len(rows) > MOST_ROWS else ""


def _column(figures: Figures, name: str, *, zero: bool = False) -> list[float | None]:
    return [step.get(name, 0.0 if zero else None) for step in figures.steps]


def _began(figures: Figures) -> list[float]:
    return [step["at"] for step in figures.steps]


def _every(figures: Figures) -> str:
    return f"every {length(figures.step_s)}"


def cost(report: Report) -> str:
    """Cost over time and by model."""
    figures = report.figures
    if not figures.models:
        return ""
    whole = figures.totals["cost_usd"]
    names = list(dict.fromkeys(row["model"] for row in figures.models))
    steps = _began(figures)
    series = charts.from_rows(figures.cost_by_model, names, steps, figures.step_s)
    chart = charts.bars(f"US dollars {_every(figures)}, by model", steps, figures.step_s, series, usd) if whole else ""
    headings = [("Model", "wide"), *((name, "n") for name in ("Cost", "Share", "A call", "Calls", "Failed"))]
    headings += [(name, "n") for name in ("Input", "Cached", "Output")]
    rows = [
        (
            _text(_model(row), _bar(row["cost_usd"] / whole if whole and row["cost_usd"] else None)),
            _number(usd(row["cost_usd"])),
            _number(share(row["cost_usd"] / whole if whole and row["cost_usd"] is not None else None)),
            _number(usd(row["cost_per_call_usd"])),
            _number(count(row["calls"])),
            _number(share(row["failure_rate"])),
            _number(short(row["input_tokens"])),
            _number(share(_ratio(row["cache_read_tokens"], row["input_tokens"]))),
            _number(short(row["output_tokens"])),
        )
        for row in figures.models[:MOST_ROWS]
    ]
    return chart + _table(headings, rows) + _more(figures.models, "models") + _unpriced(figures)


def _unpriced(figures: Figures) -> str:
    missing = [row for row in figures.models if row["unpriced"]]
    if not missing:
        return ""
    named = ", ".join(f"{_model(row)} ({count(row['unpriced'])} calls)" for row in missing[:8])
    return f'<p class="soft">No price is known for {safe(named)}: add them to your price table (--prices).</p>'


def _ratio(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None


def savings(report: Report) -> str:
    """Suggestions, each with its arithmetic."""
    if not report.savings:
        return ""
    items = []
    for place, each in enumerate(report.savings):
        word = "from" if each.kind == "cheaper_model" else "up to"
        much = f"{word} {usd(each.usd)}" if each.usd else seconds(each.seconds)
        sums = "".join(f"<li>{safe(line)}</li>" for line in each.arithmetic)
        items.append(
            f'<details{" open" if place < 2 else ""}><summary><span class="what">{safe(each.title)}</span>'
            f'<span class="much">{safe(much)}</span></summary><ul class="sums">{sums}</ul>'
            f"<p>{safe(each.caution)}</p></details>"
        )
    return (
        '<p class="soft">Worked out from this traffic, over the period of the report. They are upper bounds to look'
        " into, and they overlap: don't add them up.</p>" + "".join(items)
    )


def tokens(report: Report) -> str:
    """Tokens over time."""
    figures = report.figures
    if not (figures.totals["input_tokens"] or figures.totals["output_tokens"]):
        return ""
    given, read = _column(figures, "input_tokens", zero=True), _column(figures, "cache_read_tokens", zero=True)
    fresh = [max(0.0, (all_ or 0.0) - (cached or 0.0)) for all_, cached in zip(given, read, strict=True)]
    series = [
        Series("input", fresh),
        Series("input from the cache", read),
        Series("output", _column(figures, "output_tokens", zero=True)),
    ]
    totals = figures.totals
    cached = _ratio(totals["cache_read_tokens"], totals["input_tokens"])
    thought = _ratio(totals["reasoning_tokens"], totals["output_tokens"])
    words = (
        f"{count(totals['input_tokens'])} input tokens, {share(cached)} of them from a cache;"
        f" {count(totals['output_tokens'])} output tokens, {share(thought)} of them reasoning."
    )
    return f"<p>{safe(words)}</p>" + charts.bars(
        f"Tokens {_every(figures)}", _began(figures), figures.step_s, series, short
    )


def latency(report: Report) -> str:
    """Durations over time and by model."""
    figures = report.figures
    if not figures.models:
        return ""
    series = [
        Series("half within (p50)", _column(figures, "p50_s")),
        Series("95 % within (p95)", _column(figures, "p95_s")),
        Series("first chunk of a stream (p50)", _column(figures, "first_chunk_p50_s")),
    ]
    series = [each for each in series if any(value is not None for value in each.values)]
    chart = charts.lines(f"Seconds a call, {_every(figures)}", _began(figures), figures.step_s, series, seconds)
    headings = [("Model", "wide"), *((name, "n") for name in ("Calls", "p50", "p95", "p99", "First chunk p50"))]
    rows = [
        (
            _text(_model(row)),
            _number(count(row["calls"])),
            *(_number(seconds(row[name])) for name in ("p50_s", "p95_s", "p99_s", "first_chunk_p50_s")),
        )
        for row in figures.models[:MOST_ROWS]
    ]
    return (
        '<p class="soft">Of whole calls, retries and waiting included; cancelled ones left out.</p>'
        + chart
        + _table(headings, rows)
    )


def failures(report: Report) -> str:
    """Failures by type over time, and what to do about each."""
    figures = report.figures
    if not figures.models:
        return ""
    if not figures.failures:
        return "<p>No call failed.</p>"
    steps = _began(figures)
    types = list(dict.fromkeys(row["type"] for row in figures.failures))
    series = charts.from_rows(figures.failures_by_type, types, steps, figures.step_s)
    chart = charts.bars(f"Failed calls {_every(figures)}, by type", steps, figures.step_s, series, count)
    whole = figures.totals["failures"]
    headings = [
        ("Failure", "wide"),
        ("Calls", "n"),
        ("Share", "n"),
        ("Retry helps", ""),
        ("Mostly", "some"),
        ("What to do", "long"),
    ]
    rows = [
        (
            _text(f"{row['type']}/{row['reason']}", _bar(row["calls"] / whole, "bad")),
            _number(count(row["calls"])),
            _number(share(row["calls"] / whole)),
            _text({True: "yes", False: "no"}.get(row["retryable"], "")),
            _text(row["model"] if row["models"] == 1 else f"{row['model'] or 'not named'} and others"),
            _text(_advice(row["type"])),
        )
        for row in figures.failures[:MOST_ROWS]
    ]
    return chart + _table(headings, rows) + _more(figures.failures, "kinds")


def _advice(kind: str) -> str:
    try:
        return ADVICE[ErrorType(kind)]
    except (ValueError, KeyError):
        return ""


def retries(report: Report) -> str:
    """What retries brought and what they cost."""
    found, totals = report.figures.retries, report.figures.totals
    if not found or not found["known"]:
        return '<p class="soft">These spans do not tell how many attempts a call took.</p>' if found else ""
    rows = [
        ("Calls that took more than one attempt", count(found["retried"])),
        ("… and succeeded in the end", count(found["rescued"])),
        ("… and failed all the same", count(found["lost"])),
        ("Attempts beyond the first", count(found["retries"])),
        ("… that repeated a failure which no retry can mend", count(found["hopeless"])),
        ("Time between attempts", seconds(found["wait_s"])),
        ("Time of calls before their last attempt began", seconds(found["extra_s"])),
        ("Calls that the application itself made again", count(found["by_application"])),
        ("Time spent in calls that failed", seconds(totals["failed_s"])),
        ("Money spent on calls that failed, where it is known", usd(totals["failed_cost_usd"])),
    ]
    steps = _began(report.figures)
    chart = charts.bars(
        f"Attempts beyond the first, {_every(report.figures)}",
        steps,
        report.figures.step_s,
        [Series("repeated attempts", _column(report.figures, "retries", zero=True))],
        count,
    )
    return chart + _table([("", "wide"), ("", "n")], [(_text(name), _number(value)) for name, value in rows])


def limits(report: Report) -> str:
    """How near to their limits the providers were."""
    figures = report.figures
    if not figures.limits:
        return ""
    chart = charts.lines(
        f"The least that was left of any limit, {_every(figures)}",
        _began(figures),
        figures.step_s,
        [Series("left", _column(figures, "least_left"))],
        share,
        top=1.0,
    )
    headings = [("Model", "wide"), ("Requests", "n"), ("least left", "n"), ("Tokens", "n"), ("least left", "n")]
    headings += [("5 % of answers below", "n"), ("Warnings", "n")]
    rows = [
        (
            _text(_model(row)),
            _number(short(row["limit_requests"])),
            _number(share(row["least_requests"])),
            _number(short(row["limit_tokens"])),
            _number(share(row["least_tokens"])),
            _number(share(row["low"])),
            _number(count(row["forecasts"])),
        )
        for row in figures.limits[:MOST_ROWS]
    ]
    return (
        '<p class="soft">By the rate-limit headers of the answers. Warnings are calls at which a limit was about to be'
        " exhausted before its reset.</p>" + chart + _table(headings, rows)
    )


def labels(report: Report) -> str:
    """Cost and failures by label."""
    by_name: dict[str, list[Row]] = {}
    for row in report.figures.labels:
        by_name.setdefault(row["name"], []).append(row)
    return "".join(_breakdown(name, rows, "value") for name, rows in sorted(by_name.items()))


def services(report: Report) -> str:
    """Cost and failures by service and environment."""
    found = report.figures.services
    if len(found) < 2:
        return ""
    named = [
        {**row, "value": " · ".join(part for part in (row["service"], row["environment"]) if part)} for row in found
    ]
    return _breakdown("service", named, "value")


def _breakdown(name: str, rows: Sequence[Mapping[str, Any]], key: str) -> str:
    whole = sum(row["cost_usd"] or 0.0 for row in rows)
    headings = [
        (name, "wide"),
        *((each, "n") for each in ("Cost", "Share", "A call", "Calls", "Failed", "p95", "Tokens")),
    ]
    cells = [
        (
            _text(row[key] or "not named", _bar(_ratio(row["cost_usd"], whole))),
            _number(usd(row["cost_usd"])),
            _number(share(_ratio(row["cost_usd"], whole))),
            _number(usd(row["cost_per_call_usd"])),
            _number(count(row["calls"])),
            _number(share(row["failure_rate"])),
            _number(seconds(row["p95_s"])),
            _number(short((row["input_tokens"] or 0) + (row["output_tokens"] or 0))),
        )
        for row in rows[:MOST_ROWS]
    ]
    return _table(headings, cells)


def inputs(report: Report) -> str:
    """What was read, what was left out, and how the figures come about."""
    tally, totals = report.tally, report.figures.totals
    facts: list[tuple[str, float]] = [("Lines read", tally.lines), ("Spans in them", tally.spans)]
    facts += [(f"LLM calls by {scope}", number) for scope, number in tally.calls.most_common(MOST_ROWS)]
    facts += [(f"Other spans by {scope}", number) for scope, number in tally.other_spans.most_common(MOST_ROWS)]
    facts += [(f"Left out: {why}", number) for why, number in report.left_out.items()]
    facts += [("Calls with a cost", totals["priced"]), ("Calls with tokens and no known price", totals["unpriced"])]
    rows = [(_text(name), _number(count(number))) for name, number in facts]
    words = (
        "Costs are those the spans carry; calls that carry tokens but no cost are priced here. The average day is the"
        " cost over the time from the first call's start to the last one's end, the month 30 such days. Spans that"
        " carry the rate at which their traces were sampled count as many calls as they stand for; quantiles are of the"
        " spans as they are. What a collector's tail sampling has dropped is not in here."
    )
    return _table([("", "wide"), ("", "n")], rows) + f'<p class="soft">{words}</p>'
