"""The recorded traffic, sent once more: to a real Sentry."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from genai_sentry.testing import Delivery
from genai_sentry.version import __version__

TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Target:
    """A Sentry project, by its DSN.

    Attributes:
        base: the API's root, with the project.
        key: the DSN's public key.
        project: the project's number.
        host: the DSN's host name.
    """

    base: str
    key: str
    project: str
    host: str

    @classmethod
    def of(cls, dsn: str) -> Target:
        """Read a DSN.

        Raises:
            ValueError: it is none.
        """
        parts = urlsplit(dsn)
        path, _, project = parts.path.rpartition("/")
        if parts.scheme not in ("http", "https") or not parts.hostname or not parts.username or not project.isdigit():
            raise ValueError("not a Sentry DSN (https://KEY@HOST/PROJECT)")
        port = f":{parts.port}" if parts.port else ""
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return cls(f"{parts.scheme}://{host}{port}{path}/api/{project}", parts.username, project, parts.hostname)

    def where_to_look(self) -> str:
        """Where a person finds the demo's traffic."""
        labels = self.host.split(".")
        # Sentry's own service takes events at hosts such as o1.ingest.us.sentry.io.
        root = (
            "https://sentry.io"
            if self.host.endswith("sentry.io") and "ingest" in labels
            else self.base.split("/api/")[0]
        )
        return (
            f"{root}/issues/?project={self.project}&environment=demo (issues), and Explore > Traces, filtered by "
            "environment demo and has:ai_model"
        )


def forward(deliveries: Iterable[Delivery], target: Target) -> Iterator[str]:
    """Send what the receiver got to the target; yields what could not be delivered, and why."""
    for delivery in deliveries:
        if delivery.is_envelope:
            path, body = "envelope/", readdressed(delivery.body, target)
        elif delivery.path.rstrip("/").endswith("/v1/traces"):
            path, body = "integration/otlp/v1/traces/", delivery.body
        else:
            continue
        problem = _post(f"{target.base}/{path}", body, delivery.headers.get("content-type", ""), target)
        if problem:
            yield f"{path.rstrip('/')}: {problem}"


def readdressed(envelope: bytes, target: Target) -> bytes:
    """The same envelope for another project: its header names the key that it was made for."""
    head, newline, rest = envelope.partition(b"\n")
    header = json.loads(head)
    header.pop("dsn", None)
    if isinstance(header.get("trace"), dict):
        header["trace"]["public_key"] = target.key
    return json.dumps(header).encode() + newline + rest


def _post(url: str, body: bytes, content_type: str, target: Target) -> str:
    client = f"genai-sentry-demo/{__version__}"
    headers = {
        "content-type": content_type or "application/octet-stream",
        "user-agent": client,
        "x-sentry-auth": f"Sentry sentry_key={target.key}, sentry_version=7, sentry_client={client}",
    }
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=TIMEOUT_S) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return f"HTTP {error.code}"
    except (OSError, ValueError) as error:
        return str(getattr(error, "reason", error))
    return ""
