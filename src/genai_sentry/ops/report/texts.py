"""Numbers, times and names as people read them. Unknown is a dash, zero is zero."""

from __future__ import annotations

import html
import math
from datetime import UTC, datetime

UNKNOWN = "–"


def usd(value: float | None) -> str:
    """US dollars: cents from a dollar on, three significant digits below."""
    if value is None:
        return UNKNOWN
    if value >= 1 or value == 0:
        return f"${value:,.2f}"
    return f"${value:.{2 - math.floor(math.log10(value))}f}" if value > 1e-9 else f"${value:.2g}"


def count(value: float | None) -> str:
    """A whole number."""
    return UNKNOWN if value is None else f"{value:,.0f}"


def short(value: float | None) -> str:
    """A large number in few characters: 1.86 B, 192 M, 4.1 k."""
    if value is None:
        return UNKNOWN
    for size, unit in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:,.0f}"


def share(value: float | None) -> str:
    """A share as per cent."""
    if value is None:
        return UNKNOWN
    if 0 < value < 0.001:
        return "< 0.1 %"
    return f"{value * 100:.1f} %" if value < 0.1 else f"{value * 100:.0f} %"


def seconds(value: float | None) -> str:
    """A duration."""
    if value is None:
        return UNKNOWN
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < 120:
        return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"
    if value < 2 * 3600:
        return f"{value / 60:.0f} min"
    return f"{value / 3600:.1f} h" if value < 3 * 86_400 else f"{value / 86_400:.1f} days"


def length(step_s: int) -> str:
    """A whole number of minutes, hours or days."""
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if step_s >= size:
            number = step_s // size
            return unit if number == 1 else f"{number} {unit}s"
    return f"{step_s} seconds"


def moment(unix: float) -> str:
    """A point in time, in UTC, to the minute."""
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%d %H:%M")


def tick(unix: float, step_s: int) -> str:
    """A point in time on an axis."""
    return datetime.fromtimestamp(unix, UTC).strftime("%d %b" if step_s >= 3 * 3600 else "%d %b %H:%M")


def safe(text: object) -> str:
    """Text as HTML."""
    return html.escape(str(text), quote=True)
