"""What happens with a finished call: every sink, in order, each on its own, so that none takes another down."""

from __future__ import annotations

import os
import sys
import time
import weakref
from collections.abc import Callable, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import Status, StatusCode

from genai_sentry import bodies
from genai_sentry.budgets import Budgets
from genai_sentry.call import failed
from genai_sentry.guard import swallowed
from genai_sentry.pricing import Pricer
from genai_sentry.ratelimit.forecast import Forecaster
from genai_sentry.retries import StormDetector
from genai_sentry.sentry.breadcrumbs import fill
from genai_sentry.sentry.frames import is_application
from genai_sentry.sentry.metrics import SentryMetrics
from genai_sentry.sentry.reporter import Reporter
from genai_sentry.statistics import recorder
from genai_sentry.telemetry import attributes as names
from genai_sentry.telemetry.metrics import metrics_for
from genai_sentry.telemetry.openings import clean
from genai_sentry.telemetry.spans import complete, put
from genai_sentry.wire.outcome import Usage

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider

    from genai_sentry.call import Call
    from genai_sentry.record import Alert, CallRecord
    from genai_sentry.settings import Settings

MAX_FRAMES = 100
"""Frames looked at for the application's line."""

MAX_HASHED = 4096
"""Bytes of a request by which it is told from others."""


