"""Environment and release of this process, as spans carry them: Sentry's own, as soon as it is set up."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

ENVIRONMENT = "sentry.environment"
RELEASE = "sentry.release"

ENVIRONMENT_VARIABLES = ("SENTRY_ENVIRONMENT", "ENVIRONMENT")
RELEASE_VARIABLE = "SENTRY_RELEASE"


class Identity:
    """Knows the attributes; looks at Sentry's client anew whenever it has changed."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}
        self._known: Mapping[str, str] = {}
        self._client: Any = None

    def give(self, environment: str | None, release: str | None) -> None:
        """Say what holds where Sentry's client says nothing."""
        given = {ENVIRONMENT: environment, RELEASE: release}
        self._given = {name: value for name, value in given.items() if value}
        self._known, self._client = self._given, None

    def attributes(self) -> Mapping[str, str]:
        """What spans carry: what Sentry's client has, else what was given. Not to be changed."""
        sentry = sys.modules.get("sentry_sdk")
        get_client = getattr(sentry, "get_client", None)
        if get_client is None:
            return self._given
        client = get_client()
        if client is not self._client:
            self._client = client
            found = dict(self._given)
            if client.is_active():
                for name, option in ((ENVIRONMENT, "environment"), (RELEASE, "release")):
                    value = client.options.get(option)
                    if isinstance(value, str) and value:
                        found[name] = value
            self._known = found
        return self._known


identity = Identity()


def environment_of_the_process() -> str | None:
    """Environment by the process's variables."""
    for variable in ENVIRONMENT_VARIABLES:
        if os.environ.get(variable):
            return os.environ[variable]
    return None


def release_of_the_process() -> str | None:
    """Release by the process's variable."""
    return os.environ.get(RELEASE_VARIABLE) or None
