"""Header names, as data: which header says what, by the providers that use it.

Sources are the providers' documentation pages on rate limits and recorded responses: OpenAI and Azure OpenAI
(`x-ratelimit-*`), Anthropic (`anthropic-ratelimit-*`), Groq and xAI (OpenAI's names), Mistral (`…-req-minute`),
Cerebras (`…-requests-day`), Together (`x-ratelimit-*` and `x-tokenlimit-*`), Fireworks (`…-tokens-prompt`),
OpenRouter (`x-ratelimit-*` with the reset as epoch milliseconds) and the IETF draft `RateLimit` header fields. Header
names tell the dialects apart, so a gateway that passes a provider's headers on needs no entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

LIMIT, REMAINING, RESET, PERIOD = range(4)
"""What a header says of a limit: its size, what is left, when it is whole again, in how many seconds it comes back."""

_PARTS: dict[str, int] = {"limit": LIMIT, "remaining": REMAINING, "reset": RESET, "renewalperiod": PERIOD}

_MINUTE, _HOUR, _DAY, _MONTH = 60.0, 3600.0, 86_400.0, 2_592_000.0


class Limit(NamedTuple):
    """One limit of a dialect.

    Attributes:
        headers: header name, with `{}` where the part (`limit`, `remaining`, `reset`) stands.
        kind: what the limit is called: `requests`, `tokens_per_minute`, …
        quantity: what is counted: `requests`, `tokens`, `input_tokens`, `output_tokens`, or something else.
        period_s: seconds that the header's name tells; None where it tells none.
        parts: the parts that the dialect has.
    """

    headers: str
    kind: str
    quantity: str
    period_s: float | None = None
    parts: tuple[str, ...] = ("limit", "remaining", "reset")


_ALL = ("limit", "remaining", "reset", "renewalperiod")

LIMITS: tuple[Limit, ...] = (
    # OpenAI, Azure OpenAI, Groq, xAI, OpenRouter's upstreams, LiteLLM and most compatible servers
    Limit("x-ratelimit-{}-requests", "requests", "requests", None, _ALL),
    Limit("x-ratelimit-{}-tokens", "tokens", "tokens", None, _ALL),
    Limit("x-ratelimit-{}-input-tokens", "input_tokens", "input_tokens"),
    Limit("x-ratelimit-{}-output-tokens", "output_tokens", "output_tokens"),
    Limit("x-ratelimit-{}-tokens-usage-based", "tokens_usage_based", "tokens"),
    Limit("x-ratelimit-{}-input-images", "input_images", "input_images"),
    # Anthropic
    Limit("anthropic-ratelimit-requests-{}", "requests", "requests"),
    Limit("anthropic-ratelimit-tokens-{}", "tokens", "tokens"),
    Limit("anthropic-ratelimit-input-tokens-{}", "input_tokens", "input_tokens"),
    Limit("anthropic-ratelimit-output-tokens-{}", "output_tokens", "output_tokens"),
    Limit("anthropic-priority-input-tokens-{}", "priority_input_tokens", "priority_input_tokens"),
    Limit("anthropic-priority-output-tokens-{}", "priority_output_tokens", "priority_output_tokens"),
    # Mistral
    Limit("x-ratelimit-{}-req-second", "requests_per_second", "requests", 1.0),
    Limit("x-ratelimit-{}-req-10-second", "requests_per_10_seconds", "requests", 10.0),
    Limit("x-ratelimit-{}-req-minute", "requests_per_minute", "requests", _MINUTE),
    Limit("x-ratelimit-{}-tokens-month", "tokens_per_month", "tokens", _MONTH),
    Limit("x-ratelimit-{}-audio-seconds-minute", "audio_seconds_per_minute", "audio_seconds", _MINUTE),
    Limit("x-ratelimit-{}-input-characters-minute", "input_characters_per_minute", "input_characters", _MINUTE),
    Limit("ratelimitbysize-{}", "tokens", "tokens"),
    Limit("x-ratelimitbysize-{}-minute", "tokens_per_minute", "tokens", _MINUTE),
    Limit("x-ratelimitbysize-{}-month", "tokens_per_month", "tokens", _MONTH),
    # Cerebras, and compatible servers that name the period
    Limit("x-ratelimit-{}-requests-minute", "requests_per_minute", "requests", _MINUTE),
    Limit("x-ratelimit-{}-requests-hour", "requests_per_hour", "requests", _HOUR),
    Limit("x-ratelimit-{}-requests-day", "requests_per_day", "requests", _DAY),
    Limit("x-ratelimit-{}-tokens-minute", "tokens_per_minute", "tokens", _MINUTE),
    Limit("x-ratelimit-{}-tokens-hour", "tokens_per_hour", "tokens", _HOUR),
    Limit("x-ratelimit-{}-tokens-day", "tokens_per_day", "tokens", _DAY),
    # Together
    Limit("x-tokenlimit-{}", "tokens", "tokens"),
    # Fireworks
    Limit("x-ratelimit-{}-tokens-prompt", "input_tokens", "input_tokens"),
    Limit("x-ratelimit-{}-tokens-cache-adjusted-prompt", "uncached_input_tokens", "uncached_input_tokens"),
    Limit("x-ratelimit-{}-tokens-generated", "output_tokens", "output_tokens"),
    # OpenRouter, Together, Cohere's trial keys, the IETF draft's early form and its common variants
    Limit("x-ratelimit-{}", "requests", "requests"),
    Limit("x-rate-limit-{}", "requests", "requests"),
    Limit("ratelimit-{}", "requests", "requests"),
)
"""Every limit that is known by its header names."""

PERIODS: dict[str, dict[str, float]] = {
    "groq": {"requests": _DAY, "tokens": _MINUTE},
    "together_ai": {"requests": 1.0, "tokens": 1.0},
    "together": {"requests": 1.0, "tokens": 1.0},
}
"""Period in seconds by provider and kind, where the documentation tells what the headers do not."""

REQUEST_IDS: tuple[str, ...] = (
    "x-request-id",
    "request-id",
    "apim-request-id",
    "x-amzn-requestid",
    "x-ms-request-id",
    "mistral-correlation-id",
    "x-debug-trace-id",
    "x-ms-client-request-id",
    "cf-ray",
)
"""Headers with the provider's name for the request, the one that its support asks for first."""

