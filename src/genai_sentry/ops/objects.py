"""What is kept in Sentry: a payload, and the mark by which it is known again.

A mark is `genai-sentry:<key>`. It stands in the description of a dashboard's first widget, in the description of a
monitor, and in the name of an alert (alerts have no description). What has no mark was made by someone else and is
never touched; who wants to keep a marked object for themselves removes its mark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Payload = dict[str, Any]
"""A JSON object as Sentry's API takes or gives it."""

PREFIX = "genai-sentry:"
_MARK = re.compile(r"\[genai-sentry:([A-Za-z0-9_.@/-]+)\]")


@dataclass(frozen=True, slots=True)
class Object:
    """One object to keep in Sentry.

    Attributes:
        kind: `dashboard`, `detector` or `workflow`, in the words of Sentry's API.
        key: what tells it from its siblings; part of its mark.
        title: its name for a person.
        payload: the body for the API.
        route: where it notifies: `slack`, `pagerduty` or `email`; empty where it does not.
        watches: which monitors (by key) an alert is connected with; None: the project's own errors.
    """

    kind: str
    key: str
    title: str
    payload: Payload
    route: str = ""
    watches: tuple[str, ...] | None = None


def mark(key: str) -> str:
    """The mark of the object with that key."""
    return f"[{PREFIX}{key}]"


def key_of(kind: str, current: Mapping[str, Any]) -> str | None:
    """The key in the mark of an object that Sentry's API gave; None for one that bears no mark."""
    if kind == "dashboard":
        widgets = current.get("widgets")
        first = widgets[0] if isinstance(widgets, list) and widgets else {}
        text = first.get("description") if isinstance(first, Mapping) else None
    else:
        text = current.get("description" if kind == "detector" else "name")
    found = _MARK.search(text) if isinstance(text, str) else None
    return found.group(1) if found else None
