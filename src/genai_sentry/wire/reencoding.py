"""Putting a content encoding on again, a piece at a time, for bytes that were changed on the way."""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

Encoder = tuple[Callable[[bytes], bytes], Callable[[], bytes]]
"""Encodes a piece so that the reader can decode it at once, and ends the encoding."""


def _zlib(wbits: int) -> Encoder:
    state = zlib.compressobj(1, zlib.DEFLATED, wbits)
    return lambda data: state.compress(data) + state.flush(zlib.Z_SYNC_FLUSH), state.flush


def _brotli() -> Encoder | None:
    module = _first("brotli", "brotlicffi")
    if module is None:
        return None
    state: Any = module.Compressor(quality=1)
    step = getattr(state, "process", None) or state.compress
    return lambda data: bytes(step(data)) + bytes(state.flush()), lambda: bytes(state.finish())


def _zstd() -> Encoder | None:
    module = _first("compression.zstd", "backports.zstd")
    if module is not None:
        made: Any = module.ZstdCompressor(level=1)
        return lambda data: bytes(made.compress(data, made.FLUSH_BLOCK)), lambda: bytes(made.flush())
    module = _first("zstandard")
    if module is None:
        return None
    state: Any = module.ZstdCompressor(level=1).compressobj()
    block: int = module.COMPRESSOBJ_FLUSH_BLOCK
    return lambda data: bytes(state.compress(data)) + bytes(state.flush(block)), lambda: bytes(state.flush())


def _first(*names: str) -> ModuleType | None:
    for name in names:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    return None


_MAKERS: Final[dict[str, Callable[[], Encoder | None]]] = {
    "gzip": lambda: _zlib(16 + zlib.MAX_WBITS),
    "x-gzip": lambda: _zlib(16 + zlib.MAX_WBITS),
    "deflate": lambda: _zlib(zlib.MAX_WBITS),
    "br": _brotli,
    "zstd": _zstd,
}


def encoder(content_encoding: str) -> Encoder | None:
    """An encoder for a `Content-Encoding` header that names one encoding; None where it can't be made."""
    maker = _MAKERS.get(content_encoding.strip().lower())
    return maker() if maker is not None else None