PROCESSING_TIMES: tuple[tuple[str, float], ...] = (
    ("openai-processing-ms", 1.0),
    ("x-envoy-upstream-service-time", 1.0),
    ("x-inference-time", 1.0),
    ("x-total-time", 1.0),
    ("x-compute-time", 1000.0),
)
"""Headers with the provider's own processing time, and what turns their value into milliseconds."""

RETRY_AFTER: tuple[tuple[str, float], ...] = (
    ("retry-after-ms", 0.001),
    ("x-ms-retry-after-ms", 0.001),
    ("retry-after", 1.0),
    ("x-ratelimit-retry-after", 1.0),
)
"""Headers with the time to wait, finest first, and what turns a number into seconds."""

IETF, IETF_POLICY, DATE = "ratelimit", "ratelimit-policy", "date"
"""The IETF draft's combined header fields, and the server's clock, against which absolute resets are read."""

# A header's slot is one integer, so that a response's headers are read with one look-up each.
SLOTS_PER_LIMIT = 4
FIRST_REQUEST_ID = len(LIMITS) * SLOTS_PER_LIMIT
FIRST_PROCESSING_TIME = FIRST_REQUEST_ID + len(REQUEST_IDS)
FIRST_RETRY_AFTER = FIRST_PROCESSING_TIME + len(PROCESSING_TIMES)
SLOT_IETF = FIRST_RETRY_AFTER + len(RETRY_AFTER)
SLOT_IETF_POLICY = SLOT_IETF + 1
SLOT_DATE = SLOT_IETF + 2


def _slots() -> Iterator[tuple[str, int]]:
    for index, limit in enumerate(LIMITS):
        for part in limit.parts:
            yield limit.headers.format(part), index * SLOTS_PER_LIMIT + _PARTS[part]
    yield from ((name, FIRST_REQUEST_ID + index) for index, name in enumerate(REQUEST_IDS))
    yield from ((name, FIRST_PROCESSING_TIME + index) for index, (name, _) in enumerate(PROCESSING_TIMES))
    yield from ((name, FIRST_RETRY_AFTER + index) for index, (name, _) in enumerate(RETRY_AFTER))
    yield from ((IETF, SLOT_IETF), (IETF_POLICY, SLOT_IETF_POLICY), (DATE, SLOT_DATE))


SLOTS: dict[bytes, int] = {name.encode("ascii"): slot for name, slot in _slots()}
"""Slot of each header, by its lowercase name."""
