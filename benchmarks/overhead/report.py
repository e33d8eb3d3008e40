"""The benchmark's results as a table, as data, and as a plot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from benchmarks.overhead.peers import BARE, OURS, PLAIN
from benchmarks.overhead.scenarios import SCENARIOS, Scenario


def write(run: dict[str, Any], folder: Path) -> None:
    """Write `overhead.md`, `overhead.json` and `overhead.svg`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "overhead.json").write_text(json.dumps(run, indent=1) + "\n", "utf-8")
    (folder / "overhead.md").write_text(table(run), "utf-8")
    (folder / "overhead.svg").write_text(plot(run), "utf-8")


def table(run: dict[str, Any]) -> str:
    """The table in Markdown: added CPU time, median and quartiles."""
    scenarios = [item for item in SCENARIOS if item.name in run["added"]]
    names = list(run["versions"])
    lines = ["| added CPU time | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    for scenario in scenarios:
        cells = [_cell(run["added"][scenario.name].get(name), scenario) for name in names]
        lines.append(f"| {scenario.title}, {scenario.unit} | " + " | ".join(cells) + " |")
    chat = run["added"].get("chat")
    if chat is not None:
        own = [f"{chat[name]['thread']['median']:.0f}" if name in chat else "" for name in names]
        lines.append("| chat, the calling thread alone, µs | " + " | ".join(own) + " |")
    begun = run["start"]
    lines.append("| import and set-up, ms | " + " | ".join(_ms(begun.get(name)) for name in names) + " |")
    lines.append("| modules loaded | " + " | ".join(f"{begun[name]['modules']:,}" for name in names) + " |")
    memory = run["memory_mb"]
    lines.append(
        "| memory, MB | " + " | ".join(f"{memory[name]:.0f}" if name in memory else "" for name in names) + " |"
    )
    where, versions = run["machine"], run["versions"]
    named = ", ".join(f"{name} {facts['version']}" for name, facts in versions.items() if name not in (PLAIN, BARE))
    openai = sorted({facts["openai"] for facts in versions.values()})
    lines += [
        "",
        f"{where['processor']}, {where['processors']} processors, {where['system']}, CPython {where['python']}; "
        f"openai {' and '.join(openai)}; {named}. {run['rounds']} rounds; median, quartiles in brackets.",
    ]
    return "\n".join(lines) + "\n"


def _cell(found: dict[str, Any] | None, scenario: Scenario) -> str:
    if found is None:
        return ""
    digits = 1 if scenario.per > 1 else 0
    cpu = found["cpu"]
    return f"{cpu['median']:.{digits}f} ({cpu['lower']:.{digits}f}–{cpu['upper']:.{digits}f})"


def _ms(found: dict[str, Any] | None) -> str:
    return "" if found is None else f"{found['ms']['median']:.0f}"


WIDTH, LEFT, BAR, GAP = 860, 190, 14, 30
COLOURS = {OURS: "#6a3fb5", BARE: "#8a8f98", PLAIN: "#c9ccd1"}


def plot(run: dict[str, Any]) -> str:
    """A bar for each instrumentation in each scenario, the quartiles as a line, scaled by scenario."""
    parts: list[str] = []
    at = 34
    for scenario in (item for item in SCENARIOS if item.name in run["added"]):
        found = run["added"][scenario.name]
        top = max(0.001, *(values["cpu"]["upper"] for values in found.values()))
        parts.append(f'<text x="8" y="{at}" font-weight="bold">{escape(scenario.title)}, added {scenario.unit}</text>')
        for name, values in found.items():
            at += BAR + 3
            parts += _bar(name, values["cpu"], at, (WIDTH - LEFT - 90) / top, 1 if scenario.per > 1 else 0)
        at += GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {at}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="{WIDTH}" height="{at}" fill="#ffffff"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _bar(name: str, cpu: dict[str, float], at: int, scale: float, digits: int) -> list[str]:
    width = max(0.0, cpu["median"]) * scale
    low, high = (LEFT + max(0.0, cpu[key]) * scale for key in ("lower", "upper"))
    middle = at - BAR / 2 + 2
    colour = COLOURS.get(name, "#4f9d9a")
    return [
        f'<text x="{LEFT - 8}" y="{at}" text-anchor="end">{escape(name)}</text>',
        f'<rect x="{LEFT}" y="{at - BAR + 3}" width="{width:.1f}" height="{BAR - 2}" fill="{colour}"/>',
        f'<line x1="{low:.1f}" y1="{middle:.1f}" x2="{high:.1f}" y2="{middle:.1f}" stroke="#222222"/>',
        f'<text x="{max(LEFT + width, high) + 6:.1f}" y="{at}">{cpu["median"]:.{digits}f}</text>',
    ]
