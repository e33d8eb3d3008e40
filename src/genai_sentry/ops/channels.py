"""Find the ids behind the routes: which Slack workspace, which PagerDuty service."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from genai_sentry.ops.alerts import TITLES, Channels
from genai_sentry.ops.api import Api
from genai_sentry.ops.config import Config
from genai_sentry.ops.errors import ApiError, OpsError
from genai_sentry.ops.objects import Payload


def resolve(api: Api, config: Config, routes: Collection[str]) -> tuple[Channels, list[str]]:
    """The ids behind the routes in use, and what a person should know about them.

    Raises:
        OpsError: a tool is not connected and there is no fallback, or a name is unknown or stands for several.
    """
    notes: list[str] = []
    instead: list[tuple[str, str]] = []
    ids: dict[str, Payload] = {}
    named = {"slack": config.routing.slack.integration, "pagerduty": config.routing.pagerduty.integration}
    for route, name in named.items():
        if route not in routes:
            continue
        found = _connected(api, route)
        if found:
            ids[route] = _choose(found, name, f"routing.{route}.integration", TITLES[route])
            continue
        fallback = config.routing.fallback
        if name or not fallback or fallback == route or (fallback in named and not _connected(api, fallback)):
            raise OpsError(
                f"{TITLES[route]} is not connected with organisation {api.access.organization!r}: connect it in "
                f"Sentry, or take another route than {route!r} in the configuration"
            )
        instead.append((route, fallback))
        notes.append(f"{TITLES[route]} is not connected: what should go there goes by {TITLES[fallback]} instead")
    if any(target not in ids and target in named for _, target in instead):
        target = instead[0][1]
        ids[target] = _choose(_connected(api, target), named[target], f"routing.{target}.integration", TITLES[target])
    service = _service(ids.get("pagerduty"), config.routing.pagerduty.service)
    channels = Channels(
        slack=_id(ids.get("slack")),
        pagerduty=_id(ids.get("pagerduty")),
        service=_id(service),
        service_name=str(service.get("service", "")) if service else "",
        instead=tuple(instead),
    )
    return channels, notes


def _connected(api: Api, provider: str) -> list[Payload]:
    try:
        found = list(api.pages(api.path("integrations"), providerKey=provider, includeConfig="1"))
    except ApiError as error:
        raise OpsError(f"which {TITLES[provider]} is connected: {error}") from None
    return [item for item in found if _provider(item) in ("", provider)]


def _provider(item: Mapping[str, Any]) -> str:
    provider = item.get("provider")
    return str(provider.get("key", "")) if isinstance(provider, Mapping) else ""


def _id(item: Mapping[str, Any] | None) -> str | None:
    return str(item["id"]) if item and "id" in item else None


def _choose(found: list[Payload], name: str, setting: str, title: str, label: str = "name") -> Payload:
    fitting = [item for item in found if not name or name in (str(item.get("id")), item.get(label))]
    if len(fitting) == 1:
        return fitting[0]
    have = ", ".join(repr(item.get(label)) for item in found)
    if not fitting:
        raise OpsError(f"{setting}: {title} has no {name!r} here; it has {have}")
    raise OpsError(f"{setting}: {title} has several here ({have}): name one in the configuration")


def _service(integration: Payload | None, name: str) -> Payload | None:
    if integration is None:
        return None
    config = integration.get("configData")
    table = config.get("service_table") if isinstance(config, Mapping) else None
    services = [item for item in table or [] if isinstance(item, dict)]
    if not services:
        raise OpsError("routing.pagerduty.service: PagerDuty is connected, but has no service in Sentry: add one there")
    return _choose(services, name, "routing.pagerduty.service", "PagerDuty", "service")
