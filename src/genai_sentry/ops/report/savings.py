"""What could be saved, worked out from the traffic itself; each suggestion shows its arithmetic.

They are upper bounds to look into, never promises: whether a cheaper model is good enough, or a prompt really begins
the same each time, only the application's own people can tell.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

from genai_sentry.makers import maker_of
from genai_sentry.ops.report.figures import MONTH_DAYS, Figures
from genai_sentry.ops.report.store import Store
from genai_sentry.pricing import Pricer
from genai_sentry.pricing.catalogue import CATALOGUE
from genai_sentry.pricing.rates import RateCard
from genai_sentry.pricing.sellers import closed_model, seller_of
from genai_sentry.wire.outcome import Usage

LEAST_USD, LEAST_SHARE = 0.01, 0.005
"""Savings over the period below this, in US dollars or as a share of the whole cost, are not worth a line."""

CHEAPER = 0.7
"""A model is suggested when the same tokens cost at most this share."""

CACHE_FROM = 1024
"""Shortest prompts, in tokens, that the large providers cache."""

SUGGESTED = 3
"""Models suggested for one model in use."""

MODELS = 8
"""The costliest models in use, for which cheaper ones are looked for."""

TRUNCATED = ("length", "max_tokens", "MAX_TOKENS", "max_output_tokens", "incomplete")
"""Finish reasons of outputs that ran into their limit."""

_NO_SUBSTITUTE = re.compile(
    r"embed|audio|realtime|image|tts|transcribe|whisper|dall|sora|veo|imagen|live|search|research|moderation|guard|"
    r"rerank|vision|instruct|computer|codex|robotics|native|speech|voice|ocr|\bft[:.-]|:|@|preview|-exp|free|oss|"
    r"davinci|babbage|ada|curie|gpt-3|^o\d|claude-(?:2|instant|3-)|gemini-1|flash-1|pro-1|palm|bison|cyber|latest"
)
_VERSION = re.compile(r"[-@](?:20\d{2}-?\d{2}-?\d{2}|\d{8}|\d{3,4}|v\d+)$")


@dataclass(frozen=True, slots=True)
class Saving:
    """One suggestion.

    Attributes:
        kind: `cheaper_model`, `cache`, `truncated`, `hopeless_retries` or `application_retries`.
        title: what to do.
        usd: at most so many US dollars over the period of the report; None where it costs time, not money.
        seconds: seconds of waiting, where that is what is lost.
        arithmetic: how that comes about, line by line.
        caution: what to find out first.
    """

    kind: str
    title: str
    usd: float | None
    seconds: float | None
    arithmetic: tuple[str, ...]
    caution: str


def savings(store: Store, figures: Figures, pricer: Pricer) -> list[Saving]:
    """Every suggestion, those that save most money first."""
    CATALOGUE.load()
    found = [*_cheaper(store, figures, pricer), *_cacheable(store, pricer), *_truncated(store), *_retries(store)]
    least = max(LEAST_USD, LEAST_SHARE * (figures.totals["cost_usd"] or 0.0))
    found = [each for each in found if each.usd is None or each.usd >= least]
    return sorted(found, key=lambda each: (-(each.usd or 0.0), -(each.seconds or 0.0)))


# The same tokens on cheaper models ------------------------------------------------------------------------------

_USED = """
    SELECT provider, model, sum(w) AS calls, sum(w * input_tokens) AS input, sum(w * output_tokens) AS output,
        coalesce(sum(w * cache_read_tokens), 0) AS cached, sum(w * cost_usd) AS usd,
        max(input_tokens + output_tokens) AS longest
    FROM calls WHERE cost_usd > 0 AND input_tokens IS NOT NULL AND output_tokens > 0 AND model IS NOT NULL
    GROUP BY 1, 2 ORDER BY usd DESC LIMIT ?
