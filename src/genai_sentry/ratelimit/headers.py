"""One pass over a response's headers: rate limits, request id, processing time, time to wait."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from genai_sentry.patterns import lazy
from genai_sentry.ratelimit.dialects import (
    FIRST_PROCESSING_TIME,
    FIRST_REQUEST_ID,
    FIRST_RETRY_AFTER,
    LIMITS,
    PERIODS,
    PROCESSING_TIMES,
    RETRY_AFTER,
    SLOT_DATE,
    SLOT_IETF,
    SLOT_IETF_POLICY,
    SLOTS,
    SLOTS_PER_LIMIT,
)
from genai_sentry.ratelimit.limits import RateLimits, Window
from genai_sentry.ratelimit.names import ByNames, Raw
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
_listed: set[type] = set()


def know(kind: type[Any]) -> None:
    """Learn a class of headers, httpx's: where it holds them as expected, they are read without the copy of `raw`."""
    try:
        if kind([(b"A", b"b")])._list == [(b"A", b"a", b"b")]:
            _listed.add(kind)
    except Exception:
        _listed.discard(kind)


def pairs(headers: Any) -> Raw:
    """A response's headers, as httpx holds them, as they came."""
    return headers._list if type(headers) in _listed else headers.raw  # type: ignore[no-any-return]


def scan_headers(headers: Any, provider: str = "") -> HeaderFacts:
    """Read a response's headers, as httpx holds them."""
    return scan(pairs(headers), provider)


def scan(raw: Raw, provider: str = "", now: float | None = None) -> HeaderFacts:
    """Read raw headers, in whatever case their names are; of a header that is repeated the first counts.

    Args:
        raw: names and values, as `httpx.Headers.raw` has them; of longer tuples the first and the last count.
        provider: `gen_ai.provider.name`, which tells periods that headers leave out.
        now: Unix time of the response, for absolute times where it names no `Date`; else the clock's.
    """
    if len(raw) > MAX_HEADERS:
        raw = raw[:MAX_HEADERS]
    return _facts(raw, _plans.find(raw), provider, now)


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
    pairs = list(islice(headers.items(), MAX_HEADERS))
    return scan([_encoded(name, value) for name, value in pairs], provider, now).limits


def _encoded(name: object, value: object) -> tuple[bytes, bytes]:
    if not isinstance(name, str) or not isinstance(value, str) or len(name) > MAX_LENGTH:
        return b"", b""
    return name.encode("latin-1", "replace"), value.encode("latin-1", "replace")


_Limit = tuple[str, int, float | None, int, int, int, int]
"""A plain tuple, which comes apart in a third of a named one's time: the kind, where the quantity's fields begin in
`RateLimits`, the period, and where limit, remaining, reset and period stand; -1: nowhere."""


class _Plan(NamedTuple):
    """Where everything stands among headers of these names, what counts first before the rest.

    Attributes:
        straight: whether no two limits are of one kind or quantity, so that none has to be weighed against another.
    """

    limits: tuple[_Limit, ...] = ()
    request_ids: tuple[int, ...] = ()
    processing: tuple[tuple[int, float], ...] = ()
    retry_after: tuple[tuple[int, float], ...] = ()
    ietf: int = -1
    ietf_policy: int = -1
    date: int = -1
    straight: bool = False


_EMPTY = _Plan()
_FIELDS_OF = {"requests": 0, "tokens": 3, "input_tokens": 6, "output_tokens": 9}
"""Where limit, remaining and reset of a quantity stand in `RateLimits`."""


