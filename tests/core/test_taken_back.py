"""What was set up and taken back again does not stay in memory."""

from __future__ import annotations

from typing import Any

import openai

from genai_sentry import GenAIInstrumentor
from genai_sentry.testing import SimulatedProvider
from process import run


def test_what_was_shut_down_is_let_go() -> None:
    """An application that sets up and shuts down again and again does not grow by what each set-up made."""
    # In a process of its own: Sentry's client, which would stay behind, goes on sending sessions.
    found = run(
        """
        import gc, json, weakref
        import genai_sentry
        from genai_sentry.patch.state import state
        from genai_sentry.testing import SentryReceiver

        made = []
        with SentryReceiver() as receiver:
            for _ in range(2):
                genai_sentry.init(receiver.dsn)
                made.append(weakref.ref(state.runtime))
                genai_sentry.shutdown()
            gc.collect()
            # The second one may still be named by what the next set-up replaces.
            print(json.dumps([reference() is None for reference in made[:1]]))
        """
    )
    assert [True] == found


def _told(recorder: Any) -> tuple[float, set[str]]:
    metrics = recorder.metrics()
    attempts = sum(point.value for point in metrics.get("llm.client.attempts", ()))
    return attempts, {point.attributes["ai_model"] for point in metrics.get("llm.client.ratelimit.remaining", ())}


def _call(provider: SimulatedProvider, *models: str) -> None:
    with openai.OpenAI(base_url=provider.base_url, api_key="sk-test", max_retries=0) as client:
        for model in models:
            client.chat.completions.create(model=model, messages=[{"role": "user", "content": "hello"}])


def test_set_up_once_more_metrics_are_whole(bare: Any, provider: SimulatedProvider) -> None:
    """Where a meter provider is given again, its reader gets every call that is over, and limits as they are now."""
    for models in (("one",), ("two", "three")):
        bare.instrument()
        _call(provider, *models)
        attempts, limited = _told(bare)
        assert limited == set(models)
        GenAIInstrumentor().uninstrument()
    assert 3 == attempts


def test_another_meter_provider_is_told_nothing(bare: Any, provider: SimulatedProvider) -> None:
    """What is set up anew, for another meter provider, is not told by the instruments of the one before."""
    bare.instrument()
    _call(provider, "one")
    assert (1, {"one"}) == _told(bare)
    GenAIInstrumentor().uninstrument()

    other = type(bare)()
    other.instrument()
    _call(provider, "two")
    assert "two" not in _told(bare)[1]
    assert (1, {"two"}) == _told(other)


def test_the_global_meter_provider_may_come_late() -> None:
    """Instruments that were made before there was a provider tell of the calls made since, also set up once more."""
    found = run(
        """
        import json
        import openai
        from genai_sentry import GenAIInstrumentor
        from genai_sentry.testing import SimulatedProvider
        from opentelemetry import metrics
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import InMemoryMetricReader

        told = []
        with SimulatedProvider() as provider:
            client = openai.OpenAI(base_url=provider.base_url, api_key="sk-test", max_retries=0)
            GenAIInstrumentor().instrument()
            reader = InMemoryMetricReader()
            metrics.set_meter_provider(MeterProvider(metric_readers=[reader]))
            for model in ("one", "two"):
                client.chat.completions.create(model=model, messages=[{"role": "user", "content": "hello"}])
                for scope in reader.get_metrics_data().resource_metrics[0].scope_metrics:
                    for metric in scope.metrics:
                        if metric.name == "llm.client.ratelimit.remaining":
                            told.append(sorted({point.attributes["ai_model"] for point in metric.data.data_points}))
                GenAIInstrumentor().uninstrument()
                GenAIInstrumentor().instrument()
        print(json.dumps(told))
        """
    )
    assert [["one"], ["two"]] == found
