"""`opentelemetry-instrument` with this package: which exporters, and what happens when one is missing."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

import launching
from launching import APP, instrumented, seen, stage, variables, write

BOTH = APP + "\nask()\nfail()\n"


def launch(folder: Path, code: str, exporters: str | None, **more: str) -> tuple[launching.Seen, str, str]:
    """Run a program under the launcher; what arrived, its output and its errors."""
    write(folder, "app.py", code)
    with stage() as (receiver, provider):
        command = instrumented(sys.executable, "app.py", exporters=exporters)
        done = launching.run(command, variables(receiver, provider, **more), folder)
        assert done.returncode == 0, done.stderr
        return seen(receiver), done.stdout, done.stderr


def test_an_application_that_knows_nothing_is_traced_and_reported(tmp_path: Path) -> None:
    """Spans once, the event once, environment and release right, sample rate carried, metrics delivered at exit."""
    write(tmp_path, "app.py", BOTH)
    with stage() as (receiver, provider):
        command = instrumented(sys.executable, "app.py")
        env = variables(receiver, provider, OTEL_EXPORTER_OTLP_HEADERS="api-key=hidden-value")
        done = launching.run(command, env, tmp_path)
        found = seen(receiver)

        assert ("", "") == (done.stdout, done.stderr)
        assert found.once, found
        assert {1.0} == {span.attributes.get("sentry.client_sample_rate") for span in found.spans}
        assert ["POST", "POST", "chat fail-rate_limit", "chat gpt-4o-mini"] == sorted(s.name for s in found.spans)
        assert "llm.client.calls" in {metric["name"] for metric in receiver.metrics}
        assert not any(b"hidden-value" in raw for raw in receiver.raw)


@pytest.mark.slow
def test_sentry_is_the_exporter_where_none_is_named(tmp_path: Path) -> None:
    """A DSN is enough."""
    found, _, errors = launch(tmp_path, BOTH, None)

    assert (True, "") == (found.once, errors)


@pytest.mark.slow
def test_other_exporters_get_the_spans_and_sentry_the_event(tmp_path: Path) -> None:
    """`console`: spans on the console, nothing but the event in Sentry."""
    found, output, _ = launch(tmp_path, BOTH, "console")

    assert [[], ["rate_limit"]] == [found.llm, [event["tags"]["llm_error_type"] for event in found.events]]
    assert 2 == output.count('"gen_ai.operation.name": "chat"')


@pytest.mark.slow
def test_otlp_goes_over_http_where_grpc_is_not_installed(tmp_path: Path) -> None:
    """An exporter that was asked for is used by the protocol that can be spoken; several work side by side."""
    write(tmp_path, "app.py", BOTH)
    with stage() as (receiver, provider), launching.SentryReceiver() as collector:
        env = variables(receiver, provider, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
        done = launching.run(instrumented(sys.executable, "app.py", exporters="otlp,sentry"), env, tmp_path)

        assert "" == done.stderr
        assert seen(receiver).once
        assert 2 == len([span for span in collector.spans if "gen_ai.operation.name" in span.attributes])


def test_a_missing_exporter_switches_its_signal_off(tmp_path: Path) -> None:
    """One line says so; the application and the other signals go on."""
    found, _, errors = launch(
        tmp_path, BOTH, "sentry,elsewhere", OTEL_METRICS_EXPORTER="nowhere", OTEL_LOGS_EXPORTER="otlp_proto_grpc"
    )

    assert found.once, found
    assert 3 == errors.count("is not installed")
    assert "Traceback" not in errors


@pytest.mark.slow
def test_none_makes_no_spans_but_reports(tmp_path: Path) -> None:
    """Events do not depend on tracing."""
    found, _, _ = launch(tmp_path, BOTH, "none")

    assert [0, 1] == [len(found.spans), len(found.events)]


@pytest.mark.slow
def test_a_crash_is_reported_as_unhandled_and_once(tmp_path: Path) -> None:
    """A failure that ends the program is an unhandled exception, though nobody has set Sentry up."""
    write(tmp_path, "app.py", APP + "\nask('fail-rate_limit')\n")
    with stage() as (receiver, provider):
        done = launching.run(instrumented(sys.executable, "app.py"), variables(receiver, provider), tmp_path)
        (event,) = receiver.events

    mechanism = event["exception"]["values"][-1]["mechanism"]
    assert (1, False) == (done.returncode, mechanism["handled"])
    assert "rate_limit" == event["tags"]["llm_error_type"]


@pytest.mark.slow
def test_without_a_dsn_the_application_runs_and_one_line_says_so(tmp_path: Path) -> None:
    """Nowhere to send to is no failure."""
    found, _, errors = launch(tmp_path, BOTH, "sentry", SENTRY_DSN="")

    assert [0, 0] == [len(found.spans), len(found.events)]
    assert 1 == errors.count("spans are dropped")


@pytest.mark.parametrize(
    ("more", "kept", "rate"),
    [
        ({"GENAI_SENTRY_TRACE_SAMPLE_RATE": "0"}, 0, None),
        ({"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "1"}, 2, 1.0),
        ({"OTEL_TRACES_SAMPLER": "always_off"}, 0, None),
    ],
)
@pytest.mark.slow
def test_sampling_is_as_chosen(tmp_path: Path, more: dict[str, str], kept: int, rate: float | None) -> None:
    """OpenTelemetry's own variable wins over ours; failures are reported either way."""
    found, _, _ = launch(tmp_path, BOTH, "sentry", **more)

    assert [kept, 1] == [len(found.llm), len(found.events)]
    assert ({rate} if kept else set()) == {s.attributes.get("sentry.client_sample_rate") for s in found.spans}


@pytest.mark.slow
def test_an_init_in_the_application_changes_the_settings(tmp_path: Path) -> None:
    """`init` after the launcher: its settings hold, and nothing comes twice."""
    code = "import genai_sentry\ngenai_sentry.init(settings=genai_sentry.Settings(events='off'))\n" + BOTH
    found, _, _ = launch(tmp_path, code, "sentry")

    assert [2, 0] == [len(found.llm), len(found.events)]


def test_sentry_set_up_after_the_first_call_takes_over(tmp_path: Path) -> None:
    """Spans from before and after are sent once each, by whoever was in charge; the event once."""
    late = """
import sentry_sdk
from sentry_sdk.integrations.otlp import OTLPIntegration
ask()
sentry_sdk.init(integrations=[OTLPIntegration()])
fail()
"""
    found, _, _ = launch(tmp_path, APP + late, "sentry")

    assert found.once, found


@pytest.mark.slow
def test_a_sentry_that_does_not_answer_does_not_keep_the_process(tmp_path: Path) -> None:
    """The end of a program waits for seconds at most, not for every time-out there is."""
    write(tmp_path, "app.py", BOTH + "\nimport time\nprint(time.time())\n")
    with stage() as (receiver, provider):
        receiver.hang(60)
        done = launching.run(instrumented(sys.executable, "app.py"), variables(receiver, provider), tmp_path)

    assert time.time() - float(done.stdout) < 15
