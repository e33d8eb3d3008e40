"""`genai-sentry prices` and `genai-sentry estimate`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from genai_sentry.cli import FOUND, OK, USAGE, main


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GENAI_SENTRY_PRICES", raising=False)


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    """A price file."""
    path = tmp_path / "prices.toml"
    path.write_text('[openai."gpt-4o"]\ninput = 1\noutput = 4\n\n["llm.internal".house]\ninput = 0\noutput = 0\n')
    return path


ESTIMATE = ["estimate", "--requests", "1000", "--input", "1500", "--output", "300", "--model"]


def test_prices_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """A table with the model's prices and what else it has."""
    assert main(["prices", "claude-haiku-5-5", "--provider", "anthropic"]) == OK
    out = capsys.readouterr().out
    assert "claude-haiku-5-5" in out
    assert "per million tokens" in out
    assert "100,000" in out


def test_prices_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Programs get numbers."""
    assert main(["prices", "gpt-4o-mini", "--provider", "openai", "--json"]) == OK
    rows = {row["model"]: row for row in json.loads(capsys.readouterr().out)}
    mini = rows["gpt-4o-mini"]
    assert {"input": 0.15, "output": 0.6, "cache_read": 0.075}.items() <= mini["prices"].items()
    assert ("openai", "price_table") == (mini["provider"], mini["source"])


def test_provider_names_of_opentelemetry_work(capsys: pytest.CaptureFixture[str]) -> None:
    """The names on spans are the names to ask with; all of a provider's models are listed."""
    assert main(["prices", "--provider", "mistral_ai", "--json"]) == OK
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) > 20
    assert {"mistral"} == {row["provider"] for row in rows}


def test_stale_prices_are_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """What is not priced is not listed either."""
    assert main(["prices", "deepseek-chat", "--provider", "deepseek"]) == FOUND
    assert "no model" in capsys.readouterr().err


def test_own_prices_are_shown(
    prices: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user's file replaces list prices and adds its own, from the option or from the settings."""
    assert main(["prices", "gpt-4o", "house", "--prices", str(prices), "--json"]) == OK
    rows = {(row["provider"], row["model"]): row for row in json.loads(capsys.readouterr().out)}
    assert ({"input": 1.0, "output": 4.0}, "custom") == (
        rows["openai", "gpt-4o"]["prices"],
        rows["openai", "gpt-4o"]["source"],
    )
    assert {"input": 0.0, "output": 0.0} == rows["llm.internal", "house"]["prices"]
    monkeypatch.setenv("GENAI_SENTRY_PRICES", str(prices))
    assert main(["prices", "house"]) == OK
    assert "your price" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["prices"],
        ["prices", "gpt", "--provider", "nobody"],
        ["prices", "gpt", "--prices", "missing.toml"],
        [*ESTIMATE, "gpt-4o", "--cached", "2"],
        [*ESTIMATE, "gpt-4o", "--days", "-1"],
        [*ESTIMATE, "gpt-4o", "--prices", "missing.toml"],
    ],
)
def test_wrong_usage_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and one line that says what is wrong."""
    assert main(arguments) == USAGE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.strip().splitlines()) == 1


@pytest.mark.parametrize("arguments", [["estimate"], ["estimate", "--requests", "x"]])
def test_missing_or_wrong_arguments_are_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The parser exits with 2."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == USAGE


def test_an_estimate_shows_its_arithmetic(capsys: pytest.CaptureFixture[str]) -> None:
    """Each step can be followed, and the cheapest model is named."""
    assert main([*ESTIMATE, "gpt-4o", "--compare", "gpt-4o-mini", "claude-opus-5"]) == OK
    out = capsys.readouterr().out
    assert "1,500 input tokens x $2.5 per million = $0.00375000" in out
    assert "300 output tokens x $10 per million = $0.00300000" in out
    assert "$0.00675000 a request x 1,000 a day = $6.7500 a day" in out
    assert "$6.7500 a day x 30 days = $202.50 a month" in out
    assert "gpt-4o-mini would save $190.35 a month." in out


def test_an_estimate_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Programs get the same figures."""
    assert main([*ESTIMATE, "gpt-5", "--tier", "priority", "--cached", "0.5", "--days", "10", "--json"]) == OK
    estimate = json.loads(capsys.readouterr().out)
    expected = (750 * 2.5 + 750 * 0.25 + 300 * 20) / 1e6 * 1000 * 10
    assert pytest.approx(expected) == estimate["monthly_usd"] == estimate["chosen"]["monthly_usd"]


def test_an_estimate_by_batch_and_provider(capsys: pytest.CaptureFixture[str]) -> None:
    """Batch halves, and the provider chooses the list."""
    assert main([*ESTIMATE, "openai/gpt-oss-120b", "--provider", "groq", "--batch", "--json"]) == OK
    chosen = json.loads(capsys.readouterr().out)["chosen"]
    assert ("groq", pytest.approx((1500 * 0.075 + 300 * 0.3) / 1e6)) == (chosen["provider"], chosen["request_usd"])


def test_an_unknown_price_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1 where a model has no known price; the others are shown."""
    assert main([*ESTIMATE, "gpt-4o", "--compare", "nope"]) == FOUND
    captured = capsys.readouterr()
    assert "$202.50 a month" in captured.out
    assert "the price of nope is unknown" in captured.err
    assert main([*ESTIMATE, "nope"]) == FOUND


def test_an_estimate_by_own_prices(
    prices: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user's file counts, from the option or from the settings."""
    monkeypatch.setenv("GENAI_SENTRY_PRICES", str(prices))
    assert main([*ESTIMATE, "gpt-4o", "--json"]) == OK
    chosen = json.loads(capsys.readouterr().out)["chosen"]
    assert ("custom", pytest.approx(0.0027)) == (chosen["source"], chosen["request_usd"])
