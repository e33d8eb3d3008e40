"""Small faults put into the package one at a time: do its tests notice?

    python benchmarks/robustness/mutate.py --seed 1 --count 50 --out survivors.json

Faults are drawn at random, the same for the same seed: a comparison turned, `and` for `or`, a condition negated, a
number off by one, a text changed, `None` returned, a statement left out. The package is copied, and the copy is
changed; each fault is tested by the tests of its part in a process of its own. Printed are the shares of faults
noticed and, as a difference in code, each one that was not.
"""

from __future__ import annotations

import argparse
import ast
import copy
import difflib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "genai_sentry"

DELIVERY = ("reporter", "delivery", "matching", "deferral", "throttle", "enrich", "snapshot")
REST = (
    *("breadcrumbs", "events", "exits", "foreign", "integrations", "joining", "losses", "metrics", "outgoing", "plain"),
    *("processor", "start"),
)
PARTS: dict[str, tuple[list[str], list[str]]] = {
    "classifier": (
        ["errors/*.py"],
        ["tests/errors"],
    ),
    "decoders": (
        ["wire/*.py"],
        ["tests/wire"],
    ),
    "delivery": (
        [f"sentry/{name}.py" for name in DELIVERY],
        [
            *(f"tests/sentry/test_sentry_{name}.py" for name in ("small", "matching", "throttle", "events", "plain")),
            *(f"tests/sentry/test_sentry_{name}.py" for name in ("ends", "frames", "deadlines")),
            "tests/privacy/test_logged.py",
            "tests/sentry/test_sentry_exits.py",
            "tests/sentry/test_sentry_scenarios.py",
            "tests/sentry/test_sentry_losses.py",
        ],
    ),
    "delivery, the rest": (
        [f"sentry/{name}.py" for name in REST],
        [
            *(f"tests/sentry/test_sentry_{name}.py" for name in ("small", "plain", "ends", "foreign")),
            *(f"tests/sentry/test_sentry_{name}.py" for name in ("processor", "metrics", "events")),
            "tests/privacy/test_known_hosts.py",
            "tests/sentry/test_sentry_exits.py",
            "tests/sentry/test_sentry_scenarios.py",
            "tests/launcher/test_launcher_traces.py",
            "tests/sentry/test_sentry_losses.py",
        ],
    ),
    "exporters": (
        ["launcher/*.py", "telemetry/file_exporter.py", "telemetry/otlp_json.py", "telemetry/losses.py"],
        [
            *(f"tests/launcher/test_launcher_{name}.py" for name in ("sending", "charge", "traces")),
            *(f"tests/report/test_{name}.py" for name in ("otlp_json", "exporter_losses", "file_exporter")),
            "tests/launcher/test_launcher_exporters.py",
        ],
    ),
    "scrubbing": (
        ["sentry/scrub.py", "sentry/logged.py", "sentry/frames.py", "redaction.py"],
        ["tests/sentry/test_sentry_scrub.py", "tests/privacy/test_scrub_rules.py", "tests/privacy/test_logged.py",
         "tests/sentry/test_sentry_frames.py", "tests/sentry/test_sentry_events.py",
         "tests/sentry/test_sentry_scenarios.py"],
    ),
}  # fmt: skip
"""Each part's modules, and the tests that are to notice a fault in them, the quick ones first."""

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.BitOr: ast.BitAnd,
    ast.FloorDiv: ast.Mult,
}  # fmt: skip
QUIET = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
"""Plugins that are imported before pytest looks can't be rewritten, and need not be."""


@dataclass
class Fault:
    """One mutant.

    Attributes:
        module: the file, relative to the package.
        line: where.
        difference: the lines of code that changed.
        noticed: whether a test failed, or did not come to an end.
        seconds: how long that took.
    """

    module: str
    line: int
    difference: list[str]
    noticed: bool = False
    seconds: float = 0.0


