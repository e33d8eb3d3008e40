"""Sentry metrics: true counts and costs, handed over off the request path, bounded."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk.transport import Transport

from genai_sentry.errors.taxonomy import ErrorType, Reason, classification
from genai_sentry.pricing import Cost
from genai_sentry.ratelimit import RateLimits
from genai_sentry.record import CallRecord, StreamFacts
from genai_sentry.sentry import metrics as module
from genai_sentry.sentry.metrics import SentryMetrics
from genai_sentry.settings import Settings
from genai_sentry.wire.outcome import Usage


class Recorder(Transport):
    """Keeps single measurements."""

    def __init__(self) -> None:
        super().__init__({"dsn": "http://public@127.0.0.1:9/1"})
        self.measured: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Any) -> None:
        for item in envelope.items:
            if item.type == "trace_metric":
                self.measured.extend(item.payload.json["items"])


@pytest.fixture
def sent() -> Iterator[list[dict[str, Any]]]:
    """What Sentry was handed, after a flush."""
    transport = Recorder()
    sentry_sdk.init(dsn="http://public@127.0.0.1:9/1", transport=transport, release="1", default_integrations=False)
    yield transport.measured
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)


def call(**facts: Any) -> CallRecord:
    known: dict[str, Any] = {"operation": "chat", "provider": "openai", "model": "gpt-4o", "duration_s": 0.5}
    return CallRecord(**{**known, **facts})


def value(measured: list[dict[str, Any]], name: str, **attributes: str) -> list[float]:
    return [
        item["value"]
        for item in measured
        if item["name"] == name
        and all(
            item["attributes"].get(key.replace("__", "."), {}).get("value") == want for key, want in attributes.items()
        )
    ]


def test_counts_costs_and_tokens_add_up(sent: list[dict[str, Any]]) -> None:
    """A thousand calls are one count, one sum of money, one sum of tokens a side."""
    metrics = SentryMetrics(Settings())
    cost = Cost(0.001, 0.002, 0.003, "price_table")
    for _ in range(1000):
        metrics.record(call(usage=Usage(input_tokens=10, output_tokens=5), cost=cost, attempts=2))
    metrics.close()
    sentry_sdk.flush()
    assert value(sent, module.CALLS) == [1000]
    assert value(sent, module.COST) == [pytest.approx(3.0)]
    assert value(sent, module.ATTEMPTS) == [2000]
    assert value(sent, module.TOKENS, gen_ai__token__type="input") == [10_000]
    assert value(sent, module.TOKENS, gen_ai__token__type="output") == [5000]
    assert value(sent, module.DURATION) == [0.5] * 1000
    assert value(sent, module.ERRORS) == []


def test_failures_are_counted_by_type(sent: list[dict[str, Any]]) -> None:
    """Type and reason are attributes; the model's vocabulary is that of tags and spans."""
    metrics = SentryMetrics(Settings())
    what = classification(ErrorType.RATE_LIMIT, Reason.TOKENS_PER_MINUTE)
    for _ in range(3):
        metrics.record(call(classification=what))
    metrics.record(call())
    metrics.close()
    sentry_sdk.flush()
    assert value(sent, module.ERRORS, llm_error_type="rate_limit", llm_error_reason="tokens_per_minute") == [3]
    assert sorted(value(sent, module.CALLS, ai_model="gpt-4o", llm_provider="openai")) == [1, 3]


def test_streams_and_limits_are_measured(sent: list[dict[str, Any]]) -> None:
    """Time to the first chunk, and what is left of a limit."""
    metrics = SentryMetrics(Settings())
    limits = RateLimits(limit_requests=100, remaining_requests=25)
    metrics.record(call(stream=StreamFacts(first_chunk_s=0.1), limits=limits))
    metrics.close()
    sentry_sdk.flush()
    assert value(sent, module.FIRST_CHUNK) == [0.1]
    assert value(sent, module.REMAINING, llm_ratelimit_kind="requests") == [0.25]


