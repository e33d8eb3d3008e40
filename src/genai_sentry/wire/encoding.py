"""Undoing content encodings a piece at a time: gzip, deflate, br, zstd.

Brotli and zstandard are used where they are installed (HTTP clients only ask for them then). A decoder that meets
what it can't read gives up quietly: from then on it returns nothing and `failed` is true.
"""

from __future__ import annotations

import functools
import importlib
import zlib
from collections.abc import Callable
from types import ModuleType
from typing import Final, Protocol

MAX_OUTPUT: Final = 64 * 1024 * 1024
"""Most bytes that one response may unfold to; a decoder gives up beyond it."""
_SLICE: Final = 4096
"""Encoded bytes undone at once, so that a body made to unfold without end is noticed early: deflate makes four
megabytes of them."""
_ZSTD_SLICE: Final = 128
"""The same for zstandard, which makes as much of these."""
_BROTLI_SLICE: Final = 16
"""The same for a brotli without a limit of its own: 16 megabytes need about ten bytes."""
_BROTLI_PIECE: Final = 1024 * 1024
"""Decoded bytes that a brotli with a limit hands over at once."""


class Decoder(Protocol):
    """Undoes one response's encoding.

    Attributes:
        failed: whether the bytes could not be read; what was returned before stands.
    """

    failed: bool

    def feed(self, data: bytes) -> bytes:
        """Decoded bytes for the next encoded ones; empty once it has failed."""
        ...


class _Stepwise:
    """A decoder around a step function that turns encoded bytes into decoded ones, or raises."""

    __slots__ = ("_left", "_size", "_step", "failed")

    def __init__(self, step: Callable[[bytes], bytes], size: int = _SLICE) -> None:
        self._step = step
        self._size = size
        self._left = MAX_OUTPUT
        self.failed = False

    def feed(self, data: bytes) -> bytes:
        out = [self._slice(data[begin : begin + self._size]) for begin in range(0, len(data), self._size)]
        return out[0] if len(out) == 1 else b"".join(out)

    def _slice(self, data: bytes) -> bytes:
        if self.failed:
            return b""
        try:
            out = self._step(data)
        except Exception:
            self.failed = True
            return b""
        self._left -= len(out)
        if self._left < 0:
            self.failed = True
            return b""
        return out


class _Chain:
    """Several encodings, the last applied undone first."""

    __slots__ = ("_decoders",)

    def __init__(self, decoders: list[Decoder]) -> None:
        self._decoders = decoders

    @property
    def failed(self) -> bool:
        return any(decoder.failed for decoder in self._decoders)

    @failed.setter
    def failed(self, value: bool) -> None:
        for decoder in self._decoders:
            decoder.failed = value

    def feed(self, data: bytes) -> bytes:
        for decoder in self._decoders:
            data = decoder.feed(data)
        return data


def _inflate(wbits: int) -> Callable[[bytes], bytes]:
    state = zlib.decompressobj(wbits)

    def step(data: bytes) -> bytes:
        nonlocal state
        out = state.decompress(data, MAX_OUTPUT)
        while state.eof and state.unused_data:
            rest = state.unused_data
            if not rest.strip(b"\0"):
                break
            state = zlib.decompressobj(wbits)
            out += state.decompress(rest, MAX_OUTPUT)
        if state.unconsumed_tail:
            raise ValueError("unfolds to too much")
        return out

    return step


def _gzip() -> Decoder:
    return _Stepwise(_inflate(16 + zlib.MAX_WBITS))


def _deflate() -> Decoder:
    """`deflate` is zlib by the standard and raw by habit: the first bytes tell."""
    chosen: Callable[[bytes], bytes] | None = None
    head = b""

    def step(data: bytes) -> bytes:
        nonlocal chosen, head
        if chosen is None:
            head += data
            if len(head) < 2:
                return b""
            is_zlib = head[0] & 0x0F == 8 and (head[0] * 256 + head[1]) % 31 == 0
            chosen = _inflate(zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)
            data = head
        return chosen(data)

    return _Stepwise(step)


def _brotli() -> Decoder | None:
    for name in ("brotli", "brotlicffi"):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        state = module.Decompressor()
        step: Callable[..., bytes] = getattr(state, "decompress", None) or state.process
        try:
            step(b"", output_buffer_limit=_BROTLI_PIECE)
        except TypeError:  # older than 1.2
            return _Stepwise(step, _BROTLI_SLICE)
        return _Stepwise(_limited(step, state.can_accept_more_data))
    return None


def _limited(process: Callable[..., bytes], hungry: Callable[[], bool]) -> Callable[[bytes], bytes]:
    """A step that takes what a slice unfolds to in pieces, and gives up in time."""

    def step(data: bytes) -> bytes:
        out = [process(data, output_buffer_limit=_BROTLI_PIECE)]
        size = len(out[0])
        while not hungry():
            out.append(process(b"", output_buffer_limit=_BROTLI_PIECE))
            size += len(out[-1])
            if size > MAX_OUTPUT:
                raise ValueError("unfolds to too much")
        return out[0] if len(out) == 1 else b"".join(out)

    return step


def _zstd() -> Decoder | None:
    for name in ("compression.zstd", "backports.zstd", "zstandard"):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        return _Stepwise(_frames(functools.partial(_zstd_frame, module)), _ZSTD_SLICE)
    return None


def _zstd_frame(module: ModuleType) -> _Frame:
    """A decoder of one frame: zstandard's has another name than the standard library's."""
    made = module.ZstdDecompressor()
    frame: _Frame = made.decompressobj() if hasattr(made, "decompressobj") else made
    return frame


class _Frame(Protocol):
    eof: bool
    unused_data: bytes

    def decompress(self, data: bytes) -> bytes: ...


def _frames(fresh: Callable[[], _Frame]) -> Callable[[bytes], bytes]:
    """A step that goes on to the next frame where one ends."""
    state = fresh()

    def step(data: bytes) -> bytes:
        nonlocal state
        out = b""
        while data:
            if state.eof:
                state = fresh()
            out += state.decompress(data)
            data = state.unused_data if state.eof else b""
        return out

    return step


_MAKERS: Final[dict[str, Callable[[], Decoder | None]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}


class _Failed:
    """Stands for an encoding that can't be undone here."""

    __slots__ = ("failed",)

    def __init__(self) -> None:
        self.failed = True

    def feed(self, data: bytes) -> bytes:
        return b""


def decoder(content_encoding: str | None) -> Decoder | None:
    """A decoder for a `Content-Encoding` header; None where the body is not encoded.

    For an encoding that can't be undone (unknown, or its library is missing) the decoder has `failed` from the start.
    """
    names = [name.strip().lower() for name in (content_encoding or "").split(",")]
    wanted = [name for name in names if name and name != "identity"]
    if not wanted:
        return None
    if len(wanted) > 4:
        return _Failed()
    decoders: list[Decoder] = []
    for name in reversed(wanted):
        maker = _MAKERS.get(name)
        made = maker() if maker else None
        if made is None:
            return _Failed()
        decoders.append(made)
    return decoders[0] if len(decoders) == 1 else _Chain(decoders)


def warm() -> None:
    """Import the libraries that brotli and zstandard need, where they are there, so that no response waits for them."""
    _brotli()
    _zstd()
