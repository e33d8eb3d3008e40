"""A deadline of the application is told apart from a plain cancellation, where the call is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import anyio
import pytest

from genai_sentry import deadlines


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


@pytest.mark.parametrize("run", [by_timeout, by_an_outer_timeout, by_wait_for, by_fail_after, by_move_on_after])
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
