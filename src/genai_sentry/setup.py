"""`init`, `flush`, `shutdown`: start-up in one line, and its undoing."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from genai_sentry.guard import Guard
from genai_sentry.instrumentor import GenAIInstrumentor
from genai_sentry.patch.state import state
from genai_sentry.settings import Settings, SettingsError

if TYPE_CHECKING:
    from opentelemetry.context import Context

    from genai_sentry.telemetry.attributes import Value

logger = logging.getLogger("genai_sentry")

SDK_TRACERS: Mapping[str, str] = {"ANTHROPIC_OPEN_TELEMETRY": "false"}
"""Environment variables that switch off the gen_ai spans that SDKs make of their own; a user's value stands."""

_undo: list[Callable[[], None]] = []


def init(
    dsn: str | None = None,
    environment: str | None = None,
    release: str | None = None,
    *,
    settings: Settings | None = None,
    sentry_options: Mapping[str, Any] | None = None,
) -> None:
    """Set up Sentry, OpenTelemetry and the instrumentation of LLM calls.

    An existing TracerProvider and an active Sentry client stay as they are. Without a DSN everything but sending
    works, and one line in the log says so. Calling it again starts afresh.

    Args:
        dsn: where Sentry is; else `SENTRY_DSN`.
        environment: else `SENTRY_ENVIRONMENT`, else `ENVIRONMENT`.
        release: else `SENTRY_RELEASE`.
        settings: else `Settings.from_env()`.
        sentry_options: passed on to `sentry_sdk.init`.

    Raises:
        SettingsError: a setting, or the DSN, can't be used; the message names it.
    """
    settings = settings if settings is not None else Settings.from_env()
    dsn = _check_dsn(dsn or os.environ.get("SENTRY_DSN") or None)
    environment = environment or os.environ.get("SENTRY_ENVIRONMENT") or os.environ.get("ENVIRONMENT") or None
    release = release or os.environ.get("SENTRY_RELEASE") or None
    shutdown()
    for variable, value in SDK_TRACERS.items():
        os.environ.setdefault(variable, value)
    stamp = _tracer_provider(settings)
    options = _init_sentry(dsn, environment, release, dict(sentry_options or {}))
    common = _common(options, stamp is not None, settings)
    if stamp is not None:
        stamp.attributes = common
        common = {}
    GenAIInstrumentor().instrument(settings=settings, common_attributes=common)
    _undo.append(GenAIInstrumentor().uninstrument)
    if state.runtime is not None and dsn is None:
        state.runtime.reporter.told = True  # that nothing is sent has been said above, if it is so
    if settings.http_spans:
        _instrument_http()


def flush(timeout: float = 2.0) -> bool:
    """Deliver what is held: events, metrics and spans. Call it before a freeze or at an ASGI lifespan's end.

    Args:
        timeout: seconds to wait at most.

    Returns:
        Whether everything was handed over in time.
    """
    done = True
    with Guard("flush"):
        runtime = state.runtime
        if runtime is not None:
            done = runtime.flush(timeout)
        force = getattr(trace.get_tracer_provider(), "force_flush", None)
        if force is not None:
            done = bool(force(int(timeout * 1000))) and done
    return done


def shutdown() -> None:
    """Deliver what is held and undo what `init` set up, as far as OpenTelemetry allows (its provider stays)."""
    if not _undo:
        return
    flush()
    while _undo:
        with Guard("shutdown"):
            _undo.pop()()


def _check_dsn(dsn: str | None) -> str | None:
    if dsn is None:
        return None
    from sentry_sdk.utils import BadDsn, Dsn

    try:
        Dsn(dsn)
    except BadDsn as error:
        raise SettingsError("dsn", f"not a Sentry DSN: {error}") from None
    return dsn


class Stamp(SpanProcessor):
    """Puts release, environment and sample rate on every span of the provider that `init` makes.

    Attributes:
        attributes: what is put on.
    """

    def __init__(self) -> None:
        self.attributes: Mapping[str, Value] = {}

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Stamp one span."""
        if self.attributes:
            span.set_attributes(self.attributes)


_stamp: Stamp | None = None


def _tracer_provider(settings: Settings) -> Stamp | None:
    """Make the global TracerProvider where there is none; the stamp of its spans where it is ours, else None."""
    global _stamp
    if isinstance(trace.get_tracer_provider(), TracerProvider):
        return _stamp
    sampler = ParentBased(TraceIdRatioBased(settings.trace_sample_rate))
    provider = TracerProvider(sampler=sampler, resource=Resource.create())
    _stamp = Stamp()
    provider.add_span_processor(_stamp)
    trace.set_tracer_provider(provider)
    return _stamp


def _init_sentry(
    dsn: str | None, environment: str | None, release: str | None, options: dict[str, Any]
) -> Mapping[str, Any]:
    """Initialise Sentry unless the service did; the options in force."""
    import sentry_sdk

    client = sentry_sdk.get_client()
    if client.is_active() and not options and (dsn is None or client.options.get("dsn") == dsn):
        return client.options
    if dsn is None and not options.get("dsn"):
        logger.info("no Sentry DSN: nothing is sent")
        return {"environment": environment, "release": release}
    from sentry_sdk.integrations.otlp import OTLPIntegration

    from genai_sentry.sentry.integrations import disabled_integrations

    given = list(options.pop("integrations", ()))
    if not any(isinstance(item, OTLPIntegration) for item in given):
        given.append(OTLPIntegration(setup_propagator=False))
    disabled = [*options.pop("disabled_integrations", ()), *disabled_integrations()]
    merged = {"dsn": dsn, "environment": environment, "release": release, **options}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        sentry_sdk.init(**merged, integrations=given, disabled_integrations=disabled)
    return sentry_sdk.get_client().options


def _common(options: Mapping[str, Any], ours: bool, settings: Settings) -> dict[str, Value]:
    common: dict[str, Value] = {}
    for name in ("environment", "release"):
        value = options.get(name)
        if isinstance(value, str) and value:
            common[f"sentry.{name}"] = value
    if ours:
        common["sentry.client_sample_rate"] = settings.trace_sample_rate
    return common


def _instrument_http() -> None:
    """Child spans for HTTP attempts, by OpenTelemetry's own instrumentation, for whichever client is installed."""
    from genai_sentry.telemetry import http_spans

    _undo.append(http_spans.instrument())
