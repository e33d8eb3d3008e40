"""What one `instrument()` sets up, and what happens with a finished call: every sink, in order, each on its own."""

from __future__ import annotations

import logging
import os
import sys
import time
import weakref
from asyncio import CancelledError
from collections.abc import Callable, Mapping
from types import FrameType, MappingProxyType
from typing import TYPE_CHECKING, Any

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.trace import Status, StatusCode

from genai_sentry import bodies, datafile, deadlines, local_usage, providers
from genai_sentry.budgets import Budgets
from genai_sentry.call import Call, failed
from genai_sentry.errors.classify import Classifier
from genai_sentry.errors.error_type import error_type
from genai_sentry.errors.finishes import classify_finish
from genai_sentry.guard import swallowed
from genai_sentry.later import Later
from genai_sentry.launcher.exporter import delivering
from genai_sentry.pricing import Pricer, Updater, ready
from genai_sentry.ratelimit.forecast import Forecaster
from genai_sentry.retries import StormDetector
from genai_sentry.sentry.breadcrumbs import fill
from genai_sentry.sentry.frames import is_application
from genai_sentry.sentry.joining import sentry_parent
from genai_sentry.sentry.metrics import SentryMetrics
from genai_sentry.sentry.reporter import Reporter
from genai_sentry.settings import Settings
from genai_sentry.statistics import recorder
from genai_sentry.targets import Targets
from genai_sentry.telemetry import attributes as names
from genai_sentry.telemetry import beside, propagation
from genai_sentry.telemetry.identity import identity
from genai_sentry.telemetry.metrics import metrics_for
from genai_sentry.telemetry.openings import Openings, clean
from genai_sentry.telemetry.spans import complete, put
from genai_sentry.telemetry.stamp import is_stamped
from genai_sentry.verdicts import Verdict, Verdicts
from genai_sentry.version import SCHEMA_URL, __version__
from genai_sentry.wire.outcome import Usage

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

    from genai_sentry.errors.taxonomy import Classification
    from genai_sentry.record import Alert, CallRecord
    from genai_sentry.wire.base import Format
    from genai_sentry.wire.outcome import Outcome, RequestFacts

logger = logging.getLogger("genai_sentry")

_NOTHING: Mapping[str, names.Value] = MappingProxyType({})

MAX_SERVERS = 1024
"""Servers whose provider is remembered."""
MAX_FRAMES = 100
"""Frames looked at for the application's line."""


