"""Pieces of a stream: counted and timed one by one, looked at many at a time, never more held than the bounds say."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

from opentelemetry import metrics

from genai_sentry import stream
from genai_sentry.record import CallRecord
from genai_sentry.stream import StreamObserver
from genai_sentry.telemetry.metrics import Metrics
from genai_sentry.wire.outcome import Outcome
from process import run


class Reader:
    """A reader that notes what it is fed."""

    def __init__(self, silent: int = 0) -> None:
        self.fed: list[bytes] = []
        self._silent = silent

    @property
    def content_seen(self) -> bool:
        return len(self.fed) > self._silent

    def feed(self, chunk: bytes) -> None:
        self.fed.append(chunk)

    def finish(self) -> Outcome:
        return Outcome(complete=True, finish_reasons=("stop",))


def _observed(reader: Any) -> tuple[StreamObserver, list[Any]]:
    ended: list[Any] = []
    call: Any = SimpleNamespace(
        started=time.perf_counter(), stream=None, format=None, body_ended=lambda *given: ended.append(given)
    )
    return StreamObserver(call, reader, None, streamed=True), ended


def test_until_content_comes_every_piece_is_looked_at() -> None:
    """The time to the first content is known to the piece."""
    reader = Reader(silent=2)
    observer, _ = _observed(reader)
    for wait in (0.25, 0.5, 0.5, 0.25):
        observer.chunk(b"piece", wait)
    assert 3 == len(reader.fed)
    facts = observer.facts
    assert facts.first_chunk_s is not None
    assert facts.first_content_s is not None
    assert 1.0 == round(facts.first_content_s - facts.first_chunk_s, 6)


def test_then_pieces_are_looked_at_together() -> None:
    """No byte is lost or changes its place, every piece counts, and the longest gap is found among all of them."""
    reader = Reader()
    observer, ended = _observed(reader)
    pieces = [b"%d " % number for number in range(300)]
    for number, piece in enumerate(pieces):
        observer.chunk(piece, 0.75 if number == 150 else 0.01)
    observer.end(exhausted=True)
    assert b"".join(pieces) == b"".join(reader.fed)
    assert len(reader.fed) < 10
    ((_, facts, error, _),) = ended
    assert (300, 0.75, "complete", None) == (facts.chunks, facts.max_gap_s, facts.outcome, error)


def test_what_is_held_is_bounded() -> None:
    """Neither many pieces nor large ones are held for long."""
    observer, _ = _observed(Reader())
    held = 0
    for number in range(1000):
        observer.chunk(b"x" * (stream.LARGE_PIECE + number % 2), 0.0)
        held = max(held, sum(map(len, observer.held)))
    assert held <= stream.MAX_PIECES * stream.LARGE_PIECE


def test_one_piece_has_no_gap() -> None:
    """A gap is between two pieces; where there is one piece it is absent, not zero."""
    observer, ended = _observed(Reader())
    observer.chunk(b"all", 0.5)
    observer.end(exhausted=True)
    assert (1, None) == (ended[0][1].chunks, ended[0][1].max_gap_s)


def test_after_the_end_nothing_counts() -> None:
    """A second look through a stream that was read changes no figure."""
    reader = Reader()
    observer, ended = _observed(reader)
    observer.chunk(b"all", 0.5)
    observer.end(exhausted=True)
    for _ in range(stream.MAX_PIECES + 1):
        observer.chunk(b"again", 0.5)
    assert len(observer.held) < stream.MAX_PIECES
    observer.end()
    assert ([b"all"], 1, 1) == (reader.fed, observer.facts.chunks, len(ended))


def test_a_fault_in_reading_leaves_the_stream_alone(monkeypatch: Any) -> None:
    """Whatever the reader trips over, the pieces go on."""
    noted: list[str] = []
    monkeypatch.setattr(stream, "swallowed", lambda step, fault: not noted.append(step))
    reader = Reader()
    monkeypatch.setattr(reader, "feed", lambda chunk: 1 / 0)
    observer, _ = _observed(reader)
    observer.chunk(b"piece", 0.1)
    assert (["stream"], 1) == (noted, observer.facts.chunks)


def test_metrics_wait_for_a_provider() -> None:
    """Where nobody has set a meter provider up nothing is recorded; from then on everything is."""
    found = run(
        """
        import json
        from opentelemetry import metrics
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import InMemoryMetricReader
        from genai_sentry.record import CallRecord
        from genai_sentry.telemetry.metrics import Metrics
        made = Metrics(None)
        made.record(CallRecord(operation="chat", provider="openai", model="m", duration_s=1.0))
        reader = InMemoryMetricReader()
        metrics.set_meter_provider(MeterProvider(metric_readers=[reader]))
        for _ in range(2):
            made.record(CallRecord(operation="chat", provider="openai", model="m", duration_s=1.0))
        (points,) = [metric.data.data_points for resource in reader.get_metrics_data().resource_metrics
                     for scope in resource.scope_metrics for metric in scope.metrics
                     if metric.name == "gen_ai.client.operation.duration"]
        print(json.dumps(points[0].count))
        """
    )
    assert 2 == found


def test_metrics_of_a_given_provider_are_recorded_at_once() -> None:
    """A provider that the instrumentor was given is there from the first call."""
    counts: list[float] = []

    class Given(metrics.NoOpMeterProvider):
        def get_meter(self, *given: Any, **options: Any) -> Any:
            instrument = SimpleNamespace(record=lambda value, attributes: counts.append(value), add=counts.append)
            return SimpleNamespace(
                create_histogram=lambda *a, **k: instrument,
                create_counter=lambda *a, **k: instrument,
                create_observable_gauge=lambda *a, **k: instrument,
            )

    Metrics(Given()).record(CallRecord(operation="chat", duration_s=1.5))
    assert [1.5] == counts
