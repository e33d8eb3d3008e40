"""`genai-sentry prices`: what models cost, per million tokens."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

from genai_sentry.cli import FOUND, OK, UsageError
from genai_sentry.pricing.catalogue import CATALOGUE
from genai_sentry.pricing.rates import RateCard
from genai_sentry.pricing.sellers import seller_of
from genai_sentry.pricing.table import PRICES, PriceTable
from genai_sentry.settings import Settings, SettingsError

COLUMNS = ("input", "output", "cache_read", "cache_write", "cache_write_1h")
"""Prices with a column of their own; the rest are listed behind."""


class Row(NamedTuple):
    """One model of one provider."""

    provider: str
    model: str
    prices: dict[str, float]
    tiers: dict[str, dict[str, float]]
    source: str


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("models", nargs="*", metavar="MODEL", help="part of a model's name")
    parser.add_argument("--provider", default="", help="only this provider's prices")
    parser.add_argument("--prices", metavar="FILE", help="your price file; GENAI_SENTRY_PRICES by default")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print the prices; 1 where no model fits, 2 for wrong usage."""
    table = price_table(arguments.prices)
    CATALOGUE.load()
    provider = seller_of(arguments.provider)
    if provider and provider not in {*CATALOGUE.providers(), *table.sellers()}:
        raise UsageError(f"unknown provider {arguments.provider!r}; known are {', '.join(CATALOGUE.providers())}")
    if not arguments.models and not provider:
        raise UsageError("name a part of a model's name, or --provider")
    rows = _rows(arguments.models or [""], provider, table)
    if arguments.json:
        print(json.dumps([row._asdict() for row in rows], indent=2))
    elif rows:
        _show(rows)
    else:
        print("no model with that name has a known price", file=sys.stderr)
    return OK if rows else FOUND


def price_table(path: str | None) -> PriceTable:
    """The price file that was named, else the one of the settings.

    Raises:
        UsageError: it can't be used.
    """
    try:
        return PriceTable(path if path is not None else Settings.from_env().prices)
    except SettingsError as error:
        raise UsageError(str(error)) from None


def _rows(words: Sequence[str], provider: str, table: PriceTable) -> list[Row]:
    now = time.time()
    names = {name for word in words for name in CATALOGUE.names(word, provider)}
    names |= {
        (seller, model)
        for seller, model in table.names()
        if provider in ("", seller) and any(word.lower() in model for word in words)
    }
    rows = []
    for seller, model in sorted(names):
        own = table.find(seller, [model], at=now)
        found = own or CATALOGUE.find(seller, model, at=now)
        if found is not None and found.card is not None:
            rows.append(_row(seller, model, found.card, "custom" if own else "price_table"))
    return rows


def _row(provider: str, model: str, card: RateCard, source: str) -> Row:
    names = {count: (name, per) for name, (count, per) in PRICES.items()}
    prices: dict[str, float] = {}
    tiers: dict[str, dict[str, float]] = {}
    for rate in card.rates:
        if rate.count in names:
            name, per = names[rate.count]
            prices[name] = round(rate.usd * per, 9)
            for above, usd in rate.tiers:
                tiers.setdefault(str(above), {})[name] = round(usd * per, 9)
    return Row(provider, model, prices, tiers, source)


def _show(rows: Sequence[Row]) -> None:
    from rich.console import Console
    from rich.table import Table

    grid = Table(caption="US dollars per million tokens; others per million characters, minute, image, search, request")
    for heading in ("provider", "model"):
        grid.add_column(heading, overflow="fold")
    for heading in COLUMNS:
        grid.add_column(heading.replace("_", " "), justify="right")
    grid.add_column("more", overflow="fold")
    for row in rows:
        cells = [f"{row.prices[name]:g}" if name in row.prices else "" for name in COLUMNS]
        grid.add_row(row.provider, row.model, *cells, _more(row))
    Console(width=None if sys.stdout.isatty() else 140).print(grid)


def _more(row: Row) -> str:
    parts = [f"{name.replace('_', ' ')} {usd:g}" for name, usd in row.prices.items() if name not in COLUMNS]
    for above, prices in row.tiers.items():
        inside = ", ".join(f"{name.replace('_', ' ')} {usd:g}" for name, usd in prices.items())
        parts.append(f"above {int(above):,} input tokens: {inside}")
    if row.source == "custom":
        parts.append("your price")
    return "; ".join(parts)
