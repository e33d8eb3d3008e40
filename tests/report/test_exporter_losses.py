"""What OTLP exporters and full queues lose is counted while somebody counts, whenever the exporter is imported."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext, TraceFlags

from genai_sentry.telemetry import losses


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, str]]:
    """What was counted; nothing is watched yet."""
    counted: list[tuple[str, int, str]] = []
    monkeypatch.setattr(losses.recorder, "lost", lambda *what: counted.append(what))
    monkeypatch.setattr(losses, "_seams", {})
    monkeypatch.setattr(losses, "_active", False)
    monkeypatch.setattr(losses, "_hooked", True)
    return counted


def _imported() -> Any:
    """An exporter of a module that is imported just now; it fails as often as it is told."""

    class OTLPSpanExporter:
        def export(self, spans: Any) -> Any:
            return SpanExportResult.FAILURE if spans else SpanExportResult.SUCCESS

    module = ModuleType("exporter_of_a_test")
    module.OTLPSpanExporter = OTLPSpanExporter  # type: ignore[attr-defined]
    losses._imported(module)
    return OTLPSpanExporter()


def test_an_exporter_is_counted_while_somebody_does(lost: list[tuple[str, int, str]]) -> None:
    """Whether it was imported before or after; what it says itself stands."""
    early = _imported()
    assert SpanExportResult.FAILURE is early.export(["a"])
    losses.watch()
    late = _imported()
    assert [SpanExportResult.FAILURE] * 2 == [exporter.export(["a", "b"]) for exporter in (early, late)]
    assert SpanExportResult.SUCCESS is late.export([])
    assert [("spans", 2, "export_failed")] * 2 == lost
    losses.unwatch()
    last = _imported()
    for exporter in (late, last):
        assert SpanExportResult.FAILURE is exporter.export(["a"])
    assert 2 == len(lost)
    losses.watch()
    last.export(["a"])
    assert 3 == len(lost)


def test_a_module_that_has_another_exporter_is_left_alone(lost: list[tuple[str, int, str]]) -> None:
    """None of the name, one that inherits its export, something that is no class."""
    for found in (None, type("OTLPSpanExporter", (InMemorySpanExporter,), {}), "no class"):
        module = ModuleType("exporter_of_a_test")
        module.OTLPSpanExporter = found  # type: ignore[attr-defined]
        losses._imported(module)
    assert {} == losses._seams


def test_spans_that_a_full_queue_has_no_room_for_are_counted(lost: list[tuple[str, int, str]]) -> None:
    """Those that were sampled: the others would not have been queued."""
    processor = losses.CountingBatchProcessor(
        InMemorySpanExporter(), max_queue_size=4, max_export_batch_size=4, schedule_delay_millis=60_000
    )
    inner: Any = processor._batch_processor
    inner._worker_awaken.set = lambda: None  # nothing is taken out
    provider = TracerProvider(shutdown_on_exit=False)
    for number, flag in enumerate((TraceFlags.SAMPLED,) * 6 + (TraceFlags.DEFAULT,), 1):
        context = SpanContext(number, number, is_remote=False, trace_flags=TraceFlags(flag))
        processor.on_end(ReadableSpan("work", context=context, resource=provider.resource))
    assert [("spans", 1, "queue_overflow")] * 2 == lost
    del inner._worker_awaken.set
    processor.shutdown()
