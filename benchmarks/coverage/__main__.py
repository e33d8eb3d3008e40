"""What is seen, beside others: `python -m benchmarks.coverage` measures, and stores figures only.

    python -m benchmarks.coverage [--exchanges FOLDER] [--environments FOLDER] [--result FILE]

Every exchange is asked again by each client library that it is for, in each mode, over a transport in memory: first
plainly, then with one instrumentation, in an environment of its own. What the spans say is held against what the wire
says. `--exchanges` is a folder of recorded ones, a JSON file each; without it those in `exchanges.py` are asked.
`docs/generate.py` makes the tables in the documentation from the stored result.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.coverage.exchanges import SCRIPTED, load
from benchmarks.coverage.report import tables
from benchmarks.coverage.worker import MARK
from benchmarks.overhead import environments
from benchmarks.overhead.peers import OURS, PEERS

COMPARED = (OURS, "genai-openai", "OpenLLMetry")
RESULT = Path(__file__).with_name("coverage.json")


MORE = ("anthropic", "google-genai", "cohere", "mistralai")
"""Other client libraries that ours covers, and that are asked by there."""


def _environments(folder: Path) -> dict[str, Path]:
    pythons = environments.make([peer for peer in PEERS if peer.name in COMPARED], folder)
    install = [str(pythons[OURS]), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, *MORE], check=True)
    return pythons


def _measured(python: Path, peer: str, exchanges: Path | None) -> dict[str, Any]:
    command = [str(python), "-W", "ignore", "-m", "benchmarks.coverage.worker", "--peer", peer]
    if exchanges is not None:
        command += ["--exchanges", str(exchanges.resolve())]
    done = subprocess.run(command, capture_output=True, text=True, cwd=environments.ROOT)
    lines = [line for line in done.stdout.splitlines() if line.startswith(MARK)]
    if not lines:
        raise RuntimeError(f"{peer}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(lines[-1].removeprefix(MARK))
    return found


def main() -> None:
    """Make the environments, measure, store, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exchanges", type=Path, help="a folder of recorded exchanges")
    parser.add_argument("--environments", type=Path, default=Path(tempfile.gettempdir(), "coverage-environments"))
    parser.add_argument("--result", type=Path, default=RESULT, help="where the figures are stored")
    options = parser.parse_args()
    count = len(load(options.exchanges))
    source = SCRIPTED if options.exchanges is None else "recorded exchanges of public test suites"
    run: dict[str, Any] = {"source": f"{count} {source}", "tools": {}}
    for name, python in _environments(options.environments).items():
        run["tools"][name] = _measured(python, name, options.exchanges)
    options.result.write_text(json.dumps(run, indent=1) + "\n", "utf-8")
    sys.stdout.write(tables(run) + "\n")


if __name__ == "__main__":
    main()
