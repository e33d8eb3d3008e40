"""The doctor's checks of environment, packages and servers, its command line, and its test messages."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from genai_sentry.cli import main
from genai_sentry.ops.doctor import CHECKS, CREDENTIALS, ENVIRONMENT, NETWORK, Facts, examine
from genai_sentry.ops.doctor.facts import of_environment
from genai_sentry.settings import Settings
from genai_sentry.testing import SentryReceiver

DSN = "http://key@127.0.0.1:9/1"
POINTS = {
    "opentelemetry_configurator": frozenset({"genai_sentry"}),
    "opentelemetry_distro": frozenset({"genai_sentry"}),
    "opentelemetry_traces_exporter": frozenset({"sentry", "otlp_proto_http"}),
}


def found(facts: Facts, *kinds: str) -> list[str]:
    """Ids of what the checks find."""
    return [item.id for item in examine(facts, kinds or (ENVIRONMENT,)).findings]


def facts(environ: dict[str, str] | None = None, **changes: Any) -> Facts:
    """Facts of a sound environment, with changes."""
    made = Facts({"SENTRY_DSN": DSN, **(environ or {})}, entry_points=POINTS, settings=Settings())
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def test_sound_environment_finds_nothing() -> None:
    """A DSN is all that an environment needs."""
    assert [] == found(facts())


@pytest.mark.parametrize(
    ("environ", "changes", "expected"),
    [
        ({"SENTRY_DSN": ""}, {}, "dsn-missing"),
        ({"SENTRY_DSN": "https://sentry.io/1"}, {}, "dsn-malformed"),
        ({"SENTRY_DSN": "not a dsn"}, {}, "dsn-malformed"),
        ({}, {"settings": None, "settings_fault": "GENAI_SENTRY_EVENTS: expected one of"}, "settings-wrong"),
        ({}, {"versions": {"openai": "1.3.5"}}, "version-unsupported"),
        ({}, {"versions": {"openai": "4.0.0"}}, "version-unsupported"),
        ({}, {"versions": {"sentry-sdk": "2.9.0"}}, "version-unsupported"),
        ({"OTEL_PYTHON_CONFIGURATOR": "sdk"}, {}, "configurator-missing"),
        ({}, {"launched": True, "entry_points": {}}, "configurator-missing"),
        ({"OTEL_PYTHON_DISTRO": "nobody"}, {}, "distro-missing"),
        ({"OTEL_TRACES_EXPORTER": "jaeger"}, {}, "exporter-missing"),
        ({"OTEL_LOGS_EXPORTER": "otlp"}, {}, "exporter-missing"),
        ({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, {}, "exporter-missing"),
        ({"OTEL_TRACES_SAMPLER": "always_off"}, {}, "sampling-hides-spans"),
        (
            {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0"},
            {},
            "sampling-hides-spans",
        ),
        ({}, {"settings": Settings(trace_sample_rate=0)}, "sampling-hides-spans"),
        ({}, {"settings": Settings(prices="/nowhere/prices.toml")}, "prices-wrong"),
        ({}, {"settings": Settings(prices={"gpt-4o": {"input": "cheap"}})}, "prices-wrong"),
    ],
)
def test_finds_what_is_wrong_in_an_environment(environ: dict[str, str], changes: dict[str, Any], expected: str) -> None:
    """Each fault of variables and packages is found, and nothing else."""
    assert [expected] == found(facts(environ, **changes))


@pytest.mark.parametrize(
    "environ",
    [
        {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"},
        {"OTEL_TRACES_EXPORTER": "otlp"},
        {"OTEL_TRACES_EXPORTER": "sentry,none"},
        {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "1.0"},
        {"OTEL_TRACES_SAMPLER": "always_on"},
        {"OTEL_PYTHON_CONFIGURATOR": "genai_sentry"},
    ],
)
def test_accepts_what_is_right(environ: dict[str, str]) -> None:
    """Installed exporters, full sampling and this package's configurator are no findings."""
    assert [] == found(facts(environ))


def test_supported_versions_are_accepted() -> None:
    """What is installed here is supported."""
    assert [] == found(facts(versions=of_environment({}).versions))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_unreachable_server() -> None:
    """A DSN's host where nobody listens is named."""
    port = free_port()
    made = facts({"SENTRY_DSN": f"http://key@127.0.0.1:{port}/1"})
    report = examine(made, [NETWORK])
    assert ["dsn-unreachable"] == [item.id for item in report.findings]
    assert f"http://127.0.0.1:{port}" in report.findings[0].problem
    assert "key" not in report.findings[0].problem


class Server:
    """Answers every request with one status and one `Date`; keeps what was asked."""

    def __init__(self, status: int = 200, clock_s: float = 0.0) -> None:
        asked: list[tuple[str, str | None]] = []
        date = formatdate(time.time() + clock_s, usegmt=True)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append((self.path, self.headers.get("Authorization")))
                self.send_response_only(status)
                self.send_header("Date", date)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.do_GET()

            def log_message(self, *_: object) -> None:
                return None

        self.asked = asked
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Server]]:
    """Servers that are closed in the end."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    made: list[Server] = []
    yield made
    for server in made:
        server.close()


@pytest.mark.parametrize(("clock_s", "expected"), [(0, []), (5, []), (-120, ["clock-skew"]), (120, ["clock-skew"])])
def test_clock(servers: list[Server], clock_s: float, expected: list[str]) -> None:
    """A clock that differs from Sentry's by more than ten seconds is found, whichever is ahead."""
    servers.append(Server(404, clock_s))
    assert expected == found(facts({"SENTRY_DSN": f"http://key@{servers[0].place}/1"}), NETWORK)


