"""`init`, `flush`, `shutdown`: start-up in one line, and its undoing."""

from __future__ import annotations

import logging
import os
import warnings
import weakref
from collections.abc import Callable, Mapping
from typing import Any

from opentelemetry import trace

from genai_sentry import own_provider
from genai_sentry.flushing import flush
from genai_sentry.guard import Guard
from genai_sentry.instrumentor import GenAIInstrumentor
from genai_sentry.launcher import launched, takeover
from genai_sentry.launcher.exporter import SentrySpanExporter, delivering
from genai_sentry.patch.state import state
from genai_sentry.settings import Settings, SettingsError
from genai_sentry.telemetry import sentry_trace
from genai_sentry.telemetry.identity import environment_of_the_process, identity, release_of_the_process
from genai_sentry.telemetry.losses import CountingBatchProcessor
from genai_sentry.telemetry.stamp import is_stamped

logger = logging.getLogger("genai_sentry")

SDK_TRACERS: Mapping[str, str] = {"ANTHROPIC_OPEN_TELEMETRY": "false"}
"""Environment variables that switch off the gen_ai spans that SDKs make of their own; a user's value stands."""

_undo: list[Callable[[], None]] = []
_exporters: list[tuple[weakref.ref[trace.TracerProvider], SentrySpanExporter]] = []
"""By provider, few as they are: a provider need not have a hash (Logfire's has none)."""


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
        SettingsError: a setting, the DSN or another argument can't be used; the message names it.
    """
    settings = settings if settings is not None else Settings.from_env()
    _check_kinds(settings, environment, release, sentry_options)
    explicit = dsn is not None
    dsn = _check_dsn(dsn or os.environ.get("SENTRY_DSN") or None)
    environment = environment or environment_of_the_process()
    release = release or release_of_the_process()
    shutdown()
    prefer(SDK_TRACERS)
    identity.give(environment, release)
    takeover.watch()
    options = {**({"dsn": dsn} if dsn else {}), "environment": environment, "release": release}
    alone = _sentry_will_trace(options, sentry_options or {}, explicit=explicit)
    provider = own_provider.find(settings, alone=alone)
    fresh = _init_sentry(options, dict(sentry_options or {}), explicit=explicit)
    _deliver_spans(provider, fresh=fresh)
    undo = sentry_trace.install() if is_stamped(provider) else None
    if undo is not None:
        _undo.append(undo)
    instrumentor = GenAIInstrumentor()
    if instrumentor.is_instrumented_by_opentelemetry:
        instrumentor.uninstrument()  # by the launcher, with other settings
    instrumentor.instrument(settings=settings, tracer_provider=own_provider.private())
    _undo.append(instrumentor.uninstrument)
    if state.runtime is not None and dsn is None:
        state.runtime.reporter.told = True  # that nothing is sent has been said above, if it is so
    if settings.http_spans and not _sentry_traces():
        _instrument_http()


def prefer(variables: Mapping[str, str]) -> None:
    """Set environment variables that the user has not set."""
    for variable, value in variables.items():
        os.environ.setdefault(variable, value)


def shutdown() -> None:
    """Deliver what is held and undo what `init` set up, as far as OpenTelemetry allows (its provider stays)."""
    if not _undo:
        return
    flush()
    while _undo:
        with Guard("shutdown"):
            _undo.pop()()


def _check_kinds(settings: object, environment: object, release: object, sentry_options: object) -> None:
    """Raise before anything is touched, as later nobody would know what was meant."""
    if not isinstance(settings, Settings):
        raise SettingsError("settings", f"expected Settings, got {settings!r}")
    for name, value in (("environment", environment), ("release", release)):
        if value is not None and not isinstance(value, str):
            raise SettingsError(name, f"expected a text, got {value!r}")
    if sentry_options is None:
        return
    if not isinstance(sentry_options, Mapping):
        raise SettingsError("sentry_options", f"expected a mapping, got {sentry_options!r}")
    from sentry_sdk.consts import DEFAULT_OPTIONS

    unknown = sorted(str(name) for name in sentry_options if name not in DEFAULT_OPTIONS)
    if unknown:
        raise SettingsError("sentry_options", f"unknown option {unknown[0]!r}")


def _check_dsn(dsn: str | None) -> str | None:
    if dsn is None:
        return None
    from sentry_sdk.utils import BadDsn, Dsn

    try:
        Dsn(dsn)
    except BadDsn as error:
        raise SettingsError("dsn", f"not a Sentry DSN: {error}") from None
    return dsn


def _stays(found: Mapping[str, Any], options: Mapping[str, Any], *, explicit: bool) -> bool:
    """Whether the service's own Sentry client stays."""
    import sentry_sdk

    client = sentry_sdk.get_client()
    same = not explicit or client.options.get("dsn") == found.get("dsn")
    return client.is_active() and not options and same


def _sentry_will_trace(found: Mapping[str, Any], options: Mapping[str, Any], *, explicit: bool) -> bool:
    """Whether Sentry's own tracing will be in charge, and not hand its spans to OpenTelemetry or take them from it."""
    import sentry_sdk

    if _stays(found, options, explicit=explicit):
        options = sentry_sdk.get_client().options
    if options.get("traces_sample_rate") is None and options.get("traces_sampler") is None:
        return False
    kinds = {getattr(item, "identifier", "") for item in options.get("integrations") or ()}
    return options.get("instrumenter") != "otel" and kinds.isdisjoint({"otlp", "opentelemetry"})


def _init_sentry(found: Mapping[str, Any], options: dict[str, Any], *, explicit: bool) -> bool:
    """Initialise Sentry unless the service did; whether it was done here."""
    import sentry_sdk

    from genai_sentry.sentry.start import link_traces

    merged = {**found, **options}
    if _stays(found, options, explicit=explicit):
        return False
    if not merged.get("dsn"):
        logger.info("no Sentry DSN: nothing is sent")
        return False
    from genai_sentry.sentry.integrations import disabled_integrations

    merged["disabled_integrations"] = [*options.get("disabled_integrations", ()), *disabled_integrations()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        sentry_sdk.init(**merged)
    link_traces()
    return True


def _deliver_spans(provider: trace.TracerProvider, *, fresh: bool) -> None:
    """Have spans sent to Sentry: those of our own provider, and those of another where Sentry is set up here."""
    _exporters[:] = [(known, exporter) for known, exporter in _exporters if known() is not None]
    exporter = next((exporter for known, exporter in _exporters if known() is provider), None)
    if exporter is None:
        if delivering() or launched() or takeover.taken_over() or not (fresh or is_stamped(provider)):
            return
        add = getattr(provider, "add_span_processor", None)
        if add is None:
            logger.info("the TracerProvider takes no exporter of ours: spans go where it sends them")
            return
        exporter = SentrySpanExporter()
        _exporters.append((weakref.ref(provider), exporter))
        add(CountingBatchProcessor(exporter))
    exporter.resume(tell=fresh)
    _undo.append(exporter.pause)


def _sentry_traces() -> bool:
    """Whether Sentry's own tracing is on: then it makes spans of HTTP requests already."""
    import sentry_sdk
    from sentry_sdk.tracing_utils import has_tracing_enabled

    client = sentry_sdk.get_client()
    return client.is_active() and has_tracing_enabled(client.options)


def _instrument_http() -> None:
    """Child spans for HTTP attempts, by OpenTelemetry's own instrumentation, for whichever client is installed."""
    from genai_sentry.telemetry import http_spans

    _undo.append(http_spans.instrument())
