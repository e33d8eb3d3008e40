"""How the demo looks: lines as things happen, tables at the end; or one JSON document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from genai_sentry.cli.demo.check import Played
from genai_sentry.cli.demo.play import Outcome
from genai_sentry.cli.demo.report import ReportedCall, ReportedEvent, source_file

LEVELS = {"fatal": "bold red", "error": "red", "warning": "yellow", "info": "blue"}
MAX_SOURCE = 60


def dash(value: object) -> str:
    """A value, or a dash where there is none."""
    return "–" if value is None else str(value)


def tokens(call: ReportedCall) -> str:
    """Input and output tokens, with the cached and the reasoning part where there is one."""
    if call.input_tokens is None and call.output_tokens is None:
        return "–"
    cached = f" ({call.cached_tokens} cached)" if call.cached_tokens else ""
    reasoning = f" ({call.reasoning_tokens} reasoning)" if call.reasoning_tokens else ""
    return f"{dash(call.input_tokens)}{cached} → {dash(call.output_tokens)}{reasoning}"


def cost(value: float | None) -> str:
    """An amount of money that is often tiny."""
    return "–" if value is None else f"${value:.6f}"


class Screen:
    """Shows a run to a person.

    Args:
        console: where to.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._number = 0

    def begin(self) -> None:
        """Say what happens, and the columns."""
        self._console.print(
            "[bold]genai-sentry demo[/]: an application calls a simulated provider through the real openai SDK;\n"
            "what follows is what a recording Sentry on the loopback interface received.\n"
        )
        self._console.print(
            f"[bold]{'what the application does':<46} {'model':<24} {'tokens in → out':<40} "
            f"{'cost':>10} {'latency':>9} {'tries':>5}  outcome[/]",
            soft_wrap=True,
        )

    def step(self, played: Played) -> None:
        """One line a call."""
        title = played.step.title
        for call in played.calls:
            outcome = f"[red]{escape(call.failure.replace('.', ' / '))}[/]" if call.failure else "[green]ok[/]"
            if call.stream in ("closed_early", "cut"):
                outcome += f" ({call.stream.replace('_', ' ')})"
            self._console.print(
                f"{escape(title):<46} {escape(call.model[:24]):<24} {tokens(call):<40} {cost(call.cost_usd):>10} "
                f"{call.latency_s * 1000:>6.1f} ms {dash(call.attempts):>5}  {outcome}",
                soft_wrap=True,
                highlight=False,
            )
            title = ""

    def end(self, outcome: Outcome) -> None:
        """The events, the totals, the differences."""
        events = [event for played in outcome.played for event in played.events]
        self._console.print()
        self._console.print(self._events(events))
        self._totals(outcome, events)
        if outcome.differences:
            self._console.print("\n[bold red]What was reported differs from what was simulated:[/]")
            for line in outcome.differences:
                self._console.print(f"  • {escape(line)}", soft_wrap=True)
        else:
            self._console.print("\n[green]Everything that was simulated was reported, once and as it was.[/]")

    def _events(self, events: list[ReportedEvent]) -> Table:
        table = Table(
            title=f"{len(events)} Sentry events: one for each failed call", title_justify="left", expand=False
        )
        for name in ("type / reason", "level", "action", "groups by", "the application's line"):
            table.add_column(name, overflow="fold")
        name = Path(source_file()).name
        for event in events:
            table.add_row(
                escape(event.failure.replace(".", " / ")),
                f"[{LEVELS.get(event.level, 'white')}]{event.level}[/]",
                escape(event.action),
                escape(" · ".join(event.fingerprint)),
                escape(f"{name}:{event.line} {event.function}(): {event.source[:MAX_SOURCE]}"),
            )
        return table

    def _totals(self, outcome: Outcome, events: list[ReportedEvent]) -> None:
        stats = outcome.stats
        self._console.print(
            f"\n[bold]Totals[/]  {stats.calls} calls, {stats.failures} failures, {stats.retries} retries, "
            f"{len(events)} events · {stats.input_tokens} tokens in, {stats.output_tokens} out, "
            f"{cost(stats.cost_usd)} · {outcome.metrics} measurements · {outcome.seconds:.1f} s",
            soft_wrap=True,
            highlight=False,
        )
        for kind in outcome.alerts:
            self._console.print(f"Alert raised by the process itself: {escape(kind)}")


def document(outcome: Outcome) -> str:
    """The whole run as JSON."""
    stats = outcome.stats
    steps: list[dict[str, Any]] = [
        {
            "title": played.step.title,
            "calls": [call.as_dict() for call in played.calls],
            "events": [event.as_dict() for event in played.events],
        }
        for played in outcome.played
    ]
    totals = {
        "calls": stats.calls,
        "failures": stats.failures,
        "retries": stats.retries,
        "events": sum(len(played.events) for played in outcome.played),
        "input_tokens": stats.input_tokens,
        "output_tokens": stats.output_tokens,
        "cost_usd": stats.cost_usd,
        "measurements": outcome.metrics,
        "seconds": round(outcome.seconds, 3),
    }
    return json.dumps(
        {"steps": steps, "alerts": outcome.alerts, "totals": totals, "differences": outcome.differences},
        indent=2,
        ensure_ascii=False,
    )
