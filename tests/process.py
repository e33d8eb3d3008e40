"""Runs application code in a process of its own, where what is global (providers, Sentry) is its own too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

DROPPED = ("SENTRY_", "OTEL_", "GENAI_SENTRY_", "PYTEST_", "OPENAI_", "ANTHROPIC_")


def environment(**variables: str) -> dict[str, str]:
    """This process's environment without what would steer telemetry, plus `variables`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(DROPPED)}
    # The guard stays strict in the child: a fault of telemetry fails the test.
    return {**kept, "PYTEST_CURRENT_TEST": "child", "PYTHONWARNINGS": "default", **variables}


def run(
    code: str,
    *,
    arguments: list[str] | None = None,
    timeout: float = 60,
    cwd: Path | None = None,
    check: bool = True,
    **variables: str,
) -> Any:
    """Run `code` in a new interpreter; what it prints as its last line is JSON, and is returned.

    Raises:
        AssertionError: the child failed; the message holds its output.
    """
    done = subprocess.run(
        [sys.executable, *(arguments or []), "-c", textwrap.dedent(code)],
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=timeout,
        cwd=cwd,
    )
    assert done.returncode == 0 or not check, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    lines = done.stdout.strip().splitlines()
    return json.loads(lines[-1]) if lines else None
