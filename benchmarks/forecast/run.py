"""Run the forecast's scenarios and print what came of them: `python benchmarks/forecast/run.py [--plot FILE]`."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tomllib
from pathlib import Path
from typing import Any

from simulate import Run, Scenario, simulate

HERE = Path(__file__).parent
LEAD_S = 10.0


def load(path: Path) -> tuple[list[Scenario], int]:
    """Scenarios and number of runs of a TOML or JSON file."""
    text = path.read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    return [Scenario(**entry) for entry in data["scenario"]], int(data.get("runs", 60))


def repeated(run: Run, scenario: Scenario) -> int:
    """Alerts of one process that came sooner after another than a window allows."""
    count = 0
    last: dict[int, float] = {}
    for at, process, _ in run.alerts:
        # A fixed window's end is seen late by at most the time of one call.
        if process in last and scenario.refill == "continuous" and at - last[process] < 0.5 * scenario.refill_s:
            count += 1
        last[process] = at
    return count


def judge(scenario: Scenario, runs: list[Run]) -> dict[str, Any]:
    """One line of the table."""
    row: dict[str, Any] = {"name": scenario.name, "expect": scenario.expect, "runs": len(runs)}
    row["repeated"] = sum(repeated(run, scenario) for run in runs)
    if scenario.expect == "announced":
        leads = sorted(lead for run in runs if (lead := run.lead_s) is not None)
        row["refused"] = len(leads)
        row["share"] = sum(lead >= LEAD_S for lead in leads) / len(leads) if leads else 1.0
        row["median_lead_s"] = round(statistics.median(leads), 1) if leads else None
        row["worst_lead_s"] = round(leads[0], 1) if leads else None
        row["ok"] = row["share"] >= 0.95 and not row["repeated"]
    else:
        row["refused"] = sum(run.first_refusal is not None for run in runs)
        row["share"] = sum(bool(run.alerts) or run.forecast for run in runs) / len(runs)
        row["ok"] = row["share"] <= 0.02
    return row


def main() -> int:
    """Run, print, plot; exit code 1 where a scenario misses its mark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenarios", type=Path, default=HERE / "scenarios.toml")
    parser.add_argument("--runs", type=int, help="runs of each scenario, in place of the file's number")
    parser.add_argument("--only", default="", help="scenarios whose name contains this text")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plot", type=Path, help="write an SVG of one run of some scenarios")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    scenarios, runs = load(arguments.scenarios)
    scenarios = [scenario for scenario in scenarios if arguments.only in scenario.name]
    if arguments.plot:
        from plot import draw

        arguments.plot.write_text(draw(scenarios, arguments.seed), encoding="utf-8")
        return 0
    rows = []
    for scenario in scenarios:
        done = [simulate(scenario, arguments.seed * 1000 + index) for index in range(arguments.runs or runs)]
        rows.append(judge(scenario, done))
        if not arguments.json:
            show(rows[-1])
    if arguments.json:
        print(json.dumps(rows, indent=1))
    return 0 if all(row["ok"] for row in rows) else 1


def show(row: dict[str, Any]) -> None:
    """Print one line of the table."""
    mark = "ok  " if row["ok"] else "MISS"
    if row["expect"] == "announced":
        text = f"announced >= {LEAD_S:.0f} s ahead in {row['share']:6.1%} of {row['refused']} runs with a 429"
        text += f"; lead median {row['median_lead_s']} s, worst {row['worst_lead_s']} s"
    else:
        text = f"false alarm in {row['share']:6.1%} of {row['runs']} runs ({row['refused']} with a 429)"
    print(f"{mark} {row['name']:<52} {text}; repeated {row['repeated']}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
