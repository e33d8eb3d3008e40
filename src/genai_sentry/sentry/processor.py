"""`GenAIErrorProcessor`: failures of LLM calls whose spans another instrumentation made."""

from __future__ import annotations

import logging
import sys
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.trace import StatusCode

from genai_sentry import warming
from genai_sentry.errors.classify import Classifier
from genai_sentry.errors.taxonomy import ErrorType
from genai_sentry.guard import Guard, swallowed
from genai_sentry.pricing import Pricer
from genai_sentry.sentry import events, foreign, matching
from genai_sentry.sentry.frames import CLIENT_LIBRARIES
from genai_sentry.sentry.reporter import Reporter
from genai_sentry.settings import Settings, SettingsError
from genai_sentry.telemetry.spans import changed

if TYPE_CHECKING:
    from opentelemetry.context import Context

    from genai_sentry.record import CallRecord

logger = logging.getLogger("genai_sentry")

MARK = "llm_error_type"
"""A foreign span that carries this belongs to a call that this package observed, and reported."""

MAX_UNPRICED = 256
"""Spans that wait for prices at most, while these are being imported."""
READY_S = 2.0
"""How long the end of a process, or a flush, waits for that at most, in seconds."""

_NOT_A_FAILURE = frozenset({"asyncio.exceptions.CancelledError", "CancelledError", "GeneratorExit", "_OTHER"})
"""What instrumentations report as errors and is none: a cancelled task, a stream that was left early."""


class GenAIErrorProcessor(SpanProcessor):
    """Reports failed LLM calls to Sentry for a service that already traces, whoever makes the spans.

    Spans and exceptions that this package's own instrumentation has reported are left alone. Unsampled spans reach
    no processor: for them use `GenAIInstrumentor`.

    Args:
        settings: else from the environment; what can't be used there is logged, and the defaults are used.
        forward_to: receives every span; those of LLM calls as copies with classification and cost added.

    Raises:
        SettingsError: the given settings name rules or prices that can't be used, or an argument is of another kind.
    """

    def __init__(self, settings: Settings | None = None, forward_to: SpanProcessor | None = None) -> None:
        _check_kinds(settings, forward_to)
        self._settings = used = settings if settings is not None else _from_env()
        self._forward_to = forward_to
        self._classifier = Classifier(used.rules, retryable=used.retryable, severities=used.levels)
        warming.start(prices=forward_to is not None)
        self._pricer = _pricer(used.prices, strict=settings is not None) if forward_to is not None else None
        self._reporter = Reporter(used)
        self._unpriced: deque[tuple[ReadableSpan, CallRecord]] = deque(maxlen=MAX_UNPRICED)

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Pass on."""
        if self._forward_to is not None:
            self._forward_to.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        """Report a failed LLM call; pass an enriched copy on."""
        record: CallRecord | None = None
        told = span
        try:
            record = self._end(span)
            if record is not None and self._forward_to is not None:
                told = _enriched(span, self._extra(record))
                self._price_later(told, record)
        except Exception as error:
            if not swallowed("processor", error):
                raise
        if self._forward_to is not None:
            self._forward_to.on_end(told)

    def _price_later(self, told: ReadableSpan, record: CallRecord) -> None:
        """While prices are being imported, spans wait for theirs where whoever exports them holds them as well."""
        if self._pricer is None:
            return
        if record.cost is None and record.usage is not None and not self._pricer.ready():
            self._unpriced.append((told, record))
        elif self._unpriced:
            self._price_waiting(0.0)

    def _price_waiting(self, timeout: float) -> None:
        if self._pricer is None or not self._unpriced or not self._pricer.ready(timeout):
            return
        while True:
            try:
                told, record = self._unpriced.popleft()
            except IndexError:  # none is left, maybe since another thread was here, too
                return
            with Guard("pricing"):
                self._price(record)
                told.__dict__["_attributes"] = {**self._extra(record), **(told.attributes or {})}

    def shutdown(self) -> None:
        """Send what is held, and pass on."""
        self._reporter.close()
        self._price_waiting(READY_S)
        if self._forward_to is not None:
            self._forward_to.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Send what is held, and pass on; whether everything left in time."""
        done = self._reporter.flush(timeout_millis / 1000)
        self._price_waiting(min(READY_S, timeout_millis / 1000))
        if self._forward_to is not None:
            done = self._forward_to.force_flush(timeout_millis) and done
        return done

    def _end(self, span: ReadableSpan) -> CallRecord | None:
        """Report what failed; what is known of the call, None where it is none or nobody asks."""
        scope = span.instrumentation_scope
        if scope is not None and scope.name == foreign.OWN_SCOPE:
            return None
        attributes = span.attributes or {}
        failed = span.status.status_code is StatusCode.ERROR
        if not failed and self._forward_to is None:
            return None
        operation = foreign.operation_of(attributes)
        if operation is None:
            return None
        record = foreign.record_of(span, operation)
        if failed and MARK not in attributes:
            self._fail(span, record)
        self._price(record)
        return record

    def _fail(self, span: ReadableSpan, record: CallRecord) -> None:
        names = foreign.error_types(span)
        if names & _NOT_A_FAILURE:
            return
        error = _current(names)
        if error is not None:
            if not _of_a_client(error):
                return  # the application's own exception, raised while a stream was open
            earlier = next((mark for node in _chain(error) if (mark := matching.get_mark(node)) is not None), None)
            if earlier is not None or matching.is_marked(error):
                record.classification = earlier.record.classification if earlier is not None else None
                return
        self._classify(span, record, error, names)
        self._reporter.report(record, error, request=matching.attribute_of(error, "request"))

    def _classify(self, span: ReadableSpan, record: CallRecord, error: BaseException | None, names: set[str]) -> None:
        named = next(iter(sorted(names, key=len, reverse=True)), None)
        record.error_type = named
        if error is not None:
            record.classification = self._classifier.classify(error, provider=record.provider)
            record.status = record.status or _status(error)
            return
        record.message = foreign.message_of(span)
        record.classification = self._classifier.classify(
            exception_type=named,
            body={"error": {"code": named, "message": record.message}} if named and "." not in named else None,
            message=record.message,
            status=record.status,
            provider=record.provider,
        )

    def _price(self, record: CallRecord) -> None:
        if record.usage is None or self._pricer is None:
            return
        outcome = record.outcome
        models = [model for model in (outcome.model if outcome is not None else None, record.model) if model]
        record.cost = self._pricer.cost(
            record.provider, models, record.usage, outcome=outcome, host=record.server_address, at=record.started_at
        )

    def _extra(self, record: CallRecord) -> dict[str, Any]:
        extra: dict[str, Any] = {"ai_model": record.model or None, "llm_provider": record.provider or None}
        if record.cost is not None:
            extra["llm_cost_usd"] = record.cost.total_usd
            extra["llm_cost_source"] = record.cost.source
        if record.classification is not None and record.classification.type is not ErrorType.CANCELLED:
            extra |= events.tags(record, self._settings)
        return {name: value for name, value in extra.items() if value is not None}


