"""Prices as the providers publish them, typed by hand, and the arithmetic that goes with them, in decimals."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from genai_sentry.wire.outcome import Usage

AT = datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()
"""The time for which the prices were typed: a Tuesday, off-peak everywhere."""

ROWS: dict[tuple[str, str], dict[str, object]] = {
    (row["provider"], name): row
    for row in tomllib.loads(Path(__file__).with_name("published_prices.toml").read_text(encoding="utf-8"))["models"]
    for name in row["names"]
}


def expected_cost(provider: str, model: str, usage: Usage, tier: str = "") -> Decimal:
    """What the typed prices make of a usage."""
    row = ROWS[provider, model]
    extra = row.get(tier, {})
    prices = {**row, **extra} if isinstance(extra, dict) else row

    def usd(name: str, count: int | float | None, per: int = 1_000_000) -> Decimal:
        return Decimal(str(prices.get(name, 0))) * Decimal(str(count or 0)) / per

    if "minute" in prices:
        return usd("minute", usage.input_seconds, 60)
    given = usage.billed_input_tokens if usage.billed_input_tokens is not None else usage.input_tokens or 0
    made = usage.billed_output_tokens if usage.billed_output_tokens is not None else usage.output_tokens or 0
    total = usd("search", usage.web_searches, 1)
    hour = usage.cache_write_1h_input_tokens or 0
    parts_in = {"cache_read": usage.cache_read_input_tokens or 0, "cache_write_1h": hour}
    parts_in["cache_write"] = (usage.cache_write_input_tokens or 0) - hour
    parts_in["input_audio"], parts_in["input_image"] = usage.input_audio_tokens or 0, usage.input_image_tokens or 0
    parts_out = {"output_audio": usage.output_audio_tokens or 0, "output_image": usage.output_image_tokens or 0}
    for total_name, count, parts in (("input", given, parts_in), ("output", made, parts_out)):
        priced = {name: units for name, units in parts.items() if name in prices}
        total += usd(total_name, count - sum(priced.values())) + sum(usd(name, n) for name, n in priced.items())
    return total
