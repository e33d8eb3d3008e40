"""How OpenAI says no, and what does not depend on the provider: data, by error type and reason.

The first row of a type is what the type alone means. Texts name the model (`{model}`) where the provider does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from genai_sentry.testing.faults import NEVER_S, Fault
from genai_sentry.testing.limits import Reading


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error answer.

    Attributes:
        status: HTTP status.
        message: what the provider says.
        code: the provider's code; None is sent as null.
        type: the provider's own type or status word.
        param: the parameter that it blames.
        headers: response headers of its own.
        extra: further members of the error object.
        html: whether a proxy answers, with a page that says `message`, in place of the provider.
    """

    status: int
    message: str
    code: str | None = None
    type: str | None = None
    param: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    html: bool = False


def counted(refusal: Refusal, reading: Reading, tokens: int) -> Refusal:
    """A refusal by a limit that is really kept: its text names that limit's figures, and the wait."""
    by_request = reading.exhausted == "requests_per_minute"
    limit = reading.limit_requests if by_request else reading.limit_tokens
    left = reading.remaining_requests if by_request else reading.remaining_tokens
    used = f", Used {limit - left}" if "Used" in refusal.message else ""
    figures = f"Limit {limit}{used}, Requested {1 if by_request else tokens}"
    message = re.sub(r"Limit \d+(?:, Used \d+)?, Requested \d+", figures, refusal.message)
    message = re.sub(r"try again in [\d.ms]+s", f"try again in {reading.retry_after_s:.3f}s", message)
    return replace(refusal, message=message)


Failure = Refusal | Fault
_R = Refusal
_INVALID = "invalid_request_error"

ANYWHERE: Mapping[str, Failure] = {
    "timeout.gateway": _R(504, "504 Gateway Time-out", html=True),
    "timeout.client_read": Fault(delay=NEVER_S),
    "server_error.bad_gateway": _R(502, "502 Bad Gateway", html=True),
    "connection_error.reset": Fault(reset=True),
    "connection_error.incomplete_body": Fault(cut=2),
    "invalid_response.malformed": Fault(garbage=True),
    "invalid_response.empty": Fault(empty=True),
    "invalid_response.truncated": Fault(finish_reason="length"),
    "invalid_response.schema": Fault(text='{"unexpected": true}'),
    "content_filter.output": Fault(finish_reason="content_filter"),
    "unknown.unspecified": Fault(body='{"error": {"message": "Unknown error", "type": null, "code": null}}'),
}
"""What does not depend on the dialect."""

