"""Charts as inline SVG: stacked bars and lines over time steps, with a tooltip for each step.

The marks stretch with the page; words and numbers stay outside the SVG, so that they keep their size on a phone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from genai_sentry.ops.report.figures import OTHER
from genai_sentry.ops.report.texts import UNKNOWN, moment, safe, tick

WIDTH, HEIGHT = 1000, 260
COLOURS = 7
"""Colours that `page.css` has for series; `other` has one of its own."""

Format = Callable[[float | None], str]


@dataclass(frozen=True, slots=True)
class Series:
    """One series.

    Attributes:
        name: what the legend says.
        values: one a time step; None where unknown.
    """

    name: str
    values: Sequence[float | None]


def from_rows(
    rows: Sequence[Mapping[str, object]], names: Sequence[str], steps: Sequence[float], step_s: int
) -> list[Series]:
    """Series from rows of step number, name and value, in the given order of names, `other` last."""
    place = {int(began // step_s): index for index, began in enumerate(steps)}
    values: dict[str, list[float | None]] = {}
    for row in rows:
        line = values.setdefault(str(row["name"]), [0.0] * len(steps))
        index = place.get(int(str(row["step"])))
        if index is not None:
            line[index] = float(str(row["value"]))
    ordered = [name for name in names if name in values and name != OTHER]
    return [Series(name, values[name]) for name in [*ordered, *([OTHER] if OTHER in values else [])]]


def bars(label: str, steps: Sequence[float], step_s: int, series: Sequence[Series], show: Format) -> str:
    """Stacked bars, the first series lowest."""
    sums = [sum(each.values[index] or 0.0 for each in series) for index in range(len(steps))]
    top = ceiling(max(sums, default=0.0))
    slot = WIDTH / max(1, len(steps))
    marks = []
    for index in range(len(steps)):
        height = 0.0
        for number, each in enumerate(series):
            value = each.values[index] or 0.0
            if value <= 0:
                continue
            low, height = height, height + value
            y, tall = _y(height, top), (height - low) / top * HEIGHT
            marks.append(
                f'<rect class="{_colour(each.name, number)}" x="{index * slot + slot * 0.08:.2f}" y="{y:.2f}"'
                f' width="{slot * 0.84:.2f}" height="{tall:.2f}"/>'
            )
    return _chart(label, steps, step_s, series, show, top, "".join(marks))


def lines(
    label: str, steps: Sequence[float], step_s: int, series: Sequence[Series], show: Format, *, top: float | None = None
) -> str:
    """Lines; a step without a value interrupts them."""
    known = [value for each in series for value in each.values if value is not None]
    top = ceiling(max(known, default=0.0)) if top is None else top
    slot = WIDTH / max(1, len(steps))
    marks = []
    for number, each in enumerate(series):
        colour = _colour(each.name, number)
        for run in _runs(each.values):
            points = " ".join(f"{(index + 0.5) * slot:.2f},{_y(value, top):.2f}" for index, value in run)
            if len(run) == 1:
                index, value = run[0]
                points = f"{index * slot:.2f},{_y(value, top):.2f} {(index + 1) * slot:.2f},{_y(value, top):.2f}"
            marks.append(f'<polyline class="{colour}" points="{points}"/>')
    return _chart(label, steps, step_s, series, show, top, "".join(marks))


def _chart(
    label: str, steps: Sequence[float], step_s: int, series: Sequence[Series], show: Format, top: float, marks: str
) -> str:
    slot = WIDTH / max(1, len(steps))
    grid = "".join(f'<line x1="0" x2="{WIDTH}" y1="{_y(part, 1):.1f}" y2="{_y(part, 1):.1f}"/>' for part in (0, 0.5, 1))
    hits = "".join(
        f'<rect class="hit" x="{index * slot:.2f}" y="0" width="{slot:.2f}" height="{HEIGHT}">'
        f"<title>{safe(_told(index, began, series, show))}</title></rect>"
        for index, began in enumerate(steps)
    )
    ticks = "".join(
        f'<span style="left:{index / len(steps) * 100:.2f}%">{safe(tick(steps[index], step_s))}</span>'
        for index in _ticked(len(steps))
    )
    legend = "".join(
        f'<li><i class="{_colour(each.name, number)}"></i>{safe(each.name or UNKNOWN)}</li>'
        for number, each in enumerate(series)
    )
    return (
        f'<figure class="chart"><figcaption>{safe(label)}</figcaption>'
        f'<ul class="legend">{legend}</ul><div class="plot">'
        f'<div class="axis" aria-hidden="true"><span>{show(top)}</span><span>{show(top / 2)}</span>'
        f"<span>{show(0)}</span></div>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" aria-label="{safe(label)}">'
        f'<g class="grid">{grid}</g>{marks}{hits}</svg>'
        f'<div class="ticks" aria-hidden="true">{ticks}</div></div></figure>'
    )


def _told(index: int, began: float, series: Sequence[Series], show: Format) -> str:
    values = [
        f"{each.name or UNKNOWN}: {show(value)}"
        for each in series
        if (value := each.values[index]) is not None and (value or len(series) == 1)
    ]
    return "\n".join([f"{moment(began)} UTC", *(values or ["nothing"])])


def _ticked(steps: int) -> list[int]:
    """Which steps are named below the chart: about six, none so near the end that its name would not fit."""
    every = max(1, math.ceil(steps / 6))
    return [index for index in range(0, steps, every) if index <= 0.9 * steps]


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """The stretches of known values, with their positions."""
    runs: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(values):
        if value is not None:
            runs[-1].append((index, value))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def ceiling(value: float) -> float:
    """The next round number, for the top of an axis; above zero."""
    if value <= 0 or not math.isfinite(value):
        return 1.0
    size = 10.0 ** math.floor(math.log10(value))
    return next((step * size for step in (1, 2, 2.5, 4, 5, 8) if value <= step * size * 1.0000001), 10 * size)


def _y(value: float, top: float) -> float:
    return HEIGHT - min(1.0, max(0.0, value / top)) * HEIGHT


def _colour(name: str, number: int) -> str:
    return "s-other" if name == OTHER else f"s{number % COLOURS + 1}"
