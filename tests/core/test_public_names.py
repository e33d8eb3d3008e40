"""The public names are these and no others."""

from __future__ import annotations

import genai_sentry

NAMES = [
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


def test_the_names_are_frozen() -> None:
    """Adding or taking away a public name is a decision, not an accident."""
    assert sorted(NAMES) == sorted(genai_sentry.__all__)


def test_every_name_is_there() -> None:
    """What is listed can be imported, also where a module has a similar name."""
    for name in NAMES:
        value = getattr(genai_sentry, name)

        assert type(value).__name__ != "module", name
        assert getattr(value, "__doc__", None) or name == "__version__", name
