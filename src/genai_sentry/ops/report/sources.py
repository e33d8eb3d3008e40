"""Reads many files into tab-separated rows, in pieces that several processes take on."""

from __future__ import annotations

import contextlib
import gzip
import multiprocessing
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, NamedTuple

from genai_sentry.ops.errors import OpsError
from genai_sentry.ops.report.otlp import read_lines
from genai_sentry.ops.report.rows import Rows
from genai_sentry.ops.report.tally import Tally
from genai_sentry.pricing import Pricer
from genai_sentry.pricing.catalogue import CATALOGUE

PIECE = 24 * 1024 * 1024
"""Bytes of a file that one process reads at a time."""

ALONE = 48 * 1024 * 1024
"""Less than that is read by this process alone."""

MOST_PROCESSES = 4
SUFFIXES = (".json", ".jsonl", ".ndjson", ".gz")
"""Endings of the files that are taken from a folder."""

LONGEST_LINE = 256 * 1024 * 1024

NOT_READ = "not read: "
COMPRESSED = "compressed files that can't be read (only gzip can)"
CUT = "compressed files that end early or are damaged; what came before is in"
TOO_LONG = "lines that are too long"


class Piece(NamedTuple):
    """A part of a file: the lines that begin between two offsets."""

    path: Path
    start: int
    end: int


class Job(NamedTuple):
    """What a process needs besides its piece."""

    folder: Path
    prices: Any
    labels: frozenset[str] | None


Advance = Callable[[int], None]
"""Told how many further bytes have been read."""


def find(names: Sequence[str | Path], tally: Tally) -> list[Path]:
    """The files meant by some names of files and folders; those that can't be read are counted."""
    found: dict[Path, None] = {}
    for name in names:
        path = Path(name)
        if path.is_dir():
            inside = sorted(each for each in path.iterdir() if each.is_file() and _may_hold_spans(each))
            if not inside:
                tally.problems[str(path), f"{NOT_READ}no files with spans in this folder"] += 1
            found.update(dict.fromkeys(inside))
            continue
        try:
            with path.open("rb"):
                found[path] = None
        except OSError as error:
            tally.problems[str(path), NOT_READ + (error.strerror or str(error)).lower()] += 1
    return list(found)


def _may_hold_spans(path: Path) -> bool:
    """Whether a file in a folder may hold spans: also those a rotation has numbered (`spans.jsonl.1`)."""
    name = path.name.lower()
    return name.endswith(SUFFIXES) or (name.rpartition(".")[2].isdigit() and ".json" in name)


def read(files: Sequence[Path], job: Job, tally: Tally, advance: Advance) -> list[Path]:
    """Read files; returns those that hold the rows, in the job's folder.

    Raises:
        OpsError: one of the processes was ended from outside.
    """
    pieces = list(_pieces(files))
    total = sum(piece.end - piece.start for piece in pieces)
    processes = min(MOST_PROCESSES, os.cpu_count() or 1, len(pieces))
    written = []
    for piece, (name, counts) in _all(pieces, job, processes if total > ALONE else 1):
        advance(piece.end - piece.start)
        tally.add(counts)
        written.append(name)
    return written


def _all(pieces: Sequence[Piece], job: Job, processes: int) -> Iterator[tuple[Piece, tuple[Path, Tally]]]:
    if processes <= 1:
        _begin(job)
        for number, piece in enumerate(pieces):
            yield piece, _take((number, piece))[1]
        return
    # Started anew rather than forked, which a program with threads must not be.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, _begin, (job,)) as pool:
        try:
            results = pool.map(_take, enumerate(pieces))
        except (BrokenProcessPool, OSError):  # ended while others were being started: a pipe is closed
            raise OpsError(_ENDED) from None
        try:
            for number, result in results:
                yield pieces[number], result
        except BrokenProcessPool:
            raise OpsError(_ENDED) from None


def _pieces(files: Iterable[Path]) -> Iterator[Piece]:
    for path in files:
        size = path.stat().st_size
        if _is_gzip(path):
            yield Piece(path, 0, size)
            continue
        for start in range(0, size, PIECE):
            yield Piece(path, start, min(size, start + PIECE))


_ENDED = "a process that read spans was ended by somebody else: out of memory?"
_job: tuple[Job, Rows] | None = None


def _begin(job: Job) -> None:
    global _job
    CATALOGUE.load()
    _job = (job, Rows(Pricer(job.prices), job.labels))


def _take(numbered: tuple[int, Piece]) -> tuple[int, tuple[Path, Tally]]:
    """Read one piece into a file of rows."""
    assert _job is not None
    number, piece = numbered
    job, rows = _job
    tally = Tally()
    target = job.folder / f"rows-{number}.tsv"
    source = str(piece.path)
    with target.open("w", encoding="utf-8", errors="replace", newline="\n") as out:
        try:
            out.writelines(read_lines(_lines(piece, source, tally), source, rows, tally))
        except (EOFError, zlib.error, gzip.BadGzipFile):
            tally.problems[source, CUT] += 1
        except OSError as error:
            tally.problems[source, NOT_READ + (error.strerror or str(error)).lower()] += 1
    return number, (target, tally)


def _lines(piece: Piece, source: str, tally: Tally) -> Iterator[bytes]:
    with piece.path.open("rb") as raw:
        head = raw.read(4)
        if head in (b"\x28\xb5\x2f\xfd", b"\xfd7zX") or head[:3] == b"BZh":
            tally.problems[source, COMPRESSED] += 1
            return
        if head[:2] == b"\x1f\x8b":
            raw.seek(0)
            with gzip.open(raw, "rb") as packed:
                yield from _bounded(packed, source, tally)
            return
        # A line belongs to the piece that its first byte lies in.
        raw.seek(max(0, piece.start - 1))
        if piece.start:
            raw.readline()
        while raw.tell() < piece.end:
            line = raw.readline(LONGEST_LINE)
            if not line:
                return
            if len(line) == LONGEST_LINE:
                tally.problems[source, TOO_LONG] += 1
                while line and not line.endswith(b"\n"):
                    line = raw.readline(LONGEST_LINE)
                continue
            yield line


def _bounded(file: gzip.GzipFile, source: str, tally: Tally) -> Iterator[bytes]:
    while line := file.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            tally.problems[source, TOO_LONG] += 1
            while line and not line.endswith(b"\n"):
                line = file.readline(LONGEST_LINE)
            continue
        yield line


def _is_gzip(path: Path) -> bool:
    with contextlib.suppress(OSError), path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"
    return False
