"""Who is left in charge of OpenTelemetry's configuration, and of instrumentations, under the launcher."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.dependencies import DependencyConflictError
from opentelemetry.instrumentation.distro import BaseDistro
from opentelemetry.sdk._configuration import _OTelSDKConfigurator
from opentelemetry.sdk.trace import TracerProvider

from genai_sentry import Settings
from genai_sentry.launcher import configurator as configuring
from genai_sentry.launcher import distro as distributing
from genai_sentry.launcher import others
from genai_sentry.launcher.configurator import GenAIConfigurator
from genai_sentry.launcher.distro import GenAIDistro
from genai_sentry.telemetry.identity import identity


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What OpenTelemetry's own configurator was asked for; no provider is there yet, and none is made."""
    calls: list[dict[str, Any]] = []
    monkeypatch.setattr(_OTelSDKConfigurator, "_configure", lambda self, **kwargs: calls.append(kwargs))
    monkeypatch.setattr(identity, "_given", {})
    monkeypatch.setattr(identity, "_known", {})
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: SimpleNamespace())
    monkeypatch.setattr(configuring.sentry_trace, "install", lambda: None)
    monkeypatch.setattr(configuring, "environment_settings", lambda: Settings(trace_sample_rate=0.25))
    monkeypatch.setattr(others, "configurator", lambda: None)
    monkeypatch.delenv(configuring.CONFIG_FILE, raising=False)
    return calls


def test_the_settings_choose_the_sampler(asked: list[dict[str, Any]]) -> None:
    """Beside whatever the launcher says."""
    GenAIConfigurator()._configure(auto_instrumentation_version="1")  # type: ignore[no-untyped-call]
    ((made),) = asked
    assert ({"auto_instrumentation_version", "sampler"}, "1") == (set(made), made["auto_instrumentation_version"])
    assert "0.25" in made["sampler"].get_description()


def test_a_declarative_configuration_says_all(asked: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its file names sampler and exporters: nothing is added."""
    monkeypatch.setenv(configuring.CONFIG_FILE, "otel.yaml")
    GenAIConfigurator()._configure(auto_instrumentation_version="1")  # type: ignore[no-untyped-call]
    assert [{"auto_instrumentation_version": "1"}] == asked


def test_a_provider_that_is_there_stays(asked: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is configured a second time."""
    there = TracerProvider(shutdown_on_exit=False)
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: there)
    GenAIConfigurator()._configure()  # type: ignore[no-untyped-call]
    assert [] == asked


