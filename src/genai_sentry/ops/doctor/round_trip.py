"""A failure and a metric through the service's own Sentry client to a receiver on loopback: what arrives?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from genai_sentry.errors.taxonomy import KINDS, ErrorType, classification
from genai_sentry.ops import names
from genai_sentry.ops.doctor.facts import Facts
from genai_sentry.ops.doctor.findings import PROCESS, Finding, check
from genai_sentry.record import CallRecord

EXPECTED = frozenset(
    {
        names.MODEL,
        names.PROVIDER,
        names.ERROR_TYPE,
        names.ERROR_REASON,
        names.SEVERITY,
        names.ACTION,
        names.RETRYABLE,
    }
)
"""Tags that dashboards and alerts need."""

WAIT_S = 5.0
MODEL = "doctor-test"
PROBE = "genai-sentry doctor: round trip"


class DoctorProbe(Exception):
    """The failure that is sent."""


@check("round trip of an event and a metric", PROCESS)
def round_trip(facts: Facts) -> Iterator[Finding]:
    """What the service's own hooks (`before_send`, event processors, scrubbers) take away."""
    kind = _reported_kind(facts)
    if facts.client is None or facts.runtime is None or kind is None:
        return
    event, metric = _arrived(facts, kind)
    if facts.runtime.settings.sentry_metrics and not metric:
        yield Finding(
            "metrics-dropped",
            "A metric handed to Sentry did not leave the process: before_send_metric drops it, so dashboards count "
            "nothing and monitors never fire.",
            "Let metrics through whose names begin with llm.client. or gen_ai.client.",
        )
    if event is None:
        yield Finding(
            "event-lost",
            "A failure handed to Sentry did not leave the process: before_send, an event processor or ignore_errors "
            "drops it.",
            "Let events through that carry the tag llm_error_type.",
        )
        return
    missing = sorted(EXPECTED - set(dict(event.get("tags") or {})))
    if missing:
        yield Finding(
            "tags-lost",
            f"Events arrive without {', '.join(missing)}: before_send or an event processor removes them, so alerts "
            "and searches miss them.",
            "Keep these tags in your hooks.",
        )


def _reported_kind(facts: Facts) -> ErrorType | None:
    """A kind of failure that the settings turn into events; None where they make none."""
    settings = facts.settings
    if settings is None or settings.events in ("off", "enrich_only"):
        return None
    candidates = [kind for kind in ErrorType if kind is not ErrorType.CANCELLED]
    return next((kind for kind in candidates if settings.report.get(kind, 1.0) in (True, 1.0)), None)


def _arrived(facts: Facts, kind: ErrorType) -> tuple[dict[str, Any] | None, bool]:
    """The event as it arrived, and whether the metric did."""
    from sentry_sdk import metrics
    from sentry_sdk.transport import make_transport

    from genai_sentry.testing import SentryReceiver

    client, reporter = facts.client, facts.runtime.reporter
    own, rate = client.transport, client.options.get("sample_rate")
    with SentryReceiver() as receiver:
        # the service's client with its hooks, but another address and no proxy
        options = {**client.options, "dsn": receiver.dsn, "http_proxy": "", "https_proxy": "", "transport": None}
        client.transport = make_transport(options)
        client.options["sample_rate"] = 1.0
        try:
            _report(reporter, kind)
            reporter.flush(WAIT_S)
            metrics.count(names.ERRORS.name, 1, attributes={names.MODEL: MODEL, names.ERROR_TYPE: kind.value})
            client.flush(WAIT_S)
        finally:
            lent, client.transport = client.transport, own
            client.options["sample_rate"] = rate
            lent.kill()
        event = next((event for event in receiver.events if _is_probe(event)), None)
        return event, any(item.get("name") == names.ERRORS.name for item in receiver.metrics)


def _is_probe(event: dict[str, Any]) -> bool:
    values = (event.get("exception") or {}).get("values") or []
    return any(value.get("type") == DoctorProbe.__name__ for value in values)


def _report(reporter: Any, kind: ErrorType) -> None:
    reason = sorted(KINDS[kind].reasons)[0]
    record = CallRecord(
        operation="chat",
        provider="doctor",
        model=MODEL,
        endpoint="/doctor",
        classification=classification(kind, reason, evidence="doctor"),
        error_type=DoctorProbe.__name__,
        message=PROBE,
    )
    try:
        raise DoctorProbe(PROBE)
    except DoctorProbe as error:
        reporter.report(record, error)