def _plan(names: tuple[bytes, ...]) -> _Plan:
    found: dict[int, int] = {}
    for place, name in enumerate(names):
        slot = _slot_of(name)
        if slot is None:
            slot = _slot_of(name.lower())
        if slot is not None:
            found.setdefault(slot, place)
    if not found:
        return _EMPTY
    limits: dict[int, list[int]] = {}
    for slot in sorted(found):
        if slot < FIRST_REQUEST_ID:
            index, part = divmod(slot, SLOTS_PER_LIMIT)
            limits.setdefault(index, [-1, -1, -1, -1])[part] = found[slot]
    planned = tuple(
        (LIMITS[index].kind, _FIELDS_OF.get(LIMITS[index].quantity, -1), LIMITS[index].period_s, a, b, c, d)
        for index, (a, b, c, d) in limits.items()
    )
    combined = SLOT_IETF in found or SLOT_IETF_POLICY in found
    fields = [place for _, place, *_ in planned]
    return _Plan(
        planned,
        _places(found, FIRST_REQUEST_ID, FIRST_PROCESSING_TIME),
        tuple(
            (place, PROCESSING_TIMES[slot - FIRST_PROCESSING_TIME][1])
            for slot, place in _between(found, FIRST_PROCESSING_TIME, FIRST_RETRY_AFTER)
        ),
        tuple(
            (place, RETRY_AFTER[slot - FIRST_RETRY_AFTER][1])
            for slot, place in _between(found, FIRST_RETRY_AFTER, SLOT_IETF)
        ),
        found.get(SLOT_IETF, -1),
        found.get(SLOT_IETF_POLICY, -1),
        found.get(SLOT_DATE, -1),
        straight=not combined and -1 not in fields and len(fields) == len(set(fields)),
    )


def _between(found: dict[int, int], begin: int, end: int) -> list[tuple[int, int]]:
    return sorted((slot, place) for slot, place in found.items() if begin <= slot < end)


def _places(found: dict[int, int], begin: int, end: int) -> tuple[int, ...]:
    return tuple(place for _, place in _between(found, begin, end))


_plans = ByNames(_plan)


def _facts(raw: Raw, plan: _Plan, provider: str, now: float | None) -> HeaderFacts:
    if plan is _EMPTY:
        return _NOTHING
    request_id: str | None = None
    for place in plan.request_ids:
        request_id = _identifier(raw[place][-1])
        if request_id is not None:
            break
    processing: float | None = None
    for place, unit in plan.processing:
        processing = _scaled(raw[place][-1], unit)
        if processing is not None:
            break
    date = raw[plan.date][-1] if plan.date >= 0 else None
    retry_after: float | None = None
    for place, unit in plan.retry_after:
        retry_after = _wait(raw[place][-1], unit, date, now)
        if retry_after is not None:
            break
    if plan.straight:
        limits = _straight(raw, plan.limits, PERIODS.get(provider), date, now, retry_after)
        return _tuple(HeaderFacts, (limits, request_id, processing, retry_after))
    combined = plan.ietf >= 0 or plan.ietf_policy >= 0
    if not plan.limits and not combined and retry_after is None:
        return _tuple(HeaderFacts, (None, request_id, processing, None))
    rows = _rows(raw, plan.limits, PERIODS.get(provider), date, now)
    if combined:
        _add_ietf(rows, *(raw[place][-1] if place >= 0 else b"" for place in (plan.ietf, plan.ietf_policy)))
    return _tuple(HeaderFacts, (_assemble(rows, retry_after), request_id, processing, retry_after))


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
    amount = _amount(value)
    return None if amount is None else amount * unit


def _wait(value: bytes, unit: float, date: bytes | None, now: float | None) -> float | None:
    seconds = _scaled(value, unit)
    if seconds is None:
        moment = timestamp(_text(value))
        if moment is None:
            return None
        seconds = max(0.0, moment - _clock(date, now))
    return seconds if seconds <= MAX_SECONDS else None


_tuple = tuple.__new__  # without the checks of a named tuple's own constructor, which take as long as all else here
_BLANK: list[object] = [None] * len(RateLimits._fields)
_Row = tuple[str, int, float | None, float | None, float | None, float | None]
"""A limit: kind, where its fields begin in `RateLimits`, limit, remaining, reset and period."""


def _straight(
    raw: Raw,
    planned: Sequence[_Limit],
    hints: Mapping[str, float] | None,
    date: bytes | None,
    now: float | None,
    retry_after: float | None,
) -> RateLimits | None:
    """The limits, one a quantity, as nearly every answer has them: what `_rows` and `_assemble` find, in one go."""
    windows: list[Window] = []
    fields = _BLANK.copy()
    for kind, place, period, at_limit, at_remaining, at_reset, at_period in planned:
        limit: float | None = None
        remaining: float | None = None
        if at_limit >= 0:
            value = raw[at_limit][-1]
            if value.isdigit() and len(value) < 16:
                limit = fields[place] = int(value)
            else:
                limit = number(_text(value))
                fields[place] = None if limit is None else int(limit)
        if at_remaining >= 0:
            value = raw[at_remaining][-1]
            if value.isdigit() and len(value) < 16:
                remaining = fields[place + 1] = int(value)
            else:
                remaining = number(_text(value))
                fields[place + 1] = None if remaining is None else int(remaining)
        if limit is None and remaining is None:
            continue
        reset = _reset(raw[at_reset][-1], date, now) if at_reset >= 0 else None
        fields[place + 2] = reset
        if remaining is None:
            continue
        named = _amount(raw[at_period][-1]) if at_period >= 0 else None
        if named is not None:
            period = named
        elif period is None and hints is not None:
            period = hints.get(kind)
        windows.append(_tuple(Window, (kind, limit, remaining, reset, period)))
    if not windows and retry_after is None and fields == _BLANK:
        return None
    fields[-2], fields[-1] = retry_after, tuple(windows)
    return _tuple(RateLimits, fields)


