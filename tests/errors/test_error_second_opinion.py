"""`Settings.classifier` and `Settings.rules`: asked where they should be, checked where they are given."""

from __future__ import annotations

import gc
import weakref

import pytest

from genai_sentry.errors.classify import classify
from genai_sentry.errors.rules import Rule
from genai_sentry.settings import Settings, SettingsError
from process import run

FAILING = """
    import json, threading, time
    from genai_sentry.testing import SentryReceiver

    asked = []

    def classifier(message, *, provider, status):
        asked.append([message, provider, status, threading.current_thread() is threading.main_thread()])
        return "quota_exceeded/spend_limit"

    import genai_sentry
    from genai_sentry import Settings

    receiver = SentryReceiver()
    genai_sentry.init(receiver.dsn, settings=Settings(classifier=classifier, grace_s=0))

    failures = [RuntimeError("The purse is light"), ConnectionRefusedError("nobody there")]
    for failure in failures:
        try:
            with genai_sentry.record_call("chat", "gpt-4o", "openai"):
                raise failure
        except Exception:
            pass
    until = time.monotonic() + 30
    while time.monotonic() < until and len(receiver.events) < 2:
        time.sleep(0.02)
    events = receiver.events
    tags = [[event["tags"]["llm_error_type"], event["contexts"]["llm_analysis"]["evidence"]] for event in events]
    print(json.dumps({"asked": asked, "tags": tags, "prints": [event["fingerprint"] for event in events]}))
"""


@pytest.fixture(scope="module")
def told() -> dict[str, list[list[object]]]:
    """What the classifier was asked, and what reached Sentry."""
    found: dict[str, list[list[object]]] = run(FAILING)
    return found


def test_the_classifier_is_asked_for_the_unknown_only(told: dict[str, list[list[object]]]) -> None:
    """It gets message, provider and status; what the rules know is not put to it."""
    ((message, provider, status, _),) = told["asked"]
    assert ("openai", None) == (provider, status)
    assert "The purse is light" in str(message)


def test_the_classifier_is_asked_off_the_request_path(told: dict[str, list[list[object]]]) -> None:
    """The thread that asks is not the application's."""
    assert [False] == [on_main for *_, on_main in told["asked"]]


def test_the_event_carries_the_second_opinion(told: dict[str, list[list[object]]]) -> None:
    """Tags, evidence and grouping are those of the answer."""
    assert [
        ["connection_error", "exception=builtins.ConnectionRefusedError"],
        ["quota_exceeded", "classifier"],
    ] == sorted(told["tags"])
    assert ["llm", "quota_exceeded", "spend_limit", "openai", "gpt-4o"] in told["prints"]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([{"then": "nonsense", "status": 418}], "rule 1"),
        ([Rule(then="timeout", status=418), {"then": "timeout/region", "status": 418}], "rule 2"),
        ([{"then": "timeout"}], "a rule needs a condition"),
        ([{"then": "timeout", "colour": "red"}], "colour"),
        ([7], "rule 1"),
        ({"then": "timeout"}, "expected a list"),
    ],
)
def test_wrong_rules_are_refused_where_they_are_given(rules: object, said: str) -> None:
    """The message names the setting, the rule's place and what is wrong."""
    with pytest.raises(SettingsError, match=said) as raised:
        Settings(rules=rules)  # type: ignore[arg-type]
    assert "rules" in str(raised.value)


def test_right_rules_are_taken() -> None:
    """A rule is a `Rule` or a mapping with the same keys."""
    rules = [Rule(then="timeout", status=418), {"then": "timeout/gateway", "phrase": "tea time"}]
    assert rules == Settings(rules=rules).rules


def test_settings_without_rules_load_no_classifier() -> None:
    """Plain settings stay light."""
    code = """
        import json, sys
        from genai_sentry.settings import Settings
        Settings()
        print(json.dumps("genai_sentry.errors.classify" in sys.modules))
    """
    assert run(code) is False


def test_a_classifier_is_made_at_once_and_compiles_in_the_background() -> None:
    """Making one compiles nothing; `warming` does so on another thread; the first failure then finds it done."""
    code = """
        import json, threading, time
        from genai_sentry import warming
        from genai_sentry.errors import index
        from genai_sentry.errors.classify import Classifier
        made = Classifier()
        before = index.index.cache_info().currsize
        warming.start(prices=False)
        until = time.monotonic() + 30
        while time.monotonic() < until and not index.index.cache_info().currsize:
            time.sleep(0.01)
        print(json.dumps([before, index.index.cache_info().currsize, str(made.classify(status=429).type)]))
    """
    assert [0, 1, "rate_limit"] == run(code)


class Kept(str):
    """A text of which one can tell whether anybody still has it."""

    __slots__ = ("__weakref__",)


def test_no_message_is_kept() -> None:
    """Messages may quote prompts: nothing of them outlives the classification."""
    message = Kept("Cannot process a sentence of a prompt")
    reference = weakref.ref(message)
    for _ in range(2):
        classify(status=400, message=message)
    del message
    gc.collect()
    assert reference() is None
