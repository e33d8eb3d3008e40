"""What log lines quote of failed calls is cut where Sentry's logging integration hands it over."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import sentry_sdk

from genai_sentry import Settings
from genai_sentry.record import CallRecord
from genai_sentry.sentry import breadcrumbs, enrich, matching
from genai_sentry.sentry.logged import Logged
from genai_sentry.sentry.matching import Calls, Mark, put_mark
from genai_sentry.sentry.reporter import Reporter
from genai_sentry.telemetry.content import content_attributes
from genai_sentry.wire.outcome import Content, Outcome

PROMPT = "the quick brown fox jumps over the lazy dog"


class Refused(Exception):
    """What an SDK raises."""

    def __init__(self) -> None:
        super().__init__(f"no: {PROMPT} for sk-abcdefgh12345678")
        body = json.dumps({"messages": [{"role": "user", "content": PROMPT}]}).encode()
        self.request = httpx.Request("POST", "https://api.openai.com/v1/chat/completions", content=body)


def _failure() -> Refused:
    error = Refused()
    put_mark(error, Mark("1-1", CallRecord("chat", "openai", "gpt-4o"), "key"))
    return error


def _watched(settings: Settings | None = None, **options: Any) -> tuple[Logged, Any]:
    client = SimpleNamespace(options={"before_breadcrumb": None, "before_send_log": None, **options})
    logged = Logged(settings or Settings(), Calls())
    logged.watch(client)
    return logged, client


def _crumb(client: Any, text: str, error: BaseException | None = None, **data: Any) -> Any:
    record = logging.LogRecord("app", logging.ERROR, "app.py", 1, text, (error,) if error else None, None)
    crumb = {"type": "log", "message": text, "data": data}
    return client.options["before_breadcrumb"](crumb, {"log_record": record})


def test_a_breadcrumb_loses_what_it_quotes_of_the_call() -> None:
    """Echo and key go, the application's own words stay; what was given as `extra`, too."""
    _, client = _watched()
    error = _failure()
    crumb = _crumb(client, f"asking failed: {error}", error, detail=f"because {PROMPT}", tries=3)

    assert "asking failed: no: [cut] for [scrubbed]" == crumb["message"]
    assert {"detail": "because [cut]", "tries": 3} == crumb["data"]


class _Odd:
    """Says of itself what it was refused with, or nothing."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    def __repr__(self) -> str:
        return f"Odd({self._error.args[0]})" if self._error is not None else str(1 / 0)


def test_what_is_given_as_extra_loses_it_however_it_is_wrapped() -> None:
    """Exceptions, objects that show one, bytes, in lists and mappings; numbers and times stay what they are."""
    _, client = _watched()
    error = _failure()
    at = datetime(2026, 1, 1, tzinfo=UTC)
    given = {"why": {"error": error, "all": [str(error), _Odd(error)]}, "raw": str(error).encode(), "at": at, "n": 1.5}
    deep: Any = str(error)
    for _ in range(20):
        deep = [deep]
    crumb = _crumb(client, "asking failed", error, **given, deep=deep, odd=_Odd(None))

    kept = "no: [cut] for [scrubbed]"
    assert {"error": kept, "all": [kept, f"Odd({kept})"]} == crumb["data"]["why"]
    assert (kept, at, 1.5, "<_Odd>") == tuple(crumb["data"][name] for name in ("raw", "at", "n", "odd"))
    assert [[[["<list>"]]]] == crumb["data"]["deep"]


@pytest.mark.parametrize(
    ("line", "arguments", "extra"),
    [
        ("asking failed: %(error)s", ({"error": None},), {}),
        ("asking failed: %s", ([None],), {}),
        ("asking failed", (), {"error": None}),
        ("asking failed", (), {"why": {"text": None}, "tries": [None]}),
    ],
)
@pytest.mark.parametrize("handled", [True, False])
def test_an_event_loses_what_its_log_line_quotes(line: str, arguments: Any, extra: Any, handled: bool) -> None:
    """In its parameters and its extra data as in its message, in whatever form the failure was given."""

    def told(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: told(item) for name, item in value.items()}
        return [told(item) for item in value] if isinstance(value, list) else value or error

    error = _failure()
    record = logging.LogRecord("app", logging.ERROR, "app.py", 1, line, tuple(map(told, arguments)), None)
    record.__dict__.update(told(extra))
    event = {
        "logentry": {"message": line, "formatted": record.getMessage(), "params": record.args},
        "extra": {**told(extra), "tenant": "acme", "of": 3},
    }
    reporter = Reporter(Settings(events="off"))
    assert not sentry_sdk.get_client().is_active()  # nothing is sent, and the options are Sentry's own
    matching.get_mark(error).owner = reporter._outbox  # type: ignore[union-attr]
    hint: dict[str, Any] = {"log_record": record}
    if handled:
        hint["exc_info"] = (type(error), error, None)
    at_hand = handled or any(isinstance(value, Exception) for value in (*vars(record).values(), *_values(record.args)))
    sent = reporter._enricher(event, hint)
    reporter.close()

    quoted = repr((sent["logentry"], sent["extra"]))
    assert at_hand is not any(text in quoted for text in (PROMPT, "sk-abc"))
    assert ("acme", 3) == (sent["extra"]["tenant"], sent["extra"]["of"])


def _values(arguments: Any) -> list[Any]:
    return list(arguments.values()) if isinstance(arguments, dict) else list(arguments or ())


def test_a_log_record_loses_it_while_the_failure_is_handled() -> None:
    """Body and parameters of Sentry's structured logs."""
    _, client = _watched()
    try:
        raise _failure()
    except Refused as error:
        log = {"body": f"failed: {error}", "attributes": {"sentry.message.parameter.0": str(error), "line": 3}}
        log = client.options["before_send_log"](log, {})

    assert "failed: no: [cut] for [scrubbed]" == log["body"]
    assert {"sentry.message.parameter.0": "no: [cut] for [scrubbed]", "line": 3} == log["attributes"]


