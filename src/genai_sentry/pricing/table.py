"""The user's own prices: a table, or a TOML or JSON file, in US dollars per million tokens.

    [openai."gpt-4o"]                     # provider as in gen_ai.provider.name, a host, or "*"; then the model
    input = 2.00
    output = 8.00
    cache_read = 1.00
    batch = 0.5                           # a share of all prices, or a table of prices
    tiers = [{ above = 200000, input = 4.00, output = 12.00 }]
    service_tiers = { priority = 2.0, flex = { input = 1.00, output = 4.00 } }

    [["llm.internal"."claude-*"]]         # several with dates: each holds until the next begins (UTC)
    input = 3.00
    output = 15.00

    [["llm.internal"."claude-*"]]
    from = 2026-07-01
    input = 2.50
    output = 12.00

A host wins over a provider, a provider over `"*"`; a whole name wins over a beginning with `*`. What a table does not
price apart is billed like the whole it belongs to: cached tokens as input, reasoning as output, searches not at all,
a service tier or a batch as the rest.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

from genai_sentry import datafile
from genai_sentry.pricing.catalogue import Found
from genai_sentry.pricing.rates import Rate, card
from genai_sentry.pricing.sellers import seller_of
from genai_sentry.settings_error import SettingsError

MILLION = 1_000_000
PRICES: dict[str, tuple[str, int]] = {
    "input": ("input_tokens", MILLION),
    "output": ("output_tokens", MILLION),
    "cache_read": ("cache_read_input_tokens", MILLION),
    "cache_write": ("cache_write_input_tokens", MILLION),
    "cache_write_1h": ("cache_write_1h_input_tokens", MILLION),
    "reasoning": ("reasoning_output_tokens", MILLION),
    "input_audio": ("input_audio_tokens", MILLION),
    "output_audio": ("output_audio_tokens", MILLION),
    "cache_read_audio": ("cache_read_audio_tokens", MILLION),
    "input_image": ("input_image_tokens", MILLION),
    "output_image": ("output_image_tokens", MILLION),
    "characters": ("input_characters", MILLION),
    "minute": ("input_seconds", 60),
    "image": ("images", 1),
    "search": ("web_searches", 1),
    "request": ("requests", 1),
}
"""What can be priced: the count, and for how many of it the price is."""

_OTHERS = ("from", "tiers", "service_tiers", "batch")

_Rates = dict[str, Rate]


@dataclass(frozen=True, slots=True)
class _Dated:
    start: float
    standard: _Rates
    service_tiers: Mapping[str, _Rates]
    batch: _Rates | None

    def rates(self, tier: str, batch: bool) -> _Rates:
        if batch and self.batch is not None:
            return self.batch
        return self.service_tiers.get(tier.strip().lower(), self.standard)


class PriceTable:
    """Prices by provider or host, and by model.

    Args:
        prices: the table, the path of a file with one, or None.

    Raises:
        SettingsError: what is wrong, and where in the table or the file.
    """

    def __init__(self, prices: Mapping[str, object] | str | Path | None = None) -> None:
        origin, table = _read(prices)
        self._sellers = {
            seller_of(name): _models(f"{origin}{name}", models) for name, models in _tables(origin, table).items()
        }

        starts = {item.start for models in self._sellers.values() for dated in models.values() for item in dated}
        self._starts = sorted(starts - {-math.inf})

    def __bool__(self) -> bool:
        return bool(self._sellers)

    def window(self, at: float) -> tuple[float, float]:
        """The time around `at` in which no list begins."""
        position = bisect_right(self._starts, at)
        start = self._starts[position - 1] if position else -math.inf
        return start, self._starts[position] if position < len(self._starts) else math.inf

    def sellers(self) -> list[str]:
        """Providers and hosts that the table names."""
        return list(self._sellers)

    def names(self) -> list[tuple[str, str]]:
        """Every provider or host with each of its models."""
        return [(seller, model) for seller, models in self._sellers.items() for model in models]

    def find(
        self, provider: str, models: Sequence[str], *, host: str = "", tier: str = "", batch: bool = False, at: float
    ) -> Found | None:
        """The user's prices for a call; None where the table has none."""
        for seller in (seller_of(host), seller_of(provider), "*"):
            known = self._sellers.get(seller)
            if not known or not seller:
                continue
            for model in models:
                dated = _match(known, model.strip().lower())
                found = None if dated is None else _at(dated, tier, batch, at, model)
                if found is not None:
                    return found
        return None


def _match(known: Mapping[str, tuple[_Dated, ...]], model: str) -> tuple[_Dated, ...] | None:
    if model in known:
        return known[model]
    beginnings = [name for name in known if name.endswith("*") and model.startswith(name[:-1])]
    return known[max(beginnings, key=len)] if beginnings else None


