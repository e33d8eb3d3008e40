"""How other providers say no: data, by error type and reason.

The first row of a type is what the type alone means. Texts name the model (`{model}`) where the provider does.
"""

from __future__ import annotations

from collections.abc import Mapping

from genai_sentry.testing.refusals_openai import OPENAI, Failure, Refusal

_R = Refusal
_INVALID = "invalid_request_error"

AZURE: Mapping[str, Failure] = {
    "rate_limit.tokens_per_minute": _R(
        429,
        "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 have exceeded "
        "token rate limit of your current OpenAI S0 pricing tier. Please retry after 2 seconds.",
        "429",
        headers={"retry-after": "2", "retry-after-ms": "2000"},
    ),
    "rate_limit.requests_per_minute": _R(
        429,
        "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 have exceeded "
        "call rate limit of your current OpenAI S0 pricing tier. Please retry after 2 seconds.",
        "429",
        headers={"retry-after": "2", "retry-after-ms": "2000"},
    ),
    "authentication.invalid_key": _R(
        401,
        "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an "
        "active subscription and use a correct regional API endpoint for your resource.",
        "401",
    ),
    "model_unavailable.not_found": _R(
        404,
        "The API deployment for this resource does not exist. If you created the deployment within the last 5 "
        "minutes, please wait a moment and try again.",
        "DeploymentNotFound",
    ),
    "content_filter.prompt": _R(
        400,
        "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please "
        "modify your prompt and retry.",
        "content_filter",
        param="prompt",
        extra={
            "status": 400,
            "innererror": {
                "code": "ResponsibleAIPolicyViolation",
                "content_filter_result": {
                    "hate": {"filtered": False, "severity": "safe"},
                    "jailbreak": {"filtered": True, "detected": True},
                    "violence": {"filtered": False, "severity": "safe"},
                },
            },
        },
    ),
    "context_length.input_too_long": OPENAI["context_length.input_too_long"],
    "invalid_request.unsupported_parameter": OPENAI["invalid_request.unsupported_parameter"],
    "server_error.internal": _R(500, "The server had an error while processing your request.", "InternalServerError"),
    "timeout.upstream": _R(408, "The operation was timeout.", "Timeout"),
}

ANTHROPIC: Mapping[str, Failure] = {
    "rate_limit.tokens_per_minute": _R(
        429,
        "This request would exceed your organization's rate limit of 40,000 input tokens per minute.",
        type="rate_limit_error",
        headers={"retry-after": "3", "anthropic-ratelimit-input-tokens-remaining": "0"},
    ),
    "rate_limit.requests_per_minute": _R(
        429,
        "This request would exceed your organization's rate limit of 50 requests per minute.",
        type="rate_limit_error",
        headers={"retry-after": "3", "anthropic-ratelimit-requests-remaining": "0"},
    ),
    "context_length.input_too_long": _R(400, "prompt is too long: 204312 tokens > 200000 maximum", type=_INVALID),
    "context_length.max_tokens_too_large": _R(
        400,
        "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length or "
        "`max_tokens` and try again",
        type=_INVALID,
    ),
    "authentication.invalid_key": _R(401, "invalid x-api-key", type="authentication_error"),
    "quota_exceeded.insufficient_balance": _R(
        400,
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or "
        "purchase credits.",
        type=_INVALID,
    ),
    "permission_denied.scope": _R(
        403, "Your API key does not have permission to use the specified resource.", type="permission_error"
    ),
    "model_unavailable.not_found": _R(404, "model: {model}", type="not_found_error"),
    "invalid_request.invalid_parameter": _R(400, "max_tokens: Field required", type=_INVALID),
    "content_filter.output": _R(400, "Output blocked by content filtering policy", type=_INVALID),
    "server_error.overloaded": _R(529, "Overloaded", type="overloaded_error"),
    "server_error.internal": _R(500, "Internal server error", type="api_error"),
}

