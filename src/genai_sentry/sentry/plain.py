"""Mappings that Sentry's serialiser takes whole: it would look at each of their values for several microseconds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

_LEAVES = frozenset({str, int, bool, type(None)})


class Plain(dict[str, Any]):
    """A mapping whose content this package made: short texts, numbers, moments, and lists and mappings of them.

    Sentry asks objects for `__sentry_repr__` before it goes through them. What a hook has put in meanwhile is made
    fit for JSON, too.
    """

    __slots__ = ()

    def __sentry_repr__(self) -> dict[str, Any]:
        """A copy that is JSON's own types throughout."""
        return _mapping(self)


def _mapping(given: dict[Any, Any]) -> dict[str, Any]:
    return {
        name if type(name) is str else str(name): value if type(value) in _LEAVES else _value(value)
        for name, value in given.items()
    }


def _value(value: object) -> Any:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dict):
        return _mapping(value)
    if isinstance(value, list | tuple):
        return [item if type(item) in _LEAVES else _value(item) for item in value]
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC).isoformat(timespec='microseconds')[:26]}Z"
    return _other(value)


def _other(value: object) -> Any:
    from sentry_sdk._types import AnnotatedValue
    from sentry_sdk.utils import safe_repr

    if isinstance(value, AnnotatedValue):
        return value.value if type(value.value) in _LEAVES else _value(value.value)
    if isinstance(value, float) and value - value == 0:  # finite
        return value
    return value if type(value) in _LEAVES else safe_repr(value)
