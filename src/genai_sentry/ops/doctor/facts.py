"""What the checks look at, taken once: environment, packages, and the live objects of Sentry and OpenTelemetry."""

from __future__ import annotations

import importlib.metadata
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from genai_sentry import own_provider
from genai_sentry.settings import Settings, SettingsError

PACKAGES = (
    "anthropic",
    "httpx",
    "httpx2",
    "openai",
    "opentelemetry-api",
    "opentelemetry-sdk",
    "sentry-sdk",
)
"""Packages whose versions matter."""

GROUPS = (
    "opentelemetry_configurator",
    "opentelemetry_distro",
    "opentelemetry_traces_exporter",
    "opentelemetry_metrics_exporter",
    "opentelemetry_logs_exporter",
)
"""Groups of entry points that matter."""


@dataclass(slots=True)
class Facts:
    """A set-up as it is.

    Attributes:
        environ: environment variables.
        versions: installed versions of `PACKAGES`.
        entry_points: names by group, for `GROUPS`.
        launched: whether this process was started by `opentelemetry-instrument`.
        settings: this package's settings in force; None where they can't be used.
        settings_fault: why not.
        client: Sentry's client; None where Sentry is not set up, or not looked at.
        provider: the TracerProvider of LLM spans: OpenTelemetry's global one, or this package's own.
        propagator: OpenTelemetry's global propagator.
        runtime: what this package's instrumentation made; None where it is not active.
        warnings: what OpenTelemetry warned of while the service was set up.
    """

    environ: Mapping[str, str]
    versions: Mapping[str, str] = field(default_factory=dict)
    entry_points: Mapping[str, frozenset[str]] = field(default_factory=dict)
    launched: bool = False
    settings: Settings | None = None
    settings_fault: str = ""
    client: Any = None
    provider: Any = None
    propagator: Any = None
    runtime: Any = None
    warnings: tuple[str, ...] = ()

    @property
    def dsn(self) -> str:
        """The DSN in force: the client's, else the environment's; empty where there is none."""
        own = self.client.options.get("dsn") if self.client is not None else None
        return str(own or self.environ.get("SENTRY_DSN") or "").strip()

    @property
    def integrations(self) -> Mapping[str, Any]:
        """Sentry's active integrations, by identifier."""
        return getattr(self.client, "integrations", None) or {}

    def option(self, name: str) -> Any:
        """An option of Sentry's client; None where there is none."""
        return self.client.options.get(name) if self.client is not None else None

    def exporters(self) -> Iterator[Any]:
        """Exporters behind the provider's span processors."""
        for processor in self.processors():
            exporter = getattr(processor, "span_exporter", None)
            if exporter is not None:
                yield exporter

    def processors(self) -> Iterator[Any]:
        """The provider's span processors, nested ones included."""
        waiting = [getattr(self.provider, "_active_span_processor", None)]
        while waiting:
            processor = waiting.pop(0)
            if processor is None:
                continue
            nested = getattr(processor, "_span_processors", None)
            if isinstance(nested, tuple | list):
                waiting.extend(nested)
            else:
                yield processor


class Overheard(logging.Handler):
    """Collects warnings of OpenTelemetry while a service is set up."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message."""
        self.messages.append(record.getMessage())

    def __enter__(self) -> Overheard:
        logging.getLogger("opentelemetry").addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("opentelemetry").removeHandler(self)


def of_environment(environ: Mapping[str, str] | None = None) -> Facts:
    """Facts that need no service: variables and packages."""
    source = os.environ if environ is None else environ
    facts = Facts(
        source,
        versions=dict(_versions()),
        entry_points={group: _names(group) for group in GROUPS},
        launched="opentelemetry.instrumentation.auto_instrumentation._load" in sys.modules,
    )
    try:
        facts.settings = Settings.from_env(source)
    except SettingsError as error:
        facts.settings_fault = str(error)
    return facts


def of_process(facts: Facts, warnings: tuple[str, ...] = ()) -> Facts:
    """Add the live objects of this process, after its service was set up."""
    import sentry_sdk
    from opentelemetry import trace
    from opentelemetry.propagate import get_global_textmap

    from genai_sentry.patch.state import state

    client = sentry_sdk.get_client()
    facts.client = client if client.is_active() else None
    facts.provider = _sdk_provider(own_provider.private() or trace.get_tracer_provider())
    facts.propagator = get_global_textmap()
    facts.runtime = state.runtime
    facts.warnings = warnings
    if facts.runtime is not None:
        facts.settings = facts.runtime.settings
        facts.settings_fault = ""
    return facts


def _sdk_provider(provider: Any) -> Any:
    """The SDK's provider that another one hands on to, as Logfire's does; else the provider itself."""
    from opentelemetry.sdk.trace import TracerProvider

    if isinstance(provider, TracerProvider):
        return provider
    return next(
        (held for held in getattr(provider, "__dict__", {}).values() if isinstance(held, TracerProvider)), provider
    )


def _versions() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        try:
            yield package, importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue


def _names(group: str) -> frozenset[str]:
    return frozenset(point.name for point in importlib.metadata.entry_points(group=group))
