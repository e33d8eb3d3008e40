"""A server that takes Sentry's events but no spans, such as Bugsink."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from genai_sentry.testing import SimulatedProvider
from process import environment

CODE = """
import genai_sentry, openai
genai_sentry.init()
client = openai.OpenAI(max_retries=0)
for _ in range(3):
    client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hello"}])
    genai_sentry.flush()
"""


@pytest.fixture
def spanless() -> Iterator[tuple[str, list[str]]]:
    """Such a server: its DSN, and the paths that were asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            paths.append(self.path)
            self.send_response(404 if "otlp" in self.path else 200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://public@127.0.0.1:{server.server_address[1]}/1", paths
    server.shutdown()
    server.server_close()


def test_it_is_asked_once_and_no_issue_is_made_of_its_answer(
    spanless: tuple[str, list[str]], simulated: SimulatedProvider
) -> None:
    """One line in the log says that spans are dropped; no error is logged, which Sentry would turn into an event."""
    dsn, paths = spanless
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CODE],
        env=environment(SENTRY_DSN=dsn, OPENAI_BASE_URL=simulated.base_url, OPENAI_API_KEY="k"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (0, "") == (done.returncode, done.stdout), done.stderr
    assert ["spans are dropped: this Sentry has no endpoint for them (HTTP 404); events are sent"] == (
        done.stderr.splitlines()
    )
    assert 1 == sum("otlp" in path for path in paths)
