"""What the tests of SDK generations start from: an instrumented process and its spans."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from genai_sentry import GenAIInstrumentor, Settings
from genai_sentry.pricing import CATALOGUE
from genai_sentry.telemetry import beside


class Observed:
    """Spans of a process that a test instruments."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracer = self.provider.get_tracer("someone.else")

    def instrument(self, **settings: Any) -> None:
        """Begin to observe."""
        GenAIInstrumentor().instrument(tracer_provider=self.provider, settings=Settings(**settings))

    def stop(self) -> None:
        """Observe no longer."""
        if GenAIInstrumentor().is_instrumented_by_opentelemetry:
            GenAIInstrumentor().uninstrument()

    def names(self) -> list[str]:
        """Scopes of the finished spans, in the order of their ends."""
        return [span.instrumentation_scope.name for span in self.exporter.get_finished_spans()]

    def take(self) -> list[ReadableSpan]:
        """This package's spans so far, once. One that ends when its stream is collected comes a moment later."""
        gc.collect()
        deadline = time.monotonic() + 2
        while not self.exporter.get_finished_spans() and time.monotonic() < deadline:
            time.sleep(0.01)
        found = [s for s in self.exporter.get_finished_spans() if s.instrumentation_scope.name == "genai_sentry"]
        self.exporter.clear()
        return found


@pytest.fixture
def plain() -> Iterator[Observed]:
    """A process that is not instrumented yet."""
    made = Observed()
    CATALOGUE.warm()
    CATALOGUE.ready(30)
    beside._named.clear()
    yield made
    made.stop()


@pytest.fixture
def observed(plain: Observed, caplog: pytest.LogCaptureFixture) -> Observed:
    """An instrumented process."""
    caplog.set_level(logging.WARNING, "genai_sentry")
    plain.instrument()
    return plain
