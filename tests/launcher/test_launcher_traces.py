"""Traces across services and beside Sentry's own tracing; what LLM hosts are not told."""

from __future__ import annotations

import pytest
from opentelemetry import baggage, trace
from opentelemetry.propagate import get_global_textmap, set_global_textmap
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from genai_sentry.launcher import others, signals
from genai_sentry.sentry import outgoing
from genai_sentry.telemetry import sentry_trace
from genai_sentry.telemetry.sentry_trace import SentryTracePropagator
from genai_sentry.telemetry.stamp import SAMPLE_RATE, stamp
from process import run

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"

HEAD = """
import json, os
import openai, sentry_sdk
import genai_sentry
from genai_sentry.testing import SentryReceiver, SimulatedProvider

provider = SimulatedProvider().__enter__()
receiver = SentryReceiver().__enter__()
# Put together, since an event shows the application's own lines: those of `-c`, too, from Python 3.13 on.
HIDDEN = "-".join(("hidden", "value"))
client = openai.OpenAI(base_url=provider.base_url, api_key="k", max_retries=0, default_query={"key": HIDDEN})

def ask(model="gpt-4o-mini"):
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": "hi"}])

def fail():
    try:
        ask("fail-rate_limit")
    except openai.APIError:
        pass
"""


WOKEN = (
    HEAD
    + """
from opentelemetry import trace

def serve(name="GET /ask"):  # as FastAPI traces itself wherever there is a global provider
    with trace.get_tracer("fastapi").start_as_current_span(name):
        fail()

def shown():
    genai_sentry.flush(5); sentry_sdk.flush(5)
    llm = [s for s in receiver.spans if s.scope == "genai_sentry"]
    return {
        "others": [s.name for s in receiver.spans if s not in llm],
        "llm": len(llm),
        "linked": [e["contexts"]["trace"]["span_id"] for e in receiver.events] == [s.span_id for s in llm],
        "traces": len({s.trace_id for s in llm} | {e["contexts"]["trace"]["trace_id"] for e in receiver.events}),
        "joined": {s.trace_id for s in llm} == {t["contexts"]["trace"]["trace_id"] for t in receiver.transactions},
    }
"""
)
ONE = {"others": [], "llm": 1, "linked": True, "traces": 1, "joined": True}


@pytest.mark.parametrize(
    "begin",
    [
        "sentry_sdk.init(receiver.dsn, traces_sample_rate=1.0); genai_sentry.init()",
        "sentry_sdk.init(receiver.dsn, traces_sampler=lambda about: 1.0); genai_sentry.init(); genai_sentry.init()",
        "genai_sentry.init(receiver.dsn, sentry_options={'traces_sample_rate': 1.0})",
    ],
)
def test_sentrys_own_tracing_wakes_no_other_and_is_joined(begin: str) -> None:
    """What traces itself by OpenTelemetry stays asleep, as without this package; the LLM span is in Sentry's trace."""
    seen = run(
        WOKEN
        + f"""
{begin}
with sentry_sdk.start_transaction(name="work"):
    serve()
print(json.dumps(shown()))
"""
    )

    assert ONE == seen


def test_a_provider_that_comes_later_is_the_services_own() -> None:
    """Where Sentry traces, nothing stands in its way; LLM spans go on to Sentry."""
    seen = run(
        WOKEN
        + """
from opentelemetry.sdk.trace import TracerProvider
sentry_sdk.init(receiver.dsn, traces_sample_rate=1.0)
genai_sentry.init()
mine = TracerProvider()
trace.set_tracer_provider(mine)
with sentry_sdk.start_transaction(name="work"):
    fail()
print(json.dumps([trace.get_tracer_provider() is mine, shown()]))
"""
    )

    assert [True, ONE] == seen


@pytest.mark.parametrize(
    "first", ["genai_sentry.init()", "genai_sentry.init(); genai_sentry.shutdown(); genai_sentry.init()"]
)
def test_sentrys_integration_takes_over_from_its_own_tracing(first: str) -> None:
    """Spans are sent once by whoever sends them, the LLM's and the woken library's alike."""
    seen = run(
        WOKEN
        + f"""
from sentry_sdk.integrations.otlp import OTLPIntegration
sentry_sdk.init(receiver.dsn, traces_sample_rate=1.0)
{first}
sentry_sdk.init(receiver.dsn, integrations=[OTLPIntegration()])
serve()
trace.get_tracer_provider().force_flush()
print(json.dumps(shown()))
"""
    )

    assert {**ONE, "others": ["GET /ask"], "joined": False} == seen


