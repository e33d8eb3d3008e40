"""Streams whose events all have the shape of the whole answer, the counts growing with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from genai_sentry.patterns import lazy
from genai_sentry.wire import content
from genai_sentry.wire.body import ERROR, shrunk
from genai_sentry.wire.fields import mappings
from genai_sentry.wire.latest import LatestReader
from genai_sentry.wire.outcome import Outcome, Usage

Counting = Callable[[Usage | None, Usage | None], Usage | None]
"""How the counts known so far and those of a later event come together."""


class TailReader(LatestReader):
    """Decodes the first event, those that end the answer, and the last, each as the format's own answer.

    `notable` is what ends an answer; `begins` what has content.
    """

    __slots__ = ()

    begins = lazy(
        rb'"(?:content|text|response|generated_text|reasoning_content)"\s*:\s*"[^"]|"tool_calls"\s*:\s*\[\s*\{'
    )

    def _event(self, name: bytes, data: bytes) -> None:
        if not self.content_seen and self.begins.search(data):
            self.content_seen = True
        if self._first is None:
            self._first = shrunk(data)
        elif name == b"error" or self.notable.search(data) or ERROR.search(data):
            self.keep(data)
        else:
            self._last = shrunk(data)

    def _collect(self, value: Mapping[str, object], output: content.OutputBuilder) -> None:
        for place, item in enumerate(self._format.output(value)):
            output.add(place, [dict(part) for part in mappings(item["parts"])])

    def _build(self) -> Outcome:
        self._read_latest()
        outcome = merged(map(self._format.decode, self._decoded()), grown)
        outcome.complete = (self.done or bool(outcome.finish_reasons)) and outcome.error is None
        return outcome


def merged(answers: Iterable[Outcome], counted: Counting) -> Outcome:
    """One answer of those that the events of a stream are; `counted` says how their counts come together."""
    outcome = Outcome()
    for later in answers:
        outcome.id, outcome.model = outcome.id or later.id, later.model or outcome.model
        outcome.usage = counted(outcome.usage, later.usage)
        outcome.finish_reasons = later.finish_reasons or outcome.finish_reasons
        outcome.error = outcome.error or later.error
    return outcome


def grown(usage: Usage | None, later: Usage | None) -> Usage | None:
    """Of each count the larger one: in most streams they only grow."""
    return _each(usage, later, lambda old, new: max(old or 0, new))


def corrected(usage: Usage | None, later: Usage | None) -> Usage | None:
    """Of each count the later one."""
    return _each(usage, later, lambda _, new: new)


def _each(usage: Usage | None, later: Usage | None, pick: Callable[[Any, Any], Any]) -> Usage | None:
    if usage is None or later is None:
        return later or usage
    for name in Usage.__slots__:
        value = getattr(later, name)
        if value is not None:
            setattr(usage, name, pick(getattr(usage, name), value))
    return usage
