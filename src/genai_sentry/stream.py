"""Watches the bytes of an answer that is still open, for its call."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from genai_sentry.guard import swallowed
from genai_sentry.record import StreamFacts

if TYPE_CHECKING:
    from genai_sentry.call import Call
    from genai_sentry.wire.base import StreamReader

MAX_ERROR_BODY = 65_536
"""Bytes kept of an error body that arrives as a stream."""

_clock = time.perf_counter


class StreamObserver:
    """Watches the bytes of an open answer for its call; what the wrapping stream classes report to.

    Args:
        call: the call that the answer belongs to.
        reader: decodes the stream; None where the body is an error's, which is kept (bounded) instead.
        decompress: undoes the content encoding; None where there is none.
        streamed: whether the application asked for a stream; else only the body counts, not how it arrived.
    """

    __slots__ = ("_ended", "_feed", "_first_content", "_kept", "_waited", "call", "facts", "reader", "streamed")

    def __init__(
        self,
        call: Call,
        reader: StreamReader | None,
        decompress: Callable[[bytes], bytes] | None,
        *,
        streamed: bool,
    ) -> None:
        self.call = call
        self.reader = reader
        self.streamed = streamed
        self.facts = call.stream if call.stream is not None else StreamFacts()
        self._waited = _clock() - call.started
        self._first_content = reader is not None
        self._kept: bytearray | None = bytearray() if reader is None else None
        self._ended = False
        sink: Callable[[bytes], None] = reader.feed if reader is not None else self._keep
        self._feed = sink if decompress is None else (lambda chunk: sink(decompress(chunk)))

    def _keep(self, chunk: bytes) -> None:
        kept = self._kept
        if kept is not None and len(kept) < MAX_ERROR_BODY:
            kept += chunk[: MAX_ERROR_BODY - len(kept)]

    def chunk(self, chunk: bytes, waited: float) -> None:
        """A piece arrived after `waited` seconds of waiting for the provider."""
        if self._ended:
            return
        try:
            facts = self.facts
            facts.chunks += 1
            self._waited += waited
            if facts.first_chunk_s is None:
                facts.first_chunk_s = self._waited
            elif facts.max_gap_s is None or waited > facts.max_gap_s:
                facts.max_gap_s = waited
            self._feed(chunk)
            if self._first_content and self.reader is not None and self.reader.content_seen:
                facts.first_content_s = self._waited
                self._first_content = False
        except Exception as fault:
            if not swallowed("stream", fault):
                raise

    def end(self, error: BaseException | None = None, *, exhausted: bool = False) -> None:
        """The bytes are over, once: all read (`exhausted`), cut by `error`, or closed before their end."""
        if self._ended:
            return
        self._ended = True
        try:
            self._end(error, exhausted)
        except Exception as fault:
            if not swallowed("stream end", fault):
                raise

    def _end(self, error: BaseException | None, exhausted: bool) -> None:
        outcome = self.reader.finish() if self.reader is not None else None
        facts = self.facts
        if outcome is not None and outcome.error is not None:
            facts.outcome = "error"
        elif error is not None and isinstance(error, Exception):
            facts.outcome = "cut"
        elif outcome is None or outcome.complete or (outcome.complete is None and exhausted):
            facts.outcome = "complete"
        elif exhausted:
            facts.outcome = "cut"
        else:
            facts.outcome = "closed_early"
        if facts.outcome == "complete":
            # The format's end was seen: whatever ended the bytes afterwards is no failure of the call.
            error = None if outcome is not None and outcome.complete else error
        body = bytes(self._kept) if self._kept is not None else None
        self.call.body_ended(outcome, facts if self.streamed else None, error, body)
