"""What an application feels while Sentry is in trouble: nothing, and what is lost is counted.

    python benchmarks/robustness/chaos.py [--calls 4000] [--rounds 5]

Each condition runs in a process of its own, in turn with the undisturbed one, several rounds; the ratio of their p99
(wall time of one call, one in twenty of which fails) is printed, and what arrived and what was lost.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import threading
import time

import httpx2
import openai

import genai_sentry
from genai_sentry.patch.state import state
from genai_sentry.testing import SentryReceiver

CONDITIONS = ("sound", "down", "hanging", "resetting", "429", "413", "500")
ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o-mini-2024-07-18",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "word"}}],
    "usage": {"prompt_tokens": 12, "completion_tokens": 1, "total_tokens": 13},
}
REFUSAL = {"error": {"code": "rate_limit_exceeded", "message": "Rate limit reached", "type": "requests"}}


def disturb(receiver: SentryReceiver, condition: str) -> None:
    """Make the receiver behave as asked."""
    if condition.isdigit():
        receiver.respond(int(condition), retry_after=60 if condition == "429" else None)
    elif condition == "hanging":
        receiver.hang(30)
    elif condition == "resetting":
        receiver.reset_connections(True)


def child(condition: str, calls: int) -> None:
    """Make calls under one condition; prints the figures as JSON."""
    counter = iter(range(10**9))

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(429, json=REFUSAL) if next(counter) % 20 == 0 else httpx2.Response(200, json=ANSWER)

    with SentryReceiver() as receiver:
        dsn = "http://key@127.0.0.1:9/1" if condition == "down" else receiver.dsn
        disturb(receiver, condition)
        genai_sentry.init(dsn, settings=genai_sentry.Settings(http_spans=False))
        client = openai.OpenAI(
            api_key="k", http_client=httpx2.Client(transport=httpx2.MockTransport(answer)), max_retries=0
        )
        took: list[float] = []

        def work(count: int) -> None:
            for number in range(count):
                began = time.perf_counter()
                try:
                    client.chat.completions.create(
                        model=f"model-{number % 5}", messages=[{"role": "user", "content": "hi"}]
                    )
                except openai.APIError:
                    pass
                took.append(time.perf_counter() - began)
                time.sleep(0.002)

        work(100)
        took.clear()
        threads = [threading.Thread(target=work, args=(calls // 4,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        runtime = state.runtime
        reporter = runtime.reporter if runtime is not None else None
        took.sort()
        print(
            json.dumps(
                {
                    "p50_us": round(took[len(took) // 2] * 1e6),
                    "p99_us": round(took[len(took) * 99 // 100] * 1e6),
                    "events_arrived": len(receiver.events),
                    "held_back": reporter.held_back if reporter is not None else 0,
                    "lost": reporter.lost if reporter is not None else 0,
                    "calls_counted": genai_sentry.stats().calls,
                }
            ),
            flush=True,
        )
        receiver.hang(0)
        receiver.reset_connections(False)
    import os

    os._exit(0)  # what a hanging Sentry still holds is of no interest here


def run(condition: str, calls: int) -> dict[str, float]:
    """One condition in a process of its own."""
    command = [sys.executable, __file__, "--child", condition, "--calls", str(calls)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def main() -> int:
    """Print the table; 1 where the application felt more than 5 % of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--child")
    arguments = parser.parse_args()
    if arguments.child:
        child(arguments.child, arguments.calls)
        return 0
    felt = 0
    print(f"{'condition':12} {'p99 / undisturbed':>18} {'arrived':>8} {'held back':>10} {'lost':>6}")
    for condition in CONDITIONS[1:]:
        ratios, last = [], {}
        for _ in range(arguments.rounds):
            sound = run("sound", arguments.calls)
            last = run(condition, arguments.calls)
            ratios.append(last["p99_us"] / sound["p99_us"])
        ratio = statistics.median(ratios)
        felt += ratio > 1.05
        row = f"{last['events_arrived']:>8} {last['held_back']:>10} {last['lost']:>6}"
        print(f"{condition:12} {ratio:>18.3f} {row}", flush=True)
    return 1 if felt else 0


if __name__ == "__main__":
    sys.exit(main())
