"""Costs asked for by hand: one call's, or a month's, with other models for comparison."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from genai_sentry.pricing.catalogue import CATALOGUE
from genai_sentry.pricing.cost import Cost
from genai_sentry.pricing.pricer import Pricer
from genai_sentry.pricing.rates import RateCard
from genai_sentry.pricing.sellers import CATALOGUE_IDS, closed_model
from genai_sentry.wire.outcome import Usage

Prices = Mapping[str, Any] | str | Path | None

OWN_INTERFACES = ("mistral", "deepseek", "voyageai", "moonshotai", "zai", "minimax")
"""Makers who serve their open models themselves: meant where a model is named without a provider."""


def price(
    model: str,
    provider: str | None = None,
    *,
    input_tokens: int | None = None,
    output_tokens: int | None = None,
    cache_read_input_tokens: int | None = None,
    cache_write_input_tokens: int | None = None,
    cache_write_1h_input_tokens: int | None = None,
    reasoning_output_tokens: int | None = None,
    input_audio_tokens: int | None = None,
    input_image_tokens: int | None = None,
    output_audio_tokens: int | None = None,
    output_image_tokens: int | None = None,
    cache_read_audio_tokens: int | None = None,
    input_seconds: float | None = None,
    input_characters: int | None = None,
    images: int | None = None,
    web_searches: int | None = None,
    service_tier: str | None = None,
    batch: bool = False,
    at: datetime | float | None = None,
    prices: Prices = None,
) -> Cost | None:
    """What a call with these counts costs; None where that is unknown.

    The first use in a process imports the price catalogue, which takes some tenths of a second.

    Args:
        model: name of the model.
        provider: who serves it, as in `gen_ai.provider.name`; the model's maker by default.
        input_tokens: all input tokens, cached ones included; the other counts are parts of the two totals, as in
            `gen_ai.usage.*`. A total that is left out is zero where the other one is given.
        service_tier: the tier that serves the call.
        batch: whether it is served by batch processing.
        at: when: Unix time, or a datetime (UTC if naive); now by default.
        prices: the user's own prices, as in `Settings.prices`.

    Raises:
        SettingsError: the own prices can't be used.
    """
    counts = {
        name: value for name, value in locals().items() if name in Usage.__dataclass_fields__ and value is not None
    }
    if "input_tokens" in counts or "output_tokens" in counts:
        counts = {"input_tokens": 0, "output_tokens": 0, **counts}
    found = _find(Pricer(prices), model, provider, service_tier or "", batch, _unix(at))
    amount = None if found is None else found[1].amount(Usage(**counts))
    if found is None or amount is None or not math.isfinite(sum(amount)):
        return None
    return Cost(*amount, found[2])


@dataclass(frozen=True, slots=True)
class Item:
    """A part of what one request costs.

    Attributes:
        count: what is billed (`input_tokens`, …), other parts of it taken out.
        units: how many a request.
        usd_per_unit: US dollars for one.
        usd: US dollars a request.
    """

    count: str
    units: float
    usd_per_unit: float
    usd: float


@dataclass(frozen=True, slots=True)
class ModelEstimate:
    """What a month with one model costs.

    Attributes:
        model, provider: whose price it is; provider as the price list calls it.
        request_usd, daily_usd, monthly_usd: US dollars; None where the price is unknown.
        items: what one request's cost is made of.
        source: `custom` or `price_table`; empty where the price is unknown.
        savings_usd: US dollars a month less than the model it is compared with; negative where it costs more.
        savings_share: the same as a share of that model's cost; None where that is zero or either is unknown.
    """

    model: str
    provider: str
    request_usd: float | None
    daily_usd: float | None
    monthly_usd: float | None
    items: tuple[Item, ...] = ()
    source: str = ""
    savings_usd: float | None = None
    savings_share: float | None = None


@dataclass(frozen=True, slots=True)
class MonthlyEstimate:
    """What a month costs, and what it would cost with other models.

    Attributes:
        requests_per_day, days: how many requests.
        input_tokens, output_tokens: a request.
        cached_share: share of the input tokens that the provider's cache serves.
        chosen: the model asked for.
        others: the models compared with, the cheapest first, those without a known price last.
    """

    requests_per_day: float
    days: float
    input_tokens: int
    output_tokens: int
    cached_share: float
    chosen: ModelEstimate
    others: tuple[ModelEstimate, ...] = ()

    @property
    def monthly_usd(self) -> float | None:
        """US dollars a month with the model asked for; None where its price is unknown."""
        return self.chosen.monthly_usd

    @property
    def cheapest(self) -> ModelEstimate:
        """The model that costs least."""
        known = [each for each in (self.chosen, *self.others) if each.monthly_usd is not None]
        return min(known, key=lambda each: each.monthly_usd or 0.0, default=self.chosen)


def estimate_monthly_cost(
    model: str,
    *,
    provider: str | None = None,
    requests_per_day: float,
    input_tokens: int,
    output_tokens: int,
    cached_share: float = 0.0,
    days: float = 30,
    compare_with: Sequence[str] = (),
    service_tier: str | None = None,
    batch: bool = False,
    prices: Prices = None,
) -> MonthlyEstimate:
    """What a month of such requests costs, and what other models would cost for the same.

    The first use in a process imports the price catalogue, which takes some tenths of a second.

    Args:
        model: name of the model.
        provider: who serves it; the model's maker by default.
        requests_per_day: how many.
        input_tokens, output_tokens: of one request.
        cached_share: share of the input tokens, 0 to 1, that the provider's cache serves.
        days: length of the month.
        compare_with: other models, by name or as `provider:model`.
        service_tier, batch: how the requests are served.
        prices: the user's own prices, as in `Settings.prices`.

    Raises:
        ValueError: a number is negative, or the share is not between 0 and 1.
        SettingsError: the own prices can't be used.
    """
    numbers = {
        "requests_per_day": requests_per_day,
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "days": days,
    }
    for name, value in numbers.items():
        if not 0 <= value < float("inf"):
            raise ValueError(f"{name}: expected a number that is not negative, got {value!r}")
    if not 0 <= cached_share <= 1:
        raise ValueError(f"cached_share: expected a share from 0 to 1, got {cached_share!r}")
    usage = Usage(input_tokens, output_tokens, cache_read_input_tokens=round(input_tokens * cached_share))
    pricer, now = Pricer(prices), time.time()

    def one(name: str, seller: str | None) -> ModelEstimate:
        found = _find(pricer, name, seller, service_tier or "", batch, now)
        return _estimate(name, seller or "", found, usage, requests_per_day, days)

    CATALOGUE.load()
    chosen = one(model, provider)
    others = [_compared(one(*_parts(name)), chosen) for name in compare_with]
    others.sort(key=lambda each: (each.monthly_usd is None, each.monthly_usd or 0.0))
    return MonthlyEstimate(requests_per_day, days, input_tokens, output_tokens, cached_share, chosen, tuple(others))


def _estimate(
    model: str,
    provider: str,
    found: tuple[str, RateCard, str] | None,
    usage: Usage,
    requests_per_day: float,
    days: float,
) -> ModelEstimate:
    amount = None if found is None else found[1].amount(usage)
    if found is None or amount is None:
        return ModelEstimate(model, provider, None, None, None)
    request = amount.total_usd
    items = tuple(Item(*item) for item in found[1].bill(usage))
    daily = request * requests_per_day
    return ModelEstimate(model, found[0], request, daily, daily * days, items, found[2])


def _compared(other: ModelEstimate, chosen: ModelEstimate) -> ModelEstimate:
    if other.monthly_usd is None or chosen.monthly_usd is None:
        return other
    saved = chosen.monthly_usd - other.monthly_usd
    share = saved / chosen.monthly_usd if chosen.monthly_usd else None
    return ModelEstimate(
        other.model,
        other.provider,
        other.request_usd,
        other.daily_usd,
        other.monthly_usd,
        other.items,
        other.source,
        saved,
        share,
    )


def _parts(name: str) -> tuple[str, str | None]:
    """Model and provider of `provider:model`; model names may hold colons themselves."""
    provider, colon, model = name.partition(":")
    known = {*CATALOGUE_IDS, *CATALOGUE.providers()}
    return (model, provider) if colon and provider.lower() in known else (name, None)


def _find(
    pricer: Pricer, model: str, provider: str | None, tier: str, batch: bool, at: float
) -> tuple[str, RateCard, str] | None:
    """Who bills, by what, and who says so."""
    CATALOGUE.load()
    maker = closed_model(model.strip().lower())
    sellers = [provider] if provider else [maker[0]] if maker else list(OWN_INTERFACES)
    name = maker[1] if maker and not provider else model
    for seller in sellers:
        found = pricer.rates(seller, [name], tier=tier, batch=batch, at=at)
        if found is not None:
            return seller, *found
    return None


def _unix(at: datetime | float | None) -> float:
    if at is None:
        return time.time()
    if isinstance(at, datetime):
        return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()
    return float(at)
