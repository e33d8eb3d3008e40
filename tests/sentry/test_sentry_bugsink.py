"""In a running Bugsink, an independent server for Sentry's events: issues are what they should be, and say where.

Needs a virtual environment with `bugsink`, which `GENAI_SENTRY_BUGSINK` names.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import process

VENV = os.environ.get("GENAI_SENTRY_BUGSINK", "")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not VENV, reason="GENAI_SENTRY_BUGSINK names no environment with bugsink"),
    pytest.mark.timeout(300),
]

FAILURES = (
    "rate_limit.requests_per_minute",
    "rate_limit.tokens_per_minute",
    "quota_exceeded.insufficient_quota",
    "authentication.invalid_key",
    "server_error.overloaded",
    "context_length.input_too_long",
    "invalid_request.unsupported_parameter",
    "content_filter.prompt",
)

APPLICATION = """
    import contextlib, sys
    import genai_sentry, openai
    from genai_sentry.testing import SimulatedProvider

    def summarise(client, number):
        # A page each: one request that fails again and again is a storm, which has an issue of its own.
        messages = [{"role": "user", "content": f"page {number}"}]
        return client.chat.completions.create(model="gpt-4o", messages=messages)

    with SimulatedProvider() as provider:
        genai_sentry.init(dsn=sys.argv[1], sentry_options={"release": "shop@1"})
        client = openai.OpenAI(base_url=provider.base_url, api_key="sk-test", max_retries=0)
        for number, failure in enumerate(sys.argv[2].split(",") * 3):
            kind, _, reason = failure.partition(".")
            provider.fail_next(kind, reason=reason)
            with contextlib.suppress(openai.APIError):
                summarise(client, number)
        genai_sentry.flush(20)
"""


class Bugsink:
    """A server with one project."""

    def __init__(self, folder: Path) -> None:
        self._bin = Path(VENV) / "bin"
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "bugsink_conf", "PYTHONPATH": str(folder)}
        self._configure()
        bind = ("--bind", f"127.0.0.1:{self.port}", "--workers", "1", "--threads", "2")
        self.server = subprocess.Popen(
            [self._bin / "gunicorn", *bind, "--log-file", "gunicorn.log", "bugsink.wsgi"],
            cwd=folder,
            env=self._environment,
        )

    def _run(self, *words: str) -> str:
        done = subprocess.run(
            [self._bin / words[0], *words[1:]],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def _configure(self) -> None:
        port = f"--port={self.port}"
        self._run("bugsink-create-conf", "--template=local", port, "--host=127.0.0.1", "-o", "bugsink_conf.py")
        conf = self._folder / "bugsink_conf.py"
        quiet = 'BUGSINK = {\n    "PHONEHOME": False,\n    "DIGEST_IMMEDIATELY": True,'
        conf.write_text(conf.read_text().replace("BUGSINK = {", quiet, 1))
        self._run("bugsink-manage", "migrate")
        self._run("bugsink-manage", "migrate", "snappea", "--database=snappea")
        self._token = self._run("bugsink-manage", "create_auth_token").split()[-1]

    def ask(self, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/canonical/0{path}",
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def project(self) -> tuple[str, str]:
        """Make a project: its number and its DSN."""
        until = time.monotonic() + 60
        while True:
            try:
                team = self.ask("/teams/", {"name": "shop"})["id"]
                break
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.5)
        number = str(self.ask("/projects/", {"team": team, "name": "llm"})["id"])
        return number, self.ask(f"/projects/{number}/")["dsn"]


@pytest.fixture(scope="module")
def bugsink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bugsink]:
    server = Bugsink(tmp_path_factory.mktemp("bugsink"))
    yield server
    server.server.terminate()
    server.server.wait(20)


def test_issues_are_the_classes_of_failure_and_name_the_application_s_line(bugsink: Bugsink, tmp_path: Path) -> None:
    """Three failures of each of eight kinds make eight issues, whose text has file and line of the call."""
    number, dsn = bugsink.project()
    application = tmp_path / "shop.py"
    lines = [line.removeprefix("    ") for line in APPLICATION.splitlines()]
    application.write_text("\n".join(lines))
    asked = 1 + next(place for place, line in enumerate(lines) if "completions.create" in line)
    done = subprocess.run(
        [sys.executable, application, dsn, ",".join(FAILURES)],
        env=process.environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    until = time.monotonic() + 60
    issues: list[Any] = []
    while len(issues) < len(FAILURES) and time.monotonic() < until:
        issues = bugsink.ask(f"/issues/?project={number}")["results"]
        time.sleep(0.5)
    assert len(FAILURES) == len(issues)
    kinds = set()
    for issue in issues:
        event = bugsink.ask(f"/events/?issue={issue['id']}")["results"][0]
        found = bugsink.ask(f"/events/{event['id']}/")
        kinds.add((found["data"]["tags"]["llm_error_type"], found["data"]["tags"]["llm_error_reason"]))
        assert "shop.py" in found["stacktrace_md"]
        assert str(asked) in found["stacktrace_md"]
    assert {tuple(failure.split(".")) for failure in FAILURES} == kinds
