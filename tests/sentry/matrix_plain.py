"""What applications do with a failed call in ordinary, synchronous code."""

from __future__ import annotations

import contextlib
import gc
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openai
import sentry_sdk
from matrix_world import MESSAGES, World, ask

log = logging.getLogger("shop")


def swallowed() -> World:
    world = World().fails()
    with contextlib.suppress(openai.RateLimitError):
        ask(world.client())
    return world


def swallowed_under_the_instrumentor() -> World:
    world = World("instrumentor").fails()
    with contextlib.suppress(openai.RateLimitError):
        ask(world.client())
    return world


def logged_as_text_later() -> World:
    world, text = World().fails(), ""
    try:
        ask(world.client())
    except openai.RateLimitError as error:
        text = str(error)
    log.error("no answer: %s", text)
    return world


def captured() -> World:
    world = World().fails()
    try:
        ask(world.client())
    except openai.RateLimitError as error:
        sentry_sdk.capture_exception(error)
    return world


def logged_with_exc_info() -> World:
    world = World().fails()
    try:
        ask(world.client())
    except openai.RateLimitError:
        log.exception("no answer")
    return world


def logged_as_argument() -> World:
    world = World().fails()
    try:
        ask(world.client())
    except openai.RateLimitError as error:
        log.error("no answer: %s", error)
    return world


def logged_as_f_string() -> World:
    world = World().fails()
    try:
        ask(world.client())
    except openai.RateLimitError as error:
        log.error(f"no answer: {error}")
    return world


def _raise_from(world: World, how: str) -> None:
    try:
        ask(world.client())
    except openai.RateLimitError as error:
        if how == "cause":
            raise RuntimeError("no answer") from error
        if how == "hidden":
            raise RuntimeError("no answer") from None
        if how == "implicit":
            raise RuntimeError("no answer")  # noqa: B904
        {}["bug"]


def _captured_outside(how: str) -> World:
    world = World().fails()
    try:
        _raise_from(world, how)
    except Exception:
        sentry_sdk.capture_exception()
    return world


def raised_from() -> World:
    return _captured_outside("cause")


def raised_from_none() -> World:
    return _captured_outside("hidden")


def raised_implicitly() -> World:
    return _captured_outside("implicit")


def bug_in_the_handler() -> World:
    return _captured_outside("bug")


def another_captured_in_between() -> World:
    world = World().fails()
    try:
        ask(world.client())
    except openai.RateLimitError:
        try:
            raise ValueError("unrelated") from None
        except ValueError as other:
            other.__context__ = None
            sentry_sdk.capture_exception(other)
    return world


def group_of_three() -> World:
    world, errors = World().fails(times=3), []
    client = world.client()
    for _ in range(3):
        try:
            ask(client)
        except openai.RateLimitError as error:
            errors.append(error)
    try:
        raise ExceptionGroup("three", errors)
    except ExceptionGroup:
        sentry_sdk.capture_exception()
    return world


def three_tries_in_a_loop() -> World:
    world = World().fails(times=3)
    client = world.client()
    for _ in range(3):
        with contextlib.suppress(openai.RateLimitError):
            ask(client)
    return world


def three_tries_by_tenacity() -> World:
    import tenacity

    world = World().fails(times=3)
    client = world.client()
    trying = tenacity.Retrying(stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_none())
    with contextlib.suppress(tenacity.RetryError):
        trying(ask, client)
    return world


def retries_that_succeed() -> World:
    world = World().fails(retry_after=0.01)
    ask(world.client(retries=2))
    return world


def retries_that_fail() -> World:
    world = World().fails(times=3, retry_after=0.01)
    with contextlib.suppress(openai.RateLimitError):
        ask(world.client(retries=2))
    return world


def _fallback(world: World) -> World:
    client = world.client()
    try:
        ask(client)
    except openai.RateLimitError:
        with contextlib.suppress(openai.InternalServerError):
            ask(client)
    return world


def fallback_succeeds() -> World:
    return _fallback(World().fails())


def fallback_fails_too() -> World:
    return _fallback(World().fails().fails("server_error"))


