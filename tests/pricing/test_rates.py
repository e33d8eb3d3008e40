"""The arithmetic of rate cards."""

from __future__ import annotations

import pytest

from genai_sentry.pricing.rates import FIELDS, Rate, RateCard, card
from genai_sentry.wire.outcome import Usage

M = 1e-6


def _card(*rates: Rate, **options: bool) -> RateCard:
    made = card(rates, **options)
    assert made is not None
    return made


CLAUDE = _card(
    Rate("input_tokens", 3 * M),
    Rate("output_tokens", 15 * M),
    Rate("cache_read_input_tokens", 0.3 * M),
    Rate("cache_write_input_tokens", 3.75 * M),
    Rate("cache_write_1h_input_tokens", 6 * M),
    Rate("web_searches", 0.01),
)
AUDIO = _card(
    Rate("input_tokens", 4 * M),
    Rate("output_tokens", 16 * M),
    Rate("cache_read_input_tokens", 0.4 * M),
    Rate("input_audio_tokens", 32 * M),
    Rate("output_audio_tokens", 64 * M),
    Rate("cache_read_audio_tokens", 0.5 * M),
)


def test_every_count_of_a_usage_can_be_priced() -> None:
    """The counts of the arithmetic are those of `Usage`, but for what is billed in place of them."""
    billed = {"billed_input_tokens", "billed_output_tokens"}
    assert set(Usage.__dataclass_fields__) - billed == set(FIELDS)


def test_no_token_is_paid_for_twice() -> None:
    """Cached, cache-written and hour-long ones come out of the input; reasoning without a price stays output."""
    usage = Usage(1000, 200, 300, 400, 100, 150, web_searches=2)
    amount = CLAUDE.amount(usage)
    assert amount is not None
    assert pytest.approx(300 * 3 * M + 300 * 0.3 * M + 300 * 3.75 * M + 100 * 6 * M, rel=1e-12) == amount.input_usd
    assert pytest.approx(200 * 15 * M, rel=1e-12) == amount.output_usd
    assert pytest.approx(amount.input_usd + amount.output_usd + 0.02, rel=1e-12) == amount.total_usd


def test_audio_is_priced_as_audio() -> None:
    """Audio, cached text and cached audio each have their own price."""
    usage = Usage(1000, 100, 300, input_audio_tokens=600, output_audio_tokens=80, cache_read_audio_tokens=200)
    amount = AUDIO.amount(usage)
    assert amount is not None
    # 300 text, 100 cached text, 400 audio, 200 cached audio.
    assert pytest.approx((300 * 4 + 100 * 0.4 + 400 * 32 + 200 * 0.5) * M, rel=1e-12) == amount.input_usd
    assert pytest.approx((20 * 16 + 80 * 64) * M, rel=1e-12) == amount.output_usd


def test_overlap_that_is_not_told_makes_the_cost_unknown() -> None:
    """With cached and audio tokens, how many are both must be told."""
    assert AUDIO.amount(Usage(1000, 100, 300, input_audio_tokens=600)) is None


@pytest.mark.parametrize(
    "usage",
    [
        Usage(298, 14, 387),
        Usage(100, 10, 60, 60),
        Usage(100, 10, None, 20, 40),
        Usage(None, 10, 5),
        Usage(10, None),
        Usage(),
        Usage(-5, 10),
    ],
)
def test_counts_that_contradict_each_other_make_the_cost_unknown(usage: Usage) -> None:
    """Parts larger than the whole, a missing total or a negative count give no cost rather than a wrong one."""
    assert CLAUDE.amount(usage) is None


def test_zero_is_zero() -> None:
    """A usage of zero tokens costs zero."""
    assert CLAUDE.amount(Usage(0, 0)) == (0.0, 0.0, 0.0)


def test_long_context_moves_the_whole_call() -> None:
    """Above the threshold all tokens pay the higher price, at it none."""
    tiered = _card(
        Rate("input_tokens", 1 * M, ((200_000, 2 * M), (500_000, 4 * M))),
        Rate("output_tokens", 10 * M, ((200_000, 15 * M),)),
    )
    costs = [tiered.amount(Usage(tokens, 1000)) for tokens in (200_000, 200_001, 500_001)]
    expected = [200_000 * M + 0.01, 200_001 * 2 * M + 0.015, 500_001 * 4 * M + 0.015]
    assert [pytest.approx(usd, rel=1e-12) for usd in expected] == [cost.total_usd for cost in costs if cost]


