"""The value of `error.type`: a provider's code where it is on a short documented list, so that the values stay few."""

from __future__ import annotations

from collections.abc import Mapping

from genai_sentry.errors.index import compared
from genai_sentry.errors.unwrap import Found, gather, read_numbers

PROVIDER_CODES: tuple[str, ...] = (
    "access_denied",
    "api_error",
    "API_KEY_INVALID",
    "AccessDeniedException",
    "Arrearage",
    "authentication_error",
    "billing_error",
    "billing_hard_limit_reached",
    "billing_not_active",
    "budget_exceeded",
    "content_filter",
    "content_policy_violation",
    "context_length_exceeded",
    "data_inspection_failed",
    "DEADLINE_EXCEEDED",
    "DeploymentNotFound",
    "engine_overloaded_error",
    "exceeded_current_quota_error",
    "expired_api_key",
    "ExpiredTokenException",
    "FAILED_PRECONDITION",
    "insufficient_balance",
    "insufficient_quota",
    "insufficient_user_quota",
    "INTERNAL",
    "internal_server_error",
    "InternalServerException",
    "INVALID_ARGUMENT",
    "invalid_api_key",
    "invalid_function_parameters",
    "invalid_image_url",
    "invalid_prompt",
    "invalid_request_error",
    "invalid_type",
    "invalid_value",
    "json_validate_failed",
    "missing_required_parameter",
    "model_decommissioned",
    "model_not_found",
    "ModelErrorException",
    "ModelNotReadyException",
    "ModelTimeoutException",
    "moderation_blocked",
    "not_found_error",
    "NOT_FOUND",
    "over_capacity",
    "overloaded_error",
    "permission_error",
    "PERMISSION_DENIED",
    "previous_response_not_found",
    "rate_limit_error",
    "rate_limit_exceeded",
    "rate_limit_reached_error",
    "request_too_large",
    "RESOURCE_EXHAUSTED",
    "ResourceNotFoundException",
    "ResponsibleAIPolicyViolation",
    "server_error",
    "server_is_overloaded",
    "service_tier_capacity_exceeded",
    "service_unavailable_error",
    "ServiceQuotaExceededException",
    "ServiceUnavailableException",
    "string_above_max_length",
    "ThrottlingException",
    "timeout_error",
    "token_expired",
    "token_quota_exceeded",
    "tool_use_failed",
    "UNAUTHENTICATED",
    "UNAVAILABLE",
    "unknown_parameter",
    "unsupported_country_region_territory",
    "unsupported_parameter",
    "unsupported_value",
    "ValidationException",
)
"""The codes that may become `error.type`, in their providers' spelling."""

_KNOWN: Mapping[str, str] = {compared(code): code for code in PROVIDER_CODES}
_GENERAL = frozenset(
    map(compared, ("api_error", "invalid_request_error", "server_error", "INVALID_ARGUMENT", "ValidationException"))
)


def error_type(error: object = None, body: object = None, status: int | None = None) -> str:
    """Name a failure: a documented provider code, else the exception's class, else the HTTP status as text.

    Args:
        error: the exception; anything else is taken for a body.
        body: the response's body, as found.
        status: the HTTP status.

    Returns:
        Never empty: `_OTHER`, as OpenTelemetry wants it, where there is no evidence at all.
    """
    exception = error if isinstance(error, BaseException) else None
    if body is None:
        body = _body_of(exception) if exception is not None else error
    code = _provider_code(body, exception)
    if code:
        return code
    if exception is not None:
        kind = type(exception)
        return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return str(status) if status is not None else "_OTHER"


def _body_of(error: BaseException) -> object:
    try:
        return getattr(error, "body", None)
    except Exception:
        return None


def _provider_code(body: object, error: BaseException | None) -> str | None:
    found = Found()
    if body is not None:
        try:
            gather(body, "body", found)
            read_numbers(found)
        except Exception:
            return None
    codes = [code for _, _, code in sorted(found.codes, key=lambda item: -item[0])]
    for name in ("code", "type"):
        try:
            value = getattr(error, name, None)
        except Exception:
            continue
        if isinstance(value, str):
            codes.append(value)
    known = [spelled for code in codes if (spelled := _KNOWN.get(compared(code[:120])))]
    telling = [code for code in known if compared(code) not in _GENERAL]
    return next(iter(telling or known), None)
