"""The wheel as it is built, installed without the source tree: whole, typed, and at work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import genai_sentry.testing
from process import environment

ROOT = Path(__file__).parents[2]

SMOKE = """
import importlib, json, pkgutil, sys
import openai
import genai_sentry
from genai_sentry.testing import SentryReceiver, SimulatedProvider

modules = [item.name for item in pkgutil.walk_packages(genai_sentry.__path__, "genai_sentry.")]
for name in modules:
    if name != "genai_sentry.__main__":
        importlib.import_module(name)
files = [module.__file__ for name, module in sys.modules.items() if name.startswith("genai_sentry")]

with SimulatedProvider() as provider, SentryReceiver() as receiver:
    genai_sentry.init(receiver.dsn)
    client = openai.OpenAI(base_url=provider.base_url, api_key="k", max_retries=0)
    ask = lambda: client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": "hi"}])
    ask()
    provider.fail_next("rate_limit")
    try:
        ask()
    except openai.RateLimitError:
        pass
    genai_sentry.flush(10)
    stats = genai_sentry.stats()
    genai_sentry.shutdown()
    print(json.dumps({
        "elsewhere": [name for name in files if not name.startswith(sys.prefix)],
        "modules": len(modules),
        "events": [event["tags"]["llm_error_type"] for event in receiver.events],
        "calls": stats.calls,
        "priced": stats.cost_usd > 0,
    }))
"""


@dataclass
class Built:
    """The distributions, and a fresh environment with the wheel in it."""

    wheel: Path
    sdist: Path
    python: Path

    def run(self, *arguments: str, **variables: str) -> str:
        """Standard output of the environment's interpreter, away from the source tree."""
        done = subprocess.run(
            [str(self.python), *arguments],
            env=environment(**variables), cwd=self.wheel.parent, capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
        assert 0 == done.returncode, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Wheel and source distribution, made without network; the wheel's dependencies are this environment's."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("built")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", str(folder)], cwd=ROOT, check=True, timeout=100)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    venv.create(folder / "venv", symlinks=os.name != "nt")
    scripts = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*command, str(wheel)], check=True, timeout=100)
    made = Built(wheel, sdist, python)
    (site,) = {Path(path) for path in json.loads(made.run("-c", "import json, sys; print(json.dumps(sys.path))"))[-1:]}
    # Only a path in a `.pth` file: what the editable install has put there is not followed from here.
    libraries = next(path for path in sys.path if path.endswith("site-packages"))
    (site / "libraries.pth").write_text(f"{libraries}\n")
    return made


def test_the_installed_package_is_whole_and_works(built: Built) -> None:
    """Every module imports from the wheel; a call is observed, priced and counted, a failure reported once."""
    seen: dict[str, Any] = json.loads(built.run("-c", SMOKE).splitlines()[-1])

    assert [] == seen["elsewhere"]
    assert seen["modules"] > 200
    assert (["rate_limit"], 2, True) == (seen["events"], seen["calls"], seen["priced"])


def test_the_installed_command_and_entry_points_are_there(built: Built) -> None:
    """The console script classifies; OpenTelemetry's launcher finds instrumentor, exporters, distro."""
    script = built.python.with_name("genai-sentry")
    found = built.run(str(script), "classify", "--json", "Rate limit reached for gpt-4o")
    code = (
        "import importlib.metadata as m;"
        "print(sorted({e.group for e in m.distribution('genai-sentry').entry_points if e.load()}))"
    )

    assert "rate_limit" == json.loads(found)["type"]
    assert 5 == built.run("-c", code).count("opentelemetry_")


def test_the_wheel_holds_the_package_and_nothing_else(built: Built) -> None:
    """The marker for type checkers, every source file, the licence; no tests, no caches."""
    with zipfile.ZipFile(built.wheel) as wheel:
        names = set(wheel.namelist())
    source = {
        str(path.relative_to(ROOT / "src")).replace(os.sep, "/")
        for path in (ROOT / "src").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    other = {name for name in names - source if ".dist-info/" not in name}

    assert "genai_sentry/py.typed" in names
    assert (set(), set()) == (source - names, other)
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_source_distribution_builds_the_same_wheel(built: Built, tmp_path: Path) -> None:
    """Whoever packages it from source gets what is published."""
    with tarfile.open(built.sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (tree,) = tmp_path.iterdir()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "again")]
    subprocess.run(command, cwd=tree, check=True, timeout=100)
    (again,) = (tmp_path / "again").glob("*.whl")

    with zipfile.ZipFile(built.wheel) as one, zipfile.ZipFile(again) as other:
        assert sorted(one.namelist()) == sorted(other.namelist())


@pytest.mark.slow
def test_the_installed_types_are_complete(built: Built, tmp_path: Path) -> None:
    """pyright finds a written, known type for every public name of the installed package."""
    pytest.importorskip("pyright")
    found = "{bin}{sep}{path}".format(bin=built.python.parent, sep=os.pathsep, path=os.environ["PATH"])
    done = subprocess.run(
        [str(built.python), "-m", "pyright", "--ignoreexternal", "--outputjson", "--verifytypes", "genai_sentry"],
        cwd=tmp_path, env=environment(PATH=found), capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    types = json.loads(done.stdout)["typeCompleteness"]
    public = {f"genai_sentry.{name}" for name in genai_sentry.__all__}
    public |= {f"genai_sentry.testing.{name}" for name in genai_sentry.testing.__all__}

    assert str(built.python.parents[1]) in types["pyTypedPath"]
    assert 0 == types["exportedSymbolCounts"]["withUnknownType"]
    assert [] == [item["name"] for item in types["symbols"] if item["name"] in public and not item["isTypeKnown"]]


@pytest.mark.slow
def test_the_installed_demo_runs(built: Built) -> None:
    """`genai-sentry demo` from the wheel ends well."""
    assert built.run(str(built.python.with_name("genai-sentry")), "demo", "--json", "--fast")
