"""The published list prices of genai-prices: the only place that touches that package.

It is imported by a background thread that `warm` starts, so that neither importing this package nor a request waits
for it; until that is done `find` has nothing. What it finds are rate cards with the time in which they hold.
"""

from __future__ import annotations

import logging
import math
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, NamedTuple

from genai_sentry.pricing.corrections import AUDIO_MODELS, CORRECTIONS, OFF_PEAK_DAYS, OFF_PEAK_HOUR, PRICED_APART
from genai_sentry.pricing.rates import Rate, RateCard, card

if TYPE_CHECKING:
    from genai_prices import UpdatePrices
    from genai_prices.data_snapshot import DataSnapshot
    from genai_prices.types import ModelInfo, ModelPrice, Provider, StartDateConstraint, TimeOfDateConstraint

logger = logging.getLogger("genai_sentry")

DAY_S = 86_400
LONGEST_WAIT_S = 10.0
"""How long an import in progress is waited for: by `load`, and by a fork, whose child would inherit its held locks."""

COUNTS: dict[str, str] = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_tokens": "cache_read_input_tokens",
    "cache_write_tokens": "cache_write_input_tokens",
    "cache_write_1h_tokens": "cache_write_1h_input_tokens",
    "output_reasoning_tokens": "reasoning_output_tokens",
    "input_audio_tokens": "input_audio_tokens",
    "input_image_tokens": "input_image_tokens",
    "output_audio_tokens": "output_audio_tokens",
    "output_image_tokens": "output_image_tokens",
    "cache_audio_read_tokens": "cache_read_audio_tokens",
    "cache_image_read_tokens": "cache_read_image_tokens",
    "input_audio_seconds": "input_seconds",
    "input_characters": "input_characters",
    "web_searches": "web_searches",
    "requests": "requests",
}
"""The catalogue's names of the counts that this package knows, and its own."""

PIECES: dict[str, str] = {"audio_seconds": "input_seconds"}
"""Names of counts that stand for one of `COUNTS` where the price has no line for that itself."""

_NO_TIER = frozenset({"", "default", "standard", "auto", "on_demand"})
"""Words for the tier that list prices are for."""
_CONTEXT_KEYS = ("service_tier", "speed")
"""Request contexts by which the catalogue prices a tier."""
_SHORT_AUDIO_S = {("groq", "whisper-large-v3"): 10.0, ("groq", "whisper-large-v3-turbo"): 10.0}
"""Shortest audio that is billed, by provider and model."""
_ONE_PRICE_FOR_ALL_MODALITIES = frozenset({"google"})
"""Providers whose list names audio only where it is priced apart from text."""


class Found(NamedTuple):
    """A model's prices.

    Attributes:
        card: what a call is billed by; None where the tier or the model has no known price.
        start, end: Unix times between which this holds, the end excluded.
        model: the catalogue's name of the model.
    """

    card: RateCard | None
    start: float
    end: float
    model: str


@dataclass(slots=True)
class _Modules:
    snapshot: Callable[[], DataSnapshot]
    provider: Callable[[list[Provider], str], Provider | None]
    counts: dict[str, tuple[str, int]]


