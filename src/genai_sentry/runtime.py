"""What one `instrument()` sets up: how a call begins, and what it was when it is over."""

from __future__ import annotations

import logging
from asyncio import CancelledError
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY
from opentelemetry.instrumentation.utils import suppress_instrumentation

from genai_sentry import bodies, datafile, deadlines, local_usage, providers
from genai_sentry.call import Call
from genai_sentry.errors.classify import Classifier
from genai_sentry.errors.error_type import error_type
from genai_sentry.errors.finishes import classify_finish
from genai_sentry.errors.taxonomy import ErrorType
from genai_sentry.guard import swallowed
from genai_sentry.later import Later
from genai_sentry.launcher.exporter import delivering
from genai_sentry.pricing import Updater, ready
from genai_sentry.sentry.joining import sentry_parent
from genai_sentry.settings import Settings
from genai_sentry.sinks import Sinks
from genai_sentry.statistics import recorder
from genai_sentry.targets import Targets
from genai_sentry.telemetry import attributes as names
from genai_sentry.telemetry import beside, propagation
from genai_sentry.telemetry.identity import identity
from genai_sentry.telemetry.openings import Openings, clean
from genai_sentry.telemetry.stamp import is_stamped
from genai_sentry.telemetry.starting import Starter
from genai_sentry.verdicts import Verdict, Verdicts
from genai_sentry.version import SCHEMA_URL, __version__

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

    from genai_sentry.errors.taxonomy import Classification
    from genai_sentry.record import CallRecord
    from genai_sentry.wire.base import Format
    from genai_sentry.wire.outcome import Outcome, RequestFacts

logger = logging.getLogger("genai_sentry")

_NOTHING: Mapping[str, names.Value] = MappingProxyType({})

MAX_SERVERS = 1024
"""Servers whose provider is remembered."""


class Runtime(Sinks):
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
        super().__init__(settings, meter_provider)
        self._stamped = is_stamped(tracer_provider or trace.get_tracer_provider())
        self.starter = Starter(trace.get_tracer("genai_sentry", __version__, tracer_provider, SCHEMA_URL))
        self.overrides = datafile.texts("providers", settings.providers)
        self.classifier = Classifier(settings.rules, retryable=settings.retryable, severities=settings.levels)
        self.verdicts = Verdicts()
        self.counter = local_usage.Counter() if settings.estimate_usage else None
        self.updater = Updater(suppress_instrumentation) if settings.update_prices else None
        if self.updater is not None:
            self.updater.start()
        self.later = Later(self.settle, ready, self.sentry_metrics.leave)
        deadlines.watch()
        recorder.before_reading = self.later.drain
        self.reporter.settle_first(self.later.drain)
        if self.metrics is not None:
            self.metrics.before_reading = self.later.drain
        self.openings = Openings()
        self.target = Targets(self.overrides).find
        self._servers: dict[tuple[str, str, str], tuple[str, str, int | None, str]] = {}

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
        body = bodies.body(request, found.telling)
        if body is None or not found.accepts(body) or self.suppressed():
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
        self.hand_on([(call, self._read(call, error), error)])

    def settle(self, calls: Sequence[Call]) -> None:
        """Settle calls that have waited, each for itself. Step by step: what a step needs is then at hand for all."""
        for call in calls:
            call.resume()
        try:
            for call in calls:
                try:
                    call.decoded()
                except Exception as fault:
                    if not swallowed("decoding", fault):
                        raise
            told = []
            for call in calls:
                try:
                    told.append((call, self._read(call, call.exception), call.exception))
                except Exception as fault:
                    if not swallowed("settling", fault):
                        raise
            self.hand_on(told)
        finally:
            for call in calls:
                call.let_go()

    def _read(self, call: Call, error: BaseException | None) -> CallRecord:
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
                    said = _error_body(call) or _filtered(record.classification, error)
                    record.error_type = error_type(error, said, call.status)
        except Exception as fault:
            if not swallowed("classification", fault):
                raise
        return record

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
            # What an SDK raises over an answer that tells an error (no data in it) says less than the answer.
            if outcome is None or outcome.error is None or not isinstance(error, Exception):
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


def _filtered(found: Classification, error: BaseException | None) -> object:
    """What a finish reason tells in place of an error, in the one word that providers share."""
    return {"code": found.type.value} if error is None and found.type is ErrorType.CONTENT_FILTER else None


def _error_body(call: Call) -> object:
    if call.outcome is not None and call.outcome.error is not None:
        return call.outcome.error
    return call.error_body
