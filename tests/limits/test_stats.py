"""The process's figures: exact, bounded, safe under threads, readable."""

from __future__ import annotations

import json
import os
import random
import threading
import tracemalloc

import pytest

from genai_sentry import statistics as module
from genai_sentry.errors.taxonomy import ErrorType, classification
from genai_sentry.pricing import Cost
from genai_sentry.record import CallRecord
from genai_sentry.statistics import MAX_MODELS, OTHER, Histogram, Recorder, Stats
from genai_sentry.wire.outcome import Usage


def call(**facts: object) -> CallRecord:
    """A finished call with the given facts."""
    return CallRecord(**{"operation": "chat", "provider": "openai", "model": "gpt", **facts})  # type: ignore[arg-type]


def usd(amount: float) -> Cost:
    """A cost of so many dollars."""
    return Cost(input_usd=amount, output_usd=0.0, total_usd=amount, source="custom")


def test_nothing_recorded_is_idle() -> None:
    """Without calls there is no error rate and no latency, and that is what it says."""
    stats = Recorder().stats()
    assert (0, None, "idle", None) == (stats.calls, stats.error_rate, stats.status, stats.latency_p50_s)
    assert str(stats).startswith("0 calls\n")


@pytest.mark.parametrize(
    ("failed", "status"), [(0, "healthy"), (9, "healthy"), (10, "warning"), (49, "warning"), (50, "critical")]
)
def test_status_follows_the_error_rate(failed: int, status: str) -> None:
    """Healthy under 1 %, warning under 5 %, critical from there."""
    recorder = Recorder()
    for number in range(1000):
        recorder.record(call(classification=classification(ErrorType.SERVER_ERROR) if number < failed else None))
    assert status == recorder.stats().status
    assert failed / 1000 == recorder.stats().error_rate


def test_cancelled_calls_are_no_failures() -> None:
    """A cancelled call counts as a call, neither as a failure nor in the rate or the latency."""
    recorder = Recorder()
    recorder.record(call(duration_s=1.0))
    recorder.record(call(duration_s=900.0, classification=classification(ErrorType.CANCELLED)))
    stats = recorder.stats()
    assert (2, 0, 1, 0.0) == (stats.calls, stats.failures, stats.cancelled, stats.error_rate)
    assert stats.latency_p99_s is not None
    assert stats.latency_p99_s < 2.0


def test_tokens_and_money_are_summed_by_model_and_label() -> None:
    """Usage adds up, cost is split by model and by label, a call without price is counted as such."""
    recorder = Recorder()
    usage = Usage(input_tokens=10, output_tokens=4, cache_read_input_tokens=3, reasoning_output_tokens=2)
    recorder.record(call(usage=usage, cost=usd(0.25), labels={"feature": "search", "tenant": "a"}))
    recorder.record(call(usage=usage, cost=usd(0.5), labels={"feature": "search"}))
    recorder.record(call(model="free", usage=usage, cost=usd(0.0)))
    recorder.record(call(model="unknown", usage=Usage(input_tokens=1)))
    recorder.record(call(model="none"))
    stats = recorder.stats()
    assert (31, 12, 9, 6) == (
        stats.input_tokens,
        stats.output_tokens,
        stats.cache_read_input_tokens,
        stats.reasoning_output_tokens,
    )
    assert 0.75 == stats.cost_usd
    assert {"openai/gpt": 0.75, "openai/free": 0.0} == stats.cost_by_model
    assert {"feature": {"search": 0.75}, "tenant": {"a": 0.25}} == stats.cost_by_label
    assert 1 == stats.unpriced


def test_a_million_small_costs_add_up_exactly() -> None:
    """Money is summed without rounding errors."""
    recorder = Recorder()
    record = call(cost=usd(0.0000001))
    for _ in range(10_000):
        recorder.record(record)
    assert 0.001 == recorder.stats().cost_usd


@pytest.mark.parametrize("amount", [float("nan"), float("inf")])
def test_a_cost_that_is_no_number_spoils_nothing(amount: float) -> None:
    """A broken price counts as no money."""
    recorder = Recorder()
    recorder.record(call(cost=usd(amount)))
    recorder.record(call(cost=usd(1.0)))
    assert 1.0 == recorder.stats().cost_usd


def test_retries_and_waste_are_counted() -> None:
    """Attempts, retries, waiting, and what failed calls took in time and money."""
    recorder = Recorder()
    recorder.record(call(attempts=3, retry_wait_s=1.5, duration_s=4.0))
    recorder.record(
        call(
            attempts=2,
            retry_wait_s=0.5,
            duration_s=2.0,
            cost=usd(0.1),
            classification=classification(ErrorType.TIMEOUT),
        )
    )
    recorder.record(call(attempts=None, duration_s=1.0))
    stats = recorder.stats()
    assert (5, 3, 2.0) == (stats.attempts, stats.retries, stats.retry_wait_s)
    assert (2.0, 0.1) == (stats.wasted_s, stats.wasted_cost_usd)
    assert {"timeout": 1} == stats.failures_by_type


def test_lost_things_are_counted_by_kind_and_reason() -> None:
    """What could not be delivered is told, and why."""
    recorder = Recorder()
    recorder.lost("events", 2, "network_error")
    recorder.lost("events", 1, "rate_limited")
    recorder.lost("spans", 4, "network_error")
    assert {"events": 3, "spans": 4} == recorder.stats().lost
    assert {"network_error": 6, "rate_limited": 1} == recorder.stats().lost_by_reason
    assert "lost        spans 4, events 3 (network_error 6, rate_limited 1)" in str(recorder.stats())


