"""List prices: equality with genai-prices' own arithmetic, time, tiers, and never an exception."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
import warnings
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from genai_prices import data_snapshot
from genai_prices import types as genai

from genai_sentry.pricing import catalogue as module
from genai_sentry.pricing.catalogue import CATALOGUE, COUNTS, Catalogue, Updater
from genai_sentry.pricing.corrections import CORRECTIONS
from genai_sentry.wire.outcome import Usage

AT = datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()


@pytest.fixture(scope="module")
def prices() -> Catalogue:
    """The loaded catalogue."""
    CATALOGUE.load()
    return CATALOGUE


def _at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def _total(prices: Catalogue, provider: str, model: str, usage: Usage, at: float = AT, **how: Any) -> float | None:
    found = prices.find(provider, model, at=at, **how)
    amount = found.card.amount(usage) if found is not None and found.card is not None else None
    return None if amount is None else amount.total_usd


def _usage(chance: random.Random) -> Usage:
    read, write, audio = (chance.randrange(50_000) for _ in range(3))
    both = chance.randrange(min(read, audio) + 1)
    return Usage(
        input_tokens=read + write + audio + chance.randrange(400_000),
        output_tokens=20_000 + chance.randrange(50_000),
        cache_read_input_tokens=read,
        cache_write_input_tokens=write,
        cache_write_1h_input_tokens=chance.randrange(write + 1),
        reasoning_output_tokens=chance.randrange(20_000),
        input_audio_tokens=audio,
        output_audio_tokens=chance.randrange(20_000),
        cache_read_audio_tokens=both,
        input_image_tokens=0,
        input_seconds=chance.randrange(11, 5000),
        input_characters=chance.randrange(100_000),
        web_searches=chance.randrange(5),
    )


def test_every_price_equals_the_catalogues_own_arithmetic(prices: Catalogue) -> None:
    """For all models and random counts of every kind the cost is what genai-prices computes in decimals."""
    chance = random.Random(7)
    moment = datetime.fromtimestamp(AT, UTC)
    names = {**COUNTS, "audio_seconds": "input_seconds"}
    compared = 0
    for provider in data_snapshot.get_snapshot().providers:
        for info in provider.models:
            listed = info.get_prices(moment)
            card = module.card(prices._rates(listed), whole=True)
            usage = _usage(chance)
            amount = None if card is None else card.amount(usage)
            if amount is None:
                continue
            counts = {theirs: getattr(usage, ours) for theirs, ours in names.items() if hasattr(usage, ours)}
            price = listed.calc_price(genai.Usage(**counts))
            assert pytest.approx(float(price["total_price"]), rel=1e-12, abs=1e-12) == amount.total_usd, info.id
            compared += 1
    assert compared > 2000


def test_text_prices_equal_the_catalogues_own_arithmetic(prices: Catalogue) -> None:
    """For all models priced by tokens, input, output and cached tokens cost what genai-prices computes."""
    chance = random.Random(11)
    moment = datetime.fromtimestamp(AT, UTC)
    compared = 0
    for provider in data_snapshot.get_snapshot().providers:
        for info in provider.models:
            card = module.card(prices._rates(info.get_prices(moment)))
            read = chance.randrange(100_000)
            usage = Usage(read + chance.randrange(300_000), chance.randrange(9_000), read)
            amount = None if card is None else card.amount(usage)
            if amount is None:
                continue
            counts = genai.Usage(
                input_tokens=usage.input_tokens, output_tokens=usage.output_tokens, cache_read_tokens=read
            )
            price = info.get_prices(moment).calc_price(counts)
            assert pytest.approx(float(price["total_price"]), rel=1e-12, abs=1e-12) == amount.total_usd, info.id
            assert pytest.approx(float(price["input_price"]), rel=1e-12, abs=1e-12) == amount.input_usd, info.id
            assert pytest.approx(float(price["output_price"]), rel=1e-12, abs=1e-12) == amount.output_usd, info.id
            compared += 1
    assert compared > 2000


def _models(provider: str) -> list[genai.ModelInfo]:
    return next(item.models for item in data_snapshot.get_snapshot().providers if item.id == provider)


def test_prices_change_on_their_day(prices: Catalogue) -> None:
    """A dated price holds from its day on, and the window ends there."""
    usage = Usage(1_000_000, 0)
    before, after = _at("2026-12-31T23:59:59"), _at("2027-01-01T00:00:00")
    assert pytest.approx(0.75) == _total(prices, "google", "gemini-3.6-flash", usage, before)
    assert pytest.approx(1.5) == _total(prices, "google", "gemini-3.6-flash", usage, after)
    found = prices.find("google", "gemini-3.6-flash", at=before)
    assert found is not None
    assert after == found.end


@pytest.mark.parametrize(
    ("when", "usd"),
    [
        ("2026-11-24T00:59:59", 0.15),
        ("2026-11-24T01:00:00", 0.3),
        ("2026-11-24T03:59:59", 0.3),
        ("2026-11-24T04:00:00", 0.15),
        ("2026-11-24T09:00:00", 0.3),
        ("2026-11-24T12:00:00", 0.15),
        ("2026-11-28T02:00:00", 0.15),
        ("2026-11-29T09:00:00", 0.15),
        ("2026-10-01T02:00:00", 0.15),
        ("2026-10-08T02:00:00", 0.3),
    ],
)
def test_prices_change_with_the_time_of_day(prices: Catalogue, when: str, usd: float) -> None:
    """DeepSeek's peak prices hold in their hours, on working days only."""
    at = _at(when)
    assert pytest.approx(usd) == _total(prices, "deepseek", "deepseek-v4-flash", Usage(1_000_000, 0), at)
    found = prices.find("deepseek", "deepseek-v4-flash", at=at)
    assert found is not None
    assert found.start <= at < found.end
    assert found.end - found.start <= 86_400


