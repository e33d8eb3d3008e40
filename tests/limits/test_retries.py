"""Whether and when to try again, linked attempts, and storms."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from genai_sentry import retries
from genai_sentry.errors.taxonomy import KINDS, Classification, ErrorType, Reason, classification
from genai_sentry.pricing import Cost
from genai_sentry.record import CallRecord
from genai_sentry.retries import (
    FIRST_WAIT_S,
    HOPELESS_CALLS,
    LINK_S,
    MARK,
    MAX_REQUESTS,
    MAX_WAIT_S,
    QUIET_S,
    STORM_CALLS,
    StormDetector,
    begin_attempt,
    is_retryable,
    retry_wait,
)


@pytest.fixture(autouse=True)
def unlinked() -> Iterator[None]:
    """Start and leave without a link."""
    token = retries._link.set(None)
    yield
    retries._link.reset(token)


def failure(found: Classification, attempt: int = 1) -> Exception:
    """An exception as a failed call leaves it."""
    error = RuntimeError("failed")
    error.__dict__[MARK] = SimpleNamespace(record=CallRecord(classification=found, operation_attempt=attempt))
    return error


LIMITED = classification(ErrorType.RATE_LIMIT, Reason.REQUESTS_PER_MINUTE)
DRAINED = classification(ErrorType.QUOTA_EXCEEDED, Reason.INSUFFICIENT_QUOTA)


class Clock:
    """A clock that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


# Whether.


@pytest.mark.parametrize("error_type", list(ErrorType))
def test_retryability_follows_the_taxonomy(error_type: ErrorType) -> None:
    """A marked exception is as retryable as its classification says."""
    assert KINDS[error_type].retryable == is_retryable(failure(classification(error_type)))


def test_an_unmarked_exception_is_classified() -> None:
    """Exceptions that no call marked are classified on the spot."""
    assert is_retryable(TimeoutError())
    assert not is_retryable(ValueError("no"))


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(), asyncio.CancelledError(), GeneratorExit()])
def test_what_is_no_exception_is_never_retried(error: BaseException) -> None:
    """Interrupts and cancellations are the caller's will."""
    assert not is_retryable(error)


# When.


@pytest.mark.parametrize("attempt", [1, 2, 3, 5, 8, 1000])
def test_the_wait_grows_exponentially_with_jitter(attempt: int) -> None:
    """Between half and whole of a doubling ceiling, which has an end."""
    ceiling = min(MAX_WAIT_S, FIRST_WAIT_S * 2 ** min(attempt - 1, 30))
    waits = {retry_wait(failure(LIMITED), attempt) for _ in range(50)}
    assert ceiling / 2 <= min(waits) <= max(waits) <= ceiling
    assert len(waits) > 25


def test_the_wait_is_never_shorter_than_the_provider_asked_for() -> None:
    """The provider's own time is the floor, with jitter above it."""
    error = failure(classification(ErrorType.RATE_LIMIT, retry_after=13.0))
    waits = [retry_wait(error, 1) for _ in range(50)]
    assert 13.0 < min(waits)
    assert max(waits) <= 13.0 + 0.1 * FIRST_WAIT_S
    assert retry_wait(error, 8) >= MAX_WAIT_S / 2


@pytest.mark.parametrize("asked", [-1.0, 0.0, float("nan"), float("inf"), 1e9])
def test_an_absurd_time_to_wait_is_ignored(asked: float) -> None:
    """Nobody sleeps for a year because of a header."""
    assert retry_wait(failure(classification(ErrorType.RATE_LIMIT, retry_after=asked)), 1) <= FIRST_WAIT_S


@pytest.mark.parametrize("attempt", [0, -3])
def test_an_attempt_below_one_waits_like_the_first(attempt: int) -> None:
    """Libraries that count from zero get a first wait."""
    assert FIRST_WAIT_S / 2 <= retry_wait(None, attempt) <= FIRST_WAIT_S


# Linked attempts.


def test_a_call_after_a_question_is_the_next_attempt_of_the_operation() -> None:
    """Asked about a first call's failure, the next call is the second attempt; the one after it a new operation."""
    assert 1 == begin_attempt()
    assert is_retryable(failure(LIMITED))
    retry_wait(failure(LIMITED), 1)
    assert 2 == begin_attempt()
    assert is_retryable(failure(LIMITED, attempt=2))
    assert 3 == begin_attempt()
    assert 1 == begin_attempt()


