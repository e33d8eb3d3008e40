"""A storm of failing calls through SDK and core; prints what it cost as JSON.

Arguments: calls, threads, kinds, DSN, seconds to flush, and what is measured: `time` or `memory`.

`time`: this thread's processor time around the reporter, its median for failures that were admitted and for those held
back. Not the wall: under 32 threads that tells how long a thread waited for the interpreter. `reference_us` is the same
for a random UUID, 2.4 µs on its own, at the same place: what the storm makes of a piece of work of known size, since
with SDK, event building and other threads in between nothing is left in the processor's caches.

`memory`: the most that Python's objects took at one time. Not the resident size: with 32 threads that is several times
as much, whoever allocates, since each has an arena of its own.
"""

from __future__ import annotations

import gc
import json
import sys
import threading
import time
import tracemalloc
import uuid
from typing import Any

import httpx2 as httpx
import openai

import genai_sentry
from genai_sentry.patch.state import state
from genai_sentry.sentry import matching

COLLECT_EVERY = 25
"""Calls after which the SDK's exceptions are collected, which are cycles with a prompt each."""

BODY = json.dumps({"error": {"message": "overloaded", "type": "server_error", "code": "server_error"}}).encode()


def answer(request: httpx.Request) -> httpx.Response:
    return httpx.Response(503, content=BODY, headers={"content-type": "application/json"})


def measured(runtime: Any) -> dict[str, list[int]]:
    """Has the reporter's processor time noted, in nanoseconds, in what is returned."""
    plain = runtime.reporter.report
    costs: dict[str, list[int]] = {"held": [], "admitted": [], "reference": []}

    def report(record: Any, error: Any, **more: Any) -> None:
        began = time.thread_time_ns()
        uuid.uuid4()
        between = time.thread_time_ns()
        plain(record, error, **more)
        took = time.thread_time_ns() - between
        mark = matching.get_mark(error)
        costs["reference"].append(between - began)
        costs["held" if mark is not None and mark.state is matching.State.SUPPRESSED else "admitted"].append(took)

    runtime.reporter.report = report
    return costs


def main() -> None:
    calls, threads, kinds = (int(argument) for argument in sys.argv[1:4])
    genai_sentry.init(
        dsn=sys.argv[4],
        settings=genai_sentry.Settings(http_spans=False, trace_sample_rate=0.0),
        sentry_options={"release": "1", "auto_enabling_integrations": False, "shutdown_timeout": 1},
    )
    runtime: Any = state.runtime
    costs = measured(runtime) if sys.argv[6] == "time" else {}
    client = openai.OpenAI(
        api_key="sk-test", max_retries=0, http_client=httpx.Client(transport=httpx.MockTransport(answer))
    )

    def fail(number: int) -> None:
        try:
            client.chat.completions.create(
                model=f"m{number % kinds}", messages=[{"role": "user", "content": f"{number}" * 20_000}]
            )
        except openai.InternalServerError:
            pass

    def work(first: int) -> None:
        for number in range(first, calls, threads):
            fail(number)
            if number % COLLECT_EVERY == 0:
                gc.collect()

    fail(0)
    gc.collect()
    gc.freeze()
    if sys.argv[6] == "memory":
        tracemalloc.start()
    running = [threading.Thread(target=work, args=(first,)) for first in range(threads)]
    began = time.time()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    result: dict[str, Any] = {"seconds": time.time() - began}
    result["flushed"] = genai_sentry.flush(float(sys.argv[5]))
    for name, taken in costs.items():
        taken.sort()
        result[f"{name}_us"] = taken[len(taken) // 2] / 1000 if taken else None
    result["peak_mb"] = tracemalloc.get_traced_memory()[1] / 2**20
    result["held_back"], result["lost"] = runtime.reporter.held_back, genai_sentry.stats().lost
    print(json.dumps(result))


if __name__ == "__main__":
    main()
