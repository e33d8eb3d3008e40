"""From a span's attributes to a row of the table of calls, as one line of tab-separated text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from genai_sentry.errors.classify import classify
from genai_sentry.labels import MAX_VALUE_LENGTH, RESERVED, RESERVED_PREFIXES
from genai_sentry.ops.report.columns import COLUMNS, INDEX, LABEL_SEPARATOR, NO_CALLS, READ, known_attributes
from genai_sentry.pricing import Pricer
from genai_sentry.wire.outcome import Usage

LONGEST_CELL, LONGEST_ROW = 200, 1500
"""Characters; longer rows have their cells cut."""

MOST_NAMES = 10_000
"""Names of attributes that are remembered as no labels."""

WIDTH = len(COLUMNS)

_NAMES = tuple(column.attributes for column in READ)
_FIRST = tuple(names[0] for names in _NAMES)
_KNOWN = known_attributes()
_NO_LABEL = (
    *RESERVED_PREFIXES,
    "ai.",
    "baggage.",
    "cloud.",
    "code.",
    "container.",
    "db.",
    "deployment.",
    "enduser.",
    "exception.",
    "faas.",
    "host.",
    "input.",
    "k8s.",
    "llm.",
    "messaging.",
    "net.",
    "network.",
    "openinference.",
    "output.",
    "peer.",
    "process.",
    "rpc.",
    "service.",
    "session.",
    "span.",
    "telemetry.",
    "thread.",
    "traceloop.",
    "url.",
    "user.",
)
_UNSAFE = re.compile(r"[\t\n\r\x00]")

_MODEL, _PROVIDER, _OPERATION = INDEX["model"], INDEX["provider"], INDEX["operation"]
_ANSWERED, _HOST, _FINISH = INDEX["answered"], INDEX["host"], INDEX["finish"]
_COST, _SOURCE, _TYPE, _REASON = INDEX["cost_usd"], INDEX["cost_source"], INDEX["type"], INDEX["reason"]
_RETRYABLE, _ERROR, _STATUS = INDEX["retryable"], INDEX["error"], INDEX["status"]
_INPUT, _OUTPUT = INDEX["input_tokens"], INDEX["output_tokens"]
_READ_CACHE, _WRITE_CACHE = INDEX["cache_read_tokens"], INDEX["cache_write_tokens"]

OURS = "genai_sentry"


class Rows:
    """Makes rows.

    Args:
        pricer: prices calls that came without a cost.
        labels: names of the labels to keep; None for every attribute of this package's spans that looks like one.
    """

    def __init__(self, pricer: Pricer, labels: frozenset[str] | None = None) -> None:
        self._pricer = pricer
        self._labels = labels
        self._no_labels: set[str] = set()

    def row(
        self,
        attributes: Mapping[str, Any],
        *,
        scope: str,
        start_ns: int,
        end_ns: int,
        ids: tuple[str, str, str],
        failed: bool,
        message: str,
        service: str,
        environment: str,
    ) -> str | None:
        """The line for a span, newline included; None where it is no LLM call."""
        get = attributes.get
        ours = scope == OURS
        if ours:
            cells = [get(name, "") for name in _FIRST]
        else:
            cells = [next((attributes[name] for name in names if name in attributes), "") for names in _NAMES]
        if not _is_call(cells, attributes, ours):
            return None
        if type(cells[_FINISH]) is list:
            cells[_FINISH] = cells[_FINISH][0] if cells[_FINISH] else ""
        if not ours and failed and not cells[_TYPE]:
            _classify(cells, message)
        if cells[_COST] == "" and (cells[_INPUT] != "" or cells[_OUTPUT] != ""):
            self._price(cells, start_ns / 1e9)
        facts = (start_ns, end_ns, *ids, ours, service, environment, self._labels_of(attributes, ours))
        line = "\t".join(map(str, (*facts, *cells)))
        if line.count("\t") >= WIDTH or len(line) > LONGEST_ROW or "\n" in line or "\r" in line or "\0" in line:
            line = "\t".join(_clean(cell) for cell in (*facts, *cells))
        return line + "\n"

    def _labels_of(self, attributes: Mapping[str, Any], ours: bool) -> str:
        if not ours and self._labels is None:
            return ""
        found = []
        for name in attributes.keys() - self._no_labels:
            if not self._wanted(name):
                if len(self._no_labels) < MOST_NAMES:
                    self._no_labels.add(name)
                continue
            value = attributes[name]
            if type(value) is str and value and LABEL_SEPARATOR not in value:
                found.append(f"{name}={value[:MAX_VALUE_LENGTH]}")
        return LABEL_SEPARATOR.join(sorted(found))

    def _wanted(self, name: str) -> bool:
        if self._labels is not None:
            return name in self._labels
        return name not in _KNOWN and name not in RESERVED and not name.startswith(_NO_LABEL) and len(name) <= 32

    def _price(self, cells: list[Any], at: float) -> None:
        counts = {
            field: _whole(cells[index])
            for field, index in (
                ("input_tokens", _INPUT),
                ("output_tokens", _OUTPUT),
                ("cache_read_input_tokens", _READ_CACHE),
                ("cache_write_input_tokens", _WRITE_CACHE),
            )
        }
        models = [str(cells[index]) for index in (_ANSWERED, _MODEL) if cells[index]]
        cost = self._pricer.cost(str(cells[_PROVIDER]), models, Usage(**counts), host=str(cells[_HOST]), at=at)
        if cost is not None:
            cells[_COST], cells[_SOURCE] = cost.total_usd, "report"


def _is_call(cells: list[Any], attributes: Mapping[str, Any], ours: bool) -> bool:
    operation = cells[_OPERATION]
    if ours:
        return bool(operation)
    if not cells[_MODEL] or str(operation).lower() in NO_CALLS:
        return False
    return bool(operation or cells[_PROVIDER] or cells[_INPUT] != "")


def _classify(cells: list[Any], message: str) -> None:
    status = _whole(cells[_STATUS])
    found = _classified(str(cells[_ERROR]), status, message[:500], str(cells[_PROVIDER]))
    cells[_TYPE], cells[_REASON], cells[_RETRYABLE] = found


@lru_cache(maxsize=2048)
def _classified(error: str, status: int | None, message: str, provider: str) -> tuple[str, str, str]:
    found = classify(exception_type=error or None, status=status, message=message or None, provider=provider or None)
    return str(found.type), str(found.reason), "true" if found.retryable else "false"


def _whole(value: object) -> int | None:
    try:
        return int(float(value)) if isinstance(value, str | int | float) and value != "" else None
    except (ValueError, OverflowError):
        return None


def _clean(value: object) -> str:
    return _UNSAFE.sub(" ", str(value))[:LONGEST_CELL]
