"""What dashboards, alerts and programs depend on, as lines of text: `names.txt` holds those of the last decision.

After a decision to add or rename: python tests/stability/frozen.py > tests/stability/names.txt
"""

from __future__ import annotations

import importlib.metadata
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import genai_sentry
from genai_sentry import Cost, ErrorType, Reason, Settings, testing
from genai_sentry.cli import COMMANDS
from genai_sentry.errors.taxonomy import KINDS, classification
from genai_sentry.ratelimit import RateLimits
from genai_sentry.record import CallRecord, StreamFacts
from genai_sentry.sentry import events
from genai_sentry.sentry import metrics as sentry_metrics
from genai_sentry.settings import OTHER_VARIABLES, variables
from genai_sentry.telemetry import attributes, metrics
from genai_sentry.version import SCHEMA_URL
from genai_sentry.wire.outcome import Outcome, Usage

ROOT = Path(__file__).parents[2]


def signature(value: Callable[..., object]) -> str:
    """Parameters with kind and default, without annotations: what a call may look like."""
    parts: list[str] = []
    starred = False
    for item in inspect.signature(value).parameters.values():
        if item.name == "self":
            continue
        if item.kind is inspect.Parameter.KEYWORD_ONLY and not starred:
            parts.append("*")
            starred = True
        name = {item.VAR_POSITIONAL: "*", item.VAR_KEYWORD: "**"}.get(item.kind, "") + item.name
        starred = starred or item.kind is item.VAR_POSITIONAL
        parts.append(name if item.default is item.empty else f"{name}={_default(item.default)}")
    return f"({', '.join(parts)})"


def _default(value: object) -> str:
    return "…" if type(value).__module__ == "dataclasses" else repr(value)


def members(name: str, value: type) -> Iterator[str]:
    """A class's own methods and attributes."""
    for member in sorted(vars(value)):
        if member.startswith("_"):
            continue
        found = getattr(value, member)
        yield f"{name}.{member}{signature(found) if inspect.isroutine(found) else ''}"
    for item in getattr(value, "__dataclass_fields__", {}):
        if item not in vars(value):
            yield f"{name}.{item}"


def api(module: Any) -> Iterator[str]:
    """Public names with signatures."""
    for name in module.__all__:
        value = getattr(module, name)
        if not callable(value):
            yield name
        elif not isinstance(value, type):
            yield f"{name}{signature(value)}"
        elif issubclass(value, str):
            yield from (f"{name}.{member} = {member.value}" for member in value)
        else:
            yield f"{name}{signature(value)}"
            yield from members(name, value)


def constants(module: Any) -> set[str]:
    """Values of a module's constants that are names."""
    return {value for name, value in vars(module).items() if name.isupper() and isinstance(value, str)}


def span_attributes() -> set[str]:
    """Attributes that this package sets on spans at their start or end."""
    found = constants(attributes) | set(attributes.LIMITS.values()) | set(attributes.CONTENT.values())
    return found | {name for names in attributes.USAGE.values() for name in names}


def contexts() -> Iterator[str]:
    """Keys of the contexts of events about calls of which everything is known."""
    for kind in (ErrorType.CONTEXT_LENGTH, ErrorType.RATE_LIMIT):
        record = failed(kind)
        for name, context in events.contexts(record, Settings(), "production").items():
            yield from (f"{name}.{key}" for key in context)
        for key, value in (events.trace_context(record) or {}).items():
            yield from (f"trace.{key}.{part}" for part in value) if isinstance(value, dict) else (f"trace.{key}",)


def own_names() -> Iterator[str]:
    """Every name of this package's own that its source spells out: attributes, tags, contexts, metrics."""
    for path in (ROOT / "src").rglob("*.py"):
        yield from re.findall(
            r"\"(llm(?:_|\.client\.)[a-z0-9_.]*[a-z0-9]|ai_model)\"", path.read_text(encoding="utf-8")
        )


def entry_points() -> Iterator[str]:
    """What other programs find this package by."""
    for item in importlib.metadata.distribution("genai-sentry").entry_points:
        yield f"{item.group}: {item.name} = {item.value}"


def reasons() -> Iterator[str]:
    """The taxonomy: types, their reasons, what is fixed for each."""
    for kind, facts in KINDS.items():
        yield f"{kind}: {facts.severity}, {'retryable' if facts.retryable else 'not retryable'}, {facts.action}"
        yield from (f"{kind}/{reason}" for reason in Reason if reason in facts.reasons)


SECTIONS: dict[str, Callable[[], Any]] = {
    "api": lambda: api(genai_sentry),
    "testing": lambda: api(testing),
    "settings": lambda: (f"{item.name} {item.metadata.get('env', '')}".strip() for item in fields(Settings)),
    "environment": lambda: set(variables().values()) | OTHER_VARIABLES,
    "span attributes": span_attributes,
    "tags": lambda: events.tags(failed(ErrorType.TIMEOUT), Settings()),
    "contexts": contexts,
    "otel metrics": lambda: (constants(metrics) | set(metrics.SUCCESSORS.values())) - {SCHEMA_URL},
    "sentry metrics": lambda: constants(sentry_metrics),
    "taxonomy": reasons,
    "own names": own_names,
    "commands": lambda: COMMANDS,
    "entry points": entry_points,
    "schema": lambda: [SCHEMA_URL],
}


def failed(kind: ErrorType) -> CallRecord:
    """A failed call of which everything is known."""
    details = {"limit": 1, "requested": 2, "over_by": 1, "used": 1}
    return CallRecord(
        operation="chat", provider="openai", model="gpt-4o", endpoint="/v1/chat/completions",
        server_address="api.openai.com", server_port=443, started_at=1.0, duration_s=1.0, last_attempt_s=1.0, attempts=1,
        status=429, request_id="r", stream=StreamFacts(), outcome=Outcome(finish_reasons=("stop",)),
        usage=Usage(1, 1), usage_estimated=True, cost=Cost(0.1, 0.1, 0.2, "custom"),
        limits=RateLimits(*([1] * 13)), error_type="x", trace_id=1, span_id=2, parent_span_id=3,
        classification=classification(kind, evidence="x", retry_after=1.0, details=details),
    )  # fmt: skip


def lines() -> list[str]:
    """All names as they are now, by section."""
    return [f"{section} | {line}" for section, made in SECTIONS.items() for line in sorted(set(made()))]


if __name__ == "__main__":
    sys.stdout.write("\n".join(lines()) + "\n")
