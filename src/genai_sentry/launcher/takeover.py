"""Sees when Sentry's `OTLPIntegration` begins to deliver spans by itself, so that none is sent twice."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import wrapt
from opentelemetry.sdk.trace import ReadableSpan

from genai_sentry import own_provider
from genai_sentry.patch.seam import Seam

MODULE = "sentry_sdk.integrations.otlp"
FUNCTION = "setup_otlp_traces_exporter"
"""Called once, when the integration adds its exporter to the TracerProvider."""

_since: int | None = None
_watching = False


def watch() -> None:
    """Notice it from now on; if it has happened already, all spans are the integration's."""
    global _since, _watching
    if _watching:
        return
    _watching = True
    if _delivers():
        _since = 0
    wrapt.when_imported(MODULE)(_imported)


def taken_over() -> bool:
    """Whether the integration delivers the spans that end now."""
    return _since is not None


def left_to_us(spans: Sequence[ReadableSpan]) -> Sequence[ReadableSpan]:
    """The spans that ended before the integration began to deliver."""
    since = _since
    if since is None:
        return spans
    return [span for span in spans if (span.end_time or 0) < since]


def _delivers() -> bool:
    get_client = getattr(sys.modules.get("sentry_sdk"), "get_client", None)
    integrations = getattr(get_client(), "integrations", None) if get_client is not None else None
    found = integrations.get("otlp") if isinstance(integrations, dict) else None
    return bool(getattr(found, "setup_otlp_traces_exporter", False))


def _imported(module: ModuleType) -> None:
    if callable(vars(module).get(FUNCTION)):
        Seam(module, FUNCTION, _noticing).install()


def _noticing(original: Callable[..., Any]) -> Callable[..., Any]:
    def setup_otlp_traces_exporter(*args: Any, **kwargs: Any) -> Any:
        global _since
        own_provider.publish()  # it adds its exporter to the global provider
        result = original(*args, **kwargs)
        _since = time.time_ns() if _since is None else _since
        return result

    return setup_otlp_traces_exporter
