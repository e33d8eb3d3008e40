"""The small TOML file behind dashboards, monitors and alerts: thresholds, environments, routing.

Everything has a default, so the file is optional and holds only what differs:

    environments = ["production"]         # none: one set for all environments
    labels = ["feature", "tenant"]        # labels that the cost dashboard breaks down by

    [routing]
    fallback = "email"                    # where a route goes whose tool is not connected with Sentry
    [routing.slack]
    channel = "#llm-alerts"
    integration = "acme"                  # workspace by name or id; needed only where there are several
    [routing.pagerduty]
    service = "LLM on-call"               # needed only where there are several
    [routing.email]
    to = "team:4321"                      # or user:<id>, or issue_owners

    [monitors.rate_limit]
    threshold = 10
    window_minutes = 5
    route = "slack"

    [objective]
    target = 99.9

    [alerts.authentication]
    route = "pagerduty"
    every_minutes = 30
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from genai_sentry.errors.taxonomy import ErrorType
from genai_sentry.ops.errors import ConfigError
from genai_sentry.ops.reading import filled, known, one_of, scalar, section, table, words

ROUTES = ("slack", "pagerduty", "email")
WINDOWS = (1, 5, 10, 15, 30, 60, 120, 240, 1440)
"""Windows that Sentry's monitors know, in minutes."""

EVERY = (0, 5, 10, 30, 60, 180, 720, 1440)
"""Minutes between two notifications of one issue that Sentry's alerts know; 0 notifies each time."""

COMPARE_WITH: Mapping[str, int] = {
    "5m": 300,
    "15m": 900,
    "1h": 3600,
    "1d": 86_400,
    "1w": 604_800,
    "30d": 2_592_000,
}
"""What a monitor of change can compare with: how long ago, in seconds."""


@dataclass(frozen=True, slots=True)
class MonitorConfig:
    """One monitor.

    Attributes:
        threshold: above it the monitor opens an issue; `UNITS` says in what.
        window_minutes: over which time it looks; one of `WINDOWS`.
        route: who is told: `slack`, `pagerduty`, `email`.
        enabled: whether it is wanted at all.
        compare_with: monitors of change: how long ago the usual is taken from; one of `COMPARE_WITH`.
    """

    threshold: float
    window_minutes: int
    route: str
    enabled: bool = True
    compare_with: str = ""


UNITS: Mapping[str, str] = {
    "rate_limit": "errors",
    "context_length": "errors",
    "cost": "% above the usual",
    "latency": "seconds, mean",
    "failure_rate": "% of calls",
}
"""What each monitor's threshold counts."""


@dataclass(frozen=True, slots=True)
class ObjectiveConfig:
    """A service-level objective.

    Attributes:
        target: share of calls that succeed, in percent.
        days: the time over which it holds.
        exclude: error types that do not count against it; by default what the caller did wrong or gave up.
        route: who is told when the budget burns fast; slow burning goes to `slow_route`.
        slow_route: who is told when it burns slowly.
        enabled: whether it is wanted at all.
    """

    target: float = 99.9
    days: int = 30
    exclude: tuple[str, ...] = ("cancelled", "invalid_request", "context_length", "content_filter")
    route: str = "pagerduty"
    slow_route: str = "slack"
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class AlertConfig:
    """One alert on events.

    Attributes:
        route: who is told.
        every_minutes: least time between two notifications of one issue; one of `EVERY`.
        enabled: whether it is wanted at all.
    """

    route: str
    every_minutes: int = 30
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class SlackConfig:
    """Where Slack messages go. `integration`: the workspace's name in Sentry or its id; empty takes the only one."""

    channel: str = "#llm-alerts"
    integration: str = ""


@dataclass(frozen=True, slots=True)
class PagerDutyConfig:
    """Which PagerDuty service is paged; names or ids; empty takes the only one."""

    service: str = ""
    integration: str = ""


@dataclass(frozen=True, slots=True)
class EmailConfig:
    """Who gets mail: `issue_owners`, `team:<id>` or `user:<id>`."""

    to: str = "issue_owners"


@dataclass(frozen=True, slots=True)
class Routing:
    """Where each route leads.

    Attributes:
        slack, pagerduty, email: the tools.
        fallback: the route taken where a tool is not connected with Sentry; empty makes that an error.
    """

    slack: SlackConfig = SlackConfig()
    pagerduty: PagerDutyConfig = PagerDutyConfig()
    email: EmailConfig = EmailConfig()
    fallback: str = "email"


_LABELS = ("feature", "tenant")


def _monitors() -> dict[str, MonitorConfig]:
    return {
        "rate_limit": MonitorConfig(10.0, 5, "slack"),
        "context_length": MonitorConfig(5.0, 10, "pagerduty"),
        "cost": MonitorConfig(50.0, 60, "email", compare_with="1d"),
        "latency": MonitorConfig(5.0, 5, "slack"),
        "failure_rate": MonitorConfig(5.0, 15, "slack"),
    }


