"""Settings: one frozen dataclass, from keywords and environment."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genai_sentry.settings_error import SettingsError as SettingsError

if TYPE_CHECKING:
    from genai_sentry.errors.taxonomy import Classification
    from genai_sentry.record import CallRecord

logger = logging.getLogger("genai_sentry")

CONTENT_MODES = ("no_content", "span_only", "event_only", "span_and_event")
EVENT_MODES = ("deferred", "immediate", "enrich_only", "off")
FRAME_LOCALS = ("none", "app")
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


def _env(variable: str) -> dict[str, str]:
    return {"env": variable}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that can be set. Each field is a keyword; those with a variable come from the environment too.

    Attributes:
        trace_sample_rate: share of traces kept, 0.0 to 1.0, parent-based; only where this package makes the
            TracerProvider (`GENAI_SENTRY_TRACE_SAMPLE_RATE`).
        capture_content: prompts and outputs on spans: `no_content`, `span_only`, `event_only`, `span_and_event`;
            `True` means `span_only` (`OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`).
        redact: called with each captured text before it is put on a span; returns what may be kept.
        events: when a failure is sent to Sentry: `deferred`, `immediate`, `enrich_only`, `off`
            (`GENAI_SENTRY_EVENTS`).
        grace_s: seconds to hold a failure whose exception can't be watched (`GENAI_SENTRY_GRACE_S`).
        max_hold_s: longest hold of a failure while its exception lives, in seconds (`GENAI_SENTRY_MAX_HOLD_S`).
        event_burst: events of one fingerprint let through at once (`GENAI_SENTRY_EVENT_BURST`).
        event_interval_s: seconds until one more event of that fingerprint is let through
            (`GENAI_SENTRY_EVENT_INTERVAL_S`).
        levels: Sentry level per error type, in place of the taxonomy's.
        retryable: retryability per error type, in place of the taxonomy's.
        report: per error type the share of failures that become events, or False for none.
        frame_locals: local variables on stack frames: `none`, or `app` for the application's own
            (`GENAI_SENTRY_FRAME_LOCALS`).
        fingerprint: called with classification and call; returns a Sentry fingerprint, or None for the usual one.
        report_truncated: whether finish reason `length` is a failure (`GENAI_SENTRY_REPORT_TRUNCATED`).
        http_spans: child spans for HTTP attempts, where `init` sets up tracing (`GENAI_SENTRY_HTTP_SPANS`).
        propagate_to_providers: whether trace headers are sent to LLM hosts
            (`GENAI_SENTRY_PROPAGATE_TO_PROVIDERS`).
        sentry_metrics: whether counts, costs and durations go to Sentry's metrics (`GENAI_SENTRY_METRICS`).
        include_usage: ask for usage in streams that do not, hiding the extra chunk (`GENAI_SENTRY_INCLUDE_USAGE`).
        estimate_usage: count tokens locally where a stream names none; needs the `tokens` extra
            (`GENAI_SENTRY_ESTIMATE_USAGE`).
        prices: a price table, or the path of a TOML or JSON file (`GENAI_SENTRY_PRICES`).
        update_prices: whether genai-prices may fetch newer price data now and then.
        rules: error rules of your own, asked before the built-in ones.
        classifier: asked for a classification of what is `unknown`, off the request path.
        providers: host to provider name, or the path of a TOML or JSON file (`GENAI_SENTRY_PROVIDERS`).
        forecast_horizon_s: how many seconds ahead an exhausted limit is announced
            (`GENAI_SENTRY_FORECAST_HORIZON_S`).
        budgets: spending limits, or the path of a TOML or JSON file (`GENAI_SENTRY_BUDGETS`).
        semconv: comma-separated opt-ins; `gen_ai_latest_experimental` also records the successor metric names
            (`OTEL_SEMCONV_STABILITY_OPT_IN`).
    """

    trace_sample_rate: float = field(default=1.0, metadata=_env("GENAI_SENTRY_TRACE_SAMPLE_RATE"))
    capture_content: str | bool = field(
        default="no_content", metadata=_env("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT")
    )
    redact: Callable[[str], str] | None = None
    events: str = field(default="deferred", metadata=_env("GENAI_SENTRY_EVENTS"))
    grace_s: float = field(default=1.0, metadata=_env("GENAI_SENTRY_GRACE_S"))
    max_hold_s: float = field(default=10.0, metadata=_env("GENAI_SENTRY_MAX_HOLD_S"))
    event_burst: int = field(default=5, metadata=_env("GENAI_SENTRY_EVENT_BURST"))
    event_interval_s: float = field(default=10.0, metadata=_env("GENAI_SENTRY_EVENT_INTERVAL_S"))
    levels: Mapping[str, str] = field(default_factory=dict)
    retryable: Mapping[str, bool] = field(default_factory=dict)
    report: Mapping[str, float | bool] = field(default_factory=dict)
    frame_locals: str = field(default="none", metadata=_env("GENAI_SENTRY_FRAME_LOCALS"))
    fingerprint: Callable[[Classification, CallRecord], list[str] | None] | None = None
    report_truncated: bool = field(default=False, metadata=_env("GENAI_SENTRY_REPORT_TRUNCATED"))
    http_spans: bool = field(default=True, metadata=_env("GENAI_SENTRY_HTTP_SPANS"))
    propagate_to_providers: bool = field(default=False, metadata=_env("GENAI_SENTRY_PROPAGATE_TO_PROVIDERS"))
    sentry_metrics: bool = field(default=True, metadata=_env("GENAI_SENTRY_METRICS"))
    include_usage: bool = field(default=False, metadata=_env("GENAI_SENTRY_INCLUDE_USAGE"))
    estimate_usage: bool = field(default=False, metadata=_env("GENAI_SENTRY_ESTIMATE_USAGE"))
    prices: Mapping[str, Any] | str | Path | None = field(default=None, metadata=_env("GENAI_SENTRY_PRICES"))
    update_prices: bool = False
    rules: Sequence[Any] = ()
    classifier: Callable[..., Any] | None = None
    providers: Mapping[str, str] | str | Path | None = field(default=None, metadata=_env("GENAI_SENTRY_PROVIDERS"))
    forecast_horizon_s: float = field(default=60.0, metadata=_env("GENAI_SENTRY_FORECAST_HORIZON_S"))
    budgets: Sequence[Any] | Mapping[str, Any] | str | Path | None = field(
        default=None, metadata=_env("GENAI_SENTRY_BUDGETS")
    )
    semconv: str = field(default="", metadata=_env("OTEL_SEMCONV_STABILITY_OPT_IN"))

    def __post_init__(self) -> None:
        """Check every value; raise `SettingsError` naming the first field that can't be used."""
        object.__setattr__(self, "capture_content", _content_mode(self.capture_content))
        _check(self)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
        """Read the environment; keywords win over it.

        Raises:
            SettingsError: a variable's value can't be used; the message names the variable.
        """
        source = os.environ if environ is None else environ
        values: dict[str, Any] = {}
        for item in fields(cls):
            variable = item.metadata.get("env")
            raw = source.get(variable) if variable else None
            if variable is None or raw is None or item.name in overrides:
                continue
            if text := raw.strip():  # an empty variable is none, as OpenTelemetry has it
                values[item.name] = _parse(variable, item.default, text.lower() if item.name in _CHOICES else text)
        warn_unknown(source)
        try:
            return cls(**values, **overrides)
        except SettingsError as error:
            variable = variables().get(error.setting)
            if variable is None or error.setting not in values:
                raise
            raise SettingsError(variable, error.problem) from None

    @property
    def captures_spans(self) -> bool:
        """Whether prompts and outputs are put on spans."""
        return self.capture_content in ("span_only", "span_and_event")


