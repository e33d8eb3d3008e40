"""Names of span attributes, and what of a call's record goes under which."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from genai_sentry.ratelimit.limits import RateLimits

if TYPE_CHECKING:
    from genai_sentry.errors.taxonomy import Classification
    from genai_sentry.record import CallRecord, StreamFacts
    from genai_sentry.wire.outcome import Outcome, Usage

Value = str | bool | int | float | tuple[str, ...]

# Set when the span starts, so that a sampler sees them.
OPERATION_NAME = "gen_ai.operation.name"
PROVIDER_NAME = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
SERVER_ADDRESS = "server.address"
SERVER_PORT = "server.port"
SENTRY_OP = "sentry.op"
AI_MODEL = "ai_model"
LLM_PROVIDER = "llm_provider"
REQUEST_STREAM = "gen_ai.request.stream"

# Response.
RESPONSE_ID = "gen_ai.response.id"
RESPONSE_MODEL = "gen_ai.response.model"
FINISH_REASONS = "gen_ai.response.finish_reasons"
FINISH_REASON = "llm_finish_reason"
TIME_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
SERVICE_TIER = "openai.response.service_tier"
SYSTEM_FINGERPRINT = "openai.response.system_fingerprint"
REQUEST_ID = "llm_request_id"
PROCESSING_MS = "llm_provider_processing_ms"

# Usage: the attribute for each field of `Usage`.
USAGE: Mapping[str, tuple[str, ...]] = {
    "input_tokens": ("gen_ai.usage.input_tokens",),
    "output_tokens": ("gen_ai.usage.output_tokens",),
    "cache_read_input_tokens": ("gen_ai.usage.cache_read.input_tokens",),
    "cache_write_input_tokens": (
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_creation.input_tokens",
    ),
    "reasoning_output_tokens": ("gen_ai.usage.reasoning.output_tokens",),
    "input_audio_tokens": ("gen_ai.usage.audio.input_tokens",),
    "output_audio_tokens": ("gen_ai.usage.audio.output_tokens",),
    "input_image_tokens": ("gen_ai.usage.image.input_tokens",),
    "output_image_tokens": ("gen_ai.usage.image.output_tokens",),
    "cache_read_audio_tokens": ("gen_ai.usage.audio.cache_read.input_tokens",),
}
USAGE_ESTIMATED = "llm_usage_estimated"

# Cost, in USD.
COST_INPUT = "gen_ai.cost.input_tokens"
COST_OUTPUT = "gen_ai.cost.output_tokens"
COST_TOTAL = "gen_ai.cost.total_tokens"
COST_USD = "llm_cost_usd"
COST_SOURCE = "llm_cost_source"

# Attempts.
ATTEMPTS = "llm_attempts"
RETRY_WAIT = "llm_retry_wait_s"
LAST_ATTEMPT = "llm_last_attempt_s"
STATUS_CODE = "http.response.status_code"
OPERATION_ATTEMPT = "llm_operation_attempt"

# Streams.
STREAM_CHUNKS = "llm_stream_chunks"
STREAM_MAX_GAP = "llm_stream_max_gap_s"
STREAM_FIRST_CONTENT = "llm_stream_first_content_s"
STREAM_OUTCOME = "llm_stream_outcome"

# Limits: the attribute for each field of `RateLimits`.
LIMITS: Mapping[str, str] = {
    "limit_requests": "llm_ratelimit_limit_requests",
    "remaining_requests": "llm_ratelimit_remaining_requests",
    "limit_tokens": "llm_ratelimit_limit_tokens",
    "remaining_tokens": "llm_ratelimit_remaining_tokens",
}
EXHAUSTED_IN = "llm_ratelimit_exhausted_in_s"

# Failure: the one vocabulary of span attributes, metric attributes, Sentry tags and query fields.
ERROR_TYPE = "error.type"
LLM_ERROR_TYPE = "llm_error_type"
LLM_ERROR_REASON = "llm_error_reason"
LLM_SEVERITY = "llm_severity"
LLM_ACTION_REQUIRED = "llm_action_required"
LLM_RETRYABLE = "llm_retryable"

# Content, only where capture is asked for: the attribute for each field of `Content`.
CONTENT: Mapping[str, str] = {
    "input_messages": "gen_ai.input.messages",
    "output_messages": "gen_ai.output.messages",
    "system_instructions": "gen_ai.system_instructions",
    "tool_definitions": "gen_ai.tool.definitions",
}

_FREQUENT = (
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "reasoning_output_tokens",
    "input_audio_tokens",
    "output_audio_tokens",
)
(_INPUT,), (_OUTPUT,), (_CACHE_READ,), (_REASONING,), (_AUDIO_IN,), (_AUDIO_OUT,) = (USAGE[name] for name in _FREQUENT)
_RARER_USAGE = tuple(own for name, own in USAGE.items() if name not in _FREQUENT)
_rarer = attrgetter(*(name for name in USAGE if name not in _FREQUENT))
_NONE_OF_THEM = (None,) * len(_RARER_USAGE)
_LIMIT_PLACES = tuple((RateLimits._fields.index(name), attribute) for name, attribute in LIMITS.items())


def failure_attributes(classification: Classification, error_type: str | None) -> dict[str, Value]:
    """The vocabulary of a failure."""
    attributes: dict[str, Value] = {
        LLM_ERROR_TYPE: classification.type.value,
        LLM_ERROR_REASON: classification.reason.value,
        LLM_SEVERITY: classification.severity.value,
        LLM_ACTION_REQUIRED: classification.action,
        LLM_RETRYABLE: "true" if classification.retryable else "false",
    }
    if error_type:
        attributes[ERROR_TYPE] = error_type
    return attributes


def end_attributes(record: CallRecord) -> dict[str, Value]:
    """Everything that is known at a call's end and was not at its start, for one `set_attributes`."""
    attributes: dict[str, Value] = {}
    if record.outcome is not None:
        _add_response(attributes, record.outcome)
    if record.request_id is not None:
        attributes[REQUEST_ID] = record.request_id
    if record.processing_ms is not None:
        attributes[PROCESSING_MS] = record.processing_ms
    if record.usage is not None:
        add_usage(attributes, record.usage)
        if record.usage_estimated:
            attributes[USAGE_ESTIMATED] = True
    if record.cost is not None:
        _add_cost(attributes, record)
    _add_attempts(attributes, record)
    if record.stream is not None:
        _add_stream(attributes, record.stream)
    if record.limits is not None:
        limits: tuple[Any, ...] = record.limits
        for place, attribute in _LIMIT_PLACES:
            value = limits[place]
            if value is not None:
                attributes[attribute] = value
    if record.classification is not None:
        attributes.update(failure_attributes(record.classification, record.error_type))
    return attributes


