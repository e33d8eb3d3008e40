"""Watches the bytes of an answer that is still open, for its call."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from genai_sentry import local_usage
from genai_sentry.collecting import collecting
from genai_sentry.guard import swallowed
from genai_sentry.record import StreamFacts
from genai_sentry.wire import sse
from genai_sentry.wire.encoding import decoder

if TYPE_CHECKING:
    from genai_sentry.call import Call
    from genai_sentry.usage_injection import EncodedHider, Hider
    from genai_sentry.wire.base import StreamReader
    from genai_sentry.wire.outcome import Outcome

MAX_ERROR_BODY = 65_536
"""Bytes kept of an error body that arrives as a stream."""

MAX_PIECES, LARGE_PIECE = 64, 4096
"""Pieces that are held before they are looked at; one of more bytes than that is not held."""

MAX_FRAMES = 50
"""Frames of an exception looked at."""
DECODERS = ("._streaming",)
"""Ends of the names of modules in which generated SDKs decode events: what fails there is not the application's."""

_clock = time.perf_counter


class StreamObserver:
    """Watches the bytes of an open answer for its call; what the wrapping stream classes report to.

    Args:
        call: the call that the answer belongs to.
        reader: decodes the stream; None where the body is an error's, which is kept (bounded) instead.
        decompress: undoes the content encoding; None where there is none.
        streamed: whether the application asked for a stream; else only the body counts, not how it arrived.
        hider: takes out what the application did not ask for; None where it sees every byte.

    Attributes:
        held: pieces that have arrived and are not looked at yet.
        quiet_s: a piece that was waited for no longer, in seconds, may just be put to those, as long as these are fewer
            than `MAX_PIECES` and it is no `LARGE_PIECE`; any other is told by `chunk`. Putting it there where the
            pieces pass saves a call for each.
    """

    __slots__ = (
        "_early",
        "_ended",
        "_feed",
        "_gap_s",
        "_kept",
        "_last",
        "_waited",
        "call",
        "facts",
        "held",
        "hider",
        "quiet_s",
        "reader",
        "streamed",
    )

    def __init__(
        self,
        call: Call,
        reader: StreamReader | None,
        decompress: Callable[[bytes], bytes] | None,
        *,
        streamed: bool,
        hider: Hider | EncodedHider | None = None,
    ) -> None:
        self.call = call
        self.reader = reader
        self.streamed = streamed
        self.hider = hider
        self.facts = call.stream if call.stream is not None else StreamFacts()
        self._waited = _clock() - call.started
        self._early = True
        self._gap_s = -1.0
        self.quiet_s = -1.0
        self.held: list[bytes] = []
        self._kept: bytearray | None = bytearray() if reader is None else None
        self._last = b""
        self._ended = False
        sink: Callable[[bytes], None] = reader.feed if reader is not None else self._keep
        self._feed = sink if decompress is None else (lambda chunk: sink(decompress(chunk)))

    def _keep(self, chunk: bytes) -> None:
        kept = self._kept
        if kept is not None and len(kept) < MAX_ERROR_BODY:
            kept += chunk[: MAX_ERROR_BODY - len(kept)]

    def chunk(self, chunk: bytes, waited: float) -> None:
        """A piece arrived after `waited` seconds of waiting for the provider."""
        if self._early:
            self._begin(chunk, waited)
            return
        # Once content flows, pieces are looked at many at a time: it costs half as much.
        if waited > self._gap_s:
            self._gap_s = self.quiet_s = waited
        held = self.held
        held.append(chunk)
        if len(held) >= MAX_PIECES or len(chunk) > LARGE_PIECE:
            self._take()

    def _begin(self, chunk: bytes, waited: float) -> None:
        """A piece before any content, or the one with the first."""
        if self._ended:
            return
        self._waited += waited
        facts = self.facts
        if facts.first_chunk_s is None:
            facts.first_chunk_s = self._waited
        elif waited > self._gap_s:
            self._gap_s = waited
        self.held.append(chunk)
        self._take()
        if self.reader is None or self.reader.content_seen:
            self._early = False
            self.quiet_s = self._gap_s
            if self.reader is not None:
                facts.first_content_s = self._waited

    def _take(self) -> None:
        """Look at the pieces that have arrived."""
        pieces = self.held
        if self._ended or not pieces:
            pieces.clear()
            return
        try:
            self.facts.chunks += len(pieces)
            self._last = pieces[-1]
            joined = pieces[0] if len(pieces) == 1 else b"".join(pieces)
            pieces.clear()
            self._feed(joined)
        except Exception as fault:
            if not swallowed("stream", fault):
                raise

    def visible(self, chunk: bytes) -> bytes:
        """What the application is to see of a piece; may be nothing."""
        try:
            return self.hider.feed(chunk) if self.hider is not None else chunk
        except Exception as fault:
            if not swallowed("usage", fault):
                raise
            self.hider = None
            return chunk

    def rest(self) -> bytes:
        """What the application is still to see when the bytes are over."""
        hider, self.hider = self.hider, None
        try:
            return hider.rest() if hider is not None else b""
        except Exception as fault:
            if not swallowed("usage", fault):
                raise
            return b""

    def end(self, error: BaseException | None = None, *, exhausted: bool = False) -> None:
        """The bytes are over, once: all read (`exhausted`), cut by `error`, or closed before their end."""
        if self._ended:
            return
        if collecting():
            self.call.runtime.later.collect(self)
            return
        self._take()
        self._ended = True
        try:
            self._end(error, exhausted)
        except Exception as fault:
            if not swallowed("stream end", fault):
                raise

    def _end(self, error: BaseException | None, exhausted: bool) -> None:
        outcome = self.reader.finish() if self.reader is not None else None
        if outcome is not None and error is None and not outcome.complete and outcome.error is None:
            if not exhausted:
                error = _given_up()
                outcome.fault = outcome.fault or ("malformed" if sse.is_malformed(self._last) else None)
            elif self._is_empty(outcome):
                outcome.fault = "empty"
        if self._gap_s >= 0.0:
            self.facts.max_gap_s = self._gap_s
        self.facts.outcome = _how(outcome, error, exhausted)
        if outcome is not None and outcome.complete:
            # The format's end was seen: whatever ended the bytes afterwards is no failure of the call.
            error = None
        body = bytes(self._kept) if self._kept is not None else None
        self.call.body_ended(outcome, self.facts if self.streamed else None, error, body)

    def _is_empty(self, outcome: Outcome) -> bool:
        asks = self.call.format is not None and bool(self.call.format.operation)
        return asks and not outcome.content_seen and outcome.usage is None and not outcome.finish_reasons


