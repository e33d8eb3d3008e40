"""Costs against prices typed from the providers' pages."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from genai_sentry.pricing import Pricer
from genai_sentry.pricing.catalogue import CATALOGUE
from genai_sentry.pricing.sellers import seller_of
from genai_sentry.providers import provider_of
from genai_sentry.wire import formats
from genai_sentry.wire.outcome import Outcome, Usage


def _load(name: str, path: Path) -> object:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


HERE = Path(__file__).parent
published = _load("pricing_published", HERE / "published.py")
shared = _load("tests_shared", HERE.parent / "shared.py").shared  # type: ignore[attr-defined]
ROWS, AT, expected_cost = published.ROWS, published.AT, published.expected_cost  # type: ignore[attr-defined]

UNCONFIRMED = {("together", "mistralai/mixtral-8x7b-instruct-v0.1")}
"""Priced models whose price could not be confirmed: not compared."""
UNPRICEABLE = {
    "deepseek-responses-683bec9f": "a search, billed since November 2026 at a price in yuan",
    "azure-embeddings-765e35a3": "no list price of Cohere's model on Azure",
    "openai-chat.completions-6379502c": "audio tokens of a model without a price for them",
    "openai-chat.completions-b44620a0": "audio tokens of a model without a price for them",
    "deepseek-chat.completions-stream-8842ca7e": "a name that went in July 2026",
    "vertex-predict-86abde42": "billed by characters, of which the list has no price",
}
"""Exchanges of providers with a list whose cost is unknown all the same, and why."""
WITHOUT_LIST = {"crusoe", "huggingface", "ollama", "snowflake"}


@pytest.fixture(scope="module")
def pricer() -> Pricer:
    """A pricer with list prices at hand."""
    CATALOGUE.load()
    return Pricer()


def test_enough_models_are_held_against_published_prices() -> None:
    """At least forty models have a typed price, each with the day and the page."""
    assert len(ROWS) >= 40
    assert all(row["source"].startswith("https://") and row["date"] for row in ROWS.values())


@pytest.mark.parametrize(("provider", "model"), sorted(ROWS))
def test_cost_equals_the_published_price(pricer: Pricer, provider: str, model: str) -> None:
    """A call with every count that the page prices costs what the page says."""
    row = ROWS[provider, model]
    usage = Usage(input_tokens=20_000, output_tokens=3_000)
    if "minute" in row:
        usage = Usage(input_seconds=90)
    elif "output" not in row:
        usage = Usage(input_tokens=20_000)
    if "cache_read" in row:
        usage.cache_read_input_tokens = 7_000
    if "cache_write" in row:
        usage.cache_write_input_tokens = 5_000
    if "cache_write_1h" in row:
        usage.cache_write_1h_input_tokens = 2_000
    if "input_audio" in row:
        usage.input_audio_tokens = 1_500
    if "output_audio" in row:
        usage.output_audio_tokens = 700
    cost = pricer.cost(provider, [model], usage, at=AT)
    assert cost is not None
    assert float(expected_cost(provider, model, usage)) == pytest.approx(cost.total_usd, rel=1e-12, abs=1e-15)


def _outcome(exchange: dict[str, object]) -> tuple[str, list[str], Outcome, str] | None:
    request, response = exchange["request"], exchange["response"]
    assert isinstance(request, dict)
    assert isinstance(response, dict)
    url = urlsplit(request["url"])
    found = formats.match(url.path)
    if found is None or not found.priced:
        return None
    body = request["body"]
    if isinstance(body, dict) and "_multipart" in body:
        body = body["_multipart"].get("fields", {})
    asked = found.request(body, url.path)
    raw = (response.get("body_text") or "").encode()
    if exchange["stream"]:
        reader = found.reader()
        reader.feed(raw)
        outcome = reader.finish()
    else:
        outcome = found.response(raw, response["headers"].get("content-type"))
    host = url.hostname or ""
    return provider_of(host, url.path), [m for m in (outcome.model, asked.model) if m], outcome, host


def test_recorded_exchanges_cost_what_is_published(pricer: Pricer) -> None:
    """Every priceable recorded exchange costs what the typed prices or the provider say; the rest has no cost."""
    folder = shared("replay", "exchanges")
    if folder is None:
        pytest.skip("recorded exchanges are not here")
    compared, absent, wrong = 0, 0, []
    for path in sorted(folder.glob("*.json")):
        exchange = json.loads(path.read_text(encoding="utf-8"))
        read = _outcome(exchange)
        if read is None:
            continue
        provider, models, outcome, host = read
        cost = pricer.cost(provider, models, outcome.usage, outcome=outcome, host=host, at=AT)
        told = outcome.cost_usd if not provider.startswith("azure") else None
        if told is not None:
            compared += 1
            if cost is None or (cost.source, cost.total_usd) != ("provider", told):
                wrong.append((exchange["id"], cost, told))
            continue
        usage = outcome.usage
        seller = "zai" if provider == "zhipu" else seller_of(provider)
        row = _row(seller, models)
        excess = usage is not None and (usage.cache_read_input_tokens or 0) > (usage.input_tokens or 0)
        if row is None or usage is None or excess or exchange["id"] in UNPRICEABLE:
            known = any((seller, model.lower()) in UNCONFIRMED for model in models)
            absent += cost is None
            if cost is not None and not known:
                wrong.append((exchange["id"], cost, None))
            continue
        compared += 1
        want = float(expected_cost(*row, usage, outcome.service_tier or ""))
        if cost is None or cost.total_usd != pytest.approx(want, rel=1e-12, abs=1e-15):
            wrong.append((exchange["id"], cost, want))
    assert wrong == []
    assert compared >= 200
    assert absent >= 40


def _row(seller: str, models: list[str]) -> tuple[str, str] | None:
    """The typed price for a call; gateways are priced by the maker's page, Azure by the maker's too."""
    lists = {"azure": ("openai", "x-ai"), "portkey": ("openai",), "pydantic_gateway": ("openai",)}
    for model in models[:1]:
        for owner in lists.get(seller, (seller,)):
            if (owner, model.lower()) in ROWS and seller not in WITHOUT_LIST:
                return owner, model.lower()
    return None