def test_a_log_record_loses_it_though_the_failure_is_over() -> None:
    """As of tasks that were gathered: the breadcrumb of the same line, which comes first, knows the exception."""
    for options in ({"enable_logs": True}, {"_experiments": {"enable_logs": True}}):
        logged, client = _watched(**options)
        error = _failure()
        line = f"failed: {error}"
        _crumb(client, line, error)
        send = client.options["before_send_log"]
        log = {"body": line, "attributes": {"sentry.message.parameter.0": repr(error)}}
        assert "other" == send({"body": "other"}, {})["body"]
        assert line == send(dict(log), {})["body"]  # not the line of the breadcrumb any more
        _crumb(client, line, error)
        sent = send(log, {})
        assert ("failed: no: [cut] for [scrubbed]", None) == (sent["body"], logged._told.last)
        assert PROMPT not in str(sent)
    logged, client = _watched()
    _crumb(client, "failed", _failure())
    assert logged._told.last is None


def test_a_breadcrumb_by_hand_loses_it_while_the_failure_is_handled() -> None:
    """Others stay, also those that this package leaves itself, and those that have no message."""
    _, client = _watched()
    add = client.options["before_breadcrumb"]
    url = "see https://host/?a=b"
    try:
        raise _failure()
    except Refused as error:
        kept = add({"message": f"failed: {error}", "data": {"why": [error]}}, {})
        assert ("failed: no: [cut] for [scrubbed]", ["no: [cut] for [scrubbed]"]) == (
            kept["message"],
            kept["data"]["why"],
        )
        said = {"message": breadcrumbs.Said(PROMPT)}
        assert [said, {"data": {"x": PROMPT}}] == [add(dict(crumb), {}) for crumb in (said, {"data": {"x": PROMPT}})]
    try:
        raise ValueError("another")
    except ValueError:
        assert {"message": PROMPT} == add({"message": PROMPT}, {})
    assert {"message": url} == add({"message": url}, {})


def test_a_message_that_is_captured_while_a_failure_is_handled_loses_it() -> None:
    """It stays an event of its own, and the failure has its own all the same."""
    reporter = Reporter(Settings(events="off"))
    assert not sentry_sdk.get_client().is_active()

    def told(error: Exception, **more: Any) -> Any:
        event = {"message": f"failed: {error}", "level": "info", "extra": {"why": [error]}, **more}
        return reporter._enricher(event, {})

    sent: list[Any] = []
    for error in (_failure(), ValueError(PROMPT)):
        try:
            raise error
        except Exception:
            sent += [told(error), told(error, type="check_in")]
    kept = "no: [cut] for [scrubbed]"
    assert {"message": f"failed: {kept}", "level": "info", "extra": {"why": [kept]}} == sent[0]
    assert all(PROMPT in event["message"] for event in sent[1:])
    reporter.close()


