"""The example in the documentation of `genai_sentry.testing`."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import genai_sentry.testing


def test_the_documented_example_runs() -> None:
    """What the docstring shows works as it stands, in a process of its own, and says nothing."""
    lines = (genai_sentry.testing.__doc__ or "").splitlines()
    example = textwrap.dedent("\n".join(line for line in lines if line.startswith("    ") or not line))
    assert "fail_next" in example
    result = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, timeout=60, check=False)
    assert (0, "", "") == (result.returncode, result.stdout, result.stderr)
