"""Splitting server-sent events and lines of JSON from bytes that may be cut anywhere."""

from __future__ import annotations

import re
from typing import Final

MAX_PENDING: Final = 2 * 1024 * 1024
"""Longest unfinished event kept, in bytes; a longer one is skipped."""

_BOUNDARY: Final = re.compile(rb"\r\n\r\n|\n\n|\r\r|\n\r\n")
_LINE: Final = re.compile(rb"\r\n|\n|\r")
_BOM: Final = b"\xef\xbb\xbf"


class Splitter:
    """Cuts a byte stream into blocks (events, or lines) that end at a boundary.

    Attributes:
        overflowed: whether an unfinished block grew past `MAX_PENDING` and was skipped.
    """

    __slots__ = ("_boundary", "_overlap", "_pieces", "_size", "_skipping", "overflowed")

    def __init__(self, boundary: re.Pattern[bytes], overlap: int) -> None:
        self._boundary = boundary
        self._overlap = overlap
        self._pieces: list[bytes] = []
        self._size = 0
        self._skipping = False
        self.overflowed = False

    @property
    def pending(self) -> bool:
        """Whether a block has begun and not ended."""
        return bool(self._pieces)

    def feed(self, chunk: bytes) -> list[bytes]:
        """The blocks that end within this chunk, without their boundaries."""
        if self._pieces:
            last = self._pieces[-1]
            if not self._boundary.search(last[-self._overlap :] + chunk):
                self._hold(chunk)
                return []
            self._pieces.append(chunk)
            chunk = b"".join(self._pieces)
            self._pieces.clear()
            self._size = 0
        blocks = self._boundary.split(chunk)
        rest = blocks.pop()
        if blocks and self._skipping:
            self._skipping = False
            del blocks[0]
        if rest:
            self._hold(rest)
        return [block for block in blocks if block]

    def rest(self) -> bytes:
        """What is left when the bytes are over: a block without its boundary."""
        if self._skipping:
            return b""
        return b"".join(self._pieces)

    def _hold(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._skipping or self._size > MAX_PENDING:
            self._skipping = self.overflowed = True
            tail = (self._pieces[-1] if self._pieces else b"") + piece
            self._pieces = [tail[-self._overlap :]]
            self._size = self._overlap
            return
        if len(piece) < self._overlap and self._pieces:
            self._pieces[-1] += piece
        else:
            self._pieces.append(piece)


def events() -> Splitter:
    """A splitter for server-sent events."""
    return Splitter(_BOUNDARY, 3)


def lines() -> Splitter:
    """A splitter for newline-delimited JSON."""
    return Splitter(re.compile(rb"\r?\n"), 1)


def data_of(block: bytes) -> tuple[bytes, bytes]:
    """Name and data of one event block; data lines are joined by newlines, comments dropped.

    A block that is bare JSON (some servers write an error body into the stream) is its own data.
    """
    if block.startswith(b"data:") and b"\n" not in block and b"\r" not in block:
        return b"", block[5:].strip()
    name = b""
    data: list[bytes] = []
    bare: list[bytes] = []
    for line in _LINE.split(block.removeprefix(_BOM)):
        if line.startswith(b"data:"):
            data.append(line[6:] if line[5:6] == b" " else line[5:])
        elif line.startswith(b"event:"):
            name = line[6:].strip()
        elif bare or line.lstrip()[:1] in (b"{", b"["):
            bare.append(line)
    return name, b"\n".join(data or bare).strip()


def is_event_stream(body: bytes, content_type: str | None) -> bool:
    """Whether a body holds server-sent events, by its first bytes, else by its content type."""
    head = body[:64].removeprefix(_BOM).lstrip()
    if head[:1] in (b"{", b"["):
        return False
    if head.startswith((b"data:", b"event:", b"id:", b"retry:", b":")):
        return True
    return bool(content_type) and "event-stream" in str(content_type).lower()
