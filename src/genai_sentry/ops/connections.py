"""Connect alerts with what they follow: this package's monitors, or the project's own errors."""

from __future__ import annotations

from collections.abc import Sequence

from genai_sentry.ops.api import Api
from genai_sentry.ops.errors import OpsError
from genai_sentry.ops.objects import Object, Payload, key_of
from genai_sentry.ops.push import existing

ERROR_MONITORS = ("error", "issue_stream")
"""Types of the monitors that Sentry keeps for a project's errors, best first."""


def connect(alerts: Sequence[Object], api: Api, project_id: str) -> None:
    """Put the ids of monitors into each alert's payload.

    Raises:
        OpsError: a monitor is not there yet.
    """
    current = existing(api, "detector", project_id)
    own = {key: _number(item) for item in current if (key := key_of("detector", item)) is not None}
    errors = _error_monitor(current)
    for alert in alerts:
        if alert.watches is None:
            if errors is None:
                raise OpsError(f"project {api.access.project!r} has no monitor of its errors that alerts could follow")
            alert.payload["detectorIds"] = [errors]
            continue
        missing = [key for key in alert.watches if key not in own]
        if missing:
            raise OpsError(
                f"alert {alert.title!r} follows monitors that are not in Sentry ({', '.join(missing)}): "
                "run `genai-sentry monitors push` first, with the same configuration"
            )
        alert.payload["detectorIds"] = [own[key] for key in alert.watches]


def _error_monitor(current: Sequence[Payload]) -> int | None:
    for kind in ERROR_MONITORS:
        for item in current:
            if item.get("type") == kind:
                return _number(item)
    return None


def _number(item: Payload) -> int:
    try:
        return int(item["id"])
    except (KeyError, TypeError, ValueError):
        raise OpsError(f"monitor {item.get('name')!r} has the id {item.get('id')!r}, which is no number") from None
