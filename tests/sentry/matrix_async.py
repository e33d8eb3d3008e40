"""Failed calls in tasks, groups and threads of asynchronous code; deadlines and cancellations."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import openai
import sentry_sdk
from matrix_world import World, ask, ask_async

Ask = Callable[[], Awaitable[Any]]


def _run(scenario: Callable[[Ask], Awaitable[None]], world: World | None = None, **more: Any) -> World:
    """Run a coroutine function that is given a call which fails, or does what the provider was told."""
    world = world if world is not None else World().fails(times=3)

    async def start() -> None:
        client = world.async_client()
        await scenario(lambda: ask_async(client, **more))

    asyncio.run(start())
    return world


def awaited_and_swallowed() -> World:
    async def scenario(ask: Ask) -> None:
        with contextlib.suppress(openai.RateLimitError):
            await ask()

    return _run(scenario)


def task_swallowed() -> World:
    async def scenario(ask: Ask) -> None:
        with contextlib.suppress(openai.RateLimitError):
            await asyncio.create_task(ask())  # type: ignore[arg-type]

    return _run(scenario)


def task_captured() -> World:
    async def scenario(ask: Ask) -> None:
        try:
            await asyncio.create_task(ask())  # type: ignore[arg-type]
        except openai.RateLimitError:
            sentry_sdk.capture_exception()

    return _run(scenario)


def task_forgotten() -> World:
    async def scenario(ask: Ask) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
        task = asyncio.create_task(ask())  # type: ignore[arg-type]
        await asyncio.wait([task])

    return _run(scenario)


def gathered() -> World:
    async def scenario(ask: Ask) -> None:
        try:
            await asyncio.gather(ask())
        except openai.RateLimitError:
            sentry_sdk.capture_exception()

    return _run(scenario)


def gathered_results() -> World:
    async def scenario(ask: Ask) -> None:
        for result in await asyncio.gather(ask(), ask(), ask(), return_exceptions=True):
            if isinstance(result, BaseException):
                sentry_sdk.capture_exception(result)

    return _run(scenario)


def task_group_of_three() -> World:
    async def scenario(ask: Ask) -> None:
        ready = asyncio.Barrier(3)

        async def together() -> None:
            try:
                await ask()
            except openai.RateLimitError:
                await ready.wait()
                raise

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(3):
                    group.create_task(together())
        except* openai.RateLimitError as failures:
            sentry_sdk.capture_exception(failures)

    return _run(scenario)


def to_thread() -> World:
    world = World().fails()

    async def start() -> None:
        try:
            await asyncio.to_thread(ask, world.client())
        except openai.RateLimitError:
            sentry_sdk.capture_exception()

    asyncio.run(start())
    return world


def in_an_executor_of_the_loop() -> World:
    world = World().fails()

    async def start() -> None:
        with contextlib.suppress(openai.RateLimitError):
            await asyncio.get_running_loop().run_in_executor(None, ask, world.client())

    asyncio.run(start())
    return world


def anyio_group() -> World:
    async def scenario(ask: Ask) -> None:
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(ask)
        except* openai.RateLimitError as failures:
            sentry_sdk.capture_exception(failures)

    return _run(scenario)


def trio_nursery() -> World:
    import trio

    world = World().fails()

    async def start() -> None:
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(ask_async, world.async_client())
        except* openai.RateLimitError as failures:
            sentry_sdk.capture_exception(failures)

    trio.run(start)
    return world


def trio_swallowed() -> World:
    import trio

    world = World().fails()

    async def start() -> None:
        with contextlib.suppress(openai.RateLimitError):
            await ask_async(world.async_client())

    trio.run(start)
    return world


# Deadlines.


def _late() -> World:
    return World().faulty(times=3, delay=5)


def _slow_stream() -> World:
    return World().faulty(chunk_delay=0.3)


def wait_for() -> World:
    async def scenario(ask: Ask) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ask(), 0.2)

    return _run(scenario, _late())


def wait_for_captured() -> World:
    async def scenario(ask: Ask) -> None:
        try:
            await asyncio.wait_for(ask(), 0.2)
        except TimeoutError:
            sentry_sdk.capture_exception()

    return _run(scenario, _late())


def asyncio_timeout() -> World:
    async def scenario(ask: Ask) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                await ask()

    return _run(scenario, _late())


def asyncio_timeout_around_a_stream() -> World:
    async def scenario(ask: Ask) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                async for _ in await ask():
                    pass

    return _run(scenario, _slow_stream(), stream=True)


def asyncio_timeout_around_a_group() -> World:
    async def scenario(ask: Ask) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.2), asyncio.TaskGroup() as group:
                group.create_task(ask())  # type: ignore[arg-type]

    return _run(scenario, _late())


def anyio_fail_after() -> World:
    async def scenario(ask: Ask) -> None:
        with contextlib.suppress(TimeoutError), anyio.fail_after(0.2):
            await ask()

    return _run(scenario, _late())


def anyio_fail_after_captured() -> World:
    async def scenario(ask: Ask) -> None:
        try:
            with anyio.fail_after(0.2):
                await ask()
        except TimeoutError:
            sentry_sdk.capture_exception()

    return _run(scenario, _late())


def trio_fail_after() -> World:
    import trio

    world = _late()

    async def start() -> None:
        with contextlib.suppress(trio.TooSlowError), trio.fail_after(0.2):
            await ask_async(world.async_client())

    trio.run(start)
    return world


def trio_fail_after_captured() -> World:
    import trio

    world = _late()

    async def start() -> None:
        try:
            with trio.fail_after(0.2):
                await ask_async(world.async_client())
        except trio.TooSlowError:
            await trio.sleep(0.7)  # no hurry: it is held while anybody may capture it
            sentry_sdk.capture_exception()

    trio.run(start)
    return world


def cancelled() -> World:
    async def scenario(ask: Ask) -> None:
        task = asyncio.create_task(ask())  # type: ignore[arg-type]
        await asyncio.sleep(0.2)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    return _run(scenario, _late())


def cancelled_in_the_stream() -> World:
    async def scenario(ask: Ask) -> None:
        async def read() -> None:
            async for _ in await ask():
                pass

        task = asyncio.create_task(read())
        await asyncio.sleep(0.8)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    return _run(scenario, _slow_stream(), stream=True)


def stream_closed_early_async() -> World:
    async def scenario(ask: Ask) -> None:
        stream = await ask()
        async for _ in stream:
            break
        await stream.close()

    return _run(scenario, World(), stream=True)


def error_event_in_an_async_stream() -> World:
    async def scenario(ask: Ask) -> None:
        with contextlib.suppress(openai.APIError):
            async for _ in await ask():
                pass

    return _run(scenario, World().faulty(error_event="server_error"), stream=True)
