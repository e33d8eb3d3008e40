"""From a held failure to an event in Sentry's hands: runs on the thread of the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from genai_sentry.sentry import enrich, events, frames
from genai_sentry.sentry.matching import State
from genai_sentry.sentry.plain import Plain
from genai_sentry.sentry.start import starter
from genai_sentry.statistics import recorder

if TYPE_CHECKING:
    from genai_sentry.errors.taxonomy import Classification
    from genai_sentry.record import CallRecord
    from genai_sentry.sentry.deferral import Pending
    from genai_sentry.settings import Settings

LIVE_REQUEST = frozenset(
    f"sentry_sdk.integrations.{name}"
    for name in ("flask", "django", "aiohttp", "pyramid", "sanic", "tornado", "quart", "bottle", "falcon")
)
"""Integrations whose scope processors read a live request: on this thread they block on its socket, or find it gone."""


class Delivery:
    """Builds and captures the event of an entry, in the scopes of its failure.

    Attributes:
        lost: events for which there was no client any more.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.lost = 0

    def __call__(self, entry: Pending) -> None:
        """Send one entry."""
        import sentry_sdk

        starter.ensure()
        for scope in (entry.isolation, entry.current):
            _drop_live_requests(scope)
        entry.current.add_event_processor(self._last)
        with sentry_sdk.scope.use_isolation_scope(entry.isolation), sentry_sdk.scope.use_scope(entry.current):
            client = sentry_sdk.get_client()
            if not client.is_active():
                self.lost += 1
                recorder.lost("events", 1, "no_sentry")
                return
            if entry.notice is not None:
                notice: Any = events.alert(entry.notice, entry.at)
                sentry_sdk.capture_event(notice, {enrich.HINT: entry.notice})
            elif entry.mark is not None:
                self._send(entry, client)

    def _send(self, entry: Pending, client: Any) -> None:
        import sentry_sdk

        mark, options = entry.mark, client.options
        assert mark is not None
        record, settings = mark.record, self._settings
        hint: dict[str, Any] = {enrich.HINT: mark}
        if settings.classifier is not None and record.classification is not None:
            record.classification = _second_opinion(record.classification, entry, record, settings)
        if entry.links:
            first = entry.links[0]
            entries = events.values(entry.links, record, settings, options, mark.echo)
            hint["exc_info"] = (first.kind, first.stand_in, None)
        else:
            entries = events.without_exception(record, entry.stack or [], settings, options, mark.echo)
        event: Any = events.failure(
            record,
            entries,
            settings,
            at=entry.at,
            environment=options.get("environment"),
            held_back=mark.held_back,
        )
        if _in_another_trace(entry.current, options, record):
            event["contexts"].pop("trace", None)
        mark.event_id = event["event_id"]
        mark.state = State.SENT
        token = _attach(record)
        try:
            sent = sentry_sdk.capture_event(event, hint)
        finally:
            _detach(token)
        if sent is None and mark.counted is not None and not _sampled(options):
            # Ignored or dropped by a hook of the user: Sentry would not have counted it either.
            mark.counted.errors -= 1  # type: ignore[attr-defined]
        mark.counted = None
        mark.echo = None

    def _last(self, event: Any, hint: Any) -> Any:
        """Run after all other processors of an event of our own: the request's body may be the prompt."""
        request = event.get("request")
        if isinstance(request, dict):
            request.pop("data", None)
        if type(event.get("modules")) is dict:
            event["modules"] = Plain(event["modules"])  # some hundred names and versions
        mark = hint.get(enrich.HINT)
        enrich.scrub_texts(event, getattr(mark, "echo", None), self._settings)
        frames.tidy(event, {}, keep_locals=self._settings.frame_locals == "app")
        return event


def _second_opinion(first: Classification, entry: Pending, record: CallRecord, settings: Settings) -> Classification:
    """What the user's own classifier makes of a failure that the rules left `unknown`."""
    from genai_sentry.triage import second_opinion

    said = events.value_of(entry.links[0].stand_in) if entry.links else ""
    # A classifier may ask somebody outside: it is told what an event would say.
    text = events.message(record, said, settings, entry.mark.echo if entry.mark is not None else None)
    return second_opinion(first, settings.classifier, text, provider=record.provider, status=record.status)


def _drop_live_requests(scope: Any) -> None:
    processors = getattr(scope, "_event_processors", None)
    if processors:
        scope._event_processors = [item for item in processors if not _live(item)]


def _live(processor: object) -> bool:
    module = str(getattr(processor, "__module__", ""))
    return any(module == name or module.startswith(f"{name}.") for name in LIVE_REQUEST)


def _sampled(options: Any) -> bool:
    return options.get("error_sampler") is not None or options.get("sample_rate", 1.0) < 1.0


def _in_another_trace(scope: Any, options: Any, record: CallRecord) -> bool:
    """Whether a span of Sentry's own is active in a trace that the call's span is no part of."""
    from sentry_sdk.tracing_utils import has_tracing_enabled

    span = getattr(scope, "_span", None)
    if span is None or not has_tracing_enabled(options):
        return False
    trace_id = getattr(span, "trace_id", None)
    return bool(trace_id) and trace_id != f"{record.trace_id:032x}"


def _attach(record: CallRecord) -> object:
    """Make the call's span current: where another integration asks for the current span, it gets the right one."""
    if not record.trace_id or not record.span_id:
        return None
    from opentelemetry import context, trace

    flags = trace.TraceFlags(trace.TraceFlags.SAMPLED if record.sampled else trace.TraceFlags.DEFAULT)
    span = trace.SpanContext(record.trace_id, record.span_id, is_remote=False, trace_flags=flags)
    return context.attach(trace.set_span_in_context(trace.NonRecordingSpan(span)))


def _detach(token: Any) -> None:
    if token is not None:
        from opentelemetry import context

        context.detach(token)