class Catalogue:
    """genai-prices' data, behind a background import."""

    def __init__(self) -> None:
        self._modules: _Modules | None = None
        self._lock = threading.Lock()
        self._started = False
        self._done = threading.Event()

    def warm(self) -> None:
        """Start the background import, once a process."""
        with self._lock:
            if self._started:
                return
            self._started = True
        _import_client()
        try:
            threading.Thread(target=self._load, name="genai-sentry-prices", daemon=True).start()
        except RuntimeError:  # the interpreter is shutting down, or threads have run out
            self._started = False

    def load(self) -> None:
        """Import now, in this thread; for commands and scripts, never for a request."""
        with self._lock:
            started, self._started = self._started, True
        if started:
            self._done.wait(LONGEST_WAIT_S)
        else:
            self._load()

    def ready(self, timeout: float = 0.0) -> bool:
        """Whether prices can be looked up; waits for that for at most `timeout` seconds."""
        return self._done.wait(timeout) if timeout > 0 else self._done.is_set()

    def _load(self) -> None:
        try:
            from genai_prices import data_snapshot, data_units

            counts = {
                str(unit.get("price_key", name)): (name, int(unit["per"]))
                for name, unit in data_units.unit_data.items()
            }
            data_snapshot.get_snapshot()
            self._modules = _Modules(data_snapshot.get_snapshot, data_snapshot.find_provider_by_id, counts)
        except Exception as error:
            logger.warning("genai-prices can't be used, costs are unknown: %s", type(error).__name__)
        finally:
            self._done.set()

    def before_fork(self) -> None:
        """Let an import in progress finish."""
        if self._started and not self._done.is_set():
            self._done.wait(LONGEST_WAIT_S)

    def edition(self) -> object:
        """The data in use: another object after an update; None where there are none."""
        return None if self._modules is None else self._modules.snapshot()

    def find(self, provider: str, model: str, *, tier: str = "", batch: bool = False, at: float) -> Found | None:
        """Prices of a model at a time; None where the catalogue does not know the model. Never raises."""
        try:
            return self._find(provider, model.lower(), tier, batch, at)
        except Exception as error:
            logger.debug("no price for %s: %s", model, type(error).__name__)
            return None

    def _find(self, provider: str, model: str, tier: str, batch: bool, at: float) -> Found | None:
        if self._modules is None:
            return None
        everyone = self._modules.snapshot().providers
        seller = self._modules.provider(everyone, provider)
        if seller is None or seller.id != provider:
            return None
        owners = {provider, *(seller.fallback_model_providers or ())}
        notes = [note for note in CORRECTIONS if note.provider in owners and note.models.fullmatch(model)]
        note = next((note for note in notes if note.holds(model, at)), None)
        info = seller.find_model(note.means if note is not None and note.means else model, all_providers=everyone)
        if info is None:
            return None
        start, end = _window(_constraints(info), at, [edge for each in notes for edge in each.edges()])
        if note is not None and note.unknown:
            return Found(None, start, end, info.id)
        own = any(info is each for each in seller.models)
        if not own and any(info is each for each in self._priced_apart(provider)):
            return Found(None, start, end, info.id)
        prices = _prices(info, _tier(tier), batch, _moment(provider, at), own=own)
        rates = () if prices is None else self._rates(prices)
        if "embed" in info.id:
            # Embeddings have no output: some entries price it all the same, and answers need not count it.
            rates = tuple(rate for rate in rates if rate.count != "output_tokens")
        priced = {rate.count for rate in rates}
        if rates and note is not None:
            rates += tuple(rate for rate in note.adds if rate.count not in priced)
        found = card(
            rates,
            audio_told=bool(AUDIO_MODELS.fullmatch(info.id)),
            audio_as_text=provider in _ONE_PRICE_FOR_ALL_MODALITIES,
            minimum_seconds=_SHORT_AUDIO_S.get((provider, info.id), 0.0),
        )
        return Found(found, start, end, info.id)

    def _priced_apart(self, provider: str) -> Iterator[ModelInfo]:
        """Models that the provider sells, but not at the maker's list price, on which the catalogue falls back."""
        assert self._modules is not None
        for maker in self._modules.snapshot().providers:
            if maker.id in PRICED_APART.get(provider, ()):
                yield from maker.models

    def _rates(self, prices: ModelPrice) -> tuple[Rate, ...]:
        assert self._modules is not None
        rates: dict[str, Rate] = {}
        pieces: dict[str, Rate] = {}
        for key, price in vars(prices).items():
            unit, per = self._modules.counts.get(key, ("", 1))
            count = COUNTS.get(unit) or PIECES.get(unit)
            if price is None or count is None:
                continue
            tiers = getattr(price, "tiers", ())
            rate = Rate(
                count,
                float(getattr(price, "base", price)) / per,
                tuple((tier.start, float(tier.price) / per) for tier in tiers),
            )
            (rates if unit in COUNTS else pieces)[count] = rate
        return tuple({**pieces, **rates}.values())

    def names(self, word: str = "", provider: str = "") -> list[tuple[str, str]]:
        """Provider and model of every entry whose name contains `word`."""
        if self._modules is None:
            return []
        return [
            (seller.id, info.id)
            for seller in self._modules.snapshot().providers
            if provider in ("", seller.id)
            for info in seller.models
            if word.lower() in info.id.lower()
        ]

    def context_window(self, provider: str, model: str) -> int | None:
        """Tokens that a model's context holds; None where the catalogue does not tell."""
        if self._modules is None:
            return None
        everyone = self._modules.snapshot().providers
        seller = self._modules.provider(everyone, provider)
        info = None if seller is None else seller.find_model(model.lower(), all_providers=everyone)
        return None if info is None else info.context_window

    def providers(self) -> list[str]:
        """The catalogue's names of providers."""
        return [] if self._modules is None else [seller.id for seller in self._modules.snapshot().providers]


def _import_client() -> None:
    """Import the HTTP client that genai-prices imports, in this thread.

    openai 2.x looks into `sys.modules` for httpx2, and takes what another thread has half imported for whole: no
    client could be made meanwhile.
    """
    try:
        import httpx2  # noqa: F401
    except ImportError:
        return


