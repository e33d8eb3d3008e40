"""An instrumented process whose provider is whatever a test says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from genai_sentry import GenAIInstrumentor, Settings
from genai_sentry.patch.state import state


class Observed:
    """The spans of an instrumented process."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        GenAIInstrumentor().instrument(tracer_provider=provider, settings=Settings(http_spans=False))

    @property
    def span(self) -> ReadableSpan:
        """The last call's, settled."""
        assert state.runtime is not None
        state.runtime.later.drain()
        return self.exporter.get_finished_spans()[-1]


@pytest.fixture
def observed() -> Iterator[Observed]:
    """Instrumented, until the test is over."""
    yield Observed()
    GenAIInstrumentor().uninstrument()
