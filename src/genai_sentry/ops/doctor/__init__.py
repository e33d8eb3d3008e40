"""The doctor: finds what is wrong with a set-up before production does.

Each check is one function that looks at `Facts` and yields `Finding`s; the modules here hold them by what they need.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from genai_sentry.ops.doctor import environment, network, process, round_trip
from genai_sentry.ops.doctor.facts import Facts
from genai_sentry.ops.doctor.findings import CHECKS, CREDENTIALS, ENVIRONMENT, NETWORK, PROCESS, Finding

__all__ = ["CHECKS", "CREDENTIALS", "ENVIRONMENT", "NETWORK", "PROCESS", "Facts", "Finding", "Report", "examine"]

MODULES = (environment, network, process, round_trip)
"""Where the checks are; importing them registers them."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the doctor says.

    Attributes:
        findings: what is wrong; empty for a sound set-up.
        checked: names of the checks that were made.
        skipped: names of those that were not, for want of what they need.
    """

    findings: tuple[Finding, ...]
    checked: tuple[str, ...]
    skipped: tuple[str, ...]


def examine(facts: Facts, kinds: Collection[str]) -> Report:
    """Make every check whose need is among `kinds`; the same finding is told once."""
    findings: list[Finding] = []
    checked, skipped = [], []
    for item in CHECKS:
        if item.needs not in kinds:
            skipped.append(item.name)
            continue
        checked.append(item.name)
        findings += [found for found in item.examine(facts) if found not in findings]
    return Report(tuple(findings), tuple(checked), tuple(skipped))
