"""The file exporter: OTLP JSON lines, rotated, bounded, from a thread of its own."""

from __future__ import annotations

import errno
import json
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from genai_sentry.settings import Settings
from genai_sentry.statistics import recorder
from genai_sentry.telemetry import file_exporter, otlp_json
from genai_sentry.telemetry.file_exporter import FileSpanExporter
from genai_sentry.testing.otlp import decode_traces
from process import run


def made(number: int, **attributes: Any) -> list[ReadableSpan]:
    """Finished spans."""
    memory = InMemorySpanExporter()
    provider = TracerProvider(resource=Resource({"service.name": "shop"}), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(memory))
    tracer = provider.get_tracer("genai_sentry", "1.0")
    for index in range(number):
        with tracer.start_as_current_span(f"chat {index}", kind=trace.SpanKind.CLIENT, attributes=attributes) as span:
            span.add_event("seen", {"n": index})
    return list(memory.get_finished_spans())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where spans go."""
    return tmp_path / "spans.jsonl"


@pytest.fixture
def exporter(path: Path) -> Iterator[FileSpanExporter]:
    """An exporter with small files."""
    made_here = FileSpanExporter(path, max_bytes=20_000, max_files=3)
    yield made_here
    made_here.shutdown()


def files(path: Path) -> list[Path]:
    """All that was written."""
    return sorted(path.parent.glob("spans*.jsonl"))


def names(*paths: Path) -> list[str]:
    """Names of the spans in some files."""
    return [
        span.name
        for each in paths
        for line in each.read_bytes().splitlines()
        for span in decode_traces(line, "application/json")
    ]


def test_lines_are_export_requests(exporter: FileSpanExporter, path: Path) -> None:
    """Each line is an OTLP export request that decodes to the spans as they were."""
    assert exporter.export(made(2, tokens=2**40, rate=0.5, ok=True, words=("a", "b"))) is SpanExportResult.SUCCESS
    assert exporter.force_flush()
    (line,) = path.read_bytes().splitlines()
    first, second = decode_traces(line, "application/json")
    assert (first.name, second.name) == ("chat 0", "chat 1")
    assert first.attributes == {"tokens": 2**40, "rate": 0.5, "ok": True, "words": ["a", "b"]}
    assert (first.kind, first.scope, first.resource["service.name"]) == ("client", "genai_sentry", "shop")
    assert first.events == [("seen", {"n": 0})]
    assert len(first.trace_id) == 32
    assert first.start > 1e9


def test_values_that_json_lacks(exporter: FileSpanExporter) -> None:
    """Infinities, lone surrogates and bytes are written so that every reader can take the line."""
    (span,) = made(1, nan=float("nan"), far=float("-inf"), text="\ud800", raw=b"\xff")
    request = json.loads(otlp_json.line([span]))
    attributes = request["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"]
    values = {item["key"]: item["value"] for item in attributes}
    assert values["nan"] == {"doubleValue": "NaN"}
    assert values["far"] == {"doubleValue": "-Infinity"}
    assert values["text"] == {"stringValue": "\ud800"}


def test_rotates_and_stays_bounded(exporter: FileSpanExporter, path: Path) -> None:
    """No file grows beyond its size, no more files than allowed are kept, and the newest spans are in them."""
    for _ in range(40):
        exporter.export(made(5))
        exporter.force_flush()
    assert len(files(path)) == 3
    assert all(each.stat().st_size <= 20_000 for each in files(path))
    assert names(path)[-1] == "chat 4"
    assert exporter.dropped == 0


def test_two_that_rotate_at_once_lose_nothing(path: Path) -> None:
    """Several writers of one file keep all their spans as long as the files suffice."""
    writers = [FileSpanExporter(path, max_bytes=20_000, max_files=100) for _ in range(3)]
    spans = made(3)
    for _ in range(30):
        for writer in writers:
            writer.export(spans)
    assert all(writer.force_flush() for writer in writers)
    assert len(names(*files(path))) == 3 * 30 * 3
    assert len(files(path)) > 3
    for writer in writers:
        writer.shutdown()


def test_a_span_larger_than_a_file_is_dropped_alone(exporter: FileSpanExporter, path: Path) -> None:
    """A line that is too long is split; only the span that can't fit is lost, and counted."""
    exporter.export([*made(1), *made(1, text="x" * 30_000), *made(1)])
    exporter.force_flush()
    assert names(path) == ["chat 0", "chat 0"]
    assert exporter.dropped == 1


