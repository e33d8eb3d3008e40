"""`GenAIInstrumentor`: installs and removes the patches."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Any

from opentelemetry.instrumentation.instrumentor import BaseInstrumentor  # type: ignore[attr-defined]

from genai_sentry import collecting, lifecycle, warming
from genai_sentry.launcher import launched
from genai_sentry.patch import hooks
from genai_sentry.patch.state import state
from genai_sentry.sentry import outgoing, start
from genai_sentry.settings import Settings, SettingsError
from genai_sentry.telemetry import losses, propagation

logger = logging.getLogger("genai_sentry")

INSTRUMENTS: tuple[str, ...] = ()
"""Nothing has to be installed: patches are put in place when an SDK is imported, if ever."""


class GenAIInstrumentor(BaseInstrumentor):  # type: ignore[misc]
    """Observes LLM calls of the openai SDK, its relatives, and whatever else calls LLMs over httpx.

    `instrument(tracer_provider=None, meter_provider=None, settings=None)` covers clients made before it, too.
    Wrong settings in the environment never raise here: they are logged once, and defaults are used.
    """

    def instrumentation_dependencies(self) -> Collection[str]:
        """The libraries that have to be there: none."""
        return INSTRUMENTS

    def _instrument(self, **kwargs: Any) -> None:
        from genai_sentry.runtime import Runtime

        if launched():
            start.prepare()
        given = kwargs.get("settings")
        settings = environment_settings() if given is None else given
        providers = kwargs.get("tracer_provider"), kwargs.get("meter_provider")
        try:
            runtime = Runtime(settings, *providers)
        except SettingsError as error:
            if given is not None:
                raise
            _complain(error)
            settings = Settings()
            runtime = Runtime(settings, *providers)
        collecting.install()
        state.runtime = runtime
        warming.start()
        if not settings.propagate_to_providers:
            propagation.raise_barrier()
        hooks.install()
        outgoing.install()
        losses.watch()
        lifecycle.install()

    def _uninstrument(self, **kwargs: Any) -> None:
        hooks.remove()
        collecting.remove()
        outgoing.remove()
        losses.unwatch()
        propagation.lower_barrier()
        _told.clear()
        runtime, state.runtime = state.runtime, None
        if runtime is not None:
            runtime.close()


def environment_settings() -> Settings:
    """Settings from the environment; where it holds nonsense, the defaults and one line in the log."""
    try:
        return Settings.from_env()
    except SettingsError as error:
        _complain(error)
        return Settings()


_told: set[str] = set()


def _complain(error: SettingsError) -> None:
    if str(error) in _told:  # the launcher's parts read the environment one after another
        return
    _told.add(str(error))
    logger.error("settings in the environment can't be used (%s); going on with defaults", error)