def variables() -> dict[str, str]:
    """Environment variable of each field that has one."""
    return {item.name: item.metadata["env"] for item in fields(Settings) if "env" in item.metadata}


def warn_unknown(environ: Mapping[str, str]) -> None:
    """Say which `GENAI_SENTRY_*` variables nobody reads: a warning, so that a roll-back does not break a start."""
    known = {*variables().values(), *OTHER_VARIABLES}
    for name in sorted(environ):
        if name.startswith("GENAI_SENTRY_") and name not in known:
            logger.warning("unknown environment variable %s is ignored", name)


OTHER_VARIABLES: frozenset[str] = frozenset(
    {
        "GENAI_SENTRY_FILE_MAX_BYTES",
        "GENAI_SENTRY_FILE_MAX_FILES",
        "GENAI_SENTRY_FILE_PATH",
        "GENAI_SENTRY_GUARD",
        "GENAI_SENTRY_TEST_TIER",
        "GENAI_SENTRY_SHARED",
    }
)
"""Variables of this package that are no setting of an application: the file exporter reads its own."""


def _content_mode(value: str | bool) -> str:
    if isinstance(value, bool):
        return "span_only" if value else "no_content"
    text = str(value).strip().lower()
    if text in _TRUE:
        return "span_only"
    if text in _FALSE:
        return "no_content"
    return text


