"""Alerts: who is told of which issue (Sentry's API calls them workflows).

Two sorts: for each route one alert that follows the monitors, and alerts on events that must not wait for a window
(credentials, quota) or that the service raises itself (`llm_alert`).
"""

from __future__ import annotations

from dataclasses import dataclass

from genai_sentry.errors.taxonomy import ErrorType
from genai_sentry.ops import names
from genai_sentry.ops.config import ROUTES, Config
from genai_sentry.ops.monitors import monitors
from genai_sentry.ops.objects import Object, Payload, mark

TITLES = {"slack": "Slack", "pagerduty": "PagerDuty", "email": "e-mail"}

MONITOR_EVERY_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Channels:
    """The ids behind the routes, as far as they are known; `push` looks them up.

    Attributes:
        slack: id of the Slack integration.
        pagerduty: id of the PagerDuty integration.
        service: id of the PagerDuty service.
        service_name: its name.
        instead: the route that is taken for one whose tool is not connected.
    """

    slack: str | None = None
    pagerduty: str | None = None
    service: str | None = None
    service_name: str = ""
    instead: tuple[tuple[str, str], ...] = ()

    def route(self, wanted: str) -> str:
        """The route that is really taken."""
        return dict(self.instead).get(wanted, wanted)


def action(route: str, config: Config, channels: Channels) -> Payload:
    """What an alert does on that route."""
    if route == "slack":
        channel = config.routing.slack.channel.removeprefix("#")
        target = {"targetType": "specific", "targetIdentifier": "", "targetDisplay": channel}
        return _action("slack", channels.slack, target, {})
    if route == "pagerduty":
        service = channels.service_name or config.routing.pagerduty.service
        target = {"targetType": "specific", "targetIdentifier": channels.service or "", "targetDisplay": service}
        return _action("pagerduty", channels.pagerduty, target, {"priority": "default"})
    kind, _, identifier = config.routing.email.to.partition(":")
    email: Payload = {"targetType": kind, "targetIdentifier": identifier, "targetDisplay": None}
    return _action("email", None, email, {"fallthroughType": "ActiveMembers"} if kind == "issue_owners" else {})


def _action(kind: str, integration: str | None, target: Payload, data: Payload) -> Payload:
    return {"type": kind, "integrationId": integration, "data": data, "config": target, "status": "active"}


def _condition(kind: str) -> Payload:
    return {"type": kind, "comparison": True, "conditionResult": True}


def _tagged(tag: str, value: str) -> Payload:
    return {
        "type": "tagged_event",
        "comparison": {"key": tag, "match": "eq", "value": value},
        "conditionResult": True,
    }


def _workflow(
    name: str,
    triggers: list[Payload],
    filters: list[Payload],
    act: Payload,
    every: int,
    environment: str | None = None,
) -> Payload:
    return {
        "name": name,
        "enabled": True,
        "environment": environment,
        "config": {"frequency": every},
        "triggers": {"logicType": "any-short", "conditions": triggers},
        "actionFilters": [{"logicType": "all", "conditions": filters, "actions": [act]}],
    }


FILTERS: dict[str, tuple[str, str, str]] = {
    "authentication": ("LLM credentials refused", names.ERROR_TYPE, ErrorType.AUTHENTICATION.value),
    "quota": ("LLM quota used up", names.ERROR_TYPE, ErrorType.QUOTA_EXCEEDED.value),
    **{
        kind: (title, names.ALERT, kind)
        for kind, title in zip(
            names.ALERT_KINDS, ("LLM rate limit about to be exhausted", "LLM retry storm", "LLM budget"), strict=True
        )
    },
}
"""Alerts on events: title, tag and its value."""


def alerts(config: Config, *, project: str = "", channels: Channels | None = None) -> list[Object]:
    """The alerts as Sentry's API takes them; their names carry the marks.

    Args:
        config: routes and what is enabled.
        project: slug of the project; it becomes part of the mark, since alerts belong to the whole organisation.
        channels: ids behind the routes; without them the ids stay empty.
    """
    known = channels or Channels()
    prefix = f"{project}/" if project else ""
    return [*_for_monitors(config, prefix, known), *_for_events(config, prefix, known)]


def _for_monitors(config: Config, prefix: str, channels: Channels) -> list[Object]:
    made = []
    watched = monitors(config)
    for route in ROUTES:
        keys = tuple(item.key for item in watched if channels.route(item.route) == route)
        if not keys:
            continue
        key = f"{prefix}monitors.{route}"
        title = f"LLM monitors to {TITLES[route]}"
        triggers = [
            _condition("first_seen_event"),
            _condition("regression_event"),
            _condition("reappeared_event"),
            _condition("issue_resolved_trigger"),
        ]
        payload = _workflow(
            f"{title} {mark(key)}", triggers, [], action(route, config, channels), MONITOR_EVERY_MINUTES
        )
        made.append(Object("workflow", key, title, payload, route, keys))
    return made


def _for_events(config: Config, prefix: str, channels: Channels) -> list[Object]:
    made = []
    environments: tuple[str | None, ...] = config.environments or (None,)
    for environment in environments:
        for name, alert in config.alerts.items():
            if not alert.enabled:
                continue
            title, tag, value = FILTERS[name]
            key = f"{prefix}{name}"
            if environment is not None:
                key, title = f"{key}@{environment}", f"{title} ({environment})"
            route = channels.route(alert.route)
            # no trigger: every event counts, and the frequency keeps it from telling too often
            payload = _workflow(
                f"{title} {mark(key)}",
                [],
                [_tagged(tag, value)],
                action(route, config, channels),
                alert.every_minutes,
                environment,
            )
            made.append(Object("workflow", key, title, payload, route))
    return made
