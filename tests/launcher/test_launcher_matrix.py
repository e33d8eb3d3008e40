"""Environments × ways in × ways to run, each in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import ways
from ways import Case

QUICK = [
    Case("development", "init, before Sentry with OTLPIntegration", "script"),
    Case("development", ways.LAUNCHER, "multiprocessing, fork"),
]


@pytest.mark.parametrize("case", QUICK, ids=str)
def test_everything_arrives_once(case: Case, tmp_path: Path) -> None:
    """The ways that differ most, in the environment that the tests run in."""
    found = ways.run(case, sys.executable, tmp_path)

    assert found.once, found


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("case", ways.cases(), ids=str)
def test_everything_arrives_once_everywhere(case: Case, pythons: dict[str, str], tmp_path: Path) -> None:
    """All rows of the table, in environments made for them."""
    found = ways.run(case, pythons[case.environment], tmp_path)

    assert found.once, found


def test_the_documented_table_has_every_row_and_no_other() -> None:
    """What is documented as measured is what the longer tier measures, and all of it is right."""
    page = (Path(__file__).parents[2] / "docs/ways-in.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith(("| declared |", "| distro |", "| servers |"))]

    assert [f"| {case.environment} | {case.way} | {case.server} | 2 | 1 | right |" for case in ways.cases()] == rows
