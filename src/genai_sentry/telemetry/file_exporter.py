"""`FileSpanExporter`: spans to a file, as OTLP JSON lines that `genai-sentry report` and collectors read.

| variable | meaning | default |
|---|---|---|
| `GENAI_SENTRY_FILE_PATH` | the file; a folder that is missing is made | `genai-sentry-spans.jsonl` |
| `GENAI_SENTRY_FILE_MAX_BYTES` | the file is renamed before it grows beyond this | 100000000 |
| `GENAI_SENTRY_FILE_MAX_FILES` | files kept, the current one included; the oldest are deleted | 10 |

Several processes may write to one file: each line goes out by one appending write. A full file gets a name of its
own, with the time and the process in it, so that two processes which rotate at once can't overwrite each other's.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import threading
import time
import weakref
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from genai_sentry.guard import swallowed
from genai_sentry.statistics import recorder
from genai_sentry.telemetry import otlp_json

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

logger = logging.getLogger("genai_sentry")

PATH_VARIABLE = "GENAI_SENTRY_FILE_PATH"
MAX_BYTES_VARIABLE = "GENAI_SENTRY_FILE_MAX_BYTES"
MAX_FILES_VARIABLE = "GENAI_SENTRY_FILE_MAX_FILES"

DEFAULT_PATH = "genai-sentry-spans.jsonl"
DEFAULT_MAX_BYTES = 100_000_000
DEFAULT_MAX_FILES = 10
LEAST_BYTES = 10_000

MAX_WAITING = 8192
"""Spans that wait to be written; further ones are dropped and counted."""

SPANS_A_LINE = 64
SHUTDOWN_S = 5.0
"""Longest wait at shutdown for what is still to be written."""

IDLE_S = 5.0
"""The writing thread ends when there was nothing to write for so long; the next spans start another."""


class FileSpanExporter(SpanExporter):
    """Writes spans to a rotating file from a thread of its own; `export` only hands them over, while there are threads.

    Without arguments it reads the variables above; a value that can't be used is logged and replaced by the default.
    It may be made before a server forks its workers. Where a line can't be written (the disk is full, the folder is
    gone), its spans are dropped and counted, and the next line is tried anew.

    Args:
        path: the file.
        max_bytes: a file's greatest size.
        max_files: number of files, the current one included.

    Attributes:
        dropped: spans that were not written.
    """

    def __init__(
        self, path: str | Path | None = None, *, max_bytes: int | None = None, max_files: int | None = None
    ) -> None:
        # Absolute, since an application may change its working folder.
        self.path = Path(os.path.abspath(path or os.environ.get(PATH_VARIABLE) or DEFAULT_PATH))
        self.max_bytes = max_bytes or _number(MAX_BYTES_VARIABLE, DEFAULT_MAX_BYTES, LEAST_BYTES)
        self.max_files = max_files or _number(MAX_FILES_VARIABLE, DEFAULT_MAX_FILES, 1)
        self.dropped = 0
        self._closed = False
        self._torn = False
        self._failing = False
        self._begin()
        _made.add(self)

    def _begin(self) -> None:
        """Start with nothing in hand: at first, and in a forked child, whose parent writes what it holds."""
        self._changed = threading.Condition()
        self._waiting: deque[Sequence[ReadableSpan]] = deque()
        self._count = 0
        self._writing = False
        self._thread: threading.Thread | None = None

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Hand spans over to the writing thread; neither waits nor raises."""
        try:
            return self._take(spans)
        except Exception as error:
            if not swallowed("file.spans", error):
                raise
            return SpanExportResult.FAILURE

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Wait until everything is written; whether it came to that in time."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not self._waiting and not self._writing, max(0.0, timeout_millis / 1000)
            )

    def shutdown(self) -> None:
        """Write what is held, for a few seconds at most; what comes later is dropped and counted."""
        if self._closed:
            return
        self._closed = True
        if not self.force_flush(int(SHUTDOWN_S * 1000)):
            with self._changed:
                self._drop(self._count)
                self._waiting.clear()
                self._count = 0
        if self.dropped:
            logger.warning("%d spans were not written to %s", self.dropped, self.path)

    def _take(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        with self._changed:
            if self._closed or self._count + len(spans) > MAX_WAITING:
                self._drop(len(spans))
                return SpanExportResult.FAILURE
            self._waiting.append(spans)
            self._count += len(spans)
            started = self._thread is not None or self._start()
            self._changed.notify_all()
        if not started:
            self._write_here()
        return SpanExportResult.SUCCESS

    def _start(self) -> bool:
        thread = threading.Thread(target=self._write_all, name="genai-sentry-file", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the interpreter is ending, or threads have run out
            return False
        self._thread = thread
        return True

    def _write_here(self) -> None:
        """Write what waits in the thread that hands it over: a short script's spans all come at its very end."""
        while True:
            with self._changed:
                if not self._waiting:
                    return
                spans = self._next()
            self._write_lines(spans)
            with self._changed:
                self._writing = False
                self._changed.notify_all()

    def _next(self) -> Sequence[ReadableSpan]:
        spans = self._waiting.popleft()
        self._count -= len(spans)
        self._writing = True
        return spans

    def _write_lines(self, spans: Sequence[ReadableSpan]) -> None:
        for start in range(0, len(spans), SPANS_A_LINE):
            self._write_line(spans[start : start + SPANS_A_LINE])

    def _drop(self, count: int) -> None:
        self.dropped += count
        recorder.lost("spans", count, "file")

    # The writing thread ----------------------------------------------------------------------------------------

    def _write_all(self) -> None:
        while True:
            with self._changed:
                self._writing = False
                self._changed.notify_all()
                if not self._changed.wait_for(lambda: bool(self._waiting), IDLE_S):
                    self._thread = None
                    return
                spans = self._next()
            self._write_lines(spans)

    def _write_line(self, spans: Sequence[ReadableSpan]) -> None:
        try:
            line = otlp_json.line(spans)
            if len(line) <= self.max_bytes:
                self._append(line)
                self._failing = False
            elif len(spans) > 1:
                for span in spans:
                    self._write_line([span])
            else:
                self._drop(1)
        except Exception as error:
            self._drop(len(spans))
            if not self._failing:
                self._failing = True
                logger.warning("spans can't be written to %s and are dropped: %s", self.path, error)

    def _append(self, line: bytes) -> None:
        if self._torn:
            # After a write that was cut short, so that the next line does not continue its rest.
            line = b"\n" + line
        self._make_room(len(line))
        # Opened for each line: a file that others rotate or delete is followed, and none is open across a fork.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        try:
            file = os.open(self.path, flags, 0o600)
        except FileNotFoundError:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self.path, flags, 0o600)
        try:
            written = os.write(file, line)
            if written < len(line):
                self._torn = True
                # The rest says why it was cut short: by an error that names the cause.
                written += os.write(file, line[written:])
            if written < len(line):
                raise OSError(f"only {written} of {len(line)} bytes could be written")
            self._torn = False
        finally:
            os.close(file)

    def _make_room(self, more: int) -> None:
        try:
            size = self.path.stat().st_size
        except FileNotFoundError:
            return
        if not size or size + more <= self.max_bytes:
            return
        if self.max_files == 1:
            self.path.unlink(missing_ok=True)
            return
        moment = datetime.fromtimestamp(time.time(), UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        # Windows refuses while another process has the file open; then this line is dropped rather than the file
        # allowed to grow.
        with contextlib.suppress(FileNotFoundError):
            self.path.rename(self.path.with_name(f"{self.path.stem}-{moment}-{os.getpid()}{self.path.suffix}"))
        self._delete_oldest()

    def _delete_oldest(self) -> None:
        ours = re.compile(re.escape(self.path.stem) + r"-\d{8}T\d{6}\.\d{6}Z-\d+" + re.escape(self.path.suffix) + r"\Z")
        rotated = sorted(entry.name for entry in os.scandir(self.path.parent) if ours.match(entry.name))
        for name in rotated[: max(0, len(rotated) - (self.max_files - 1))]:
            with contextlib.suppress(OSError):  # another process has deleted it, or still reads it
                self.path.with_name(name).unlink()


def _number(variable: str, default: int, least: int) -> int:
    raw = os.environ.get(variable, "").strip()
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError:
        value = least - 1
    if value < least:
        logger.warning("%s: expected a whole number from %d, got %r; %d is used", variable, least, raw, default)
        return default
    return value


_made: weakref.WeakSet[FileSpanExporter] = weakref.WeakSet()


def _after_fork() -> None:
    for exporter in list(_made):
        exporter._begin()
        exporter.dropped = 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