def reader_of(call: Call) -> StreamReader | None:
    """What follows an answer's events; None where only an error's body can come, or bytes of no interest."""
    if call.failed_status or call.format is None:
        return None
    runtime = call.runtime
    # What is counted locally has to be collected first.
    counted = runtime.counter is not None and call.format.name in local_usage.FORMATS
    return call.format.reader(capture=counted or (call.recording and runtime.captures))


def observe(
    call: Call, *, streamed: bool, encoding: str | None = None, hider: Hider | EncodedHider | None = None
) -> StreamObserver:
    """Begin to watch a call's open answer.

    Args:
        call: has its status and headers.
        streamed: as `StreamObserver` has it.
        encoding: the answer's content encoding; None where the bytes come without.
        hider: as `StreamObserver` has it.
    """
    call.opened()
    call.runtime.later.ensure()
    undo = decoder(encoding) if encoding else None
    feed = undo.feed if undo is not None else None
    return StreamObserver(call, reader_of(call), feed, streamed=streamed, hider=hider)


def _how(outcome: Outcome | None, error: BaseException | None, exhausted: bool) -> str:
    """`complete`, `closed_early`, `cut` or `error`: by the format's own end first, then by what ended the bytes."""
    if outcome is not None:
        if outcome.error is not None or outcome.fault == "malformed" or _unreadable(error):
            return "error"
        if outcome.fault is not None:
            return "cut"
    if isinstance(error, Exception):
        return "cut"
    if outcome is None or outcome.complete or (outcome.complete is None and exhausted):
        return "complete"
    return "cut" if exhausted else "closed_early"


def _given_up() -> Exception | None:
    """What an SDK is raising while it closes an answer: it could not decode an event of it."""
    error = sys.exc_info()[1]
    if not _unreadable(error):
        return None
    trace = error.__traceback__ if error is not None else None
    for _ in range(MAX_FRAMES):
        if trace is None:
            return None
        if str(trace.tb_frame.f_globals.get("__name__")).endswith(DECODERS):
            return error if isinstance(error, Exception) else None
        trace = trace.tb_next
    return None


def _unreadable(error: BaseException | None) -> bool:
    return isinstance(error, ValueError)
