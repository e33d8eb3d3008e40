"""The demo's parts, each on its own: what it checks, what it forwards, how it reads what arrived."""

from __future__ import annotations

import dataclasses
import gzip
import importlib.util
import json
from typing import Any

import pytest

from genai_sentry.cli import main
from genai_sentry.cli.demo.check import Played, differences, leaks, totals_differ
from genai_sentry.cli.demo.forward import Target, forward, readdressed
from genai_sentry.cli.demo.play import Outcome
from genai_sentry.cli.demo.report import APP_MODULE, ReportedCall, ReportedEvent, calls_in, event_of
from genai_sentry.cli.demo.script import Call, Step, steps
from genai_sentry.errors.taxonomy import ErrorType
from genai_sentry.statistics import Stats
from genai_sentry.testing import Delivery, Request, SentryReceiver, Span

CALL = ReportedCall(
    operation="chat",
    model="gpt-4o-mini",
    response_model="gpt-4o-mini-2024-07-18",
    input_tokens=10,
    output_tokens=20,
    cached_tokens=0,
    reasoning_tokens=0,
    cost_usd=0.001,
    latency_s=0.1,
    attempts=1,
    failure="",
    cancelled=False,
    error_type=None,
    stream="",
    trace_id="t",
    span_id="s",
)
FAILED = dataclasses.replace(
    CALL, failure="rate_limit.tokens_per_minute", input_tokens=None, output_tokens=None, cost_usd=None
)
EVENT = ReportedEvent(
    failure="rate_limit.tokens_per_minute",
    level="warning",
    action="implement_exponential_backoff",
    retryable="true",
    model="gpt-4o-mini",
    exception="RateLimitError",
    handled=True,
    fingerprint=("llm",),
    function="answer",
    line=1,
    source="client.chat",
    trace_id="t",
    span_id="s",
)


def request(**changes: Any) -> Request:
    """A request that the provider got."""
    made = Request("POST", "/v1/chat/completions", "", {}, b"", "gpt-4o-mini", "chat", False)
    made.input_tokens, made.output_tokens = 10, 20
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def played(call: Call, reported: list[ReportedCall], events: list[ReportedEvent]) -> Played:
    """A step that came to this."""
    return Played(Step("step", "answer", lambda stage: None, (call,)), [request()], reported, events)


def test_what_agrees_makes_no_difference() -> None:
    """A good call and a failed one, reported as they were, are no findings."""
    assert [] == list(differences(played(Call(), [CALL], [])))
    failure = Call("rate_limit.tokens_per_minute", usage=False)
    assert [] == list(differences(played(failure, [FAILED], [EVENT])))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"failure": "timeout.gateway"}, "failure was ''"),
        ({"attempts": 2}, "attempts was 1, reported as 2"),
        ({"model": "other"}, "model was 'gpt-4o-mini'"),
        ({"operation": "embeddings"}, "operation was 'chat'"),
        ({"stream": "cut"}, "stream was ''"),
        ({"cancelled": True}, "cancelled was False, reported as True"),
        ({"input_tokens": 11}, "tokens were [(10, 20)], reported as (11, 20)"),
        ({"output_tokens": None}, "tokens were [(10, 20)], reported as (10, None)"),
        ({"cost_usd": None}, "cost is known, but not reported"),
    ],
)
def test_each_wrong_fact_of_a_call_is_found(changes: dict[str, Any], expected: str) -> None:
    """One wrong fact is one line that names it."""
    found = list(differences(played(Call(), [dataclasses.replace(CALL, **changes)], [])))
    assert [True] == [expected in line for line in found]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"failure": "quota_exceeded.insufficient_quota"}, "failure was"),
        ({"level": "error"}, "level was 'warning', reported as 'error'"),
        ({"action": "none"}, "action was"),
        ({"retryable": "True"}, "retryable was 'true', reported as 'True'"),
        ({"handled": False}, "handled was True, reported as False"),
        ({"model": ""}, "model was"),
        ({"function": "create"}, "the application's function was 'answer', reported as 'create'"),
        ({"span_id": "other"}, "not linked to the span"),
    ],
)
def test_each_wrong_fact_of_an_event_is_found(changes: dict[str, Any], expected: str) -> None:
    """One wrong fact is one line that names it."""
    failure = Call("rate_limit.tokens_per_minute", usage=False)
    found = list(differences(played(failure, [FAILED], [dataclasses.replace(EVENT, **changes)])))
    assert [True] == [expected in line for line in found]


