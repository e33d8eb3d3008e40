"""Other OpenTelemetry distributions in this environment: theirs is kept and made to work, not replaced."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

OWN = "genai_sentry"
PLAIN = "opentelemetry.distro:"
"""The module of opentelemetry-distro, which only chooses defaults and configures the SDK as this package does."""


def distribution() -> EntryPoint | None:
    """The distribution that would be used without this package."""
    return _first("opentelemetry_distro")


def configurator() -> EntryPoint | None:
    """A vendor's configurator; None where there is none but OpenTelemetry's plain one."""
    found = _first("opentelemetry_configurator")
    return None if found is None or found.value.startswith(PLAIN) else found


def plain_only() -> bool:
    """Whether opentelemetry-distro is installed, and no vendor's."""
    found = [entry for entry in _all("opentelemetry_distro") if entry.name != OWN]
    return bool(found) and all(entry.value.startswith(PLAIN) for entry in found) and configurator() is None


def _all(group: str) -> list[EntryPoint]:
    return list(entry_points(group=group))


def _first(group: str) -> EntryPoint | None:
    return next((entry for entry in _all(group) if entry.name != OWN), None)