class Runtime:
    """Everything that one `instrument()` call makes.

    Args:
        settings: the settings in force.
        tracer_provider, meter_provider: where spans and metrics go; None takes the global ones.
    """

    def __init__(
        self,
        settings: Settings,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
    ) -> None:
        self.settings = settings
        self.captures = settings.captures_spans
        self._stamped = is_stamped(tracer_provider or trace.get_tracer_provider())
        self.tracer = trace.get_tracer("genai_sentry", __version__, tracer_provider, SCHEMA_URL)
        self.metrics = metrics_for(meter_provider, settings.semconv)
        self.overrides = datafile.texts("providers", settings.providers)
        self.classifier = Classifier(settings.rules, retryable=settings.retryable, severities=settings.levels)
        self.classifier.prepare()
        self.verdicts = Verdicts()
        self.pricer = Pricer(settings.prices)
        self.counter = local_usage.Counter() if settings.estimate_usage else None
        self.forecaster = Forecaster(settings.forecast_horizon_s)
        self.budgets = Budgets(settings.budgets)
        self.storms = StormDetector()
        self.reporter = Reporter(settings)
        self.sentry_metrics = SentryMetrics(settings)
        self.updater = Updater(suppress_instrumentation) if settings.update_prices else None
        if self.updater is not None:
            self.updater.start()
        self.later = Later(ready, self.sentry_metrics.leave)
        deadlines.watch()
        recorder.before_reading = self.later.drain
        self.reporter.settle_first(self.later.drain)
        if self.metrics is not None:
            self.metrics.before_reading = self.later.drain
        self.openings = Openings()
        self.target = Targets(self.overrides).find
        self._servers: dict[tuple[str, str, str], tuple[str, str, int | None, str]] = {}
        self._sinks: tuple[tuple[str, Callable[[Call, CallRecord, BaseException | None], None]], ...] = (
            ("cost", self._price),
            ("limits", self._forecast),
            ("span", self._end_span),
            ("metrics", self._measure),
            ("stats", self._count),
            ("sentry", self._report),
        )

    def close(self) -> None:
        """Stop what runs in the background; nothing is sent afterwards."""
        if self.updater is not None:
            self.updater.stop()
        deadlines.unwatch()
        self.later.close()
        self.sentry_metrics.close()
        self.reporter.close()

    def flush(self, timeout: float) -> bool:
        """Hand over what is held: metrics, then events; whether all of it left in `timeout` seconds."""
        ready(timeout)
        self.later.drain()
        done = self.sentry_metrics.flush(timeout)
        return self.reporter.flush(timeout) and done

    # Beginnings.

    @property
    def common_attributes(self) -> Mapping[str, names.Value]:
        """Put on every LLM span at its start: release and environment, unless its provider's spans are stamped."""
        return _NOTHING if self._stamped else identity.attributes()

    def parent_context(self) -> Context | None:
        """A context whose span is the LLM span's parent, where Sentry's tracing has one; None for the current one."""
        return sentry_parent() if delivering() else None

    def entering(self) -> None:
        """An LLM call is about to be sent: whoever chose the propagator meanwhile, it propagates nothing there."""
        if not self.settings.propagate_to_providers:
            propagation.raise_barrier()

    @staticmethod
    def suppressed() -> bool:
        """Whether OpenTelemetry's instrumentation is suppressed here, and not by who makes the call's span."""
        return bool(otel_context.get_value(_SUPPRESS_INSTRUMENTATION_KEY)) and not beside.inside()

    def provider(self, host: str, port: int, path: str, found: Format | None, sdk: str) -> str:
        """Who answers at a host, where an SDK's client of this name talks to it."""
        key = (f"{host}:{port}", sdk, found.name if found is not None else "")
        known = self._servers.get(key)
        if known is None:
            name = providers.provider_of(host, path, client_class=sdk, overrides=self.overrides)
            known = (name, host, port, "")
            self._remember(key, known)
        return known[0]

    def _remember(self, key: tuple[str, str, str], server: tuple[str, str, int | None, str]) -> None:
        if len(self._servers) >= MAX_SERVERS:
            self._servers.clear()
        self._servers[key] = server

    def bare_call(self, found: Format, request: Any, raw_path: bytes) -> Call | None:
        """A call of which the one request is the only attempt; None where it turns out to be no LLM call."""
        body = bodies.body(request)
        if body is None or not found.accepts(body):
            return None
        url = request.url
        path = raw_path.decode("ascii", "replace")
        key = (url.host, str(url.port), found.name)
        known = self._servers.get(key)
        if known is None:
            provider = providers.provider_of(url.host, path, overrides=self.overrides)
            known = (provider, url.host, url.port or (443 if url.scheme == "https" else 80), "")
            self._remember(key, known)
        facts: RequestFacts = found.request(body, path, capture=self.captures)
        return Call(
            self,
            found,
            facts,
            hint=raw_path,
            provider=known[0],
            address=known[1],
            port=known[2],
            path=path,
            make_span=found.spanned,
        )

    # Ends.

    def finish(self, call: Call, error: BaseException | None) -> None:
        """Everything that happens when a call is over; each sink on its own, so that none takes another down."""
        error = error if error is not None else call.exception
        outcome = call.decoded()
        record = call.record()
        record.outcome = outcome
        if outcome is not None:
            record.usage = outcome.usage
            if self.counts(call):
                self._count_locally(call, record, outcome)
        record.model = clean(record.model or (outcome.model if outcome is not None else None) or "")
        try:
            if call.failed_status and (error is None or isinstance(error, Exception)):
                record.classification, record.error_type = self.verdicts.find(
                    error,
                    call.status,
                    call.error_body,
                    call.raw_headers,
                    call.provider,
                    lambda: self._refused(call, error),
                )
            else:
                record.classification = self._classify(call, record, error)
                if record.classification is not None:
                    record.error_type = error_type(error, _error_body(call), call.status)
        except Exception as fault:
            if not swallowed("classification", fault):
                raise
        for step, sink in self._sinks:
            try:
                sink(call, record, error)
            except Exception as fault:
                if not swallowed(step, fault):
                    raise

    def _classify(self, call: Call, record: CallRecord, error: BaseException | None) -> Classification | None:
        outcome = record.outcome
        if error is not None:
            if isinstance(error, GeneratorExit):
                return None
            if not isinstance(error, Exception) and deadlines.passed():
                # A cancellation at the call, a TimeoutError where the application set its limit.
                deadline = TimeoutError()
                deadline.__cause__ = CancelledError()
                return self.classifier.classify(deadline, provider=call.provider)
            return self.classifier.classify(error, provider=call.provider, status=call.status)
        if outcome is None:
            return None
        if outcome.error is not None:
            found = self.classifier.classify(
                status=call.status, body=outcome.error, headers=_headers(call), provider=call.provider
            )
            record.message = message_of(outcome.error)
            return found
        return classify_finish(outcome, report_truncated=self.settings.report_truncated)

    def _refused(self, call: Call, error: BaseException | None) -> Verdict:
        """Read an answer whose status says failure."""
        if error is not None:
            found = self.classifier.classify(error, provider=call.provider, status=call.status)
        else:
            found = self.classifier.classify(
                status=call.status, body=call.error_body, headers=_headers(call), provider=call.provider
            )
        return found, error_type(error, _error_body(call), call.status)

    def counts(self, call: Call) -> bool:
        """Whether a stream's tokens are to be counted here, since it ends well and does not name them."""
        outcome, found, stream = call.outcome, call.format, call.stream
        return (
            self.counter is not None
            and outcome is not None
            and outcome.usage is None
            and outcome.error is None
            and outcome.fault is None
            and found is not None
            and found.name in local_usage.FORMATS
            and stream is not None
            and stream.outcome == "complete"
            and classify_finish(outcome) is None
        )

    def _count_locally(self, call: Call, record: CallRecord, outcome: Outcome) -> None:
        try:
            if self.counter is not None:
                model = outcome.model or call.model
                record.usage = self.counter.usage(bodies.content_of(call.request), outcome, model)
                record.usage_estimated = record.usage is not None
        except Exception as fault:
            if not swallowed("counting", fault):
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
        at = time.monotonic() - (time.perf_counter() - call.ended)
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
        content = bodies.content_of(call.request)
        if content is not None:
            frame = sys._getframe()
            request = f"{record.endpoint}:{hash(content)}"
            self._announce(self.storms.observe(record, request, lambda: application_line(frame)))

    def _announce(self, alert: Alert | None) -> None:
        if alert is not None:
            self.reporter.alert(alert)


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


def message_of(body: object) -> str:
    """The message inside an error body; empty where there is none."""
    for _ in range(4):
        if isinstance(body, str):
            return body
        if isinstance(body, list) and body:
            body = body[0]
        elif isinstance(body, dict):
            body = body.get("error") or body.get("message") or body.get("detail")
        else:
            break
    return body if isinstance(body, str) else ""


def _headers(call: Call) -> Mapping[str, str]:
    wait = call.headers.retry_after_s if call.headers is not None else None
    return {} if wait is None else {"retry-after": str(wait)}


def _error_body(call: Call) -> object:
    if call.outcome is not None and call.outcome.error is not None:
        return call.outcome.error
    return call.error_body
