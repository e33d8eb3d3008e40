"""Answers that say no, read once: in a storm the same refusal comes back word for word, call after call."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genai_sentry.errors.taxonomy import Classification

Verdict = tuple["Classification", str]
"""Classification and `error.type`."""

MAX_KEPT = 64
"""Refusals that are kept."""
MAX_BODY = 8192
"""Largest body, in bytes, of one that is kept."""
MAX_NAMES = 512
"""Names of headers that are remembered."""
MAX_AGE_S = 1.0
"""How long one is kept, in seconds: it may name a moment at which to try again."""


class Verdicts:
    """The last refusals, by all that tells of them. Safe under threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[tuple[object, ...], tuple[float, Verdict]] = {}

    def find(
        self,
        error: BaseException | None,
        status: int | None,
        body: bytes | None,
        headers: Iterable[tuple[bytes, bytes]],
        provider: str,
        read: Callable[[], Verdict],
    ) -> Verdict:
        """Read a refusal, unless the same came a moment ago.

        Args:
            error: what the SDK made of it; one with a cause of its own is always read.
            status, body, headers, provider: the answer.
            read: reads it.
        """
        if body is None or len(body) > MAX_BODY or not _plain(error):
            return read()
        said = () if error is None else (type(error), *error.args)
        key = (*said, status, body, provider, _waits(headers))
        now = self._clock()
        kept = self._kept.get(key)
        if kept is not None and now - kept[0] < MAX_AGE_S:
            return kept[1]
        verdict = read()
        if len(self._kept) >= MAX_KEPT:
            self._kept.clear()
        self._kept[key] = (now, verdict)
        return verdict


def _plain(error: BaseException | None) -> bool:
    """Whether an exception tells nothing but its class and its words."""
    if error is None:
        return True
    if error.__cause__ is not None or not (error.__suppress_context__ or error.__context__ is None):
        return False
    return all(isinstance(argument, str) for argument in error.args)


class _Kind(Enum):
    """What a header tells, by its name."""

    OTHER = auto()
    WAIT = auto()
    RESET = auto()
    REMAINING = auto()


_kinds: dict[bytes, _Kind] = {}
"""Names of headers seen so far: providers use few, and always the same."""


def _kind(name: bytes) -> _Kind:
    lower = name.lower()
    kind = _Kind.OTHER
    if b"retry" in lower or lower == b"cf-mitigated":
        kind = _Kind.WAIT
    elif b"reset" in lower:
        kind = _Kind.RESET
    elif b"remaining" in lower:
        kind = _Kind.REMAINING
    if len(_kinds) >= MAX_NAMES:
        _kinds.clear()
    _kinds[name] = kind
    return kind


def _waits(headers: Iterable[tuple[bytes, bytes]]) -> tuple[bytes, ...]:
    """Values of the headers that tell how long to wait, or that the answer is not the provider's own."""
    waits: list[bytes] = []
    resets: list[bytes] = []
    left = used_up = False
    for name, value in headers:
        kind = _kinds.get(name) or _kind(name)
        if kind is _Kind.OTHER:
            continue
        if kind is _Kind.WAIT:
            waits.append(value)
        elif kind is _Kind.RESET:
            resets.append(value)
        else:
            left = True
            used_up = used_up or value[:1] in (b"0", b"-")
    return (*waits, *resets) if used_up or not left else tuple(waits)
