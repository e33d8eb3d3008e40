"""Ways in × ways to run: what each combination is, and a run of one that says what arrived."""

from __future__ import annotations

import signal
import sys
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

import launching
from launching import APP, Seen, free_port, get, instrumented, seen, served, stage, variables, write

LAUNCHER = "launcher"
WAYS: dict[str, str] = {
    LAUNCHER: "",
    "launcher, and sentry_sdk.init": """
        import sentry_sdk
        sentry_sdk.init()
    """,
    "launcher, and Sentry with OTLPIntegration": """
        import sentry_sdk
        from sentry_sdk.integrations.otlp import OTLPIntegration
        sentry_sdk.init(integrations=[OTLPIntegration()])
    """,
    "launcher, and init": """
        import genai_sentry
        genai_sentry.init()
    """,
    "init": """
        import genai_sentry
        genai_sentry.init()
    """,
    "init, after sentry_sdk.init": """
        import sentry_sdk
        sentry_sdk.init()
        import genai_sentry
        genai_sentry.init()
    """,
    "init, after Sentry with OTLPIntegration": """
        import sentry_sdk
        from sentry_sdk.integrations.otlp import OTLPIntegration
        sentry_sdk.init(integrations=[OTLPIntegration()])
        import genai_sentry
        genai_sentry.init()
    """,
    "init, before sentry_sdk.init": """
        import genai_sentry
        genai_sentry.init()
        import sentry_sdk
        sentry_sdk.init()
    """,
    "init, before Sentry with OTLPIntegration": """
        import genai_sentry
        genai_sentry.init()
        import sentry_sdk
        from sentry_sdk.integrations.otlp import OTLPIntegration
        sentry_sdk.init(integrations=[OTLPIntegration()])
    """,
    "init, twice": """
        import genai_sentry
        genai_sentry.init()
        genai_sentry.init()
    """,
    "init, after Sentry with its own tracing": """
        import sentry_sdk
        sentry_sdk.init(traces_sample_rate=1.0)
        import genai_sentry
        genai_sentry.init()
    """,
    "instrumentor, own provider and Sentry": """
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider
        trace.set_tracer_provider(TracerProvider())
        import sentry_sdk
        from sentry_sdk.integrations.otlp import OTLPIntegration
        sentry_sdk.init(integrations=[OTLPIntegration()])
        import genai_sentry
        genai_sentry.GenAIInstrumentor().instrument()
    """,
}
"""What an application does at its top, by the name of the way."""

CALLS = """

def both():
    ask()
    fail()
"""

ENDINGS: dict[str, str] = {
    "script": "both()",
    "python -m": "both()",
    "multiprocessing, fork": """
        if __name__ == "__main__":
            import multiprocessing
            child = multiprocessing.get_context("fork").Process(target=both)
            child.start()
            child.join()
    """,
    "multiprocessing, spawn": """
        if __name__ == "__main__":
            import multiprocessing
            child = multiprocessing.get_context("spawn").Process(target=both)
            child.start()
            child.join()
    """,
    "os.fork": """
        import os, sys
        child = os.fork()
        if child:
            os.waitpid(child, 0)
        else:
            both()
    """,
}
"""What runs the two calls, for programs that end by themselves."""

FLASK = """
from flask import Flask
app = Flask(__name__)

@app.get("/health")
def health():
    return "ok"

@app.get("/ask")
def asked():
    return "ok" if ask() else ""

@app.get("/fail")
def failing():
    return fail()
"""
FASTAPI = """
from fastapi import FastAPI
app = FastAPI()

@app.get("/health")
async def health():
    return "ok"

@app.get("/ask")
def asked():
    return "ok" if ask() else ""

@app.get("/fail")
def failing():
    return fail()
"""
CELERY = """
import os
from celery import Celery
folders = {name: os.environ["BROKER"] for name in ("data_folder_in", "data_folder_out")}
app = Celery("app", broker="filesystem://")
app.conf.broker_transport_options = folders

@app.task(name="ask")
def asked():
    return "ok" if ask() else ""

@app.task(name="fail")
def failing():
    return fail()
"""

SERVERS: dict[str, tuple[str, str, list[str]]] = {
    "gunicorn, 2 workers": ("gunicorn", FLASK, ["-w", "2", "-b", "127.0.0.1:PORT", "app:app"]),
    "gunicorn --preload": ("gunicorn", FLASK, ["-w", "2", "--preload", "-b", "127.0.0.1:PORT", "app:app"]),
    "uvicorn": ("uvicorn", FASTAPI, ["--port", "PORT", "app:app"]),
    "uvicorn, 2 workers": ("uvicorn", FASTAPI, ["--workers", "2", "--port", "PORT", "app:app"]),
}
CELERY_PREFORK = "celery, prefork"