@pytest.mark.parametrize(
    ("when", "start", "end"),
    [
        ("2026-11-24T00:59:59", "2026-11-24T00:00:00", "2026-11-24T01:00:00"),
        ("2026-11-24T01:00:00", "2026-11-24T01:00:00", "2026-11-24T04:00:00"),
        ("2026-11-24T05:00:00", "2026-11-24T04:00:00", "2026-11-24T06:00:00"),
        ("2026-11-24T23:00:00", "2026-11-24T10:00:00", "2026-11-25T00:00:00"),
    ],
)
def test_windows_end_with_the_hours(prices: Catalogue, when: str, start: str, end: str) -> None:
    """A price by time of day is remembered until the next change, and no longer than the day."""
    found = prices.find("deepseek", "deepseek-v4-flash", at=_at(when))
    assert found is not None
    assert (_at(start), _at(end)) == (found.start, found.end)


def test_windows_hold_throughout(prices: Catalogue) -> None:
    """Within a window the price does not change, at its end it may."""
    at = _at("2026-11-20T00:00:00")
    while at < _at("2026-12-01T00:00:00"):
        found = prices.find("deepseek", "deepseek-v4-pro", at=at)
        assert found is not None
        middle = prices.find("deepseek", "deepseek-v4-pro", at=(max(found.start, at) + found.end) / 2)
        assert middle is not None
        assert (found.start, found.end, found.card) == (middle.start, middle.end, middle.card)
        at = found.end


def test_the_served_tier_is_priced(prices: Catalogue) -> None:
    """Flex, priority and batch have their own prices; the standard tier has several names."""
    usage = Usage(1_000_000, 0)
    costs = {
        tier: _total(prices, "openai", "gpt-5", usage, tier=tier)
        for tier in ("", "default", "auto", "flex", "priority")
    }
    assert costs == {
        "": pytest.approx(1.25),
        "default": pytest.approx(1.25),
        "auto": pytest.approx(1.25),
        "flex": pytest.approx(0.625),
        "priority": pytest.approx(2.5),
    }
    assert pytest.approx(0.625) == _total(prices, "openai", "gpt-5", usage, batch=True)


@pytest.mark.parametrize("tier", ["scale", "turbo", "performance", "ultrafast"])
def test_a_tier_without_a_price_is_not_priced_as_standard(prices: Catalogue, tier: str) -> None:
    """An unknown tier would silently get the standard price; its cost is unknown."""
    found = prices.find("openai", "gpt-5", tier=tier, at=AT)
    assert found is not None
    assert found.card is None


def test_a_tier_that_the_model_does_not_have_is_not_priced_as_standard(prices: Catalogue) -> None:
    """A known tier of another model, or batch where none is listed, is unknown as well."""
    assert _total(prices, "openai", "gpt-4-turbo", Usage(10, 10), tier="flex") is None
    assert _total(prices, "together", "meta-llama/llama-3.3-70b-instruct-turbo", Usage(10, 10), batch=True) is None
    assert _total(prices, "openai", "gpt-5", Usage(10, 10), at=_at("2025-09-01T00:00:00"), tier="flex") is None


