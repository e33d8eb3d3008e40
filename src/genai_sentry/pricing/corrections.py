"""Where the catalogue is known to be stale or wrong, as dated data with sources.

A correction says one of three things about a name of a model from a day on: it means another model of the same
provider (an alias that moved), some counts have prices that the catalogue lacks, or the price is not known. In doubt
it is the last: no cost is better than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from genai_sentry.patterns import lazy
from genai_sentry.pricing.rates import Rate


class Correction(NamedTuple):
    """What is to be known about a model's name.

    Attributes:
        provider: the catalogue's name of the provider.
        models: which names, lower-cased.
        since: the first day (UTC) it holds; None means always.
        until: the first day it does not hold any more; None means that it still does.
        means: the name under which the catalogue has the price; empty where the name itself stands.
        adds: prices that the catalogue lacks.
        why: what is wrong, and where that can be read.
    """

    provider: str
    models: re.Pattern[str]
    since: date | None
    until: date | None
    means: str
    adds: tuple[Rate, ...]
    why: str

    @property
    def unknown(self) -> bool:
        """Whether the price is not known."""
        return not self.means and not self.adds

    def holds(self, model: str, at: float) -> bool:
        """Whether it is about that model at that Unix time."""
        start, end = _timestamp(self.since), _timestamp(self.until)
        return (start is None or start <= at) and (end is None or at < end) and bool(self.models.fullmatch(model))

    def edges(self) -> list[float]:
        """The Unix times at which it begins and ends."""
        return [edge for edge in (_timestamp(self.since), _timestamp(self.until)) if edge is not None]


def _timestamp(day: date | None) -> float | None:
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


def _moved(
    provider: str, models: str, since: date | None, means: str, why: str, until: date | None = None
) -> Correction:
    return Correction(provider, lazy(models), since, until, means, (), why)


def _unknown(provider: str, models: str, since: date | None, why: str) -> Correction:
    return Correction(provider, lazy(models), since, None, "", (), why)


def _audio(provider: str, models: str, input_usd: float, output_usd: float, why: str) -> Correction:
    rates = (Rate("input_audio_tokens", input_usd / 1e6), Rate("output_audio_tokens", output_usd / 1e6))
    return Correction(provider, lazy(models), None, None, "", rates, why)


CORRECTIONS: tuple[Correction, ...] = (
    _moved(
        "mistral",
        "mistral-large-latest",
        date(2025, 12, 2),
        "mistral-large-2512",
        "moved to Mistral Large 3: https://docs.mistral.ai/models/mistral-large-3-25-12",
        until=date(2026, 10, 6),
    ),
    _unknown(
        "mistral",
        "mistral-large-latest",
        date(2026, 10, 6),
        "Mistral Large 4 came out; whether the alias moved was not found: https://docs.mistral.ai/models/mistral-large-4-0",
    ),
    _unknown(
        "mistral",
        "magistral-(medium|small)-latest",
        date(2026, 4, 30),
        "retired in favour of dearer models: https://docs.mistral.ai/models/magistral-medium-1-2-25-09",
    ),
    _moved(
        "mistral",
        "codestral-latest",
        date(2025, 7, 30),
        "codestral-2508",
        "the entry of the alias lacks the price of cached tokens: https://docs.mistral.ai/models/codestral-25-08",
    ),
    _moved(
        "mistral",
        "ministral-14b-latest",
        date(2025, 12, 2),
        "ministral-14b-2512",
        "the only model of that size: https://docs.mistral.ai/models/ministral-3-14b-25-12",
    ),
    _moved(
        "mistral",
        "ministral-3b-latest",
        date(2025, 12, 2),
        "ministral-3b-2512",
        "moved to Ministral 3: https://docs.mistral.ai/models/ministral-3-3b-25-12",
    ),
    _unknown(
        "deepseek",
        "deepseek-(chat|reasoner)",
        date(2025, 9, 5),
        "prices changed, the names then meant V3.2 and V4 Flash, and went on 2026-07-24: "
        "https://api-docs.deepseek.com/updates",
    ),
    _unknown(
        "openai", "gpt-oss-.*", None, "open weights, which OpenAI does not serve: https://openai.com/open-models/"
    ),
    _unknown(
        "openai",
        ".*-search-preview(-.*)?",
        None,
        "each call is also billed for its search: https://developers.openai.com/api/docs/pricing",
    ),
    _audio(
        "openai",
        "gpt-4o-audio-preview(-.*)?",
        40,
        80,
        "audio tokens are priced apart from text: https://developers.openai.com/api/docs/models/gpt-4o-audio-preview",
    ),
    _audio(
        "openai",
        "gpt-4o-mini-audio-preview(-.*)?",
        10,
        20,
        "audio tokens are priced apart from text: "
        "https://developers.openai.com/api/docs/models/gpt-4o-mini-audio-preview",
    ),
    _unknown(
        "perplexity",
        "(perplexity/)?sonar(-.*)?",
        None,
        "the fee a request depends on how much was searched, which the counts do not tell; answers name their cost: "
        "https://docs.perplexity.ai/getting-started/pricing",
    ),
    _moved(
        "aws",
        "openai.gpt-oss-20b",
        None,
        "openai.gpt-oss-20b-1:0",
        "name without version: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html",
    ),
    _moved(
        "aws",
        "openai.gpt-oss-120b",
        None,
        "openai.gpt-oss-120b-1:0",
        "name without version: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html",
    ),
    _unknown(
        "aws",
        r"((eu|apac|jp|au|ca|sa|me|af)\.(?!anthropic\.)|us-gov\.).*",
        None,
        "prices differ by region, Anthropic's outside GovCloud excepted: https://aws.amazon.com/bedrock/pricing/",
    ),
)
"""Corrections, checked on 2026-11-24. For a name the first that holds counts."""


PRICED_APART: dict[str, frozenset[str]] = {"azure": frozenset({"deepseek", "moonshotai"})}
"""Makers of open weights whose list prices are not those of a provider for which the catalogue falls back on them:
https://azure.microsoft.com/en-us/pricing/details/ai-foundry-models/deepseek/, checked on 2026-11-25."""