def test_tokens_without_a_price_make_the_cost_unknown() -> None:
    """A model billed by time or characters costs something unknown, not zero, where only tokens are counted."""
    whisper, speech = _card(Rate("input_seconds", 0.0001)), _card(Rate("input_characters", 15 * M))
    assert whisper.amount(Usage(input_tokens=50, output_tokens=20)) is None
    assert speech.amount(Usage(input_tokens=50)) is None
    assert _card(Rate("images", 0.04)).amount(Usage(input_tokens=50, output_tokens=20)) is None


def test_tokens_are_free_where_time_is_billed_instead() -> None:
    """Transcriptions that count tokens and seconds are billed by the seconds."""
    amount = _card(Rate("input_seconds", 0.0001)).amount(Usage(3, 11, input_audio_tokens=375, input_seconds=3))
    assert amount is not None
    assert pytest.approx(0.0003) == amount.total_usd


def test_audio_without_a_price_makes_the_cost_unknown() -> None:
    """Audio is not priced as text, unless the provider has one price for all."""
    rates = (Rate("input_tokens", 2 * M), Rate("output_tokens", 8 * M))
    usage = Usage(100, 10, input_audio_tokens=60)
    assert _card(*rates).amount(usage) is None
    assert _card(*rates, audio_as_text=True).amount(usage) == _card(*rates).amount(Usage(100, 10))
    assert _card(*rates).amount(Usage(100, 10, input_audio_tokens=0)) is not None


def test_searches_without_a_price_make_the_cost_unknown() -> None:
    """A search that the provider bills apart is not left out silently."""
    rates = (Rate("input_tokens", 2 * M), Rate("output_tokens", 8 * M))
    assert _card(*rates).amount(Usage(100, 10, web_searches=1)) is None
    assert _card(*rates).amount(Usage(100, 10, web_searches=0)) is not None


def test_images_whose_tokens_are_not_told_apart_make_the_cost_unknown() -> None:
    """Output that holds images is not priced as text."""
    image = _card(Rate("input_tokens", 5 * M), Rate("output_tokens", 10 * M), Rate("output_image_tokens", 32 * M))
    assert image.amount(Usage(10, 1364, images=1)) is None
    amount = image.amount(Usage(10, 1364, output_image_tokens=1056, images=1))
    assert amount is not None
    assert pytest.approx((308 * 10 + 1056 * 32) * M, rel=1e-12) == amount.output_usd


def test_reasoning_with_a_price_of_its_own_comes_out_of_the_output() -> None:
    """Where reasoning is priced apart it is not paid for as output too."""
    deep = _card(Rate("input_tokens", 2 * M), Rate("output_tokens", 8 * M), Rate("reasoning_output_tokens", 3 * M))
    amount = deep.amount(Usage(100, 1000, reasoning_output_tokens=600))
    assert amount is not None
    assert pytest.approx((400 * 8 + 600 * 3) * M, rel=1e-12) == amount.output_usd


def test_a_fee_per_request_is_added() -> None:
    """A request's fee is part of the total, not of input or output."""
    fee = _card(Rate("input_tokens", 1 * M), Rate("output_tokens", 1 * M), Rate("requests", 0.005))
    amount = fee.amount(Usage(10, 20))
    assert amount is not None
    assert pytest.approx(0.00503, rel=1e-12) == amount.total_usd
    assert pytest.approx(0.00003, rel=1e-12) == amount.input_usd + amount.output_usd


def test_no_price_is_no_card() -> None:
    """A model without any price has no rate card."""
    assert card(()) is None


@pytest.mark.parametrize(
    ("made", "usage"),
    [
        (CLAUDE, Usage(1000, 200, 300, 400, 100, web_searches=2)),
        (AUDIO, Usage(1000, 100, 300, input_audio_tokens=600, output_audio_tokens=80, cache_read_audio_tokens=200)),
        (_card(Rate("input_tokens", M, ((10, 2 * M),)), Rate("requests", 0.01)), Usage(11, 0)),
    ],
)
def test_a_bill_adds_up_to_the_amount(made: RateCard, usage: Usage) -> None:
    """The items of a bill are the amount's, each the product of its own numbers."""
    amount, items = made.amount(usage), made.bill(usage)
    assert amount is not None
    assert pytest.approx(amount.total_usd, rel=1e-12) == sum(usd for *_, usd in items)
    assert all(usd == pytest.approx(units * price) for _, units, price, usd in items)


def test_an_unknown_amount_has_no_bill() -> None:
    """Where the cost is unknown there are no items."""
    assert CLAUDE.bill(Usage(298, 14, 387)) == []
