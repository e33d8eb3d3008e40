"""`Call`: the life of one logical call, from the moment an SDK is asked to the last byte of the answer.

A call is finished once, by whichever comes first: the return of a whole answer, an exception, the end of a
stream's bytes, its close, or its collection.
"""

from __future__ import annotations

import time
import weakref
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, Any

from opentelemetry import context as otel_context
from opentelemetry import trace

from genai_sentry import labels, ratelimit, retries
from genai_sentry.guard import swallowed
from genai_sentry.record import CallRecord, StreamFacts
from genai_sentry.telemetry import beside

if TYPE_CHECKING:
    from opentelemetry.trace import Span, SpanContext

    from genai_sentry.pricing import Cost
    from genai_sentry.ratelimit import HeaderFacts
    from genai_sentry.runtime import Runtime
    from genai_sentry.wire.base import Format
    from genai_sentry.wire.outcome import Outcome, RequestFacts

current: ContextVar[Call | None] = ContextVar("genai_sentry_call", default=None)
"""The logical call that is under way here: what a `send` may belong to."""

failed: ContextVar[weakref.ref[Any] | None] = ContextVar("genai_sentry_failed", default=None)
"""The request of the last call here that failed without an exception: what an SDK raises next may be about it."""

NO_PATH = b"\0"
"""The hint of a call whose attempts are not seen: no path holds it."""

_clock = time.perf_counter


