"""What users write, for type checkers: never run. Right uses have the type that is asserted, wrong ones are errors."""

from collections.abc import Mapping
from typing import Any, assert_type

import genai_sentry
from genai_sentry import (
    Classification,
    Cost,
    ErrorType,
    GenAIErrorProcessor,
    GenAIInstrumentor,
    LLMTriage,
    Reason,
    Settings,
    SettingsError,
    Severity,
    Stats,
)
from genai_sentry.testing import Limits, SentryReceiver, SimulatedProvider


def set_up() -> None:
    """Starting and ending."""
    settings = Settings(
        trace_sample_rate=0.1,
        capture_content=True,
        redact=str.strip,
        events="deferred",
        levels={"rate_limit": "info"},
        retryable={ErrorType.TIMEOUT: False},
        report={"cancelled": False, "rate_limit": 0.1},
        fingerprint=lambda classification, call: [classification.type, call.model],
        rules=[{"then": "quota_exceeded/spend_limit", "phrase": "over budget"}],
        providers={"llm.internal": "inhouse"},
        budgets=[{"name": "day", "usd": 5.0, "per": "day"}],
    )
    assert_type(settings, Settings)
    assert_type(Settings.from_env(grace_s=2.0), Settings)
    genai_sentry.init("https://key@host/1", environment="production", settings=settings, sentry_options={"debug": True})
    assert_type(genai_sentry.flush(1.0), bool)
    genai_sentry.shutdown()
    GenAIInstrumentor().instrument(settings=settings)
    GenAIErrorProcessor(settings, forward_to=None).force_flush(100)
    try:
        genai_sentry.init()
    except SettingsError as error:
        assert_type(error.setting, str)


def errors(failure: Exception) -> float:
    """Classification and retries."""
    found = genai_sentry.classify(failure)
    assert_type(found, Classification)
    assert_type(found.type, ErrorType)
    assert_type(found.reason, Reason)
    assert_type(found.severity, Severity)
    assert_type(found.retryable, bool)
    assert_type(found.retry_after, float | None)
    assert_type(found.details, Mapping[str, int | float])
    genai_sentry.classify(status=429, body={"error": "x"}, headers={"retry-after": "1"}, provider="openai")
    if found.type == "rate_limit":
        return genai_sentry.retry_wait(failure, 2)
    assert_type(genai_sentry.is_retryable(failure), bool)
    return 0.0


def calls() -> None:
    """Calls of one's own, labels, statistics."""
    with genai_sentry.label(feature="search"), genai_sentry.record_call("chat", "m", "inhouse", stream=True) as call:
        assert_type(call, genai_sentry.record_call)
        call.first_chunk()
        call.usage(input_tokens=3, output_tokens=None)
        call.cost(0.1, input_usd=0.05)
        call.response(id="r", model="m", finish_reasons=["stop"], status=200)
        call.fail({"error": "x"}, status=500)
    stats = genai_sentry.stats()
    assert_type(stats, Stats)
    assert_type(stats.calls, int)
    assert_type(stats.error_rate, float | None)
    assert_type(stats.cost_by_model, Mapping[str, float])
    assert_type(stats.as_dict(), dict[str, object])
    for item in genai_sentry.record_batch_results("output.jsonl", provider="openai").items:
        assert_type(item.cost, Cost | None)


def money() -> None:
    """Prices."""
    cost = genai_sentry.price("gpt-4o", "openai", input_tokens=10, output_tokens=20)
    assert_type(cost, Cost | None)
    if cost is not None:
        assert_type(cost.total_usd, float)
    estimate = genai_sentry.estimate_monthly_cost("gpt-4o", requests_per_day=10, input_tokens=5, output_tokens=6)
    print(estimate)


def complete(prompt: str) -> str:
    """A model of one's own."""
    return prompt


def triage() -> Settings:
    """A second opinion."""
    return Settings(classifier=LLMTriage(complete, max_usd=0.5))


def testing() -> None:
    """The doubles for users' own tests."""
    with SimulatedProvider(limits=Limits(requests_per_minute=5)) as provider, SentryReceiver() as receiver:
        assert_type(provider.base_url, str)
        assert_type(receiver.dsn, str)
        provider.fail_next("rate_limit", times=2)
        assert_type(receiver.events, list[dict[str, Any]])
        assert_type(receiver.wait_for(events=1), bool)


def wrong() -> None:
    """What a type checker must refuse."""
    Settings(0.5)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    Settings(sample_rate=0.5)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    Settings(grace_s="1")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    Settings(redact=len)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    Settings().grace_s = 2.0  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]
    genai_sentry.classify(None, "TimeoutError")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    genai_sentry.classify(status=[429])  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    genai_sentry.price(input_tokens=1)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    genai_sentry.record_call("chat", "m")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    genai_sentry.no_such_name()  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
