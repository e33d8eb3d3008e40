"""Failed calls beside Sentry's own integrations and tracing, other instrumentations, forks and late set-ups."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import time
import warnings
from typing import Any

import openai
import sentry_sdk
from matrix_world import World, ask

import genai_sentry
from genai_sentry.patch.state import state


def _ask(world: World, times: int = 1) -> World:
    for _ in range(times):
        with contextlib.suppress(openai.RateLimitError):
            ask(world.client())
    return world


def unsampled() -> World:
    return _ask(World(trace_sample_rate=0.0).fails())


def no_tracer_provider() -> World:
    return _ask(World("instrumentor").fails())


def sentry_afterwards() -> World:
    world = World("nothing").fails()
    world.instrument()
    world.sentry()
    return _ask(world)


def sentry_between_failure_and_capture() -> World:
    world = World("nothing").fails()
    world.instrument()
    try:
        ask(world.client())
    except openai.RateLimitError as error:
        world.sentry()
        sentry_sdk.capture_exception(error)
    return world


def sentry_twice() -> World:
    world = _ask(World("instrumentor").fails(times=2))
    world.sentry()
    return _ask(world)


def instrumented_twice() -> World:
    world = World().fails()
    world.init()
    return _ask(world)


def switched_off_again() -> World:
    world = World().fails(times=2)
    _ask(world)
    genai_sentry.shutdown()
    return _ask(world)


# Processes.


def forked() -> World:
    world = World().fails(times=2)
    _ask(world)
    child = os.fork()
    if child == 0:
        _ask(world)
        world.flush()
        os._exit(0)
    os.waitpid(child, 0)
    return world


def forked_while_held() -> World:
    world = World().fails()
    try:
        ask(world.client())
    except openai.RateLimitError:
        child = os.fork()
        if child == 0:
            world.flush()
            os._exit(0)
        os.waitpid(child, 0)
    return world


def _child(dsn: str, base_url: str) -> None:
    genai_sentry.init(dsn=dsn, settings=genai_sentry.Settings(http_spans=False), sentry_options={"release": "1"})
    with contextlib.suppress(openai.RateLimitError):
        ask(openai.OpenAI(base_url=base_url, api_key="sk-test", max_retries=0))


def _in_a_process(method: str) -> World:
    world = World("nothing").fails()
    context: Any = multiprocessing.get_context(method)
    process = context.Process(target=_child, args=(world.receiver.dsn, world.provider.base_url))
    process.start()
    process.join()
    world.notes["exit"] = process.exitcode
    return world


def multiprocessing_fork() -> World:
    return _in_a_process("fork")


def multiprocessing_spawn() -> World:
    return _in_a_process("spawn")


# Sentry's own integrations.


def openai_integration_left_on() -> World:
    from sentry_sdk.integrations.openai import OpenAIIntegration

    world = World("nothing", {"integrations": [OpenAIIntegration()]}).fails()
    world.sentry()
    world.instrument()
    return _ask(world)


def openai_integration_on_and_unhandled() -> World:
    from sentry_sdk.integrations.openai import OpenAIIntegration
    from sentry_sdk.utils import event_from_exception

    world = World("nothing", {"integrations": [OpenAIIntegration()]}).fails()
    world.sentry()
    world.instrument()
    try:
        ask(world.client())
    except openai.RateLimitError as error:
        options = sentry_sdk.get_client().options
        mechanism = {"type": "wsgi", "handled": False}
        sentry_sdk.capture_event(*event_from_exception(error, client_options=options, mechanism=mechanism))
    return world


def otlp_captures_exceptions() -> World:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from sentry_sdk.integrations.otlp import OTLPIntegration

    trace.set_tracer_provider(TracerProvider())
    options = {"integrations": [OTLPIntegration(capture_exceptions=True, setup_propagator=False)]}
    world = World("instrumentor", options).fails()
    with (
        contextlib.suppress(openai.RateLimitError),
        trace.get_tracer("shop").start_as_current_span("job"),
    ):
        ask(world.client())
    return world


def legacy_integration() -> World:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from sentry_sdk.integrations.opentelemetry import SentrySpanProcessor

    provider = TracerProvider()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        provider.add_span_processor(SentrySpanProcessor())
    trace.set_tracer_provider(provider)
    world = World("instrumentor", {"instrumenter": "otel", "traces_sample_rate": 1.0}).fails()
    with trace.get_tracer("shop").start_as_current_span("job") as span:
        world.notes["trace_id"] = f"{span.get_span_context().trace_id:032x}"
        _ask(world)
    return world


def error_processor_and_instrumentor() -> World:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider

    provider = TracerProvider()
    provider.add_span_processor(genai_sentry.GenAIErrorProcessor())
    trace.set_tracer_provider(provider)
    return _ask(World("instrumentor").fails())


# Sentry's own tracing.


def _traced(world: World) -> World:
    with sentry_sdk.start_transaction(name="job", op="task") as transaction:
        world.notes["trace_id"] = transaction.trace_id
        return _ask(world)


def sentry_traces() -> World:
    return _traced(World(options={"traces_sample_rate": 1.0}).fails())


def sentry_traces_for_the_instrumentor() -> World:
    return _traced(World("instrumentor", {"traces_sample_rate": 1.0}).fails())


def sentry_traces_and_captures() -> World:
    world = World(options={"traces_sample_rate": 1.0}).fails()
    with sentry_sdk.start_transaction(name="job", op="task") as transaction:
        world.notes["trace_id"] = transaction.trace_id
        try:
            ask(world.client())
        except openai.RateLimitError:
            sentry_sdk.capture_exception()
    return world


def sentry_streams_traces() -> World:
    from sentry_sdk import traces

    world = World(options={"traces_sample_rate": 1.0, "trace_lifecycle": "stream"}).fails()
    with traces.start_span(name="job") as span:
        world.notes["trace_id"] = span.trace_id
        _ask(world)
    return world


# The user's own words.


def ignored_by_the_user() -> World:
    return _ask(World(options={"ignore_errors": [openai.RateLimitError]}).fails())


def dropped_by_before_send() -> World:
    return _ask(World(options={"before_send": lambda event, hint: None}).fails())


def sampled_to_nothing() -> World:
    return _ask(World(options={"sample_rate": 0.0}).fails())


def enrich_only_swallowed() -> World:
    return _ask(World(events="enrich_only").fails())


def enrich_only_captured() -> World:
    world = World(events="enrich_only").fails()
    try:
        ask(world.client())
    except openai.RateLimitError:
        sentry_sdk.capture_exception()
    return world


def immediate() -> World:
    return _ask(World(events="immediate").fails())


def switched_off() -> World:
    return _ask(World(events="off").fails())


def type_not_reported() -> World:
    return _ask(World(report={"rate_limit": 0.0}).fails())


def cancellations_asked_for() -> World:
    import asyncio

    from matrix_world import ask_async

    world = World(report={"cancelled": 1.0}).faulty(delay=5)

    async def start() -> None:
        task = asyncio.create_task(ask_async(world.async_client()))
        await asyncio.sleep(0.2)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(start())
    return world


def storm_is_held_back() -> World:
    world = _ask(World(event_burst=2, event_interval_s=60).fails(times=8), 8)
    throttle = state.runtime.reporter._throttle
    throttle._clock = lambda: time.monotonic() + 60  # as if a minute had passed
    return _ask(world.fails())


def breadcrumbs() -> World:
    world = World()
    ask(world.client())
    time.sleep(1.2)  # tokens are counted a moment later
    sentry_sdk.capture_message("afterwards")
    return world
