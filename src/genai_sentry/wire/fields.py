"""Reading values out of decoded JSON and of callers' dicts without trusting their shape.

Whatever has another type than expected is absent (None), never an error. Nothing here iterates what is not a list,
tuple or mapping, so no generator of the caller's is ever consumed.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping
from typing import Final

MAX_TEXT: Final = 256
"""Longest identifier (model, id, finish reason) kept, in characters."""
MAX_COUNT: Final = 2**63 - 1
"""Largest integer that a span attribute can hold."""
_NOTHING: Final[Mapping[str, object]] = {}


_decode: Final = json.JSONDecoder().raw_decode


def loads(data: bytes | str) -> object:
    """Decode JSON; None where it is no JSON (also too deep, too large a number, broken UTF-8).

    Where the openai SDK has loaded its own decoder, that one is asked first: it takes less than half the time. What it
    refuses is for Python's to judge, so that answers do not depend on what is installed.
    """
    jiter = sys.modules.get("jiter")
    if jiter is not None and type(data) is bytes:
        try:
            # Only keys are kept in its cache: values may be the application's.
            return jiter.from_json(data, cache_mode="keys")
        except (ValueError, TypeError, AttributeError):
            pass
    try:
        # Guessing the encoding and looking for white space takes as long as decoding: the usual case goes straight.
        if data[:1] == b"{" and isinstance(data, bytes):
            text = data.decode()
            value, end = _decode(text)
            if end == len(text):
                return value
    except (ValueError, RecursionError):
        pass
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def text(value: object) -> str | None:
    """A plain, non-empty string of one printable line, at most `MAX_TEXT` characters; else None."""
    if type(value) is str and 0 < len(value) <= MAX_TEXT and value.isascii() and value.isprintable():
        return value
    if not isinstance(value, str) or not value:
        return None
    kept = clean(value[:MAX_TEXT])
    # A line break or a terminal's sequence would forge lines in logs and consoles that show identifiers.
    return kept if kept.isprintable() else "".join(filter(str.isprintable, kept)) or None


def clean(value: str) -> str:
    """The string with lone surrogates replaced, so that exporters can encode it."""
    if value.isascii():
        return str(value)
    return value.encode("utf-8", "replace").decode("utf-8")


def count(value: object) -> int | None:
    """A plain count: an integer from 0 (a float with no fraction too, never a bool or a string); else None."""
    if value is None:
        return None
    if type(value) is int:  # by far the most frequent
        return value if 0 <= value <= MAX_COUNT else None
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return int(value) if 0 <= value <= MAX_COUNT else None
    if isinstance(value, float) and value.is_integer() and 0 <= value <= MAX_COUNT:
        return int(value)
    return None


def counted(source: Mapping[str, object], names: tuple[str, ...]) -> int | None:
    """The first of these values that is a count."""
    for name in names:
        value = source.get(name)
        if value is not None:
            found = value if type(value) is int and 0 <= value <= MAX_COUNT else count(value)
            if found is not None:
                return found
    return None


def integer(value: object) -> int | None:
    """A plain integer of either sign that fits an attribute; else None."""
    if isinstance(value, int) and not isinstance(value, bool) and -MAX_COUNT <= value <= MAX_COUNT:
        return int(value)
    return None


def number(value: object) -> float | None:
    """A plain finite number; else None."""
    if isinstance(value, int | float) and not isinstance(value, bool) and -MAX_COUNT <= value <= MAX_COUNT:
        return float(value)
    return None


def amount(value: object) -> float | None:
    """A finite number from 0, also written as a string (some providers quote prices); else None."""
    if isinstance(value, str):
        try:
            value = float(value[:64])
        except ValueError:
            return None
    found = number(value)
    return found if found is not None and math.isfinite(found) and found >= 0 else None


def mapping(value: object) -> Mapping[str, object]:
    """The value if it is a dict, else an empty mapping."""
    return value if isinstance(value, dict) else _NOTHING


def items(value: object) -> list[object] | tuple[object, ...]:
    """The value if it is a list or tuple, else an empty tuple."""
    return value if isinstance(value, list | tuple) else ()


def mappings(value: object) -> Iterator[Mapping[str, object]]:
    """The dicts of a list or tuple, in order; whatever else is in it is passed over."""
    return (item for item in items(value) if isinstance(item, dict))


def first(*values: int | None) -> int | None:
    """The first value that is known."""
    for value in values:
        if value is not None:
            return value
    return None


def total(*values: int | None) -> int | None:
    """The sum of those that are known; None where none is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
