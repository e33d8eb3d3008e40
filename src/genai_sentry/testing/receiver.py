"""A recording Sentry: takes envelopes and OTLP traces on the loopback interface and shows them decoded.

from genai_sentry.testing import SentryReceiver

with SentryReceiver() as sentry:
    genai_sentry.init(dsn=sentry.dsn)
    ...                                     # a call that fails
    genai_sentry.flush()
    assert sentry.events[0]["tags"]["llm_error_type"] == "rate_limit"
"""

from __future__ import annotations

import gzip
import json
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from genai_sentry.testing.otlp import CONTENT_TYPE_PROTOBUF, EMPTY_RESPONSE, Span, decode_traces
from genai_sentry.testing.server import Arrival, Cut, LoopbackServer, Reply

JSON = dict[str, Any]

MAX_ITEMS = 50_000
"""Decoded items of one kind that are kept; the oldest go first."""
MAX_RAW = 256 * 1024 * 1024
"""Bytes of raw bodies that are kept; the oldest go first."""

_KINDS = {
    "event": "events",
    "transaction": "transactions",
    "trace_metric": "metrics",
    "log": "logs",
    "session": "sessions",
    "sessions": "sessions",
    "client_report": "client_reports",
}
_BATCHED = frozenset({"trace_metric", "log"})


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request that came in.

    Attributes:
        method, path, query: as sent.
        headers: by lower-case name.
        body: decompressed; as sent where it can't be.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_envelope(self) -> bool:
        """Whether it went to Sentry's envelope endpoint."""
        return self.path.rstrip("/").endswith("/envelope")

    def __bytes__(self) -> bytes:
        lines = [f"{self.method} {self.path}?{self.query}", *map(": ".join, self.headers.items())]
        return ("\n".join(lines) + "\n\n").encode() + self.body