def test_models_beyond_the_bound_count_together() -> None:
    """Made-up model names do not grow memory, and no call is lost."""
    recorder = Recorder()
    for number in range(MAX_MODELS * 2):
        recorder.record(call(model=f"m{number}"))
    by_model = recorder.stats().calls_by_model
    assert MAX_MODELS + 1 == len(by_model)
    assert MAX_MODELS == by_model[OTHER]
    assert MAX_MODELS * 2 == sum(by_model.values())


def test_quantiles_are_within_one_percent() -> None:
    """Of a wide distribution every quantile is right within 1 %, also after merging two halves."""
    rng = random.Random(1)
    values = sorted(rng.lognormvariate(0.0, 2.0) for _ in range(20_001))
    left, right = Histogram(), Histogram()
    for index, value in enumerate(values):
        (left if index % 2 else right).add(value)
    left.merge(right)
    for share in (0.0, 0.01, 0.5, 0.95, 0.99, 1.0):
        assert pytest.approx(values[round(share * 20_000)], rel=0.0101) == left.quantile(share)


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf"), 1e12])
def test_odd_durations_stay_within_the_buckets(value: float) -> None:
    """No duration breaks the histogram or adds buckets beyond its range."""
    histogram = Histogram()
    histogram.add(value)
    assert 1 == histogram.total
    found = histogram.quantile(0.5)
    assert found is not None
    assert Histogram.LOWEST_S * 0.98 <= found <= Histogram.HIGHEST_S


def test_threads_lose_no_call() -> None:
    """Eight threads at once: every call is counted."""
    recorder = Recorder()
    record = call(usage=Usage(input_tokens=1), cost=usd(0.000001), duration_s=0.1)

    def work() -> None:
        for _ in range(5_000):
            recorder.record(record)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stats = recorder.stats()
    assert (40_000, 40_000, 0.04) == (stats.calls, stats.input_tokens, stats.cost_usd)


@pytest.mark.skipif(os.environ.get("GENAI_SENTRY_TEST_TIER") == "long", reason="the long tier counts a million")
def test_a_hundred_thousand_calls_leave_memory_flat() -> None:
    """Memory does not grow with the number of calls."""
    _flat(100_000)


@pytest.mark.slow
def test_a_million_calls_leave_memory_flat_and_counts_exact() -> None:
    """A million calls: memory flat, counts exact."""
    _flat(1_000_000)


def _flat(calls: int) -> None:
    recorder = Recorder()
    rng = random.Random(2)
    durations = [rng.lognormvariate(0.0, 1.0) for _ in range(997)]
    failure = classification(ErrorType.RATE_LIMIT)
    records = [
        call(
            model=f"m{index % 10}",
            duration_s=duration,
            usage=Usage(input_tokens=index, output_tokens=1),
            cost=usd(0.0001),
            classification=failure if index % 100 == 0 else None,
        )
        for index, duration in enumerate(durations)
    ]
    for record in records:
        recorder.record(record)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(len(records), calls):
            recorder.record(records[number % 997])
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    stats = recorder.stats()
    assert grown < 20_000
    assert calls == stats.calls == stats.output_tokens
    assert sum(number % 997 for number in range(calls)) == stats.input_tokens
    assert calls / 10_000 == stats.cost_usd
    assert sum(number % 997 % 100 == 0 for number in range(calls)) == stats.failures


def test_stats_read_as_text_and_as_json() -> None:
    """The text names calls, failures, latency, tokens, money and waste; the dict is ready for JSON."""
    recorder = Recorder()
    for number in range(20):
        recorder.record(
            call(
                duration_s=1.0,
                attempts=2,
                retry_wait_s=0.5,
                usage=Usage(input_tokens=1000, output_tokens=10),
                cost=usd(0.01),
                labels={"feature": "search"},
                classification=classification(ErrorType.RATE_LIMIT) if number == 0 else None,
            )
        )
    recorder.lost("events", 1, "network_error")
    text = str(recorder.stats())
    for part in (
        "20 calls, 1 failed (5.00%, critical)",
        "rate_limit 1",
        "p50 1 s",
        "20,000 in, 200 out",
        "$0.2000",
        "openai/gpt",
        "feature=search",
        "20, 10.0 s waiting",
        "events 1",
    ):
        assert part in text
    decoded = json.loads(json.dumps(recorder.stats().as_dict()))
    assert 20 == decoded["calls"]
    assert {"feature": {"search": 0.2}} == decoded["cost_by_label"]


def test_reset_starts_anew() -> None:
    """After a reset all figures are those of an unused recorder."""
    recorder = Recorder()
    recorder.record(call(duration_s=1.0, usage=Usage(input_tokens=1)))
    recorder.reset()
    assert Stats() == recorder.stats()


def test_the_process_has_one_recorder(monkeypatch: pytest.MonkeyPatch) -> None:
    """`stats()` shows what the process's recorder has."""
    recorder = Recorder()
    monkeypatch.setattr(module, "recorder", recorder)
    recorder.record(call())
    assert 1 == module.stats().calls


def test_money_of_failed_calls_is_told_only_where_it_is_known() -> None:
    """A refused call names no tokens; that is no proof that it cost nothing."""
    recorder = Recorder()
    recorder.record(call(classification=classification(ErrorType.RATE_LIMIT), duration_s=2.0))
    assert "failed calls took 2.0 s" in str(recorder.stats()).splitlines()[-1]
    assert "$" not in str(recorder.stats()).splitlines()[-1]

    recorder.record(call(classification=classification(ErrorType.RATE_LIMIT), duration_s=2.0, cost=usd(0.1)))
    assert str(recorder.stats()).endswith("failed calls took 4.0 s and $0.1000")
