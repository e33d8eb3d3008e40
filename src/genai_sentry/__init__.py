"""LLM calls in production, observable in Sentry: one span per call, every failure classified, one event each.

The public names; everything else is private. What is heavy is imported when it is first asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from genai_sentry.settings import Settings, SettingsError
from genai_sentry.version import __version__

if TYPE_CHECKING:
    from genai_sentry.batches import record_batch_results
    from genai_sentry.errors.classify import classify
    from genai_sentry.errors.taxonomy import Classification, ErrorType, Reason, Severity
    from genai_sentry.flushing import flush
    from genai_sentry.instrumentor import GenAIInstrumentor
    from genai_sentry.labels import label
    from genai_sentry.pricing import Cost
    from genai_sentry.pricing.estimate import estimate_monthly_cost, price
    from genai_sentry.recording import record_call
    from genai_sentry.retries import is_retryable, retry_wait
    from genai_sentry.sentry.processor import GenAIErrorProcessor
    from genai_sentry.setup import init, shutdown
    from genai_sentry.statistics import Stats, stats
    from genai_sentry.triage import LLMTriage

_HOMES: dict[str, str] = {
    "Classification": "errors.taxonomy",
    "Cost": "pricing",
    "ErrorType": "errors.taxonomy",
    "GenAIErrorProcessor": "sentry.processor",
    "GenAIInstrumentor": "instrumentor",
    "LLMTriage": "triage",
    "Reason": "errors.taxonomy",
    "Severity": "errors.taxonomy",
    "Stats": "statistics",
    "classify": "errors.classify",
    "estimate_monthly_cost": "pricing.estimate",
    "flush": "flushing",
    "init": "setup",
    "is_retryable": "retries",
    "label": "labels",
    "price": "pricing.estimate",
    "record_batch_results": "batches",
    "record_call": "recording",
    "retry_wait": "retries",
    "shutdown": "setup",
    "stats": "statistics",
}

__all__ = [
    "Classification",
    "Cost",
    "ErrorType",
    "GenAIErrorProcessor",
    "GenAIInstrumentor",
    "LLMTriage",
    "Reason",
    "Settings",
    "SettingsError",
    "Severity",
    "Stats",
    "__version__",
    "classify",
    "estimate_monthly_cost",
    "flush",
    "init",
    "is_retryable",
    "label",
    "price",
    "record_batch_results",
    "record_call",
    "retry_wait",
    "shutdown",
    "stats",
]


if not TYPE_CHECKING:  # a type checker would take any name for granted

    def __getattr__(name: str) -> Any:
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
