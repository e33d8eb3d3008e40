"""Playing the script between the two stand-ins, and collecting what arrives."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import openai

import genai_sentry
from genai_sentry.cli.demo.check import Played, differences, leaks, totals_differ
from genai_sentry.cli.demo.report import APP_MODULE, calls_in, event_of
from genai_sentry.cli.demo.script import LONG_TEXT, QUESTION, Stage, Step, steps
from genai_sentry.pricing.catalogue import CATALOGUE
from genai_sentry.statistics import Stats, stats
from genai_sentry.testing import Delivery, SentryReceiver, SimulatedProvider
from genai_sentry.testing.answers import TEXT
from genai_sentry.version import __version__

PATIENCE_S = 3.0
"""How long to wait until what a step brought is handed over, in seconds."""
ARRIVAL_S = 0.5
"""How long to wait, after that, for what is missing, in seconds."""
PRIVATE = {"a prompt": QUESTION, "a long prompt": LONG_TEXT[:80], "an answer": TEXT}
"""What must not be in anything that is sent."""


@dataclass(slots=True)
class Outcome:
    """All of one run.

    Attributes:
        played: the steps, with what came of each.
        alerts: kinds of the alerts that arrived.
        differences: between what was simulated and what was reported.
        stats: the process's own figures.
        metrics: measurements that went to Sentry's metrics.
        deliveries: what the receiver got.
        seconds: how long it took.
    """

    played: list[Played] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    stats: Stats = field(default_factory=Stats)
    metrics: int = 0
    deliveries: list[Delivery] = field(default_factory=list)
    seconds: float = 0.0


def play(show: Callable[[Played], None], *, pause_s: float = 0.0) -> Outcome:
    """Set everything up, play all steps, take everything down; `show` sees each step when it is over."""
    started = time.monotonic()
    outcome = Outcome()
    with _own_environment(), contextlib.ExitStack() as stack:
        receiver = stack.enter_context(SentryReceiver())
        provider = stack.enter_context(SimulatedProvider())
        CATALOGUE.load()
        genai_sentry.init(
            dsn=receiver.dsn,
            environment="demo",
            release=f"genai-sentry-demo@{__version__}",
            settings=genai_sentry.Settings(),
            sentry_options={"in_app_include": [APP_MODULE]},
        )
        stack.callback(genai_sentry.shutdown)
        before = stats()
        stage = stack.enter_context(_stage(provider))
        for step in steps():
            played = _play_step(step, stage, receiver)
            outcome.played.append(played)
            outcome.differences += differences(played)
            show(played)
            time.sleep(pause_s)
        outcome.stats = stats()
        if not before.calls:
            outcome.differences += totals_differ(
                outcome.stats, [call for item in outcome.played for call in item.calls]
            )
        outcome.alerts = [kind for event in receiver.events if (kind := _alert(event))]
        outcome.metrics = len(receiver.metrics)
        outcome.deliveries = receiver.deliveries
        outcome.differences += leaks(outcome.deliveries, {"the key": stage.api_key, **PRIVATE})
    outcome.seconds = time.monotonic() - started
    return outcome


def _play_step(step: Step, stage: Stage, receiver: SentryReceiver) -> Played:
    spans, events = len(receiver.spans), len(receiver.events)
    asked = len(stage.provider.requests)
    with contextlib.suppress(Exception):
        # What the application lets out would reach its framework; here nobody captures it.
        step.act(stage)
    delivered = genai_sentry.flush(PATIENCE_S)
    wanted = sum(1 for call in step.calls if call.failure and call.handled is not None)

    def enough(receiver: SentryReceiver) -> bool:
        calls = calls_in(receiver.spans[spans:])
        return len(calls) >= len(step.calls) and _failures(receiver, events) >= wanted

    receiver.wait_for(until=enough, timeout=ARRIVAL_S if delivered else PATIENCE_S)
    return Played(
        step,
        stage.provider.requests[asked:],
        calls_in(receiver.spans[spans:]),
        [event_of(event) for event in receiver.events[events:] if not _alert(event)],
    )


def _failures(receiver: SentryReceiver, since: int) -> int:
    return sum(1 for event in receiver.events[since:] if not _alert(event))


def _alert(event: dict[str, object]) -> str:
    tags = event.get("tags")
    return str(tags.get("llm_alert") or "") if isinstance(tags, dict) else ""


@contextlib.contextmanager
def _stage(provider: SimulatedProvider) -> Iterator[Stage]:
    with SimulatedProvider() as gone:
        nowhere = gone.base_url
    api_key = f"sk-demo-{secrets.token_hex(12)}"

    def client(base_url: str, **options: float) -> openai.OpenAI:
        return stack.enter_context(
            openai.OpenAI(
                base_url=base_url,
                api_key=api_key,
                timeout=options.get("timeout", 10.0),
                max_retries=int(options.get("max_retries", 0)),
            )
        )

    with contextlib.ExitStack() as stack:
        yield Stage(
            provider,
            api_key,
            client(provider.base_url),
            client(provider.base_url, max_retries=2),
            client(provider.base_url, timeout=0.15),
            client(nowhere),
        )


@contextlib.contextmanager
def _own_environment() -> Iterator[None]:
    """Keep this machine's settings and proxies out of the demo: it must show the same everywhere."""
    foreign = ("OTEL_", "SENTRY_", "GENAI_SENTRY_", "OPENAI_")
    kept = dict(os.environ)
    try:
        for name in kept:
            if name.upper().startswith(foreign) and name != "GENAI_SENTRY_GUARD":
                del os.environ[name]
        for name in ("NO_PROXY", "no_proxy"):
            os.environ[name] = ",".join(filter(None, ("127.0.0.1", kept.get(name))))
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)