def test_a_full_disk_costs_spans_only(
    exporter: FileSpanExporter, path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """While the disk is full spans are counted as lost and said once; afterwards lines are whole again."""
    real, full = os.write, [True]
    before = recorder.stats().lost_by_reason.get("file", 0)

    def write(file: int, data: bytes) -> int:
        if full[0] and os.fstat(file).st_size:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(file, data[:50] if full[0] else data)

    monkeypatch.setattr(file_exporter.os, "write", write)
    with caplog.at_level(logging.WARNING, "genai_sentry"):
        for _ in range(2):
            exporter.export(made(3))
            exporter.force_flush()
    assert exporter.dropped == 6
    assert recorder.stats().lost_by_reason["file"] == before + 6
    assert ["No space left on device" in record.getMessage() for record in caplog.records] == [True]
    full[0] = False
    exporter.export(made(1))
    exporter.force_flush()
    torn, whole = path.read_bytes().splitlines()
    assert len(torn) == 50
    assert len(decode_traces(whole, "application/json")) == 1


def test_export_never_waits_for_the_disk(exporter: FileSpanExporter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that hangs holds up nobody; what no longer fits the queue is dropped and counted."""
    go = threading.Event()
    monkeypatch.setattr(exporter, "_append", lambda line: go.wait(10))
    monkeypatch.setattr(file_exporter, "MAX_WAITING", 10)
    spans = made(5)
    began = time.perf_counter()
    results = [exporter.export(spans) for _ in range(20)]
    assert time.perf_counter() - began < 1.0
    assert results.count(SpanExportResult.FAILURE) >= 17
    assert exporter.dropped == 5 * results.count(SpanExportResult.FAILURE)
    assert exporter.force_flush(50) is False
    go.set()
    assert exporter.force_flush() is True


def test_what_comes_after_shutdown_is_counted(exporter: FileSpanExporter, path: Path) -> None:
    """Shutdown writes what is held; later spans are refused and counted."""
    exporter.export(made(1))
    exporter.shutdown()
    assert names(path) == ["chat 0"]
    assert exporter.export(made(2)) is SpanExportResult.FAILURE
    assert exporter.dropped == 2


def test_missing_folder_is_made(tmp_path: Path) -> None:
    """A folder that is not there, or is deleted while spans come, is made."""
    exporter = FileSpanExporter(tmp_path / "var" / "log" / "spans.jsonl")
    exporter.export(made(1))
    exporter.shutdown()
    assert names(tmp_path / "var" / "log" / "spans.jsonl") == ["chat 0"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_files_are_the_owners_alone(exporter: FileSpanExporter, path: Path) -> None:
    """Spans may carry what was asked and answered: nobody else may read the file."""
    exporter.export(made(1))
    exporter.force_flush()
    assert path.stat().st_mode & 0o077 == 0


def test_settings_come_from_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Path and bounds come from variables, which the package knows; a wrong one is said and replaced."""
    monkeypatch.setenv("GENAI_SENTRY_FILE_PATH", str(tmp_path / "x.jsonl"))
    monkeypatch.setenv("GENAI_SENTRY_FILE_MAX_BYTES", "50000")
    monkeypatch.setenv("GENAI_SENTRY_FILE_MAX_FILES", "many")
    exporter = FileSpanExporter()
    Settings.from_env()
    assert (exporter.path, exporter.max_bytes, exporter.max_files) == (tmp_path / "x.jsonl", 50_000, 10)
    assert ["GENAI_SENTRY_FILE_MAX_FILES" in record.getMessage() for record in caplog.records] == [True]


def test_opentelemetry_finds_it_by_name() -> None:
    """`--traces_exporter genai_sentry_file` finds a class that needs no argument."""
    (entry,) = entry_points(group="opentelemetry_traces_exporter", name="genai_sentry_file")
    assert entry.load() is FileSpanExporter


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
def test_forked_children_write_their_own(tmp_path: Path) -> None:
    """An exporter made before a fork writes each process's spans once, the parent's pending ones included."""
    counts = run(
        """
        import collections, json, os, pathlib, sys
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from genai_sentry.telemetry.file_exporter import FileSpanExporter
        exporter = FileSpanExporter(sys.argv[1] if len(sys.argv) > 1 else None)
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        tracer = provider.get_tracer("t")
        for _ in range(50):
            tracer.start_span("parent").end()
        children = []
        for _ in range(3):
            child = os.fork()
            if not child:
                tracer.start_span("child").end()
                provider.shutdown()
                os._exit(0)
            children.append(child)
        for child in children:
            os.waitpid(child, 0)
        provider.shutdown()
        text = pathlib.Path(exporter.path).read_text()
        print(json.dumps([text.count('"name":"parent"'), text.count('"name":"child"'), exporter.dropped]))
        """,
        GENAI_SENTRY_FILE_PATH=str(tmp_path / "spans.jsonl"),
        PYTHONWARNINGS="ignore",
    )
    assert counts == [50, 3, 0]


def test_a_short_script_writes_its_spans_at_its_end(tmp_path: Path) -> None:
    """A batch processor hands over when the interpreter ends, which is too late for a new thread from Python 3.12 on."""
    run(
        """
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from genai_sentry.telemetry.file_exporter import FileSpanExporter
        provider = TracerProvider()
        provider.add_span_processor(BatchSpanProcessor(FileSpanExporter()))
        provider.get_tracer("t").start_span("only").end()
        """,
        GENAI_SENTRY_FILE_PATH=str(tmp_path / "spans.jsonl"),
    )

    assert ["only"] == names(tmp_path / "spans.jsonl")


def test_without_threads_spans_are_written_all_the_same(
    path: Path, exporter: FileSpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no thread can be started, whoever hands spans over writes them."""

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(file_exporter.threading.Thread, "start", refuse)

    assert SpanExportResult.SUCCESS == exporter.export(made(3))
    assert ["chat 0", "chat 1", "chat 2"] == names(path)
    assert exporter.force_flush(0)
