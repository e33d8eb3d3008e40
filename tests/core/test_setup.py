"""`init`, `flush` and `shutdown`, each in a process of its own."""

from __future__ import annotations

import pytest

from genai_sentry import SettingsError, init
from process import run

CALL = """
import json, os, sys
import openai
import genai_sentry
from genai_sentry.testing import SentryReceiver, SimulatedProvider

provider = SimulatedProvider().__enter__()
receiver = SentryReceiver().__enter__()

def client(**options):
    return openai.OpenAI(base_url=provider.base_url, api_key="k", max_retries=0, **options)

def ask(llm=None):
    return (llm or client()).chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": "hi"}])

def fail(kind="quota_exceeded"):
    provider.fail_next(kind)
    try:
        ask()
    except openai.APIError as error:
        return error

def names(spans):
    return sorted(span.name for span in spans)
"""


def test_one_line_traces_and_reports() -> None:
    """Spans with release and environment, and one event for a swallowed failure, linked to its span."""
    seen = run(
        CALL
        + """
genai_sentry.init(receiver.dsn, environment="staging", release="app@1.2")
ask()
fail()
assert genai_sentry.flush(5)
llm = [s for s in receiver.spans if "gen_ai.operation.name" in s.attributes]
event, = receiver.events
print(json.dumps({
    "spans": names(receiver.spans),
    "stamps": sorted({(s.attributes["sentry.environment"], s.attributes["sentry.release"],
                       s.attributes["sentry.client_sample_rate"]) for s in receiver.spans}),
    "event": [event["environment"], event["release"], event["tags"]["llm_error_type"]],
    "linked": event["contexts"]["trace"]["span_id"] in [s.span_id for s in llm],
    "handled": event["exception"]["values"][-1]["mechanism"]["handled"],
}))
genai_sentry.shutdown()
"""
    )

    assert ["POST", "POST", "chat gpt-4o-mini", "chat gpt-4o-mini"] == seen["spans"]
    assert [["staging", "app@1.2", 1.0]] == seen["stamps"]
    assert ["staging", "app@1.2", "quota_exceeded"] == seen["event"]
    assert seen["linked"]
    assert seen["handled"] is True


def test_the_environment_names_dsn_environment_and_release() -> None:
    """`init()` without arguments reads the standard variables."""
    seen = run(
        CALL
        + """
os.environ.update(SENTRY_DSN=receiver.dsn, SENTRY_RELEASE="app@2", ENVIRONMENT="qa")
genai_sentry.init()
fail()
genai_sentry.flush(5)
print(json.dumps([receiver.events[0]["environment"], receiver.events[0]["release"]]))
"""
    )

    assert ["qa", "app@2"] == seen


def test_without_a_dsn_everything_else_works_and_one_line_says_so() -> None:
    """Nothing is sent; calls are counted."""
    seen = run(
        CALL
        + """
import logging
records = []
handler = logging.Handler()
handler.emit = records.append
logging.getLogger("genai_sentry").addHandler(handler)
logging.getLogger("genai_sentry").setLevel(logging.INFO)
genai_sentry.init()
ask()
fail()
print(json.dumps([genai_sentry.stats().calls, [r.getMessage() for r in records if "sent" in r.getMessage()]]))
"""
    )

    assert [2, ["no Sentry DSN: nothing is sent"]] == seen


def test_an_existing_tracer_provider_stays() -> None:
    """The service's provider, processors and sampler are kept; spans reach both it and Sentry."""
    seen = run(
        CALL
        + """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
mine, kept = TracerProvider(), InMemorySpanExporter()
mine.add_span_processor(SimpleSpanProcessor(kept))
trace.set_tracer_provider(mine)
genai_sentry.init(receiver.dsn)
ask()
genai_sentry.flush(5)
print(json.dumps([trace.get_tracer_provider() is mine, names(kept.get_finished_spans()), names(receiver.spans)]))
"""
    )

    assert [True, ["POST", "chat gpt-4o-mini"], ["POST", "chat gpt-4o-mini"]] == seen


DELEGATING = """
import dataclasses
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

@dataclasses.dataclass  # compares by value: it has no hash, as Logfire's
class Delegating(trace.TracerProvider):
    inner: TracerProvider
    def get_tracer(self, *args, **kwargs):
        return self.inner.get_tracer(*args, **kwargs)

class Taking(Delegating):
    def add_span_processor(self, processor):
        self.inner.add_span_processor(processor)

kept = InMemorySpanExporter()
inner = TracerProvider()
inner.add_span_processor(SimpleSpanProcessor(kept))
"""


