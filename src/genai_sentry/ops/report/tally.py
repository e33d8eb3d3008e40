"""What was read, what could not be, and what was left out: counted by kind and named."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Counts of one source, or of several added up.

    Attributes:
        lines: lines read.
        spans: spans found in them.
        calls: those that are LLM calls, by instrumentation scope.
        other_spans: spans that are no LLM calls, by instrumentation scope.
        problems: what could not be used, by `(source, problem)`, and how often.
        notes: what the reader should know about the figures.
    """

    lines: int = 0
    spans: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    other_spans: Counter[str] = field(default_factory=Counter)
    problems: Counter[tuple[str, str]] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Add another tally's counts to this one."""
        self.lines += other.lines
        self.spans += other.spans
        self.calls.update(other.calls)
        self.other_spans.update(other.other_spans)
        self.problems.update(other.problems)
        self.notes.extend(note for note in other.notes if note not in self.notes)
