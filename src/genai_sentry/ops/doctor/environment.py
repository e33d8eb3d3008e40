"""Checks of variables and installed packages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from genai_sentry.ops.doctor.facts import Facts
from genai_sentry.ops.doctor.findings import ENVIRONMENT, Finding, check
from genai_sentry.settings import SettingsError

SUPPORTED: dict[str, tuple[tuple[int, ...], tuple[int, ...] | None]] = {
    "openai": ((1, 40), (4,)),
    "httpx": ((0, 27), None),
    "opentelemetry-api": ((1, 41), None),
    "opentelemetry-sdk": ((1, 41), None),
    "sentry-sdk": ((2, 60), (3,)),
}
"""Versions that this package is tested with: from, and before (None: no end known)."""


@check("settings in the environment", ENVIRONMENT)
def settings(facts: Facts) -> Iterator[Finding]:
    """Settings that can't be used: `init` refuses them, the instrumentor falls back to defaults."""
    if facts.settings_fault:
        yield Finding("settings-wrong", facts.settings_fault, "Correct the variable or unset it.")


@check("Sentry DSN", ENVIRONMENT)
def dsn(facts: Facts) -> Iterator[Finding]:
    """No DSN, or one that Sentry can't read."""
    from sentry_sdk.utils import BadDsn, Dsn

    if not facts.dsn:
        yield Finding(
            "dsn-missing",
            "No Sentry DSN: nothing is sent to Sentry.",
            "Set SENTRY_DSN, or give dsn= to genai_sentry.init(); it stands in Sentry under Client Keys.",
        )
        return
    try:
        Dsn(facts.dsn)
    except BadDsn as error:
        yield Finding(
            "dsn-malformed",
            f"The Sentry DSN can't be read ({error}): nothing is sent to Sentry.",
            "Copy it anew from Sentry, under Client Keys: https://<key>@<host>/<project number>.",
        )


@check("versions", ENVIRONMENT)
def versions(facts: Facts) -> Iterator[Finding]:
    """Installed versions that this package is not tested with."""
    for package, (first, end) in SUPPORTED.items():
        version = facts.versions.get(package)
        if version is None:
            continue
        numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:3])
        if numbers < first or (end is not None and numbers >= end):
            until = f", before {_dotted(end)}" if end is not None else ""
            yield Finding(
                "version-unsupported",
                f"{package} {version} is not supported: calls may go unseen.",
                f"Install {package} from {_dotted(first)} on{until}.",
            )


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


@check("launcher", ENVIRONMENT)
def launcher(facts: Facts) -> Iterator[Finding]:
    """The launcher alone sets up nothing: it needs a configurator, by entry point."""
    known = facts.entry_points.get("opentelemetry_configurator", frozenset())
    named = facts.environ.get("OTEL_PYTHON_CONFIGURATOR", "")
    if named and named not in known:
        yield Finding(
            "configurator-missing",
            f"OTEL_PYTHON_CONFIGURATOR names {named!r}, which is not installed: the launcher sets up nothing.",
            "Set it to genai_sentry, or unset it.",
        )
    elif facts.launched and not known:
        yield Finding(
            "configurator-missing",
            "Started by opentelemetry-instrument, and no configurator is installed: no provider, no exporter.",
            "Reinstall genai-sentry, which brings one, or call genai_sentry.init().",
        )
    distro = facts.environ.get("OTEL_PYTHON_DISTRO", "")
    if distro and distro not in facts.entry_points.get("opentelemetry_distro", frozenset()):
        yield Finding(
            "distro-missing",
            f"OTEL_PYTHON_DISTRO names {distro!r}, which is not installed.",
            "Set it to genai_sentry, or unset it.",
        )


@check("exporters that are named", ENVIRONMENT)
def exporters(facts: Facts) -> Iterator[Finding]:
    """An exporter that is named and not installed makes the launcher fail as a whole."""
    for signal in ("traces", "metrics", "logs"):
        variable = f"OTEL_{signal.upper()}_EXPORTER"
        known = facts.entry_points.get(f"opentelemetry_{signal}_exporter", frozenset())
        for name in filter(None, (part.strip() for part in facts.environ.get(variable, "").split(","))):
            if name == "none":
                continue
            if not known & _wanted(facts, signal, name):
                yield Finding(
                    "exporter-missing",
                    f"{variable} names {name!r}, but that exporter is not installed: {signal} go nowhere.",
                    f"Install it, or set {variable} to one of {', '.join(sorted(known | {'none'}))}.",
                )


OTLP = {"grpc": "otlp_proto_grpc", "http/protobuf": "otlp_proto_http"}
"""The exporter of each protocol that `otlp` can stand for."""


def _wanted(facts: Facts, signal: str, name: str) -> set[str]:
    """The exporters that a name can stand for; `otlp` without a protocol takes what there is."""
    if name != "otlp":
        return {name}
    general = facts.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "")
    protocol = facts.environ.get(f"OTEL_EXPORTER_OTLP_{signal.upper()}_PROTOCOL", general).strip()
    return {OTLP.get(protocol, protocol)} if protocol else set(OTLP.values())


@check("sampling by variables", ENVIRONMENT)
def sampling(facts: Facts) -> Iterator[Finding]:
    """Variables that leave spans out."""
    sampler = facts.environ.get("OTEL_TRACES_SAMPLER", "").strip().lower()
    share = facts.environ.get("OTEL_TRACES_SAMPLER_ARG", "1").strip()
    if sampler.endswith("always_off") or (sampler.endswith("traceidratio") and _is_zero(share)):
        yield Finding(
            "sampling-hides-spans",
            f"OTEL_TRACES_SAMPLER={sampler}: no trace is kept; dashboards of spans stay empty.",
            "Unset OTEL_TRACES_SAMPLER, or take parentbased_traceidratio with a share above 0.",
        )
    if facts.settings is not None and facts.settings.trace_sample_rate == 0:
        yield Finding(
            "sampling-hides-spans",
            "trace_sample_rate is 0: no trace is kept; dashboards of spans stay empty.",
            "Set GENAI_SENTRY_TRACE_SAMPLE_RATE above 0; failures and metrics are complete at any rate.",
        )


def _is_zero(text: str) -> bool:
    try:
        return float(text) == 0
    except ValueError:
        return False


@check("price table", ENVIRONMENT)
def prices(facts: Facts) -> Iterator[Finding]:
    """A price table that can't be used: costs would come from list prices, or be absent."""
    from genai_sentry.pricing import Pricer

    if facts.settings is None or facts.settings.prices is None:
        return
    try:
        Pricer(facts.settings.prices)
    except SettingsError as error:
        yield Finding("prices-wrong", f"The price table can't be used: {error}", "Correct the table at that place.")
