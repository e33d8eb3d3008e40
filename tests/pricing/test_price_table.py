"""The user's own prices: what they mean, and what is said about wrong ones."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from genai_sentry.pricing import Pricer
from genai_sentry.pricing.table import PriceTable
from genai_sentry.settings import SettingsError
from genai_sentry.wire.outcome import Outcome, Usage

AT = datetime(2026, 11, 24, tzinfo=UTC).timestamp()

TOML = """
[openai."gpt-4o"]
input = 2.00
output = 8.00
cache_read = 1.00
batch = 0.5
tiers = [{ above = 200000, input = 4.00, output = 12.00 }]
service_tiers = { priority = 2.0, flex = { input = 1.00, output = 4.00 } }

[["llm.internal"."claude-*"]]
input = 3.00
output = 15.00

[["llm.internal"."claude-*"]]
from = 2026-07-01
input = 2.50
output = 12.00
"""


def _usd(table: Any, model: str, usage: Usage, *, provider: str = "openai", **facts: Any) -> float | None:
    outcome = Outcome(service_tier=facts.pop("tier", None))
    cost = Pricer(table).cost(provider, [model], usage, outcome=outcome, **{"at": AT, **facts})
    assert cost is None or cost.source == "custom"
    return None if cost is None else cost.total_usd


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The documented example as a file."""
    path = tmp_path / "prices.toml"
    path.write_text(TOML, encoding="utf-8")
    return path


def test_the_documented_table_means_what_it_says(file: Path) -> None:
    """Input, output, cached tokens, long context, service tiers and batch."""
    usage = Usage(100_000, 10_000, 40_000)
    assert pytest.approx(0.06 * 2 + 0.04 * 1 + 0.01 * 8) == _usd(file, "gpt-4o", usage)
    assert pytest.approx((0.12 + 0.04 + 0.08) * 0.5) == _usd(file, "gpt-4o", usage, batch=True)
    assert pytest.approx((0.12 + 0.04 + 0.08) * 2) == _usd(file, "gpt-4o", usage, tier="priority")
    assert pytest.approx(0.06 + 0.04 + 0.04) == _usd(file, "gpt-4o", usage, tier="FLEX")
    assert pytest.approx(0.3 * 4 + 0.01 * 12) == _usd(file, "gpt-4o", Usage(300_000, 10_000))


def test_the_example_is_the_one_in_the_documentation() -> None:
    """The module's example is valid and the same as the one tried here."""
    from genai_sentry.pricing import table

    documented = "".join(line.strip() for line in (table.__doc__ or "").splitlines() if line.startswith("    "))
    for line in TOML.split("\n"):
        assert line.strip() in documented


def test_dates_choose_the_list(file: Path) -> None:
    """Each list holds from its day until the next begins."""
    for when, usd in (("2026-06-30T23:59:59", 3.0), ("2026-07-01T00:00:00", 2.5)):
        at = datetime.fromisoformat(when).replace(tzinfo=UTC).timestamp()
        usage = Usage(1_000_000, 0)
        assert pytest.approx(usd) == _usd(file, "claude-x", usage, provider="litellm", host="llm.internal", at=at)


def test_before_the_first_date_there_is_no_own_price() -> None:
    """A list that begins later does not hold yet."""
    table = PriceTable({"p": {"m": {"from": "2027-01-01", "input": 1, "output": 1}}})
    assert table.find("p", ["m"], at=AT) is None
    assert table.find("p", ["m"], at=AT + 86_400 * 60) is not None


@pytest.mark.parametrize("start", [date(2026, 7, 1), "2026-07-01", datetime(2026, 7, 1), "2026-07-01T02:00:00+02:00"])
def test_dates_come_in_several_forms(start: object) -> None:
    """Dates and times, as values or as text, UTC if they do not say."""
    table = PriceTable({"p": {"m": {"from": start, "input": 1, "output": 1}}})
    found = table.find("p", ["m"], at=AT)
    assert found is not None
    assert datetime(2026, 7, 1, tzinfo=UTC).timestamp() == found.start


