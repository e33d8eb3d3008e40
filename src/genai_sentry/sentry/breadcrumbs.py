"""One breadcrumb a call, free of content: what led to an event that comes later."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genai_sentry.record import CallRecord

CATEGORY = "llm"


def breadcrumb(record: CallRecord) -> dict[str, Any]:
    """Make a call's breadcrumb: model, outcome, latency, tokens, cost."""
    what = record.classification
    outcome = "ok" if what is None else f"{what.type}/{what.reason}"
    data: dict[str, Any] = {
        "provider": record.provider,
        "model": record.model,
        "outcome": outcome,
        "latency_ms": round(record.duration_s * 1000),
    }
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
    return {
        "type": "default",
        "category": CATEGORY,
        "level": "info" if what is None else "warning",
        "message": f"{record.operation or 'llm'} {record.model}: {outcome}",
        "data": data,
        "timestamp": datetime.now(UTC),
    }