def own_attributes(record: CallRecord) -> dict[str, Value]:
    """What this package alone says of a call: for a span whose maker has said the rest."""
    attributes: dict[str, Value] = {
        name: value
        for name, value in end_attributes(record).items()
        if name.startswith(("llm_", "gen_ai.cost.")) or name == ERROR_TYPE
    }
    attributes[LLM_PROVIDER] = record.provider
    if record.model:
        attributes[AI_MODEL] = record.model
    attributes.update(record.labels)
    return attributes


def _add_response(attributes: dict[str, Value], outcome: Outcome) -> None:
    if outcome.id:
        attributes[RESPONSE_ID] = outcome.id
    if outcome.model:
        attributes[RESPONSE_MODEL] = outcome.model
    if outcome.finish_reasons:
        attributes[FINISH_REASONS] = outcome.finish_reasons
        attributes[FINISH_REASON] = outcome.finish_reasons[0]
    if outcome.service_tier:
        attributes[SERVICE_TIER] = outcome.service_tier
    if outcome.system_fingerprint:
        attributes[SYSTEM_FINGERPRINT] = outcome.system_fingerprint
    if outcome.attributes:
        attributes.update(outcome.attributes)


def add_usage(attributes: dict[str, Value], usage: Usage) -> None:
    """Add each token count that is known."""
    # The counts that nearly every answer has are asked for by name, which takes a fifth of a look-up's time.
    if usage.input_tokens is not None:
        attributes[_INPUT] = usage.input_tokens
    if usage.output_tokens is not None:
        attributes[_OUTPUT] = usage.output_tokens
    if usage.cache_read_input_tokens is not None:
        attributes[_CACHE_READ] = usage.cache_read_input_tokens
    if usage.reasoning_output_tokens is not None:
        attributes[_REASONING] = usage.reasoning_output_tokens
    if usage.input_audio_tokens is not None:
        attributes[_AUDIO_IN] = usage.input_audio_tokens
    if usage.output_audio_tokens is not None:
        attributes[_AUDIO_OUT] = usage.output_audio_tokens
    rarer: tuple[int | None, ...] = _rarer(usage)
    if rarer != _NONE_OF_THEM:
        for value, own in zip(rarer, _RARER_USAGE, strict=True):
            if value is not None:
                for attribute in own:
                    attributes[attribute] = value


def _add_cost(attributes: dict[str, Value], record: CallRecord) -> None:
    cost = record.cost
    if cost is None:
        return
    if cost.input_usd is not None:
        attributes[COST_INPUT] = cost.input_usd
    if cost.output_usd is not None:
        attributes[COST_OUTPUT] = cost.output_usd
    attributes[COST_TOTAL] = attributes[COST_USD] = cost.total_usd
    attributes[COST_SOURCE] = cost.source


def _add_attempts(attributes: dict[str, Value], record: CallRecord) -> None:
    if record.attempts is not None:
        attributes[ATTEMPTS] = record.attempts
        if record.attempts > 1:
            attributes[RETRY_WAIT] = record.retry_wait_s
    if record.operation_attempt > 1:
        attributes[OPERATION_ATTEMPT] = record.operation_attempt
    if record.last_attempt_s is not None:
        attributes[LAST_ATTEMPT] = record.last_attempt_s
    if record.status is not None:
        attributes[STATUS_CODE] = record.status


def _add_stream(attributes: dict[str, Value], stream: StreamFacts) -> None:
    attributes[STREAM_CHUNKS] = stream.chunks
    attributes[STREAM_OUTCOME] = stream.outcome
    if stream.first_chunk_s is not None:
        attributes[TIME_TO_FIRST_CHUNK] = stream.first_chunk_s
    if stream.first_content_s is not None:
        attributes[STREAM_FIRST_CONTENT] = stream.first_content_s
    if stream.max_gap_s is not None:
        attributes[STREAM_MAX_GAP] = stream.max_gap_s
