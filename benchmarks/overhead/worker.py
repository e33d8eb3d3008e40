"""One process with the OpenAI SDK, plain or instrumented, that runs blocks of calls on demand and says what they took.

It is started by `run` in the peer's environment, reads one command a line (`SCENARIO CALLS`) and answers in JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import importlib.metadata
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.overhead import peers, scenarios

MARK = "\x1eoverhead "
"""Begins every line that is meant for the parent: instrumentations print, too."""
GROUP = 10
"""Calls that share a transaction, where a peer needs one."""


def say(**facts: object) -> None:
    """Tell the parent."""
    print(MARK + json.dumps(facts), flush=True)


def providers(mode: str, *, own: bool) -> tuple[Any, Any, Any]:
    """Tracer provider, meter provider and the processor that does nothing; a peer with an `own` gets only the last."""
    from opentelemetry import metrics, trace
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON

    class Nothing(SpanProcessor):
        pass

    processor = Nothing()
    if own:
        return None, None, processor
    if mode == "noop":
        provider: Any = trace.NoOpTracerProvider()
    else:
        provider = TracerProvider(sampler=ALWAYS_OFF if mode == "unsampled" else ALWAYS_ON)
        provider.add_span_processor(processor)
    trace.set_tracer_provider(provider)
    if mode != "metrics":
        return provider, None, processor
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    meters = MeterProvider(metric_readers=[InMemoryMetricReader()])
    metrics.set_meter_provider(meters)
    return provider, meters, processor


def settle_of(name: str) -> Callable[[], object]:
    """What completes a peer's deferred work: it belongs to the calls, so it is timed with them."""
    if name != peers.OURS:
        return lambda: None
    import genai_sentry

    return genai_sentry.stats


class Blocks:
    """Runs blocks of calls."""

    def __init__(self, around: peers.Around | None, settle: Callable[[], object]) -> None:
        import openai

        if int(openai.__version__.partition(".")[0]) >= 3:
            import httpx2 as http
        else:
            import httpx as http  # type: ignore[no-redef]
        self._blocking, self._waiting = scenarios.calls(openai, http)
        self._around = around or contextlib.nullcontext
        self._settle = settle
        self._loop = asyncio.new_event_loop()

    def run(self, name: str, calls: int) -> dict[str, float]:
        """Seconds of CPU (all threads), of this thread's CPU, and of wall time for `calls` calls."""
        gc.collect()
        wall, thread, process = time.perf_counter(), time.thread_time(), time.process_time()
        if name in self._waiting:
            self._loop.run_until_complete(self._await(name, calls))
        else:
            call = self._blocking[name]
            for begin in range(0, calls, GROUP):
                with self._around():
                    for _ in range(min(GROUP, calls - begin)):
                        call()
        own = time.thread_time() - thread
        elapsed = time.perf_counter() - wall
        self._settle()
        return {"cpu": time.process_time() - process, "thread": own, "wall": elapsed}

    async def _await(self, name: str, calls: int) -> None:
        call = self._waiting[name]
        for begin in range(0, calls, GROUP):
            with self._around():
                for _ in range(min(GROUP, calls - begin)):
                    await call()


def main() -> None:
    """Set up, then serve the parent until it closes the pipe."""
    options = argparse.ArgumentParser()
    options.add_argument("--peer", required=True)
    options.add_argument("--mode", default="traced")
    options.add_argument("--plain", action="store_true")
    given = options.parse_args()
    peer = next(peer for peer in peers.PEERS if peer.name == given.peer)
    begin = time.process_time()
    import openai  # noqa: F401

    imported = time.process_time()
    own = peer.own_provider and not given.plain
    tracer_provider, meter_provider, processor = providers(given.mode, own=own)
    prepared = time.process_time()
    around = None
    if not given.plain:
        around = peer.switch_on(peers.Setup(given.mode, tracer_provider, meter_provider, processor))
    ready = time.process_time()
    blocks = Blocks(around, (lambda: None) if given.plain else settle_of(peer.name))
    distribution = peer.distribution or peer.name.lower()
    say(
        import_sdk_s=imported - begin,
        import_and_setup_s=ready - prepared,
        modules=len(sys.modules),
        openai=openai.__version__,
        version=importlib.metadata.version(distribution),
    )
    for line in sys.stdin:
        name, _, calls = line.strip().partition(" ")
        if name == "end":
            break
        say(**blocks.run(name, int(calls)))
    say(rss_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    os._exit(0)


if __name__ == "__main__":
    main()
