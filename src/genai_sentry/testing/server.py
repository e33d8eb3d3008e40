"""A small HTTP/1.1 server on the loopback interface: threads, keep-alive, bounded bodies, misbehaviour on demand."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

MAX_BODY = 64 * 1024 * 1024
"""Bytes of request body taken; more is answered by 413."""


_LINGER_NONE = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class Cut(Exception):
    """Raised by a body's iterator or a handler: drop the connection here.

    Attributes:
        reset: whether the peer sees a reset (RST); else the connection just ends.
    """

    def __init__(self, *, reset: bool = False) -> None:
        super().__init__("connection dropped on purpose")
        self.reset = reset


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request as it arrived.

    Attributes:
        method: HTTP method.
        path: the URL's path, without query.
        query: the URL's query, without question mark.
        headers: by lower-case name.
        body: the body as sent, content encoding kept.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer.

    Attributes:
        status: HTTP status.
        body: the whole body, or pieces that are sent one by one (chunked) as the iterable yields them.
        headers: response headers; the content length is added.
        missing: bytes that the content length promises beyond the body, so that the peer sees an incomplete body.
    """

    status: int = 200
    body: bytes | Iterable[bytes] = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    missing: int = 0


class LoopbackServer:
    """Serves one handler on 127.0.0.1, on a port that the system picks, until closed.

    The handler runs in the connection's own thread. `pause` is its interruptible sleep: closing the server ends it.
    """

    def __init__(self, handler: Callable[[Arrival], Reply]) -> None:
        self._closing = threading.Event()
        self._server = _Server(handler)
        self.port: int = self._server.server_address[1]
        self.url: str = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name=f"genai-sentry-testing-{self.port}", daemon=True
        )
        self._thread.start()

    def pause(self, seconds: float) -> None:
        """Sleep that ends early, by `Cut`, when the server is closed."""
        if seconds > 0 and self._closing.wait(seconds):
            raise Cut

    def drop_connections(self) -> None:
        """Reset every open connection."""
        self._server.drop_connections()

    def close(self) -> None:
        """Stop listening, drop what is open, wait for the threads (at most two seconds). Again: nothing."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._server.drop_connections()
        self._server.wait_idle(2.0)
        self._thread.join(2.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    allow_reuse_address = False

    def __init__(self, handler: Callable[[Arrival], Reply]) -> None:
        self.respond = handler
        self._open: set[socket.socket] = set()
        self._idle = threading.Condition()
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_bind(self) -> None:
        """Bind without the base class's reverse look-up of the host's name, which can take seconds."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._idle:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._idle:
            self._open.discard(request)
            self._idle.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: peers that leave are what tests are made of."""

    def drop_connections(self) -> None:
        with self._idle:
            sockets = list(self._open)
        for connection in sockets:
            _reset(connection, shut=True)

    def wait_idle(self, timeout: float) -> None:
        end = time.monotonic() + timeout
        with self._idle:
            while self._open and (left := end - time.monotonic()) > 0:
                self._idle.wait(left)


def _reset(connection: socket.socket, *, shut: bool) -> None:
    with contextlib.suppress(OSError):
        # Linger of zero seconds: closing sends RST in place of an orderly end.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NONE)
        if shut:
            connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 120
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""

    def version_string(self) -> str:
        return "simulated"

    def _serve(self) -> None:
        body = self._read_body()
        if body is None:
            self._send(Reply(413, b"request entity too large", {"content-type": "text/plain"}))
            self.close_connection = True
            return
        url = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            self._send(self._reply(Arrival(self.command, url.path, url.query, headers, body)))
        except Cut as cut:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.wfile.flush()
            if cut.reset:
                self._abort()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815

    def _reply(self, arrival: Arrival) -> Reply:
        try:
            return self.server.respond(arrival)
        except Cut:
            raise
        except Exception as error:
            # A bug in the stand-in, or in a test's own answer function: shown to the client, not swallowed.
            return Reply(500, f"stand-in failed: {error!r}".encode(), {"content-type": "text/plain"})

    def _abort(self) -> None:
        _reset(self.connection, shut=False)
        # Closed here, not by the base class, whose orderly shutdown would come before the reset.
        for stream in (self.wfile, self.rfile, self.connection):
            with contextlib.suppress(OSError):
                stream.close()

    def _read_body(self) -> bytes | None:
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            return self._read_chunked()
        try:
            length = int(self.headers.get("content-length") or 0)
        except ValueError:
            return None
        return self.rfile.read(length) if 0 <= length <= MAX_BODY else None

    def _read_chunked(self) -> bytes | None:
        parts: list[bytes] = []
        total = 0
        while True:
            try:
                size = int(self.rfile.readline(1024).split(b";")[0], 16)
            except ValueError:
                return None
            if size == 0:
                break
            total += size
            if total > MAX_BODY:
                return None
            parts.append(self.rfile.read(size))
            self.rfile.readline(8)
        while self.rfile.readline(8192).strip():
            pass
        return b"".join(parts)

    def _send(self, reply: Reply) -> None:
        whole = reply.body if isinstance(reply.body, bytes) else None
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if whole is not None:
            self.send_header("content-length", str(len(whole) + reply.missing))
        else:
            self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        if self.command == "HEAD":
            return
        if whole is not None:
            self.wfile.write(whole)
            self.wfile.flush()
            if reply.missing:
                self.close_connection = True
            return
        self.wfile.flush()
        assert not isinstance(reply.body, bytes)
        for piece in reply.body:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()
