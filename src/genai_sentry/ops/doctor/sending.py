"""`--send-test`: an event and a span for Sentry, and where to find them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from genai_sentry.ops import names
from genai_sentry.ops.doctor.facts import Facts, Overheard
from genai_sentry.ops.errors import OpsError

MODEL = "doctor-test"
MESSAGE = "genai-sentry doctor: test event"
WAIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent.

    Attributes:
        event_id: of the event; searched for in Issues as `id:<event_id>`.
        trace_id: of the span; searched for in Explore, Traces, as `trace:<trace_id>`.
        links: addresses of both, where the organisation is known (`SENTRY_ORG`).
        complaints: what Sentry's side answered; empty where it took everything.
    """

    event_id: str
    trace_id: str
    links: tuple[str, ...]
    complaints: tuple[str, ...]


def send(facts: Facts) -> Sent:
    """Send one event and one span through the set-up at hand.

    Raises:
        OpsError: there is no active Sentry client.
    """
    import sentry_sdk
    from opentelemetry import trace

    if facts.client is None:
        raise OpsError("--send-test: Sentry is not set up: set SENTRY_DSN, or name the service's set-up with --app")
    tracer = trace.get_tracer("genai_sentry", tracer_provider=facts.provider)
    about: dict[str, Any] = {
        names.OPERATION: "chat",
        "gen_ai.request.model": MODEL,
        "gen_ai.provider.name": MODEL,
        "sentry.op": "gen_ai.chat",
        names.MODEL: MODEL,
        names.PROVIDER: MODEL,
    }
    refused: list[str] = []
    transport = facts.client.transport
    if transport is not None:
        transport.on_dropped_event = refused.append
    with Overheard() as overheard:
        with tracer.start_as_current_span(f"chat {MODEL}", kind=trace.SpanKind.CLIENT, attributes=about) as span:
            trace_id = trace.format_trace_id(span.get_span_context().trace_id)
            event_id = sentry_sdk.capture_event(_event()) or ""
        sentry_sdk.flush(WAIT_S)
        flush = getattr(facts.provider, "force_flush", None)
        if flush is not None:
            flush(int(WAIT_S * 1000))
    if transport is not None:
        del transport.on_dropped_event
    complaints = [*overheard.messages, *(f"Sentry did not take the event: {reason}" for reason in refused)]
    if not event_id:
        complaints.append("the event was dropped by the service's own Sentry options (before_send, sample_rate)")
    return Sent(event_id, trace_id, _links(event_id, trace_id), tuple(dict.fromkeys(complaints)))


def _event() -> Any:
    return {
        "message": MESSAGE,
        "level": "info",
        "fingerprint": ["genai-sentry", "doctor"],
        "tags": {names.MODEL: MODEL, names.PROVIDER: MODEL},
    }


def _links(event_id: str, trace_id: str) -> tuple[str, ...]:
    organization = os.environ.get("SENTRY_ORG", "").strip()
    if not organization:
        return ()
    place = f"{(os.environ.get('SENTRY_URL') or 'https://sentry.io').rstrip('/')}/organizations/{organization}"
    return (f"{place}/issues/?query=id%3A{event_id}", f"{place}/explore/traces/trace/{trace_id}/")
