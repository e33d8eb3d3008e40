"""Widgets of a dashboard, and their place in Sentry's grid."""

from __future__ import annotations

from collections.abc import Sequence

from genai_sentry.ops import names
from genai_sentry.ops.objects import Payload

COLUMNS = 6
"""Width of Sentry's grid."""

SPANS, METRICS, EVENTS, ISSUES = "spans", "tracemetrics", "error-events", "issue"


def widget(
    title: str,
    display: str,
    dataset: str,
    aggregates: Sequence[str],
    *,
    by: Sequence[str] = (),
    where: str | None = None,
    sort: str | None = None,
    aliases: Sequence[str] = (),
    about: str = "",
    limit: int | None = None,
    interval: str = "1h",
) -> Payload:
    """One widget, without its place; `by` groups, `where` filters, `aliases` name the aggregates in a table."""
    if where is None:
        where = names.CALLS if dataset == SPANS else ""
    if sort is None:
        sort = f"-{aggregates[0]}" if by and aggregates else ""
    made: Payload = {
        "title": title,
        "description": about or None,
        "displayType": display,
        "widgetType": dataset,
        "interval": interval,
        "queries": [
            {
                "name": "",
                "fields": [*by, *aggregates],
                "aggregates": list(aggregates),
                "columns": list(by),
                "fieldAliases": [*by, *aliases] if aliases else [],
                "conditions": where,
                "orderby": sort,
            }
        ],
    }
    if by and display != "table":
        made["limit"] = limit or 5
    elif limit:
        made["limit"] = limit
    return made


def grid(rows: Sequence[tuple[int, Sequence[Payload]]]) -> list[Payload]:
    """Place rows of widgets, each row with its height; the widgets of a row share its width evenly."""
    placed: list[Payload] = []
    y = 0
    for height, row in rows:
        width = COLUMNS // len(row)
        for index, item in enumerate(row):
            layout = {"x": index * width, "y": y, "w": width, "h": height, "minH": height}
            placed.append({**item, "layout": layout})
        y += height
    return placed
