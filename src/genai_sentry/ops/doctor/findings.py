"""What a check finds, and how checks are registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genai_sentry.ops.doctor.facts import Facts

ENVIRONMENT = "environment"
"""Looks at variables and installed packages."""
PROCESS = "process"
"""Looks at a service's own set-up, in this process."""
NETWORK = "network"
"""Asks the Sentry server."""
CREDENTIALS = "credentials"
"""Asks providers, with the service's own credentials."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        id: its name, stable between versions.
        problem: what is wrong and what comes of it.
        fix: what to do.
    """

    id: str
    problem: str
    fix: str


Examine = Callable[["Facts"], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    Attributes:
        name: what it looks at, for a person.
        needs: `environment`, `process`, `network` or `credentials`.
        examine: yields what it finds.
    """

    name: str
    needs: str
    examine: Examine


CHECKS: list[Check] = []
"""Every check, in the order in which they run."""


def check(name: str, needs: str) -> Callable[[Examine], Examine]:
    """Register a check."""

    def register(examine: Examine) -> Examine:
        CHECKS.append(Check(name, needs, examine))
        return examine

    return register
