"""Fixtures of the core's tests: an in-memory provider, and spans of the real SDK's calls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from genai_sentry import GenAIInstrumentor, Settings
from genai_sentry.pricing import CATALOGUE
from genai_sentry.testing import SimulatedProvider


class Recorder:
    """An instrumented process: its finished spans and its metrics."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.reader = InMemoryMetricReader()
        self.meters = MeterProvider(metric_readers=[self.reader])

    def instrument(self, settings: Settings | None = None) -> None:
        GenAIInstrumentor().instrument(
            tracer_provider=self.provider, meter_provider=self.meters, settings=settings or Settings()
        )

    @property
    def spans(self) -> list[ReadableSpan]:
        """The LLM spans so far."""
        return [span for span in self.exporter.get_finished_spans() if "gen_ai.operation.name" in span.attributes]

    @property
    def span(self) -> ReadableSpan:
        """The one LLM span there is."""
        (span,) = self.spans
        return span

    def metrics(self) -> dict[str, list]:
        """Data points by metric name."""
        data = self.reader.get_metrics_data()
        found: dict[str, list] = {}
        for resource in data.resource_metrics if data else ():
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    found.setdefault(metric.name, []).extend(metric.data.data_points)
        return found


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """An instrumented process with prices at hand."""
    made = Recorder()
    made.instrument()
    CATALOGUE.ready(30)
    yield made
    GenAIInstrumentor().uninstrument()


@pytest.fixture
def bare() -> Iterator[Recorder]:
    """A process that a test instruments itself."""
    made = Recorder()
    yield made
    if GenAIInstrumentor().is_instrumented_by_opentelemetry:
        GenAIInstrumentor().uninstrument()


@pytest.fixture(scope="session")
def simulated() -> Iterator[SimulatedProvider]:
    """One simulated provider for all tests."""
    with SimulatedProvider() as provider:
        yield provider


@pytest.fixture
def provider(simulated: SimulatedProvider) -> SimulatedProvider:
    """The simulated provider, with nothing left over from another test."""
    simulated.reset()
    return simulated
