"""Costs asked for by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import genai_sentry
from genai_sentry.pricing import Cost
from genai_sentry.pricing.estimate import estimate_monthly_cost, price
from genai_sentry.settings import SettingsError

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_price_of_a_call() -> None:
    """Counts times list prices, by the model's maker where no provider is named."""
    cost = price("gpt-4o", input_tokens=1000, output_tokens=100, cache_read_input_tokens=400, at=AT)
    assert Cost(pytest.approx(0.002), pytest.approx(0.001), pytest.approx(0.003), "price_table") == cost
    assert genai_sentry.price is price


@pytest.mark.parametrize(
    ("model", "provider", "usd"),
    [
        ("claude-opus-5", None, 5.0),
        ("anthropic/claude-opus-5", None, 5.0),
        ("mistral-large-2512", None, 0.5),
        ("deepseek-v4-pro", None, 0.66),
        ("voyage-3-lite", None, 0.02),
        ("openai/gpt-oss-120b", "groq", 0.15),
        ("grok-4.3", "x_ai", 2.5),
        ("gpt-oss-20b", None, None),
        ("llama-3.3-70b-versatile", None, None),
        ("gpt-99", None, None),
        ("gpt-4o", "nobody", None),
    ],
)
def test_price_by_model_and_provider(model: str, provider: str | None, usd: float | None) -> None:
    """A model without a provider is its maker's; open weights and unknown names have no price."""
    cost = price(model, provider, input_tokens=1_000_000, at=AT)
    assert (cost and cost.total_usd) == (None if usd is None else pytest.approx(usd))


def test_price_by_tier_batch_time_and_other_counts() -> None:
    """Every keyword counts."""
    million = 1_000_000
    figures = [
        price("gpt-5", input_tokens=million, service_tier="priority", at=AT),
        price("gpt-5", input_tokens=million, batch=True, at=AT),
        price("gemini-3.6-flash", input_tokens=million, at=datetime(2027, 1, 1)),
        price("gemini-3.6-flash", input_tokens=million, at=AT.timestamp()),
        price("gemini-3.6-flash", input_tokens=million, at=datetime.fromisoformat("2026-12-31T23:30:00-01:00")),
        price("whisper-1", input_seconds=60, at=AT),
        price("tts-1", input_characters=million, at=AT),
        price("gpt-audio", output_tokens=million, output_audio_tokens=million, at=AT),
        price("claude-opus-5", input_tokens=million, cache_write_input_tokens=million, at=AT),
        price(
            "claude-opus-5",
            input_tokens=million,
            cache_write_input_tokens=million,
            cache_write_1h_input_tokens=million,
            at=AT,
        ),
        price("claude-opus-5", output_tokens=million, reasoning_output_tokens=500_000, web_searches=100, at=AT),
        price("gpt-image-1.5", output_tokens=million, output_image_tokens=million, images=1, at=AT),
    ]
    expected = [2.5, 0.625, 1.5, 0.75, 1.5, 0.006, 15.0, 64.0, 6.25, 10.0, 26.0, 32.0]
    assert [pytest.approx(usd) for usd in expected] == [cost and cost.total_usd for cost in figures]


def test_price_now_is_the_default() -> None:
    """Without a time the price of this moment counts."""
    cost = price("gpt-4o-mini", input_tokens=1_000_000)
    assert cost is not None
    assert cost.total_usd > 0


def test_price_without_counts_is_unknown() -> None:
    """Nothing counted is nothing known; an impossible count is unknown too."""
    assert price("gpt-4o") is None
    assert price("gpt-4o", input_tokens=10, cache_read_input_tokens=20) is None


def test_price_by_own_table() -> None:
    """The user's table comes first; a wrong one is an error."""
    mine = {"openai": {"gpt-4o": {"input": 1.0, "output": 4.0}}}
    assert Cost(1.0, 0.0, 1.0, "custom") == price("gpt-4o", input_tokens=1_000_000, prices=mine)
    with pytest.raises(SettingsError):
        price("gpt-4o", input_tokens=1, prices={"openai": 5})


def test_a_months_cost() -> None:
    """Requests times days times the cost of one, with what it is made of."""
    estimate = estimate_monthly_cost("gpt-4o", requests_per_day=1000, input_tokens=1500, output_tokens=300)
    one = 1500 * 2.5e-6 + 300 * 10e-6
    assert pytest.approx(one) == estimate.chosen.request_usd
    assert pytest.approx(one * 1000) == estimate.chosen.daily_usd
    assert pytest.approx(one * 1000 * 30) == estimate.monthly_usd
    assert {"input_tokens": 1500, "output_tokens": 300} == {item.count: item.units for item in estimate.chosen.items}
    assert ("openai", "price_table") == (estimate.chosen.provider, estimate.chosen.source)
    assert genai_sentry.estimate_monthly_cost is estimate_monthly_cost