@pytest.mark.parametrize(("kind", "sent"), [("Taking", ["POST", "chat gpt-4o-mini"]), ("Delegating", [])])
def test_a_tracer_provider_that_is_not_the_sdk_s_own_stays_too(kind: str, sent: list[str]) -> None:
    """Spans are made by it, and reach Sentry where it takes processors; calling `init` again changes nothing."""
    seen = run(
        CALL
        + DELEGATING
        + f"""
trace.set_tracer_provider({kind}(inner))
genai_sentry.init(receiver.dsn)
genai_sentry.init(receiver.dsn)
ask()
genai_sentry.flush(5)
inner.force_flush()
print(json.dumps([names(kept.get_finished_spans()), names(receiver.spans)]))
"""
    )

    assert [["POST", "chat gpt-4o-mini"], sent] == seen


def test_unsampled_calls_report_their_failures() -> None:
    """Sampling saves spans, never events."""
    seen = run(
        CALL
        + """
genai_sentry.init(receiver.dsn, settings=genai_sentry.Settings(trace_sample_rate=0.0))
ask()
fail()
genai_sentry.flush(5)
print(json.dumps([len(receiver.spans), len(receiver.events)]))
"""
    )

    assert [0, 1] == seen


def test_nothing_is_propagated_to_llm_hosts_unless_asked_for() -> None:
    """No trace header reaches a provider; other hosts get them."""
    code = (
        CALL
        + """
import httpx2
genai_sentry.init(receiver.dsn, settings=genai_sentry.Settings(propagate_to_providers=sys.argv[-1] == "yes"))
from opentelemetry import trace
with trace.get_tracer("app").start_as_current_span("work"):
    ask()
    httpx2.get(provider.url + "/other")
seen = [sorted({"traceparent", "sentry-trace", "baggage"} & {k.lower() for k in r.headers}) for r in provider.requests]
print(json.dumps(seen))
"""
    )

    both = ["sentry-trace", "traceparent"]
    assert [[], both] == run(code)
    assert [both, both] == run(code.replace('sys.argv[-1] == "yes"', "True"))


def test_shutdown_undoes_and_init_starts_afresh() -> None:
    """After `shutdown` nothing is observed; a second `init` observes once."""
    seen = run(
        CALL
        + """
counts = []
for _ in range(2):
    genai_sentry.init(receiver.dsn)
    ask()
    genai_sentry.shutdown()
    ask()
    counts.append(len([s for s in receiver.spans if s.name.startswith("chat")]))
print(json.dumps(counts))
"""
    )

    assert [1, 2] == seen


def test_flush_waits_no_longer_than_it_is_told() -> None:
    """For a Sentry that does not answer, either; spans are taken where there is time for them."""
    seen = run(
        CALL
        + """
import threading, time
genai_sentry.init(receiver.dsn)
ask()
fail()
answers = [genai_sentry.flush(10)]
spans = len(receiver.spans)
receiver.hang(30)
ask()
fail()
begun = time.monotonic()
answers += [genai_sentry.flush(0.5), genai_sentry.flush(0.5)]
waiting = sum(thread.name == "genai_sentry-flush" for thread in threading.enumerate())
print(json.dumps([answers, spans, time.monotonic() - begun < 3, waiting]), flush=True)
os._exit(0)
"""
    )

    assert [[True, False, False], 4, True, 1] == seen


def test_query_values_of_llm_hosts_stay_off_http_spans() -> None:
    """A key in the URL must not leave the process."""
    seen = run(
        CALL
        + """
genai_sentry.init(receiver.dsn)
import httpx2
body = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
httpx2.post(provider.base_url + "/chat/completions?key=hidden-value", json=body)
genai_sentry.flush(5)
print(json.dumps([len(receiver.spans), any(b"hidden-value" in raw for raw in receiver.raw)]))
"""
    )

    assert [2, False] == seen


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("settings", {"trace_sample_rate": 1.0}),
        ("environment", 5),
        ("release", 1.2),
        ("sentry_options", ["debug"]),
        ("sentry_options", {"no_such_option": 1}),
    ],
)
def test_an_argument_of_the_wrong_kind_is_named(name: str, value: object) -> None:
    """What `init` can't use raises `SettingsError`, before anything is set up."""
    with pytest.raises(SettingsError, match=f"{name}: "):
        init("http://key@127.0.0.1:9/1", **{name: value})


@pytest.mark.parametrize("dsn", ["not a dsn", "https://sentry.test/1"])
def test_a_malformed_dsn_is_a_clear_error(dsn: str) -> None:
    """`init` names what is wrong before anything is set up."""
    with pytest.raises(SettingsError, match="dsn"):
        init(dsn)


def test_importing_the_package_is_light() -> None:
    """No SDK, no Sentry, no price data on import."""
    seen = run(
        """
import sys, json
import genai_sentry
heavy = ("openai", "sentry_sdk", "genai_prices", "httpx", "httpx2", "rich", "anthropic", "duckdb")
print(json.dumps([name for name in heavy if name in sys.modules]))
"""
    )

    assert [] == seen
