"""Environments of their own for the longer tier."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PACKAGES: Mapping[str, list[str]] = {
    "declared": [str(ROOT), "openai"],
    "distro": [str(ROOT), "openai", "opentelemetry-distro"],
    "servers": [str(ROOT), "openai", "gunicorn", "uvicorn", "flask", "fastapi", "celery"],
    "rotel": ["--pre", "rotel"],
    "bugsink": ["bugsink==2.6.0"],
}
"""What is installed in each; the first holds the declared dependencies and an SDK, no more."""

KEPT = "LAUNCHER_TEST_ENVIRONMENTS"
"""Variable that names a folder where environments are kept from one test run to the next."""


class Environments(dict[str, str]):
    """The interpreter of each environment, made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def __missing__(self, name: str) -> str:
        python = self._folder / name / "bin" / "python"
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(python.parents[1])], check=True)
            command = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *PACKAGES[name]]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                pytest.skip(f"{PACKAGES[name]} can't be installed here: {done.stderr[-300:]}")
        self[name] = str(python)
        return self[name]


@pytest.fixture(scope="session")
def pythons(tmp_path_factory: pytest.TempPathFactory) -> Environments:
    """Interpreters by the name of their environment."""
    kept = os.environ.get(KEPT)
    return Environments(Path(kept) if kept else tmp_path_factory.mktemp("environments"))
