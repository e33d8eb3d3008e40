"""How long the provider says to wait, from headers, body fields and messages; in seconds."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from genai_sentry.patterns import lazy

LONGEST = 60 * 86_400.0
"""A longer wait is taken for a misreading."""

_UNITS = {
    "ms": 0.001, "millisecond": 0.001, "milliseconds": 0.001, "毫秒": 0.001,
    "s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0, "秒": 1.0, "秒钟": 1.0,
    "m": 60.0, "min": 60.0, "mins": 60.0, "minute": 60.0, "minutes": 60.0, "分": 60.0, "分钟": 60.0,
    "h": 3600.0, "hr": 3600.0, "hrs": 3600.0, "hour": 3600.0, "hours": 3600.0, "小时": 3600.0,
    "d": 86_400.0, "day": 86_400.0, "days": 86_400.0, "天": 86_400.0,
}  # fmt: skip
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_PIECE = lazy(rf"(\d{{1,9}}(?:\.\d{{1,9}})?)\s?({_UNIT})(?![a-z])", re.IGNORECASE)
_DURATION = rf"(?:\d{{1,9}}(?:\.\d{{1,9}})?\s?(?:{_UNIT})(?![a-z]),?\s?(?:and\s)?){{1,5}}"
_IN_TEXT = lazy(
    rf"(?:(?:try(?:\sagain)?|retry|retrying|available\sagain|again|reset|resets|wait(?:ing)?)\s(?:(?:your\srequest|again|it|for|"
    rf"approximately|about|at\sleast|in|after|quota\swill\sreset)\s){{0,4}}|请在\s?|请等待\s?|等待\s?|请于\s?)({_DURATION})",
)
_BARE = lazy(
    r"(?:retry|try again|reset)s?[ _-](?:after|in)[\"']?\s?[:=]?\s?[\"']?(\d{1,7}(?:\.\d{1,6})?)(?![\d\w-])",
)


_WAITING = ("again", "retry", "reset", "wait", "请")
_DIGIT = lazy(r"\d")
_WITH_UNIT = lazy(r"\d\s?[mshd毫秒分小天]")
_BARE_AFTER = tuple(
    f"{word}{gap}{after}" for word in ("retry", "again", "reset", "s") for gap in " _-" for after in ("after", "in")
)
"""Each what has to be there before the more expensive look."""


def duration(text: str) -> float | None:
    """Read `6m0s`, `12ms`, `1h30m`, `34.5s`, `5 days 22 hours`; None for anything else."""
    pieces = _PIECE.findall(text)
    if not pieces:
        return None
    return _sane(sum(float(number) * _UNITS[unit.lower()] for number, unit in pieces))


_HTTP_DATE = lazy(r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|UTC|[+-]0000)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _http_date(text: str) -> datetime | None:
    match = _HTTP_DATE.fullmatch(text)
    if match is None or match[2] not in _MONTHS:
        return None
    day, year, hour, minute, second = (int(match[group]) for group in (1, 3, 4, 5, 6))
    return datetime(year, _MONTHS.index(match[2]) + 1, day, hour, minute, second, tzinfo=UTC)


def moment(text: str, now: float) -> float | None:
    """Seconds from `now` (Unix time) until an RFC 3339 or HTTP date; None for anything else."""
    try:
        when = _http_date(text) or datetime.fromisoformat(text)
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        return _sane(max(0.0, when.timestamp() - now))
    except (OverflowError, ValueError, OSError):
        return None


def _sane(seconds: float) -> float | None:
    return round(seconds, 3) if 0 <= seconds <= LONGEST else None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value == value and abs(value) != float("inf") else None


def _value(name: str, raw: object, now: float) -> float | None:
    text = str(raw).strip()[:64]
    number = _number(text)
    if number is not None:
        if name.endswith(("-ms", "_ms")):
            return _sane(number / 1000)
        if number > 1e12:
            return _sane(max(0.0, number / 1000 - now))
        if number > 1e9:
            return _sane(max(0.0, number - now))
        return _sane(number)
    return moment(text, now) if len(text) > 9 else duration(text)


_AFTER = ("retry-after-ms", "x-ms-retry-after-ms", "retry-after", "x-retry-after")
_RESETS = (
    ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
    ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
    ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
    ("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"),
    ("anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"),
    ("anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"),
    ("x-ratelimit-remaining", "x-ratelimit-reset"),
    ("ratelimit-remaining", "ratelimit-reset"),
)


HEADERS = frozenset((*_AFTER, *(name for pair in _RESETS for name in pair)))
"""The names of all that `from_headers` reads."""


def from_headers(headers: Mapping[str, str], *, limited: bool) -> float | None:
    """Read `retry-after-ms`, `retry-after` and, for a rate limit, the resets of what is used up."""
    now = time.time()
    for name in _AFTER:
        raw = headers.get(name)
        if raw is not None:
            value = _value(name, raw, now)
            if value is not None:
                return value
    if not limited:
        return None
    waits = [
        _value(reset, headers[reset], now)
        for remaining, reset in _RESETS
        if reset in headers and (_number(headers.get(remaining, "0")) or 0.0) <= 0
    ]
    known = [wait for wait in waits if wait is not None]
    return max(known) if known else None


def from_fields(fields: Iterable[tuple[str, object]]) -> float | None:
    """Read body fields made for it, such as `retryDelay` of Gemini's RetryInfo."""
    now = time.time()
    for name, raw in fields:
        value = _value(name, raw, now)
        if value is not None:
            return value
    return None


def from_text(text: str) -> float | None:
    """Read what a message names: `try again in 6m0s`, `retry after 20 seconds`, `请在 30 秒后重试`."""
    lower = text.lower()
    for word in _WAITING:
        if word in lower:
            break
    else:
        return None
    if _DIGIT.search(lower) is None:
        return None
    match = _IN_TEXT.search(lower) if _WITH_UNIT.search(lower) is not None else None
    if match:
        return duration(match[1])
    bare = _BARE.search(lower) if any(word in lower for word in _BARE_AFTER) else None
    return _sane(float(bare[1])) if bare else None