def test_json_files_are_read(tmp_path: Path) -> None:
    """The same table as JSON."""
    path = tmp_path / "prices.json"
    path.write_text(json.dumps({"openai": {"gpt-4o": {"input": 2, "output": 8}}}), encoding="utf-8")
    assert pytest.approx(2.0) == _usd(str(path), "gpt-4o", Usage(1_000_000, 0))


def test_the_nearest_entry_wins() -> None:
    """Host over provider over any; whole name over the longest beginning; names in any case, however spelled."""
    flat = {"output": 0}
    table = {
        "*": {"*": {"input": 1, **flat}},
        "azure": {"gpt-*": {"input": 2, **flat}, "gpt-4o*": {"input": 3, **flat}, "GPT-4o": {"input": 4, **flat}},
        "llm.internal": {"*": {"input": 5, **flat}},
    }
    usage = Usage(1_000_000, 0)
    asked = [("openai", "x"), ("azure.ai.openai", "gpt-5"), ("azure", "gpt-4o-mini"), ("az.ai.openai", "gpt-4O")]
    assert [1.0, 2.0, 3.0, 4.0] == [_usd(table, model, usage, provider=provider) for provider, model in asked]
    assert _usd(table, "gpt-4o", usage, provider="azure", host="LLM.internal") == 5.0
    assert _usd(table, "other", usage, provider="azure") == 1.0


def test_every_kind_of_price_can_be_given() -> None:
    """Audio, images, characters, minutes, searches and requests have their prices."""
    audio = {"input": 1, "output": 2, "input_audio": 10, "output_audio": 20, "cache_read": 0.5, "cache_read_audio": 5}
    usage = Usage(100, 100, 40, input_audio_tokens=50, output_audio_tokens=60, cache_read_audio_tokens=10)
    expected = (20 * 1 + 30 * 0.5 + 40 * 10 + 10 * 5 + 40 * 2 + 60 * 20) / 1e6
    assert pytest.approx(expected) == _usd({"openai": {"m": audio}}, "m", usage)
    assert pytest.approx(0.006 * 1.5) == _usd({"openai": {"m": {"minute": 0.006}}}, "m", Usage(input_seconds=90))
    assert pytest.approx(0.15) == _usd({"openai": {"m": {"characters": 15}}}, "m", Usage(input_characters=10_000))
    assert pytest.approx(0.08) == _usd({"openai": {"m": {"image": 0.04}}}, "m", Usage(images=2))
    assert pytest.approx(0.035) == _usd(
        {"openai": {"m": {"request": 0.005, "search": 0.01}}}, "m", Usage(10, 10, web_searches=3)
    )


def test_what_is_not_priced_apart_is_part_of_its_whole() -> None:
    """Cached, reasoning and audio tokens, searches and tiers cost what the rest costs, where nothing else is said."""
    usage = Usage(1000, 1000, 500, reasoning_output_tokens=400, input_audio_tokens=100, web_searches=2)
    plain = {"openai": {"m": {"input": 1, "output": 2}}}
    assert pytest.approx(0.003) == _usd(plain, "m", usage)
    assert pytest.approx(0.003) == _usd(plain, "m", usage, tier="flex", batch=True)


def test_a_free_model_costs_zero() -> None:
    """A price of zero is a price."""
    assert _usd({"openai": {"local": {"input": 0, "output": 0}}}, "local", Usage(1000, 100)) == 0.0


