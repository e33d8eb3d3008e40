"""Starts ordinary applications under ways and servers, each in a process of its own, and says what arrived."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from genai_sentry.testing import SentryReceiver, SimulatedProvider
from process import environment

ENVIRONMENT = "staging"
RELEASE = "shop@4.2"

APP = """
import os
from openai import OpenAI, RateLimitError

client = OpenAI(base_url=os.environ["LLM_URL"], api_key="sk-test", max_retries=0)


def ask(model="gpt-4o-mini"):
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": "hi"}])


def fail():
    try:
        ask("fail-rate_limit")
    except RateLimitError:
        return "busy"
"""
"""An application that knows nothing of this package; asking for the second model is refused with 429."""


@dataclass
class Seen:
    """What arrived at the receiver.

    Attributes:
        llm: LLM spans by model.
        events: error events.
        environments, releases: of spans and events together.
    """

    llm: list[str]
    events: list[dict[str, Any]]
    environments: set[str | None]
    releases: set[str | None]
    spans: list[Any]

    @property
    def once(self) -> bool:
        """Each call one span, the failure one event, environment and release as given."""
        return (
            sorted(self.llm) == ["fail-rate_limit", "gpt-4o-mini"]
            and [event["tags"].get("llm_error_type") for event in self.events] == ["rate_limit"]
            and self.environments == {ENVIRONMENT}
            and self.releases == {RELEASE}
        )

    def __str__(self) -> str:
        tags = [event.get("tags", {}).get("llm_error_type") for event in self.events]
        return f"spans {sorted(self.llm)} events {tags} {self.environments} {self.releases}"


def seen(receiver: SentryReceiver) -> Seen:
    """What arrived so far."""
    spans, events = receiver.spans, receiver.events
    llm = [span for span in spans if "gen_ai.operation.name" in span.attributes]
    return Seen(
        [str(span.attributes.get("gen_ai.request.model")) for span in llm],
        events,
        {span.attributes.get("sentry.environment") for span in llm} | {event.get("environment") for event in events},
        {span.attributes.get("sentry.release") for span in llm} | {event.get("release") for event in events},
        spans,
    )


@contextmanager
def stage() -> Iterator[tuple[SentryReceiver, SimulatedProvider]]:
    """A receiver and a provider; it refuses calls of the model `fail-rate_limit`."""
    with SentryReceiver() as receiver, SimulatedProvider() as provider:
        yield receiver, provider


def variables(receiver: SentryReceiver, provider: SimulatedProvider, **more: str) -> dict[str, str]:
    """The environment of an application under test: a DSN and who it is, and nothing of this test run."""
    values = {
        "SENTRY_DSN": receiver.dsn,
        "SENTRY_ENVIRONMENT": ENVIRONMENT,
        "SENTRY_RELEASE": RELEASE,
        "LLM_URL": provider.base_url,
        **more,
    }
    made = environment(**{name: value for name, value in values.items() if value})
    made.pop("PYTEST_CURRENT_TEST", None)
    made["GENAI_SENTRY_GUARD"] = "lenient"
    return made


def binary(name: str, python: str = sys.executable) -> str:
    """The path of a command in the environment of an interpreter."""
    return str(Path(python).parent / name)


def instrumented(*command: str, exporters: str | None = "sentry", python: str = sys.executable) -> list[str]:
    """The command line that runs `command` under the launcher."""
    chosen = [] if exporters is None else ["--traces_exporter", exporters]
    return [binary("opentelemetry-instrument", python), *chosen, *command]


def write(folder: Path, name: str, code: str) -> Path:
    """Write a module."""
    path = folder / name
    path.write_text(textwrap.dedent(code))
    return path


def run(command: list[str], env: dict[str, str], cwd: Path, *, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    return subprocess.run(command, env=_path(command, env), cwd=cwd, capture_output=True, text=True, timeout=timeout)


def _path(command: list[str], env: dict[str, str]) -> dict[str, str]:
    return {**env, "PATH": f"{Path(command[0]).parent}{os.pathsep}{env.get('PATH', '')}"}


@contextmanager
def served(
    command: list[str], env: dict[str, str], cwd: Path, port: int, *, stop: int = signal.SIGTERM
) -> Iterator[str]:
    """Run a server until the block is left, then stop it by a signal and wait for its end."""
    log = Path(tempfile.mkdtemp()) / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(command, env=_path(command, env), cwd=cwd, stdout=output, stderr=output)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url, server, log)
            yield url
        finally:
            server.send_signal(stop)
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 40
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(f"{url}/health", timeout=5).read()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"the server did not come up:\n{log.read_text()}")


def get(url: str) -> int:
    """Fetch a page; its status."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
