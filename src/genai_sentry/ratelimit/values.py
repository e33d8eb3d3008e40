"""Values of rate-limit headers: numbers, durations, points in time. Nothing here raises on odd text.

Moments are remembered for a while, since the calls of one second name the same ones.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from genai_sentry.patterns import lazy

MAX_LENGTH = 64
"""Longer values are not read."""

MAX_SECONDS = 400 * 86_400.0
"""A wait longer than that is no wait."""

_EPOCH_S, _EPOCH_MS = 1e9, 1e12
_UNITS = {"ms": 0.001, "us": 1e-6, "µs": 1e-6, "ns": 1e-9, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_DURATION = lazy(r"(?:\d{1,12}(?:\.\d{0,12})?(?:ms|us|µs|ns|s|m|h|d))+\Z")
_PIECE = lazy(r"(\d+(?:\.\d*)?)(ms|us|µs|ns|s|m|h|d)")
_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: index for index, name in enumerate(_MONTH_NAMES, 1)}


def number(text: str) -> float | None:
    """A plain non-negative number; of a list such as `100, 100;w=60` the first; else None."""
    if len(text) > MAX_LENGTH:
        return None
    try:
        value = float(text)
    except ValueError:
        head = text.replace(";", ",").partition(",")[0].strip()
        if not head or head == text:
            return None
        return number(head)
    return value if 0.0 <= value < 1e18 else None


@lru_cache(maxsize=256)
def duration(text: str) -> float | None:
    """Seconds of a duration such as `6m0s`, `12ms` or `1h2m3.5s`, else None."""
    if len(text) > MAX_LENGTH or not _DURATION.match(text):
        return None
    return sum(float(amount) * _UNITS[unit] for amount, unit in _PIECE.findall(text))


@lru_cache(maxsize=512)
def short_duration(value: bytes) -> float | None:
    """Seconds of the two commonest forms, `12ms` and `8.64s`, else None."""
    if len(value) > 16 or value[-1:] != b"s":
        return None
    digits, unit = (value[:-2], 0.001) if value[-2:-1] == b"m" else (value[:-1], 1.0)
    return float(digits) * unit if digits.replace(b".", b"", 1).isdigit() else None


def reset_in(text: str, now: float) -> float | None:
    """Seconds from `now` (Unix time) to a reset given as duration, seconds, epoch seconds or milliseconds, or a date.

    A moment that has passed is 0.0; what can't be read, or lies further off than a year, is None.
    """
    if len(text) > MAX_LENGTH:
        return None
    text = text.strip()
    value = number(text) if text[-1:].isdigit() and text[4:5] != "-" else duration(text)
    if value is None:
        moment = timestamp(text)
        if moment is None:
            return None
        value = max(0.0, moment - now)
    elif value >= _EPOCH_MS:
        value = max(0.0, value / 1000.0 - now)
    elif value >= _EPOCH_S:
        value = max(0.0, value - now)
    return value if value <= MAX_SECONDS else None


@lru_cache(maxsize=64)
def timestamp(text: str) -> float | None:
    """Unix time of an RFC 3339 moment or an HTTP date, else None."""
    if len(text) > MAX_LENGTH:
        return None
    if text[:1].isdigit():
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return http_date(text)


@lru_cache(maxsize=64)
def http_date(text: str) -> float | None:
    """Unix time of a date such as `Sun, 06 Nov 1994 08:49:37 GMT`, else None."""
    parts = text.split()
    if len(parts) != 6 or parts[5] not in ("GMT", "UTC"):
        return None
    try:
        hour, minute, second = parts[4].split(":")
        month = _MONTHS[parts[2][:3]]
        moment = datetime(int(parts[3]), month, int(parts[1]), int(hour), int(minute), int(second), tzinfo=UTC)
    except (ValueError, KeyError):
        return None
    return moment.timestamp()