"""


def _cheaper(store: Store, figures: Figures, pricer: Pricer) -> list[Saving]:
    found = []
    for used in store.dicts(_USED, [MODELS]):
        provider = used["provider"] or ""
        options = _options(provider, used, pricer)
        best = [option for option in options if option[1] <= used["usd"] * CHEAPER]
        if not best:
            continue
        # The nearest below, which gives up least, and the cheapest of all.
        chosen = best if len(best) <= SUGGESTED else [best[0], *best[-(SUGGESTED - 1) :]]
        lines = [f"{used['model']} now: {used['calls']:,.0f} calls cost ${used['usd']:,.2f}"]
        for name, usd, parts in reversed(chosen):
            lines.append(
                f"{name}: {' + '.join(parts)} = ${usd:,.2f}, which is ${used['usd'] - usd:,.2f} less"
                f" ({1 - usd / used['usd']:.0%})"
            )
        nearest = chosen[-1]
        found.append(
            Saving(
                "cheaper_model",
                f"Try {_either([name for name, *_ in reversed(chosen)])} in place of {used['model']}",
                used["usd"] - nearest[1],
                None,
                (*lines, _a_month(used["usd"] - nearest[1], figures)),
                "The same number of tokens at list prices; whether the answers are good enough, your own tests tell."
                " A model that reasons makes more output tokens than one that does not. The month is the first one's.",
            )
        )
    return found


def _options(provider: str, used: dict[str, Any], pricer: Pricer) -> list[tuple[str, float, list[str]]]:
    """Other models of the same maker for these tokens: name, cost and its parts, the cheapest first."""
    closed = closed_model(used["model"])
    seller = (
        closed[0] if closed is not None and seller_of(provider) not in CATALOGUE.providers() else seller_of(provider)
    )
    maker = maker_of(used["model"])
    if maker is None:
        return []
    now, found, seen = time.time(), [], {_base(used["model"])}
    for _, name in CATALOGUE.names(provider=seller):
        if _base(name) in seen or _NO_SUBSTITUTE.search(name) or maker_of(name) != maker:
            continue
        rates = pricer.rates(seller, [name], at=now)
        window = CATALOGUE.context_window(seller, name)
        if rates is None or (window is not None and used["longest"] > window):
            continue
        priced = _priced(rates[0], used)
        if priced is not None:
            seen.add(_base(name))
            found.append((name, *priced))
    # Of models that cost the same the newest is enough.
    same = {round(usd, 9): (name, usd, parts) for name, usd, parts in sorted(found)}
    return sorted(same.values(), key=lambda each: each[1])


def _priced(card: RateCard, used: dict[str, Any]) -> tuple[float, list[str]] | None:
    """Cost of all these tokens, by the prices that hold for a call of average size."""
    calls = used["calls"]
    average = Usage(
        input_tokens=max(1, round(used["input"] / calls)),
        output_tokens=max(1, round(used["output"] / calls)),
        cache_read_input_tokens=round(used["cached"] / calls),
    )
    prices = {count: usd for count, _, usd, _ in card.bill(average)}
    if "input_tokens" not in prices or "output_tokens" not in prices:
        return None
    read = prices.get("cache_read_input_tokens", prices["input_tokens"])
    units = (
        ("input", used["input"] - used["cached"], prices["input_tokens"]),
        ("cached", used["cached"], read),
        ("output", used["output"], prices["output_tokens"]),
    )
    parts = [f"{count:,.0f} {name} × ${price * 1e6:g}/M" for name, count, price in units if count]
    return sum(count * price for _, count, price in units), parts


def _base(name: str) -> str:
    return _VERSION.sub("", name.lower().rpartition("/")[2])


def _either(names: list[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


# Prompts that begin alike ---------------------------------------------------------------------------------------

_ALIKE = """
    SELECT provider, model, coalesce(labels, '') AS labels, sum(w) AS calls,
        quantile_disc(input_tokens, 0.1) AS prefix,
        coalesce(sum(w * cache_read_tokens), 0) AS cached, sum(w * input_tokens) AS input
    FROM calls WHERE input_tokens >= ? AND cost_usd > 0 AND output_tokens > 0
    GROUP BY 1, 2, 3 HAVING count(*) >= 20 AND coalesce(sum(cache_read_tokens), 0) < 0.2 * sum(input_tokens)