def test_a_seller_of_anothers_models_need_not_share_its_tiers(prices: Catalogue) -> None:
    """Azure's standard prices are OpenAI's; what it takes for tiers and batches the list does not say."""
    usage = Usage(100_000, 0)
    assert pytest.approx(0.125) == _total(prices, "azure", "gpt-5", usage)
    assert _total(prices, "azure", "gpt-5", usage, tier="priority") is None
    assert _total(prices, "azure", "gpt-5", usage, batch=True) is None


def test_corrections_hold_for_sellers_of_the_same_list(prices: Catalogue) -> None:
    """What is wrong about a model's price is wrong wherever that price is used."""
    assert _total(prices, "azure", "gpt-oss-120b", Usage(1000, 10)) is None


def test_fast_mode_is_priced(prices: Catalogue) -> None:
    """Anthropic's fast mode, which the catalogue calls a speed, has its own price."""
    assert pytest.approx(10.0) == _total(prices, "anthropic", "claude-opus-5", Usage(1_000_000, 0), tier="fast")


def test_batches_of_long_context_keep_their_tiers(prices: Catalogue) -> None:
    """Batch halves the higher price of long prompts too."""
    usage = Usage(100_001, 0)
    assert pytest.approx(100_001 * 0.5e-6) == _total(prices, "anthropic", "claude-haiku-5-5", usage)
    assert pytest.approx(100_001 * 0.25e-6) == _total(prices, "anthropic", "claude-haiku-5-5", usage, batch=True)


@pytest.mark.parametrize(
    ("provider", "model", "since", "usd"),
    [
        ("mistral", "mistral-large-latest", "2026-01-01", 0.5),
        ("mistral", "mistral-large-latest", "2025-06-01", 2.0),
        ("mistral", "mistral-large-latest", "2026-11-24", None),
        ("mistral", "magistral-medium-latest", "2026-11-24", None),
        ("mistral", "magistral-medium-latest", "2026-01-01", 2.0),
        ("mistral", "ministral-14b-latest", "2026-11-24", 0.2),
        ("deepseek", "deepseek-chat", "2026-11-24", None),
        ("deepseek", "deepseek-reasoner", "2026-03-01", None),
        ("openai", "gpt-oss-20b", "2026-11-24", None),
        ("openai", "gpt-4o-search-preview", "2026-11-24", None),
        ("perplexity", "sonar-pro", "2026-11-24", None),
    ],
)
def test_stale_aliases_are_corrected(
    prices: Catalogue, provider: str, model: str, since: str, usd: float | None
) -> None:
    """A name whose entry is stale means what it meant on that day, or has no known price."""
    cost = _total(prices, provider, model, Usage(1_000_000, 0), _at(f"{since}T00:00:00"))
    assert cost == (None if usd is None else pytest.approx(usd))


def test_corrections_are_needed_and_sourced(prices: Catalogue) -> None:
    """Each correction tells where it can be read, and changes what the catalogue alone would say."""
    for note in CORRECTIONS:
        assert "https://" in note.why
        assert note.unknown + bool(note.means) + bool(note.adds) == 1
        assert not (note.since and note.until) or note.since < note.until


def test_missing_cached_prices_are_filled(prices: Catalogue) -> None:
    """Cached tokens of codestral-latest have their price."""
    usage = Usage(1_000_000, 0, 1_000_000)
    assert pytest.approx(0.03) == _total(prices, "mistral", "codestral-latest", usage)


def test_audio_of_old_previews_is_priced_as_audio(prices: Catalogue) -> None:
    """The catalogue prices their audio as text, sixteen times too low."""
    usage = Usage(1_000_000, 1_000_000, input_audio_tokens=1_000_000, output_audio_tokens=1_000_000)
    assert pytest.approx(120.0) == _total(prices, "openai", "gpt-4o-audio-preview-2025-06-03", usage)
    assert pytest.approx(30.0) == _total(prices, "openai", "gpt-4o-mini-audio-preview", usage)


@pytest.mark.parametrize("model", ["whisper-1", "tts-1", "gpt-transcribe", "omni-moderation-latest"])
def test_models_billed_by_something_else_do_not_cost_zero(prices: Catalogue, model: str) -> None:
    """Tokens of a model that is billed by time, by characters or not at all give no cost."""
    assert _total(prices, "openai", model, Usage(100, 100)) is None