def _check_kinds(settings: object, forward_to: object) -> None:
    """Raise here, where the mistake is, and not at the start of the application's next span."""
    if settings is not None and not isinstance(settings, Settings):
        raise SettingsError("settings", f"expected Settings, got {settings!r}")
    if forward_to is not None and not all(callable(getattr(forward_to, name, None)) for name in ("on_start", "on_end")):
        raise SettingsError("forward_to", f"expected a span processor, got {forward_to!r}")


def _from_env() -> Settings:
    try:
        return Settings.from_env()
    except SettingsError as error:
        logger.warning("%s; defaults are used", error)
        return Settings()


def _pricer(prices: Any, *, strict: bool) -> Pricer:
    try:
        return Pricer(prices)
    except SettingsError as error:
        if strict:
            raise
        logger.warning("%s; list prices are used", error)
        return Pricer()


def _current(names: set[str]) -> BaseException | None:
    """The exception being handled, if it is the one that the span names.

    A call made in an `except` block sees the outer exception there, whether or not it failed itself.
    """
    error = sys.exc_info()[1]
    if error is None:
        return None
    for node in _chain(error):
        kind = type(node)
        if names & {kind.__name__, kind.__qualname__, f"{kind.__module__}.{kind.__qualname__}"}:
            return error
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and what it was explicitly raised from."""
    node: BaseException | None = error
    for _ in range(10):
        if node is None:
            return
        yield node
        node = node.__cause__


def _of_a_client(error: BaseException) -> bool:
    """Whether an exception tells of the call: a client library's, or of the operating system's network."""
    for node in _chain(error):
        if type(node).__module__.partition(".")[0] in CLIENT_LIBRARIES or isinstance(node, OSError):
            return True
        if _status(node) is not None:
            return True
    return False


def _status(error: BaseException) -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) and not isinstance(status, bool) else None


def _enriched(span: ReadableSpan, extra: dict[str, Any]) -> ReadableSpan:
    """Copy an ended span, with attributes added; what the instrumentation said stands."""
    return changed(span, {**extra, **(span.attributes or {})})
