"""What a call cost."""

from __future__ import annotations

from typing import NamedTuple


class Cost(NamedTuple):
    """What a call cost, in US dollars.

    Attributes:
        input_usd: what the input cost, caching included; None where only the total is known.
        output_usd: what the output cost, reasoning included; None where only the total is known.
        total_usd: what all of it cost; more than input plus output where requests or searches are billed too.
        source: who says so: `provider` (the response names its cost), `custom` (the user's price table) or
            `price_table` (the published list prices that genai-prices collects).
    """

    input_usd: float | None
    output_usd: float | None
    total_usd: float
    source: str
