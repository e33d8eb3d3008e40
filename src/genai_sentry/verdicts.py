"""Answers that say no, read once: in a storm the same refusal comes back word for word, call after call."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from genai_sentry.ratelimit.names import ByNames, Raw

if TYPE_CHECKING:
    from genai_sentry.errors.taxonomy import Classification

Verdict = tuple["Classification", str]
"""Classification and `error.type`."""

MAX_KEPT = 64
"""Refusals that are kept."""
MAX_BODY = 8192
"""Largest body, in bytes, of one that is kept."""
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
        headers: Raw,
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


class _Places(NamedTuple):
    """Where headers stand that tell when to try again."""

    waits: tuple[int, ...]
    resets: tuple[int, ...]
    remaining: tuple[int, ...]


def _places(names: tuple[bytes, ...]) -> _Places:
    waits, resets, remaining = [], [], []
    for place, name in enumerate(names):
        lower = name.lower()
        if b"retry" in lower or lower == b"cf-mitigated":
            waits.append(place)
        elif b"reset" in lower:
            resets.append(place)
        elif b"remaining" in lower:
            remaining.append(place)
    return _Places(tuple(waits), tuple(resets), tuple(remaining))


_known = ByNames(_places)


def _waits(headers: Raw) -> tuple[bytes, ...]:
    """Values of the headers that tell how long to wait, or that the answer is not the provider's own."""
    waits, resets, remaining = _known.find(headers)
    if resets and remaining:
        # What resets is of interest where something is used up.
        for place in remaining:
            if headers[place][-1][:1] in (b"0", b"-"):
                break
        else:
            resets = ()
    return tuple([headers[place][-1] for place in waits + resets])
