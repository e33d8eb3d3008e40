"""Users' code is checked as they check it: mypy and pyright, both strict, take right uses and refuse wrong ones."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".mypy_cache" / "users"


def mypy(code: Path) -> str:
    """Errors that strict mypy finds; empty where there are none."""
    command = ["-m", "mypy", "--strict", "--config-file=", f"--cache-dir={CACHE}", "--no-error-summary", str(code)]
    done = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, timeout=110, cwd=HERE, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def pyright(code: Path, folder: Path) -> list[str]:
    """Errors that strict pyright finds."""
    pytest.importorskip("pyright")
    shutil.copy(code, folder)
    options = {
        "include": [code.name], "typeCheckingMode": "strict", "pythonVersion": "3.11",
        "enableTypeIgnoreComments": False, "reportUnnecessaryTypeIgnoreComment": "error",
    }  # fmt: skip
    (folder / "pyrightconfig.json").write_text(json.dumps(options))
    command = ["-m", "pyright", "--project", str(folder), "--pythonpath", sys.executable, "--outputjson"]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode in (0, 1), done.stderr
    found = json.loads(done.stdout)["generalDiagnostics"]
    return [f"{item['range']['start']['line'] + 1}: {item['message']}" for item in found]


def test_mypy_knows_every_public_name_s_type() -> None:
    """Each asserted type is the one that mypy infers, and each wrong use is an error."""
    assert "" == mypy(HERE / "users_code.py")


def test_pyright_knows_every_public_name_s_type(tmp_path: Path) -> None:
    """Each asserted type is the one that pyright infers, and each wrong use is an error."""
    assert [] == pyright(HERE / "users_code.py", tmp_path)


def test_a_wrong_type_would_be_noticed(tmp_path: Path) -> None:
    """The checkers see the package's types, and do not take everything for granted."""
    code = tmp_path / "wrong_use.py"
    code.write_text("import genai_sentry\n\nanswer: int = genai_sentry.classify(status=429)\ngenai_sentry.nothing\n")
    (tmp_path / "pyright").mkdir()

    assert 2 == len(mypy(code).splitlines())
    assert {"3", "4"} == {line.partition(":")[0] for line in pyright(code, tmp_path / "pyright")}
