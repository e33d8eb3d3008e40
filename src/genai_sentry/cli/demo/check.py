"""The difference between what was simulated and what was reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genai_sentry.cli.demo.report import ReportedCall, ReportedEvent
from genai_sentry.cli.demo.script import Call, Step
from genai_sentry.errors.taxonomy import ErrorType, Reason, classification
from genai_sentry.testing import Delivery, Request

if TYPE_CHECKING:
    from genai_sentry.statistics import Stats


@dataclass(frozen=True, slots=True)
class Played:
    """One step with all that came of it.

    Attributes:
        step: what was done.
        requests: what the provider got.
        calls: LLM spans that arrived.
        events: error events that arrived.
    """

    step: Step
    requests: Sequence[Request]
    calls: Sequence[ReportedCall]
    events: Sequence[ReportedEvent]


def differences(played: Played) -> Iterator[str]:
    """What is missing, too much or wrong; nothing where all is well."""
    title = played.step.title
    expected, reported = list(played.step.calls), list(played.calls)
    if len(expected) != len(reported):
        yield f"{title}: {len(expected)} calls made, {len(reported)} spans reported"
    for call in expected:
        match = next((item for item in reported if _same_call(call, item)), None) or next(iter(reported), None)
        if match is None:
            continue
        reported.remove(match)
        yield from (f"{title}: {problem}" for problem in _call_problems(call, match, played.requests))
    wanted = [call for call in expected if call.failure and call.handled is not None]
    if len(wanted) != len(played.events):
        yield f"{title}: {len(wanted)} events expected, {len(played.events)} reported"
    for call, event in zip(wanted, played.events, strict=False):
        yield from (f"{title}: event: {problem}" for problem in _event_problems(call, event, played))


def _same_call(call: Call, reported: ReportedCall) -> bool:
    return (call.failure, call.model, call.operation) == (reported.failure, reported.model, reported.operation)


def _call_problems(call: Call, reported: ReportedCall, requests: Sequence[Request]) -> Iterator[str]:
    for name in ("operation", "model", "failure", "cancelled", "attempts", "stream"):
        expected, found = getattr(call, name), getattr(reported, name)
        if expected != found:
            yield f"{name} was {expected!r}, reported as {found!r}"
    tokens = [(item.input_tokens, item.output_tokens) for item in requests if item.model == call.model]
    if not call.usage:
        tokens = [(None, None)]
    elif call.operation == "embeddings":
        tokens = [(reported.input_tokens, None)] if reported.input_tokens else []
    if (reported.input_tokens, reported.output_tokens) not in tokens:
        yield f"tokens were {tokens}, reported as {(reported.input_tokens, reported.output_tokens)}"
    if call.usage and reported.cost_usd is None:
        yield "cost is known, but not reported"
    if not call.usage and reported.cost_usd is not None:
        yield f"cost can't be known, but is reported as {reported.cost_usd}"


def _event_problems(call: Call, event: ReportedEvent, played: Played) -> Iterator[str]:
    error_type, _, reason = call.failure.partition(".")
    wanted = classification(ErrorType(error_type), Reason(reason))
    facts = (
        ("failure", call.failure, event.failure),
        ("level", str(wanted.severity), event.level),
        ("action", wanted.action, event.action),
        ("retryable", str(wanted.retryable).lower(), event.retryable),
        ("model", call.model, event.model),
        ("handled", call.handled, event.handled),
        ("the application's function", played.step.function, event.function),
    )
    for name, expected, found in facts:
        if expected != found:
            yield f"{name} was {expected!r}, reported as {found!r}"
    if (event.trace_id, event.span_id) not in {(item.trace_id, item.span_id) for item in played.calls}:
        yield "it is not linked to the span of its call"


def totals_differ(stats: Stats, calls: Sequence[ReportedCall]) -> Iterator[str]:
    """Whether the process's own figures agree with the sum of its spans."""
    sums = {
        "calls": len(calls),
        "failures": sum(bool(call.failure) for call in calls),
        "input_tokens": sum(call.input_tokens or 0 for call in calls),
        "output_tokens": sum(call.output_tokens or 0 for call in calls),
        "attempts": sum(call.attempts or 0 for call in calls),
    }
    for name, expected in sums.items():
        found = getattr(stats, name)
        if expected != found:
            yield f"totals: {name} by spans {expected}, by stats() {found}"
    cost = sum(call.cost_usd or 0.0 for call in calls)
    if abs(cost - stats.cost_usd) > 1e-9:
        yield f"totals: cost_usd by spans {cost:.9f}, by stats() {stats.cost_usd:.9f}"


def leaks(deliveries: Iterable[Delivery], private: Mapping[str, str]) -> Iterator[str]:
    """What of the private texts is in anything that was sent."""
    sent = [bytes(delivery) for delivery in deliveries]
    for name, text in private.items():
        count = sum(text.encode() in piece for piece in sent)
        if count:
            yield f"leak: {name} is in {count} of {len(sent)} requests to Sentry"
