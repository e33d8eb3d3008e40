"""The TracerProvider that `init` makes where there is none: everybody's, or, where Sentry traces, for LLM spans alone.

Libraries trace themselves by OpenTelemetry as soon as there is a global provider (FastAPI does). Where Sentry's own
tracing is in charge, that would be a second trace of each request, and LLM spans would be in that one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry import trace

if TYPE_CHECKING:
    from genai_sentry.settings import Settings

_private: trace.TracerProvider | None = None


def private() -> trace.TracerProvider | None:
    """The provider that is for LLM spans alone, where there is one."""
    return _private


def find(settings: Settings, *, alone: bool) -> trace.TracerProvider:
    """The global TracerProvider, or the one made here before, or a new one.

    Args:
        settings: what a new one is made by.
        alone: whether a new one is for LLM spans alone.
    """
    existing = trace.get_tracer_provider()
    if not isinstance(existing, trace.ProxyTracerProvider):  # which stands for none; anyone's own can't be replaced
        forget()
        return existing
    global _private
    if _private is None:
        _private = _made(settings)
    provider = _private
    if not alone:
        publish()
    return provider


def publish() -> None:
    """Make the private provider everybody's, where nobody has set another."""
    provider = _private
    forget()
    if provider is not None and isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        trace.set_tracer_provider(provider)


def forget() -> None:
    """From now on the global provider is the one."""
    global _private
    _private = None


def _made(settings: Settings) -> trace.TracerProvider:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    from genai_sentry.telemetry.stamp import sampling, stamp

    sampler, rate = sampling(settings)
    provider = TracerProvider(sampler=sampler, resource=Resource.create())
    stamp(provider, rate)
    return provider
