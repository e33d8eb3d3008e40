"""One breadcrumb a call, free of content: what led to an event that comes later."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genai_sentry.record import CallRecord

CATEGORY = "llm"

MAX_TOLD = 30
"""Breadcrumbs of our own in one event about a failed call: the newest. A busy service makes a hundred a second."""


class Said(str):
    """A breadcrumb's message that was made here: operation, model and outcome, nothing that needs scrubbing."""

    __slots__ = ()


def breadcrumb(record: CallRecord) -> dict[str, Any]:
    """Make a call's breadcrumb: model, outcome, latency, tokens, cost."""
    what = record.classification
    outcome = "ok" if what is None else f"{what.type}/{what.reason}"
    made = begun(record.operation, record.provider, record.model, record.duration_s, outcome)
    fill(made, record)
    return made


def begun(operation: str, provider: str, model: str, seconds: float, outcome: str = "ok") -> dict[str, Any]:
    """Make the breadcrumb of a call whose answer is yet to be decoded."""
    return {
        "type": "default",
        "category": CATEGORY,
        "level": "info" if outcome == "ok" else "warning",
        "message": Said(f"{operation or 'llm'} {model}: {outcome}"),
        "data": {"provider": provider, "model": model, "outcome": outcome, "latency_ms": round(seconds * 1000)},
        "timestamp": datetime.now(UTC),
    }


def fill(crumb: dict[str, Any], record: CallRecord) -> None:
    """Add what the decoded answer says."""
    data: dict[str, Any] = dict(crumb["data"])
    usage = record.usage
    if usage is not None and usage.input_tokens is not None:
        data["input_tokens"] = usage.input_tokens
    if usage is not None and usage.output_tokens is not None:
        data["output_tokens"] = usage.output_tokens
    if record.cost is not None:
        data["cost_usd"] = record.cost.total_usd
    if record.status is not None:
        data["status"] = record.status
    if record.attempts is not None and record.attempts > 1:
        data["attempts"] = record.attempts
    # In one step: another thread may be serialising the breadcrumb, and a dict must not grow under its hands.
    crumb["data"] = data


def kept(scope: Any, crumb: dict[str, Any]) -> dict[str, Any]:
    """Find the copy that a scope keeps of the breadcrumb added last; empty where a hook dropped or replaced it."""
    crumbs = getattr(scope, "_breadcrumbs", None)
    last: dict[str, Any] = crumbs[-1] if crumbs else {}
    return last if last.get("data") is crumb["data"] else {}
