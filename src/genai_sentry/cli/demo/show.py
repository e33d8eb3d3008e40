"""How the demo looks: lines as things happen, tables at the end; or one JSON document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from genai_sentry.cli.demo.check import Played
from genai_sentry.cli.demo.play import Outcome
from genai_sentry.cli.demo.report import ReportedCall, ReportedEvent, source_file

LEVELS = {"fatal": "bold red", "error": "red", "warning": "yellow", "info": "blue"}
MAX_SOURCE = 80


def dash(value: object) -> str:
    """A value, or a dash where there is none."""
    return "–" if value is None else str(value)


def cost(value: float | None) -> str:
    """An amount of money that is often tiny."""
    if value is None:
        return "–"
    return f"${value:.6f}" if value >= 1e-5 or not value else f"${value:.8f}"


def outcome_of(call: ReportedCall) -> str:
    """How a call went, with what is special about it."""
    said = "[blue]cancelled[/]" if call.cancelled else "[green]ok[/]"
    if call.failure:
        said = f"[red]{escape(call.failure.replace('.', ' / '))}[/]"
    special = [
        f"{call.cached_tokens} cached" if call.cached_tokens else "",
        f"{call.reasoning_tokens} reasoning" if call.reasoning_tokens else "",
        call.stream.replace("_", " ") if call.stream in ("closed_early", "cut") else "",
    ]
    return said + "".join(f", {text}" for text in special if text)


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
        self._line("what the application does", "model", "in", "out", "cost", "latency", "tries", "outcome", bold=True)

    def step(self, played: Played) -> None:
        """One line a call."""
        title = played.step.title
        for call in played.calls:
            self._line(
                title,
                call.model,
                dash(call.input_tokens),
                dash(call.output_tokens),
                cost(call.cost_usd),
                f"{call.latency_s * 1000:.1f} ms",
                dash(call.attempts),
                outcome_of(call),
            )
            title = ""

    def _line(self, title: str, model: str, *columns: str, bold: bool = False) -> None:
        read, written, money, latency, tries, outcome = columns
        names = f"{escape(title[:39]):<39} {escape(model[:22]):<22}"
        self._console.print(
            f"{names} {read:>6} {written:>5} {money:>11} {latency:>9} {tries:>5}  {outcome}",
            style="bold" if bold else None,
            soft_wrap=True,
            highlight=False,
        )

    def end(self, outcome: Outcome) -> None:
        """The events, the totals, the differences."""
        events = [event for played in outcome.played for event in played.events]
        self._events(events)
        self._totals(outcome, events)
        if outcome.differences:
            self._console.print("\n[bold red]What was reported differs from what was simulated:[/]")
            for line in outcome.differences:
                self._console.print(f"  • {escape(line)}", soft_wrap=True, highlight=False)
        else:
            sent = sum(len(delivery.body) for delivery in outcome.deliveries)
            self._console.print(
                "\n[green]Everything that was simulated was reported, once and as it was.\n"
                f"No prompt, no answer and no key is in the {sent / 1024:.0f} KiB that were sent.[/]",
                highlight=False,
            )

    def _events(self, events: list[ReportedEvent]) -> None:
        name = Path(source_file()).name
        self._console.print(f"\n[bold]{len(events)} Sentry events[/], one for each failed call\n")
        for event in events:
            style = LEVELS.get(event.level, "white")
            failure = escape(event.failure.replace(".", " / "))
            self._console.print(
                f"[{style}]{event.level:<8}[/][bold]{failure}[/] → {escape(event.action)}\n"
                f"        grouped by {escape(' · '.join(event.fingerprint))}\n"
                f"        {name}:{event.line} in {escape(event.function)}: {escape(event.source[:MAX_SOURCE])}",
                soft_wrap=True,
                highlight=False,
            )

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
