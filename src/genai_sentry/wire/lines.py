"""Streams of newline-delimited JSON, as Ollama and Cohere's first version send them."""

from __future__ import annotations

from genai_sentry.wire import sse
from genai_sentry.wire.base import DONE, EventReader, Format
from genai_sentry.wire.body import EDGE, Body
from genai_sentry.wire.fields import loads
from genai_sentry.wire.outcome import Outcome


class LineReader(EventReader):
    """Reads one JSON object a line. A single object over several lines (an error, mostly) is read as a whole.

    Servers that send the same objects as server-sent events are read as well.
    """

    __slots__ = ("_seen", "_start")

    splitter = staticmethod(sse.lines)
    ends = (b"\n",)
    bare_json = True

    def __init__(self, format: Format, *, capture: bool = False) -> None:
        super().__init__(format, capture=capture)
        self._start = Body(EDGE)
        self._seen = False
        """Whether a line was an object of its own."""

    def _look(self, chunk: bytes) -> None:
        if not self._seen and self._start.size < EDGE:
            self._start.feed(chunk)
        super()._look(chunk)

    def _block(self, block: bytes) -> None:
        line = block.strip()
        if line.startswith(b"data:"):
            line = line[5:].strip()
        if line[:1] == b"{" and line[-1:] == b"}":
            self._seen = True
            self._event(b"", line)
            self._take(line)
        elif line == DONE:
            self.done = True

    def finish(self) -> Outcome:
        """What was read, once the bytes are over."""
        self._block(self._splitter.rest())
        if self._seen or self._whole or not self._begun:
            return self._built() if self._seen else super().finish()
        value = loads(self._start.whole or b"")
        outcome = self._format.read(value, capture=self._capture)
        outcome.complete = isinstance(value, dict)
        return outcome
