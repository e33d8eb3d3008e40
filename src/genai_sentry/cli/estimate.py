"""`genai-sentry estimate`: a month's cost, the arithmetic behind it, and what other models would cost."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from genai_sentry.cli import FOUND, OK, UsageError
from genai_sentry.pricing.estimate import ModelEstimate, MonthlyEstimate, estimate_monthly_cost
from genai_sentry.settings import Settings, SettingsError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--requests", type=float, required=True, metavar="N", help="requests a day")
    parser.add_argument("--input", type=int, required=True, metavar="N", help="input tokens of a request")
    parser.add_argument("--output", type=int, required=True, metavar="N", help="output tokens of a request")
    parser.add_argument("--model", required=True, metavar="MODEL", help="name of the model")
    parser.add_argument("--provider", metavar="NAME", help="who serves it; the model's maker by default")
    parser.add_argument(
        "--compare",
        nargs="+",
        action="extend",
        default=[],
        metavar="MODEL",
        help="other models, by name or as provider:model",
    )
    parser.add_argument("--cached", type=float, default=0.0, metavar="SHARE", help="share of the input that is cached")
    parser.add_argument("--days", type=float, default=30, metavar="N", help="days of a month (30)")
    parser.add_argument("--tier", metavar="NAME", help="service tier, such as flex or priority")
    parser.add_argument("--batch", action="store_true", help="by batch processing")
    parser.add_argument("--prices", metavar="FILE", help="your price file; GENAI_SENTRY_PRICES by default")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print the estimate; 1 where a price is unknown, 2 for wrong usage."""
    try:
        estimate = estimate_monthly_cost(
            arguments.model,
            provider=arguments.provider,
            requests_per_day=arguments.requests,
            input_tokens=arguments.input,
            output_tokens=arguments.output,
            cached_share=arguments.cached,
            days=arguments.days,
            compare_with=arguments.compare,
            service_tier=arguments.tier,
            batch=arguments.batch,
            prices=arguments.prices if arguments.prices is not None else Settings.from_env().prices,
        )
    except (SettingsError, ValueError) as error:
        raise UsageError(str(error)) from None
    if arguments.json:
        print(json.dumps(asdict(estimate) | {"monthly_usd": estimate.monthly_usd}, indent=2))
    else:
        _show(estimate)
    unknown = [each.model for each in (estimate.chosen, *estimate.others) if each.monthly_usd is None]
    for model in unknown:
        print(f"the price of {model} is unknown", file=sys.stderr)
    return FOUND if unknown else OK


def arithmetic(estimate: MonthlyEstimate, each: ModelEstimate) -> list[str]:
    """The lines that lead to a model's monthly cost; none where its price is unknown."""
    if each.request_usd is None or each.daily_usd is None or each.monthly_usd is None:
        return []
    lines = [
        f"{item.units:,.10g} {item.count.replace('_', ' ')} x ${item.usd_per_unit * 1e6:,.10g} per million"
        f" = ${item.usd:,.8f}"
        for item in each.items
    ]
    return [
        *lines,
        f"${each.request_usd:,.8f} a request x {estimate.requests_per_day:,.10g} a day = ${each.daily_usd:,.4f} a day",
        f"${each.daily_usd:,.4f} a day x {estimate.days:g} days = ${each.monthly_usd:,.2f} a month",
    ]


def _show(estimate: MonthlyEstimate) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    chosen = estimate.chosen
    if chosen.monthly_usd is not None:
        console.print(f"[bold]{chosen.model}[/bold] ({chosen.provider}): ${chosen.monthly_usd:,.2f} a month")
        for line in arithmetic(estimate, chosen):
            console.print(f"  {line}")
    if not estimate.others:
        return
    grid = Table()
    for heading in ("model", "provider"):
        grid.add_column(heading, overflow="fold")
    for heading in ("a request", "a day", "a month", "savings", ""):
        grid.add_column(heading, justify="right")
    for each in (chosen, *estimate.others):
        grid.add_row(each.model, each.provider, *_figures(each))
    console.print(grid)
    if chosen.monthly_usd is not None and estimate.cheapest is not chosen:
        cheapest = estimate.cheapest
        console.print(f"{cheapest.model} would save ${cheapest.savings_usd or 0.0:,.2f} a month.")


def _figures(each: ModelEstimate) -> tuple[str, ...]:
    if each.request_usd is None or each.daily_usd is None or each.monthly_usd is None:
        return ("unknown", "", "", "", "")
    saved = "" if each.savings_usd is None else f"${each.savings_usd:,.2f}"
    share = "" if each.savings_share is None else f"{each.savings_share:.0%}"
    return (f"${each.request_usd:.6f}", f"${each.daily_usd:,.2f}", f"${each.monthly_usd:,.2f}", saved, share)
