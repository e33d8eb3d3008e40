"""One pass over a response's headers: rate limits, request id, processing time, time to wait."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from genai_sentry.ratelimit.dialects import (
    FIRST_PROCESSING_TIME,
    FIRST_REQUEST_ID,
    FIRST_RETRY_AFTER,
    LIMIT,
    LIMITS,
    PERIOD,
    PERIODS,
    PROCESSING_TIMES,
    REMAINING,
    RESET,
    RETRY_AFTER,
    SLOT_DATE,
    SLOT_IETF,
    SLOT_IETF_POLICY,
    SLOTS,
    SLOTS_PER_LIMIT,
)
from genai_sentry.ratelimit.limits import RateLimits, Window
from genai_sentry.ratelimit.values import MAX_LENGTH, MAX_SECONDS, http_date, number, reset_in, timestamp

MAX_HEADERS = 256
"""Headers of one response that are looked at."""

MAX_REQUEST_ID = 128
"""Characters of a request id that are kept."""


class HeaderFacts(NamedTuple):
    """What one response's headers say. None: they do not say.

    Attributes:
        limits: the rate limits.
        request_id: the provider's name for the request.
        processing_ms: the provider's own processing time in milliseconds.
        retry_after_s: seconds to wait before a retry.
    """

    limits: RateLimits | None = None
    request_id: str | None = None
    processing_ms: float | None = None
    retry_after_s: float | None = None


_NOTHING = HeaderFacts()
_slot_of = SLOTS.get
_Found = dict[int, bytes]


def scan(raw: Sequence[tuple[bytes, bytes]], provider: str = "", now: float | None = None) -> HeaderFacts:
    """Read raw headers, in whatever case their names are; of a header that is repeated the first counts.

    Args:
        raw: names and values, as `httpx.Headers.raw` has them.
        provider: `gen_ai.provider.name`, which tells periods that headers leave out.
        now: Unix time of the response, for absolute times where it names no `Date`; else the clock's.
    """
    found: _Found | None = None
    for name, value in raw if len(raw) <= MAX_HEADERS else raw[:MAX_HEADERS]:
        slot = _slot_of(name)
        if slot is None:
            slot = _slot_of(name.lower())
            if slot is None:
                continue
        if found is None:
            found = {slot: value}
        elif slot not in found:
            found[slot] = value
    return _NOTHING if found is None else _facts(found, provider, now)


def read_raw(raw: Sequence[tuple[bytes, bytes]], provider: str = "", now: float | None = None) -> RateLimits | None:
    """The rate limits of raw headers; None where they name none."""
    return scan(raw, provider, now).limits


def read(headers: Mapping[str, str], provider: str = "", now: float | None = None) -> RateLimits | None:
    """The rate limits of a header mapping; None where it names none.

    Names may be in any case. An `httpx.Headers` is read through its `raw` list, which is faster.
    """
    raw = getattr(headers, "raw", None)
    if isinstance(raw, list | tuple):
        return scan(raw, provider, now).limits
    pairs = [
        (name.encode("ascii", "replace"), value.encode("latin-1", "replace"))
        for name, value in headers.items()
        if isinstance(name, str) and isinstance(value, str) and len(name) <= MAX_LENGTH
    ]
    return scan(pairs, provider, now).limits


def _facts(found: _Found, provider: str, now: float | None) -> HeaderFacts:
    date = found.pop(SLOT_DATE, None)
    if not found:
        return _NOTHING
    request_id: str | None = None
    processing: float | None = None
    retry_after: float | None = None
    limited = False
    for slot in sorted(found):
        if slot < FIRST_REQUEST_ID or slot >= SLOT_IETF:
            limited = True
        elif slot < FIRST_PROCESSING_TIME:
            request_id = request_id or _identifier(found[slot])
        elif slot < FIRST_RETRY_AFTER:
            if processing is None:
                value = number(_text(found[slot]))
                processing = None if value is None else value * PROCESSING_TIMES[slot - FIRST_PROCESSING_TIME][1]
        elif retry_after is None:
            retry_after = _wait(_text(found[slot]), RETRY_AFTER[slot - FIRST_RETRY_AFTER][1], date, now)
    limits = _limits(found, provider, date, now, retry_after) if limited or retry_after is not None else None
    return HeaderFacts(limits, request_id, processing, retry_after)


def _text(value: bytes) -> str:
    return value.decode("latin-1") if len(value) <= MAX_LENGTH else ""


def _identifier(value: bytes) -> str | None:
    text = value[:MAX_REQUEST_ID].decode("latin-1").strip()
    return text if text and text.isascii() and text.isprintable() else None


def _clock(date: bytes | None, now: float | None) -> float:
    """The server's idea of the time, so that a wrong local clock does not shift absolute times."""
    moment = http_date(_text(date)) if date is not None else None
    if moment is not None:
        return moment
    return time.time() if now is None else now


