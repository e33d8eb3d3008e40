"""The whole benchmark: `python -m benchmarks.overhead` makes the environments, runs everything, writes the table.

Method. Every peer has two live workers of one interpreter for each set-up: a plain one (OpenAI SDK and OpenTelemetry
SDK, nothing instrumented) and an instrumented one. Both run short blocks of the same calls in alternating order, all
peers within each round, so that a busy machine burdens all alike. A block's figure is the CPU time of all its
threads, deferred work included; what is reported is the median over the rounds of instrumented minus plain, with
quartiles. Plain against plain, measured the same way, is the noise. Traffic stays in memory.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.overhead import environments, report
from benchmarks.overhead.peers import BARE, PEERS, Peer
from benchmarks.overhead.scenarios import MODES, SCENARIOS, Scenario
from benchmarks.overhead.worker import MARK

STARTS = 5
"""Fresh processes by which import and set-up are timed; a first one, not counted, warms the file system."""

SPANNED = ("chat", "error", "long_prompt", "chat_metrics", "chat_unsampled", "chat_noop")
"""Scenarios for which the bare span is written."""


class Worker:
    """A live worker process."""

    def __init__(self, python: Path, peer: Peer, mode: str, *, plain: bool) -> None:
        command = [str(python), "-m", "benchmarks.overhead.worker", "--peer", peer.name, "--mode", mode]
        self.name = f"{peer.name} ({mode}{', plain' if plain else ''})"
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self._process = subprocess.Popen(
            command + ["--plain"] * plain,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            cwd=environments.ROOT,
            env={**os.environ, "PYTHONHASHSEED": "0", "DO_NOT_TRACK": "1", "OPENAI_API_KEY": "sk-benchmark"},
        )
        self.facts = self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(MARK):
                found: dict[str, Any] = json.loads(line.removeprefix(MARK))
                return found
        self._errors.seek(0)
        raise RuntimeError(f"worker {self.name} ended: {self._errors.read()[-2000:]}")

    def block(self, scenario: Scenario) -> dict[str, float]:
        """Run one block; seconds."""
        return self._ask(f"{scenario.name} {scenario.calls}")

    def end(self) -> dict[str, float]:
        """Stop; the process's peak memory."""
        found = self._ask("end")
        self._process.wait(30)
        return found

    def _ask(self, line: str) -> dict[str, float]:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._answer()


Pair = tuple[Worker, Worker]


def pairs(peers: list[Peer], pythons: dict[str, Path], wanted: list[Scenario]) -> dict[tuple[str, str], Pair]:
    """The workers, plain and instrumented, by peer and set-up."""
    found: dict[tuple[str, str], Pair] = {}
    for mode in MODES:
        if not any(scenario.mode == mode for scenario in wanted):
            continue
        for peer in peers:
            if mode in peer.modes:
                python = pythons[peer.name]
                plain = Worker(python, peer, mode, plain=True)
                found[peer.name, mode] = (plain, Worker(python, peer, mode, plain=False))
    return found


def measure(peers: list[Peer], workers: dict[tuple[str, str], Pair], scenario: Scenario, rounds: int) -> dict[str, Any]:
    """Added time of each peer in one scenario: microseconds a call (or chunk), over the rounds."""
    taking_part = [peer for peer in peers if (peer.name, scenario.mode) in workers]
    if scenario.name not in SPANNED:
        taking_part = [peer for peer in taking_part if peer.name != BARE]
    scale = 1e6 / scenario.calls / scenario.per
    added: dict[str, dict[str, list[float]]] = {peer.name: {} for peer in taking_part}
    for number in range(-2, rounds):  # the first two warm up
        for peer in taking_part:
            plain, instrumented = workers[peer.name, scenario.mode]
            order = (plain, instrumented) if number % 2 else (instrumented, plain)
            took = {id(worker): worker.block(scenario) for worker in order}
            if number < 0:
                continue
            for clock in ("cpu", "thread", "wall"):
                difference = took[id(instrumented)][clock] - took[id(plain)][clock]
                added[peer.name].setdefault(clock, []).append(difference * scale)
            added[peer.name].setdefault("plain_cpu", []).append(took[id(plain)]["cpu"] * scale)
    return {name: {clock: spread(values) for clock, values in clocks.items()} for name, clocks in added.items()}


def spread(values: list[float]) -> dict[str, float]:
    """Median and quartiles."""
    lower, _, upper = quantiles(values, n=4) if len(values) > 1 else (values[0],) * 3
    return {"median": round(median(values), 3), "lower": round(lower, 3), "upper": round(upper, 3)}


def starts(peers: list[Peer], pythons: dict[str, Path], number: int) -> dict[str, Any]:
    """Import and set-up in fresh processes, in milliseconds of CPU, and modules loaded beyond plain."""
    found: dict[str, Any] = {}
    for peer in peers:
        python = pythons[peer.name]
        modules = 0
        taken: list[float] = []
        for turn in range(number + 1):
            plain, instrumented = (Worker(python, peer, "traced", plain=flag) for flag in (True, False))
            if turn:
                added = instrumented.facts["import_and_setup_s"] - plain.facts["import_and_setup_s"]
                # Some hook into the SDK's import itself.
                added += max(0.0, instrumented.facts["import_sdk_s"] - plain.facts["import_sdk_s"]) * peer.own_provider
                taken.append(added * 1e3)
                modules = instrumented.facts["modules"] - plain.facts["modules"]
            plain.end()
            instrumented.end()
        found[peer.name] = {"ms": spread(taken), "modules": modules}
    return found


def machine() -> dict[str, str]:
    """What it ran on."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return {
        "processor": model,
        "processors": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def main() -> int:
    """Run everything."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.overhead", description=(__doc__ or "").split("\n")[0])
    options.add_argument("--environments", type=Path, default=Path(".overhead"), help="folder for the peers' installs")
    options.add_argument("--results", type=Path, default=Path("overhead"), help="folder for table, data and plot")
    options.add_argument("--rounds", type=int, default=40)
    options.add_argument("--starts", type=int, default=STARTS)
    options.add_argument("--peers", default="", help="names, by commas; all by default")
    options.add_argument("--scenarios", default="", help="names, by commas; all by default")
    given = options.parse_args()
    peers = [peer for peer in PEERS if not given.peers or peer.name in given.peers.split(",")]
    wanted = [item for item in SCENARIOS if not given.scenarios or item.name in given.scenarios.split(",")]
    pythons = environments.make(peers, given.environments.resolve())
    begun = starts(peers, pythons, given.starts)
    workers = pairs(peers, pythons, wanted)
    figures: dict[str, Any] = {}
    for scenario in wanted:
        figures[scenario.name] = measure(peers, workers, scenario, given.rounds)
        print(f"{scenario.name}: done", file=sys.stderr)
    memory: dict[str, float] = {}
    for (name, mode), (plain, instrumented) in workers.items():
        added = instrumented.end()["rss_mb"] - plain.end()["rss_mb"]
        if mode == "traced":
            memory[name] = round(added, 1)
    versions = {name: plain.facts for (name, _), (plain, _) in workers.items()}
    run = {
        "machine": machine(),
        "rounds": given.rounds,
        "versions": {name: {key: facts[key] for key in ("version", "openai")} for name, facts in versions.items()},
        "added": figures,
        "start": begun,
        "memory_mb": memory,
    }
    report.write(run, given.results)
    print((given.results / "overhead.md").read_text("utf-8"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
