"""Making bodies of events for the tests of wire formats."""

from __future__ import annotations

import json

from genai_sentry.wire.base import Format
from genai_sentry.wire.outcome import Outcome


def events(*values: object, named: bool = False, done: bool = False) -> bytes:
    """Server-sent events of these values; `named` adds an `event:` line with their type."""
    lines = []
    for value in values:
        name = f"event: {value['type']}\n" if named and isinstance(value, dict) else ""
        lines.append(f"{name}data: {json.dumps(value, separators=(',', ':'))}\n\n")
    if done:
        lines.append("data: [DONE]\n\n")
    return "".join(lines).encode()


def lines(*values: object) -> bytes:
    """Newline-delimited JSON."""
    return "".join(json.dumps(value) + "\n" for value in values).encode()


def follow(format: Format, body: bytes, step: int = 0, *, capture: bool = False) -> Outcome:
    """Read a body as a stream: one event at a time, or in pieces of `step` bytes."""
    reader = format.reader(capture=capture)
    pieces = [body[i : i + step] for i in range(0, len(body), step)] if step else body.splitlines(keepends=True)
    if not step and b"\n\n" in body:
        pieces = [piece + b"\n\n" for piece in body.split(b"\n\n") if piece]
    for piece in pieces:
        reader.feed(piece)
    return reader.finish()