def _wait(text: str, unit: float, date: bytes | None, now: float | None) -> float | None:
    value = number(text)
    if value is not None:
        value *= unit
    else:
        moment = timestamp(text)
        if moment is None:
            return None
        value = max(0.0, moment - _clock(date, now))
    return value if value <= MAX_SECONDS else None


def _limits(
    found: _Found, provider: str, date: bytes | None, now: float | None, retry_after: float | None
) -> RateLimits | None:
    clock: float | None = None
    read_slots: dict[int, list[float | None]] = {}
    for slot, value in found.items():
        if slot >= FIRST_REQUEST_ID:
            continue
        part = slot % SLOTS_PER_LIMIT
        if part == RESET:
            if clock is None:
                clock = _clock(date, now)
            amount = reset_in(_text(value), clock)
        else:
            amount = number(_text(value))
        if amount is not None:
            read_slots.setdefault(slot // SLOTS_PER_LIMIT, [None, None, None, None])[part] = amount
    parts: dict[str, tuple[str, list[float | None]]] = {}
    for index in sorted(read_slots):
        limit = LIMITS[index]
        values = read_slots[index]
        if values[PERIOD] is None:
            values[PERIOD] = limit.period_s or PERIODS.get(provider, {}).get(limit.kind)
        if values[LIMIT] is not None or values[REMAINING] is not None:
            parts.setdefault(limit.kind, (limit.quantity, values))
    if SLOT_IETF in found or SLOT_IETF_POLICY in found:
        _add_ietf(parts, found)
    return _assemble(parts, retry_after)


_IETF_PAIR = re.compile(r"([a-z]+)=(\d{1,15})")


def _add_ietf(parts: dict[str, tuple[str, list[float | None]]], found: _Found) -> None:
    """Add the draft's combined fields: `"name";r=9;t=1` with `"name";q=10;w=1`, or `limit=10, remaining=9, reset=1`."""
    pairs = dict(_IETF_PAIR.findall(_text(found.get(SLOT_IETF, b"")).lower()))
    policy_text = _text(found.get(SLOT_IETF_POLICY, b"")).lower()
    policy = dict(_IETF_PAIR.findall(policy_text))

    def first(*candidates: str | None) -> float | None:
        return next((float(text) for text in candidates if text is not None), None)

    size = first(pairs.get("limit"), policy.get("q"))
    if size is None and policy:
        size = number(policy_text)
    values = [
        size,
        first(pairs.get("remaining"), pairs.get("r")),
        first(pairs.get("reset"), pairs.get("t")),
        first(policy.get("w")),
    ]
    if "requests" in parts:
        known = parts["requests"][1]
        parts["requests"] = (
            "requests",
            [old if old is not None else new for old, new in zip(known, values, strict=True)],
        )
    elif values[LIMIT] is not None or values[REMAINING] is not None:
        parts["requests"] = ("requests", values)


_Fields = tuple[int | None, int | None, float | None]
_UNKNOWN: _Fields = (None, None, None)


def _assemble(parts: dict[str, tuple[str, list[float | None]]], retry_after: float | None) -> RateLimits | None:
    if not parts and retry_after is None:
        return None
    windows: list[Window] = []
    tightest: dict[str, float] = {}
    fields: dict[str, _Fields] = {}
    for kind, (quantity, (limit, remaining, reset, period)) in parts.items():
        if remaining is not None:
            windows.append(Window(kind, limit, remaining, reset, period))
        share = remaining / limit if limit and remaining is not None else 2.0
        if share < tightest.get(quantity, 3.0):
            tightest[quantity] = share
            fields[quantity] = (_whole(limit), _whole(remaining), reset)
    return RateLimits(
        *fields.get("requests", _UNKNOWN),
        *fields.get("tokens", _UNKNOWN),
        *fields.get("input_tokens", _UNKNOWN),
        *fields.get("output_tokens", _UNKNOWN),
        retry_after,
        tuple(windows),
    )


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
