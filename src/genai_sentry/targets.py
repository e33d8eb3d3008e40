"""Where an SDK's client sends a call: worked out once for each client, path and method, then remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from genai_sentry import providers
from genai_sentry.wire import formats
from genai_sentry.wire.formats import Format

MAX_TARGETS = 1024
"""Targets that are remembered."""
MAX_URL = 512
"""Longer URLs, in characters, are not."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call goes.

    Attributes:
        base: the client's base URL, the object itself.
        kind: the client's class.
        format: the wire format; None for a call that is no inference.
        path: the path as the SDK names it, without query.
        endpoint: the whole path.
        hint: the part of an attempt's path by which it is known to belong to the call.
        provider, address, port: who answers there.
    """

    base: object
    kind: type
    format: Format | None
    path: str
    endpoint: str
    hint: bytes
    provider: str
    address: str
    port: int | None


class Targets:
    """The targets met so far, bounded. Safe under threads: an entry is only ever replaced by its equal.

    Args:
        overrides: provider names by host.
    """

    def __init__(self, overrides: Mapping[str, str]) -> None:
        self._overrides = overrides
        self._known: dict[tuple[int, str, str], Target] = {}

    def find(self, client: Any, url: object, method: object) -> Target:
        """The target of a request that a client is asked to send."""
        # Keyed by the identity of the URL object, which the entry keeps alive: turning it into text costs more, and
        # so does the property of some SDKs' clients.
        base = getattr(client, "_base_url", None) or client.base_url
        key = (id(base), url if type(url) is str else str(url), method if type(method) is str else str(method))
        target = self._known.get(key)
        if target is None or target.base is not base or target.kind is not type(client):
            target = self._describe(client, base, key[1], key[2].upper())
            if len(key[1]) <= MAX_URL:
                if len(self._known) >= MAX_TARGETS:
                    self._known.clear()
                self._known[key] = target
        return target

    def _describe(self, client: Any, base: object, named: str, method: str) -> Target:
        path = named.partition("?")[0]
        if path.startswith(("http://", "https://")):
            path = "/" + path.split("/", 3)[3] if path.count("/") > 2 else "/"
        found = formats.certain(path) if method == "POST" else None
        url, kind = client.base_url, type(client)
        address = url.host
        return Target(
            base=base,
            kind=kind,
            format=found,
            path=path,
            endpoint=url.path.rstrip("/") + path,
            hint=path.strip("/").encode(),
            provider=providers.provider_of(address, path, client_class=kind.__name__, overrides=self._overrides),
            address=address,
            port=url.port or (443 if url.scheme == "https" else 80),
        )
