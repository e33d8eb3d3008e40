"""Recorded data for development, where it lies beside the repository; tests that use it are skipped elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(os.environ.get("GENAI_SENTRY_SHARED") or Path(__file__).resolve().parents[2] / "shared")


def shared(*parts: str) -> Path | None:
    """The path of a shared file or folder, or None where there is none."""
    path = ROOT.joinpath(*parts)
    return path if path.exists() else None