def test_a_vendors_configurator_goes_first(asked: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Alone; where it fails, instrumentations are loaded all the same, and a line says why spans go nowhere."""
    given: list[Any] = []

    class Vendor:
        def configure(self, **kwargs: Any) -> None:
            given.append(kwargs)

    monkeypatch.setattr(others, "configurator", lambda: SimpleNamespace(load=lambda: Vendor))
    GenAIConfigurator()._configure(auto_instrumentation_version="1")  # type: ignore[no-untyped-call]
    assert ([], [{"auto_instrumentation_version": "1"}]) == (asked, given)


def test_a_configuration_that_fails_takes_no_instrumentation_along(
    asked: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One line says so."""
    monkeypatch.setattr(_OTelSDKConfigurator, "_configure", lambda self, **kwargs: 1 / 0)
    with caplog.at_level(logging.ERROR, "genai_sentry"):
        GenAIConfigurator()._configure()  # type: ignore[no-untyped-call]
    assert ["OpenTelemetry can't be configured; spans go nowhere"] == [line.message for line in caplog.records]


class Other(BaseDistro):  # type: ignore[misc]
    """A distribution beside this one."""

    fails = False

    def _configure(self, **kwargs: Any) -> None:
        if self.fails:
            raise ValueError("misconfigured")

    def load_instrumentor(self, entry_point: Any, **kwargs: Any) -> None:
        loaded.append((type(self).__name__, entry_point.name, sorted(kwargs)))


loaded: list[Any] = []


@pytest.fixture
def distribution(monkeypatch: pytest.MonkeyPatch) -> GenAIDistro:
    """Ours, as the launcher makes it, with nothing of the process changed."""
    loaded.clear()
    monkeypatch.setattr(Other, "fails", False)
    monkeypatch.setattr(BaseDistro, "_instance", None, raising=False)
    monkeypatch.setattr(distributing.signals, "settle", lambda chosen: loaded.append("settled"))
    monkeypatch.setattr(distributing, "prefer", lambda tracers: None)
    monkeypatch.setattr(distributing, "environment_settings", lambda: Settings(http_spans=True))
    monkeypatch.setattr(others, "plain_only", lambda: False)
    monkeypatch.setattr(others, "distribution", lambda: None)
    return GenAIDistro()


def _entry(name: str, value: str, load: Any = None) -> Any:
    return SimpleNamespace(name=name, value=value, load=load or (lambda: None))


def test_a_distribution_beside_this_one_goes_first(
    distribution: GenAIDistro, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It loads the instrumentations, too; where it can't be configured, a line says so and the rest is done."""
    monkeypatch.setattr(others, "distribution", lambda: _entry("other", "other:Other", lambda: Other))
    monkeypatch.setattr(Other, "fails", True)
    with caplog.at_level(logging.ERROR, "genai_sentry"):
        distribution.configure()
    distribution.load_instrumentor(_entry("flask", "opentelemetry.instrumentation.flask:FlaskInstrumentor"))
    distribution.load_instrumentor(_entry("httpx", distributing.HTTP + "HTTPXClientInstrumentor"))
    assert ["settled", ("Other", "flask", []), ("Other", "httpx", sorted(distributing.http_spans.HOOKS))] == loaded
    assert ["the OpenTelemetry distribution beside this one can't be configured"] == [
        line.message for line in caplog.records
    ]


@pytest.mark.parametrize(("load", "lines"), [(lambda: 1 / 0, 1), (lambda: object, 0)])
def test_a_distribution_that_is_none_is_passed_over(
    distribution: GenAIDistro, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, load: Any, lines: int
) -> None:
    """It can't be loaded, which a line says, or is something else."""
    monkeypatch.setattr(others, "distribution", lambda: _entry("other", "other:Other", load))
    with caplog.at_level(logging.ERROR, "genai_sentry"):
        distribution.configure()
    assert ["settled"] == loaded
    assert ["the OpenTelemetry distribution 'other' can't be loaded"] * lines == [
        line.message for line in caplog.records
    ]


def test_an_instrumentation_that_fails_takes_no_other_along(
    distribution: GenAIDistro, caplog: pytest.LogCaptureFixture
) -> None:
    """What is missing is the launcher's to tell."""
    distribution.configure()
    with caplog.at_level(logging.ERROR, "genai_sentry"):
        distribution.load_instrumentor(_entry("broken", "b:B", lambda: 1 / 0))
    assert ["instrumenting by 'broken' failed; it is left out"] == [line.message for line in caplog.records]
    for missing in (ImportError("no such module"), DependencyConflictError("conflict")):

        def load(missing: Exception = missing) -> Any:
            raise missing

        with pytest.raises(type(missing)):
            distribution.load_instrumentor(_entry("missing", "m:M", load))


def test_without_spans_of_http_no_instrumentation_of_httpx_is_loaded(
    distribution: GenAIDistro, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By this package's setting."""
    monkeypatch.setattr(others, "distribution", lambda: _entry("other", "other:Other", lambda: Other))
    monkeypatch.setattr(distributing, "environment_settings", lambda: Settings(http_spans=False))
    distribution.configure()
    distribution.load_instrumentor(_entry("httpx", distributing.HTTP + "HTTPXClientInstrumentor"))
    distribution.load_instrumentor(_entry("flask", "f:F"))
    assert ["settled", ("Other", "flask", [])] == loaded