def in_a_thread_unhandled() -> World:
    world = World().fails()
    threading.excepthook = lambda arguments: None
    world.init()  # Sentry's hook calls the one that was there
    thread = threading.Thread(target=ask, args=(world.client(),))
    thread.start()
    thread.join()
    return world


def in_an_executor() -> World:
    world = World().fails()
    with ThreadPoolExecutor(1) as pool:
        try:
            pool.submit(ask, world.client()).result()
        except openai.RateLimitError:
            sentry_sdk.capture_exception()
    return world


def in_an_executor_swallowed() -> World:
    world = World().fails()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(ask, world.client())
    return world


# Streams.


def _read(world: World) -> None:
    for _ in ask(world.client(), stream=True):
        pass


def error_event_in_the_stream() -> World:
    world = World().faulty(error_event="server_error")
    with contextlib.suppress(openai.APIError):
        _read(world)
    return world


def error_event_in_the_stream_captured() -> World:
    world = World().faulty(error_event="server_error")
    try:
        _read(world)
    except openai.APIError:
        sentry_sdk.capture_exception()
    return world


def stream_is_cut() -> World:
    world = World().faulty(cut=2)
    with contextlib.suppress(Exception):
        _read(world)
    return world


def stream_is_cut_and_captured() -> World:
    world = World().faulty(cut=2)
    try:
        _read(world)
    except Exception:
        sentry_sdk.capture_exception()
    return world


def stream_closed_early() -> World:
    world = World()
    stream = ask(world.client(), stream=True)
    next(iter(stream))
    stream.close()
    return world


def stream_let_go() -> World:
    world = World()
    next(iter(ask(world.client(), stream=True)))
    gc.collect()
    return world


def own_exception_in_the_stream() -> World:
    world = World()
    try:
        with ask(world.client(), stream=True) as stream:
            for _ in stream:
                raise ValueError("mine")
    except ValueError:
        sentry_sdk.capture_exception()
    return world


# Failures without an exception, and exceptions after the call.


def response_failed() -> World:
    world = World().faulty(response_failed="server_error")
    world.client().responses.create(model="gpt-4o", input=MESSAGES)
    return world


def error_body_under_200() -> World:
    world = World().faulty(error_body_200="server_error")
    ask(world.client())
    return world


def empty_body_under_200() -> World:
    world = World().faulty(empty=True)
    with contextlib.suppress(Exception):
        ask(world.client())
    return world


def garbage_under_200() -> World:
    world = World().faulty(garbage=True)
    with contextlib.suppress(Exception):
        ask(world.client())
    return world


def _parse(world: World, **fault: Any) -> World:
    import pydantic

    class Answer(pydantic.BaseModel):
        number: int

    world.faulty(**fault)
    try:
        world.client().chat.completions.parse(model="gpt-4o", messages=MESSAGES, response_format=Answer)
    except Exception as error:
        world.notes["raised"] = type(error).__name__
        sentry_sdk.capture_exception(error)
    return world


def parse_length() -> World:
    return _parse(World(), finish_reason="length")


def parse_content_filter() -> World:
    return _parse(World(), finish_reason="content_filter")


def parse_off_schema() -> World:
    return _parse(World(), text='{"number": "no number"}')


def parse_no_json() -> World:
    return _parse(World(), text="I'd rather not")


# What the settings and Sentry make of it.


def sent_then_unhandled() -> World:
    world = World().fails()
    threading.excepthook = lambda arguments: None
    world.init()
    try:
        ask(world.client())
    except openai.RateLimitError as error:
        kept = error
    world.flush()

    def crash() -> None:
        raise kept

    thread = threading.Thread(target=crash)
    thread.start()
    thread.join()
    return world


def sent_then_handled() -> World:
    world = World().fails()
    try:
        ask(world.client())
    except openai.RateLimitError as error:
        world.flush()
        sentry_sdk.capture_exception(error)
    return world


def sent_when_nobody_can_capture_it() -> World:
    world = World(max_hold_s=60.0).fails()
    with contextlib.suppress(openai.RateLimitError):
        ask(world.client())
    began = time.monotonic()
    world.receiver.wait_for(events=1)
    world.notes["waited"] = time.monotonic() - began
    return world