class Sinks:
    """Prices, limits, span attributes, metrics, statistics and Sentry: what a finished call is handed to.

    Args:
        settings: the settings in force.
        meter_provider: where OpenTelemetry's metrics go; None takes the global one.
    """

    def __init__(self, settings: Settings, meter_provider: MeterProvider | None) -> None:
        self.settings = settings
        self.captures = settings.captures_spans
        self.metrics = metrics_for(meter_provider, settings.semconv)
        self.pricer = Pricer(settings.prices)
        self.forecaster = Forecaster(settings.forecast_horizon_s)
        self.budgets = Budgets(settings.budgets)
        self.storms = StormDetector()
        self.reporter = Reporter(settings)
        self.sentry_metrics = SentryMetrics(settings)
        self._sinks: tuple[tuple[str, Callable[[Call, CallRecord, BaseException | None], None]], ...] = (
            ("cost", self._price),
            ("limits", self._forecast),
            ("span", self._end_span),
            ("metrics", self._measure),
            ("stats", self._count),
            ("sentry", self._report),
        )

    def hand_on(self, told: Sequence[tuple[Call, CallRecord, BaseException | None]]) -> None:
        """Hand finished calls to every sink, one sink after the other: what it needs is then at hand for all calls."""
        for step, sink in self._sinks:
            for call, record, error in told:
                try:
                    sink(call, record, error)
                except Exception as fault:
                    if not swallowed(step, fault):
                        raise
        if self.metrics is not None:
            try:
                self.metrics.count([record for _, record, _ in told if record.operation])
            except Exception as fault:
                if not swallowed("metrics", fault):
                    raise

    def _price(self, call: Call, record: CallRecord, error: BaseException | None) -> None:
        outcome, found = record.outcome, call.format
        if call.cost is not None:
            record.cost = call.cost
            return
        if outcome is None or found is None or not found.priced:
            return
        usage = record.usage
        if usage is None and call.facts is not None and call.facts.input_characters is not None:
            usage = Usage(input_characters=call.facts.input_characters)  # speech: billed by the text, told by nobody
        if usage is None and outcome.cost_usd is None:
            return
        models = [model for model in (outcome.model, call.model) if model]
        record.cost = self.pricer.cost(
            record.provider,
            models,
            usage,
            outcome=outcome,
            host=record.server_address,
            at=record.started_at,
        )

    def _forecast(self, call: Call, record: CallRecord, error: BaseException | None) -> None:
        if record.limits is None:
            return
        # The provider looked at its limits when it took the request, not at the end of a stream.
        at = time.monotonic() - (time.perf_counter() - call.ended) - (record.last_attempt_s or 0.0)
        exhausted_in, alert = self.forecaster.observe(record, at)
        if exhausted_in:
            call.exhausted_in = min(exhausted_in.values())
        self._announce(alert)

    def _end_span(self, call: Call, record: CallRecord, error: BaseException | None) -> None:
        span = call.span
        if call.other is not None:
            call.other.put(names.own_attributes(record))
        if span is None or not call.recording:
            return
        attributes = names.end_attributes(record)
        facts = call.facts
        if facts is not None:
            attributes.update(facts.attributes)
            if facts.stream:
                attributes[names.REQUEST_STREAM] = True
        if self.captures:
            from genai_sentry.telemetry.content import content_attributes

            attributes.update(content_attributes(facts, record.outcome, self.settings.redact))
        if record.model and not call.model:
            attributes[names.AI_MODEL] = record.model
        if call.exhausted_in is not None:
            attributes[names.EXHAUSTED_IN] = call.exhausted_in
        if span.is_recording():
            put(span, attributes)
        else:
            complete(span, attributes)
        classification = record.classification
        if classification is not None and classification.type.value != "cancelled":
            span.set_status(Status(StatusCode.ERROR, f"{classification.type.value}/{classification.reason.value}"))

    def _measure(self, call: Call, record: CallRecord, error: BaseException | None) -> None:
        if not record.operation:
            return
        if self.metrics is not None:
            self.metrics.record(record)
        self.sentry_metrics.record(record)

    def _count(self, call: Call, record: CallRecord, error: BaseException | None) -> None:
        if record.operation or record.classification is not None:
            recorder.record(record)
        if record.cost is not None:
            for alert in self.budgets.observe(record):
                self._announce(alert)

    def count_item(self, record: CallRecord, *, events: bool) -> None:
        """A call that was no request of its own, an item of a batch, is known by its result: metrics, budgets, event.

        Raises nothing.
        """
        try:
            if self.metrics is not None:
                self.metrics.record(record)
                self.metrics.count((record,))
            self.sentry_metrics.record(record)
            if record.cost is not None:
                for alert in self.budgets.observe(record):
                    self._announce(alert)
            if events and record.classification is not None:
                self.reporter.report(record, None)
        except Exception as fault:
            if not swallowed("batch", fault):
                raise

    def _report(self, call: Call, record: CallRecord, error: BaseException | None) -> None:
        if record.classification is None:
            self.reporter.remember(record, request=call.request)
            if call.crumb is None:  # else it has waited, and its end was told then
                self.calm(call)
        else:
            self.reporter.report(record, error, request=call.request)
            if error is None and call.request is not None:
                failed.set(weakref.ref(call.request))
            self._watch_storm(call, record)
        if call.crumb:
            fill(call.crumb, record)
        elif call.crumb is None and record.operation:
            self.reporter.breadcrumb(record)

    def early_breadcrumb(self, call: Call) -> dict[str, Any]:
        """Leave the breadcrumb of a call that is settled later, in the scope where the application made it."""
        if call.format is None or not call.format.operation:
            return {}
        seconds = call.ended - call.started
        return self.reporter.early_breadcrumb(call.format.operation, call.provider, clean(call.model), seconds)

    def _watch_storm(self, call: Call, record: CallRecord) -> None:
        request = _fingerprint(call)
        if request is not None:
            # A frame held by what it holds would keep the exception, and the request, until the collector comes.
            self._announce(self.storms.observe(record, request, lambda: application_line(sys._getframe())))

    def calm(self, call: Call) -> None:
        """A call has got its answer: where the same request failed before, it does no longer."""
        if self.storms.pending:
            request = _fingerprint(call)
            if request is not None:
                self.storms.succeeded(call.provider, call.model, request)

    def _announce(self, alert: Alert | None) -> None:
        if alert is not None:
            self.reporter.alert(alert)


def _fingerprint(call: Call) -> str | None:
    content = bodies.content_of(call.request)
    if content is None:
        return None
    size = len(content)
    if size > MAX_HASHED:
        # A long body by its ends and samples of the rest, so that its length costs nothing.
        content = content[: MAX_HASHED // 4] + content[-MAX_HASHED // 2 :] + content[:: 4 * size // MAX_HASHED]
    return f"{call.path}:{size}:{hash(content)}"


def application_line(frame: FrameType | None) -> str | None:
    """The innermost line of the application on the stack, such as `jobs.py:42 in summarise`."""
    for _ in range(MAX_FRAMES):
        if frame is None:
            return None
        code = frame.f_code
        if is_application(frame.f_globals.get("__name__"), code.co_filename):
            return f"{os.path.basename(code.co_filename)}:{frame.f_lineno} in {code.co_name}"
        frame = frame.f_back
    return None
