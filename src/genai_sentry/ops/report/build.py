"""Makes a report: reads what there is, counts what can't be used, works out the figures and the savings."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from genai_sentry.ops.report.figures import MONTH_DAYS, Figures, figures
from genai_sentry.ops.report.rows import Rows
from genai_sentry.ops.report.savings import Saving, savings
from genai_sentry.ops.report.sources import Advance, Job, find, read
from genai_sentry.ops.report.store import Store
from genai_sentry.ops.report.tally import Tally
from genai_sentry.pricing import Pricer
from genai_sentry.pricing.catalogue import CATALOGUE

REPEATED = "spans that were there already (a file given twice, a batch sent again)"
AROUND = "spans of another instrumentation around a call that is there as well"
OUTSIDE = "calls outside the period that was asked for"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to report on.

    Attributes:
        since, until: Unix time; calls that began outside are left out.
        prices: your own price table, as in `Settings.prices`.
        labels: names of the labels to break down by; empty for those that this package's spans carry.
    """

    since: float | None = None
    until: float | None = None
    prices: Any = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A report, ready to be shown.

    Attributes:
        figures: everything that was worked out.
        savings: what could be saved.
        tally: what was read and what could not be.
        left_out: spans that were read and are not in the figures, by why.
        sources: files, or the Sentry organisation, that it rests on.
    """

    figures: Figures
    savings: list[Saving]
    tally: Tally
    left_out: dict[str, int]
    sources: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The same for programs: times in Unix seconds, money in US dollars, absent figures None."""
        found = self.figures
        return {
            "period": {"start": found.start, "end": found.end, "days": found.days, "step_s": found.step_s},
            "cost": {
                "total_usd": found.totals["cost_usd"],
                "daily_usd": found.daily_usd,
                "monthly_usd": found.monthly_usd,
                "month_days": MONTH_DAYS,
            },
            "totals": found.totals,
            "sampled": found.sampled,
            "models": found.models,
            "services": found.services,
            "labels": found.labels,
            "failures": found.failures,
            "retries": found.retries,
            "limits": found.limits,
            "steps": found.steps,
            "savings": [asdict(saving) for saving in self.savings],
            "inputs": {
                "sources": self.sources,
                "lines": self.tally.lines,
                "spans": self.tally.spans,
                "calls_by_instrumentation": dict(self.tally.calls),
                "other_spans_by_instrumentation": dict(self.tally.other_spans),
                "left_out": self.left_out,
                "problems": [
                    {"source": source, "problem": problem, "count": number}
                    for (source, problem), number in sorted(self.tally.problems.items())
                ],
                "notes": self.tally.notes,
            },
        }


def from_files(names: Sequence[str | Path], wanted: Wanted, watch: Callable[[int], Advance]) -> Report:
    """A report on files and folders of OTLP JSON lines.

    Args:
        names: files (gzip too) and folders.
        wanted: what to report on.
        watch: told the number of bytes there are; returns what is told how many more have been read.

    Raises:
        OpsError: DuckDB is not installed.
        SettingsError: the price table can't be used.
    """
    tally = Tally()
    pricer = Pricer(wanted.prices)
    with _folder() as folder, Store(folder) as store:
        files = find(names, tally)
        advance = watch(sum(file.stat().st_size for file in files))
        job = Job(folder, wanted.prices, frozenset(wanted.labels) or None)
        rows = read(files, job, tally, advance)
        return _made(store, rows, wanted, tally, pricer, [str(file) for file in files])


def from_rows(lines: Callable[[Rows, Tally], Iterator[str]], source: str, wanted: Wanted) -> Report:
    """A report on rows that somebody else reads.

    Args:
        lines: makes the rows, and counts what it meets.
        source: what to call their origin.
        wanted: what to report on.
    """
    tally = Tally()
    pricer = Pricer(wanted.prices)
    CATALOGUE.load()
    with _folder() as folder, Store(folder) as store:
        target = folder / "rows.tsv"
        with target.open("w", encoding="utf-8", errors="replace", newline="\n") as out:
            out.writelines(lines(Rows(pricer, frozenset(wanted.labels) or None), tally))
        return _made(store, [target], wanted, tally, pricer, [source])


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="genai-sentry-report-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def _made(
    store: Store, rows: Sequence[Path], wanted: Wanted, tally: Tally, pricer: Pricer, sources: list[str]
) -> Report:
    store.load(rows)
    for file in rows:
        file.unlink()
    left_out = dict(zip((REPEATED, AROUND), store.drop_twice(), strict=True))
    left_out[OUTSIDE] = 0
    if wanted.since is not None:
        left_out[OUTSIDE] += store.keep("start_ns >= ?", [int(wanted.since * 1e9)])
    if wanted.until is not None:
        left_out[OUTSIDE] += store.keep("start_ns < ?", [int(wanted.until * 1e9)])
    found = figures(store, chosen=bool(wanted.labels))
    tally.notes += [
        f"{name} has {number:,} values and is not broken down; --label {name} does it all the same"
        for name, number in found.identifiers.items()
    ]
    suggested = savings(store, found, pricer) if found.start is not None else []
    return Report(found, suggested, tally, {why: number for why, number in left_out.items() if number}, sources)
