"""What the scenarios stand on: a simulated provider, a recording Sentry, the package as an application sets it up."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

import openai
import sentry_sdk

import genai_sentry
from genai_sentry.testing import SentryReceiver, SimulatedProvider

PROMPT = "canary prompt about seven foxes"
SECRET = "canary local of the application"
MESSAGES: Any = [{"role": "user", "content": PROMPT}]


class World:
    """One process with everything in it.

    Args:
        setup: `init`; `instrumentor`: the service sets Sentry up itself; `nothing`: the scenario does.
        options: for `sentry_sdk.init`.
        settings: for `Settings`.
    """

    def __init__(self, setup: str = "init", options: dict[str, Any] | None = None, **settings: Any) -> None:
        self.receiver = SentryReceiver()
        self.provider = SimulatedProvider()
        self.options = {"release": "1", **(options or {})}
        self.settings = genai_sentry.Settings(**{"http_spans": False, **settings})
        self.notes: dict[str, Any] = {}
        if setup == "init":
            self.init()
        elif setup == "instrumentor":
            self.sentry()
            self.instrument()

    def init(self) -> None:
        """Set up as the README says."""
        genai_sentry.init(dsn=self.receiver.dsn, settings=self.settings, sentry_options=self.options)

    def sentry(self) -> None:
        """Set Sentry up as a service does that knows nothing of this package."""
        sentry_sdk.init(dsn=self.receiver.dsn, **self.options)

    def instrument(self, **providers: Any) -> None:
        """Instrument alone."""
        genai_sentry.GenAIInstrumentor().instrument(settings=self.settings, **providers)

    def fails(self, error_type: str = "rate_limit", times: int = 1, **more: Any) -> World:
        self.provider.fail_next(error_type, times=times, **more)
        return self

    def faulty(self, times: int = 1, **fault: Any) -> World:
        self.provider.fault_next(times=times, **fault)
        return self

    def client(self, retries: int = 0) -> openai.OpenAI:
        return openai.OpenAI(base_url=self.provider.base_url, api_key="sk-test", max_retries=retries)

    def async_client(self) -> openai.AsyncOpenAI:
        return openai.AsyncOpenAI(base_url=self.provider.base_url, api_key="sk-test", max_retries=0)

    def flush(self) -> None:
        """Deliver what is held, in mid-scenario."""
        genai_sentry.flush(5)
        sentry_sdk.flush(5)

    def result(self) -> dict[str, Any]:
        """Everything that arrived."""
        self.flush()
        leaks = [text for text in (PROMPT, SECRET) if any(text.encode() in raw for raw in self.receiver.raw)]
        return {
            "events": self.receiver.events,
            "spans": [(s.name, s.trace_id, s.span_id, s.status) for s in self.receiver.spans],
            "transactions": self.receiver.transactions,
            "leaks": leaks,
            "notes": self.notes,
        }


def ask(client: openai.OpenAI, **more: Any) -> Any:
    secret = SECRET
    return client.chat.completions.create(model="gpt-4o", messages=MESSAGES, **more) if secret else None


async def ask_async(client: openai.AsyncOpenAI, **more: Any) -> Any:
    secret = SECRET
    return await client.chat.completions.create(model="gpt-4o", messages=MESSAGES, **more) if secret else None


def scenarios(module: dict[str, Any]) -> list[str]:
    """Names of the functions of a module that are scenarios."""
    return [
        name
        for name, value in module.items()
        if callable(value)
        and not name.startswith("_")
        and getattr(value, "__annotations__", {}).get("return") == "World"
    ]


def main(module: dict[str, Any], warm_up: Callable[[], None] | None = None, at_once: int = 3) -> None:
    """Fork a child for each scenario, a few at a time; print what they report, as one JSON document."""
    _warm_up()
    if warm_up is not None:
        warm_up()
    left = sys.argv[1:] or scenarios(module)
    running: dict[int, tuple[str, int, float]] = {}
    results: dict[str, Any] = {}
    while left or running:
        while left and len(running) < at_once:
            name = left.pop(0)
            read, write = os.pipe()
            child = os.fork()
            if child == 0:
                os.close(read)
                _child(module[name], name, write)
            os.close(write)
            running[child] = (name, read, time.time())
        child = next(iter(running))
        name, read, began = running.pop(child)
        with os.fdopen(read) as given:
            text = given.read()
        os.waitpid(child, 0)
        results[name] = json.loads(text) if text else {"fault": "the process died"}
        results[name]["seconds"] = round(time.time() - began, 2)
    json.dump(results, sys.stdout)


def _child(scenario: Callable[[], World], name: str, write: int) -> None:
    os.environ["PYTEST_CURRENT_TEST"] = name  # a fault of telemetry fails the scenario
    try:
        result = scenario().result()
    except BaseException:
        result = {"fault": traceback.format_exc()}
    with os.fdopen(write, "w") as out:
        json.dump(result, out, default=str)
    os._exit(0)


def _warm_up() -> None:
    """Import once what every child needs; no thread may be started here."""
    import openai.resources.chat.completions
    import openai.resources.responses.responses
    import openai.types.chat
    import sentry_sdk.integrations.openai
    import sentry_sdk.integrations.otlp  # noqa: F401
    from genai_prices.data_snapshot import get_snapshot

    from genai_sentry.errors.classify import classify

    list(sentry_sdk.integrations.iter_default_integrations(with_auto_enabling_integrations=True))
    sentry_sdk.utils._get_installed_modules()
    classify(status=429)
    get_snapshot()
    openai.OpenAI(api_key="sk-test")
    openai.AsyncOpenAI(api_key="sk-test")
    gc.freeze()
