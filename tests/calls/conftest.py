"""Fixtures of the tests of SDKs with call points of their own: an instrumented process, servers, Sentry's events."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from genai_sentry import GenAIInstrumentor, Settings, stats
from genai_sentry.patch.state import state
from genai_sentry.pricing import CATALOGUE
from genai_sentry.statistics import recorder as figures
from scripted import ScriptedServer


class Observed:
    """An instrumented process: its finished spans, its metrics and the events it sends to Sentry."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.reader = InMemoryMetricReader()
        self.meters = MeterProvider(metric_readers=[self.reader])
        self._events: list[dict[str, Any]] = []

    def keep(self, event: Any, hint: Any) -> None:
        """Sentry's `before_send`: keep the event, send nothing."""
        self._events.append(event)

    @property
    def spans(self) -> list[ReadableSpan]:
        """The LLM spans so far."""
        return [span for span in self.exporter.get_finished_spans() if "gen_ai.operation.name" in span.attributes]

    @property
    def span(self) -> ReadableSpan:
        """The one LLM span there is."""
        (span,) = self.spans
        return span

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events so far, held ones included."""
        assert state.runtime is not None
        state.runtime.reporter.flush(5)
        return self._events

    def wait_for_spans(self, count: int) -> list[ReadableSpan]:
        """The LLM spans, once there are that many."""
        until = time.monotonic() + 5
        while len(self.spans) < count and time.monotonic() < until:
            time.sleep(0.01)
        assert count == len(self.spans)
        return self.spans


@pytest.fixture
def observed() -> Iterator[Observed]:
    """An instrumented process whose Sentry events are kept, with prices at hand and figures at zero."""
    made = Observed()
    sentry_sdk.init(
        dsn="http://public@127.0.0.1:9/1",
        before_send=made.keep,
        default_integrations=False,
        auto_enabling_integrations=False,
        auto_session_tracking=False,
        send_client_reports=False,
    )
    stats()
    figures.reset()
    GenAIInstrumentor().instrument(
        tracer_provider=made.provider, meter_provider=made.meters, settings=Settings(sentry_metrics=False)
    )
    CATALOGUE.ready(30)
    yield made
    GenAIInstrumentor().uninstrument()
    sentry_sdk.get_client().close(timeout=0)
    sentry_sdk.get_global_scope().set_client(None)


@pytest.fixture(scope="session")
def scripted_server() -> Iterator[ScriptedServer]:
    """One scripted server for all tests."""
    server = ScriptedServer()
    yield server
    server.close()
