"""Runs the tests with every Python and every generation of the openai SDK, each pair in an environment of its own.

    python tests/matrix.py FOLDER [--python 3.12 …] [--openai 2 …] [--tests tests/core …] [--jobs N]

The environments are made in FOLDER, and used again when they are there. Interpreters are looked for on PATH, as
`python3.12`, and in pyenv's folder. Exit code 1 where any pair fails. It takes long: a part of the longer tier.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
"""Newer ones take part where they are installed."""

SDKS: dict[str, tuple[str, ...]] = {
    "1.40": ("openai==1.40.8", "httpx==0.27.2"),
    "1": ("openai>=1.60,<2", "httpx"),
    "2": ("openai>=2,<3", "httpx"),
    "3": (
        "openai>=3,<4",
        "opentelemetry-instrumentation-genai-openai",
        "opentelemetry-instrumentation-openai",
        "openinference-instrumentation-openai",
    ),
    "frameworks": (
        "openai",
        "httpx",
        *("langchain-openai", "llama-index-llms-openai", "llama-index-embeddings-openai", "dspy", "instructor"),
        *("pydantic-ai-slim[openai]", "openai-agents"),
        *("openinference-instrumentation-langchain", "openinference-instrumentation-llama-index"),
        *("openinference-instrumentation-dspy", "openinference-instrumentation-instructor"),
        "openinference-instrumentation-openai-agents",
    ),
}
"""Generations of the SDK: the first one supported, and the newest of each major version, beside other instrumentations;
and frameworks on top, with whatever generation they ask for."""

TOOLS = (
    "pytest", "pytest-asyncio", "pytest-timeout", "hypothesis", "brotli", "zstandard", "aiohttp", "anthropic", "httpx"
)  # fmt: skip
MOCKS = ("respx", "pytest-httpx", "vcrpy")
"""What mocks httpx; not installed with openai 3.x, which uses httpx2."""

TESTS = ("tests/core", "tests/generations")


@dataclass(frozen=True)
class Pair:
    """One Python with one generation of the SDK."""

    python: str
    sdk: str

    @property
    def name(self) -> str:
        """Names the environment's folder."""
        return f"py{self.python}-openai{self.sdk}"


@dataclass(frozen=True)
class Result:
    """What became of a pair: the SDK's version, pytest's last line, and the failures' names."""

    pair: Pair
    version: str
    summary: str
    ok: bool
    failed: tuple[str, ...]
    seconds: float


def interpreter(version: str) -> Path | None:
    """An interpreter of this version; None where there is none."""
    found = shutil.which(f"python{version}")
    if found and subprocess.run([found, "-c", "import venv, ssl"], capture_output=True).returncode == 0:
        return Path(found)
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    for folder in sorted(root.glob(f"{version}.*"), reverse=True):
        if (folder / "bin" / "python").exists():
            return folder / "bin" / "python"
    return None


def environment(folder: Path, pair: Pair, python: Path) -> Path:
    """The pair's interpreter, with everything installed."""
    home = folder / pair.name
    made = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not (home / "ready").exists():
        subprocess.run([python, "-m", "venv", "--clear", home], check=True, capture_output=True)
        wanted = [*SDKS[pair.sdk], *TOOLS, *(MOCKS if pair.sdk[0] in "12" else ())]
        command = [made, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-e", REPOSITORY, *wanted]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "pip failed")
        (home / "ready").touch()
    return made


def run(folder: Path, pair: Pair, tests: Sequence[str]) -> Result:
    """Make the environment, run the tests in it."""
    began = time.monotonic()
    python = interpreter(pair.python)
    if python is None:
        return Result(pair, "", "no such interpreter", True, (), 0.0)
    try:
        made = environment(folder, pair, python)
    except (RuntimeError, subprocess.CalledProcessError) as error:
        return Result(pair, "", f"not installed: {error}", False, (), time.monotonic() - began)
    told = subprocess.run([made, "-c", "import openai; print(openai.__version__)"], capture_output=True, text=True)
    command = [made, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY)
    (folder / f"{pair.name}.log").write_text(done.stdout + done.stderr)
    lines = done.stdout.strip().splitlines()
    failed = tuple(re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE))
    summary = lines[-1] if lines else f"exit {done.returncode}"
    return Result(pair, told.stdout.strip(), summary, done.returncode == 0, failed, time.monotonic() - began)


def main() -> int:
    """Run the matrix; print a table and, last, the results as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", nargs="+", default=PYTHONS)
    parser.add_argument("--openai", nargs="+", default=tuple(SDKS), choices=tuple(SDKS))
    parser.add_argument("--tests", nargs="+", default=TESTS)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    pairs = [Pair(python, sdk) for python in options.python for sdk in options.openai]
    results = []
    with ThreadPoolExecutor(options.jobs) as pool:
        for result in pool.map(lambda pair: run(options.folder.resolve(), pair, options.tests), pairs):
            results.append(result)
            mark = "ok  " if result.ok else "FAIL"
            print(f"{mark} {result.pair.name:18} {result.version:9} {result.summary}", flush=True)
            for name in result.failed:
                print(f"       {name}", flush=True)
    print(json.dumps({r.pair.name: {"openai": r.version, "ok": r.ok, "summary": r.summary} for r in results}))
    return 0 if all(result.ok for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
