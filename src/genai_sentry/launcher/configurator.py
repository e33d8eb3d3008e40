"""The configurator: makes the providers for `opentelemetry-instrument`."""

from __future__ import annotations

import logging
import os
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk._configuration import _OTelSDKConfigurator
from opentelemetry.sdk.trace import TracerProvider

from genai_sentry.instrumentor import environment_settings
from genai_sentry.launcher import others
from genai_sentry.telemetry import sentry_trace
from genai_sentry.telemetry.identity import environment_of_the_process, identity, release_of_the_process
from genai_sentry.telemetry.stamp import sampling, stamp

logger = logging.getLogger("genai_sentry")

CONFIG_FILE = "OTEL_CONFIG_FILE"


class GenAIConfigurator(_OTelSDKConfigurator):
    """OpenTelemetry's own configuration, plus sample rate, environment and release on spans, and both trace headers.

    A vendor's configurator, a declarative configuration and an existing TracerProvider are left in charge.
    """

    def _configure(self, **kwargs: Any) -> None:
        identity.give(environment_of_the_process(), release_of_the_process())
        try:
            self._set_up(kwargs)
        except Exception:
            # Raised, it would keep the launcher from loading any instrumentation.
            logger.exception("OpenTelemetry can't be configured; spans go nowhere")

    def _set_up(self, kwargs: dict[str, Any]) -> None:
        other = others.configurator()
        if other is not None:
            other.load()().configure(**kwargs)
            return
        if isinstance(trace.get_tracer_provider(), TracerProvider):
            return
        if os.environ.get(CONFIG_FILE):
            super()._configure(**kwargs)  # type: ignore[no-untyped-call]
            return
        sampler, rate = sampling(environment_settings())
        if sampler is not None:
            kwargs.setdefault("sampler", sampler)
        super()._configure(**kwargs)  # type: ignore[no-untyped-call]
        provider = trace.get_tracer_provider()
        if isinstance(provider, TracerProvider):
            stamp(provider, rate)
        sentry_trace.install()