def test_missing_and_extra_things_are_found() -> None:
    """Too few and too many spans or events are findings, and so is a cost that nobody can know."""
    failure = Call("rate_limit.tokens_per_minute", usage=False)
    assert ["step: 1 calls made, 0 spans reported"] == list(differences(played(Call(), [], [])))
    assert ["step: 1 calls made, 2 spans reported"] == list(differences(played(Call(), [CALL, CALL], [])))
    assert ["step: 1 events expected, 0 reported"] == list(differences(played(failure, [FAILED], [])))
    assert ["step: 1 events expected, 2 reported"] == list(differences(played(failure, [FAILED], [EVENT, EVENT])))
    assert ["step: 0 events expected, 1 reported"] == list(differences(played(Call(), [CALL], [EVENT])))
    priced = dataclasses.replace(FAILED, cost_usd=0.5)
    assert ["step: cost can't be known, but is reported as 0.5"] == list(
        differences(played(failure, [priced], [EVENT]))
    )


def test_totals_must_agree_with_the_spans() -> None:
    """The process's own figures are compared with the sum of its spans, one by one."""
    right = Stats(calls=1, failures=0, input_tokens=10, output_tokens=20, attempts=1, cost_usd=0.001)
    assert [] == list(totals_differ(right, [CALL]))
    for name in ("calls", "failures", "input_tokens", "output_tokens", "attempts", "cost_usd"):
        wrong = dataclasses.replace(right, **{name: 99})
        assert [name] == [line.split()[1] for line in totals_differ(wrong, [CALL])]


def test_private_texts_in_what_was_sent_are_found() -> None:
    """A prompt or key in a body or a header is a finding."""
    clean = Delivery("POST", "/api/1/envelope/", "", {"a": "b"}, b"{}")
    body = dataclasses.replace(clean, body=b'{"x": "my prompt"}')
    header = dataclasses.replace(clean, headers={"authorization": "sk-1"})
    private = {"a prompt": "my prompt", "the key": "sk-1"}
    assert [] == list(leaks([clean], private))
    assert ["leak: a prompt is in 1 of 3 requests to Sentry", "leak: the key is in 1 of 3 requests to Sentry"] == list(
        leaks([clean, body, header], private)
    )


def test_the_script_plays_every_type_that_a_provider_can_cause() -> None:
    """Every error type but the caller's own cancellation occurs, and titles tell the steps apart."""
    types = {call.failure.partition(".")[0] for step in steps() for call in step.calls if call.failure}
    assert {str(kind) for kind in ErrorType} - {"cancelled"} == types
    titles = [step.title for step in steps()]
    assert len(titles) == len(set(titles))


def test_only_llm_spans_are_calls_and_absent_facts_stay_absent() -> None:
    """Other spans are left out; what a span does not say is None, not zero."""
    common: dict[str, Any] = {
        "kind": "client",
        "trace_id": "t",
        "parent_span_id": "",
        "resource": {},
        "scope": "s",
        "scope_version": "",
        "start": 1.0,
    }
    http = Span(name="POST", span_id="1", attributes={}, status="unset", status_message="", end=1.5, **common)
    chat = Span(
        name="chat m",
        span_id="2",
        attributes={
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "m",
            "gen_ai.usage.input_tokens": 0,
            "llm_error_type": "timeout",
            "llm_error_reason": "gateway",
        },
        status="error",
        status_message="",
        end=2.0,
        **common,
    )
    (call,) = calls_in([chat, http])
    assert (0, None, None, "timeout.gateway", 1.0) == (
        call.input_tokens,
        call.output_tokens,
        call.cost_usd,
        call.failure,
        call.latency_s,
    )


def test_an_events_application_line_is_the_innermost_one_of_the_first_cause() -> None:
    """Library frames and later exceptions don't hide where the application made the call."""

    def frame(function: str, module: str, in_app: bool) -> dict[str, Any]:
        return {"function": function, "module": module, "in_app": in_app, "lineno": 7, "context_line": "  x()  "}

    cause = {
        "type": "RateLimitError",
        "stacktrace": {"frames": [frame("outer", APP_MODULE, True), frame("answer", APP_MODULE, True),
                                  frame("post", "openai._base_client", False)]},
    }  # fmt: skip
    top = {
        "type": "AssistantError",
        "mechanism": {"handled": True},
        "stacktrace": {"frames": [frame("handle", APP_MODULE, True)]},
    }
    event = event_of({"level": "warning", "tags": [["ai_model", "m"]], "exception": {"values": [cause, top]}})
    assert ("answer", 7, "x()", "AssistantError", True, "m") == (
        event.function,
        event.line,
        event.source,
        event.exception,
        event.handled,
        event.model,
    )
    assert ("{{ default }}",) == event.fingerprint


