"""The token bucket: a burst, then one at a time, nothing forgotten, bounded."""

from __future__ import annotations

import threading

from genai_sentry.sentry import throttle as module
from genai_sentry.sentry.throttle import Throttle


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_then_one_each_interval() -> None:
    """The events that pass say how many did not."""
    clock = Clock()
    throttle = Throttle(2, 10.0, clock)
    assert [throttle.take("a") for _ in range(4)] == [0, 0, None, None]
    clock.now = 10.0
    assert [throttle.take("a"), throttle.take("a")] == [2, None]
    clock.now = 1000.0
    assert [throttle.take("a") for _ in range(3)] == [1, 0, None]
    assert throttle.held_back == 4


def test_kinds_do_not_share_a_bucket() -> None:
    """A storm of one kind leaves the others alone."""
    throttle = Throttle(1, 10.0, Clock())
    assert [throttle.take("a"), throttle.take("a"), throttle.take("b")] == [0, None, 0]


def test_without_an_interval_everything_passes() -> None:
    """Zero seconds until the next event is no throttle at all."""
    throttle = Throttle(1, 0.0, Clock())
    assert [throttle.take("a") for _ in range(3)] == [0, 0, 0]


def test_a_token_can_be_put_back() -> None:
    """An event that found no place counts as held back, with those before it, and its token is free again."""
    clock = Clock()
    throttle = Throttle(1, 10.0, clock)
    throttle.take("a")
    throttle.take("a")
    clock.now = 10.0
    held_back = throttle.take("a")
    assert held_back == 1
    throttle.put_back("a", held_back)
    assert (throttle.take("a"), throttle.held_back) == (2, 2)


def test_an_event_that_somebody_else_carried_is_not_held_back() -> None:
    """The framework's event carries it: the count goes down."""
    throttle = Throttle(1, 10.0, Clock())
    throttle.take("a")
    throttle.take("a")
    throttle.carried("a")
    assert throttle.held_back == 0


def test_the_number_of_kinds_is_bounded() -> None:
    """The kinds that were idle longest are forgotten."""
    clock = Clock()
    throttle = Throttle(1, 1e9, clock)
    for number in range(module.MAX_KEYS * 3):
        clock.now += 1
        throttle.take(number)
    assert len(throttle._buckets) <= module.MAX_KEYS
    assert throttle.take(module.MAX_KEYS * 3 - 1) is None


def test_threads_lose_no_count() -> None:
    """What passed and what was held back add up."""
    throttle = Throttle(5, 1e9)
    passed: list[int] = []

    def work() -> None:
        for _ in range(2000):
            if throttle.take("a") is not None:
                passed.append(1)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(passed), throttle.held_back) == (5, 15_995)
