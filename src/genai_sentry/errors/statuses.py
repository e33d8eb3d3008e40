"""What an HTTP status says by itself, and how much that weighs against vague codes and everyday words."""

from __future__ import annotations

from genai_sentry.errors.rules.model import Label, parse_label

_TABLE: dict[int, tuple[int, str]] = {
    400: (5, "invalid_request/other"),
    401: (30, "authentication/invalid_key"),
    402: (40, "quota_exceeded/insufficient_balance"),
    403: (21, "permission_denied/other"),
    404: (20, "invalid_request/not_found"),
    405: (20, "invalid_request/other"),
    406: (14, "invalid_request/other"),
    407: (40, "connection_error/proxy"),
    408: (40, "timeout/gateway"),
    409: (10, "invalid_request/other"),
    410: (20, "model_unavailable/deprecated"),
    411: (20, "invalid_request/other"),
    413: (30, "invalid_request/payload_too_large"),
    414: (30, "invalid_request/payload_too_large"),
    415: (30, "invalid_request/invalid_media"),
    422: (14, "invalid_request/other"),
    424: (13, "server_error/bad_gateway"),
    425: (20, "rate_limit"),
    429: (30, "rate_limit"),
    431: (30, "invalid_request/payload_too_large"),
    434: (20, "permission_denied/other"),
    446: (40, "content_filter/prompt"),
    451: (40, "permission_denied/region"),
    498: (30, "authentication/expired"),
    499: (40, "cancelled"),
    500: (10, "server_error/internal"),
    501: (13, "invalid_request/unsupported_parameter"),
    502: (30, "server_error/bad_gateway"),
    503: (30, "server_error/unavailable"),
    504: (40, "timeout/gateway"),
    520: (30, "server_error/bad_gateway"),
    521: (30, "server_error/bad_gateway"),
    522: (30, "timeout/gateway"),
    523: (30, "server_error/bad_gateway"),
    524: (40, "timeout/gateway"),
    525: (40, "connection_error/tls"),
    526: (40, "connection_error/tls"),
    529: (40, "server_error/overloaded"),
    530: (30, "server_error/bad_gateway"),
    598: (40, "timeout/gateway"),
    599: (40, "timeout/gateway"),
}

STATUSES: dict[int, tuple[int, Label]] = {
    code: (weight, parse_label(label)) for code, (weight, label) in _TABLE.items()
}


def of_status(status: int) -> tuple[int, Label] | None:
    """Weight and label of a status; None for one that is no failure."""
    known = STATUSES.get(status)
    if known is not None:
        return known
    if 400 <= status < 500:
        return 5, STATUSES[400][1]
    if 500 <= status < 600:
        return 10, STATUSES[500][1]
    return None
