"""Low-cardinality labels (`feature`, `tenant`, …) that the application puts on everything inside a block."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextvars import ContextVar, Token
from types import MappingProxyType, TracebackType

from genai_sentry.patterns import lazy

MAX_KEYS = 20
"""Distinct label names in a process; further ones are left out."""

MAX_VALUES = 100
"""Distinct values of one label in a process; further ones become `OTHER`."""

MAX_VALUE_LENGTH = 100
"""Characters of a value that are kept."""

MAX_SETS = 500
"""Combinations of labels that metrics tell apart in a process; in further ones every value is `OTHER`."""

OTHER = "other"
"""What stands for the values that no longer fit."""

RESERVED: frozenset[str] = frozenset(
    {
        "ai_model",
        "browser",
        "device",
        "dist",
        "environment",
        "handled",
        "level",
        "logger",
        "mechanism",
        "os",
        "platform",
        "release",
        "runtime",
        "server_name",
        "transaction",
        "url",
        "user",
    }
)
"""Names that this package or Sentry gives a meaning of their own."""

RESERVED_PREFIXES: tuple[str, ...] = ("llm_", "gen_ai", "sentry", "otel", "error", "http", "server", "openai")
"""Beginnings of names that belong to this package, Sentry or OpenTelemetry."""

_NAME = lazy(r"[A-Za-z][A-Za-z0-9_.-]{0,31}\Z")
_NONE: Mapping[str, str] = MappingProxyType({})
_current: ContextVar[Mapping[str, str]] = ContextVar("genai_sentry_labels", default=_NONE)
_seen: dict[str, set[str]] = {}
_sets: dict[frozenset[tuple[str, str]], tuple[tuple[str, str], ...]] = {}
_lock = threading.Lock()


class label:  # noqa: N801 - used like a function
    """Put labels on every call made inside the block, in threads of control that the block awaits as well.

    `with label(feature="search", tenant=tenant):` serves synchronous and asynchronous code. Blocks nest: an inner one
    adds to the outer one and wins where both name a label. A value is turned into text, cleaned and cut to 100
    characters; `None` and empty values set nothing. Of each label the first 100 different values of the process are
    kept, and the rest become `other`, so that no metric's number of series can run away.

    Raises:
        ValueError: a name is reserved, or is no name that Sentry accepts (a letter, then letters, digits, `_.-`, at
            most 32 characters).
    """

    __slots__ = ("_labels", "_tokens")

    def __init__(self, /, **labels: object) -> None:
        for name in labels:
            _check_name(name)
        self._labels = {name: text for name, value in labels.items() if (text := _admit(name, value)) is not None}
        self._tokens: list[Token[Mapping[str, str]]] = []

    def __enter__(self) -> Mapping[str, str]:
        merged = MappingProxyType({**_current.get(), **self._labels}) if self._labels else _current.get()
        self._tokens.append(_current.set(merged))
        return merged

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        token = self._tokens.pop()
        try:
            _current.reset(token)
        except ValueError:
            # An asynchronous generator may be closed in another context than it was opened in; the labels were
            # never set there, so there is nothing to take back.
            return


def current() -> Mapping[str, str]:
    """The labels in force here; read-only, and the same object as long as nothing changes."""
    return _current.get()


def series(labels: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The labels as metrics have them: in order, and in a bounded number of combinations."""
    if not labels:
        return ()
    key = frozenset(labels.items())
    found = _sets.get(key)
    if found is not None:
        return found
    with _lock:
        if len(_sets) >= MAX_SETS:
            return tuple((name, OTHER) for name in sorted(labels))
        found = _sets[key] = tuple(sorted(key))
    return found


def forget() -> None:
    """Forget which values were seen, so that the bound on their number starts anew."""
    with _lock:
        _seen.clear()
        _sets.clear()


def _check_name(name: str) -> None:
    if not _NAME.match(name):
        raise ValueError(
            f"label name {name!r} can't be used: a letter, then letters, digits, '_', '.' or '-', at most 32 characters"
        )
    if name in RESERVED or name.startswith(RESERVED_PREFIXES):
        raise ValueError(f"label name {name!r} is reserved")


def _admit(name: str, value: object) -> str | None:
    """The value as it is shown: cleaned, and `OTHER` once the label has too many; None where nothing is to be set."""
    text = _clean(value)
    if not text:
        return None
    values = _seen.get(name)
    if values is not None and text in values:
        return text
    with _lock:
        values = _seen.get(name)
        if values is None:
            if len(_seen) >= MAX_KEYS:
                return None
            values = _seen[name] = set()
        if text not in values:
            if len(values) >= MAX_VALUES:
                return OTHER
            values.add(text)
    return text


def _clean(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)[: 4 * MAX_VALUE_LENGTH]
    if not text.isprintable():
        text = "".join(character if character.isprintable() else " " for character in text)
    return text.strip()[:MAX_VALUE_LENGTH].rstrip()
