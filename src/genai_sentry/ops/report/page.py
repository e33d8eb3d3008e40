"""The report as one HTML page: everything inline, nothing loaded, no script."""

from __future__ import annotations

import time
from importlib import resources

from genai_sentry.ops.report import details
from genai_sentry.ops.report.build import Report
from genai_sentry.ops.report.figures import MONTH_DAYS
from genai_sentry.ops.report.sources import NOT_READ
from genai_sentry.ops.report.texts import count, moment, safe, seconds, share, short, usd
from genai_sentry.version import __version__

SECTIONS = (
    ("cost", "Cost", details.cost),
    ("savings", "What could be saved", details.savings),
    ("tokens", "Tokens", details.tokens),
    ("latency", "Latency", details.latency),
    ("failures", "Failures", details.failures),
    ("retries", "Retries and waste", details.retries),
    ("limits", "Limits", details.limits),
    ("labels", "Labels", details.labels),
    ("services", "Services", details.services),
    ("inputs", "What this rests on", details.inputs),
)
"""Anchor, heading and content of each section; one without content is left out."""


def page(report: Report, title: str) -> str:
    """The page.

    Args:
        report: what to show.
        title: its heading.
    """
    style = resources.files(__package__ or "").joinpath("page.css").read_text(encoding="utf-8")
    bodies = [(anchor, heading, content(report)) for anchor, heading, content in SECTIONS]
    shown = [(anchor, heading, body) for anchor, heading, body in bodies if body]
    links = "".join(f'<a href="#{anchor}">{safe(heading)}</a>' for anchor, heading, _ in shown)
    sections = "".join(
        f'<section id="{anchor}"><h2>{safe(heading)}</h2>{body}</section>' for anchor, heading, body in shown
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        # Nothing may be loaded, whatever a model's or label's name might try to smuggle in.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{safe(title)}</title><style>{style}</style></head><body>"
        f'<header><h1>{safe(title)}</h1><p class="soft">{_period(report)}</p><nav>{links}</nav></header>'
        f"<main>{_notices(report)}{_tiles(report)}{sections}</main>"
        f"<footer>Made by genai-sentry {__version__} on {moment(time.time())} UTC. All times are UTC, all money is"
        " in US dollars. A dash stands for what is not known.</footer></body></html>\n"
    )


def _period(report: Report) -> str:
    found = report.figures
    if found.start is None or found.end is None:
        return "No LLM calls were found."
    length = seconds(found.end - found.start)
    return f"{moment(found.start)} to {moment(found.end)} UTC ({length}), from {_sources(report.sources)}"


def _sources(sources: list[str]) -> str:
    return safe(sources[0]) if len(sources) == 1 else f"{len(sources)} files"


def _notices(report: Report) -> str:
    problems: dict[str, tuple[int, list[str]]] = {}
    for (source, problem), number in sorted(report.tally.problems.items()):
        total, where = problems.get(problem, (0, []))
        problems[problem] = (total + number, [*where, source])
    items = [
        f"<li>{'' if problem.startswith(NOT_READ) else f'{count(number)} × '}{safe(problem)}: "
        f"{safe(', '.join(where[:5]))}{f' and {len(where) - 5} more' if len(where) > 5 else ''}</li>"
        for problem, (number, where) in problems.items()
    ]
    items += [f"<li>{safe(note)}</li>" for note in report.tally.notes]
    if not items:
        return ""
    heading = "Not everything could be used" if problems else "Before you read"
    return f'<section class="notice"><h2>{heading}</h2><ul>{"".join(items)}</ul></section>'


def _tiles(report: Report) -> str:
    found, totals = report.figures, report.figures.totals
    if found.start is None:
        return ""
    days = found.days
    daily = "the period is shorter than an hour" if days is None else f"{usd(totals['cost_usd'])} / {days:,.2f} days"
    unpriced = (
        f"without {count(totals['unpriced'])} calls of unknown price" if totals["unpriced"] else "all calls priced"
    )
    stand = f"{count(totals['spans'])} spans, scaled by their sample rates" if found.sampled else "one span each"
    lost = seconds(totals["failed_s"])
    wasted = (usd(totals["failed_cost_usd"]), f"and {lost} in calls that failed")
    tiles = (
        ("Cost", usd(totals["cost_usd"]), unpriced),
        ("A day, on average", usd(found.daily_usd), daily),
        ("A month, projected", usd(found.monthly_usd), f"average day × {MONTH_DAYS}"),
        ("Calls", count(totals["calls"]), stand),
        ("Failed", share(totals["failure_rate"]), f"{count(totals['failures'])} calls"),
        ("Latency, 95 % within", seconds(totals["p95_s"]), f"half within {seconds(totals['p50_s'])}"),
        ("Tokens", short((totals["input_tokens"] or 0) + (totals["output_tokens"] or 0)), _in_and_out(report)),
        ("Wasted", *(wasted if totals["failed_cost_usd"] else (lost, "in calls that failed"))),
    )
    return (
        '<div class="tiles">'
        + "".join(
            f'<div class="tile"><span class="name">{safe(name)}</span><b>{safe(value)}</b>'
            f"<span>{safe(more)}</span></div>"
            for name, value, more in tiles
        )
        + "</div>"
    )


def _in_and_out(report: Report) -> str:
    totals = report.figures.totals
    return f"{short(totals['input_tokens'])} in, {short(totals['output_tokens'])} out"
