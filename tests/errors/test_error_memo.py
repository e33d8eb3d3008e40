"""Failures repeat: what was decided once is remembered by a hash, exactly, in bounded memory and without a message."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from genai_sentry.errors import classify as classifying
from genai_sentry.errors import waits
from genai_sentry.errors.case import Case, open_case
from genai_sentry.errors.classify import MEMO, Classifier, classify
from genai_sentry.errors.memo import MAX_TEXTS, Decision, Memo, key_of
from genai_sentry.errors.taxonomy import Classification, ErrorType, Reason

SECRET = "sk-verysecretverysecret"
LIMITED: dict[str, object] = {
    "error": {"message": "Rate limit reached on tokens per min: Limit 30, Used 29, Requested 5.", "code": "rate_limit"}
}
DECISION = Decision(ErrorType.UNKNOWN, Reason.UNSPECIFIED, "nothing that tells", {})


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    MEMO.clear()
    yield
    MEMO.clear()


def _case(
    *,
    name: str | None = None,
    status: int | None = 400,
    body: object = None,
    message: str | None = "no",
    headers: dict[str, str] | None = None,
    provider: str | None = "openai",
) -> Case:
    return open_case(None, name, status, body, message, headers, provider)


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    made: list[Case] = []
    decide = classifying._decided

    def counting(case: Case, *rest: object) -> Decision:
        made.append(case)
        return decide(case, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(classifying, "_decided", counting)
    return made


def test_a_failure_that_repeats_is_decided_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second of two equal failures gets an equal answer without being weighed."""
    made = _counted(monkeypatch)
    first, second = (classify(status=429, body=LIMITED, provider="openai") for _ in range(2))
    assert first == second
    assert 1 == len(made)


def test_the_wait_is_each_answers_own() -> None:
    """Two failures that differ in `retry-after` alone keep each its own wait."""
    found = [
        classify(status=429, body=LIMITED, headers={"retry-after": wait}, provider="openai").retry_after
        for wait in ("3", "7", "3")
    ]
    assert [3.0, 7.0, 3.0] == found


def test_a_moment_in_the_body_is_counted_from_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wait that the body names as a moment gets shorter as time passes."""
    body = {"error": {"code": "rate_limit", "retry_after": "2026-01-01T00:01:00Z"}}
    now = 1767225600.0
    monkeypatch.setattr(waits.time, "time", lambda: now)
    first = classify(status=429, body=body).retry_after
    monkeypatch.setattr(waits.time, "time", lambda: now + 20)
    assert (60.0, 40.0) == (first, classify(status=429, body=body).retry_after)


def test_figures_are_each_answers_own() -> None:
    """Whoever changes the figures of one answer changes no other."""
    first = classify(status=429, body=LIMITED)
    expected = dict(first.details)
    assert expected
    first.details.clear()  # type: ignore[attr-defined]
    assert expected == classify(status=429, body=LIMITED).details


def test_settings_are_each_classifiers_own() -> None:
    """What one classifier was told about retrying and severity does not reach another."""
    own = Classifier(retryable={"rate_limit": False}, severities={"rate_limit": "info"})
    before, adjusted, after = (one(status=429, body=LIMITED) for one in (classify, own.classify, classify))
    assert (True, False, True) == (before.retryable, adjusted.retryable, after.retryable)
    assert before == after


def test_rules_of_the_users_own_come_first() -> None:
    """A remembered decision does not stand in the way of a rule."""
    classify(status=429, body=LIMITED)
    ruled = Classifier(rules=[{"then": "quota_exceeded", "code": "rate_limit"}])
    assert ErrorType.QUOTA_EXCEEDED is ruled.classify(status=429, body=LIMITED).type
    assert ErrorType.RATE_LIMIT is classify(status=429, body=LIMITED).type


def test_nothing_that_was_said_is_held() -> None:
    """A prompt or a key in a message is in no key and in no decision."""
    told = f"Incorrect API key provided: {SECRET}. You said 'tell me about my diagnosis'."
    classify(status=401, body={"error": {"message": told, "code": "invalid_api_key"}}, message=told)
    classify(message=told)
    held = repr((MEMO._young, MEMO._old))
    assert 2 == len(MEMO)
    assert SECRET not in held
    assert "diagnosis" not in held


@pytest.mark.parametrize(
    "other",
    [
        _case(status=401),
        _case(status=None),
        _case(provider="anthropic"),
        _case(provider=None),
        _case(name="RateLimitError"),
        _case(message="yes"),
        _case(headers={"cf-mitigated": "challenge"}),
        _case(body={"code": "no"}, message=None),
        _case(body={"type": "no"}, message=None),
        _case(body={"finish_reason": "no"}, message=None),
        _case(body={"error": {"message": "no"}}, message=None),
        _case(body={"status": 429}),
    ],
)
def test_other_evidence_has_another_key(other: Case) -> None:
    """Whatever a decision depends on tells two failures apart."""
    key = key_of(_case())
    assert key == key_of(_case())
    assert key is not None
    assert key != key_of(other)


def test_the_wait_makes_no_other_key() -> None:
    """Failures that differ in nothing but the wait share one decision."""
    assert key_of(_case(headers={"retry-after": "3"})) == key_of(_case(headers={"retry-after": "4"}))


def test_what_can_not_be_hashed_is_judged_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Evidence that is no plain data, or too much of it, gets its answer without being remembered."""
    made = _counted(monkeypatch)
    many = [{"message": f"Fish number {number} is off."} for number in range(MAX_TEXTS + 1)]
    for _ in range(2):
        assert ErrorType.RATE_LIMIT is classify(status=HTTPStatus.TOO_MANY_REQUESTS, message="slow").type
        assert ErrorType.RATE_LIMIT is classify(status=429, body=many).type
    assert (4, 0) == (len(made), len(MEMO))


def test_memory_is_bounded_and_what_is_met_again_stays() -> None:
    """However many failures there are, no more than two generations are held; what comes again is among them."""
    memo = Memo(size=8)
    memo.put((0, 0), DECISION)
    for number in range(1, 1000):
        memo.put((number, 0), DECISION)
        assert memo.get((0, 0)) is DECISION
        assert len(memo) <= 2 * 8
    assert memo.get((1, 0)) is None
    assert memo.get((999, 0)) is DECISION


def test_threads_get_their_own_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that classify at once, with a memory that is far too small, get what each would get alone."""
    bodies = [
        {"error": {"message": f"Limit {number}, Used 1, Requested 2: requests per min", "code": code}}
        for number in range(30)
        for code in ("rate_limit", "insufficient_quota", "invalid_api_key")
    ]
    alone = [classify(status=429, body=body) for body in bodies]
    memo = Memo(size=4)
    monkeypatch.setattr(classifying, "MEMO", memo)
    found: list[list[Classification]] = []

    def work(first: int) -> None:
        order = range(first, first + 3 * len(bodies))
        mine = {place % len(bodies): classify(status=429, body=bodies[place % len(bodies)]) for place in order}
        found.append([mine[place] for place in range(len(bodies))])

    threads = [threading.Thread(target=work, args=(11 * number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [alone] * 6 == found
    assert len(memo) <= 2 * 4 + 2 * len(threads)