def test_a_dsn_is_read_and_says_where_to_look() -> None:
    """Sentry's own service and a self-hosted one have their pages elsewhere."""
    cloud = Target.of("https://key@o1.ingest.us.sentry.io/42")
    assert ("https://o1.ingest.us.sentry.io/api/42", "key", "42") == (cloud.base, cloud.key, cloud.project)
    assert cloud.where_to_look().startswith("https://sentry.io/issues/?project=42&environment=demo")
    own = Target.of("http://key@sentry.example:9000/prefix/7")
    assert "http://sentry.example:9000/prefix/api/7" == own.base
    assert own.where_to_look().startswith("http://sentry.example:9000/prefix/issues/?project=7")


@pytest.mark.parametrize("dsn", ["nonsense", "https://host/1", "https://key@host/", "ftp://key@host/1"])
def test_what_is_no_dsn_is_wrong_usage(dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong DSN ends with exit code 2 and one line, before anything is played."""
    assert 2 == main(["demo", "--dsn", dsn])
    assert "not a Sentry DSN" in capsys.readouterr().err


def test_without_openai_the_demo_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The one thing that the demo needs beyond the package is named, with exit code 2."""
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "openai" else find_spec(name))
    assert 2 == main(["demo"])
    assert "python -m pip install openai" in capsys.readouterr().err


def test_envelopes_are_readdressed() -> None:
    """The key that an envelope was made for gives way to the target's; items stay byte for byte."""
    target = Target.of("https://new@host/1")
    envelope = (
        b'{"event_id":"1","dsn":"http://old@h/1","trace":{"public_key":"old","trace_id":"t"}}\n{"type":"event"}\n{}'
    )
    head, _, rest = readdressed(envelope, target).partition(b"\n")
    assert {"event_id": "1", "trace": {"public_key": "new", "trace_id": "t"}} == json.loads(head)
    assert b'{"type":"event"}\n{}' == rest


def test_what_was_recorded_reaches_the_second_sentry() -> None:
    """Envelopes and traces go to the target's own paths with its key; refusals are told, one each."""
    envelope = b'{}\n{"type":"event"}\n{"message":"hello"}'
    span = {"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "name": "n"}
    traces = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()
    deliveries = [
        Delivery("POST", "/api/1/envelope/", "", {"content-type": "application/x-sentry-envelope"}, envelope),
        Delivery("POST", "/api/1/integration/otlp/v1/traces/", "", {"content-type": "application/json"}, traces),
        Delivery("POST", "/elsewhere", "", {}, gzip.compress(b"x")),
    ]
    with SentryReceiver(project=9) as second:
        target = Target.of(second.dsn)
        assert [] == list(forward(deliveries, target))
        assert (["hello"], ["n"]) == (
            [event["message"] for event in second.events],
            [item.name for item in second.spans],
        )
        assert b"sentry_key=public" in second.raw[0]
        assert {"/api/9/envelope/", "/api/9/integration/otlp/v1/traces/"} == {item.path for item in second.deliveries}
        second.respond(403)
        assert ["envelope: HTTP 403", "integration/otlp/v1/traces: HTTP 403"] == list(forward(deliveries, target))
    assert 2 == len(list(forward(deliveries, target)))


def test_exit_code_and_last_line_say_whether_the_second_sentry_took_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Delivered is exit code 0 and where to look; refused is exit code 1, although nothing differs."""
    envelope = Delivery("POST", "/api/1/envelope/", "", {}, b'{}\n{"type":"event"}\n{"message":"hello"}')
    monkeypatch.setattr("genai_sentry.cli.demo.play.play", lambda show, pause_s: Outcome(deliveries=[envelope]))
    with SentryReceiver(project=5) as second:
        assert 0 == main(["demo", "--dsn", second.dsn])
        assert "issues/?project=5&environment=demo" in capsys.readouterr().out
        second.respond(401)
        assert 1 == main(["demo", "--dsn", second.dsn])
        assert "not delivered: envelope: HTTP 401" in capsys.readouterr().err
