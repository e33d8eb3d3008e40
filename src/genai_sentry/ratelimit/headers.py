"""One pass over a response's headers: rate limits, request id, processing time, time to wait."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from itertools import islice
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
from genai_sentry.ratelimit.values import (
    MAX_LENGTH,
    MAX_SECONDS,
    duration,
    http_date,
    number,
    reset_in,
    short_duration,
    timestamp,
)

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
_named_slot_of = {name.decode("ascii"): slot for name, slot in SLOTS.items()}.get
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
    found: _Found = {}
    for name, value in islice(headers.items(), MAX_HEADERS):
        slot = _named_slot_of(name)
        if slot is None and isinstance(name, str) and len(name) <= MAX_LENGTH:
            slot = _named_slot_of(name.lower())
        if slot is not None and slot not in found and isinstance(value, str):
            found[slot] = value.encode("latin-1", "replace")
    return _facts(found, provider, now).limits if found else None


def _facts(found: _Found, provider: str, now: float | None) -> HeaderFacts:
    date = found.pop(SLOT_DATE, None)
    limits: list[int] = []
    others: list[int] = []
    for slot in found:
        (limits if slot < FIRST_REQUEST_ID else others).append(slot)
    request_id: str | None = None
    processing: float | None = None
    retry_after: float | None = None
    combined = False
    others.sort()
    for slot in others:
        if slot < FIRST_PROCESSING_TIME:
            request_id = request_id or _identifier(found[slot])
        elif slot < FIRST_RETRY_AFTER:
            if processing is None:
                processing = _scaled(found[slot], PROCESSING_TIMES[slot - FIRST_PROCESSING_TIME][1])
        elif slot < SLOT_IETF:
            if retry_after is None:
                retry_after = _wait(found[slot], RETRY_AFTER[slot - FIRST_RETRY_AFTER][1], date, now)
        else:
            combined = True
    if not limits and not combined and retry_after is None:
        return HeaderFacts(None, request_id, processing, None) if others else _NOTHING
    parts = _limits(found, limits, provider, date, now)
    if combined:
        _add_ietf(parts, found)
    return HeaderFacts(_assemble(parts, retry_after), request_id, processing, retry_after)


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


def _scaled(value: bytes, unit: float) -> float | None:
    amount = number(_text(value))
    return None if amount is None else amount * unit


def _wait(value: bytes, unit: float, date: bytes | None, now: float | None) -> float | None:
    seconds = _scaled(value, unit)
    if seconds is None:
        moment = timestamp(_text(value))
        if moment is None:
            return None
        seconds = max(0.0, moment - _clock(date, now))
    return seconds if seconds <= MAX_SECONDS else None


_Parts = dict[str, tuple[str, list[float | None]]]


def _limits(found: _Found, slots: list[int], provider: str, date: bytes | None, now: float | None) -> _Parts:
    """The parts of each limit by kind; of two dialects that name the same kind the earlier in the table counts."""
    by_limit: dict[int, list[float | None]] = {}
    for slot in slots:
        index, part = divmod(slot, SLOTS_PER_LIMIT)
        value = found[slot]
        amount: float | None
        if part != RESET:
            amount = float(value) if value.isdigit() and len(value) < 16 else number(_text(value))
        else:
            amount = short_duration(value)
            if amount is None:
                text = _text(value)
                amount = duration(text)
                if amount is None:
                    amount = reset_in(text, _clock(date, now))
        values = by_limit.get(index)
        if values is None:
            values = by_limit[index] = [None, None, None, None]
        values[part] = amount
    hints = PERIODS.get(provider)
    parts: _Parts = {}
    for index in sorted(by_limit):
        values = by_limit[index]
        _, kind, quantity, period, _ = LIMITS[index]
        if kind in parts or (values[LIMIT] is None and values[REMAINING] is None):
            continue
        if values[PERIOD] is None:
            values[PERIOD] = hints.get(kind) if period is None and hints is not None else period
        parts[kind] = (quantity, values)
    return parts


_IETF_PAIR = re.compile(r"([a-z]+)=(\d{1,15})")


def _add_ietf(parts: _Parts, found: _Found) -> None:
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


def _assemble(parts: _Parts, retry_after: float | None) -> RateLimits | None:
    if not parts and retry_after is None:
        return None
    windows: list[Window] = []
    tightest: dict[str, tuple[float, list[float | None]]] = {}
    for kind, (quantity, values) in parts.items():
        limit, remaining, reset, period = values
        share = 2.0
        if remaining is not None:
            windows.append(Window(kind, limit, remaining, reset, period))
            if limit:
                share = remaining / limit
        known = tightest.get(quantity)
        if known is None or share < known[0]:
            tightest[quantity] = (share, values)
    return RateLimits(
        *_fields(tightest.get("requests")),
        *_fields(tightest.get("tokens")),
        *_fields(tightest.get("input_tokens")),
        *_fields(tightest.get("output_tokens")),
        retry_after,
        tuple(windows),
    )


def _fields(found: tuple[float, list[float | None]] | None) -> _Fields:
    if found is None:
        return _UNKNOWN
    limit, remaining, reset, _ = found[1]
    return (None if limit is None else int(limit), None if remaining is None else int(remaining), reset)