def _at(dated: tuple[_Dated, ...], tier: str, batch: bool, at: float, model: str) -> Found | None:
    start, end, now = -math.inf, math.inf, None
    for item in dated:
        if item.start > at:
            end = item.start
            break
        start, now = item.start, item
    if now is None:
        return None
    return Found(card(tuple(now.rates(tier, batch).values()), whole=True), start, end, model)


def _read(prices: Mapping[str, object] | str | Path | None) -> tuple[str, object]:
    if isinstance(prices, str | Path):
        return f"{Path(prices).name}: ", datafile.load("prices", prices)
    return "", {} if prices is None else prices


def _tables(where: str, value: object) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise SettingsError("prices", f"{where.rstrip(': ') or 'the table'}: expected a table, got {value!r}")
    for name in value:
        if not isinstance(name, str) or not name.strip():
            raise SettingsError("prices", f"{where}expected a name, got {name!r}")
    return dict(value)


def _models(where: str, value: object) -> dict[str, tuple[_Dated, ...]]:
    models = {name.strip().lower(): _history(f"{where}, {name}", item) for name, item in _tables(where, value).items()}
    if not models:
        raise SettingsError("prices", f"{where}: no models")
    return models


def _history(where: str, value: object) -> tuple[_Dated, ...]:
    entries = value if isinstance(value, list | tuple) else [value]
    if not entries:
        raise SettingsError("prices", f"{where}: no prices")
    dated = sorted((_dated(where, entry) for entry in entries), key=lambda item: item.start)
    for earlier, later in pairwise(dated):
        if earlier.start == later.start:
            raise SettingsError("prices", f"{where}: two price lists begin at the same time")
    return tuple(dated)


def _dated(where: str, entry: object) -> _Dated:
    table = _tables(where, entry)
    unknown = sorted(set(table) - set(PRICES) - set(_OTHERS))
    if unknown:
        known = ", ".join((*PRICES, *_OTHERS))
        raise SettingsError("prices", f"{where}: unknown key {unknown[0]!r}; known are {known}")
    standard = _with_tiers(where, _rates(where, table), table.get("tiers", []))
    if not standard:
        raise SettingsError("prices", f"{where}: no price")
    tiers = {
        name.strip().lower(): _variant(f"{where}, service tier {name}", standard, value)
        for name, value in _tables(f"{where}, service_tiers", table.get("service_tiers", {})).items()
    }
    batch = _variant(f"{where}, batch", standard, table["batch"]) if "batch" in table else None
    return _Dated(_start(where, table.get("from")), standard, tiers, batch)


def _rates(where: str, table: Mapping[str, object]) -> _Rates:
    return {
        count: Rate(count, _number(f"{where}, {name}", table[name]) / per)
        for name, (count, per) in PRICES.items()
        if name in table
    }


def _with_tiers(where: str, rates: _Rates, tiers: object) -> _Rates:
    if not isinstance(tiers, list | tuple):
        raise SettingsError("prices", f"{where}, tiers: expected a list of tables, got {tiers!r}")
    for number, tier in enumerate(tiers, 1):
        prices = _tables(f"{where}, tiers", tier)
        above = prices.pop("above", None)
        spot = f"{where}, tier {number}"
        if isinstance(above, bool) or not isinstance(above, int) or above <= 0:
            raise SettingsError("prices", f"{spot}, above: expected a number of input tokens, got {above!r}")
        strange = sorted(set(prices) - {name for name, (count, _) in PRICES.items() if count in rates})
        if strange or not prices:
            raise SettingsError("prices", f"{spot}: expected prices that the model has, got {strange or 'none'}")
        for count, rate in _rates(spot, prices).items():
            steps = tuple(sorted((*rates[count].tiers, (above, rate.usd))))
            rates = {**rates, count: Rate(count, rates[count].usd, steps)}
    return rates


def _variant(where: str, standard: _Rates, value: object) -> _Rates:
    if isinstance(value, Mapping):
        strange = sorted(set(value) - set(PRICES))
        if strange or not value:
            raise SettingsError("prices", f"{where}: expected prices ({', '.join(PRICES)}), got {strange or 'none'}")
        return {**standard, **_rates(where, value)}
    share = _number(where, value, "a share of the prices, or a table of prices")
    return {
        count: Rate(count, rate.usd * share, tuple((above, usd * share) for above, usd in rate.tiers))
        for count, rate in standard.items()
    }


def _number(where: str, value: object, what: str = "a number of US dollars") -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise SettingsError("prices", f"{where}: expected {what}, got {value!r}")
    return float(value)


def _start(where: str, value: object) -> float:
    if value is None:
        return -math.inf
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        moment = None
    if isinstance(moment, datetime):
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
    if isinstance(moment, date):
        return datetime(moment.year, moment.month, moment.day, tzinfo=UTC).timestamp()
    raise SettingsError("prices", f"{where}, from: expected a date such as 2026-07-01, got {value!r}")
