"""Draw what is left of a limit over some runs, with the alerts and the first 429, as one SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from simulate import Run, Scenario, simulate

WIDTH, PANEL, LEFT, RIGHT, TOP, GAP = 860, 130, 46, 16, 44, 46
MAX_PANELS, MAX_POINTS, MAX_SECONDS = 6, 240, 360.0
LINE, ALERT, REFUSED, INK, FAINT = "#2f6db5", "#c77700", "#c0312b", "#333333", "#dddddd"


def draw(scenarios: Sequence[Scenario], seed: int) -> str:
    """One panel for each scenario: a choice of them where there are many."""
    chosen = choose(scenarios)
    height = TOP + len(chosen) * (PANEL + GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'font-size="11" fill="{INK}"><rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="{LEFT}" y="18" font-size="13">What is left of a limit, in percent, over one run each</text>',
        f'<circle cx="{LEFT + 4}" cy="31" r="4" fill="{ALERT}"/><text x="{LEFT + 13}" y="35">alert</text>',
        f'<path d="M{LEFT + 62} 25v12" stroke="{REFUSED}" stroke-width="2"/>'
        f'<text x="{LEFT + 68}" y="35">first 429</text>',
    ]
    for index, scenario in enumerate(chosen):
        run = simulate(scenario, seed * 1000)
        parts += panel(scenario, run, TOP + index * (PANEL + GAP) + 16)
    return "\n".join([*parts, "</svg>", ""])


def choose(scenarios: Sequence[Scenario]) -> list[Scenario]:
    """At most `MAX_PANELS`, announced and quiet ones, as different in refill and arrivals as the file allows."""
    picked: dict[tuple[str, str, str], Scenario] = {}
    for scenario in scenarios:
        picked.setdefault((scenario.expect, scenario.refill, scenario.arrivals), scenario)
    announced = [scenario for scenario in picked.values() if scenario.expect == "announced"]
    quiet = [scenario for scenario in picked.values() if scenario.expect != "announced"]
    half = MAX_PANELS // 2
    return [*announced[:half], *quiet[: MAX_PANELS - min(half, len(announced))]]


def panel(scenario: Scenario, run: Run, top: float) -> list[str]:
    """The course of one run; of a long one the last minutes."""
    end = run.course[-1][0]
    start = max(0.0, end - MAX_SECONDS)
    course = [point for point in run.course if point[0] >= start]
    step = max(1, len(course) // MAX_POINTS)
    across = (WIDTH - LEFT - RIGHT) / max(end - start, 1.0)

    def x(at: float) -> str:
        return f"{LEFT + (at - start) * across:.1f}"

    def y(share: float) -> str:
        return f"{top + PANEL * (1 - share):.1f}"

    lead = run.lead_s
    note = "no 429" if lead is None else f"announced {lead:.0f} s ahead"
    parts = [f'<text x="{LEFT}" y="{top - 6}">{escape(scenario.name)}: {note}</text>']
    for share in (0.0, 0.5, 1.0):
        parts.append(f'<path d="M{LEFT} {y(share)}H{WIDTH - RIGHT}" stroke="{FAINT}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{float(y(share)) + 4:.1f}" text-anchor="end">{share:.0%}</text>')
    parts += [
        f'<text x="{x(tick)}" y="{top + PANEL + 14}" text-anchor="middle">{tick} s</text>'
        for tick in range(int(start // 60 + 1) * 60, int(end) + 1, 60)
    ]
    points = " ".join(f"{x(at)},{y(share)}" for at, share in course[::step])
    parts.append(f'<polyline points="{points}" fill="none" stroke="{LINE}" stroke-width="1.5"/>')
    if run.first_refusal is not None:
        at = x(run.first_refusal)
        parts.append(f'<path d="M{at} {top}v{PANEL}" stroke="{REFUSED}" stroke-width="2"/>')
    for at, _, share in run.alerts:
        if at >= start:
            parts.append(f'<circle cx="{x(at)}" cy="{y(share)}" r="4" fill="{ALERT}"/>')
    return parts