GEMINI: Mapping[str, Failure] = {
    "rate_limit.requests_per_minute": _R(
        429,
        "You exceeded your current quota, please check your plan and billing details. * Quota exceeded for metric: "
        "generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 15 Please retry in 2s.",
        type="RESOURCE_EXHAUSTED",
        extra={
            "details": [
                {
                    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                    "violations": [
                        {
                            "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
                            "quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
                            "quotaDimensions": {"location": "global", "model": "{model}"},
                            "quotaValue": "15",
                        }
                    ],
                },
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2s"},
            ]
        },
    ),
    "context_length.input_too_long": _R(
        400,
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048575).",
        type="INVALID_ARGUMENT",
    ),
    "authentication.invalid_key": _R(
        400,
        "API key not valid. Please pass a valid API key.",
        type="INVALID_ARGUMENT",
        extra={
            "details": [
                {
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": "API_KEY_INVALID",
                    "domain": "googleapis.com",
                }
            ]
        },
    ),
    "permission_denied.region": _R(400, "User location is not supported for the API use.", type="FAILED_PRECONDITION"),
    "model_unavailable.not_found": _R(
        404,
        "models/{model} is not found for API version v1beta, or is not supported for generateContent.",
        type="NOT_FOUND",
    ),
    "invalid_request.unsupported_parameter": _R(
        400,
        'Invalid JSON payload received. Unknown name "temperatur": Cannot find field.',
        type="INVALID_ARGUMENT",
    ),
    "invalid_request.invalid_parameter": _R(
        400,
        "temperature must be in the range [0.0, 2.0].",
        type="INVALID_ARGUMENT",
    ),
    "server_error.overloaded": _R(503, "The model is overloaded. Please try again later.", type="UNAVAILABLE"),
    "server_error.internal": _R(500, "An internal error has occurred. Please retry.", type="INTERNAL"),
    "timeout.upstream": _R(504, "Deadline expired before operation could complete.", type="DEADLINE_EXCEEDED"),
}

DEEPSEEK: Mapping[str, Failure] = {
    "quota_exceeded.insufficient_balance": _R(402, "Insufficient Balance", "invalid_request_error", "unknown_error"),
    "authentication.invalid_key": _R(
        401,
        "Authentication Fails, Your api key: ****0000 is invalid",
        "invalid_request_error",
        "authentication_error",
    ),
    "content_filter.prompt": _R(400, "Content Exists Risk", "invalid_request_error", _INVALID),
    "context_length.input_too_long": _R(
        400,
        "This model's maximum context length is 65536 tokens. However, you requested 70000 tokens (66000 in the "
        "messages, 4000 in the completion). Please reduce the length of the messages or completion.",
        "invalid_request_error",
        _INVALID,
    ),
    "model_unavailable.not_found": _R(400, "Model Not Exist", "invalid_request_error", _INVALID),
    "server_error.overloaded": _R(
        503, "Service is too busy. Please try again later.", "service_unavailable_error", "service_unavailable_error"
    ),
}

OPENROUTER: Mapping[str, Failure] = {
    "rate_limit.unspecified": _R(
        429,
        "Provider returned error",
        extra={
            "metadata": {
                "raw": "{model} is temporarily rate-limited upstream. Please retry shortly.",
                "provider_name": "Simulated",
            }
        },
    ),
    "rate_limit.requests_per_day": _R(
        429,
        "Rate limit exceeded: free-models-per-day. Add credits to unlock more free model requests per day",
        extra={"metadata": {"headers": {"X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "0"}}},
    ),
    "quota_exceeded.insufficient_balance": _R(402, "Insufficient credits. Add more and try again."),
    "authentication.invalid_key": _R(401, "User not found."),
    "model_unavailable.not_found": _R(400, "{model} is not a valid model ID"),
    "model_unavailable.no_provider": _R(404, "No endpoints found for {model}."),
    "content_filter.prompt": _R(
        403,
        "Your chosen model requires moderation and your input was flagged",
        extra={"metadata": {"reasons": ["violence"], "provider_name": "Simulated", "model_slug": "{model}"}},
    ),
    "context_length.input_too_long": _R(
        400,
        "This endpoint's maximum context length is 32768 tokens. However, you requested about 40000 tokens (40000 of "
        "text input). Please reduce the length of either one.",
    ),
    "server_error.bad_gateway": _R(
        502,
        "Provider returned error",
        extra={
            "metadata": {
                "raw": '{"error":{"message":"The server had an error","type":"server_error"}}',
                "provider_name": "Simulated",
            }
        },
    ),
}
