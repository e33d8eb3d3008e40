"""Error answers, error events and rate-limit headers, as each provider writes them."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from genai_sentry.testing import failures
from genai_sentry.testing.limits import Reading
from genai_sentry.testing.openai_format import sse
from genai_sentry.testing.refusals_openai import Refusal
from genai_sentry.testing.server import Reply

EVENTS_BEFORE_FAULT = 2
"""Events of a stream that come before an error event or a malformed one."""


@dataclass(frozen=True, slots=True)
class Said:
    """What every answer to one request carries.

    Attributes:
        request_id: the provider's name for the request.
        headers: response headers.
    """

    request_id: str
    headers: Mapping[str, str] = field(default_factory=dict)


def refuse(refusal: Refusal, dialect: str, model: str, said: Said, retry_after: float | None) -> Reply:
    own = dict(refusal.headers)
    if retry_after is not None:
        own.pop("retry-after-ms", None)
        own |= retry_header(retry_after)
    if refusal.html:
        # A proxy answers: none of the provider's own headers.
        return Reply(
            refusal.status, failures.error_body(refusal, dialect, model, ""), {"content-type": "text/html", **own}
        )
    body = failures.error_body(refusal, dialect, model, said.request_id)
    return Reply(refusal.status, body, {"content-type": "application/json", **said.headers, **own})


def retry_header(seconds: float | None) -> dict[str, str]:
    return {} if seconds is None else {"retry-after": f"{seconds:g}"}


def error_bytes(kind: str, dialect: str, model: str, said: Said) -> bytes:
    _, failure = failures.find(kind, dialect)
    if not isinstance(failure, Refusal):
        failure = Refusal(500, "The request failed.", None, "server_error")
    return failures.error_body(failure, dialect, model, said.request_id)


def error_event(body: bytes, endpoint: str) -> bytes:
    """The error in mid-stream, as the endpoint's format puts it."""
    parsed = json.loads(body)
    if endpoint == "responses":
        error = parsed["error"]
        event = {
            "type": "error",
            "code": error.get("code") or error.get("type"),
            "message": error.get("message"),
            "param": error.get("param"),
            "sequence_number": EVENTS_BEFORE_FAULT,
        }
        return sse(event, "error")
    return sse(parsed, "error" if endpoint == "messages" else None)


def openai_limits(reading: Reading | None) -> dict[str, str]:
    if reading is None:
        return {}
    return {
        "x-ratelimit-limit-requests": str(reading.limit_requests),
        "x-ratelimit-remaining-requests": str(reading.remaining_requests),
        "x-ratelimit-reset-requests": _go_duration(reading.reset_requests_s),
        "x-ratelimit-limit-tokens": str(reading.limit_tokens),
        "x-ratelimit-remaining-tokens": str(reading.remaining_tokens),
        "x-ratelimit-reset-tokens": _go_duration(reading.reset_tokens_s),
    }


def anthropic_limits(reading: Reading | None) -> dict[str, str]:
    if reading is None:
        return {}

    def at(seconds: float) -> str:
        moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    return {
        "anthropic-ratelimit-requests-limit": str(reading.limit_requests),
        "anthropic-ratelimit-requests-remaining": str(reading.remaining_requests),
        "anthropic-ratelimit-requests-reset": at(reading.reset_requests_s),
        "anthropic-ratelimit-tokens-limit": str(reading.limit_tokens),
        "anthropic-ratelimit-tokens-remaining": str(reading.remaining_tokens),
        "anthropic-ratelimit-tokens-reset": at(reading.reset_tokens_s),
    }


def _go_duration(seconds: float) -> str:
    """A duration as OpenAI's headers write it: `120ms`, `1.5s`, `6m0s`."""
    if seconds < 1:
        return f"{max(0, round(seconds * 1000))}ms"
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)}m{rest:g}s" if minutes else f"{round(rest, 3):g}s"