def places(tree: ast.Module) -> Iterator[tuple[ast.AST, str, int]]:
    """Every node in functions that can be changed, the field by which its parent holds it, and its index."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in (item for statement in function.body for item in ast.walk(statement)):
            for field, value in ast.iter_fields(node):
                if field in ("annotation", "returns", "decorator_list"):
                    continue
                for index, child in enumerate(value if isinstance(value, list) else [value]):
                    if isinstance(child, ast.AST) and changed(child) is not None:
                        yield node, field, index if isinstance(value, list) else -1


def changed(node: ast.AST) -> ast.AST | None:
    """The node with a fault in it; None where there is none to make."""
    made = copy.deepcopy(node)
    if isinstance(made, ast.Compare) and type(made.ops[0]) in COMPARISONS:
        made.ops[0] = COMPARISONS[type(made.ops[0])]()
    elif isinstance(made, ast.BoolOp):
        made.op = ast.Or() if isinstance(made.op, ast.And) else ast.And()
    elif isinstance(made, ast.UnaryOp) and isinstance(made.op, ast.Not):
        return made.operand
    elif isinstance(made, ast.BinOp | ast.AugAssign) and type(made.op) in ARITHMETIC:
        made.op = ARITHMETIC[type(made.op)]()
    elif isinstance(made, ast.If | ast.While | ast.IfExp):
        made.test = ast.UnaryOp(ast.Not(), made.test)
    elif isinstance(made, ast.Return) and made.value is not None and not _is_none(made.value):
        made.value = ast.Constant(None)
    elif isinstance(made, ast.Expr) and isinstance(made.value, ast.Call):
        return ast.Pass()
    elif isinstance(made, ast.Constant):
        return _other_constant(made)
    else:
        return None
    return made


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _other_constant(node: ast.Constant) -> ast.Constant | None:
    value = node.value
    if isinstance(value, bool):
        return ast.Constant(not value)
    if isinstance(value, int) and abs(value) < 100:
        return ast.Constant(value + 1)
    if isinstance(value, str) and 0 < len(value) < 40 and "\n" not in value:
        return ast.Constant(value + "x")
    return None


def faults(part: str, count: int, seed: int, only: Sequence[str] = ()) -> Iterator[tuple[Fault, str, str]]:
    """So many faults of a part, or of the modules in `only`, each with the module's text before and after."""
    found: list[tuple[Path, int]] = []
    for pattern in PARTS[part][0]:
        for path in sorted(PACKAGE.glob(pattern)):
            if only and path.stem not in only:
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found += [(path, number) for number, _ in enumerate(places(tree))]
    random.Random(f"{part}-{seed}").shuffle(found)
    made = 0
    for path, number in found:
        if made == count:
            return
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        before = ast.unparse(tree)
        node, field, index = list(places(tree))[number]
        holder = getattr(node, field)
        child = holder[index] if index >= 0 else holder
        fault = changed(child)
        if isinstance(node, ast.Expr) and isinstance(child, ast.Constant):
            continue  # a docstring
        if index >= 0:
            holder[index] = fault
        else:
            setattr(node, field, fault)
        after = ast.unparse(ast.fix_missing_locations(tree))
        lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
        shown = [line for line in list(lines)[2:] if not line.startswith("@@")]
        made += 1
        yield Fault(str(path.relative_to(PACKAGE)), getattr(child, "lineno", 0), shown), before, after


def tested(tests: list[str], source: Path, timeout: float) -> bool:
    """Whether the tests pass with the package that is in `source`, in a process of its own."""
    child = os.fork()
    if child == 0:
        os.setsid()
        quiet = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(quiet, number)
        sys.path.insert(0, str(source))
        os.environ["PYTHONPATH"] = str(source)
        os.chdir(ROOT)
        import pytest

        options = ["-x", "-q", "-p", "no:cacheprovider", "--no-header", "--timeout", "60", *QUIET]
        os._exit(int(pytest.main([*options, *tests])))
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def preload() -> None:
    """Import what tests import, but not the package itself: forked processes have it at once."""
    for name in (
        "pytest",
        "hypothesis",
        "openai",
        "anthropic",
        "httpx",
        "sentry_sdk",
        "opentelemetry.sdk.trace",
        "rich",
    ):
        __import__(name)


def main() -> int:
    """Run; always 0: survivors are for people to judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", action="append", choices=list(PARTS))
    parser.add_argument("--module", action="append", default=[], help="of the part, by name without suffix; else all")
    parser.add_argument("--count", type=int, default=50, help="faults of each part")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1e9, help="of each part, at most")
    parser.add_argument("--timeout", type=float, default=150.0, help="seconds for the tests of one fault")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    preload()
    survivors: dict[str, list[dict[str, object]]] = {}
    for part in arguments.part or PARTS:
        done = noticed = 0
        until = time.monotonic() + arguments.minutes * 60
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "src"
            shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
            if not tested(PARTS[part][1], source, arguments.timeout * 4):
                print(f"{part}: the tests fail without any fault", flush=True)
                continue
            for fault, before, after in faults(part, arguments.count, arguments.seed, arguments.module):
                if time.monotonic() > until:
                    break
                target = source / "genai_sentry" / fault.module
                target.write_text(after, encoding="utf-8")
                began = time.monotonic()
                fault.noticed = not tested(PARTS[part][1], source, arguments.timeout)
                fault.seconds = round(time.monotonic() - began, 1)
                target.write_text(before, encoding="utf-8")
                done, noticed = done + 1, noticed + fault.noticed
                if not fault.noticed:
                    survivors.setdefault(part, []).append(asdict(fault))
                    print(f"{part} {fault.module}:{fault.line}", *fault.difference, sep="\n  ", flush=True)
        print(f"{part}: {noticed} of {done} faults noticed", flush=True)
        if arguments.out is not None:
            arguments.out.write_text(json.dumps(survivors, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
