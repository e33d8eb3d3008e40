"""A naive retry loop against an informed one, on a simulated provider: what each wastes.

python examples/retries.py            # half a minute; loopback only

Naive: five tries with a pause of a second, around a client that retries by itself, too (the SDK's default).
Informed: one loop, which asks `is_retryable` and waits `retry_wait`; the client does not retry.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from openai import OpenAI
from pydantic import BaseModel

import genai_sentry
from genai_sentry.pricing import ready
from genai_sentry.testing import SentryReceiver, SimulatedProvider

TRIES = 5


class Ticket(BaseModel):
    """What the model is to fill in."""

    title: str


@dataclass(frozen=True)
class Result:
    """What one loop did.

    Attributes:
        succeeded: whether there was an answer in the end.
        requests: HTTP requests that reached the provider.
        seconds: how long the caller waited.
        wasted_usd: what calls without a usable answer cost.
        storms: alerts of a retry storm.
    """

    succeeded: bool
    requests: int
    seconds: float
    wasted_usd: float
    storms: int


def naive(call: Callable[[OpenAI], object], client: OpenAI) -> object:
    """What is written first."""
    for _ in range(TRIES):
        try:
            return call(client)
        except Exception:
            time.sleep(1)
    return None


def informed(call: Callable[[OpenAI], object], client: OpenAI) -> object:
    """Tries again only where that can help, when the provider says so."""
    client = client.with_options(max_retries=0)
    for number in range(1, TRIES + 1):
        try:
            return call(client)
        except Exception as error:
            if number == TRIES or not genai_sentry.is_retryable(error):
                return None
            time.sleep(genai_sentry.retry_wait(error, number))
    return None


def ask(client: OpenAI) -> object:
    """One ordinary call."""
    return client.chat.completions.create(
        model="gpt-4o", messages=[{"role": "user", "content": "Summarise the ticket. " * 500}]
    )


def fill_in(client: OpenAI) -> object:
    """One call whose answer must fit a schema."""
    return client.chat.completions.parse(
        model="gpt-4o", messages=[{"role": "user", "content": "Fill in. " * 500}], response_format=Ticket
    )


def quota(provider: SimulatedProvider) -> None:
    """The account has no money left."""
    provider.fail_next("quota_exceeded", times=100)


def context(provider: SimulatedProvider) -> None:
    """The prompt does not fit."""
    provider.fail_next("context_length", times=100)


def truncated(provider: SimulatedProvider) -> None:
    """The output limit cuts every answer."""
    provider.fault_next(finish_reason="length", times=100)


def limit(provider: SimulatedProvider) -> None:
    """A rate limit that passes after two refusals."""
    provider.fail_next("rate_limit", reason="requests_per_minute", retry_after=0.5, times=2)


SCENARIOS: dict[str, tuple[Callable[[SimulatedProvider], None], Callable[[OpenAI], object]]] = {
    "account drained (429)": (quota, ask),
    "prompt too long (400)": (context, ask),
    "answer cut, JSON broken (200)": (truncated, fill_in),
    "rate limit that passes (429)": (limit, ask),
}


def measure(scenario: str, loop: Callable[[Callable[[OpenAI], object], OpenAI], object]) -> Result:
    """Run one loop in one scenario."""
    prepare, call = SCENARIOS[scenario]
    with SentryReceiver() as sentry, SimulatedProvider() as provider:
        genai_sentry.init(dsn=sentry.dsn, settings=genai_sentry.Settings(report_truncated=True))
        ready(30)  # list prices: the first calls must not come too early for them
        prepare(provider)
        before, start = genai_sentry.stats().wasted_cost_usd, time.perf_counter()
        answer = loop(call, OpenAI(base_url=provider.base_url, api_key="sk-none"))
        seconds = time.perf_counter() - start
        genai_sentry.flush(5)
        storms = sum(event.get("tags", {}).get("llm_alert") == "retry_storm" for event in sentry.events)
        wasted = genai_sentry.stats().wasted_cost_usd - before
        genai_sentry.shutdown()
        return Result(answer is not None, len(provider.requests), seconds, wasted, storms)


def main() -> None:
    """Print the comparison as a Markdown table."""
    print("| situation | loop | HTTP requests | caller waits | wasted money | storm alert | answer |")
    print("|---|---|---|---|---|---|---|")
    for scenario in SCENARIOS:
        for loop in (naive, informed):
            found = measure(scenario, loop)
            print(
                f"| {scenario} | {loop.__name__} | {found.requests} | {found.seconds:.1f} s | "
                f"${found.wasted_usd:.4f} | {'yes' if found.storms else 'no'} | "
                f"{'yes' if found.succeeded else 'no'} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
