"""Waiting times and figures, from headers, fields and messages."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from genai_sentry.errors.classify import classify
from genai_sentry.errors.waits import duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6m0s", 360.0),
        ("12ms", 0.012),
        ("1h30m", 5400.0),
        ("19m44.544s", 1184.544),
        ("34.074824224s", 34.075),
        ("5 days 22 hours 11 minutes", 511_860.0),
        ("2 分钟", 120.0),
        ("soon", None),
    ],
)
def test_durations(text: str, seconds: float | None) -> None:
    """As OpenAI, Google and others write them."""
    assert seconds == duration(text)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "20"}, 20.0),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s"}, 360.0),
        (
            {
                "x-ratelimit-remaining-tokens": "5",
                "x-ratelimit-reset-tokens": "9s",
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "2s",
            },
            2.0,
        ),
        ({"retry-after": "later"}, None),
        ({"retry-after": "1e999"}, None),
        ({"retry-after": "0"}, 0.0),
    ],
)
def test_headers(headers: dict[str, str], seconds: float | None) -> None:
    """`retry-after-ms` before `retry-after` before the reset of what is used up; nonsense is nothing."""
    assert seconds == classify(status=429, headers=headers).retry_after


def test_dates_in_headers() -> None:
    """HTTP dates and RFC 3339 resets are turned into seconds from now."""
    when = datetime.now(UTC) + timedelta(seconds=100)
    dated = classify(status=429, headers={"retry-after": format_datetime(when, usegmt=True)}).retry_after
    reset = {"anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": when.isoformat()}
    stamped = classify(status=429, headers=reset).retry_after
    epoch = classify(
        status=429,
        body={"error": {"metadata": {"headers": {"X-RateLimit-Reset": str(int(time.time() * 1000) + 100_000)}}}},
    )
    for seconds in (dated, stamped, epoch.retry_after):
        assert seconds is not None
        assert 97 <= seconds <= 101


def test_a_past_date_is_no_wait() -> None:
    """A limit that reset already needs no waiting."""
    assert 0.0 == classify(status=429, headers={"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}).retry_after


def test_geminis_retry_info() -> None:
    """`RetryInfo.retryDelay`, however deep."""
    body = {
        "error": {
            "code": 429,
            "status": "RESOURCE_EXHAUSTED",
            "details": [{"@type": "…RetryInfo", "retryDelay": "38s"}],
        }
    }
    assert 38.0 == classify(status=429, body=body).retry_after


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Rate limit reached. Please try again in 6m0s.", 360.0),
        ("429 Please retry after 7 seconds.", 7.0),
        ("Too many requests. Retry in 34.07s", 34.07),
        ("Rate limit exceeded, retry after: 12", 12.0),
        ("请求过于频繁，请在 30 秒后重试", 30.0),
        ("Too many requests, please try again later", None),
    ],
)
def test_times_in_messages(text: str, seconds: float | None) -> None:
    """A time named by the message counts where nothing else names one."""
    assert seconds == classify(message=text).retry_after


@pytest.mark.parametrize(
    ("text", "details"),
    [
        ("prompt is too long: 208310 tokens > 200000 maximum", {"limit": 200000, "requested": 208310, "over_by": 8310}),
        (
            "This model's maximum context length is 1048565 tokens. However, you requested 1250025 tokens "
            "(1250025 in the messages, 0 in the completion).",
            {"limit": 1048565, "requested": 1250025, "over_by": 201460},
        ),
        (
            "input length and `max_tokens` exceed context limit: 182831 + 64000 > 200000",
            {"limit": 200000, "requested": 246831, "over_by": 46831},
        ),
        (
            "The input token count (1,048,999) exceeds the maximum number of tokens allowed (1,048,576).",
            {"limit": 1048576, "requested": 1048999, "over_by": 423},
        ),
        (
            "length of prompt_tokens (68957) must be less than max_seq_len (65536).",
            {"limit": 65536, "requested": 68957, "over_by": 3421},
        ),
        (
            "`inputs` tokens + `max_new_tokens` must be <= 2048. Given: 2019 `inputs` tokens",
            {"limit": 2048, "requested": 2019},
        ),
        (
            "Your request exceeded model token limit: 131072 (requested: 140000)",
            {"limit": 131072, "requested": 140000, "over_by": 8928},
        ),
        ("Range of input length should be [1, 30720]", {"limit": 30720}),
        ("prompt is too long", {}),
    ],
)
def test_figures_of_a_context(text: str, details: dict[str, int]) -> None:
    """Limit, request and excess, in tokens, as far as the message names them."""
    found = classify(message=text)
    assert ("context_length", details) == (found.type, dict(found.details))


@pytest.mark.parametrize(
    ("name", "value", "seconds"),
    [
        ("retry-after", "7", 7.0),
        ("Retry-After", "7", 7.0),
        ("x-retry-after", "7", 7.0),
        ("retry-after-ms", "1500", 1.5),
        ("x-ms-retry-after-ms", "1500", 1.5),
        ("x-retry", "7", None),
    ],
)
def test_each_header_that_names_a_wait_is_read(name: str, value: str, seconds: float | None) -> None:
    """Under the names that OpenAI, Azure and gateways give it."""
    assert seconds == classify(status=503, headers={name: value}).retry_after