def test_asking_twice_about_one_failure_counts_once() -> None:
    """`is_retryable` and `retry_wait` about the same exception are one retry, whichever comes first."""
    error = failure(LIMITED, attempt=2)
    retry_wait(error, 2)
    is_retryable(error)
    is_retryable(error)
    assert 3 == begin_attempt()


def test_a_failure_that_is_not_retried_ends_the_operation() -> None:
    """After a refusal to retry, the next call is a first one."""
    is_retryable(failure(LIMITED))
    assert not is_retryable(failure(DRAINED))
    assert 1 == begin_attempt()


def test_a_link_ends_some_time_after_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call long after the wait is over is another operation."""
    clock = Clock()
    monkeypatch.setattr(retries, "_clock", clock)
    error = failure(classification(ErrorType.RATE_LIMIT, retry_after=100.0))
    wait = retry_wait(error, 1)
    clock.now += wait + LINK_S - 1
    assert 2 == begin_attempt()
    wait = retry_wait(error, 1)
    clock.now += wait + LINK_S + 1
    assert 1 == begin_attempt()


async def test_links_stay_in_their_task() -> None:
    """A retry in one task does not number another task's call."""

    async def retrying() -> int:
        is_retryable(failure(LIMITED))
        await asyncio.sleep(0)
        return begin_attempt()

    async def other() -> int:
        await asyncio.sleep(0)
        return begin_attempt()

    assert [2, 1] == await asyncio.gather(retrying(), other())


def test_tenacity_takes_both() -> None:
    """Both functions plug into tenacity; attempts are numbered across its retries."""
    tenacity = pytest.importorskip("tenacity")
    numbers: list[int] = []
    waits: list[float] = []

    @tenacity.retry(
        retry=tenacity.retry_if_exception(is_retryable),
        wait=lambda state: retry_wait(state.outcome.exception(), state.attempt_number),
        stop=tenacity.stop_after_attempt(5),
        sleep=waits.append,
    )
    def work() -> str:
        numbers.append(begin_attempt())
        if len(numbers) < 4:
            raise failure(LIMITED, numbers[-1])
        return "done"

    assert "done" == work()
    assert [1, 2, 3, 4] == numbers
    assert 3 == len(waits)


def test_stamina_takes_is_retryable() -> None:
    """`is_retryable` is stamina's `on=`; what can't succeed is raised at once."""
    stamina = pytest.importorskip("stamina")
    calls: list[int] = []

    @stamina.retry(on=is_retryable, attempts=3, wait_initial=0.0, wait_max=0.0, wait_jitter=0.0)
    def work(error: Exception) -> None:
        calls.append(begin_attempt())
        raise error

    with pytest.raises(RuntimeError):
        work(failure(DRAINED))
    assert [1] == calls
    with pytest.raises(RuntimeError):
        work(failure(LIMITED))
    assert 4 == len(calls)


# Storms.


def failed(found: Classification = LIMITED, **facts: object) -> CallRecord:
    """A failed call's record."""
    record = CallRecord(provider="openai", model="gpt", classification=found, attempts=3, duration_s=2.0)
    for name, value in facts.items():
        setattr(record, name, value)
    return record


def test_a_naive_loop_is_one_storm_with_its_numbers() -> None:
    """A hundred failing calls with the same request: one alert, attempts, seconds, money and line in it."""
    clock = Clock()
    detector = StormDetector(clock)
    cost = Cost(input_usd=0.01, output_usd=0.0, total_usd=0.01, source="custom")
    alerts = []
    for number in range(100):
        clock.now += 3.0
        record = failed(cost=cost, labels={"feature": "search"})
        alert = detector.observe(record, b"same", "jobs.py:42 in summarise")
        alerts += [(number, alert)] if alert is not None else []
    assert [STORM_CALLS - 1] == [number for number, _ in alerts]
    alert = alerts[0][1]
    assert ("retry_storm", "llm_retries", "openai", "gpt") == (
        alert.kind,
        alert.context_name,
        alert.provider,
        alert.model,
    )
    assert {
        "calls": 10,
        "attempts": 30,
        "attempts_per_call": 3.0,
        "seconds": 29.0,
        "seconds_in_calls": 20.0,
        "cost_usd": pytest.approx(0.1),
        "error_type": "rate_limit",
        "error_reason": "requests_per_minute",
        "retrying_can_help": True,
        "line": "jobs.py:42 in summarise",
    } == alert.context
    assert {"feature": "search"} == alert.labels
    assert "10 calls of the application, times the client library's own retries: 30 HTTP attempts" in alert.message
    assert "from jobs.py:42 in summarise" in alert.message


