"""Spans that OpenTelemetry's exporters could not deliver, counted: they log it, and nobody in the process learns it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import wrapt
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult

from genai_sentry.guard import swallowed
from genai_sentry.patch.seam import Seam
from genai_sentry.statistics import recorder

OTLP = (
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.exporter.otlp.proto.grpc.trace_exporter",
)
CLASS = "OTLPSpanExporter"

EXPORT_FAILED = "export_failed"
QUEUE_OVERFLOW = "queue_overflow"

_seams: dict[str, Seam] = {}
_active = False
_hooked = False


def watch() -> None:
    """Count what OTLP exporters lose from now on, whoever makes them; imports none."""
    global _active, _hooked
    _active = True
    for seam in _seams.values():
        seam.install()
    if not _hooked:
        _hooked = True
        for name in OTLP:
            wrapt.when_imported(name)(_imported)


def unwatch() -> None:
    """Stop counting."""
    global _active
    _active = False
    for seam in _seams.values():
        seam.remove()


def _imported(module: ModuleType) -> None:
    owner = getattr(module, CLASS, None)
    if isinstance(owner, type) and "export" in vars(owner):
        seam = _seams[module.__name__] = Seam(owner, "export", _counting)
        if _active:
            seam.install()


def _counting(original: Callable[..., Any]) -> Callable[..., Any]:
    def export(self: Any, spans: Sequence[ReadableSpan], *args: Any, **kwargs: Any) -> Any:
        result = original(self, spans, *args, **kwargs)
        try:
            if result is SpanExportResult.FAILURE:
                recorder.lost("spans", len(spans), EXPORT_FAILED)
        except Exception as error:
            swallowed("otlp.losses", error)
        return result

    return export


class CountingBatchProcessor(BatchSpanProcessor):
    """OpenTelemetry's batch processor, which drops spans when its queue is full, and here counts them."""

    def on_end(self, span: ReadableSpan) -> None:
        """Queue a span."""
        queue = getattr(getattr(self, "_batch_processor", None), "_queue", None)
        if queue is not None and len(queue) == queue.maxlen and span.context and span.context.trace_flags.sampled:
            recorder.lost("spans", 1, QUEUE_OVERFLOW)
        super().on_end(span)
