"""Parsed TOML into dataclasses, with messages that name the key at fault."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from genai_sentry.ops.errors import ConfigError

T = TypeVar("T")


def table(where: str, value: object) -> Mapping[str, Any]:
    """A table, or `ConfigError`."""
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where}: expected a table, got {value!r}")
    return value


def known(where: str, given: Mapping[str, Any], names: Collection[str]) -> None:
    """Raise `ConfigError` for the first key that nobody knows."""
    for name in given:
        if name not in names:
            path = f"{where}.{name}" if where else name
            raise ConfigError(f"{path}: unknown key; known are {', '.join(sorted(names))}")


def scalar(where: str, default: object, value: object) -> Any:
    """A value of the default's type; whole numbers do for fractional ones."""
    kind = type(default)
    if kind is tuple:
        return words(where, value)
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        if not math.isfinite(value):
            raise ConfigError(f"{where}: expected a number, got {value!r}")
        return value
    if type(value) is not kind:
        expected = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}[kind]
        raise ConfigError(f"{where}: expected {expected}, got {value!r}")
    return value


def words(where: str, value: object, pattern: re.Pattern[str] | None = None) -> tuple[str, ...]:
    """A list of texts, none twice, each of the given form."""
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"{where}: expected a list of texts, got {value!r}")
    for item in value:
        if pattern is not None and not pattern.fullmatch(item):
            raise ConfigError(f"{where}: {item!r} can't be used here")
        if value.count(item) > 1:
            raise ConfigError(f"{where}: {item!r} stands there twice")
    return tuple(value)


def filled(where: str, default: T, given: object) -> T:
    """A copy of a dataclass with the values of a table."""
    values = table(where, given)
    fields = {item.name: getattr(default, item.name) for item in dataclasses.fields(default)}  # type: ignore[arg-type]
    known(where, values, fields)
    changed = {name: scalar(f"{where}.{name}", fields[name], value) for name, value in values.items()}
    return dataclasses.replace(default, **changed)  # type: ignore[type-var]


def section(where: str, defaults: Mapping[str, T], given: object) -> dict[str, T]:
    """A table of tables, each filled over the default of its name."""
    values = table(where, given)
    known(where, values, defaults)
    return {name: filled(f"{where}.{name}", default, values.get(name, {})) for name, default in defaults.items()}


def one_of(where: str, value: object, allowed: Collection[object]) -> None:
    """Raise `ConfigError` unless the value is among the allowed ones."""
    if value not in allowed:
        raise ConfigError(f"{where}: expected one of {', '.join(map(str, allowed))}, got {value!r}")
