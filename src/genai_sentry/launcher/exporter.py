"""`SentrySpanExporter`: spans to Sentry's OTLP endpoint, wherever Sentry turns out to be."""

from __future__ import annotations

import atexit
import logging
import os
import sys
import time
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from genai_sentry.guard import swallowed
from genai_sentry.launcher import takeover
from genai_sentry.launcher.withheld import without_content
from genai_sentry.patch.state import state
from genai_sentry.sentry.start import DSN_VARIABLE, starter
from genai_sentry.statistics import recorder
from genai_sentry.telemetry.identity import identity
from genai_sentry.telemetry.spans import changed

if TYPE_CHECKING:
    import requests

logger = logging.getLogger("genai_sentry")

HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "user-agent",
        "x-sentry-auth",
    }
)
"""Headers that are sent to Sentry. OpenTelemetry adds those of `OTEL_EXPORTER_OTLP_HEADERS`: a collector's keys."""

NO_ENDPOINT = 404
"""What a server answers that takes Sentry's events but no spans."""

ASK_AGAIN_S = 300.0
"""Seconds until such a server is asked again."""

TIMEOUT_VARIABLES = ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT")
TIMEOUT_S = 5.0
"""How long one export may take, with its retries, unless OpenTelemetry's variables say otherwise."""
EXIT_TIMEOUT_S = 2.0
"""Likewise, when the process ends."""

_leaving = False
_made: weakref.WeakSet[SentrySpanExporter] = weakref.WeakSet()


def _leave() -> None:
    global _leaving
    _leaving = True


def delivering() -> bool:
    """Whether spans of this process go to Sentry by an exporter of this module."""
    return len(_made) > 0


class SentrySpanExporter(SpanExporter):
    """Exports spans to Sentry.

    It can be made before `sentry_sdk.init` and before a server forks its workers: where Sentry is, it looks up at
    each export, in the active client, else in `SENTRY_DSN`. Spans that end after an `OTLPIntegration` has begun to
    deliver are left to it. What other instrumentations' spans hold of prompts and outputs is left out, unless the
    settings ask for content.

    Attributes:
        dropped: spans for which there was no Sentry, or one that takes none.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._told = False
        self._dsn = ""
        self._pid = 0
        self._inner: SpanExporter | None = None
        self._hurried = False
        self._closed = False
        self._paused = False
        self._useless_until = 0.0
        takeover.watch()
        _made.add(self)
        # Again for each: what is registered last runs first, so this runs before the exit hook of its provider.
        atexit.register(_leave)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send spans; never raises."""
        try:
            return self._export(spans)
        except Exception as error:
            if not swallowed("sentry.spans", error):
                raise
            return SpanExportResult.FAILURE

    def shutdown(self) -> None:
        """Close the connection; what is exported afterwards is dropped."""
        self._closed = True
        inner, self._inner = self._inner, None
        if inner is not None and self._pid == os.getpid():
            inner.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Nothing is held here."""
        return True

    def pause(self) -> None:
        """Send nothing until `resume`."""
        self._paused = True
        _made.discard(self)

    def resume(self, *, tell: bool = True) -> None:
        """Send again.

        Args:
            tell: whether to say so when there is nowhere to send to.
        """
        self._paused = False
        self._told = not tell
        _made.add(self)

    def _export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        starter.ensure()
        ours = takeover.left_to_us(spans)
        if not ours or self._closed or self._paused:
            return SpanExportResult.SUCCESS
        inner = self._connected()
        if inner is None:
            self._drop(len(ours))
            self._tell(f"neither {DSN_VARIABLE} nor a Sentry client says where to send them")
            return SpanExportResult.FAILURE
        if time.monotonic() >= self._useless_until:
            result = inner.export([_outgoing(span) for span in ours])
            if time.monotonic() >= self._useless_until:
                return result
        self._drop(len(ours))
        self._tell("this Sentry has no endpoint for them (HTTP 404); events are sent")
        return SpanExportResult.FAILURE

    def _connected(self) -> SpanExporter | None:
        dsn = _current_dsn(self._dsn)
        if self._inner is None or dsn != self._dsn or self._pid != os.getpid() or self._hurried != _leaving:
            # No lock, which a fork could leave locked; a connection made before a fork belongs to the parent.
            if dsn != self._dsn:
                self._useless_until = 0.0
            self._dsn, self._pid, self._hurried = dsn, os.getpid(), _leaving
            self._inner = _connect(dsn, self._refused, _timeout()) if dsn else None
        return self._inner

    def _refused(self) -> None:
        self._useless_until = time.monotonic() + ASK_AGAIN_S

    def _drop(self, count: int) -> None:
        self.dropped += count
        recorder.lost("spans", count, "no_sentry")

    def _tell(self, why: str) -> None:
        if not self._told:
            self._told = True
            logger.warning("spans are dropped: %s", why)


def _current_dsn(known: str) -> str:
    get_client = getattr(sys.modules.get("sentry_sdk"), "get_client", None)
    client = get_client() if get_client is not None else None
    if client is not None and client.is_active():
        return str(client.options.get("dsn") or "")
    return os.environ.get(DSN_VARIABLE) or known


def _timeout() -> float | None:
    """Seconds for one export; None where OpenTelemetry's variables say."""
    if _leaving:
        return EXIT_TIMEOUT_S
    return None if any(os.environ.get(name) for name in TIMEOUT_VARIABLES) else TIMEOUT_S


def _connect(dsn: str, refused: Callable[[], None], timeout: float | None) -> SpanExporter | None:
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from sentry_sdk.consts import VERSION, EndpointType
    from sentry_sdk.utils import BadDsn, Dsn

    try:
        auth = Dsn(dsn).to_auth(f"sentry.python/{VERSION}")
    except BadDsn:
        return None
    return OTLPSpanExporter(
        endpoint=auth.get_api_url(EndpointType.OTLP_TRACES),
        headers={"X-Sentry-Auth": auth.to_header()},
        compression=Compression.Gzip,
        timeout=timeout,  # type: ignore[arg-type,unused-ignore]
        session=_session(refused),
    )


def _session(refused: Callable[[], None]) -> requests.Session:
    import requests

    class SentrySession(requests.Session):
        """Sends what is meant for Sentry, not what OpenTelemetry's variables hold for a collector."""

        def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
            for name in list(request.headers):
                if name.lower() not in HEADERS:
                    del request.headers[name]
            bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE")
            kwargs["verify"], kwargs["cert"] = bundle or True, None
            response = super().send(request, **kwargs)
            if response.status_code == NO_ENDPOINT:
                # OpenTelemetry would log an error for each batch, and Sentry make an issue of it.
                refused()
                response.status_code = 200
            return response

    return SentrySession()


def _outgoing(span: ReadableSpan) -> ReadableSpan:
    runtime = state.runtime
    return _identified(span if runtime is not None and runtime.captures else without_content(span))


def _identified(span: ReadableSpan) -> ReadableSpan:
    """The span with environment and release, where it has begun before they were known."""
    held = span.attributes or {}
    missing = {name: value for name, value in identity.attributes().items() if name not in held}
    if not missing:
        return span
    return changed(span, {**missing, **held})