def test_spans_and_events_join_the_trace_of_sentrys_own_tracing() -> None:
    """A service that traces with Sentry: one trace, headers and query values kept from the provider and from Sentry."""
    seen = run(
        HEAD
        + """
sentry_sdk.init(receiver.dsn, traces_sample_rate=1.0, send_default_pii=True)
genai_sentry.init()
with sentry_sdk.start_transaction(name="work") as transaction:
    ask()
    fail()
genai_sentry.flush(5); sentry_sdk.flush(5)
(event,), (sent,) = receiver.events, receiver.transactions
llm = [s for s in receiver.spans if "gen_ai.operation.name" in s.attributes]
print(json.dumps({
    "llm": len(llm), "http": [s["op"] for s in sent["spans"] if s["op"].startswith("http")], "other": len(receiver.spans) - len(llm),
    "traces": len({transaction.trace_id, event["contexts"]["trace"]["trace_id"], *(s.trace_id for s in llm)}),
    "parents": {s.parent_span_id for s in llm} == {transaction.span_id},
    "event": event["contexts"]["trace"]["span_id"] in {s.span_id for s in llm},
    "rates": sorted({s.attributes["sentry.client_sample_rate"] for s in llm}),
    "leaks": sum(HIDDEN.encode() in raw for raw in receiver.raw),
    "headers": sorted({"sentry-trace", "traceparent", "baggage"} & {k.lower() for r in provider.requests for k in r.headers}),
}))
"""
    )

    assert {
        "llm": 2,
        "http": ["http.client", "http.client"],
        "other": 0,
        "traces": 1,
        "parents": True,
        "event": True,
        "rates": [1.0],
        "leaks": 0,
        "headers": [],
    } == seen


@pytest.mark.slow
@pytest.mark.parametrize("first", ["sentry", "package"])
def test_no_trace_header_reaches_a_provider_whoever_comes_first(first: str) -> None:
    """Sentry's HTTP integration inside or outside, its propagator set later: other hosts get headers, LLM hosts none."""
    setups = ["sentry_sdk.init(receiver.dsn, integrations=[OTLPIntegration()])", "genai_sentry.init()"]
    seen = run(
        HEAD
        + "from sentry_sdk.integrations.otlp import OTLPIntegration\n"
        + "os.environ['SENTRY_DSN'] = receiver.dsn\n"
        + "\n".join(setups if first == "sentry" else setups[::-1])
        + """
from opentelemetry import trace
import httpx2
with trace.get_tracer("app").start_as_current_span("work"):
    ask()
    httpx2.post(provider.base_url + "/chat/completions", json={"model": "m", "messages": [{"role": "user", "content": "hi"}]})
    httpx2.get(provider.url + "/other")
print(json.dumps([sorted({"sentry-trace", "traceparent"} & {k.lower() for k in r.headers}) for r in provider.requests]))
"""
    )

    assert [[], []] == seen[:2]
    assert "sentry-trace" in seen[2]


@pytest.mark.parametrize(
    "headers",
    [
        {"traceparent": f"00-{TRACE}-{SPAN}-01"},
        {"sentry-trace": f"{TRACE}-{SPAN}-1"},
        {"sentry-trace": f"{TRACE}-{SPAN}"},
    ],
)
def test_a_trace_comes_in_by_either_header(headers: dict[str, str]) -> None:
    """W3C's or Sentry's, the trace goes on, and goes out in both."""
    before = get_global_textmap()
    set_global_textmap(CompositePropagator([TraceContextTextMapPropagator(), *_baggage()]))
    undo = sentry_trace.install()
    try:
        context = get_global_textmap().extract({**headers, "baggage": "sentry-sample_rate=0.25"})
        found = trace.get_current_span(context).get_span_context()
        carried: dict[str, str] = {}
        get_global_textmap().inject(carried, context)
    finally:
        assert undo is not None
        undo()
        set_global_textmap(before)

    assert (int(TRACE, 16), int(SPAN, 16), True, True) == (
        found.trace_id,
        found.span_id,
        found.is_remote,
        found.trace_flags.sampled,
    )
    assert {"traceparent", "sentry-trace", "baggage"} == set(carried)
    assert f"{TRACE}-{SPAN}-1" == carried["sentry-trace"]