def _alerts() -> dict[str, AlertConfig]:
    return {
        "authentication": AlertConfig("pagerduty"),
        "quota": AlertConfig("pagerduty"),
        "rate_limit_forecast": AlertConfig("slack"),
        "retry_storm": AlertConfig("slack"),
        "budget": AlertConfig("email", every_minutes=60),
    }


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that can be set; the defaults need no file.

    Attributes:
        environments: Sentry environments, each with a set of monitors and alerts of its own; none: one for all.
        labels: labels by which the cost dashboard breaks down.
        routing: who is told, and how.
        monitors, alerts: by key.
        objective: the service-level objective.
    """

    environments: tuple[str, ...] = ()
    labels: tuple[str, ...] = _LABELS
    routing: Routing = Routing()
    monitors: Mapping[str, MonitorConfig] = field(default_factory=_monitors)
    objective: ObjectiveConfig = ObjectiveConfig()
    alerts: Mapping[str, AlertConfig] = field(default_factory=_alerts)


def load(path: str | Path | None) -> Config:
    """Read a configuration file; None gives the defaults.

    Raises:
        ConfigError: it can't be read, has an unknown key or an impossible value; the message names file and key.
    """
    if path is None:
        return Config()
    try:
        text = Path(path).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ConfigError(f"{path}: can't be read: {reason}") from None
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    try:
        return read(parsed)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


BURNS: tuple[tuple[str, int, float], ...] = (("fast", 60, 0.02), ("medium", 240, 0.05), ("slow", 1440, 0.10))
"""Burn-rate monitors: name, window in minutes, and the share of the error budget that may burn in that window.

Sentry's monitors look at one window each, so the usual second, shorter window that ends an alarm early is left out;
windows of six hours do not exist there, hence four.
"""


def burn_rate(days: int, window_minutes: int, share: float) -> float:
    """How many times faster than allowed the budget burns when that share of it goes in that window."""
    return share * days * 24 * 60 / window_minutes


def read(given: Mapping[str, Any]) -> Config:
    """A configuration from a parsed file; raises `ConfigError` naming the key."""
    known("", given, {item.name for item in dataclasses.fields(Config)})
    routing = table("routing", given.get("routing", {}))
    known("routing", routing, {"slack", "pagerduty", "email", "fallback"})
    config = Config(
        environments=words("environments", given.get("environments", ()), _ENVIRONMENT),
        labels=words("labels", given.get("labels", _LABELS), _LABEL),
        routing=Routing(
            slack=filled("routing.slack", SlackConfig(), routing.get("slack", {})),
            pagerduty=filled("routing.pagerduty", PagerDutyConfig(), routing.get("pagerduty", {})),
            email=filled("routing.email", EmailConfig(), routing.get("email", {})),
            fallback=scalar("routing.fallback", "email", routing.get("fallback", "email")),
        ),
        monitors=section("monitors", _monitors(), given.get("monitors", {})),
        objective=filled("objective", ObjectiveConfig(), given.get("objective", {})),
        alerts=section("alerts", _alerts(), given.get("alerts", {})),
    )
    _check_routing(config.routing)
    for key, monitor in config.monitors.items():
        _check_monitor(f"monitors.{key}", key, monitor)
    _check_objective(config.objective)
    for key, alert in config.alerts.items():
        one_of(f"alerts.{key}.route", alert.route, ROUTES)
        one_of(f"alerts.{key}.every_minutes", alert.every_minutes, EVERY)
    return config


_ENVIRONMENT = re.compile(r"[^\s/\[\]]{1,64}")
_LABEL = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_RECIPIENT = re.compile(r"issue_owners|(team|user):[0-9]+")


def _check_routing(routing: Routing) -> None:
    if routing.fallback:
        one_of("routing.fallback", routing.fallback, ROUTES)
    if not routing.slack.channel.strip("#@ "):
        raise ConfigError(f"routing.slack.channel: expected a channel, got {routing.slack.channel!r}")
    if not _RECIPIENT.fullmatch(routing.email.to):
        raise ConfigError(f"routing.email.to: expected issue_owners, team:<id> or user:<id>, got {routing.email.to!r}")


def _check_monitor(where: str, key: str, monitor: MonitorConfig) -> None:
    if monitor.threshold <= 0:
        raise ConfigError(f"{where}.threshold: expected more than 0 ({UNITS[key]}), got {monitor.threshold!r}")
    if key == "failure_rate" and monitor.threshold >= 100:
        raise ConfigError(f"{where}.threshold: no more than 100 % of calls can fail, got {monitor.threshold!r}")
    one_of(f"{where}.window_minutes", monitor.window_minutes, WINDOWS)
    one_of(f"{where}.route", monitor.route, ROUTES)
    if key == "cost":
        one_of(f"{where}.compare_with", monitor.compare_with, COMPARE_WITH)
    elif monitor.compare_with:
        raise ConfigError(f"{where}.compare_with: this monitor compares with nothing; only monitors.cost does")


def _check_objective(objective: ObjectiveConfig) -> None:
    if not 0 < objective.target < 100:
        raise ConfigError(f"objective.target: expected a share between 0 and 100 %, got {objective.target!r}")
    if not 1 <= objective.days <= 90:
        raise ConfigError(f"objective.days: expected 1 to 90, got {objective.days!r}")
    for name, window, share in BURNS:
        failing = burn_rate(objective.days, window, share) * (100 - objective.target)
        if failing >= 100:
            raise ConfigError(
                f"objective.target: at {objective.target:g} % in {objective.days} days the {name} burn would need "
                f"{failing:.0f} % of calls to fail; raise the target or shorten the days"
            )
    types = {str(member) for member in ErrorType}
    for name in objective.exclude:
        one_of("objective.exclude", name, sorted(types))
    one_of("objective.route", objective.route, ROUTES)
    one_of("objective.slow_route", objective.slow_route, ROUTES)