def test_unknown_is_absent(sent: list[dict[str, Any]]) -> None:
    """No cost, no tokens, no attempts known: none is reported as zero."""
    metrics = SentryMetrics(Settings())
    metrics.record(call())
    metrics.close()
    sentry_sdk.flush()
    assert {item["name"] for item in sent} == {module.CALLS, module.DURATION}


def test_sentry_s_flush_takes_along_what_was_counted(sent: list[dict[str, Any]]) -> None:
    """At exit, and before a freeze, nothing is forgotten."""
    metrics = SentryMetrics(Settings())
    metrics.record(call())
    sentry_sdk.flush()
    assert value(sent, module.CALLS) == [1]
    metrics.close()


def test_it_hands_over_by_itself(sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread does it, every few seconds."""
    monkeypatch.setattr(module, "INTERVAL_S", 0.05)
    metrics = SentryMetrics(Settings())
    metrics.record(call())
    until = time.time() + 5
    while not sent and time.time() < until:
        time.sleep(0.01)
        sentry_sdk.get_client().metrics_batcher.flush()
    assert value(sent, module.CALLS) == [1]
    metrics.close()


def test_series_and_backlog_are_bounded(sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many models become `other`; too long a backlog is counted as lost."""
    monkeypatch.setattr(module, "MAX_SERIES", 10)
    monkeypatch.setattr(module, "MAX_WAITING", 100)
    metrics = SentryMetrics(Settings())
    for number in range(150):
        metrics.record(call(model=f"m{number}"))
    metrics.close()
    sentry_sdk.flush()
    assert (value(sent, module.CALLS, ai_model="other"), metrics.lost) == ([90], 50)


def test_switched_off_nothing_is_counted(sent: list[dict[str, Any]]) -> None:
    """By the setting, after closing, and for what is no inference."""
    off, closed = SentryMetrics(Settings(sentry_metrics=False)), SentryMetrics(Settings())
    closed.close()
    for metrics in (off, closed):
        metrics.record(call())
        metrics.flush()
    other = SentryMetrics(Settings())
    other.record(call(operation=""))
    other.close()
    sentry_sdk.flush()
    assert sent == []


def test_without_sentry_nothing_piles_up() -> None:
    """No client: the backlog stays empty, and no thread runs."""
    metrics = SentryMetrics(Settings())
    for _ in range(100):
        metrics.record(call())
    assert (len(metrics._waiting), metrics._running) == (0, False)


@pytest.mark.skipif(not hasattr(os, "register_at_fork"), reason="needs fork")
def test_a_forked_child_starts_at_zero() -> None:
    """What the parent counted is the parent's to send."""
    metrics = SentryMetrics(Settings())
    metrics._waiting.append(module._facts(call()))
    metrics._renew()
    assert (len(metrics._waiting), metrics._running) == (0, False)


def test_labels_are_told_apart_and_a_limit_has_neither_label_nor_outcome(sent: list[dict[str, Any]]) -> None:
    """Cost by tenant is complete here; what is left of a limit is one series, whoever called and whatever came of it."""
    metrics = SentryMetrics(Settings())
    cost = Cost(0.001, 0.002, 0.003, "price_table")
    limits = RateLimits(limit_requests=100, remaining_requests=40)
    refused = classification(ErrorType.RATE_LIMIT, Reason.REQUESTS_PER_MINUTE)
    metrics.record(call(labels={"tenant": "acme"}, cost=cost))
    metrics.record(call(labels={"tenant": "zeta"}, cost=cost, limits=limits, classification=refused))
    metrics.close()
    sentry_sdk.flush()

    assert [0.003] == value(sent, "llm.client.cost", tenant="acme")
    assert [1] == value(sent, "llm.client.errors", tenant="zeta")
    (gauge,) = [item for item in sent if item["name"] == "llm.client.ratelimit.remaining"]
    assert not {"tenant", "llm_error_type", "llm_error_reason"} & set(gauge["attributes"])