OPENAI: Mapping[str, Failure] = {
    "rate_limit.requests_per_minute": _R(
        429,
        "Rate limit reached for {model} in organization org-simulated on requests per min (RPM): Limit 500, Used 500, "
        "Requested 1. Please try again in 120ms.",
        "rate_limit_exceeded",
        "requests",
        headers={"retry-after": "1", "retry-after-ms": "120", "x-ratelimit-remaining-requests": "0"},
    ),
    "rate_limit.tokens_per_minute": _R(
        429,
        "Rate limit reached for {model} in organization org-simulated on tokens per min (TPM): Limit 30000, "
        "Used 29500, Requested 1200. Please try again in 1.4s.",
        "rate_limit_exceeded",
        "tokens",
        headers={"retry-after": "2", "retry-after-ms": "1400", "x-ratelimit-remaining-tokens": "500"},
    ),
    "rate_limit.requests_per_day": _R(
        429,
        "Rate limit reached for {model} in organization org-simulated on requests per day (RPD): Limit 200, Used 200, "
        "Requested 1. Please try again in 7m12s.",
        "rate_limit_exceeded",
        "requests",
        headers={"retry-after": "432"},
    ),
    "rate_limit.tokens_per_day": _R(
        429,
        "Rate limit reached for {model} in organization org-simulated on tokens per day (TPD): Limit 90000, "
        "Used 89990, Requested 120. Please try again in 2m0s.",
        "rate_limit_exceeded",
        "tokens",
        headers={"retry-after": "120"},
    ),
    "rate_limit.request_exceeds_limit": _R(
        429,
        "Request too large for {model} in organization org-simulated on tokens per min (TPM): Limit 30000, "
        "Requested 45210. The input or output tokens must be reduced in order to run successfully.",
        "rate_limit_exceeded",
        "tokens",
    ),
    "quota_exceeded.insufficient_quota": _R(
        429,
        "You exceeded your current quota, please check your plan and billing details.",
        "insufficient_quota",
        "insufficient_quota",
    ),
    "quota_exceeded.spend_limit": _R(
        429,
        "Billing hard limit has been reached.",
        "billing_hard_limit_reached",
        "insufficient_quota",
    ),
    "context_length.input_too_long": _R(
        400,
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 131072 tokens. "
        "Please reduce the length of the messages.",
        "context_length_exceeded",
        _INVALID,
        "messages",
    ),
    "authentication.invalid_key": _R(
        401,
        "Incorrect API key provided: sk-sim**********0000. You can find your API key in your account's settings.",
        "invalid_api_key",
        _INVALID,
    ),
    "authentication.missing_key": _R(
        401, "You didn't provide an API key. You need to provide it in an Authorization header.", None, _INVALID
    ),
    "permission_denied.region": _R(
        403,
        "Country, region, or territory not supported",
        "unsupported_country_region_territory",
        "request_forbidden",
    ),
    "permission_denied.scope": _R(
        403,
        "You have insufficient permissions for this operation. Missing scopes: model.request.",
        "missing_scope",
        _INVALID,
    ),
    "permission_denied.ip": _R(
        401, "Your IP address is not authorized to use this project.", "ip_not_authorized", _INVALID
    ),
    "model_unavailable.not_found": _R(
        404,
        "The model `{model}` does not exist or you do not have access to it.",
        "model_not_found",
        _INVALID,
    ),
    "model_unavailable.deprecated": _R(404, "The model `{model}` has been deprecated.", "model_not_found", _INVALID),
    "model_unavailable.no_access": _R(
        403, "Project `proj_simulated` does not have access to model `{model}`", "model_not_found", _INVALID
    ),
    "invalid_request.unsupported_parameter": _R(
        400,
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        "unsupported_parameter",
        _INVALID,
        "max_tokens",
    ),
    "invalid_request.invalid_parameter": _R(
        400,
        "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 5 instead.",
        "decimal_above_max_value",
        _INVALID,
        "temperature",
    ),
    "invalid_request.invalid_schema": _R(
        400,
        "Invalid schema for response_format 'answer': In context=(), 'additionalProperties' is required to be "
        "supplied and to be false.",
        "invalid_json_schema",
        _INVALID,
        "response_format",
    ),
    "invalid_request.invalid_message_order": _R(
        400,
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'.",
        None,
        _INVALID,
        "messages.[1].role",
    ),
    "invalid_request.invalid_media": _R(
        400,
        "You uploaded an unsupported image. Please make sure your image has one of the supported formats.",
        "invalid_image_format",
        _INVALID,
    ),
    "invalid_request.payload_too_large": _R(413, "413 Request Entity Too Large", html=True),
    "content_filter.prompt": _R(
        400,
        "Invalid prompt: your prompt was flagged as potentially violating our usage policy.",
        "invalid_prompt",
        _INVALID,
    ),
    "content_filter.image": _R(
        400,
        "Your request was rejected by the safety system.",
        "moderation_blocked",
        "image_generation_user_error",
    ),
    "timeout.upstream": _R(408, "Request timed out.", "request_timeout", "timeout"),
    "server_error.internal": _R(500, "The server had an error while processing your request.", None, "server_error"),
    "server_error.overloaded": _R(
        503, "The engine is currently overloaded, please try again later", None, "server_error"
    ),
}
