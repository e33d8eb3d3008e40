"""A storm of failures costs little, loses no kind of failure, and stays small, whatever state Sentry is in."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from genai_sentry.testing import SentryReceiver
from process import environment

PROGRAM = Path(__file__).with_name("sentry_storm.py")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="measures with the resource module")


def storm(dsn: str, failures: int, threads: int, classes: int, flush_s: float = 30.0) -> Any:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SENTRY_")}
    program = [sys.executable, PROGRAM, str(failures), str(threads), str(classes), dsn, str(flush_s)]
    done = subprocess.run(program, env=kept, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def received(sentry: SentryReceiver) -> tuple[int, set[str]]:
    return len(sentry.events), {event["tags"]["ai_model"] for event in sentry.events}


def test_no_kind_of_failure_is_lost_in_a_storm() -> None:
    """Every kind arrives, each at most as often as the burst allows; the rest is counted as held back."""
    with SentryReceiver() as sentry:
        result = storm(sentry.dsn, failures=3000, threads=16, classes=100)
        sentry.wait_for(events=1)
        count, models = received(sentry)
    assert len(models) == 100
    assert count + result["held_back"] == 3001
    assert (result["lost"], result["pending"], result["flushed"]) == (0, 0, True)


@pytest.mark.slow
def test_ten_thousand_failures_of_five_hundred_kinds() -> None:
    """Fast, small, and complete."""
    with SentryReceiver() as sentry:
        result = storm(sentry.dsn, failures=10_000, threads=32, classes=500)
        count, models = received(sentry)
    assert len(models) == 500
    assert count + result["held_back"] == 10_001
    assert result["median_us"] < 150
    assert result["grown_mb"] < 50


@pytest.mark.slow
@pytest.mark.parametrize("state", ["down", "hanging"])
def test_a_storm_while_sentry_is_away(state: str) -> None:
    """Sentry being down or hanging costs the data, and nothing else."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        if state == "hanging":
            listening.listen(1)
        port = listening.getsockname()[1]
        result = storm(f"http://public@127.0.0.1:{port}/1", failures=10_000, threads=32, classes=10, flush_s=1.0)
    assert result["median_us"] < 20
    assert result["grown_mb"] < 50


CORE = Path(__file__).with_name("sentry_storm_core.py")


def storm_of_calls(dsn: str, flush_s: float, events: str = "deferred") -> Any:
    """10,000 failing calls of 100 kinds from 32 threads, through SDK and core."""
    program = [sys.executable, CORE, "10000", "32", "100", dsn, str(flush_s), events]
    done = subprocess.run(program, env=environment(), capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@cache
def floor_mb() -> float:
    """How much SDK and threads grow by themselves: a prompt of 100 kB each."""
    return float(storm_of_calls("http://public@127.0.0.1:9/1", 1.0, "off")["grown_mb"])


@pytest.mark.slow
@pytest.mark.parametrize("state", ["well", "refusing", "hanging", "down"])
def test_a_storm_of_calls_through_the_core(state: str) -> None:
    """No kind is lost, reporting is cheap and memory bounded, whatever Sentry does."""
    with SentryReceiver() as sentry:
        if state == "refusing":
            sentry.respond(429, retry_after=60)
        if state == "hanging":
            sentry.hang(60)
        if state == "down":
            sentry.close()
        result = storm_of_calls(sentry.dsn, 30.0 if state == "well" else 1.0)
        failures = [event for event in sentry.events if "exception" in event]
    assert result["admitted_us"] < 150
    assert result["held_us"] < 20  # processor time; a third of it outside a storm
    assert result["grown_mb"] - floor_mb() < 50
    if state == "well":
        assert 100 == len({event["tags"]["ai_model"] for event in failures})
        assert 10_001 == len(failures) + result["held_back"]
