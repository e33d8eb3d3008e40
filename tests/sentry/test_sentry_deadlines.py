"""A deadline of the application is told apart from a plain cancellation, where the call is cancelled."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator

import anyio
import pytest

from genai_sentry import deadlines


@pytest.fixture(autouse=True)
def watching() -> Iterator[None]:
    """As while instrumented."""
    deadlines.watch()
    yield
    deadlines.unwatch()


class Call:
    """Stands for a call that takes too long; remembers what it was told when it was cancelled."""

    def __init__(self) -> None:
        self.told: list[bool] = []

    async def __call__(self) -> None:
        try:
            await self._deeper()
        except BaseException:
            self.told.append(deadlines.passed())
            raise

    async def _deeper(self) -> None:
        await asyncio.sleep(10)


async def by_timeout(call: Callable[[], Awaitable[None]]) -> None:
    async with asyncio.timeout(0.01):
        await call()


async def by_an_outer_timeout(call: Callable[[], Awaitable[None]]) -> None:
    async with asyncio.timeout(0.01), asyncio.timeout(60):
        await call()


async def by_wait_for(call: Callable[[], Awaitable[None]]) -> None:
    await asyncio.wait_for(call(), 0.01)  # type: ignore[arg-type]


async def by_fail_after(call: Callable[[], Awaitable[None]]) -> None:
    with anyio.fail_after(0.01):
        await call()


async def by_move_on_after(call: Callable[[], Awaitable[None]]) -> None:
    with anyio.move_on_after(0.01):
        await call()
    raise TimeoutError


async def by_timeout_around_a_group(call: Callable[[], Awaitable[None]]) -> None:
    async with asyncio.timeout(0.01), asyncio.TaskGroup() as group:
        group.create_task(call())  # type: ignore[arg-type]


async def by_wait_for_a_gathering(call: Callable[[], Awaitable[None]]) -> None:
    await asyncio.wait_for(asyncio.gather(call(), asyncio.sleep(10)), 0.01)


async def by_fail_after_around_a_group(call: Callable[[], Awaitable[None]]) -> None:
    with anyio.fail_after(0.01):
        async with anyio.create_task_group() as group:
            group.start_soon(call)


WAYS = [
    by_timeout,
    by_an_outer_timeout,
    by_wait_for,
    by_fail_after,
    by_move_on_after,
    by_timeout_around_a_group,
    by_wait_for_a_gathering,
    by_fail_after_around_a_group,
]


@pytest.mark.parametrize("run", WAYS)
async def test_a_deadline_is_recognised(run: Callable[[Callable[[], Awaitable[None]]], Awaitable[None]]) -> None:
    """Whichever way the application sets its limit."""
    call = Call()
    with pytest.raises(TimeoutError):
        await run(call)
    assert call.told == [True]


async def test_a_cancellation_before_the_deadline_is_none() -> None:
    """The caller gave up while the limit was far."""
    call = Call()

    async def patiently() -> None:
        async with asyncio.timeout(60):
            with anyio.fail_after(60):
                await call()

    task = asyncio.create_task(patiently())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert call.told == [False]


async def test_an_earlier_deadline_is_forgotten() -> None:
    """A deadline that was handled says nothing of a later cancellation of the same task."""
    call = Call()

    async def twice() -> None:
        with contextlib.suppress(TimeoutError):
            await by_timeout(call)
        await call()

    task = asyncio.create_task(twice())
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert call.told == [True, False]


async def test_a_sibling_s_failure_is_no_deadline() -> None:
    """A task group cancels the others when one fails, though the limit is far."""
    call = Call()

    async def fail() -> None:
        await asyncio.sleep(0.01)
        raise ValueError

    with pytest.raises(ExceptionGroup):
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            group.create_task(call())
            group.create_task(fail())
    assert call.told == [False]


def test_trio_s_deadlines_are_recognised_too() -> None:
    """Around the task or around the nursery that runs it."""
    trio = pytest.importorskip("trio")
    told: list[bool] = []

    async def call() -> None:
        try:
            await trio.sleep(10)
        except BaseException:
            told.append(deadlines.passed())
            raise

    async def main() -> None:
        with trio.move_on_after(0.01):
            await call()
        with trio.move_on_after(0.01):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(call)
        with trio.CancelScope() as scope:
            scope.cancel()
            await call()

    trio.run(main)
    assert told == [True, True, False]


async def test_a_cancel_scope_cancelled_by_hand_is_no_deadline() -> None:
    """A scope has a deadline only where somebody gave it one."""
    call = Call()
    async with anyio.create_task_group() as group:
        group.start_soon(call)
        await asyncio.sleep(0.01)
        group.cancel_scope.cancel()
    assert call.told == [False]


def test_outside_a_task_there_is_none() -> None:
    """Threads and plain functions have no cancellation."""
    assert deadlines.passed() is False