def test_what_can_not_succeed_is_a_storm_sooner() -> None:
    """Where retrying is hopeless, fewer calls do, and the alert says so; what isn't known is absent."""
    detector = StormDetector(Clock())
    alerts = [detector.observe(failed(DRAINED, attempts=None), "same") for _ in range(HOPELESS_CALLS)]
    assert [None] * (HOPELESS_CALLS - 1) == alerts[:-1]
    alert = alerts[-1]
    assert alert is not None
    assert alert.context["retrying_can_help"] is False
    assert alert.message.endswith("retrying can't help")
    assert {"attempts", "attempts_per_call", "cost_usd", "line", "retry_after_seconds"}.isdisjoint(alert.context)


def test_different_requests_are_no_storm() -> None:
    """A batch in which every request fails is an outage, not a loop."""
    detector = StormDetector(Clock())
    assert all(detector.observe(failed(), str(number)) is None for number in range(200))


def test_patient_retries_are_no_storm() -> None:
    """A handful of retries, and then a success, leaves nothing behind."""
    detector = StormDetector(Clock())
    for _ in range(20):
        assert all(detector.observe(failed(), "same") is None for _ in range(STORM_CALLS - 1))
        assert detector.pending
        detector.succeeded("openai", "gpt", "same")
        assert not detector.pending


def test_what_failed_long_ago_is_not_watched() -> None:
    """A success has to be told only while a request has failed of late."""
    clock = Clock()
    detector = StormDetector(clock)
    detector.observe(failed(), "same")
    clock.now += QUIET_S - 1
    assert detector.pending
    clock.now += 2
    assert not detector.pending


def test_failures_far_apart_are_no_storm() -> None:
    """The same request failing once in a while is not a loop."""
    clock = Clock()
    detector = StormDetector(clock)
    for _ in range(100):
        clock.now += QUIET_S + 1
        assert detector.observe(failed(), "same") is None


def test_cancelled_and_successful_calls_do_not_count() -> None:
    """Only failures make a storm."""
    detector = StormDetector(Clock())
    for found in (classification(ErrorType.CANCELLED), None):
        assert all(detector.observe(failed(classification=found), "same") is None for _ in range(50))
    assert not detector.pending


def test_many_loops_of_one_kind_are_one_alert_in_a_while() -> None:
    """Forty looping requests of one model raise one alert; a new storm after a quiet time raises another."""
    clock = Clock()
    detector = StormDetector(clock)

    def storm() -> int:
        return sum(
            detector.observe(failed(), str(request)) is not None for request in range(40) for _ in range(STORM_CALLS)
        )

    assert 1 == storm()
    clock.now += QUIET_S + 1
    assert 1 == storm()


def test_storms_of_another_failure_or_model_have_their_own_alert() -> None:
    """Provider, model and type of failure are told apart."""
    detector = StormDetector(Clock())
    kinds = [{}, {"model": "other"}, {"provider": "groq"}, {"found": DRAINED, "model": "third"}]
    seen = [
        detector.observe(failed(**facts), "same") is not None  # type: ignore[arg-type]
        for facts in kinds
        for _ in range(STORM_CALLS)
    ]
    assert len(kinds) == sum(seen)


def test_memory_of_storms_is_bounded() -> None:
    """Thousands of failing requests and models keep a bounded number."""
    detector = StormDetector(Clock())
    for number in range(MAX_REQUESTS * 2):
        for _ in range(HOPELESS_CALLS):
            detector.observe(failed(DRAINED, model=f"m{number}"), "same")
    assert MAX_REQUESTS == len(detector._failing)
    assert MAX_REQUESTS == len(detector._quiet_until)