@dataclass(frozen=True)
class Case:
    """One row: an environment, a way in, a way to run."""

    environment: str
    way: str
    server: str

    def __str__(self) -> str:
        return f"{self.environment} / {self.way} / {self.server}"

    @property
    def launched(self) -> bool:
        """Whether the launcher is used."""
        return self.way.startswith(LAUNCHER)


def cases() -> list[Case]:
    """The rows: every way as a script in both environments, and the main ways under every server."""
    found = [Case(environment, way, "script") for environment in ("declared", "distro") for way in WAYS]
    found += [Case("declared", way, server) for way in (LAUNCHER, "init") for server in ENDINGS if server != "script"]
    for way in (LAUNCHER, "launcher, and Sentry with OTLPIntegration", "init"):
        found += [Case("servers", way, server) for server in (*SERVERS, CELERY_PREFORK)]
    return found


def run(case: Case, python: str, folder: Path) -> Seen:
    """Run one row and say what arrived."""
    with stage() as (receiver, provider):
        broker = folder / "broker"
        broker.mkdir(exist_ok=True)
        env = variables(receiver, provider, BROKER=str(broker))
        if case.server in SERVERS:
            _serve(case, python, folder, env)
        elif case.server == CELERY_PREFORK:
            _work(case, python, folder, env, lambda: receiver.wait_for(events=1, spans=2, timeout=20))
        else:
            _program(case, python, folder, env)
        return seen(receiver)


def source(way: str, ending: str) -> str:
    """The application's module."""
    return textwrap.dedent(WAYS[way]) + APP + CALLS + textwrap.dedent(ending)


def _command(case: Case, python: str, command: list[str]) -> list[str]:
    return instrumented(*command, python=python) if case.launched else command


def _program(case: Case, python: str, folder: Path, env: dict[str, str]) -> None:
    write(folder, "app.py", source(case.way, ENDINGS[case.server]))
    arguments = ["-m", "app"] if case.server == "python -m" else ["app.py"]
    done = launching.run(_command(case, python, [python, *arguments]), env, folder)
    assert done.returncode == 0, done.stderr


def _serve(case: Case, python: str, folder: Path, env: dict[str, str]) -> None:
    name, code, arguments = SERVERS[case.server]
    port = free_port()
    write(folder, "app.py", source(case.way, code))
    options = [item.replace("PORT", str(port)) for item in arguments]
    command = _command(case, python, [launching.binary(name, python), *options])
    with served(command, env, folder, port, stop=signal.SIGTERM) as url:
        assert [get(f"{url}/ask"), get(f"{url}/fail")] == [200, 200]


def _work(case: Case, python: str, folder: Path, env: dict[str, str], arrived: object) -> None:
    import subprocess

    write(folder, "app.py", source(case.way, CELERY))
    worker = _command(
        case, python, [launching.binary("celery", python), "-A", "app", "worker", "-c", "2", "-l", "INFO"]
    )
    send = "import app; app.app.send_task('ask'); app.app.send_task('fail')"
    log = folder / "worker.log"
    with log.open("w") as output:
        process = subprocess.Popen(worker, env=launching._path(worker, env), cwd=folder, stdout=output, stderr=output)
        try:
            subprocess.run([python, "-c", send], env=env, cwd=folder, check=True, timeout=60)
            end = time.monotonic() + 60
            while time.monotonic() < end and log.read_text().count("succeeded in") < 2:
                assert process.poll() is None, log.read_text()
                time.sleep(0.2)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(40)


def table(rows: list[tuple[Case, Seen]]) -> str:
    """The rows as a table in Markdown."""
    lines = [
        "| environment | way | run as | LLM spans (2 calls) | error events (1 failure) | environment, release |",
        "|---|---|---|---|---|---|",
    ]
    for case, found in rows:
        right = found.environments == {launching.ENVIRONMENT} and found.releases == {launching.RELEASE}
        lines.append(
            f"| {case.environment} | {case.way} | {case.server} | {len(found.llm)} | {len(found.events)} "
            f"| {'right' if right else 'wrong'} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    import tempfile

    pythons = dict(item.split("=") for item in sys.argv[1].split(","))
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    measured = []
    for row in cases():
        if row.environment in pythons and wanted in str(row):
            started = time.monotonic()
            result = run(row, pythons[row.environment], Path(tempfile.mkdtemp()))
            measured.append((row, result))
            print(
                "ok " if result.once else "BAD",
                f"{time.monotonic() - started:5.1f}s",
                row,
                "" if result.once else result,
            )
    print(table(measured))
