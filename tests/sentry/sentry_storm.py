"""A storm of failures from many threads; prints what it cost as JSON: `failures threads classes dsn`.

Costs are of the reporter alone, in this thread's processor time; see `sentry_storm_core.py`.
"""

from __future__ import annotations

import json
import resource
import sys
import threading
import time

import sentry_sdk

from genai_sentry.errors.taxonomy import ErrorType, classification
from genai_sentry.record import CallRecord
from genai_sentry.sentry import matching
from genai_sentry.sentry.reporter import Reporter
from genai_sentry.settings import Settings


class ProviderError(Exception):
    """What the provider answers."""


def main() -> None:
    failures, threads, classes = (int(argument) for argument in sys.argv[1:4])
    sentry_sdk.init(dsn=sys.argv[4], release="1", auto_enabling_integrations=False, shutdown_timeout=1)
    reporter = Reporter(Settings())
    what = classification(ErrorType.SERVER_ERROR)
    costs: dict[str, list[int]] = {"held": [], "admitted": []}

    def fail(number: int) -> None:
        prompt = f"{number}" * 20_000
        try:
            raise ProviderError(prompt[:50])
        except ProviderError as error:
            model = f"m{number % classes}"
            record = CallRecord(operation="chat", provider="openai", model=model, classification=what)
            began = time.thread_time_ns()
            reporter.report(record, error)
            took = time.thread_time_ns() - began
            mark = matching.get_mark(error)
            costs["held" if mark is not None and mark.state is matching.State.SUPPRESSED else "admitted"].append(took)

    def work(first: int) -> None:
        for number in range(first, failures, threads):
            fail(number)

    fail(0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    running = [threading.Thread(target=work, args=(first,)) for first in range(threads)]
    began = time.time()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    took = time.time() - began
    flushed = reporter.flush(float(sys.argv[5]) if len(sys.argv) > 5 else 30)
    result = {
        "seconds": took,
        **{f"{name}_us": sorted(taken)[len(taken) // 2] / 1000 for name, taken in costs.items() if taken},
        "grown_mb": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
        "held_back": reporter.held_back,
        "pending": reporter.pending,
        "lost": reporter.lost,
        "flushed": flushed,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
