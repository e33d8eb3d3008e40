"""A storm of failing calls through the real core; prints what it cost as JSON, in processor time.

Arguments: calls, threads, classes, DSN, seconds to flush, and what becomes of events (`deferred`, or `off`: the floor).
"""

from __future__ import annotations

import json
import resource
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx2 as httpx
import openai

import genai_sentry
from genai_sentry.patch.state import state
from genai_sentry.sentry import matching

BODY = json.dumps({"error": {"message": "overloaded", "type": "server_error", "code": "server_error"}}).encode()


def answer(request: httpx.Request) -> httpx.Response:
    return httpx.Response(503, content=BODY, headers={"content-type": "application/json"})


def peak_mb() -> float:
    """Most memory so far; where the system says so, without what a parent process had."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(float(line.split()[1]) / 1024 for line in status.read_text().splitlines() if "VmHWM" in line)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    calls, threads, classes = (int(argument) for argument in sys.argv[1:4])
    genai_sentry.init(
        dsn=sys.argv[4],
        settings=genai_sentry.Settings(http_spans=False, trace_sample_rate=0.0, events=sys.argv[6]),
        sentry_options={"release": "1", "auto_enabling_integrations": False, "shutdown_timeout": 1},
    )
    runtime: Any = state.runtime
    plain = runtime.reporter.report
    costs: dict[str, list[int]] = {"held": [], "admitted": []}

    def report(record: Any, error: Any, **more: Any) -> None:
        # This thread's processor time: under 32 threads the wall tells how long it waited for the interpreter.
        began = time.thread_time_ns()
        plain(record, error, **more)
        took = time.thread_time_ns() - began
        mark = matching.get_mark(error)
        costs["held" if mark is not None and mark.state is matching.State.SUPPRESSED else "admitted"].append(took)

    runtime.reporter.report = report
    client = openai.OpenAI(
        api_key="sk-test", max_retries=0, http_client=httpx.Client(transport=httpx.MockTransport(answer))
    )

    def fail(number: int) -> None:
        try:
            client.chat.completions.create(
                model=f"m{number % classes}", messages=[{"role": "user", "content": f"{number}" * 20_000}]
            )
        except openai.InternalServerError:
            pass

    def work(first: int) -> None:
        for number in range(first, calls, threads):
            fail(number)

    fail(0)
    before = peak_mb()
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
    result["grown_mb"] = peak_mb() - before
    result["held_back"], result["lost"] = runtime.reporter.held_back, runtime.reporter.lost
    print(json.dumps(result))


if __name__ == "__main__":
    main()
