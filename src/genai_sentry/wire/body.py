"""Bodies and events as they come: collected within bounds, decoded, and searched for an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from genai_sentry.patterns import lazy
from genai_sentry.wire import fields, multipart, scan

MAX_BODY: Final = 1024 * 1024
"""Longest answer decoded as a whole, in bytes; of a longer one only head and tail are looked at."""
EDGE: Final = 64 * 1024
"""How much of head and tail is kept of an answer that is not decoded as a whole, in bytes."""
MAX_REQUEST: Final = 16 * 1024 * 1024
"""Longest request decoded from bytes."""
MAX_EVENT: Final = 512 * 1024
"""Longest event kept and decoded as a whole, in bytes."""
ERROR: Final = lazy(rb'"error"\s*:\s*[^n\s]')
"""An error that is not null."""

_ERROR_KEYS: Final = (
    "type",
    "code",
    "message",
    "status",
    "param",
    "detail",
    "object",
    "request_id",
    "sequence_number",
    "timestamp",
    "msg",
    "error_msg",
    "error_code",
)


def error_of(value: Mapping[str, object]) -> dict[str, object] | None:
    """The error that a decoded body or event holds, without whatever else (an output) it holds; None without one."""
    error = value.get("error")
    if not (isinstance(error, dict | str | list) and error):
        error = None
        if value.get("object") != "error" and value.get("type") != "error" and not _bare(value):
            return _refusal(value.get("base_resp"))
    found = {key: value[key] for key in _ERROR_KEYS if isinstance(value.get(key), str | int | float)}
    if error is not None:
        found["error"] = error
    return found


_BARE: Final = frozenset({*_ERROR_KEYS, "success", "errors", "raw_status_code", "statusCode", "path"})
_TELLING: Final = ("message", "detail", "msg", "error_msg")


def _bare(value: Mapping[str, object]) -> bool:
    """Whether a body is an error that does not call itself one: a message or detail, and nothing of an answer."""
    return len(value) <= 8 and _BARE.issuperset(value) and any(isinstance(value.get(key), str) for key in _TELLING)


def _refusal(base: object) -> dict[str, object] | None:
    """MiniMax says with every answer, under HTTP 200, how it went: any code but zero is a refusal."""
    if not isinstance(base, dict) or not isinstance(base.get("status_code"), int) or not base["status_code"]:
        return None
    return {
        "base_resp": {key: base[key] for key in ("status_code", "status_msg") if isinstance(base.get(key), int | str)}
    }


def body_of(content: bytes, content_type: str | None) -> dict[str, object] | None:
    """A request's body, decoded: a JSON object, or the text fields of a form; None for anything else."""
    if content_type and "multipart/" in content_type.lower():
        form = multipart.form_fields(content, content_type)
        if form.get("stream") in ("true", "True", "1"):
            form["stream"] = True
        return form
    if len(content) > MAX_REQUEST:
        return None
    value = fields.loads(content)
    return value if isinstance(value, dict) else None


class Body:
    """Collects an answer that comes in pieces; past `limit` only its head and tail.

    Attributes:
        size: bytes that passed.
    """

    __slots__ = ("_head", "_limit", "_pieces", "_tail", "size")

    def __init__(self, limit: int = MAX_BODY) -> None:
        self._limit = limit
        self._pieces: list[bytes] = []
        self._head = bytearray()
        self._tail = bytearray()
        self.size = 0

    def feed(self, chunk: bytes) -> None:
        """Take the next piece."""
        self.size += len(chunk)
        self._pieces.append(chunk)
        if self.size <= self._limit:
            return
        piece = b"".join(self._pieces)
        self._pieces.clear()
        if len(self._head) < EDGE:
            self._head += piece[: EDGE - len(self._head)]
        self._tail += piece[-EDGE:]
        if len(self._tail) > 4 * EDGE:
            del self._tail[:-EDGE]

    @property
    def whole(self) -> bytes | None:
        """All of it; None where it was too long."""
        return b"".join(self._pieces) if self.size <= self._limit else None

    @property
    def edges(self) -> tuple[bytes, bytes]:
        """Head and tail of one that was too long."""
        return bytes(self._head), bytes(self._tail[-EDGE:])


def shrunk(data: bytes) -> bytes:
    """An event as it may be kept: of a very long one (an image) the two ends."""
    return data if len(data) <= MAX_EVENT else data[:EDGE] + data[-EDGE:]


def decoded(data: bytes) -> Mapping[str, object] | None:
    """A kept event, decoded; of one that is only its two ends, what these say."""
    value = fields.loads(data)
    if isinstance(value, dict):
        return value
    if len(data) >= 2 * EDGE and data[:1] == b"{":
        found = scan.facts(data[:EDGE], data[-EDGE:])
        return {**found, "response": found} if b'"response"' in data[:EDGE] else found
    return None