@pytest.mark.parametrize(
    ("table", "what"),
    [
        (5, "the table: expected a table, got 5"),
        ({"openai": 5}, "openai: expected a table, got 5"),
        ({"openai": {}}, "openai: no models"),
        ({5: {}}, "expected a name, got 5"),
        ({"openai": {"m": 5}}, "openai, m: expected a table, got 5"),
        ({"openai": {"m": []}}, "openai, m: no prices"),
        ({"openai": {"m": {}}}, "openai, m: no price"),
        ({"openai": {"m": {"from": "2026-01-01"}}}, "openai, m: no price"),
        ({"openai": {"m": {"imput": 1}}}, "openai, m: unknown key 'imput'; known are input, output"),
        ({"openai": {"m": {"input": "2"}}}, "openai, m, input: expected a number of US dollars, got '2'"),
        ({"openai": {"m": {"input": -1}}}, "openai, m, input: expected a number of US dollars, got -1"),
        ({"openai": {"m": {"input": True}}}, "openai, m, input: expected a number of US dollars, got True"),
        ({"openai": {"m": {"input": float("nan")}}}, "openai, m, input: expected a number of US dollars, got nan"),
        ({"openai": {"m": {"input": 1, "from": "soon"}}}, "openai, m, from: expected a date such as"),
        ({"openai": {"m": {"input": 1, "from": 7}}}, "openai, m, from: expected a date such as"),
        ({"openai": {"m": [{"input": 1}, {"input": 2}]}}, "openai, m: two price lists begin at the same time"),
        ({"openai": {"m": {"input": 1, "batch": "half"}}}, "openai, m, batch: expected a share of the prices"),
        ({"openai": {"m": {"input": 1, "batch": {}}}}, "openai, m, batch: expected prices"),
        ({"openai": {"m": {"input": 1, "batch": {"x": 1}}}}, "openai, m, batch: expected prices"),
        ({"openai": {"m": {"input": 1, "service_tiers": 2}}}, "openai, m, service_tiers: expected a table, got 2"),
        ({"openai": {"m": {"input": 1, "service_tiers": {"flex": -1}}}}, "openai, m, service tier flex: expected"),
        ({"openai": {"m": {"input": 1, "tiers": 2}}}, "openai, m, tiers: expected a list of tables, got 2"),
        ({"openai": {"m": {"input": 1, "tiers": [{"input": 2}]}}}, "openai, m, tier 1, above: expected a number of"),
        ({"openai": {"m": {"input": 1, "tiers": [{"above": 5}]}}}, "openai, m, tier 1: expected prices that the model"),
        (
            {"openai": {"m": {"input": 1, "tiers": [{"above": 5, "output": 2}]}}},
            "openai, m, tier 1: expected prices that the model has, got ['output']",
        ),
    ],
)
def test_a_wrong_table_is_a_clear_error(table: Any, what: str) -> None:
    """The error names the setting, the place and what is wrong with it."""
    with pytest.raises(SettingsError) as caught:
        PriceTable(table)
    assert caught.value.setting == "prices"
    assert str(caught.value).startswith(f"prices: {what}")


def test_a_wrong_file_is_a_clear_error(tmp_path: Path) -> None:
    """A missing or broken file, and a wrong value in one, name the file."""
    broken, wrong, text = tmp_path / "broken.toml", tmp_path / "wrong.json", tmp_path / "bytes.toml"
    broken.write_text("[openai\ninput = 1", encoding="utf-8")
    wrong.write_text('{"openai": {"m": {"input": "x"}}}', encoding="utf-8")
    text.write_bytes(b"\xff\xfe")
    for path, what in (
        (tmp_path / "missing.toml", "can't read"),
        (text, "can't read"),
        (broken, "broken.toml: "),
        (wrong, "wrong.json: openai, m, input: expected a number"),
    ):
        with pytest.raises(SettingsError, match="prices: ") as caught:
            PriceTable(path)
        assert what in str(caught.value)


def test_no_table_is_no_price() -> None:
    """Without a table nothing is found, and the table is false."""
    assert not PriceTable(None)
    assert PriceTable(None).find("openai", ["gpt-4o"], at=AT) is None


def test_a_wrong_table_stops_the_start() -> None:
    """The pricer refuses a wrong table when it is made."""
    with pytest.raises(SettingsError, match="prices: openai, m: no price"):
        Pricer({"openai": {"m": {}}})
