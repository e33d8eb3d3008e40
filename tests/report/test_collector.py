"""A service, the collectors of `examples/collector` and Sentry: what is reported arrives whole."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from genai_sentry.telemetry import attributes
from genai_sentry.telemetry.stamp import SAMPLE_RATE
from genai_sentry.testing import SentryReceiver, SimulatedProvider
from process import environment

CALLS, FAILURES = 300, 20
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "collector"


def rotel() -> str | None:
    """The rotel collector: `ROTEL_AGENT` names it, or the package is installed (`pip install rotel`)."""
    named = os.environ.get("ROTEL_AGENT") or shutil.which("rotel-agent")
    spec = importlib.util.find_spec("rotel")
    folders = spec.submodule_search_locations if spec is not None else None
    inside = Path(folders[0]) / "rotel-agent" if folders else None
    return named or (str(inside) if inside is not None and inside.exists() else None)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listening(port: int) -> bool:
    """Whether somebody listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[tuple[SentryReceiver, int]]:
    """A stand-in for Sentry and the port of a collector in front of it."""
    agent = rotel()
    if agent is None:
        pytest.skip("rotel is not installed")
    http, grpc = free_port(), free_port()
    with SentryReceiver() as sentry:
        settings = {
            "ROTEL_AGENT": agent,
            "SENTRY_OTLP": f"{sentry.url}/api/1/integration/otlp",
            "SENTRY_KEY": "public",
            "LISTEN_HTTP": f"127.0.0.1:{http}",
            "LISTEN_GRPC": f"127.0.0.1:{grpc}",
        }
        log = (tmp_path / "rotel.log").open("wb")
        process = subprocess.Popen([str(EXAMPLE / "rotel.sh")], stdout=log, stderr=log, env=environment(**settings))
        try:
            end = time.monotonic() + 10
            while not listening(http) and time.monotonic() < end and process.poll() is None:
                time.sleep(0.05)
            assert listening(http), (tmp_path / "rotel.log").read_text()
            yield sentry, http
        finally:
            process.terminate()
            process.wait(10)
            log.close()


APPLICATION = """
import os, sys
import openai
client = openai.OpenAI(base_url=os.environ["LLM_URL"], api_key="sk-none", max_retries=0)
for number in range(int(sys.argv[1])):
    try:
        client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "hi"}])
    except openai.APIStatusError:
        pass
"""


def test_sampling_names_what_spans_carry() -> None:
    """Every attribute by which the Collector's configuration samples is one that this package's spans have."""
    text = (EXAMPLE / "otelcol.yaml").read_text(encoding="utf-8")
    named = set(re.findall(r'attributes\["([^"]+)"\]', text)) | set(re.findall(r"key: ([\w.]+), action", text))
    emitted = {held for held in vars(attributes).values() if isinstance(held, str)} | {SAMPLE_RATE}
    assert named <= emitted
    assert "llm_cost_usd" in named


@pytest.mark.slow
def test_nothing_is_lost_on_the_way_through_a_collector(collector: tuple[SentryReceiver, int], tmp_path: Path) -> None:
    """Every span reaches Sentry once through the collector, and failures have the same trace as their events."""
    sentry, port = collector
    (tmp_path / "app.py").write_text(APPLICATION)
    with SimulatedProvider() as provider:
        provider.fail_next("rate_limit", times=FAILURES)
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("opentelemetry-instrument")),
                "--traces_exporter", "otlp",
                "--exporter_otlp_protocol", "http/protobuf",
                sys.executable, "app.py", str(CALLS),
            ],
            env=environment(
                LLM_URL=provider.base_url,
                SENTRY_DSN=sentry.dsn,
                OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{port}",
                OTEL_SERVICE_NAME="shop",
                GENAI_SENTRY_EVENT_BURST="1000",
            ),
            cwd=tmp_path, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr

    def whole(receiver: SentryReceiver) -> bool:
        return sum(span.name == "chat gpt-4o" for span in receiver.spans) >= CALLS

    assert sentry.wait_for(until=whole, timeout=30), (len(sentry.spans), done.stderr)
    calls = [span for span in sentry.spans if span.name == "chat gpt-4o"]
    assert len(calls) == len({span.span_id for span in calls}) == CALLS
    assert Counter(span.status for span in calls) == {"unset": CALLS - FAILURES, "error": FAILURES}
    failed = {span.trace_id for span in calls if span.status == "error"}
    # The same request failing again and again is announced, too: that event is no failure.
    events = [event for event in sentry.events if "llm_alert" not in event["tags"]]
    assert {event["contexts"]["trace"]["trace_id"] for event in events} == failed
    assert len(events) == FAILURES
