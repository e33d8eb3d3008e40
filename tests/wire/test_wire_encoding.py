"""Undoing content encodings a piece at a time."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import pytest

from genai_sentry.wire import encoding

TEXT = b'data: {"choices":[]}\n\n' * 500


def _raw_deflate(data: bytes) -> bytes:
    squeezer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeezer.compress(data) + squeezer.flush()


def _brotli(data: bytes) -> bytes:
    return bytes(pytest.importorskip("brotli").compress(data))


def _zstd(data: bytes) -> bytes:
    return bytes(pytest.importorskip("zstandard").compress(data))


CASES: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", _raw_deflate),
    ("br", _brotli),
    ("zstd", _zstd),
    ("GZIP", gzip.compress),
]


@pytest.mark.parametrize(("name", "squeeze"), CASES)
@pytest.mark.parametrize("step", [1, 3, 10_000])
def test_encodings_are_undone_however_cut(name: str, squeeze: Callable[[bytes], bytes], step: int) -> None:
    """Each encoding gives back what went in, byte for byte."""
    squeezed = squeeze(TEXT)
    decoder = encoding.decoder(name)
    assert decoder is not None
    out = b"".join(decoder.feed(squeezed[i : i + step]) for i in range(0, len(squeezed), step))
    assert (TEXT, False) == (out, decoder.failed)


@pytest.mark.parametrize("name", [None, "", "identity", " Identity "])
def test_plain_bodies_need_no_decoder(name: str | None) -> None:
    """No header and `identity` mean nothing is to be undone."""
    assert encoding.decoder(name) is None


def test_several_encodings_are_undone_in_reverse() -> None:
    """`deflate, gzip` was deflated first."""
    decoder = encoding.decoder("deflate, gzip")
    assert decoder is not None
    assert TEXT == decoder.feed(gzip.compress(zlib.compress(TEXT)))
    assert not decoder.failed


@pytest.mark.parametrize(("name", "squeeze"), [("gzip", gzip.compress), ("zstd", _zstd)])
def test_members_one_after_the_other_are_read(name: str, squeeze: Callable[[bytes], bytes]) -> None:
    """A body made of several members or frames is read to its end."""
    decoder = encoding.decoder(name)
    assert decoder is not None
    body = squeeze(b"one") + squeeze(b"two")
    assert b"onetwo" == b"".join(decoder.feed(body[i : i + 1]) for i in range(len(body)))


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_garbage_fails_quietly(name: str) -> None:
    """Bytes that are not what the header says give nothing, and no error."""
    decoder = encoding.decoder(name)
    assert decoder is not None
    assert b"" == decoder.feed(b"\xff\xfe this is not compressed at all")
    assert b"" == decoder.feed(b"more")
    assert decoder.failed


@pytest.mark.parametrize("name", ["compress", "gzip, what", "gzip," * 9])
def test_unknown_encodings_fail_from_the_start(name: str) -> None:
    """What can't be undone says so before the first byte."""
    decoder = encoding.decoder(name.removesuffix(","))
    assert decoder is not None
    assert (True, b"") == (decoder.failed, decoder.feed(b"x"))


def test_bombs_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that unfolds beyond the bound is dropped."""
    monkeypatch.setattr(encoding, "MAX_OUTPUT", 10_000)
    decoder = encoding.decoder("gzip")
    assert decoder is not None
    bomb = gzip.compress(b"\0" * 1_000_000)
    out = b"".join(decoder.feed(bomb[i : i + 50]) for i in range(0, len(bomb), 50))
    assert decoder.failed
    assert len(out) <= 10_000


def test_missing_libraries_fail_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without brotli installed a `br` body is unreadable, not an error."""

    def gone(name: str, *rest: object) -> object:
        raise ImportError(name)

    monkeypatch.setattr(encoding.importlib, "import_module", gone)
    decoder = encoding.decoder("br")
    assert decoder is not None
    assert decoder.failed


def test_libraries_may_be_imported_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Warming asks for both libraries, and does no harm where there are none."""
    asked: list[str] = []

    def gone(name: str, *rest: object) -> object:
        asked.append(name)
        raise ImportError(name)

    monkeypatch.setattr(encoding.importlib, "import_module", gone)
    encoding.warm()
    assert {"brotli", "zstandard"} <= set(asked)
