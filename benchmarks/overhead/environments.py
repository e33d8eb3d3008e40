"""A virtual environment for each peer: made once, then found again."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

from benchmarks.overhead.peers import PEERS, Peer

ROOT = Path(__file__).resolve().parents[2]


def folder_of(peer: Peer, environments: Path) -> Path:
    """Where a peer's environment is; peers that need the same packages share one."""
    name = next(other.name for other in PEERS if other.packages == peer.packages)
    return environments / name.lower().replace(" ", "-")


def python_of(peer: Peer, environments: Path) -> Path:
    """A peer's interpreter."""
    folder = folder_of(peer, environments)
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def make(peers: Sequence[Peer], environments: Path) -> dict[str, Path]:
    """The peers' interpreters by name, in environments with their packages, which are made where they are missing.

    Raises:
        subprocess.CalledProcessError: the packages can't be installed.
    """
    for peer in {folder_of(peer, environments): peer for peer in peers}.values():
        python, complete = python_of(peer, environments), folder_of(peer, environments) / "complete"
        if not complete.exists():
            print(f"installing {', '.join(peer.packages)}", file=sys.stderr)
            venv.create(folder_of(peer, environments), with_pip=True)
            _install(python, *(str(ROOT) if package == "." else package for package in peer.packages))
            complete.touch()
        elif "." in peer.packages:  # this package changes between two runs
            _install(python, "--no-deps", "--force-reinstall", str(ROOT))
    return {peer.name: python_of(peer, environments) for peer in peers}


def _install(python: Path, *what: str) -> None:
    uv = shutil.which("uv")  # pip looks for versions that fit OpenLIT for longer than anybody waits
    if uv is not None:
        command = [uv, "pip", "install", "--quiet", "--python", str(python)]
    else:
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, *what], check=True)
