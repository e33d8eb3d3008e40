"""`genai-sentry report`: an HTML page, or JSON, on LLM calls from files of spans or from Sentry."""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from genai_sentry.cli import FOUND, OK, UsageError
from genai_sentry.ops.api import Access, Api
from genai_sentry.ops.errors import OpsError
from genai_sentry.ops.report.build import Report, Wanted, from_files, from_rows
from genai_sentry.ops.report.sources import NOT_READ, Advance
from genai_sentry.settings import Settings, SettingsError

LIMIT = 10_000
BAR_FROM = 32 * 1024 * 1024
"""Bytes from which reading takes long enough for a progress bar."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument("sources", nargs="*", metavar="FILE", help="OTLP JSON lines (.gz too), or folders of them")
    parser.add_argument(
        "-o", "--output", metavar="FILE", default="genai-sentry-report.html", help="where the page goes"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON instead of making a page")
    parser.add_argument("--title", default="LLM calls", help="the page's heading")
    parser.add_argument("--since", metavar="TIME", help="only calls from then on: 2026-11-01, or with time and offset")
    parser.add_argument("--until", metavar="TIME", help="only calls before that")
    parser.add_argument("--label", action="append", default=[], metavar="NAME", help="break down by this attribute")
    parser.add_argument("--prices", metavar="FILE", help="your price file; GENAI_SENTRY_PRICES by default")
    sentry = parser.add_argument_group("from Sentry", "The auth token comes from SENTRY_AUTH_TOKEN.")
    sentry.add_argument("--sentry", action="store_true", help="take the spans that Sentry has")
    sentry.add_argument("--period", default="14d", metavar="N(h|d)", help="how far back (14d)")
    sentry.add_argument("--limit", type=int, default=LIMIT, metavar="N", help=f"calls to fetch at most ({LIMIT})")
    sentry.add_argument("--url", help="Sentry server (SENTRY_URL, else https://sentry.io)")
    sentry.add_argument("--org", help="organisation slug (SENTRY_ORG)")
    sentry.add_argument("--project", help="only this project's (slug)")


def run(arguments: argparse.Namespace) -> int:
    """Make the report; 1 where something could not be used or there is nothing to report, 2 for wrong usage."""
    if bool(arguments.sources) == arguments.sentry:
        raise UsageError("name files of spans, or ask Sentry with --sentry")
    output = Path(arguments.output)
    if not arguments.json and not output.resolve().parent.is_dir():
        raise UsageError(f"{output}: there is no such folder")
    try:
        wanted = Wanted(
            _time("--since", arguments.since),
            _time("--until", arguments.until),
            arguments.prices if arguments.prices is not None else Settings.from_env().prices,
            tuple(arguments.label),
        )
        report = _from_sentry(arguments, wanted) if arguments.sentry else _from_files(arguments, wanted)
    except (OpsError, SettingsError) as error:
        raise UsageError(str(error)) from None
    if not report.sources:
        raise UsageError(_problems(report)[0])
    if arguments.json:
        print(json.dumps(_finite(report.as_dict()), indent=2))
    else:
        _write(output, report, arguments.title)
    for line in [*_problems(report), *report.tally.notes]:
        print(line, file=sys.stderr)
    if report.figures.start is None:
        print("no LLM calls were found", file=sys.stderr)
    return FOUND if report.tally.problems or report.figures.start is None else OK


def _from_files(arguments: argparse.Namespace, wanted: Wanted) -> Report:
    with _progress() as watch:
        return from_files(arguments.sources, wanted, watch)


def _from_sentry(arguments: argparse.Namespace, wanted: Wanted) -> Report:
    from genai_sentry.ops.report.sentry_api import calls

    if not re.fullmatch(r"[1-9]\d{0,3}[hd]", arguments.period):
        raise UsageError(f"--period: expected hours or days such as 24h or 14d, got {arguments.period!r}")
    if arguments.limit < 1:
        raise UsageError(f"--limit: expected a number from 1, got {arguments.limit}")
    access = Access.of(os.environ, url=arguments.url, organization=arguments.org)
    access = Access(access.url, access.organization, arguments.project or "", access.token)
    api = Api(access)
    return from_rows(
        lambda rows, tally: calls(api, rows, tally, period=arguments.period, most=arguments.limit),
        f"{access.organization} on {access.url}",
        wanted,
    )


class _Bar:
    """Shows how much has been read, on a terminal and where there is much."""

    def __init__(self) -> None:
        self._shown = contextlib.ExitStack()

    def __call__(self, total: int) -> Advance:
        if total < BAR_FROM or not sys.stderr.isatty():
            return lambda more: None
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("reading"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        progress = self._shown.enter_context(Progress(*columns, console=Console(stderr=True), transient=True))
        task = progress.add_task("reading", total=total)
        return lambda more: progress.update(task, advance=more)

    def close(self) -> None:
        """Take it off the screen."""
        self._shown.close()


@contextlib.contextmanager
def _progress() -> Iterator[_Bar]:
    bar = _Bar()
    try:
        yield bar
    finally:
        bar.close()


def _write(output: Path, report: Report, title: str) -> None:
    from genai_sentry.ops.report.page import page

    try:
        output.write_text(page(report, title), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{output}: {error.strerror or error}") from None
    print(output)


def _problems(report: Report) -> list[str]:
    return [
        f"{source}: {what}" if what.startswith(NOT_READ) else f"{source}: {number:,} × {what}"
        for (source, what), number in sorted(report.tally.problems.items())
    ]


def _time(flag: str, text: str | None) -> float | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{flag}: expected a date such as 2026-11-01 or 2026-11-01T08:00+01:00, got {text!r}"
        ) from None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()


def _finite(value: object) -> object:
    """The same without what JSON has no word for."""
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
