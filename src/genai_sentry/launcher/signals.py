"""Which exporters of which signals can be used here: one that is not installed switches its signal off, no more."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from importlib.metadata import entry_points

from genai_sentry.sentry.start import DSN_VARIABLE

logger = logging.getLogger("genai_sentry")

SIGNALS = ("traces", "metrics", "logs")
PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL"
OTLP_BY_PROTOCOL = {"grpc": "otlp_proto_grpc", "http/protobuf": "otlp_proto_http"}
"""In the order of OpenTelemetry's own preference."""


def variable(signal: str) -> str:
    """The variable that names a signal's exporters."""
    return f"OTEL_{signal.upper()}_EXPORTER"


def asked() -> dict[str, str]:
    """What the user has chosen, to be called before a distribution adds its defaults."""
    names = [variable(signal) for signal in SIGNALS] + [PROTOCOL, *map(_protocol_variable, SIGNALS)]
    return {name: os.environ[name] for name in names if os.environ.get(name)}


def settle(chosen: Mapping[str, str]) -> None:
    """Leave in the environment the exporters that can be used, for whichever configurator comes next.

    Args:
        chosen: what `asked` returned; a choice of the user's that can't be followed is worth a warning.
    """
    for signal in SIGNALS:
        name = variable(signal)
        usable = [found for item in _split(os.environ.get(name, "")) if (found := _usable(item, signal, chosen))]
        if not usable and signal == "traces" and name not in chosen and os.environ.get(DSN_VARIABLE):
            usable = ["sentry"]
        os.environ[name] = ",".join(usable) or "none"


def _split(names: str) -> list[str]:
    return [item.strip() for item in names.split(",") if item.strip() and item.strip().lower() != "none"]


def _usable(exporter: str, signal: str, chosen: Mapping[str, str]) -> str | None:
    explicit = variable(signal) in chosen
    if exporter == "otlp":
        protocol = _otlp(signal, explicit, chosen)
        if protocol is not None:
            os.environ[_protocol_variable(signal)] = protocol
            return exporter
    elif _loads(exporter, signal):
        return exporter
    if explicit:
        logger.warning("%s exporter %r is not installed: without it, no %s go there", signal, exporter, signal)
    return None


def _otlp(signal: str, explicit: bool, chosen: Mapping[str, str]) -> str | None:
    """The protocol that can be spoken: the chosen one, or for an exporter that was asked for whatever there is."""
    wanted = chosen.get(_protocol_variable(signal)) or chosen.get(PROTOCOL)
    if wanted is not None:
        protocols = [wanted.strip()]
    else:
        protocols = list(OTLP_BY_PROTOCOL) if explicit else ["grpc"]
    for protocol in protocols:
        exporter = OTLP_BY_PROTOCOL.get(protocol)
        if exporter is not None and _loads(exporter, signal):
            return protocol
    return None


def _protocol_variable(signal: str) -> str:
    return f"OTEL_EXPORTER_OTLP_{signal.upper()}_PROTOCOL"


def _loads(exporter: str, signal: str) -> bool:
    for entry in entry_points(group=f"opentelemetry_{signal}_exporter", name=exporter):
        try:
            entry.load()
        except Exception as error:
            logger.warning("%s exporter %r can't be loaded: %s", signal, exporter, error)
        else:
            return True
    return False