def test_a_stack_is_attached_to_such_a_message_without_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentry would attach it after every processor, and with them; where it is not asked to, none is."""
    reporter = Reporter(Settings(events="off"))
    sent: list[Any] = []
    for asked in (True, False):
        monkeypatch.setattr(enrich, "_options", lambda asked=asked: {"attach_stacktrace": asked})
        try:
            raise _failure()
        except Refused:
            sent.append(reporter._enricher({"message": "failed"}, {}))
    reporter.close()
    (thread,) = sent[0]["threads"]["values"]
    assert (True, False) == (thread["current"], thread["crashed"])
    assert (
        "test_a_stack_is_attached_to_such_a_message_without_variables" == thread["stacktrace"]["frames"][-1]["function"]
    )
    assert not any("vars" in frame for frame in thread["stacktrace"]["frames"])
    assert {"message": "failed"} == sent[1]


def test_urls_in_log_lines_lose_their_query_values() -> None:
    """httpx logs each request with its whole URL, a key in the query included."""
    _, client = _watched()
    line = "HTTP Request: GET https://host/v1/models?key=AbCd1234"
    log = client.options["before_send_log"]({"body": line, "attributes": {"url": "https://host/?key=AbCd1234"}}, {})

    assert "HTTP Request: GET https://host/v1/models?key=[scrubbed]" == _crumb(client, line)["message"]
    assert "HTTP Request: GET https://host/v1/models?key=[scrubbed]" == log["body"]
    assert "https://host/?key=[scrubbed]" == log["attributes"]["url"]


def test_other_log_lines_stay_as_they_are() -> None:
    """Nothing is known of them: neither calls nor URLs."""
    _, client = _watched()
    text = f"is it so? {PROMPT}"

    assert text == _crumb(client, text, ValueError("x"))["message"]
    assert text == client.options["before_send_log"]({"body": text}, {})["body"]


def test_an_error_of_the_application_about_a_failed_call_is_cleaned_whole() -> None:
    """Also where its text names a URL: echoes and keys go, not only query values."""
    _, client = _watched()
    try:
        raise _failure()
    except Refused as error:
        log = {"body": f"see https://host/?a=b {error}", "attributes": {}}
        log = client.options["before_send_log"](log, {})

    assert "see https://host/?a=[scrubbed] no: [cut] for [scrubbed]" == log["body"]


def test_an_exception_about_a_call_that_succeeded_is_cleaned() -> None:
    """What a client library says of an answer that it can't use quotes the answer."""
    calls = Calls()
    client = SimpleNamespace(options={})
    Logged(Settings(), calls).watch(client)
    error = Refused()
    calls.remember(CallRecord("chat", "openai", "gpt-4o"), error.request, None)

    assert "no: [cut] for [scrubbed]" == _crumb(client, str(error), error)["message"]


def test_captured_content_stays_as_redacted() -> None:
    """As on spans; keys go all the same, and without a working redaction nothing of the content stays."""
    redacting = Settings(capture_content=True, redact=lambda text: text.replace("fox", "[animal]"))
    failing = Settings(capture_content=True, redact=lambda text: str(1 / 0))
    error = _failure()

    kept = _crumb(_watched(redacting)[1], str(error), error)["message"]
    assert f"no: {PROMPT.replace('fox', '[animal]')} for [scrubbed]" == kept
    assert "no: [cut] for [scrubbed]" == _crumb(_watched(failing)[1], str(error), error)["message"]


def test_the_application_s_hooks_see_what_is_left() -> None:
    """They come after, wherever they were configured, and their word stands."""
    seen: list[Any] = []
    _, client = _watched(
        before_breadcrumb=lambda crumb, hint: seen.append(crumb["message"]),
        _experiments={"before_send_log": lambda log, hint: None},
    )
    error = _failure()

    assert _crumb(client, str(error), error) is None
    assert ["no: [cut] for [scrubbed]"] == seen
    assert client.options["before_send_log"]({"body": "x"}, {}) is None


def test_hooks_are_put_in_place_once_and_taken_out() -> None:
    """Also where the client has none of its own."""
    own = lambda crumb, hint: crumb  # noqa: E731
    logged, client = _watched(before_breadcrumb=own)
    placed = dict(client.options)
    logged.watch(client)
    assert placed == client.options

    logged.unwatch(client)

    assert {"before_breadcrumb": own, "before_send_log": None} == client.options


def test_a_hook_that_somebody_kept_does_nothing_any_more() -> None:
    """Where another hook has taken ours in, it passes everything on."""
    logged, client = _watched()
    kept = client.options["before_breadcrumb"]
    client.options["before_breadcrumb"] = lambda crumb, hint: kept(crumb, hint)
    logged.unwatch(client)
    error = _failure()

    assert str(error) == _crumb(client, str(error), error)["message"]


def test_a_fault_of_the_cleaning_keeps_the_breadcrumb(monkeypatch: pytest.MonkeyPatch) -> None:
    """In production nothing is raised into a log call."""
    monkeypatch.setenv("GENAI_SENTRY_GUARD", "lenient")
    monkeypatch.setattr("genai_sentry.sentry.logged.quoting", lambda *rest: 1 / 0)
    _, client = _watched()

    assert "text" == _crumb(client, "text", ValueError("x"))["message"]


def test_a_redaction_that_fails_leaves_the_text_out(caplog: pytest.LogCaptureFixture) -> None:
    """Not on the span, and the rest of the span is not lost with it."""
    outcome = Outcome(content=Content(output_messages="[1]", input_messages="[2]"))
    picky = lambda text: text if text == "[2]" else str(1 / 0)  # noqa: E731

    assert {"gen_ai.input.messages": "[2]"} == content_attributes(None, outcome, picky)
    assert "ZeroDivisionError" in caplog.text