AUDIO_MODELS = lazy(r"gpt.*(transcribe|realtime|audio).*|gemini.*(audio|live).*")
"""Models made for audio: without a count of it, tokens can't be told to be text, which is far cheaper."""


class Uplift(NamedTuple):
    """What a region of its own adds to the list price of tokens.

    Attributes:
        provider: the catalogue's name of the provider.
        hosts: the region's hosts.
        models: the models it is charged for, lower-cased.
        factor: by what the price is multiplied.
        why: where it can be read.
        geography: what an answer says where it was made, where that and no host decides.
    """

    provider: str
    hosts: re.Pattern[str]
    models: re.Pattern[str]
    factor: float
    why: str
    geography: str = ""


UPLIFTS: tuple[Uplift, ...] = (
    Uplift(
        "openai",
        lazy(r"[a-z]{2}\.api\.openai\.com"),
        lazy(r"gpt-(5\.[4-9]|[6-9]).*"),
        1.1,
        "models released since 2026-03-05: https://developers.openai.com/api/docs/guides/data-residency",
    ),
    Uplift(
        "google",
        lazy(r"(?!global-)[a-z0-9-]+-aiplatform\.googleapis\.com|aiplatform\.(us|eu)\.rep\.googleapis\.com"),
        lazy(r"claude-[a-z]+-(4-[5-9]|[5-9]).*"),
        1.1,
        "Claude from 4.5 on: https://platform.claude.com/docs/en/about-claude/pricing",
    ),
    Uplift(
        "anthropic",
        lazy(r"(?!)"),
        lazy(r"claude-((opus|sonnet)-4-[6-9]|[a-z]+-[5-9]).*"),
        1.1,
        "inference_geo, from Opus and Sonnet 4.6 on: https://platform.claude.com/docs/en/manage-claude/data-residency",
        "us",
    ),
)
"""Regional prices, checked on 2026-11-25."""


def uplift(provider: str, model: str, host: str, geography: str = "") -> float:
    """By what the list price of tokens is multiplied at that host, or where the answer says that it was made."""
    site = host.strip().lower().partition(":")[0]
    for each in UPLIFTS:
        if each.provider != provider or not each.models.fullmatch(model):
            continue
        if each.hosts.fullmatch(site) or (each.geography and each.geography == geography):
            return each.factor
    return 1.0


CHINESE_HOLIDAYS = frozenset(
    {date(2026, 9, 25) + timedelta(days) for days in range(3)}
    | {date(2026, 10, 1) + timedelta(days) for days in range(7)}
)
"""Public holidays in China since DeepSeek bills by time of day; those of later years were not published yet."""


def _deepseek_off_peak(day: date) -> bool:
    return day.weekday() >= 5 or day in CHINESE_HOLIDAYS


OFF_PEAK_DAYS: dict[str, tuple[date, Callable[[date], bool]]] = {
    # Peak hours (01:00 to 04:00 and 06:00 to 10:00 UTC) fall on the same day in China, and only on working days:
    # https://api-docs.deepseek.com/quick_start/pricing
    "deepseek": (date(2026, 8, 17), _deepseek_off_peak),
}
"""Providers whose peak prices do not hold on some days: since when, and which days."""

OFF_PEAK_HOUR = 12
"""An hour (UTC) that is off-peak on every day."""
