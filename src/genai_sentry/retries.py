"""Retries: whether and when to try again, and storms of calls that keep failing.

`is_retryable` and `retry_wait` rest on the classification of the failure and plug into the retry libraries:

    @tenacity.retry(
        retry=tenacity.retry_if_exception(is_retryable),
        wait=lambda state: retry_wait(state.outcome.exception(), state.attempt_number),
        stop=tenacity.stop_after_attempt(5),
    )
    @stamina.retry(on=is_retryable, attempts=5)

Both note which operation they were asked about, so that the call that follows is known as its next attempt.
"""

from __future__ import annotations

import random
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genai_sentry.record import Alert

if TYPE_CHECKING:
    from genai_sentry.errors.taxonomy import Classification
    from genai_sentry.record import CallRecord

FIRST_WAIT_S = 0.5
"""Longest wait before the second attempt where the provider names none."""

MAX_WAIT_S = 60.0
"""Longest wait of the back-off; a provider may ask for more."""

MAX_RETRY_AFTER_S = 3600.0
"""Longest wait that a provider's answer can ask for."""

LINK_S = 30.0
"""A call that begins later than that after the wait is no attempt of the same operation: the application gave up."""

MARK = "__genai_sentry__"
"""Where a failed call leaves its record on the exception."""


@dataclass(frozen=True, slots=True)
class _Link:
    """What the next call of this context continues: attempts made so far, and until when that holds."""

    attempts: int
    until: float
    error: int


_link: ContextVar[_Link | None] = ContextVar("genai_sentry_retry_link", default=None)
_clock: Callable[[], float] = time.monotonic
_random = random.SystemRandom()


def is_retryable(exc: BaseException) -> bool:
    """Whether the same call can succeed later, from the classification of its failure.

    Never raises. Anything that is no `Exception` (an interrupt, a cancellation) is not retryable."""
    found = _classify(exc)
    if found is None or not found.retryable:
        if _link.get() is not None:
            _link.set(None)
        return False
    _note(exc, None, MAX_WAIT_S)
    return True


def retry_wait(exc: BaseException | None, attempt: int = 1) -> float:
    """Seconds to wait after the failure of attempt number `attempt` (the first is 1).

    Exponential, with full jitter above half of it, so that many clients do not come back at once; never less than the
    provider asked for. Never raises.
    """
    attempt = max(1, attempt)
    ceiling = min(MAX_WAIT_S, FIRST_WAIT_S * 2.0 ** min(attempt - 1, 30))
    backoff = ceiling * (0.5 + 0.5 * _random.random())
    if exc is None:
        return backoff
    found = _classify(exc)
    asked = found.retry_after if found is not None else None
    # The jitter goes on top: all clients that were told the same second must not return in the same instant.
    floor = asked + 0.1 * backoff if asked is not None and 0.0 < asked <= MAX_RETRY_AFTER_S else 0.0
    wait = max(floor, backoff)
    if found is not None and found.retryable:
        _note(exc, attempt, wait)
    return wait


def begin_attempt() -> int:
    """Number of the attempt that a call beginning here is in its operation: 1 where no retry was asked about.

    Taken once: a further call in the same context is a new operation unless a retry is asked about again.
    """
    link = _link.get()
    if link is None:
        return 1
    _link.set(None)
    return link.attempts + 1 if _clock() <= link.until else 1


def _note(exc: BaseException, attempt: int | None, wait: float) -> None:
    """Remember that a retry of the failed operation was asked about; asking twice about one failure counts once."""
    link = _link.get()
    attempts = _attempts_of(exc) if attempt is None else attempt
    if link is not None and link.error == id(exc):
        attempts = max(attempts, link.attempts)
    _link.set(_Link(attempts, _clock() + wait + LINK_S, id(exc)))


def _attempts_of(exc: BaseException) -> int:
    record = _record(exc)
    number = getattr(record, "operation_attempt", None)
    return number if isinstance(number, int) and number > 0 else 1


def _record(exc: BaseException) -> object:
    mark = exc.__dict__.get(MARK) if hasattr(exc, "__dict__") else None
    return getattr(mark, "record", None)


def _classify(exc: BaseException) -> Classification | None:
    if not isinstance(exc, Exception):
        return None
    marked: Classification | None = getattr(_record(exc), "classification", None)
    if marked is not None:
        return marked
    from genai_sentry.errors.classify import classify

    return classify(exc)


STORM_CALLS, HOPELESS_CALLS = 10, 5
"""Failed calls with the same request that make a storm: where retrying can help, and where it can't."""

QUIET_S = 300.0
"""A storm is over when the request has not failed for so long; also the window of one alert."""

MAX_REQUESTS = 512
"""Failing requests that are watched at once; of more, those that failed longest ago are forgotten."""


