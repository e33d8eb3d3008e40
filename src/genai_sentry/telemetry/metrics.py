"""OpenTelemetry metrics: recorded once per call, whether or not its span is sampled."""

from __future__ import annotations

import os
import weakref
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from opentelemetry import environment_variables
from opentelemetry.metrics import (
    CallbackOptions,
    MeterProvider,
    NoOpMeterProvider,
    Observation,
    _internal,  # noqa: PLC2701
    get_meter,
    get_meter_provider,
)

from genai_sentry import labels
from genai_sentry.telemetry import attributes as names
from genai_sentry.version import SCHEMA_URL, __version__

if TYPE_CHECKING:
    from genai_sentry.record import CallRecord

OPERATION_DURATION = "gen_ai.client.operation.duration"
TOKEN_USAGE = "gen_ai.client.token.usage"
TIME_TO_FIRST_CHUNK = "gen_ai.client.operation.time_to_first_chunk"
COST = "llm.client.cost"
ERRORS = "llm.client.errors"
ATTEMPTS = "llm.client.attempts"
RATELIMIT_REMAINING = "llm.client.ratelimit.remaining"

SUCCESSORS = {
    OPERATION_DURATION: "gen_ai.client.inference.duration",
    TIME_TO_FIRST_CHUNK: "gen_ai.client.inference.time_to_first_chunk",
    "input": "gen_ai.client.inference.operation.input_tokens",
    "output": "gen_ai.client.inference.operation.output_tokens",
}
"""The names that are to follow the released ones, recorded too where `semconv` asks for them."""

DURATION_BUCKETS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
"""Seconds, from the semantic convention."""

TOKEN_BUCKETS = (1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864)
"""Tokens, from the semantic convention."""

_MAX_SETS = 2048
_Set = dict[str, str | int]
"""The attributes of a series."""
_NAMED = environment_variables.OTEL_PYTHON_METER_PROVIDER in os.environ