def test_short_audio_is_billed_as_ten_seconds(prices: Catalogue) -> None:
    """Groq bills Whisper for at least ten seconds."""
    ten = _total(prices, "groq", "whisper-large-v3", Usage(input_seconds=10))
    assert pytest.approx(0.111 / 3600 * 10) == ten
    assert ten == _total(prices, "groq", "whisper-large-v3", Usage(input_seconds=2.5))
    assert ten is not None
    assert pytest.approx(ten * 2) == _total(prices, "groq", "whisper-large-v3", Usage(input_seconds=20))
    assert _total(prices, "groq", "whisper-large-v3", Usage(input_seconds=0)) == 0.0
    found = prices.find("groq", "whisper-large-v3", at=AT)
    assert found is not None
    assert found.card is not None
    assert [("input_seconds", 10.0)] == [item[:2] for item in found.card.bill(Usage(input_seconds=2.5))]


def test_unknown_names_have_no_price(prices: Catalogue) -> None:
    """An unknown model or provider, or one that merely resembles a known provider, is not found."""
    assert prices.find("openai", "gpt-99", at=AT) is None
    assert prices.find("nobody", "gpt-4o", at=AT) is None
    assert prices.find("my-openai-gateway", "gpt-4o", at=AT) is None
    assert prices.find("openai", "", at=AT) is None


