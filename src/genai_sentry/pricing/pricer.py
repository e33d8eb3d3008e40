"""From the facts of a call to its cost: what the provider says, else the user's prices, else list prices."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from genai_sentry.pricing.catalogue import CATALOGUE, Catalogue
from genai_sentry.pricing.corrections import uplift
from genai_sentry.pricing.cost import Cost
from genai_sentry.pricing.rates import RateCard
from genai_sentry.pricing.sellers import DEPLOYED, seller_of, sellers
from genai_sentry.pricing.table import PriceTable
from genai_sentry.wire.outcome import Usage

if TYPE_CHECKING:
    from genai_sentry.wire.outcome import Outcome

CACHED = 1024
"""Prices that are remembered; with more names of models than that, all are looked up again."""

BATCH = "batch"
"""What Anthropic calls the tier of calls by batch processing."""
LONGEST = 300
"""Longer names, in characters, are no model's, and are not remembered."""


class _Cached(NamedTuple):
    card: RateCard | None
    start: float
    end: float
    source: str


class Pricer:
    """Prices calls. Safe under threads: what it remembers is replaced whole.

    Args:
        prices: the user's price table, or the path of a TOML or JSON file with one.
        catalogue: where list prices come from.

    Attributes:
        unpriced_while_warming: calls whose cost is absent only because the catalogue was still being imported.

    Raises:
        SettingsError: the price table can't be used.
    """

    def __init__(
        self, prices: Mapping[str, Any] | str | Path | None = None, *, catalogue: Catalogue = CATALOGUE
    ) -> None:
        self._table = PriceTable(prices)
        self._catalogue = catalogue
        self._cache: dict[tuple[object, ...], _Cached] = {}
        self._edition: object = None
        self.unpriced_while_warming = 0

    def ready(self, timeout: float = 0.0) -> bool:
        """Whether list prices can be looked up; waits for that for at most `timeout` seconds."""
        return self._catalogue.ready(timeout)

    def cost(
        self,
        provider: str,
        models: Sequence[str],
        usage: Usage | None,
        *,
        outcome: Outcome | None = None,
        host: str = "",
        at: float | None = None,
        batch: bool = False,
    ) -> Cost | None:
        """What a call cost; None where that is unknown.

        It never waits: while the catalogue is still being imported a list price is unknown, and the call is counted
        in `unpriced_while_warming`.

        Args:
            provider: `gen_ai.provider.name`.
            models: names of the model, the answering one first.
            usage: the counts.
            outcome: the response: what the provider says it cost, the tier that served it, the answering model.
            host: where the call went.
            at: Unix time of the call; now by default.
            batch: whether it was served by the provider's batch processing.
        """
        tier = ""
        answered = None
        where = ""
        if outcome is not None:
            told = outcome.cost_usd
            # Azure passes on a zero of xAI's, which it does not bill by.
            if told is not None and 0 <= told < math.inf and (told or seller_of(provider) not in DEPLOYED):
                return Cost(None, None, float(told), "provider")
            tier = outcome.service_tier or ""
            if tier == BATCH:
                tier, batch = "", True
            answered = outcome.model
            where = outcome.geography or ""
        if usage is None:
            return None
        found = self._entry((provider, host, tier, batch, answered, where, *models), time.time() if at is None else at)
        if found is None or found.card is None:
            return None
        if usage.billed_input_tokens is not None or usage.billed_output_tokens is not None:
            usage = _billed(usage)
        amount = found.card.amount(usage)
        return None if amount is None else tuple.__new__(Cost, (*amount, found.source))

    def rates(
        self, provider: str, models: Sequence[str], *, tier: str = "", batch: bool = False, at: float | None = None
    ) -> tuple[RateCard, str] | None:
        """What a model's calls are billed by, and who says so; None where that is unknown."""
        found = self._entry((provider, "", tier, batch, None, "", *models), time.time() if at is None else at)
        return None if found is None or found.card is None else (found.card, found.source)

    def _entry(self, key: tuple[Any, ...], moment: float) -> _Cached | None:
        found = self._cache.get(key)
        if found is None or not found.start <= moment < found.end or self._catalogue.edition() is not self._edition:
            return self._look_up(key, moment)
        return found

    def _look_up(self, key: tuple[Any, ...], moment: float) -> _Cached | None:
        provider, host, tier, batch, answered, where, *models = key
        if any(len(name) > LONGEST for name in (*models, host, tier, where, answered or "")):
            return None
        edition = self._catalogue.edition()
        if edition is not self._edition:
            self._cache.clear()
            self._edition = edition
        found = self._table.find(provider, models, host=host, tier=tier, batch=batch, at=moment)
        if found is not None:
            return self._remember(key, _Cached(found.card, found.start, found.end, "custom"))
        if edition is None:
            self._catalogue.warm()
            self.unpriced_while_warming += not self._catalogue.ready()
            return None
        start, end = self._table.window(moment)
        for seller, model in sellers(provider, models, host=host, answered=answered):
            found = self._catalogue.find(seller, model, tier=tier, batch=batch, at=moment)
            if found is not None:
                card = None if found.card is None else found.card.dearer(uplift(seller, model, host, where))
                # Until the user's table has a list that begins.
                start, end = max(start, found.start), min(end, found.end)
                return self._remember(key, _Cached(card, start, end, "price_table"))
        return self._remember(key, _Cached(None, start, end, "price_table"))

    def _remember(self, key: tuple[Any, ...], entry: _Cached) -> _Cached:
        if len(self._cache) >= CACHED:
            self._cache.clear()
        self._cache[key] = entry
        return entry


def _billed(usage: Usage) -> Usage:
    """What is billed, where the provider tells that apart from what it counted."""
    given, made = usage.billed_input_tokens, usage.billed_output_tokens
    if given is None:
        return replace(usage, output_tokens=made)
    return Usage(
        input_tokens=given,
        output_tokens=usage.output_tokens if made is None else made,
        web_searches=usage.web_searches,
    )
