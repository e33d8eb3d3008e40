"""The distribution: what `opentelemetry-instrument` asks first."""

from __future__ import annotations

import logging
from typing import Any

from opentelemetry.instrumentation.dependencies import DependencyConflictError
from opentelemetry.instrumentation.distro import BaseDistro  # type: ignore[attr-defined]

from genai_sentry.instrumentor import environment_settings
from genai_sentry.launcher import others, signals
from genai_sentry.setup import SDK_TRACERS, prefer
from genai_sentry.telemetry import http_spans

logger = logging.getLogger("genai_sentry")

HTTP = "opentelemetry.instrumentation.httpx:"


class GenAIDistro(BaseDistro):  # type: ignore[misc]
    """Chooses exporters that are there, and gets Sentry ready for an application that doesn't set it up itself.

    Where another distribution is installed too, it goes first, and loads the instrumentations.
    """

    def _configure(self, **kwargs: Any) -> None:
        chosen = signals.asked()
        self._other = _other_distribution()
        if self._other is not None:
            try:
                self._other.configure(**kwargs)
            except Exception:
                logger.exception("the OpenTelemetry distribution beside this one can't be configured")
        signals.settle(chosen)
        if others.plain_only():
            _hush()
        prefer(SDK_TRACERS)
        self._settings = environment_settings()

    def load_instrumentor(self, entry_point: Any, **kwargs: Any) -> None:
        """Load one instrumentation; one that fails takes no other along."""
        if entry_point.value.startswith(HTTP):
            if not self._settings.http_spans:
                return
            kwargs.update(http_spans.HOOKS)
        load = super().load_instrumentor if self._other is None else self._other.load_instrumentor
        try:
            load(entry_point, **kwargs)
        except (ImportError, DependencyConflictError):
            raise  # the launcher knows what to say
        except Exception:
            logger.exception("instrumenting by %r failed; it is left out", entry_point.name)


def _hush() -> None:
    """Keep the launcher from warning of the plain configurator beside this one, which does the same."""

    def worth_saying(record: logging.LogRecord) -> bool:
        return not str(record.msg).startswith("Configuration of %s not loaded")

    logging.getLogger("opentelemetry.instrumentation.auto_instrumentation._load").addFilter(worth_saying)


def _other_distribution() -> BaseDistro | None:
    entry = others.distribution()
    if entry is None:
        return None
    try:
        made = entry.load()()
    except Exception:
        logger.exception("the OpenTelemetry distribution %r can't be loaded", entry.name)
        return None
    return made if isinstance(made, BaseDistro) else None
