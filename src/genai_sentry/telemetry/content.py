"""Prompts and outputs on spans: only where the settings ask for them, redacted and bounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from genai_sentry.redaction import redacted
from genai_sentry.telemetry.attributes import CONTENT, Value

if TYPE_CHECKING:
    from genai_sentry.wire.outcome import Outcome, RequestFacts

MAX_CHARACTERS = 65_536
"""Longest content attribute; what is longer is cut, with a mark at the end."""
CUT = "…[cut]"


def content_attributes(
    facts: RequestFacts | None, outcome: Outcome | None, redact: Callable[[str], str] | None
) -> dict[str, Value]:
    """The captured texts of request and response as span attributes, each through `redact` first; without it, none."""
    attributes: dict[str, Value] = {}
    for side in (facts, outcome):
        content = side.content if side is not None else None
        if content is None:
            continue
        for name, attribute in CONTENT.items():
            held = getattr(content, name)
            text = redacted(held, redact) if held is not None else None
            if text is None:
                continue
            attributes[attribute] = text if len(text) <= MAX_CHARACTERS else text[:MAX_CHARACTERS] + CUT
    return attributes
