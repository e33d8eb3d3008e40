"""Reads OTLP JSON lines: this package's file exporter's, a collector's file exporter's, whole export requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from genai_sentry.ops.report.rows import Rows
from genai_sentry.ops.report.tally import Tally

BROKEN = "lines that are no JSON (cut short, or something else)"
OTHER_JSON = "JSON lines without spans (other signals, or something else)"
ODD = "spans that can't be read"
ODD_TIME = "spans without a usable time"
UNNAMED = "unnamed"
EARLIEST_NS, LATEST_NS = 1_420_070_400 * 10**9, 4_102_444_800 * 10**9
"""The years 2015 to 2100."""

_ODDITIES = (KeyError, TypeError, AttributeError, ValueError, IndexError, OverflowError)


class Piece(NamedTuple):
    """What is needed of one span, whichever way it was decoded."""

    attributes: Mapping[str, Any]
    ids: tuple[str, str, str]
    start: object
    end: object
    code: object
    message: str


Group = tuple[Mapping[str, Any], str, Iterable[Any], Callable[[Any], Piece]]
"""Attributes of the resource, name of the scope, its spans, and what makes a `Piece` of each."""


def read_lines(lines: Iterable[bytes], source: str, rows: Rows, tally: Tally) -> Iterator[str]:
    """Rows of the calls in some lines; what else was met is counted."""
    fast = _fast()
    for line in lines:
        if line.isspace():
            continue
        tally.lines += 1
        try:
            groups = fast(line)
        except (ValueError, RecursionError):
            try:
                groups = _plain(line, source, tally)
            except (ValueError, RecursionError):
                tally.problems[source, BROKEN] += 1
                continue
        for group in groups:
            yield from _rows(group, source, rows, tally)


def _rows(group: Group, source: str, rows: Rows, tally: Tally) -> Iterator[str]:
    """Rows of the spans of one resource and scope."""
    resource, scope, spans, piece_of = group
    service = str(resource.get("service.name", ""))
    environment = str(resource.get("deployment.environment.name") or resource.get("deployment.environment") or "")
    calls = others = 0
    for span in spans:
        tally.spans += 1
        try:
            row = _row(piece_of(span), scope, service, environment, rows)
        except _ODDITIES as error:
            tally.problems[source, ODD_TIME if isinstance(error, _NoTime) else ODD] += 1
            continue
        if row is None:
            others += 1
        else:
            calls += 1
            yield row
    if calls:
        tally.calls[scope] += calls
    if others:
        tally.other_spans[scope] += others


def _row(piece: Piece, scope: str, service: str, environment: str, rows: Rows) -> str | None:
    start = nanoseconds(piece.start)
    return rows.row(
        piece.attributes,
        scope=scope,
        start_ns=start,
        end_ns=max(start, nanoseconds(piece.end)),
        ids=piece.ids,
        failed=piece.code in (2, "2", "STATUS_CODE_ERROR"),
        message=piece.message,
        service=service,
        environment=str(piece.attributes.get("sentry.environment") or environment),
    )


def _fast() -> Callable[[bytes], list[Group]]:
    """The typed way, where msgspec is installed; it raises `ValueError` for lines of another shape."""
    try:
        from genai_sentry.ops.report import typed
    except ImportError:

        def none(line: bytes) -> list[Group]:
            raise ValueError("msgspec is not installed")

        return none

    def piece(span: typed.Span) -> Piece:
        status = span.status
        return Piece(
            typed.flat(span.attributes),
            (span.traceId, span.spanId, span.parentSpanId or ""),
            span.startTimeUnixNano,
            span.endTimeUnixNano,
            status.code if status is not None else 0,
            (status.message or "") if status is not None else "",
        )

    def decode(line: bytes) -> list[Group]:
        return [
            (
                typed.flat(group.resource.attributes) if group.resource is not None else {},
                (scoped.scope.name if scoped.scope is not None else None) or UNNAMED,
                scoped.spans or (),
                piece,
            )
            for group in typed.decode(line).resourceSpans
            for scoped in group.scopeSpans
        ]

    return decode


def _plain(line: bytes, source: str, tally: Tally) -> list[Group]:
    """The tolerant way; raises `ValueError` for what is no JSON, and counts what has no spans or can't be read."""
    document = json.loads(line)
    listed = document.get("resourceSpans") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        tally.problems[source, OTHER_JSON] += 1
        return []
    groups: list[Group] = []
    for group in listed:
        try:
            resource = flat((group.get("resource") or {}).get("attributes"))
            for scoped in group.get("scopeSpans") or group.get("instrumentationLibrarySpans") or ():
                scope = (scoped.get("scope") or scoped.get("instrumentationLibrary") or {}).get("name")
                groups.append((resource, str(scope or UNNAMED), list(scoped.get("spans") or ()), _piece))
        except _ODDITIES:
            tally.problems[source, ODD] += 1
    return groups


def _piece(span: Mapping[str, Any]) -> Piece:
    status = span.get("status") or {}
    return Piece(
        flat(span.get("attributes")),
        (str(span.get("traceId", "")), str(span.get("spanId", "")), str(span.get("parentSpanId") or "")),
        span.get("startTimeUnixNano"),
        span.get("endTimeUnixNano"),
        status.get("code"),
        str(status.get("message") or ""),
    )


class _NoTime(ValueError):
    """A span has no start or end that can be read."""


def flat(pairs: Any) -> dict[str, Any]:
    """Attributes by name; arrays are lists, integers stay the text that OTLP's JSON writes them as."""
    found: dict[str, Any] = {}
    for pair in pairs or ():
        for kind, value in (pair.get("value") or {}).items():
            if kind == "arrayValue":
                value = [inner for item in value.get("values") or () for inner in item.values()]
            elif kind == "boolValue":
                value = "true" if value else "false"
            elif kind == "kvlistValue":
                continue
            found[pair["key"]] = value
    return found


def nanoseconds(value: object) -> int:
    """Unix time in nanoseconds, from a number, its text, or an ISO 8601 date with any UTC offset (none means UTC).

    Raises:
        ValueError: it is no time.
    """
    try:
        return _positive(int(value))  # type: ignore[call-overload]
    except _NoTime:
        raise
    except (TypeError, ValueError):
        pass
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise _NoTime(f"no time: {value!r}") from None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return _positive(round(moment.timestamp() * 1e6) * 1000)


def _positive(value: int) -> int:
    # 0 is what OTLP has where a time is not set; a clock that is decades off would stretch every chart.
    if not EARLIEST_NS < value < LATEST_NS:
        raise _NoTime(f"no time: {value}")
    return value
