"""The error taxonomy: one failed call has exactly one type, chosen by what the on-call engineer must do.

type               severity  retryable              action
rate_limit         warning   yes (one reason not)   implement_exponential_backoff
context_length     error     no                     reduce_context_or_use_long_context_model
timeout            warning   yes                    increase_timeout_or_switch_model
authentication     fatal     no                     check_api_key_configuration
server_error       error     yes                    retry_with_backoff
invalid_request    error     no                     fix_request_parameters
model_unavailable  error     only `loading`         use_alternative_model
content_filter     warning   no                     review_content_filtering
quota_exceeded     fatal     no                     restore_quota_or_billing
permission_denied  error     no                     grant_access_or_change_region
connection_error   warning   yes                    check_network_path
invalid_response   error     `malformed`, `empty`   raise_output_limit_or_repair_output
cancelled          info      no                     none
unknown            error     no                     manual_investigation_required
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class ErrorType(StrEnum):
    """What the on-call engineer has to deal with."""

    RATE_LIMIT = "rate_limit"
    CONTEXT_LENGTH = "context_length"
    TIMEOUT = "timeout"
    AUTHENTICATION = "authentication"
    SERVER_ERROR = "server_error"
    INVALID_REQUEST = "invalid_request"
    MODEL_UNAVAILABLE = "model_unavailable"
    CONTENT_FILTER = "content_filter"
    QUOTA_EXCEEDED = "quota_exceeded"
    PERMISSION_DENIED = "permission_denied"
    CONNECTION_ERROR = "connection_error"
    INVALID_RESPONSE = "invalid_response"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """How bad it is; the values are Sentry's levels."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    FATAL = "fatal"


