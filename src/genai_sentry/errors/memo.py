"""Decisions that have been made, by a hash of their evidence: failures repeat, in an outage by the thousand.

Kept are hashes and decisions, never a message: a prompt or a key that a provider echoes is not held. What may differ
from one failure to the next while the evidence is the same, the wait that headers name, is no part of a decision.
"""

from __future__ import annotations

import marshal
from typing import NamedTuple

from genai_sentry.errors.case import Case
from genai_sentry.errors.taxonomy import ErrorType, Reason

SIZE = 256
"""Decisions in each of the two generations."""
MAX_TEXTS = 16
"""A failure with more messages is judged anew each time: writing down what it says would cost as much."""
Key = tuple[int, int]


class Decision(NamedTuple):
    """What was decided, and the figures that the messages name."""

    kind: ErrorType
    reason: Reason
    evidence: str
    details: dict[str, int | float]


def key_of(case: Case) -> Key | None:
    """A hash of all that a decision depends on; None where that is too much, or no plain data.

    Written by `marshal` in its second version, in which equal values are equal bytes.
    """
    found = case.found
    if len(found.texts) > MAX_TEXTS:
        return None
    evidence = (
        found.codes,
        found.texts,
        found.statuses,
        found.facts,
        case.status,
        case.exceptions,
        case.provider,
        case.headers.get("cf-mitigated"),
    )
    try:
        written = marshal.dumps(evidence, 2)
    except ValueError:
        return None
    return hash(written), len(written)


class Memo:
    """The decisions met last: of two generations, the younger is written to; when it is full it is the older.

    It needs no lock: threads that meet at a change of generations lose a few decisions at most, which are made again.

    Args:
        size: decisions in each generation.
    """

    __slots__ = ("_old", "_size", "_young")

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._young: dict[Key, Decision] = {}
        self._old: dict[Key, Decision] = {}

    def get(self, key: Key) -> Decision | None:
        """The decision, where it was made not long ago."""
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: Key, decision: Decision) -> None:
        """Remember a decision."""
        if len(self._young) >= self._size:
            self._old, self._young = self._young, {}
        self._young[key] = decision

    def clear(self) -> None:
        """Forget all decisions."""
        self._old, self._young = {}, {}

    def __len__(self) -> int:
        return len(self._old) + len(self._young)
