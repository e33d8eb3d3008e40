"""Splitting server-sent events and lines of JSON from bytes that may be cut anywhere."""

from __future__ import annotations

import re
from typing import Final

from genai_sentry.patterns import lazy
from genai_sentry.wire.fields import loads

MAX_PENDING: Final = 1024 * 1024
"""Longest unfinished event kept, in bytes; of a longer one its two ends are."""
EDGE: Final = 64 * 1024
"""How much of each end."""

_BOUNDARY: Final = lazy(rb"\r\n\r\n|\n\n|\r\r|\n\r\n")
_LINE: Final = lazy(rb"\r\n|\n|\r")
_BOM: Final = b"\xef\xbb\xbf"


class Splitter:
    """Cuts a byte stream into blocks (events, or lines) that end at a boundary."""

    __slots__ = ("_boundary", "_head", "_overlap", "_pieces", "_plain", "_size", "_tail")

    def __init__(self, boundary: re.Pattern[bytes], overlap: int, plain: bytes | None = None) -> None:
        self._boundary = boundary
        self._plain = plain
        """What the boundary is where there is no carriage return."""
        self._overlap = overlap
        self._pieces: list[bytes] = []
        self._size = 0
        self._head = b""
        self._tail = b""

    @property
    def pending(self) -> bool:
        """Whether a block has begun and not ended."""
        return bool(self._pieces)

    def feed(self, chunk: bytes) -> list[bytes]:
        """The blocks that end within this chunk, without their boundaries."""
        if self._pieces:
            if not self._boundary.search(self._tail + chunk):
                self._hold(chunk)
                return []
            self._pieces.append(chunk)
            chunk = self.rest()
            self._pieces.clear()
            self._size = 0
            self._head = self._tail = b""
        blocks = self._boundary.split(chunk) if self._plain is None or b"\r" in chunk else chunk.split(self._plain)
        rest = blocks.pop()
        if rest:
            self._hold(rest)
        return [block for block in blocks if block]

    def rest(self) -> bytes:
        """What is left when the bytes are over: a block without its boundary."""
        return self._head + b"".join(self._pieces)

    def _hold(self, piece: bytes) -> None:
        self._size += len(piece)
        self._tail = (self._tail + piece)[-self._overlap :]
        self._pieces.append(piece)
        if self._size > MAX_PENDING:
            held = b"".join(self._pieces)
            if not self._head:
                self._head, held = held[:EDGE], held[EDGE:]
            self._pieces = [held[-EDGE:]]
            self._size = MAX_PENDING // 2


def events() -> Splitter:
    """A splitter for server-sent events."""
    return Splitter(_BOUNDARY, 3, b"\n\n")


def lines() -> Splitter:
    """A splitter for newline-delimited JSON."""
    return Splitter(lazy(rb"\r?\n"), 1)


class ArraySplitter:
    """Cuts a JSON array of objects, which grows as it is sent, into its objects."""

    __slots__ = ("_depth", "_escaped", "_in_text", "_pieces", "_size", "closed")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0
        self._depth = 0
        self._in_text = False
        self._escaped = False
        self.closed = False

    @property
    def pending(self) -> bool:
        """Whether an object has begun and not ended."""
        return self._depth > 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The objects that end within this chunk."""
        found: list[bytes] = []
        begin = 0
        position = 1 if self._escaped and chunk else 0
        self._escaped = False
        while True:
            token = (_TEXT_END if self._in_text else _BRACES).search(chunk, position)
            if token is None:
                break
            position = token.end()
            mark = token[0][:1]
            if mark == b'"':
                self._in_text = not self._in_text
            elif mark == b"{":
                begin = token.start() if self._depth == 0 else begin
                self._depth += 1
            elif mark == b"}" and self._depth:
                self._depth -= 1
                if self._depth == 0:
                    found.append(b"".join([*self._pieces, chunk[begin:position]]))
                    self._pieces.clear()
                    self._size = 0
            elif mark == b"]" and self._depth == 0:
                self.closed = True
            elif token[0] == b"\\":
                self._escaped = True
        if self._depth and begin < len(chunk):
            self._hold(chunk[begin:] if not self._pieces else chunk)
        return found

    def rest(self) -> bytes:
        """What is left of an unfinished object."""
        return b"".join(self._pieces)

    def _hold(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size > MAX_PENDING:
            held = b"".join(self._pieces)
            self._pieces = [held[:EDGE], held[-EDGE:]]
            self._size = MAX_PENDING // 2


_BRACES: Final = lazy(rb'[{}"\]]')
_TEXT_END: Final = lazy(rb'"|\\.?', re.DOTALL)


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


def last_boundary(data: bytes) -> int:
    """Where the last whole event ends; 0 where there is none."""
    end = 0
    for found in _BOUNDARY.finditer(data):
        end = found.end()
    return end


def with_boundaries(data: bytes) -> list[bytes]:
    """Whole events, each with the boundary that ends it."""
    begin, found = 0, []
    for boundary in _BOUNDARY.finditer(data):
        found.append(data[begin : boundary.end()])
        begin = boundary.end()
    return found


def is_malformed(chunk: bytes) -> bool:
    """Whether a chunk of whole events holds one whose data are no JSON; False for a chunk that is cut anywhere else."""
    if not chunk.startswith((b"data:", b"event:")) or not chunk.endswith((b"\n\n", b"\r\n\r\n")):
        return False
    found = (data_of(block)[1] for block in _BOUNDARY.split(chunk[:MAX_PENDING]))
    return any(data and not data.startswith((b"[DONE]", b"null")) and loads(data) is None for data in found)


def is_event_stream(body: bytes, content_type: str | None) -> bool:
    """Whether a body holds server-sent events, by its first bytes, else by its content type."""
    if body[:1] == b"{":
        return False
    head = body[:64].removeprefix(_BOM).lstrip()
    if head[:1] in (b"{", b"["):
        return False
    if head.startswith((b"data:", b"event:", b"id:", b"retry:", b":")):
        return True
    return bool(content_type) and "event-stream" in str(content_type).lower()
