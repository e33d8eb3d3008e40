"""The benchmark of what is seen: its own exchanges are told whole by this package."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from process import environment

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    """What a worker measures over the scripted exchanges."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.coverage.worker", "--peer", "genai-sentry"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment(), timeout=120)
    assert 0 == done.returncode, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1].removeprefix("coverage: "))["rows"]
    return found


def test_every_exchange_is_told_whole(rows: list[dict[str, Any]]) -> None:
    """By each client library, in each mode; the provider's name is right, and no answer differs."""
    assert [] == [row for row in rows if not row["of"] == row["span"] == row["told"]]
    assert [] == [row for row in rows if row.get("provider", 0) != row.get("providers", 0) or row["altered"]]


def test_all_clients_and_modes_take_part(rows: list[dict[str, Any]]) -> None:
    """None falls out of the measurement unseen."""
    modes = {"sync", "async", "with_raw_response", "with_streaming_response"}
    assert modes == {row["mode"] for row in rows if row["client"] == "openai"}
    assert {"openai", "httpx2"} <= {row["client"] for row in rows}
    assert {True, False} == {row["stream"] for row in rows}