class Reason(StrEnum):
    """What refines a type. `KINDS` says which reasons a type can have."""

    UNSPECIFIED = "unspecified"
    # rate_limit
    REQUESTS_PER_MINUTE = "requests_per_minute"
    TOKENS_PER_MINUTE = "tokens_per_minute"
    REQUESTS_PER_DAY = "requests_per_day"
    TOKENS_PER_DAY = "tokens_per_day"
    CONCURRENCY = "concurrency"
    REQUEST_EXCEEDS_LIMIT = "request_exceeds_limit"
    # context_length
    INPUT_TOO_LONG = "input_too_long"
    MAX_TOKENS_TOO_LARGE = "max_tokens_too_large"
    # timeout
    CLIENT_CONNECT = "client_connect"
    CLIENT_READ = "client_read"
    CLIENT_POOL = "client_pool"
    GATEWAY = "gateway"
    UPSTREAM = "upstream"
    APP_DEADLINE = "app_deadline"
    # authentication
    INVALID_KEY = "invalid_key"
    MISSING_KEY = "missing_key"
    EXPIRED = "expired"
    MALFORMED = "malformed"  # also invalid_response
    # server_error
    INTERNAL = "internal"
    OVERLOADED = "overloaded"
    BAD_GATEWAY = "bad_gateway"
    UNAVAILABLE = "unavailable"
    # invalid_request
    UNSUPPORTED_PARAMETER = "unsupported_parameter"
    INVALID_PARAMETER = "invalid_parameter"
    INVALID_SCHEMA = "invalid_schema"
    INVALID_MESSAGE_ORDER = "invalid_message_order"
    INVALID_MEDIA = "invalid_media"
    PAYLOAD_TOO_LARGE = "payload_too_large"
    NOT_FOUND = "not_found"  # also model_unavailable
    OTHER = "other"  # also permission_denied, connection_error
    # model_unavailable
    DEPRECATED = "deprecated"
    NO_ACCESS = "no_access"
    LOADING = "loading"
    NO_PROVIDER = "no_provider"
    # content_filter
    PROMPT = "prompt"
    OUTPUT = "output"
    COPYRIGHT = "copyright"
    IMAGE = "image"
    # quota_exceeded
    INSUFFICIENT_QUOTA = "insufficient_quota"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    SPEND_LIMIT = "spend_limit"
    # permission_denied
    REGION = "region"
    SCOPE = "scope"
    ORG = "org"
    IP = "ip"
    # connection_error
    DNS = "dns"
    REFUSED = "refused"
    TLS = "tls"
    RESET = "reset"
    PROXY = "proxy"
    INCOMPLETE_BODY = "incomplete_body"
    # invalid_response
    TRUNCATED = "truncated"
    SCHEMA = "schema"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is fixed for an error type.

    Attributes:
        severity: Sentry level of its events.
        retryable: whether the same request can succeed later, unless the reason is one of `exceptions`.
        action: what to do, as a machine-readable word.
        reasons: the reasons that a failure of this type can have.
        exceptions: reasons for which `retryable` is the other way round.
    """

    severity: Severity
    retryable: bool
    action: str
    reasons: frozenset[Reason]
    exceptions: frozenset[Reason] = frozenset()


def _kind(severity: Severity, retryable: bool, action: str, reasons: str = "", exceptions: str = "") -> Kind:
    named = frozenset(Reason(word) for word in reasons.split()) | {Reason.UNSPECIFIED}
    return Kind(severity, retryable, action, named, frozenset(Reason(word) for word in exceptions.split()))


_S = Severity

KINDS: Mapping[ErrorType, Kind] = MappingProxyType(
    {
        ErrorType.RATE_LIMIT: _kind(
            _S.WARNING,
            True,
            "implement_exponential_backoff",
            "requests_per_minute tokens_per_minute requests_per_day tokens_per_day concurrency request_exceeds_limit",
            exceptions="request_exceeds_limit",
        ),
        ErrorType.CONTEXT_LENGTH: _kind(
            _S.ERROR, False, "reduce_context_or_use_long_context_model", "input_too_long max_tokens_too_large"
        ),
        ErrorType.TIMEOUT: _kind(
            _S.WARNING,
            True,
            "increase_timeout_or_switch_model",
            "client_connect client_read client_pool gateway upstream app_deadline",
        ),
        ErrorType.AUTHENTICATION: _kind(
            _S.FATAL, False, "check_api_key_configuration", "invalid_key missing_key expired malformed"
        ),
        ErrorType.SERVER_ERROR: _kind(
            _S.ERROR, True, "retry_with_backoff", "internal overloaded bad_gateway unavailable"
        ),
        ErrorType.INVALID_REQUEST: _kind(
            _S.ERROR,
            False,
            "fix_request_parameters",
            "unsupported_parameter invalid_parameter invalid_schema invalid_message_order invalid_media "
            "payload_too_large not_found other",
        ),
        ErrorType.MODEL_UNAVAILABLE: _kind(
            _S.ERROR,
            False,
            "use_alternative_model",
            "not_found deprecated no_access loading no_provider",
            exceptions="loading",
        ),
        ErrorType.CONTENT_FILTER: _kind(_S.WARNING, False, "review_content_filtering", "prompt output copyright image"),
        ErrorType.QUOTA_EXCEEDED: _kind(
            _S.FATAL, False, "restore_quota_or_billing", "insufficient_quota insufficient_balance spend_limit"
        ),
        ErrorType.PERMISSION_DENIED: _kind(
            _S.ERROR, False, "grant_access_or_change_region", "region scope org ip other"
        ),
        ErrorType.CONNECTION_ERROR: _kind(
            _S.WARNING, True, "check_network_path", "dns refused tls reset proxy incomplete_body other"
        ),
        ErrorType.INVALID_RESPONSE: _kind(
            _S.ERROR,
            False,
            "raise_output_limit_or_repair_output",
            "truncated malformed schema empty",
            exceptions="malformed empty",
        ),
        ErrorType.CANCELLED: _kind(_S.INFO, False, "none"),
        ErrorType.UNKNOWN: _kind(_S.ERROR, False, "manual_investigation_required"),
    }
)


@dataclass(frozen=True, slots=True)
class Classification:
    """What one failed call was.

    Attributes:
        type: what to deal with; exactly one.
        reason: what refines the type.
        severity: how bad; equals the Sentry level.
        retryable: whether the same request can succeed later.
        action: what to do, as a machine-readable word.
        retry_after: seconds to wait before a retry, as the provider said it; None where it said nothing.
        evidence: one line that says what decided, such as `body.error.code=insufficient_quota`.
        details: figures that the provider named, such as `limit`, `requested` and `over_by` (tokens).
    """

    type: ErrorType
    reason: Reason
    severity: Severity
    retryable: bool
    action: str
    retry_after: float | None = None
    evidence: str = ""
    details: Mapping[str, int | float] = field(default_factory=dict)


def classification(
    error_type: ErrorType,
    reason: Reason = Reason.UNSPECIFIED,
    *,
    evidence: str = "",
    retry_after: float | None = None,
    details: Mapping[str, int | float] | None = None,
) -> Classification:
    """Build a `Classification` from the table; a reason that the type can't have becomes `unspecified`."""
    kind = KINDS[error_type]
    if reason not in kind.reasons:
        reason = Reason.UNSPECIFIED
    return Classification(
        type=error_type,
        reason=reason,
        severity=kind.severity,
        retryable=kind.retryable != (reason in kind.exceptions),
        action=kind.action,
        retry_after=retry_after,
        evidence=evidence,
        details=details or {},
    )
