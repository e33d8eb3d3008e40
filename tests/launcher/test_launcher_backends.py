"""Real programs at the other end: a collector between application and Sentry, and a running Bugsink."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import launching
from launching import APP, free_port, instrumented, seen, stage, variables, write

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CALLS = 200


def test_a_collector_between_loses_nothing(pythons: dict[str, str], tmp_path: Path) -> None:
    """Application, OTLP, collector, Sentry: every span once, with its attributes; events go directly."""
    python = Path(pythons["rotel"])
    agent = next(python.parents[1].glob("lib/python*/site-packages/rotel/rotel-agent"), None)
    assert agent is not None
    write(tmp_path, "app.py", APP + f"\nfor _ in range({CALLS}):\n    ask()\nfail()\n")
    with stage() as (receiver, provider), collector(agent, receiver.url, tmp_path) as url:
        env = variables(receiver, provider, OTEL_EXPORTER_OTLP_ENDPOINT=url)
        done = launching.run(instrumented(sys.executable, "app.py", exporters="otlp"), env, tmp_path, timeout=120)
        assert (0, "") == (done.returncode, done.stderr)
        receiver.wait_for(spans=2 * (CALLS + 1), timeout=30)
        found = seen(receiver)

        assert [CALLS + 1, CALLS + 1] == [len(found.llm), len({span.span_id for span in found.spans}) - len(found.llm)]
        assert ["rate_limit"] == [event["tags"]["llm_error_type"] for event in found.events]
        assert ({launching.ENVIRONMENT}, {launching.RELEASE}) == (found.environments, found.releases)
        assert all("llm_cost_usd" in s.attributes for s in found.spans if s.name == "chat gpt-4o-mini")


@contextmanager
def collector(agent: Path, sentry: str, folder: Path) -> Iterator[str]:
    """A running collector that forwards to `sentry`; its URL for OTLP over HTTP."""
    http, grpc = free_port(), free_port()
    command = [str(agent), "start", "--otlp-http-endpoint", f"127.0.0.1:{http}"]
    command += ["--otlp-grpc-endpoint", f"127.0.0.1:{grpc}", "--exporter", "otlp", "--otlp-exporter-protocol", "http"]
    command += ["--otlp-exporter-endpoint", sentry]
    command += ["--otlp-exporter-traces-endpoint", f"{sentry}/api/1/integration/otlp/v1/traces/"]
    command += ["--otlp-exporter-custom-headers", "x-sentry-auth=sentry sentry_key=public"]
    with (folder / "collector.log").open("w") as log:
        # The program needs the interpreter's shared library, which need not be where the system looks.
        env = {**os.environ, "LD_LIBRARY_PATH": sysconfig.get_config_var("LIBDIR") or ""}
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=env)
        try:
            _listening(http)
            yield f"http://127.0.0.1:{http}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def _listening(port: int) -> None:
    import socket

    end = time.monotonic() + 20
    while time.monotonic() < end:
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the collector does not listen")


PROVOKED = {
    "rate_limit": "fail-rate_limit",
    "context_length": "fail-context_length",
    "authentication": "fail-authentication",
    "quota_exceeded": "fail-quota_exceeded",
    "server_error": "fail-server_error",
}

FAILING = (
    APP
    + """

def answer(model):
    try:
        ask(model)
    except Exception:
        return None

for model in MODELS:
    for _ in range(2):
        answer(model)
