"""Following streams of which each event tells the counts so far: the one that stays the last is the one to read."""

from __future__ import annotations

from genai_sentry.wire import sse
from genai_sentry.wire.base import DONE, EventReader, Format


class LatestReader(EventReader):
    """Keeps the last bytes passed over, and cuts them into events only if nothing follows them."""

    __slots__ = ("_latest",)

    def __init__(self, format: Format, *, capture: bool = False) -> None:
        super().__init__(format, capture=capture)
        self._latest: bytes | None = None

    def feed(self, chunk: bytes) -> None:
        """Take the next decoded bytes, cut anywhere."""
        if self._open or not chunk.endswith(self.ends) or self._search(chunk) is not None or chunk.rfind(DONE) >= 0:
            self._look(chunk)
        else:
            self._latest = chunk

    def _stands_out(self, block: bytes) -> bool:
        stands_out = super()._stands_out(block)
        if not stands_out:
            self._latest = block
        return stands_out

    def _read_latest(self) -> None:
        if self._latest is not None:
            splitter = sse.events()
            for block in (*splitter.feed(self._latest), splitter.rest()):
                self._block(block)
