"""A loopback server that answers from a script, for SDKs that no transport can be handed to."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """One answer.

    Attributes:
        body: of the answer; dicts and lists go out as JSON.
        status: the HTTP status.
        kind: its content type.
        headers: further headers.
    """

    body: Any = None
    status: int = 200
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The bytes on the wire."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


def events(*values: Any, done: str = "", named: bool = False) -> Reply:
    """An answer by server-sent events; `named` ones have their type as a field of its own, too."""
    lines = [(f"event: {value['type']}\n" if named else "") + f"data: {json.dumps(value)}\n\n" for value in values]
    text = "".join(lines) + (f"data: {done}\n\n" if done else "")
    return Reply(text.encode(), kind="text/event-stream")


class ScriptedServer:
    """Answers one request after the other from `replies`; the last one answers all that follow."""

    def __init__(self) -> None:
        self.replies: list[Reply] = [Reply({})]
        self.requests: list[tuple[str, str, bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                outer.requests.append((self.command, self.path, body))
                reply = outer.replies.pop(0) if len(outer.replies) > 1 else outer.replies[0]
                self.send_response(reply.status)
                self.send_header("content-type", reply.kind)
                self.send_header("content-length", str(len(reply.content)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.content)

            def log_message(self, *args: Any) -> None:
                return None

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def script(self, *replies: Reply) -> None:
        """Answer so from now on."""
        self.replies = list(replies)
        self.requests.clear()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
