"""Arbitrary and hostile evidence: never an exception, always a valid classification, always in bounded time."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genai_sentry.errors.classify import Classifier, classify
from genai_sentry.errors.error_type import error_type
from genai_sentry.errors.rules import Rule, families
from genai_sentry.errors.rules.model import parse_label
from genai_sentry.errors.taxonomy import KINDS, Classification, ErrorType, Reason
from genai_sentry.errors.text import normal

PROFILE = settings.get_profile("errors")

WORDS = st.sampled_from(
    ["error", "message", "code", "type", "status", "detail", "raw", "metadata", "429", "insufficient_quota", "choices"]
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8) | WORDS, inner, max_size=4),
    max_leaves=20,
)


def check(found: Classification) -> None:
    """A classification that the taxonomy allows."""
    assert found.reason in KINDS[found.type].reasons
    assert "\n" not in found.evidence
    assert 0 < len(found.evidence) <= 200
    assert found.retry_after is None or 0 <= found.retry_after < 1e8
    assert all(value >= 0 for value in found.details.values())


@PROFILE
@given(body=JSON, message=st.none() | st.text(max_size=300), status=st.none() | st.integers(-5, 10**9))
def test_arbitrary_json(body: Any, message: str | None, status: int | None) -> None:
    """Any JSON, any text, any number."""
    check(classify(body=body, message=message, status=status))
    assert error_type(body=body, status=status)


@PROFILE
@given(raw=st.binary(max_size=400), headers=st.dictionaries(st.text(max_size=20), st.text(max_size=40), max_size=5))
def test_arbitrary_bytes_and_headers(raw: bytes, headers: dict[str, str]) -> None:
    """Any bytes as a body, any header values."""
    check(classify(body=raw, headers={**headers, "retry-after": next(iter(headers.values()), "")}))


class Odd(Exception):
    """An exception whose attributes are whatever the test says."""

    def __init__(self, attributes: dict[str, Any]) -> None:
        super().__init__()
        self.__dict__.update(attributes)


ATTRIBUTES = st.sampled_from(
    ["status_code", "code", "body", "response", "headers", "type", "details", "status", "reason"]
)


@PROFILE
@given(attributes=st.dictionaries(ATTRIBUTES, JSON), cause=st.dictionaries(ATTRIBUTES, JSON))
def test_arbitrary_exceptions(attributes: dict[str, Any], cause: dict[str, Any]) -> None:
    """Whatever hangs on an exception or its cause."""
    error = Odd(attributes)
    error.__cause__ = Odd(cause)
    check(classify(error))
    assert error_type(error)


HOSTILE = {
    "letters": "a" * 1_000_000,
    "open braces": "{" * 1_000_000,
    "open brackets": "[" * 1_000_000,
    "open quotes": "'" * 1_000_000,
    "backslashes": "\\" * 1_000_000,
    "nested errors": '{"error": {"message": "' * 45_000,
    "pairs": '"error": "' * 100_000,
    "echoes": 'input: "' * 125_000,
    "pages": "<html>" + "<" * 1_000_000,
    "waits": "try again in 5 " * 66_000,
    "limits": "limit 1 requested " * 55_000,
    "one phrase": "model " * 166_000,
    "Chinese": "超" * 1_000_000,
    "lines": "\n" * 1_000_000,
    "humps": f"xSt{'Z' * 60}é " * 15_000,
    "underscores": f"x{'_a' * 60}é " * 8_000,
    "dotted humps": f"xy{'.Ab' * 40}é " * 8_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_megabyte_takes_bounded_time(kind: str) -> None:
    """Inputs are capped and no pattern is super-linear: ten times the input is not ten times the time."""
    text = HOSTILE[kind]
    start = time.perf_counter()
    check(classify(message=text))
    check(classify(body=text))
    assert time.perf_counter() - start < 0.25


def test_importing_the_classifier_is_light() -> None:
    """No SDK, no HTTP client, no tracing, no Sentry comes with it."""
    heavy = "openai httpx opentelemetry.sdk sentry_sdk genai_prices rich anthropic aiohttp grpc"
    code = (
        "import sys, genai_sentry.errors.classify as c; c.classify(message='x');"
        f"print([name for name in {heavy.split()!r} if name in sys.modules])"
    )
    assert (
        "[]" == subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    )


def test_every_rule_names_a_label_that_exists_and_no_phrase_is_in_two() -> None:
    """The tables are sound: labels parse, and a wording means one thing."""
    meant: dict[tuple[str, str], str] = {}
    for family in families():
        for table in (family.codes, family.broad, family.vague, family.own_codes, family.own_broad):
            for label in table:
                parse_label(label)
        for table in (family.phrases, family.wrappers, family.words):
            for label, lines in table.items():
                parse_label(label)
                for line in filter(None, map(str.strip, lines.splitlines())):
                    key = normal(line.replace("…", "gap"))
                    assert meant.setdefault((key, ""), label) == label, line


def test_rules_of_the_user_come_first() -> None:
    """A rule decides before the built-in ones; all its conditions must hold."""
    rules = (
        Rule(then="quota_exceeded/spend_limit", phrase="over … company budget"),
        Rule(then="permission_denied/scope", code="E77", provider="inhouse"),
        {"then": "timeout/gateway", "status": 418},
        Rule(then="invalid_response/empty", exception="inhouse.NothingError"),
    )
    own = Classifier(rules)
    assert "spend_limit" == own.classify(status=429, message="You are OVER the `company` budget!").reason
    assert "permission_denied" == own.classify(body={"code": "e_77"}, provider="inhouse", status=500).type
    assert "server_error" == own.classify(body={"code": "e_77"}, provider="other", status=500).type
    assert "timeout" == own.classify(status=418).type
    assert "invalid_response" == own.classify(exception_type="inhouse.NothingError").type
    assert "rule quota_exceeded/spend_limit" == own.classify(message="over the company budget").evidence


@pytest.mark.parametrize(
    "rule", [{"then": "nonsense", "status": 1}, {"then": "timeout/dns", "status": 1}, {"then": "timeout"}]
)
def test_a_wrong_rule_is_refused_when_it_is_given(rule: dict[str, object]) -> None:
    """Not when the first error comes."""
    with pytest.raises(ValueError):
        Classifier([rule])


def test_retryability_and_severity_can_be_set() -> None:
    """Per type, in place of the taxonomy's."""
    own = Classifier(retryable={"rate_limit": False}, severities={"rate_limit": "fatal"})
    found = own.classify(status=429)
    assert (False, "fatal") == (found.retryable, found.severity)
    other = own.classify(status=503)
    assert (True, "error") == (other.retryable, other.severity)


def test_a_fault_of_the_engine_is_an_unknown_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """In production nothing is raised, whatever happens inside."""
    monkeypatch.setenv("GENAI_SENTRY_GUARD", "lenient")
    monkeypatch.setattr("genai_sentry.errors.classify.index", lambda: 1 / 0)
    assert (ErrorType.UNKNOWN, Reason.UNSPECIFIED) == (classify(status=429).type, classify(status=429).reason)