def _parse(variable: str, default: object, text: str) -> object:
    if isinstance(default, bool):
        if text.lower() in _TRUE:
            return True
        if text.lower() in _FALSE:
            return False
        raise SettingsError(variable, f"expected true or false, got {text!r}")
    if isinstance(default, int | float):
        try:
            return type(default)(text)
        except ValueError:
            raise SettingsError(variable, f"expected a number, got {text!r}") from None
    return text


_RANGES: dict[str, tuple[float, float]] = {
    "trace_sample_rate": (0.0, 1.0),
    "grace_s": (0.0, 3600.0),
    "max_hold_s": (0.0, 3600.0),
    "event_burst": (1, 1_000_000),
    "event_interval_s": (0.0, 86_400.0),
    "forecast_horizon_s": (1.0, 86_400.0),
}
_WHOLE = frozenset({"event_burst"})
_CHOICES: dict[str, tuple[str, ...]] = {
    "capture_content": CONTENT_MODES,
    "events": EVENT_MODES,
    "frame_locals": FRAME_LOCALS,
}


def _check(settings: Settings) -> None:
    for name, (low, high) in _RANGES.items():
        value = getattr(settings, name)
        kind = int if name in _WHOLE else int | float
        if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
            number = "a whole number" if name in _WHOLE else "a number"
            raise SettingsError(name, f"expected {number} from {low:g} to {high:g}, got {value!r}")
    for item in fields(settings):
        if isinstance(item.default, bool) and item.name not in _CHOICES:
            value = getattr(settings, item.name)
            if not isinstance(value, bool):  # the text "false" would be true
                raise SettingsError(item.name, f"expected True or False, got {value!r}")
    for name, allowed in _CHOICES.items():
        value = getattr(settings, name)
        if value not in allowed:
            raise SettingsError(name, f"expected one of {', '.join(allowed)}, got {value!r}")
    for name in ("redact", "fingerprint", "classifier"):
        value = getattr(settings, name)
        if value is not None and not callable(value):
            raise SettingsError(name, f"expected a callable, got {value!r}")
    if not isinstance(settings.semconv, str):
        raise SettingsError("semconv", f"expected a text, got {settings.semconv!r}")
    _check_providers(settings.providers)
    _check_per_type(settings)
    _check_rules(settings.rules)


def _check_providers(providers: object) -> None:
    """Kinds only: a file is read, and a table looked through, where it is used."""
    if providers is None or isinstance(providers, str | Path):
        return
    if not isinstance(providers, Mapping):
        raise SettingsError("providers", f"expected a table or a file's path, got {providers!r}")


def _check_rules(rules: Sequence[Any]) -> None:
    if not isinstance(rules, list | tuple):
        raise SettingsError("rules", f"expected a list of rules, got {rules!r}")
    if not rules:
        return
    from genai_sentry.errors.classify import Classifier

    for place, rule in enumerate(rules):
        try:
            Classifier([rule])
        except (TypeError, ValueError) as fault:
            raise SettingsError("rules", f"rule {place + 1}: {fault}") from fault


def _check_per_type(settings: Settings) -> None:
    from genai_sentry.errors.taxonomy import ErrorType, Severity

    types = {str(member) for member in ErrorType}
    levels = {str(member) for member in Severity}
    for name in ("levels", "retryable", "report"):
        table = getattr(settings, name)
        if not isinstance(table, Mapping):
            raise SettingsError(name, f"expected a mapping by error type, got {table!r}")
        for key, value in table.items():
            if str(key) not in types:
                raise SettingsError(name, f"unknown error type {key!r}; known are {', '.join(sorted(types))}")
            if name == "levels" and str(value) not in levels:
                raise SettingsError(name, f"{key}: expected one of {', '.join(sorted(levels))}, got {value!r}")
            if name == "retryable" and not isinstance(value, bool):
                raise SettingsError(name, f"{key}: expected True or False, got {value!r}")
            if name == "report" and not (isinstance(value, int | float) and 0 <= value <= 1):
                raise SettingsError(name, f"{key}: expected a share from 0 to 1, or False, got {value!r}")