@pytest.mark.parametrize(
    ("status", "expected"), [(200, []), (404, []), (401, ["credential-refused"]), (403, ["credential-refused"])]
)
def test_credentials_of_a_gateway(servers: list[Server], status: int, expected: list[str]) -> None:
    """A credential that a gateway refuses is found; the key itself is not shown."""
    servers.append(Server(status))
    made = facts({"OPENAI_API_KEY": "sk-secret", "OPENAI_BASE_URL": f"http://{servers[0].place}/v1/"})
    report = examine(made, [CREDENTIALS])
    assert expected == [item.id for item in report.findings]
    assert [("/v1/models", "Bearer sk-secret")] == servers[0].asked
    assert "sk-secret" not in repr(report)


def test_gateway_that_is_gone() -> None:
    """A gateway that can't be reached is found, and a malformed key is not echoed."""
    made = facts({"OPENAI_API_KEY": "sk-secret\nx", "OPENAI_BASE_URL": f"http://127.0.0.1:{free_port()}"})
    report = examine(made, [CREDENTIALS])
    assert ["provider-unreachable"] == [item.id for item in report.findings]
    assert "sk-secret" not in repr(report)


def test_credentials_are_asked_only_when_told_to(servers: list[Server], monkeypatch: Any, capsys: Any) -> None:
    """No key leaves the machine unless `--check-credentials` says so."""
    servers.append(Server(200))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://{servers[0].place}/v1")
    monkeypatch.setenv("SENTRY_DSN", DSN)
    assert 0 == main(["doctor", "--offline", "--json"])
    assert [] == servers[0].asked
    assert 0 == main(["doctor", "--offline", "--json", "--check-credentials"])
    assert 1 == len(servers[0].asked)


def test_command_line(monkeypatch: Any, capsys: Any) -> None:
    """The doctor ends with 1 and says what it found, what it checked, and what it could not."""
    monkeypatch.delenv("SENTRY_DSN", raising=False)
    assert 1 == main(["doctor", "--offline", "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert ["dsn-missing"] == [item["id"] for item in answer["findings"]]
    assert "Sentry DSN" in answer["checked"]
    assert "round trip of an event and a metric" in answer["skipped"]
    assert len(CHECKS) == len(answer["checked"]) + len(answer["skipped"])
    assert 1 == main(["doctor", "--offline"])
    output = capsys.readouterr()
    assert "dsn-missing" in output.out
    assert "--app" in output.err


@pytest.mark.parametrize(
    ("app", "named"),
    [
        ("no_such_service", "no module 'no_such_service'"),
        ("json:no_such_thing", "has no 'no_such_thing'"),
        ("json:__name__", "can't be called"),
    ],
)
def test_app_that_does_not_exist(app: str, named: str, capsys: Any) -> None:
    """A module or callable that does not exist is wrong usage."""
    assert 2 == main(["doctor", "--offline", "--app", app])
    assert named in capsys.readouterr().err


def test_app_that_fails_is_not_asked_for_again(tmp_path: Any, monkeypatch: Any, capsys: Any) -> None:
    """It was named: what is to be done stands in the finding."""
    (tmp_path / "failing_service.py").write_text("def configure():\n    raise OSError('no database')\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert 1 == main(["doctor", "--offline", "--app", "failing_service:configure"])
    output = capsys.readouterr()
    assert "no database" in output.out
    assert "--app" not in output.err


def doctor(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the doctor in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "genai_sentry", "doctor", *arguments],
        env={"PATH": "", "NO_PROXY": "127.0.0.1", **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_send_test() -> None:
    """`--send-test` sends one event and one span, and says how to find both."""
    with SentryReceiver() as receiver:
        place = {"SENTRY_ORG": "acme", "SENTRY_URL": "https://sentry.acme.example"}
        done = doctor({"SENTRY_DSN": receiver.dsn, **place}, "--send-test", "--json")
        assert 0 == done.returncode, done.stdout + done.stderr
        sent = json.loads(done.stdout)["sent"]
        assert [sent["event_id"]] == [event["event_id"] for event in receiver.events]
        assert [sent["trace_id"]] == [span.trace_id for span in receiver.spans]
        assert receiver.events[0]["contexts"]["trace"]["trace_id"] == sent["trace_id"]
        assert f"https://sentry.acme.example/organizations/acme/issues/?query=id%3A{sent['event_id']}" in sent["links"]


@pytest.mark.slow
def test_send_test_that_is_refused(servers: list[Server]) -> None:
    """A server that refuses the event and the span is no success: exit code 1, and what it answered."""
    servers.append(Server(403))
    done = doctor({"SENTRY_DSN": f"http://key@{servers[0].place}/1"}, "--send-test", "--json")
    complaints = json.loads(done.stdout)["sent"]["complaints"]
    assert 1 == done.returncode
    assert "Sentry did not take the event: status_403" in complaints
    assert any("span" in text for text in complaints)


def test_send_test_without_dsn() -> None:
    """Without a DSN there is nowhere to send to: wrong usage, not a silent success."""
    done = doctor({}, "--send-test", "--offline")
    assert 2 == done.returncode
    assert "set SENTRY_DSN" in done.stderr
