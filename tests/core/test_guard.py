"""The guard lets nothing of telemetry's faults through, and hides nothing from tests."""

from __future__ import annotations

import asyncio
import logging

import pytest

from genai_sentry import guard


def test_a_fault_is_swallowed_and_logged_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """In production the application goes on; the log says so once a minute, not once a call."""
    monkeypatch.setenv("GENAI_SENTRY_GUARD", "lenient")
    guard._last_logged.clear()

    with caplog.at_level(logging.WARNING, "genai_sentry"):
        for _ in range(3):
            with guard.Guard("step"):
                raise KeyError("x")

    assert 1 == len(caplog.records)
    assert "step" in caplog.text


def test_under_pytest_a_fault_is_raised() -> None:
    """No test passes over an internal fault."""
    with pytest.raises(KeyError), guard.Guard("step"):
        raise KeyError("x")


@pytest.mark.parametrize("kind", [KeyboardInterrupt, asyncio.CancelledError, GeneratorExit])
def test_what_is_no_fault_passes(monkeypatch: pytest.MonkeyPatch, kind: type[BaseException]) -> None:
    """An interrupt or a cancellation belongs to the application."""
    monkeypatch.setenv("GENAI_SENTRY_GUARD", "lenient")

    with pytest.raises(kind), guard.Guard("step"):
        raise kind


def test_the_log_never_holds_the_faults_text(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A fault's message may quote a prompt; only its class is logged."""
    monkeypatch.setenv("GENAI_SENTRY_GUARD", "lenient")
    guard._last_logged.clear()

    with caplog.at_level(logging.WARNING, "genai_sentry"), guard.Guard("step"):
        raise ValueError("a secret prompt")

    assert "a secret prompt" not in caplog.text
    assert "ValueError" in caplog.text