class Call:
    """One logical call. Not shared between threads at one time; the shells in `patch` drive it.

    Args:
        runtime: what the instrumentor set up.
        format: the wire format; None for a call that is no inference.
        facts: what the request says; None where it is known only at the attempt.
        hint: part of the path by which an attempt is known to belong to this call.
        provider, address, port: where it goes.
        make_span: False where another instrumentation makes the call's span.

    Attributes:
        settled: whether its figures have gone to where they are kept.
        crumb: its breadcrumb, where that was left before the call is settled; empty where none could be.
        asking: the request that is sent in place of the application's: a copy that asks for usage.
        attempts_known: whether attempts would have been seen; else none seen means that their number is unknown.
        cost: what it cost, where the application says so.
        around: the span of somebody else's that stands for the call, where none of ours does.
        other: the same, where it is known to be an LLM span and may still be open.
        done: whether the call is over.
        returned: whether the SDK has handed the answer to the application (a stream may still be open).
    """

    # Slots, since there are more of them than a dict of attributes shares between objects.
    # fmt: off
    __slots__ = (
        "__weakref__", "_body", "_context_token", "_current_token", "_last_end", "_open", "_response_headers",
        "_sending", "_sent", "address", "around", "asking", "attempt_started", "attempt_statuses", "attempts_known",
        "attempts_seen", "cost", "crumb", "done", "ended", "exception", "exhausted_in", "facts", "format", "hint",
        "labels", "operation_attempt", "other", "outcome", "path", "port", "provider", "recording", "request",
        "returned", "runtime", "settled", "span", "started", "started_at", "status", "stream", "wait_s",
    )
    # fmt: on

    def __init__(
        self,
        runtime: Runtime,
        format: Format | None,
        facts: RequestFacts | None,
        *,
        hint: bytes = b"",
        provider: str = "",
        address: str = "",
        port: int | None = None,
        path: str = "",
        make_span: bool = True,
    ) -> None:
        self.started = _clock()
        self.started_at = time.time()
        self.runtime = runtime
        self.format = format
        self.facts = facts
        self.hint = hint
        self.provider = provider
        self.address = address
        self.port = port
        self.path = path
        self.attempts_seen = 0
        self.attempts_known = True
        self.attempt_statuses: tuple[int | None, ...] = ()
        self.wait_s = self.ended = self._last_end = 0.0
        self.settled = self.done = self.returned = self.recording = self._open = self._sending = False
        self.span: Span | None = None
        self.other: beside.Other | None = None
        self.around: SpanContext | None = None
        self.status: int | None = None
        self.attempt_started: float | None = None
        self.request: object | None = None
        self.asking: Any = None
        self.stream: StreamFacts | None = None
        self.outcome: Outcome | None = None
        self.exception: BaseException | None = None
        self.exhausted_in: float | None = None
        self.crumb: dict[str, Any] | None = None
        self.cost: Cost | None = None
        self._response_headers: Any = None
        self._body: bytes | None = None
        self._sent: weakref.ref[Any] | None = None  # the request, while the call waits to be settled
        self._context_token: Token[Any] | None = None
        self._current_token: Token[Call | None] | None = None
        self.labels = labels.current()
        self.operation_attempt = retries.begin_attempt() if format is not None else 1
        if format is not None and make_span:
            self.other = beside.find(format.operation, self.model) if format.operation else None
            if self.other is None:
                self._start_span(format)

    def _start_span(self, format: Format) -> None:
        runtime = self.runtime
        opening = runtime.openings.find(
            format.operation, self.provider, self.model, self.address, self.port, format.task
        )
        given, common = self.labels, runtime.common_attributes
        more = {**given, **common} if given or common else given
        self.span = runtime.starter.start(opening, runtime.parent_context(), more)
        self.recording = self.span.is_recording()

    @property
    def model(self) -> str:
        """The requested model; empty where the request does not name it."""
        return (self.facts.model or "") if self.facts is not None else ""

    # Entering and leaving: the span is current while the SDK works, never while the application does.

    def enter(self) -> None:
        """Make the call, and its span, the current ones."""
        self.runtime.entering()
        self._current_token = current.set(self)
        span = self.span
        if span is not None and (self.recording or span.get_span_context().is_valid):
            self._context_token = otel_context.attach(trace.set_span_in_context(span))

    def leave(self) -> None:
        """Undo `enter`, in the same context."""
        if self._context_token is not None:
            otel_context.detach(self._context_token)
            self._context_token = None
        if self._current_token is not None:
            current.reset(self._current_token)
            self._current_token = None

    @property
    def elapsed(self) -> float:
        """Seconds since the call began."""
        return _clock() - self.started

    # Attempts.

    def owns(self, raw_path: bytes) -> bool:
        """Whether a request to this path is an attempt of this call, and not a token exchange inside it."""
        return not self.done and not self.returned and not self._sending and self.hint in raw_path

    def attempt(self, request: object) -> None:
        """An HTTP attempt begins."""
        now = _clock()
        if self.span is None and self.format is not None:
            self.around = trace.get_current_span().get_span_context()
            if self.other is None and self.format.operation:
                self.other = beside.find(self.format.operation, self.model)
        if self.attempts_seen:
            self.wait_s += now - self._last_end
            self.status = self._response_headers = self.stream = self._body = self.outcome = None
            self._open = False
        self.attempts_seen += 1
        self.attempt_started = now
        self.request = request
        self._sending = True

    def responded(self, status: int, headers: Any) -> None:
        """The attempt has an answer's status and headers (as httpx holds them)."""
        self._sending = False
        self._last_end = _clock()
        self.attempt_statuses += (status,)
        self.status = status
        self._response_headers = headers

    def attempt_failed(self) -> None:
        """The attempt ended by an exception, without an answer."""
        self._sending = False
        self._last_end = _clock()
        self.attempt_statuses += (None,)

    def body(self, content: bytes) -> None:
        """The attempt's whole answer, decoded from its content encoding."""
        self._body = content

    def opened(self) -> None:
        """The attempt's answer is a stream that is still open."""
        self._open = True
        self.stream = StreamFacts()

    @property
    def unseen(self) -> bool:
        """Whether nothing of an answer has passed: it went another way than through what is observed."""
        return self.stream is None and self._body is None and self.outcome is None

    def body_ended(
        self, outcome: Outcome | None, stream: StreamFacts | None, error: BaseException | None, body: bytes | None
    ) -> None:
        """An open answer's bytes are over: read, closed, cut by `error`, or collected."""
        self._open = False
        self.outcome = outcome
        self.stream = stream
        if body is not None:
            self._body = body
        if self.returned:
            self.finish(error)
        elif error is not None:
            self.exception = error

    # The end.

    def raised(self, error: BaseException) -> None:
        """The SDK raised: the call is over."""
        self.returned = True
        self.finish(error)

    def result(self) -> None:
        """The SDK returned: the call is over unless its answer is a stream that is still open."""
        self.returned = True
        if not self._open:
            self.finish(None)

    def finish(self, error: BaseException | None) -> None:
        """End the call, once; safe to call again.

        An answer that certainly tells no failure is only taken note of: decoding and counting wait until somebody
        asks, or a moment at most. Everything else is settled here and now, while the exception's stack is live.
        """
        if self.done:
            return
        self.done = True
        self.ended = _clock()
        later = False
        try:
            if error is None and self._can_wait():
                self.crumb = self.runtime.early_breadcrumb(self)
                self.runtime.calm(self)
                later = self.runtime.later.take(self)
            if later:
                self._wait()
            else:
                self.settle(error)
        except Exception as fault:
            if not swallowed("finish", fault):
                raise
        finally:
            if self.span is not None:
                self.span.end()

    def _can_wait(self) -> bool:
        if self.exception is not None or self.other is not None or self.failed_status:
            return False
        if self.outcome is not None:
            return self.runtime.counts(self)
        return (
            self.format is not None
            and self._body is not None
            and not self.runtime.settings.report_truncated
            and self.format.plain(self._body)
        )

    def _wait(self) -> None:
        """What is not needed while the call waits is held no longer: it may be large, and making it anew costs more."""
        if self.request is not None and self.runtime.counter is None:
            try:
                self._sent = weakref.ref(self.request)
            except TypeError:
                return
            self.request = None

    @property
    def size(self) -> int:
        """Bytes of the answer that are held until the call is settled."""
        return len(self._body) if self._body is not None else 0

    def settle(self, error: BaseException | None = None) -> None:
        """Decode the answer and hand the call's figures to every sink."""
        self.settled = True
        try:
            self.runtime.finish(self, error)
        finally:
            self.let_go()

    def resume(self) -> None:
        """A call that has waited is being settled."""
        self.settled = True
        if self._sent is not None:
            self.request, self._sent = self._sent(), None

    def let_go(self) -> None:
        """Drop what may hold prompts or connections: the SDK's stream may keep this object alive for long."""
        self._body = self.outcome = self.request = self.asking = self.exception = self._response_headers = None

    def decoded(self) -> Outcome | None:
        """What the answer says, decoded once, at the end."""
        if self.outcome is None and self.format is not None and self._body is not None and not self.failed_status:
            capture = self.recording and self.runtime.captures
            # What begins like JSON is JSON, whatever it is called; looking the header up costs as much as decoding.
            content_type = None if self._body[:1] == b"{" else self.content_type
            self.outcome = self.format.response(self._body, content_type, capture=capture)
        outcome = self.outcome
        if outcome is not None and outcome.usage is None and self.format is not None:
            headers = self._response_headers
            if headers is not None:
                self.format.headers(outcome, headers)
        return outcome

    @property
    def content_type(self) -> str:
        """The answer's content type."""
        headers = self._response_headers
        return (headers.get("content-type") or "") if headers is not None else ""

    @property
    def headers(self) -> HeaderFacts | None:
        """What the last attempt's headers say."""
        headers = self._response_headers
        return ratelimit.scan_headers(headers, self.provider) if headers is not None else None

    @property
    def raw_headers(self) -> ratelimit.Raw:
        """The last attempt's headers, as they came: of each the first is its name, the last its value."""
        return ratelimit.pairs(self._response_headers) if self._response_headers is not None else []

    @property
    def error_body(self) -> bytes | None:
        """The body of an answer whose status says failure."""
        return self._body if self.failed_status else None

    @property
    def failed_status(self) -> bool:
        """Whether the last attempt's status is 400 or above."""
        return self.status is not None and self.status >= 400

    def record(self) -> CallRecord:
        """The call's facts, but for what sinks compute."""
        now, headers = self.ended, self.headers
        span = self.span
        context = span.get_span_context() if span is not None else self._context()
        parent = getattr(span, "parent", None)
        # By position: so many names take as long to match as all the rest.
        record = CallRecord(
            self.format.operation if self.format is not None else "",
            self.provider,
            self.model,
            self.path,
            self.address,
            self.port,
            self.started_at,
            now - self.started,
            True,
            None if self.attempt_started is None else now - self.attempt_started,
            self.attempts_seen if self.attempts_seen or self.attempts_known else None,
            self.attempt_statuses,
            self.wait_s,
            self.operation_attempt,
            self.status,
        )
        if headers is not None:
            record.limits, record.request_id, record.processing_ms, _ = headers
        record.stream = self.stream
        record.labels = self.labels
        record.trace_id, record.span_id = context.trace_id, context.span_id
        record.sampled = bool(context.trace_flags.sampled)
        if parent is not None:
            record.parent_span_id = parent.span_id
        if self.other is not None:
            record.instrumentation = self.other.scope
        return record

    def _context(self) -> SpanContext:
        return self.around or trace.get_current_span().get_span_context()