def test_cached_input_days_tier_and_batch_count() -> None:
    """The share of cached input, the length of the month, the tier and batch change the figure."""
    common = {"requests_per_day": 10, "input_tokens": 1000, "output_tokens": 0}
    half = estimate_monthly_cost("gpt-4o", cached_share=0.5, days=31, **common)
    assert pytest.approx((500 * 2.5e-6 + 500 * 1.25e-6) * 310) == half.monthly_usd
    priority = estimate_monthly_cost("gpt-5", service_tier="priority", **common)
    batch = estimate_monthly_cost("gpt-5", batch=True, **common)
    assert [pytest.approx(2.5e-3 * 300), pytest.approx(0.625e-3 * 300)] == [priority.monthly_usd, batch.monthly_usd]


def test_comparison_and_savings() -> None:
    """Other models come cheapest first, with what they would save; unknown ones last, without a figure."""
    estimate = estimate_monthly_cost(
        "gpt-4o",
        requests_per_day=1000,
        input_tokens=1000,
        output_tokens=100,
        compare_with=["nope", "claude-opus-5", "groq:openai/gpt-oss-120b", "gpt-4o-mini"],
    )
    names = [each.model for each in estimate.others]
    assert names == ["gpt-4o-mini", "openai/gpt-oss-120b", "claude-opus-5", "nope"] or names == [
        "openai/gpt-oss-120b",
        "gpt-4o-mini",
        "claude-opus-5",
        "nope",
    ]
    mini = next(each for each in estimate.others if each.model == "gpt-4o-mini")
    assert pytest.approx(105.0 - 6.3) == mini.savings_usd
    assert pytest.approx(0.94) == mini.savings_share
    dear = estimate.others[2]
    assert dear.savings_usd is not None
    assert dear.savings_usd < 0
    unknown = estimate.others[3]
    assert (None, None, None) == (unknown.monthly_usd, unknown.savings_usd, unknown.savings_share)
    assert estimate.cheapest.model in ("gpt-4o-mini", "openai/gpt-oss-120b")


def test_an_unknown_model_has_no_estimate() -> None:
    """Without a price there is no figure, and nothing to compare with."""
    estimate = estimate_monthly_cost(
        "nope", requests_per_day=1, input_tokens=1, output_tokens=1, compare_with=["gpt-4o"]
    )
    assert estimate.monthly_usd is None
    assert estimate.others[0].monthly_usd is not None
    assert estimate.others[0].savings_usd is None
    assert estimate.cheapest.model == "gpt-4o"


def test_colons_in_model_names_are_no_providers() -> None:
    """Only a known provider before a colon is one."""
    mine = {"openai": {"ft:gpt-4o:org": {"input": 1, "output": 1}}}
    estimate = estimate_monthly_cost(
        "gpt-4o",
        requests_per_day=1,
        input_tokens=1_000_000,
        output_tokens=0,
        compare_with=["ft:gpt-4o:org", "azure:gpt-4o-mini"],
        prices=mine,
    )
    figures = {each.model: (each.provider, each.request_usd) for each in estimate.others}
    assert figures == {
        "ft:gpt-4o:org": ("openai", pytest.approx(1.0)),
        "gpt-4o-mini": ("azure", pytest.approx(0.15)),
    }


def test_free_models_save_everything() -> None:
    """Against a model that costs nothing there is no share."""
    free = {"openai": {"gpt-4o": {"input": 0, "output": 0}}}
    estimate = estimate_monthly_cost(
        "gpt-4o", requests_per_day=1, input_tokens=10, output_tokens=1, compare_with=["gpt-4o-mini"], prices=free
    )
    assert estimate.monthly_usd == 0.0
    assert estimate.others[0].savings_share is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("requests_per_day", -1),
        ("input_tokens", -1),
        ("output_tokens", -5),
        ("days", float("nan")),
        ("days", float("inf")),
        ("cached_share", 1.5),
        ("cached_share", -0.1),
    ],
)
def test_impossible_numbers_are_refused(name: str, value: float) -> None:
    """A negative or infinite number is named."""
    numbers = {"requests_per_day": 1, "input_tokens": 1, "output_tokens": 1, name: value}
    with pytest.raises(ValueError, match=name):
        estimate_monthly_cost("gpt-4o", **numbers)


def test_a_count_that_is_no_number_has_no_price() -> None:
    """Unknown is None, not a cost of `nan`."""
    assert price("gpt-4o", "openai", input_tokens=float("nan"), output_tokens=1) is None  # type: ignore[arg-type]