"""
)


def test_bugsink_shows_the_issues_that_were_provoked(pythons: dict[str, str], tmp_path: Path) -> None:
    """Fed by the launched application, read back through its API: tags, contexts, fingerprints, in-app frames."""
    python = pythons["bugsink"]
    write(tmp_path, "app.py", f"MODELS = {list(PROVOKED.values())}\n" + FAILING)
    with stage() as (receiver, provider), bugsink(python, tmp_path) as server:
        dsn, project = server.project()
        env = variables(receiver, provider, SENTRY_DSN=dsn)
        done = launching.run(instrumented(sys.executable, "app.py", exporters="none"), env, tmp_path, timeout=120)
        assert (0, "") == (done.returncode, done.stderr)
        events = server.events(project, len(PROVOKED))

    assert sorted(PROVOKED) == sorted(tags(event)["llm_error_type"] for event in events)
    for event in events:
        found = tags(event)
        data = event["data"]
        assert {"llm_error_reason", "llm_provider", "ai_model"} <= set(found)
        assert {"llm_analysis", "llm_metrics", "trace"} <= set(data["contexts"])
        assert (launching.ENVIRONMENT, launching.RELEASE) == (data["environment"], data["release"])
        frames = data["exception"]["values"][-1]["stacktrace"]["frames"]
        assert ["<module>", "answer", "ask"] == [frame["function"] for frame in frames if frame.get("in_app")]
        assert not any("vars" in frame for frame in frames)
        assert data["fingerprint"][0] in ("llm", "{{ default }}")


def tags(event: dict[str, Any]) -> dict[str, str]:
    """An event's tags, as sent."""
    sent = event["data"]["tags"]
    return dict(sent) if isinstance(sent, list) else sent


class Bugsink:
    """A running server, seen through its API."""

    def __init__(self, url: str, token: str) -> None:
        self._url = f"{url}/api/canonical/0"
        self._token = token

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """One request to the API."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._url}{path}", data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def project(self) -> tuple[str, str]:
        """A new project: its DSN and its identifier."""
        team = self.ask("/teams/", {"name": "team"})["id"]
        made = self.ask("/projects/", {"team": team, "name": "llm"})["id"]
        return str(self.ask(f"/projects/{made}/")["dsn"]), str(made)

    def events(self, project: str, issues: int) -> list[dict[str, Any]]:
        """The newest event of each issue, when there are so many issues."""
        end = time.monotonic() + 30
        found: list[Any] = []
        while len(found) < issues and time.monotonic() < end:
            time.sleep(0.5)
            found = self.ask(f"/issues/?project={project}")["results"]
        listed = [self.ask(f"/events/?issue={issue['id']}")["results"] for issue in found]
        return [self.ask(f"/events/{events[0]['id']}/") for events in listed]


@contextmanager
def bugsink(python: str, folder: Path) -> Iterator[Bugsink]:
    """A Bugsink of its own, which calls nobody."""
    home = folder / "bugsink"
    home.mkdir()
    port = free_port()
    command = [
        launching.binary("bugsink-create-conf", python),
        "--template=local",
        f"--port={port}",
        "--host=127.0.0.1",
    ]
    subprocess.run([*command, "-o", "bugsink_conf.py"], cwd=home, check=True, capture_output=True)
    settings = home / "bugsink_conf.py"
    quiet = 'BUGSINK = {\n    "PHONEHOME": False,\n    "DIGEST_IMMEDIATELY": True,'
    settings.write_text(settings.read_text().replace("BUGSINK = {", quiet, 1))
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "bugsink_conf", "PYTHONPATH": str(home)}
    manage = launching.binary("bugsink-manage", python)
    for arguments in (["migrate"], ["migrate", "snappea", "--database=snappea"]):
        subprocess.run([manage, *arguments], cwd=home, env=env, check=True, capture_output=True)
    made = subprocess.run([manage, "create_auth_token"], cwd=home, env=env, check=True, capture_output=True, text=True)
    token = made.stdout.strip().splitlines()[-1]
    server = [launching.binary("gunicorn", python), f"--bind=127.0.0.1:{port}", "--workers=1", "--threads=2"]
    with (home / "server.log").open("w") as log:
        process = subprocess.Popen([*server, "bugsink.wsgi"], cwd=home, env=env, stdout=log, stderr=log)
        try:
            _ready(f"http://127.0.0.1:{port}/health/ready")
            yield Bugsink(f"http://127.0.0.1:{port}", token)
        finally:
            process.terminate()
            process.wait(20)


def _ready(url: str) -> None:
    end = time.monotonic() + 40
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(url, timeout=5).read()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError("Bugsink does not answer")