@dataclass(slots=True)
class _Failing:
    """One request that keeps failing."""

    first_at: float
    last_at: float = 0.0
    calls: int = 0
    attempts: int = 0
    attempts_known: bool = True
    spent_s: float = 0.0
    cost_usd: float | None = None
    announced: bool = False


class StormDetector:
    """Finds requests that an application sends again and again although they fail. Safe under threads.

    A loop around a client that retries by itself multiplies: ten calls with two retries each are thirty requests.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failing: OrderedDict[tuple[str, str, bytes | str], _Failing] = OrderedDict()
        self._quiet_until: OrderedDict[tuple[str, str, str], float] = OrderedDict()
        self._failed_at = 0.0
        self._lock = threading.Lock()

    @property
    def pending(self) -> bool:
        """Whether a request has failed of late: only then is a success worth telling."""
        return bool(self._failing) and self._clock() - self._failed_at <= QUIET_S

    def observe(
        self, record: CallRecord, fingerprint: bytes | str, line: str | Callable[[], str | None] | None = None
    ) -> Alert | None:
        """Take in a failed call.

        Args:
            record: the call; one that did not fail, or was cancelled, is left out.
            fingerprint: a hash of the request: equal for equal requests.
            line: the application's source line that made the call, such as `app/jobs.py:42 in summarise`; or what
                finds it, asked for an alert alone.

        Returns:
            An alert when the request has become a storm: one for each storm, and one in `QUIET_S` for each provider,
            model and type of failure.
        """
        found = record.classification
        if found is None or found.type == "cancelled":
            return None
        now = self._clock()
        key = (record.provider, record.model, fingerprint)
        with self._lock:
            failing = self._failing.get(key)
            if failing is None or now - failing.last_at > QUIET_S:
                failing = self._failing[key] = _Failing(first_at=now - record.duration_s)
            self._failing.move_to_end(key)
            if len(self._failing) > MAX_REQUESTS:
                self._failing.popitem(last=False)
            self._failed_at = now
            _count(failing, record, now)
            if failing.announced or failing.calls < (STORM_CALLS if found.retryable else HOPELESS_CALLS):
                return None
            failing.announced = True
            group = (record.provider, record.model, str(found.type))
            quiet = now < self._quiet_until.get(group, now)
            self._quiet_until[group] = now + QUIET_S
            self._quiet_until.move_to_end(group)
            if len(self._quiet_until) > MAX_REQUESTS:
                self._quiet_until.popitem(last=False)
            return None if quiet else _storm(failing, record, found, line() if callable(line) else line)

    def succeeded(self, provider: str, model: str, fingerprint: bytes | str) -> None:
        """The same request succeeded: it fails no longer. Names as in the records of the calls that failed."""
        with self._lock:
            self._failing.pop((provider, model, fingerprint), None)


def _count(failing: _Failing, record: CallRecord, now: float) -> None:
    failing.last_at = now
    failing.calls += 1
    failing.attempts += record.attempts or 1
    failing.attempts_known = failing.attempts_known and bool(record.attempts)
    failing.spent_s += record.duration_s
    if record.cost is not None:
        failing.cost_usd = (failing.cost_usd or 0.0) + record.cost.total_usd


def _storm(failing: _Failing, record: CallRecord, found: Classification, line: str | None) -> Alert:
    what = " ".join(word for word in (record.provider, record.model) if word)
    times = f"{failing.calls} calls"
    context: dict[str, object] = {
        "calls": failing.calls,
        "attempts": failing.attempts if failing.attempts_known else None,
        "attempts_per_call": round(failing.attempts / failing.calls, 2) if failing.attempts_known else None,
        "seconds": round(failing.last_at - failing.first_at, 3),
        "seconds_in_calls": round(failing.spent_s, 3),
        "cost_usd": failing.cost_usd,
        "error_type": str(found.type),
        "error_reason": str(found.reason),
        "retrying_can_help": found.retryable,
        "retry_after_seconds": found.retry_after,
        "line": line,
    }
    if failing.attempts_known and failing.attempts > failing.calls:
        times = (
            f"{failing.calls} calls of the application, times the client library's own retries: "
            f"{failing.attempts} HTTP attempts"
        )
    verdict = "retrying can help only after waiting" if found.retryable else "retrying can't help"
    return Alert(
        kind="retry_storm",
        provider=record.provider,
        model=record.model,
        message=(
            f"{what}: the same request failed again and again ({found.type}/{found.reason}) in {times}"
            f"{f', from {line}' if line else ''}; {verdict}"
        ),
        context_name="llm_retries",
        context={name: value for name, value in context.items() if value is not None},
        labels=record.labels,
    )
