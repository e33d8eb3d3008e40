"""The instrumentor never breaks a start because of its environment."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from genai_sentry import GenAIInstrumentor, Settings, SettingsError
from genai_sentry.instrumentor import environment_settings


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GENAI_SENTRY_GRACE_S", "soon"),
        ("GENAI_SENTRY_PRICES", "/no/such/table.toml"),
        ("GENAI_SENTRY_PROVIDERS", "/no/such/table.toml"),
        ("GENAI_SENTRY_BUDGETS", "/no/such/table.toml"),
    ],
)
def test_wrong_variables_are_logged_once_and_defaults_used(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, variable: str, value: str
) -> None:
    """A service starts with a wrong variable, and its log names it."""
    monkeypatch.setenv(variable, value)

    with caplog.at_level(logging.ERROR, "genai_sentry"):
        environment_settings()  # as the launcher's distro and configurator do before
        GenAIInstrumentor().instrument()
    GenAIInstrumentor().uninstrument()

    assert 1 == len(caplog.records)
    assert variable.removeprefix("GENAI_SENTRY_").lower() in caplog.text.lower()


def test_wrong_settings_given_in_code_raise(bare: Any) -> None:
    """What is passed by hand is wrong for everybody to see."""
    with pytest.raises(SettingsError, match="prices"):
        bare.instrument(Settings(prices="/no/such/table.toml"))