@pytest.mark.parametrize("error", [LookupError, AttributeError, ValueError, TypeError, RecursionError])
def test_no_fault_of_the_catalogue_escapes(
    prices: Catalogue, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """Whatever genai-prices raises, the price is unknown and nothing is raised."""

    def broken(*_: object, **__: object) -> object:
        raise error("broken")

    monkeypatch.setattr(genai.Provider, "find_model", broken)
    assert prices.find("openai", "gpt-4o", at=AT) is None


def test_looking_up_warns_of_nothing_and_fills_no_cache(prices: Catalogue) -> None:
    """Unbounded names neither warn nor grow genai-prices' own caches."""
    snapshot = data_snapshot.get_snapshot()
    size = len(snapshot._lookup_cache) + len(snapshot._provider_cache) + len(snapshot._provider_misses)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for number in range(300):
            prices.find("openai", f"ft:gpt-4o-mini-2024-07-18:org::{number}", at=AT)
            prices.find(f"unknown-{number}", "gpt-4o", at=AT)
    assert size == len(snapshot._lookup_cache) + len(snapshot._provider_cache) + len(snapshot._provider_misses)


def test_unknown_price_keys_of_newer_data_are_left_out(prices: Catalogue) -> None:
    """A unit that this package does not know is no fault."""
    newer = genai.ModelPrice(input_mtok=Decimal(1), output_mtok=Decimal(2))
    newer.__dict__["input_smell_mtok"] = Decimal(5)
    assert {"input_tokens": 1e-6, "output_tokens": 2e-6} == {rate.count: rate.usd for rate in prices._rates(newer)}


def test_the_price_of_input_audio_wins_over_that_of_any_audio(prices: Catalogue) -> None:
    """Where a model prices audio in general and audio input in particular, input pays the latter, in any order."""
    for names in (("audio_hours", "input_audio_hours"), ("input_audio_hours", "audio_hours")):
        hours = {"audio_hours": Decimal(36), "input_audio_hours": Decimal(72)}
        both = genai.ModelPrice(**{name: hours[name] for name in names})
        assert [("input_seconds", 0.02)] == [(rate.count, rate.usd) for rate in prices._rates(both)]
    assert [0.01] == [rate.usd for rate in prices._rates(genai.ModelPrice(audio_hours=Decimal(36)))]


def test_importing_the_package_imports_no_prices() -> None:
    """Neither the package nor its pricing imports genai-prices or what that needs; warming does, in the background."""
    code = (
        "import sys, genai_sentry, genai_sentry.pricing as p\n"
        "bad = {'genai_prices', 'pydantic', 'httpx2', 'rich'} & set(sys.modules)\n"
        "assert not bad, bad\n"
        "c = p.Pricer()\n"
        "from genai_sentry.wire.outcome import Usage\n"
        "assert c.cost('openai', ['gpt-4o'], Usage(1, 1)) is None and c.unpriced_while_warming == 1\n"
        "assert p.ready(30)\n"
        "assert c.cost('openai', ['gpt-4o'], Usage(1, 1)) is not None and c.unpriced_while_warming == 1\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (0, "") == (result.returncode, result.stderr)


def test_warming_happens_once_and_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it is asked for, one other thread imports; until it is done nothing is found and nothing waits."""
    made, gate, seen = Catalogue(), threading.Event(), []

    def slow(self: Catalogue) -> None:
        seen.append(threading.current_thread())
        gate.wait(10)
        self._done.set()

    monkeypatch.setattr(Catalogue, "_load", slow)
    for _ in range(5):
        made.warm()
    started = time.perf_counter()
    assert made.find("openai", "gpt-4o", at=AT) is None
    assert made.edition() is None
    assert made.ready() is False
    assert time.perf_counter() - started < 0.5
    gate.set()
    assert made.ready(5)
    assert len(seen) == 1
    assert seen[0] is not threading.current_thread()
    assert seen[0].daemon


def test_a_catalogue_that_can_not_be_imported_costs_only_the_prices(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Without genai-prices the package says so once and goes on."""
    monkeypatch.setitem(sys.modules, "genai_prices", None)
    made = Catalogue()
    made.load()
    made.load()
    assert made.ready()
    assert made.find("openai", "gpt-4o", at=AT) is None
    assert made.names("gpt") == []
    assert made.providers() == []
    assert len(caplog.records) == 1


def test_a_fork_waits_for_an_import_in_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child must not inherit half an import: the fork waits until it is done, and not at all afterwards."""
    made, order = Catalogue(), []

    def slow(self: Catalogue) -> None:
        time.sleep(0.05)
        order.append("imported")
        self._done.set()

    monkeypatch.setattr(Catalogue, "_load", slow)
    made.before_fork()
    made.warm()
    made.before_fork()
    order.append("forked")
    assert order == ["imported", "forked"]


class _Context:
    def __init__(self, log: list[str]) -> None:
        self._log = log

    def __enter__(self) -> None:
        self._log.append("enter")

    def __exit__(self, *_: object) -> None:
        self._log.append("exit")


def _wait(condition: Any) -> None:
    until = time.monotonic() + 10
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    assert condition()


def test_updates_are_fetched_untraced_and_take_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Newer data are fetched inside the given context, used from then on, and not fetched after the stop."""
    import genai_prices.update_prices as theirs

    log: list[str] = []
    newer = data_snapshot.DataSnapshot(list(data_snapshot.get_snapshot().providers), from_auto_update=True)

    def fetch(self: object) -> data_snapshot.DataSnapshot:
        log.append("fetch")
        return newer

    monkeypatch.setattr(theirs.UpdatePrices, "fetch", fetch)
    before = CATALOGUE.edition()
    updater = Updater(lambda: _Context(log), interval_s=3600)
    try:
        updater.start()
        _wait(lambda: CATALOGUE.edition() is newer)
        assert log == ["enter", "fetch", "exit"]
        assert before is not newer
    finally:
        updater.stop()
        _wait(lambda: theirs._shared_updater.thread is None)
        data_snapshot.set_custom_snapshot(None)


def test_being_offline_is_no_error(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A fetch that fails logs no error and leaves the prices as they are."""
    import genai_prices.update_prices as theirs

    tried = threading.Event()

    def fetch(self: object) -> None:
        tried.set()
        raise OSError("no network")

    monkeypatch.setattr(theirs.UpdatePrices, "fetch", fetch)
    before = CATALOGUE.edition()
    updater = Updater()
    try:
        updater.start()
        assert tried.wait(10)
        _wait(lambda: theirs._shared_updater.ready.is_set())
        assert CATALOGUE.edition() is before
        assert [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []
    finally:
        updater.stop()
        _wait(lambda: theirs._shared_updater.thread is None)
        data_snapshot.set_custom_snapshot(None)


def test_stopping_before_the_start_is_done_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An updater that is stopped while it prepares never begins to fetch."""
    started: list[int] = []
    monkeypatch.setattr(module, "_update_task", lambda *_: SimpleNamespace(start=lambda: started.append(1)))
    updater = Updater()
    updater._stopped = True
    updater._start()
    updater.stop()
    assert started == []


def test_holidays_are_off_peak_days() -> None:
    """The listed days are the national holidays of autumn 2026."""
    from genai_sentry.pricing.corrections import CHINESE_HOLIDAYS

    assert min(CHINESE_HOLIDAYS) == date(2026, 9, 25)
    assert max(CHINESE_HOLIDAYS) == date(2026, 9, 25) + timedelta(days=12)
