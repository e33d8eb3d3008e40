"""What Sentry's transport could not deliver, counted: it tells Sentry of it, but nobody in the process.

Reasons are Sentry's own words: `queue_overflow`, `ratelimit_backoff`, `network_error`, `send_error`, …; `rate_limited`
is added for what was in a request that Sentry answered by 429. What the application had dropped on purpose
(`before_send`, `sample_rate`, …) is no loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genai_sentry.guard import swallowed
from genai_sentry.statistics import recorder

ON_PURPOSE = frozenset({"event_processor", "before_send", "sample_rate", "backpressure", "ignored", "callback_error"})
"""Reasons by which the application, or Sentry's sampling for it, left something out."""

KINDS: Mapping[str, str] = {
    "error": "events",
    "default": "events",
    "transaction": "transactions",
    "span": "spans",
    "trace_metric": "metrics",
    "log_item": "logs",
    "session": "sessions",
    "profile": "profiles",
    "profile_chunk": "profiles",
    "monitor": "check-ins",
    "attachment": "attachments",
}
"""Sentry's categories, in the words of `Stats.lost`; what isn't here (bytes, client reports) is not counted."""

TOO_MANY_REQUESTS = 429

_MARK = "_genai_sentry_losses"


def watch(client: Any) -> None:
    """Count what a client's transport loses from now on; doing it twice is once."""
    transport = getattr(client, "transport", None)
    record: Any = getattr(transport, "record_lost_event", None)
    if record is None or hasattr(record, _MARK):
        return

    def record_lost_event(
        reason: str, data_category: str | None = None, item: Any = None, *, quantity: int = 1
    ) -> None:
        try:
            if reason not in ON_PURPOSE:
                _count(reason, data_category, item, quantity)
        except Exception as error:
            swallowed("sentry.losses", error)
        record(reason, data_category, item, quantity=quantity)

    answered: Any = getattr(transport, "_handle_response", None)

    def handle_response(response: Any, envelope: Any = None) -> None:
        try:
            # Sentry does not record these: it takes it that the server did. Whoever looks here wants to know.
            if getattr(response, "status", None) == TOO_MANY_REQUESTS and envelope is not None:
                for item in envelope.items:
                    _count("rate_limited", None, item, 1)
        except Exception as error:
            swallowed("sentry.losses", error)
        answered(response=response, envelope=envelope)

    setattr(record_lost_event, _MARK, True)
    vars(transport)["record_lost_event"] = record_lost_event
    if answered is not None:
        vars(transport)["_handle_response"] = handle_response


def unwatch(client: Any) -> None:
    """Restore a client's transport."""
    held = getattr(getattr(client, "transport", None), "__dict__", {})
    if hasattr(held.get("record_lost_event"), _MARK):
        del held["record_lost_event"]
        held.pop("_handle_response", None)


def _count(reason: str, category: str | None, item: Any, quantity: int) -> None:
    if item is not None:
        category = item.data_category
        batched = item.headers.get("item_count")
        quantity = batched if isinstance(batched, int) and batched > 0 else 1
    kind = KINDS.get(category or "")
    if kind is not None:
        recorder.lost(kind, quantity, reason)