class SentryReceiver:
    """A stand-in for Sentry that keeps what it is sent. Context manager; safe for threads; bounded in memory.

    Attributes:
        url: its root, such as `http://127.0.0.1:41123`.
        dsn: what to give to `genai_sentry.init` or `sentry_sdk.init`.
    """

    def __init__(self, *, project: int = 1) -> None:
        self._changed = threading.Condition()
        self._items: dict[str, deque[Any]] = {}
        self._raw: deque[Delivery] = deque()
        self._raw_size = 0
        self._status = 200
        self._answer_headers: dict[str, str] = {}
        self._answers_left: int | None = None
        self._hang_s = 0.0
        self._reset = False
        self._arrivals = 0
        self._server = LoopbackServer(self._respond)
        self.url: str = self._server.url
        self.dsn: str = f"http://public@127.0.0.1:{self._server.port}/{project}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening. What was received stays readable."""
        self._server.close()

    # What arrived ----------------------------------------------------------------------------------------------

    @property
    def events(self) -> list[JSON]:
        """Error events, as sent."""
        return self._list("events")

    @property
    def transactions(self) -> list[JSON]:
        """Transactions that Sentry's own tracing made."""
        return self._list("transactions")

    @property
    def spans(self) -> list[Span]:
        """OTLP spans."""
        return self._list("spans")

    @property
    def metrics(self) -> list[JSON]:
        """Single measurements of `trace_metric` items: `name`, `type`, `value`, `unit`, `attributes`, …"""
        return self._list("metrics")

    @property
    def logs(self) -> list[JSON]:
        """Single records of `log` items."""
        return self._list("logs")

    @property
    def sessions(self) -> list[JSON]:
        """Release-health sessions and their aggregates."""
        return self._list("sessions")

    @property
    def client_reports(self) -> list[JSON]:
        """What the SDK says it dropped."""
        return self._list("client_reports")

    @property
    def envelopes(self) -> list[bytes]:
        """Envelopes, decompressed, as sent; refused ones too."""
        with self._changed:
            return [piece.body for piece in self._raw if piece.is_envelope]

    @property
    def raw(self) -> list[bytes]:
        """Every request's path, headers and decompressed body in one piece each, refused ones too: for leak tests."""
        with self._changed:
            deliveries = list(self._raw)
        return [bytes(delivery) for delivery in deliveries]

    @property
    def deliveries(self) -> list[Delivery]:
        """Every request, refused ones too, oldest first."""
        with self._changed:
            return list(self._raw)

    @property
    def arrivals(self) -> int:
        """Requests that came in, those answered by an error or not at all included."""
        with self._changed:
            return self._arrivals

    def _list(self, kind: str) -> list[Any]:
        with self._changed:
            return list(self._items.get(kind, ()))

    def wait_for(
        self,
        *,
        events: int = 0,
        spans: int = 0,
        metrics: int = 0,
        transactions: int = 0,
        until: Callable[[SentryReceiver], bool] | None = None,
        timeout: float = 5.0,
    ) -> bool:
        """Wait until at least so many have arrived and `until(receiver)` is true; whether that came to pass in time."""
        wanted = {"events": events, "spans": spans, "metrics": metrics, "transactions": transactions}
        end = time.monotonic() + timeout
        with self._changed:
            while True:
                enough = all(len(self._items.get(kind, ())) >= number for kind, number in wanted.items())
                if enough and (until is None or until(self)):
                    return True
                left = end - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(min(left, 0.25))

    def clear(self) -> None:
        """Forget what arrived. Behaviours stay."""
        with self._changed:
            self._items.clear()
            self._raw.clear()
            self._raw_size = 0
            self._arrivals = 0

    # Behaviours ------------------------------------------------------------------------------------------------

    def respond(self, status: int = 200, *, retry_after: float | None = None, times: int | None = None) -> None:
        """Answer with this status from now on, or so many times; what is answered by an error is not decoded.

        `respond()` goes back to normal, whatever the behaviour was.
        """
        with self._changed:
            self._status = status
            self._answer_headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
            self._answers_left = times
            self._hang_s = 0.0
            self._reset = False

    def hang(self, seconds: float) -> None:
        """Wait so long before each answer from now on (`hang(0)` ends it)."""
        with self._changed:
            self._hang_s = seconds

    def reset_connections(self, resetting: bool = True) -> None:
        """Reset open connections and, from now on, each that brings something (`False` ends it)."""
        with self._changed:
            self._reset = resetting
        if resetting:
            self._server.drop_connections()

    # Receiving -------------------------------------------------------------------------------------------------

    def _respond(self, arrival: Arrival) -> Reply:
        with self._changed:
            self._arrivals += 1
            reset, hang = self._reset, self._hang_s
            status, headers = self._next_status()
        if reset:
            raise Cut(reset=True)
        encoding = arrival.headers.get("content-encoding", "")
        try:
            body: bytes | None = decompress(arrival.body, encoding)
        except (ValueError, OSError, zlib.error, EOFError, ImportError):
            body = None
        self._keep_raw(arrival, arrival.body if body is None else body)
        self._server.pause(hang)
        if status >= 400:
            return Reply(status, b"{}", {"content-type": "application/json", **headers})
        if body is None:
            return _bad_request(f"can't decode content encoding {encoding}")
        try:
            return self._take(arrival, body)
        except (ValueError, KeyError, TypeError, AttributeError):
            return _bad_request("invalid payload")

    def _next_status(self) -> tuple[int, dict[str, str]]:
        if self._answers_left is not None:
            if self._answers_left <= 0:
                self._status, self._answer_headers, self._answers_left = 200, {}, None
            else:
                self._answers_left -= 1
        return self._status, self._answer_headers

    def _take(self, arrival: Arrival, body: bytes) -> Reply:
        path = arrival.path.rstrip("/")
        if path.endswith("/envelope"):
            self._take_envelope(body)
            return Reply(200, b"{}", {"content-type": "application/json"})
        if path.endswith("/v1/traces"):
            content_type = arrival.headers.get("content-type", "").split(";")[0].strip().lower()
            self._add("spans", decode_traces(body, content_type))
            if content_type == "application/json":
                return Reply(200, b"{}", {"content-type": "application/json"})
            return Reply(200, EMPTY_RESPONSE, {"content-type": CONTENT_TYPE_PROTOBUF})
        return Reply(404, b'{"detail":"not found"}', {"content-type": "application/json"})

    def _take_envelope(self, body: bytes) -> None:
        for header, payload in parse_envelope(body):
            kind = str(header.get("type", ""))
            name = _KINDS.get(kind)
            if name is None:
                continue
            content = json.loads(payload)
            self._add(name, content["items"] if kind in _BATCHED else [content])

    def _add(self, kind: str, items: list[Any]) -> None:
        with self._changed:
            self._items.setdefault(kind, deque(maxlen=MAX_ITEMS)).extend(items)
            self._changed.notify_all()

    def _keep_raw(self, arrival: Arrival, body: bytes) -> None:
        piece = Delivery(arrival.method, arrival.path, arrival.query, arrival.headers, body)
        with self._changed:
            self._raw.append(piece)
            self._raw_size += len(body)
            while self._raw_size > MAX_RAW and len(self._raw) > 1:
                self._raw_size -= len(self._raw.popleft().body)


def _bad_request(detail: str) -> Reply:
    return Reply(400, json.dumps({"detail": detail}).encode(), {"content-type": "application/json"})


def decompress(body: bytes, encoding: str) -> bytes:
    """Undo one content encoding.

    Raises:
        ValueError: the encoding is unknown.
        ImportError: its package is not installed (brotli).
    """
    match encoding.strip().lower():
        case "" | "identity":
            return body
        case "gzip":
            return gzip.decompress(body)
        case "deflate":
            return zlib.decompress(body, zlib.MAX_WBITS | 32 if body[:2] == b"\x1f\x8b" else zlib.MAX_WBITS)
        case "br":
            import brotli

            return bytes(brotli.decompress(body))
        case other:
            raise ValueError(f"unknown content encoding {other!r}")


def parse_envelope(body: bytes) -> list[tuple[JSON, bytes]]:
    """Split a Sentry envelope into its items: header and payload each.

    Raises:
        ValueError: a header is no JSON object.
    """
    items: list[tuple[JSON, bytes]] = []
    position = body.find(b"\n") + 1 or len(body)
    json.loads(body[:position])
    while position < len(body):
        end = body.find(b"\n", position)
        end = len(body) if end < 0 else end
        line = body[position:end].strip()
        position = end + 1
        if not line:
            continue
        header = json.loads(line)
        if not isinstance(header, dict):
            raise ValueError("an item's header is no object")
        length = header.get("length")
        stop = position + length if isinstance(length, int) else (body.find(b"\n", position) + 1 or len(body) + 1) - 1
        items.append((header, body[position:stop]))
        position = stop + 1
    return items
