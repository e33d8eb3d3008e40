"""Thousands of odd answers over loopback: the application sees the same with and without instrumentation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from process import environment

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "robustness" / "differential.py"


@pytest.mark.timeout(300)
def test_two_thousand_odd_answers_are_the_same() -> None:
    """The fuzzing that runs for an hour elsewhere, with the first of its cases."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--cases", "2000"],
        env=environment(), capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip

    assert 0 == done.returncode, done.stdout + done.stderr
    assert "2000 cases" in done.stdout
    assert ", 0 differ" in done.stdout