class Metrics:
    """The instruments, with attribute sets prepared once per kind of call.

    Args:
        meter_provider: where they are made; None takes the global one.
        successors: record the successor names as well.

    Attributes:
        before_reading: called when metrics are collected, to have counted what is over but not yet counted.
    """

    def __init__(self, meter_provider: MeterProvider | None, *, successors: bool = False) -> None:
        self.before_reading: Callable[[], None] | None = None
        self._unread = meter_provider is None
        meter = get_meter("genai_sentry", __version__, meter_provider, SCHEMA_URL)
        seconds, tokens = list(DURATION_BUCKETS), list(TOKEN_BUCKETS)
        self._duration = meter.create_histogram(
            OPERATION_DURATION, "s", "Duration of a call.", explicit_bucket_boundaries_advisory=seconds
        )
        self._tokens = meter.create_histogram(
            TOKEN_USAGE, "{token}", "Tokens of a call.", explicit_bucket_boundaries_advisory=tokens
        )
        self._first_chunk = meter.create_histogram(
            TIME_TO_FIRST_CHUNK, "s", "Wait for a stream's first chunk.", explicit_bucket_boundaries_advisory=seconds
        )
        self._cost = meter.create_counter(COST, "USD", "Cost of calls.")
        self._errors = meter.create_counter(ERRORS, "{error}", "Failed calls, by type.")
        self._attempts = meter.create_counter(ATTEMPTS, "{attempt}", "HTTP attempts of calls.")
        self._left: dict[tuple[str, str, str], Observation] = {}
        self._provider = meter_provider
        meter.create_observable_gauge(
            RATELIMIT_REMAINING,
            [lambda options: _observed(meter_provider, options)],
            "1",
            "Share of a rate limit that is left.",
        )
        _latest.append(weakref.ref(self))
        self._next = None
        if successors:
            self._next = (
                meter.create_histogram(
                    SUCCESSORS[OPERATION_DURATION], "s", "Duration.", explicit_bucket_boundaries_advisory=seconds
                ),
                meter.create_histogram(
                    SUCCESSORS[TIME_TO_FIRST_CHUNK], "s", "First chunk.", explicit_bucket_boundaries_advisory=seconds
                ),
                meter.create_histogram(
                    SUCCESSORS["input"], "{token}", "Input.", explicit_bucket_boundaries_advisory=tokens
                ),
                meter.create_histogram(
                    SUCCESSORS["output"], "{token}", "Output.", explicit_bucket_boundaries_advisory=tokens
                ),
            )
        self._sets: dict[tuple[object, ...], dict[str, _Set]] = {}

    def record(self, record: CallRecord) -> None:
        """Record one finished call, but for what is counted up: see `count`."""
        if self._unread and self._nobody():
            return
        prepared = self._prepared(record)
        base = prepared["base"]
        if record.timed:
            self._duration.record(record.duration_s, base)
        usage, stream = record.usage, record.stream
        if usage is not None:
            if usage.input_tokens is not None:
                self._tokens.record(usage.input_tokens, prepared["input"])
            if usage.output_tokens is not None:
                self._tokens.record(usage.output_tokens, prepared["output"])
        if stream is not None and stream.first_chunk_s is not None:
            self._first_chunk.record(stream.first_chunk_s, base)
        if record.classification is not None:
            self._errors.add(1, self._failure(record, prepared["call"]))
        if record.limits is not None:
            self._record_limits(record, prepared["limit"])
        if self._next is not None:
            self._record_successors(record, base)

    def count(self, records: Iterable[CallRecord]) -> None:
        """Count the cost and the attempts of finished calls, at once for those that are alike: it costs as one does."""
        if self._unread and self._nobody():
            return
        costs: dict[int, tuple[float, _Set]] = {}
        attempts: dict[int, tuple[float, _Set]] = {}
        for record in records:
            call = self._prepared(record)["call"]
            if record.cost is not None:
                costs[id(call)] = (costs.get(id(call), (0.0,))[0] + record.cost.total_usd, call)
            if record.attempts:
                attempts[id(call)] = (attempts.get(id(call), (0,))[0] + record.attempts, call)
        for cost, call in costs.values():
            self._cost.add(cost, call)
        for number, call in attempts.values():
            self._attempts.add(number, call)

    def _nobody(self) -> bool:
        """Whether nobody has set a provider up yet."""
        # The API's own way of saying so looks into the environment every time.
        if getattr(_internal, "_METER_PROVIDER", self) is None and not _NAMED:
            return True
        if type(get_meter_provider()).__name__ == "_ProxyMeterProvider":
            return True
        self._unread = False
        return False

    def _prepared(self, record: CallRecord) -> dict[str, _Set]:
        answering = record.outcome.model if record.outcome is not None else None
        key = (
            record.operation,
            record.provider,
            record.model,
            answering,
            record.server_address,
            record.server_port,
            record.error_type,
            labelled := labels.series(record.labels),
        )
        found = self._sets.get(key)
        if found is None:
            if len(self._sets) >= _MAX_SETS:
                self._sets.clear()
            found = self._sets[key] = self._prepare(record, answering, dict(labelled))
        return found

    @staticmethod
    def _prepare(record: CallRecord, answering: str | None, labelled: dict[str, str]) -> dict[str, _Set]:
        limit: _Set = {
            names.OPERATION_NAME: record.operation,
            names.PROVIDER_NAME: record.provider,
            names.LLM_PROVIDER: record.provider,
        }
        if record.model:
            limit[names.REQUEST_MODEL] = limit[names.AI_MODEL] = record.model
        call = {**labelled, **limit}
        base = dict(call)
        if answering:
            base[names.RESPONSE_MODEL] = answering
        if record.server_address:
            base[names.SERVER_ADDRESS] = record.server_address
        if record.server_port is not None:
            base[names.SERVER_PORT] = record.server_port
        tokens = dict(base)
        if record.error_type:
            base[names.ERROR_TYPE] = record.error_type
        return {
            "base": base,
            "call": call,
            "limit": limit,
            "input": {**tokens, "gen_ai.token.type": "input"},
            "output": {**tokens, "gen_ai.token.type": "output"},
        }

    @staticmethod
    def _failure(record: CallRecord, call: _Set) -> _Set:
        classification = record.classification
        assert classification is not None
        return {
            **call,
            names.LLM_ERROR_TYPE: classification.type.value,
            names.LLM_ERROR_REASON: classification.reason.value,
            names.LLM_SEVERITY: classification.severity.value,
            names.LLM_RETRYABLE: "true" if classification.retryable else "false",
        }

    def _record_limits(self, record: CallRecord, call: _Set) -> None:
        limits = record.limits
        assert limits is not None
        for kind in ("requests", "tokens"):
            limit, left = getattr(limits, f"limit_{kind}"), getattr(limits, f"remaining_{kind}")
            if limit and left is not None:
                key = (record.provider, record.model, kind)
                if key not in self._left and len(self._left) >= _MAX_SETS:
                    self._left.clear()
                self._left[key] = Observation(max(0.0, left / limit), {**call, "llm_ratelimit_kind": kind})

    def belongs_to(self, provider: MeterProvider) -> bool:
        """Whether its instruments are this provider's."""
        return (self._provider or get_meter_provider()) is provider

    def observe(self) -> Iterable[Observation]:
        """What is left of rate limits."""
        # Collecting begins with the observable instruments: what is not yet counted comes in before the others.
        if self.before_reading is not None:
            self.before_reading()
        return list(self._left.values())

    def _record_successors(self, record: CallRecord, base: _Set) -> None:
        assert self._next is not None
        duration, first_chunk, input_tokens, output_tokens = self._next
        if record.timed:
            duration.record(record.duration_s, base)
        if record.stream is not None and record.stream.first_chunk_s is not None:
            first_chunk.record(record.stream.first_chunk_s, base)
        usage = record.usage
        failed = record.classification is not None
        for instrument, value in (
            (input_tokens, usage.input_tokens if usage else None),
            (output_tokens, usage.output_tokens if usage else None),
        ):
            if value is not None or failed:
                instrument.record(value or 0, base)


# OpenTelemetry keeps an observable instrument for good, with the function that it was first made with: what is set up
# once more is not asked by an instrument of its own, and what was taken back must not stay in memory with the first.
_latest: deque[weakref.ref[Metrics]] = deque(maxlen=1)


def _observed(provider: MeterProvider | None, options: CallbackOptions) -> Iterable[Observation]:
    """What the instruments that are in force now observe, where they are this provider's."""
    for reference in _latest.copy():
        metrics = reference()
        if metrics is not None and metrics.belongs_to(provider or get_meter_provider()):
            return metrics.observe()
    return ()


def metrics_for(meter_provider: MeterProvider | None, semconv: str) -> Metrics | None:
    """The instruments, or None where nothing would read them."""
    if isinstance(meter_provider, NoOpMeterProvider):
        return None
    asked = {part.strip() for part in semconv.split(",")}
    return Metrics(meter_provider, successors="gen_ai_latest_experimental" in asked)
