"""What the names of an answer's headers tell, worked out once: a provider's answers have the same ones every time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from genai_sentry.ratelimit.values import MAX_LENGTH

MAX_SETS = 128
"""Sets of names that are remembered."""
MAX_NAMES = 64
"""Headers of a response whose names are."""

Raw = Sequence[tuple[bytes, ...]]
"""Headers, each with its name first and its value last."""
_T = TypeVar("_T")


class ByNames(Generic[_T]):
    """Remembers, within bounds, what names of headers tell. Safe under threads: an entry is replaced by its equal only.

    Args:
        tell: what it is, from the names as they came.
    """

    def __init__(self, tell: Callable[[tuple[bytes, ...]], _T]) -> None:
        self._tell = tell
        self._known: dict[tuple[bytes, ...], _T] = {}

    def find(self, raw: Raw) -> _T:
        """What the names of these headers tell."""
        names = tuple([item[0] for item in raw])
        found = self._known.get(names)
        if found is None:
            found = self._tell(names)
            if len(names) <= MAX_NAMES and max(map(len, names), default=0) <= MAX_LENGTH:
                if len(self._known) >= MAX_SETS:
                    self._known.clear()
                self._known[names] = found
        return found
