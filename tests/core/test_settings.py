"""Settings come from keywords and environment, and say which of them can't be used."""

from __future__ import annotations

import logging
from dataclasses import FrozenInstanceError, fields

import pytest

from genai_sentry import Settings, SettingsError
from genai_sentry.datafile import texts
from genai_sentry.settings import variables


def test_defaults_are_the_contracts() -> None:
    """What nobody sets has the documented default."""
    settings = Settings()

    assert (1.0, "deferred", 1.0, 10.0, 5, 10.0) == (
        settings.trace_sample_rate,
        settings.events,
        settings.grace_s,
        settings.max_hold_s,
        settings.event_burst,
        settings.event_interval_s,
    )
    assert ("no_content", "none", True, False, True) == (
        settings.capture_content,
        settings.frame_locals,
        settings.http_spans,
        settings.propagate_to_providers,
        settings.sentry_metrics,
    )


def test_the_environment_is_read_and_keywords_win() -> None:
    """A variable sets its field; a keyword stands above it."""
    environ = {"GENAI_SENTRY_TRACE_SAMPLE_RATE": "0.25", "GENAI_SENTRY_GRACE_S": "3"}

    settings = Settings.from_env(environ, grace_s=2.0)

    assert (0.25, 2.0) == (settings.trace_sample_rate, settings.grace_s)


def test_every_variable_reaches_its_field() -> None:
    """No documented variable is without effect."""
    samples = {"capture_content": "span_only", "events": "off", "frame_locals": "app", "semconv": "x"}
    defaults = {item.name: item.default for item in fields(Settings)}
    for name, variable in variables().items():
        default = defaults[name]
        if name in samples:
            raw, wanted = samples[name], samples[name]
        elif isinstance(default, bool):
            raw, wanted = ("false", False) if default else ("true", True)
        elif isinstance(default, float):
            raw, wanted = ("0.5", 0.5) if name == "trace_sample_rate" else ("7.5", 7.5)
        elif isinstance(default, int):
            raw, wanted = "7", 7
        else:
            raw, wanted = "table.toml", "table.toml"

        assert wanted == getattr(Settings.from_env({variable: raw}), name), variable


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("trace_sample_rate", 1.5),
        ("trace_sample_rate", True),
        ("events", "sometimes"),
        ("capture_content", "maybe"),
        ("event_burst", 0),
        ("frame_locals", "all"),
        ("levels", {"rate_limit": "loud"}),
        ("levels", {"no_such_type": "error"}),
        ("retryable", {"rate_limit": "yes"}),
        ("report", {"rate_limit": 2}),
        ("report", 3),
        ("redact", "x"),
        ("event_burst", 2.5),
        ("levels", {"rate_limit": []}),
        ("semconv", None),
        ("semconv", ["gen_ai_latest_experimental"]),
        ("providers", 3),
        ("providers", ["acme"]),
        ("rules", None),
        ("rules", [{"then": "timeout/gateway", "code": 3}]),
        ("rules", [{"then": "timeout/gateway", "status": "502"}]),
    ],
)
def test_a_value_that_cannot_be_used_names_its_setting(name: str, value: object) -> None:
    """Nonsense raises `SettingsError`, which says where."""
    with pytest.raises(SettingsError) as caught:
        Settings(**{name: value})

    assert name == caught.value.setting
    assert name in str(caught.value)


SWITCHES = [item.name for item in fields(Settings) if isinstance(item.default, bool)]


@pytest.mark.parametrize("name", SWITCHES)
@pytest.mark.parametrize("value", ["false", 0, None])
def test_a_switch_takes_true_and_false_alone(name: str, value: object) -> None:
    """The text `false` is no true: `propagate_to_providers="false"` would send what it is to keep back."""
    with pytest.raises(SettingsError, match=f"{name}: expected True or False"):
        Settings(**{name: value})


def test_an_empty_variable_is_none() -> None:
    """What a compose file sets to nothing keeps its default, as OpenTelemetry has it: switches and numbers, too."""
    assert Settings() == Settings.from_env(dict.fromkeys(variables().values(), " "))


def test_words_in_the_environment_are_read_in_any_case() -> None:
    """`OFF` is `off`."""
    settings = Settings.from_env({"GENAI_SENTRY_EVENTS": "OFF", "GENAI_SENTRY_FRAME_LOCALS": "App"})

    assert ("off", "app") == (settings.events, settings.frame_locals)


@pytest.mark.parametrize(
    ("variable", "raw"),
    [
        ("GENAI_SENTRY_GRACE_S", "soon"),
        ("GENAI_SENTRY_GRACE_S", "-1"),
        ("GENAI_SENTRY_EVENTS", "sometimes"),
        ("GENAI_SENTRY_HTTP_SPANS", "perhaps"),
    ],
)
def test_a_variable_that_cannot_be_parsed_is_named(variable: str, raw: str) -> None:
    """The message names the variable, since that is what has to be mended."""
    with pytest.raises(SettingsError, match=variable):
        Settings.from_env({variable: raw})


def test_an_unknown_variable_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    """A start survives a variable of another version, and says so."""
    with caplog.at_level(logging.WARNING, "genai_sentry"):
        Settings.from_env({"GENAI_SENTRY_NO_SUCH": "1"})

    assert ["unknown environment variable GENAI_SENTRY_NO_SUCH is ignored"] == [r.getMessage() for r in caplog.records]


@pytest.mark.parametrize(
    ("raw", "mode"),
    [
        ("true", "span_only"),
        ("false", "no_content"),
        ("", "no_content"),
        ("SPAN_AND_EVENT", "span_and_event"),
        ("event_only", "event_only"),
    ],
)
def test_content_capture_takes_the_standard_values_and_true(raw: str, mode: str) -> None:
    """The convention's values work in any case, and so does the older `true`."""
    environ = {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": raw}

    assert mode == Settings.from_env(environ).capture_content


def test_settings_are_frozen() -> None:
    """What is in force can't change under a running process."""
    with pytest.raises(FrozenInstanceError):
        Settings().grace_s = 3.0  # type: ignore[misc]


def test_a_provider_needs_a_host() -> None:
    """An empty host would stand for nothing, or for all."""
    with pytest.raises(SettingsError, match="providers"):
        texts("providers", {"": "acme"})