def _rows(
    raw: Raw, planned: Sequence[_Limit], hints: Mapping[str, float] | None, date: bytes | None, now: float | None
) -> list[_Row]:
    """What is told of each limit; of two dialects that name the same kind the earlier in the table counts."""
    rows: list[_Row] = []
    told: list[str] = []
    for kind, place, period, at_limit, at_remaining, at_reset, at_period in planned:
        limit = _amount(raw[at_limit][-1]) if at_limit >= 0 else None
        remaining = _amount(raw[at_remaining][-1]) if at_remaining >= 0 else None
        if (limit is None and remaining is None) or kind in told:
            continue
        told.append(kind)
        reset = _reset(raw[at_reset][-1], date, now) if at_reset >= 0 else None
        named = _amount(raw[at_period][-1]) if at_period >= 0 else None
        if named is not None:
            period = named
        elif period is None and hints is not None:
            period = hints.get(kind)
        rows.append((kind, place, limit, remaining, reset, period))
    return rows


def _amount(value: bytes) -> float | None:
    return float(value) if value.isdigit() and len(value) < 16 else number(_text(value))


def _reset(value: bytes, date: bytes | None, now: float | None) -> float | None:
    found = short_duration(value)
    if found is None:
        text = _text(value)
        found = duration(text)
        if found is None:
            found = reset_in(text, _clock(date, now))
    return found


_IETF_PAIR = lazy(r"([a-z]+)=(\d{1,15})")


def _add_ietf(rows: list[_Row], fields: bytes, policy_fields: bytes) -> None:
    """Add the draft's combined fields: `"name";r=9;t=1` with `"name";q=10;w=1`, or `limit=10, remaining=9, reset=1`."""
    pairs = dict(_IETF_PAIR.findall(_text(fields).lower()))
    policy_text = _text(policy_fields).lower()
    policy = dict(_IETF_PAIR.findall(policy_text))

    def first(known: float | None, *candidates: str | None) -> float | None:
        return known if known is not None else next((float(text) for text in candidates if text is not None), None)

    number_of = next((at for at, row in enumerate(rows) if row[0] == "requests"), None)
    limit, remaining, reset, period = rows[number_of][2:] if number_of is not None else (None, None, None, None)
    limit = first(limit, pairs.get("limit"), policy.get("q"))
    if limit is None and policy:
        limit = number(policy_text)
    remaining = first(remaining, pairs.get("remaining"), pairs.get("r"))
    reset, period = first(reset, pairs.get("reset"), pairs.get("t")), first(period, policy.get("w"))
    row = ("requests", _FIELDS_OF["requests"], limit, remaining, reset, period)
    if number_of is not None:
        rows[number_of] = row
    elif limit is not None or remaining is not None:
        rows.append(row)


def _assemble(rows: Sequence[_Row], retry_after: float | None) -> RateLimits | None:
    """The limits; of several on one quantity the fields show the one of which the smallest share is left."""
    if not rows and retry_after is None:
        return None
    windows: list[Window] = []
    fields = _BLANK.copy()
    shares: dict[int, float] = {}
    for kind, place, limit, remaining, reset, period in rows:
        share = 2.0
        if remaining is not None:
            windows.append(_tuple(Window, (kind, limit, remaining, reset, period)))
            if limit:
                share = remaining / limit
        if place >= 0 and (place not in shares or share < shares[place]):
            shares[place] = share
            fields[place] = None if limit is None else int(limit)
            fields[place + 1] = None if remaining is None else int(remaining)
            fields[place + 2] = reset
    fields[-2], fields[-1] = retry_after, tuple(windows)
    return _tuple(RateLimits, fields)