def _tier(tier: str) -> str:
    name = tier.strip().lower()
    return "" if name in _NO_TIER else name


def _prices(info: ModelInfo, tier: str, batch: bool, moment: datetime, *, own: bool) -> ModelPrice | None:
    """Prices for a tier; None where the catalogue has none for it (it would give the standard price silently).

    A seller that shares another's standard prices (`own` is false) need not share its tiers.
    """
    if not tier and not batch:
        return info.get_prices(moment)
    if not own:
        return None
    wanted = [{key: tier, **({"processing": "batch"} if batch else {})} for key in _CONTEXT_KEYS] if tier else []
    for context in wanted or [{"processing": "batch"}]:
        known = {
            key
            for variant in info.price_variants or ()
            if variant.constraint is None or variant.constraint.active(moment)
            for key, value in variant.when.items()
            if context.get(key) == value and len(variant.when) <= len(context)
        }
        if known == set(context):
            return info.get_prices(moment, context)
    return None


def _constraints(info: ModelInfo) -> Iterable[StartDateConstraint | TimeOfDateConstraint]:
    prices: Sequence[object] = info.prices if isinstance(info.prices, list) else ()
    for item in (*prices, *(info.price_variants or ())):
        constraint = getattr(item, "constraint", None)
        if constraint is not None:
            yield constraint


def _window(
    constraints: Iterable[StartDateConstraint | TimeOfDateConstraint], at: float, more: Iterable[float] = ()
) -> tuple[float, float]:
    """The time around `at` in which no constraint changes."""
    midnight = at - at % DAY_S
    edges = [-math.inf, math.inf, *more]
    for constraint in constraints:
        first: date | None = getattr(constraint, "start_date", None)
        if first is not None:
            edges.append(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())
            continue
        edges += [midnight, midnight + DAY_S]  # some days have no peak hours
        for edge in (getattr(constraint, "start_time", None), getattr(constraint, "end_time", None)):
            if edge is not None:
                edges.append(midnight + _second_of_day(edge))
    return max(edge for edge in edges if edge <= at), min(edge for edge in edges if edge > at)


def _moment(provider: str, at: float) -> datetime:
    """The time by which the catalogue's prices are chosen."""
    moment = datetime.fromtimestamp(at, UTC)
    since, off_peak = OFF_PEAK_DAYS.get(provider, (None, None))
    if since is not None and off_peak is not None and moment.date() >= since and off_peak(moment.date()):
        return moment.replace(hour=OFF_PEAK_HOUR, minute=0)
    return moment


def _second_of_day(moment: time) -> float:
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return datetime.combine(date(1970, 1, 2), aware).timestamp() % DAY_S


class Updater:
    """Fetches newer price data now and then, where it is asked for.

    Args:
        untraced: gives a context in which nothing is traced; every fetch runs inside one.
        interval_s: seconds between two fetches.
    """

    def __init__(
        self, untraced: Callable[[], AbstractContextManager[object]] = nullcontext, interval_s: float = 3600.0
    ):
        self._untraced = untraced
        self._interval_s = interval_s
        self._task: UpdatePrices | None = None
        self._stopped = False

    def start(self) -> None:
        """Begin fetching in the background. Being offline is no error: the prices at hand stay in use."""
        self._stopped = False
        threading.Thread(target=self._start, name="genai-sentry-price-updates", daemon=True).start()

    def _start(self) -> None:
        try:
            CATALOGUE.load()
            task = _update_task(self._untraced, self._interval_s)
            if not self._stopped:
                task.start()
                self._task = task
        except Exception as error:
            logger.debug("price updates are off: %s", type(error).__name__)

    def stop(self) -> None:
        """Stop fetching; prices that were fetched stay in use."""
        self._stopped = True
        task, self._task = self._task, None
        if task is not None:
            task.stop()  # type: ignore[no-untyped-call]


def _update_task(untraced: Callable[[], AbstractContextManager[object]], interval_s: float) -> UpdatePrices:
    from genai_prices import UpdatePrices
    from genai_prices.data_snapshot import get_snapshot

    class Quiet(UpdatePrices):
        def fetch(self) -> DataSnapshot | None:
            try:
                with untraced():
                    return super().fetch()
            except Exception as error:
                # genai-prices would log an error an hour; offline, the prices at hand are good enough.
                logger.debug("prices were not updated: %s", type(error).__name__)
                return get_snapshot()

    return Quiet(update_interval=interval_s)


CATALOGUE = Catalogue()
"""The process's catalogue."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=CATALOGUE.before_fork)