@pytest.mark.parametrize("header", ["", "nonsense", f"{'0' * 32}-{SPAN}-1", f"{TRACE}-{SPAN}-2", f"{TRACE}"])
def test_a_header_that_says_nothing_begins_no_trace(header: str) -> None:
    """Broken headers are ignored."""
    context = SentryTracePropagator().extract({"sentry-trace": header})

    assert not trace.get_current_span(context).get_span_context().is_valid


def test_a_header_that_says_unsampled_is_believed() -> None:
    """The decision of whoever began the trace stands."""
    context = SentryTracePropagator().extract({"sentry-trace": f"{TRACE}-{SPAN}-0"})

    assert not trace.get_current_span(context).get_span_context().trace_flags.sampled


def test_a_chosen_propagator_stays() -> None:
    """Only OpenTelemetry's default is replaced."""
    before = get_global_textmap()
    mine = CompositePropagator([TraceContextTextMapPropagator()])
    set_global_textmap(mine)
    try:
        undo = sentry_trace.install()
        assert (None, mine) == (undo, get_global_textmap())
    finally:
        set_global_textmap(before)


def test_the_sample_rate_on_spans_is_that_of_whoever_began_the_trace() -> None:
    """Our own for a trace of our own and its children; the upstream's where it says so; else none."""
    provider = TracerProvider(shutdown_on_exit=False)
    stamp(provider, 0.5)
    stamp(provider, 0.9)
    tracer = provider.get_tracer("test")
    remote = SentryTracePropagator().extract({"sentry-trace": f"{TRACE}-{SPAN}-1"})

    def rates(context: object) -> list[object]:
        root = tracer.start_span("root", context=context)
        child = tracer.start_span("child", context=trace.set_span_in_context(root, context))
        return [span.attributes.get(SAMPLE_RATE) for span in (root, child)]

    assert [0.5, 0.5] == rates(None)
    assert [None, None] == rates(remote)
    assert [0.25, 0.25] == rates(baggage.set_baggage("sentry-sample_rate", "0.25", remote))
    assert [None, None] == rates(baggage.set_baggage("sentry-sample_rate", "much", remote))


def test_the_functions_that_are_guarded_exist() -> None:
    """Sentry's HTTP integrations ask by these names; where one is gone, its guard is gone too."""
    import importlib

    looked_up = {
        (name, function)
        for name, functions in outgoing.PLACES
        for function in functions
        if name in ("sentry_sdk.tracing_utils", "sentry_sdk.integrations.httpx2", "opentelemetry.instrumentation.httpx")
        and callable(getattr(importlib.import_module(name), function, None))
    }

    assert {
        ("sentry_sdk.tracing_utils", "should_propagate_trace"),
        ("sentry_sdk.integrations.httpx2", "parse_url"),
        ("opentelemetry.instrumentation.httpx", "redact_url"),
    } <= looked_up


def test_exporters_are_settled_signal_by_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Defaults of another distribution that can't be met are dropped silently; Sentry takes the spans."""
    for name in [signals.variable(signal) for signal in signals.SIGNALS]:
        monkeypatch.setenv(name, "otlp")
    monkeypatch.setenv(signals.PROTOCOL, "grpc")
    monkeypatch.setenv("SENTRY_DSN", "http://public@127.0.0.1:9/1")
    monkeypatch.setattr(signals, "_loads", lambda exporter, signal: exporter != "otlp_proto_grpc")
    signals.settle({})

    import os

    assert ["sentry", "none", "none"] == [os.environ[signals.variable(signal)] for signal in signals.SIGNALS]


def test_only_plain_distributions_are_preceded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vendor's distribution stays first."""
    from importlib.metadata import EntryPoint

    plain = EntryPoint("distro", "opentelemetry.distro:OpenTelemetryDistro", "opentelemetry_distro")
    vendor = EntryPoint("vendor", "vendor.otel:Distro", "opentelemetry_distro")
    for found, expected in (([plain], True), ([plain, vendor], False), ([], False)):
        monkeypatch.setattr(others, "_all", lambda group, found=found: found if group.endswith("distro") else [])
        assert expected == others.plain_only()


def _baggage() -> list[object]:
    from opentelemetry.baggage.propagation import W3CBaggagePropagator

    return [W3CBaggagePropagator()]