"""


def _cacheable(store: Store, pricer: Pricer) -> list[Saving]:
    found: dict[tuple[str, str], list[tuple[float, str]]] = {}
    for row in store.dicts(_ALIKE, [CACHE_FROM]):
        rates = pricer.rates(row["provider"] or "", [row["model"] or ""])
        if rates is None:
            continue
        prices = {rate.count: rate.usd for rate in rates[0].rates}
        full, read = prices.get("input_tokens"), prices.get("cache_read_input_tokens")
        if not full or read is None or read >= full:
            continue
        tokens = max(0.0, row["prefix"] * row["calls"] - row["cached"])
        usd = tokens * (full - read)
        what = row["labels"].replace("\x1f", ", ") or "all calls"
        already = f" - {row['cached']:,.0f} cached already" if row["cached"] else ""
        line = (
            f"{what}: {row['calls']:,.0f} calls × {row['prefix']:,.0f} tokens (nine in ten prompts have as many)"
            f"{already} × (${full * 1e6:g} - ${read * 1e6:g})/M = ${usd:,.2f}"
        )
        found.setdefault((row["provider"] or "", row["model"] or ""), []).append((usd, line))
    return [
        Saving(
            "cache",
            f"Have {model}'s prompts begin alike, so that the provider's cache serves their beginning",
            sum(usd for usd, _ in lines),
            None,
            _longest(lines),
            "At most: as if those tokens were the same in every call of a group. Put instructions, tools and examples"
            " first and what changes last; writing to the cache may cost extra.",
        )
        for (_, model), lines in found.items()
    ]


def _longest(lines: list[tuple[float, str]], most: int = 6) -> tuple[str, ...]:
    ordered = sorted(lines, reverse=True)
    rest = ordered[most:]
    more = (f"{len(rest)} smaller groups = ${sum(usd for usd, _ in rest):,.2f}",) if rest else ()
    return (*(line for _, line in ordered[:most]), *more)


# Outputs cut at their limit -------------------------------------------------------------------------------------


def _truncated(store: Store) -> list[Saving]:
    marks = ", ".join("?" for _ in TRUNCATED)
    rows = store.dicts(
        f"SELECT coalesce(model, '') AS model, sum(w) AS calls, sum(w * cost_usd) AS usd,"
        f" sum(w * output_tokens) AS output, mode(output_tokens) AS often FROM calls"
        f" WHERE finish IN ({marks}) GROUP BY 1 ORDER BY usd DESC NULLS LAST",
        TRUNCATED,
    )
    usd = sum(row["usd"] or 0.0 for row in rows)
    if not rows or not usd:
        return []
    calls = sum(row["calls"] for row in rows)
    lines = [
        f"{row['model']}: {row['calls']:,.0f} truncated calls cost ${row['usd'] or 0:,.2f}"
        f" ({row['output'] or 0:,.0f} output tokens)"
        for row in rows[:6]
    ]
    return [
        Saving(
            "truncated",
            f"Raise the output limit, or ask for less: {calls:,.0f} outputs were cut at max_tokens",
            usd,
            None,
            (*lines, f"together ${usd:,.2f} for answers that end in the middle"),
            "Counted whole: a cut answer that is of use all the same is no waste.",
        )
    ]


# Retries that could not have helped -----------------------------------------------------------------------------

_HOPELESS = """
    SELECT type, coalesce(reason, 'unspecified') AS reason, sum(w) AS calls, sum(w * (attempts - 1)) AS retries,
        sum(w * greatest(seconds - coalesce(last_attempt_s, 0), 0)) AS seconds
    FROM calls WHERE failed AND attempts > 1 AND NOT retryable GROUP BY 1, 2 ORDER BY retries DESC
"""
_AGAIN = """
    SELECT type, coalesce(reason, 'unspecified') AS reason, sum(w) AS calls, sum(w * seconds) AS seconds,
        sum(w * cost_usd) AS usd
    FROM calls WHERE failed AND operation_attempt > 1 AND NOT retryable GROUP BY 1, 2 ORDER BY calls DESC
"""


def _retries(store: Store) -> list[Saving]:
    found = []
    rows = store.dicts(_HOPELESS)
    if rows:
        retries, seconds = sum(row["retries"] for row in rows), sum(row["seconds"] or 0.0 for row in rows)
        found.append(
            Saving(
                "hopeless_retries",
                f"Don't retry what can't succeed: {retries:,.0f} attempts repeated a failure that stays",
                None,
                seconds,
                tuple(
                    f"{row['type']}/{row['reason']}: {row['calls']:,.0f} calls, {row['retries']:,.0f} repeats, "
                    f"{row['seconds'] or 0:,.0f} s before the last one began"
                    for row in rows[:6]
                ),
                "Ask genai_sentry.is_retryable before a retry; a client's own max_retries repeats some of these too.",
            )
        )
    rows = store.dicts(_AGAIN)
    if rows:
        calls, seconds = sum(row["calls"] for row in rows), sum(row["seconds"] or 0.0 for row in rows)
        found.append(
            Saving(
                "application_retries",
                f"Stop the application's own retries of {calls:,.0f} calls that could not succeed",
                sum(row["usd"] or 0.0 for row in rows) or None,
                seconds,
                tuple(
                    f"{row['type']}/{row['reason']}: {row['calls']:,.0f} further calls, {row['seconds'] or 0:,.0f} s"
                    for row in rows[:6]
                ),
                "These are calls that the application made again after the client library had given up.",
            )
        )
    return found


def _a_month(usd: float, figures: Figures) -> str:
    if figures.days is None:
        return f"over the period of this report: ${usd:,.2f}"
    return (
        f"a month: ${usd:,.2f} / {figures.days:,.2f} days × {MONTH_DAYS} days = ${usd / figures.days * MONTH_DAYS:,.2f}"
    )
