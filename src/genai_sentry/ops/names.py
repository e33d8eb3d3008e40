"""The names that dashboards, monitors, alerts and searches use, and how Sentry's query language writes them.

Spans, metrics and events carry the same vocabulary (`ai_model`, `llm_provider`, `llm_error_type`, …), so one name
serves all three datasets.
"""

from __future__ import annotations

from dataclasses import dataclass

from genai_sentry.telemetry import attributes as emitted

CALLS = "gen_ai.operation.type:ai_client"
"""Span filter for LLM calls; agents' parent spans repeat their children's tokens and costs and stay out."""

FAILED = 'has:llm_error_type !llm_error_type:"" !llm_error_type:cancelled'
"""Filter for failures on spans and events: `has:` alone also matches empty values; a cancellation is no failure."""

MODEL = emitted.AI_MODEL
PROVIDER = emitted.LLM_PROVIDER
OPERATION = emitted.OPERATION_NAME
ERROR_TYPE = emitted.LLM_ERROR_TYPE
ERROR_REASON = emitted.LLM_ERROR_REASON
SEVERITY = emitted.LLM_SEVERITY
ACTION = emitted.LLM_ACTION_REQUIRED
RETRYABLE = emitted.LLM_RETRYABLE
COST = emitted.COST_USD
COST_SOURCE = emitted.COST_SOURCE
ATTEMPTS = emitted.ATTEMPTS
RETRY_WAIT = emitted.RETRY_WAIT
STREAM_OUTCOME = emitted.STREAM_OUTCOME
FIRST_CHUNK = emitted.TIME_TO_FIRST_CHUNK
INPUT_TOKENS = emitted.USAGE["input_tokens"][0]
OUTPUT_TOKENS = emitted.USAGE["output_tokens"][0]
CACHE_READ_TOKENS = emitted.USAGE["cache_read_input_tokens"][0]
REASONING_TOKENS = emitted.USAGE["reasoning_output_tokens"][0]

ALERT = "llm_alert"
"""Event tag of what the process itself announces."""

ALERT_KINDS: tuple[str, ...] = ("rate_limit_forecast", "retry_storm", "budget")
"""Values of `llm_alert`: what the process itself announces."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric in Sentry; a query has to name its type and unit as they were sent.

    Attributes:
        name: its name.
        kind: `counter`, `gauge` or `distribution`.
        unit: Sentry's word for the unit; `none` where none was sent.
    """

    name: str
    kind: str
    unit: str = "none"

    def of(self, function: str) -> str:
        """An aggregate over the metric: `sum(value,llm.client.errors,counter,none)`."""
        return f"{function}(value,{self.name},{self.kind},{self.unit})"


CALLS_METRIC = Metric("llm.client.calls", "counter")
DURATION = Metric("gen_ai.client.operation.duration", "distribution", "second")
COST_METRIC = Metric("llm.client.cost", "counter", "usd")
ERRORS = Metric("llm.client.errors", "counter")
ATTEMPTS_METRIC = Metric("llm.client.attempts", "counter")
LIMIT_LEFT = Metric("llm.client.ratelimit.remaining", "gauge", "ratio")

METRICS: tuple[Metric, ...] = (CALLS_METRIC, DURATION, COST_METRIC, ERRORS, ATTEMPTS_METRIC, LIMIT_LEFT)
"""Every metric that a query here names."""

CALL_COUNT = CALLS_METRIC.of("sum")
"""Number of calls, sampled or not."""

ERROR_COUNT = ERRORS.of("sum")
"""Number of failed calls."""


def number(attribute: str) -> str:
    """A numeric span attribute as the argument of a function; without its type Sentry takes it for text."""
    return f"tags[{attribute},number]"


def total(attribute: str) -> str:
    """The sum of a numeric span attribute."""
    return f"sum({number(attribute)})"


def equation(expression: str) -> str:
    """An expression over aggregates, as a field."""
    return f"equation|{expression}"


def without(attribute: str, *values: str) -> str:
    """A filter that leaves out some values: `!llm_error_type:[cancelled,content_filter]`."""
    if len(values) == 1:
        return f"!{attribute}:{values[0]}"
    return f"!{attribute}:[{','.join(values)}]"
