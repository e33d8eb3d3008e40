"""Splitting events, lines and arrays from bytes cut anywhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genai_sentry.wire import sse


def _blocks(splitter: sse.Splitter | sse.ArraySplitter, body: bytes, step: int) -> list[bytes]:
    found = []
    for begin in range(0, len(body), step):
        found += splitter.feed(body[begin : begin + step])
    return found


@pytest.mark.parametrize("step", [1, 2, 3, 5, 1000])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
def test_events_end_at_blank_lines_of_any_kind(step: int, newline: bytes) -> None:
    """LF, CRLF and CR streams give the same events, however they are cut."""
    body = newline.join([b"data: one", b"", b": note", b"data: two", b"data: three", b"", b""])
    found = [sse.data_of(block) for block in _blocks(sse.events(), body, step)]
    assert [(b"", b"one"), (b"", b"two\nthree")] == found


def test_event_names_are_read() -> None:
    """An `event:` line names the event."""
    assert (b"error", b"{}") == sse.data_of(b"event: error\ndata: {}")


def test_bare_json_in_a_stream_is_an_event() -> None:
    """A server that writes an error body into the stream without `data:` is understood."""
    assert (b"", b'{"error":\n 1}') == sse.data_of(b'{"error":\n 1}')


def test_comments_are_no_data() -> None:
    """Keep-alive comments hold nothing."""
    assert (b"", b"") == sse.data_of(b": OPENROUTER PROCESSING")


def test_an_unfinished_event_is_what_is_left() -> None:
    """Bytes after the last boundary are the rest."""
    splitter = sse.events()
    splitter.feed(b"data: 1\n\ndata: 2")
    assert (True, b"data: 2") == (splitter.pending, splitter.rest())


def test_a_huge_event_is_held_by_its_ends() -> None:
    """Of an event beyond the bound, head and tail come through, and memory stays bounded."""
    splitter = sse.events()
    splitter.feed(b"data: HEAD")
    for _ in range(100):
        assert [] == splitter.feed(b"x" * 100_000)
    (block,) = splitter.feed(b"TAIL\n\ndata: next")
    assert block.startswith(b"data: HEAD")
    assert block.endswith(b"TAIL")
    assert len(block) < sse.MAX_PENDING
    assert b"data: next" == splitter.rest()


@pytest.mark.parametrize("step", [1, 2, 7, 1000])
def test_arrays_are_cut_into_their_objects(step: int) -> None:
    """Braces, quotes and escapes within strings do not end an object."""
    body = b'[{"a": "}\\"{"}\n,\r\n{"b": {"c": "\\\\"}}\n]'
    splitter = sse.ArraySplitter()
    assert [b'{"a": "}\\"{"}', b'{"b": {"c": "\\\\"}}'] == _blocks(splitter, body, step)
    assert (True, False) == (splitter.closed, splitter.pending)


def test_an_array_without_its_end_is_not_closed() -> None:
    """A cut array says so."""
    splitter = sse.ArraySplitter()
    splitter.feed(b'[{"a":1},{"b"')
    assert (False, True, b'{"b"') == (splitter.closed, splitter.pending, splitter.rest())


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_cutting_does_not_change_the_events(pieces: list[bytes]) -> None:
    """Whatever the bytes: events are those of the bytes in one piece."""
    whole, cut = sse.events(), sse.events()
    expected = whole.feed(b"".join(pieces))
    found = [block for piece in pieces for block in cut.feed(piece)]
    if b"\r" not in b"".join(pieces):
        assert (expected, whole.rest()) == (found, cut.rest())


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b"data: {}", None, True),
        (b": ping", None, True),
        (b'\n {"error": 1}', "text/event-stream", False),
        (b"", "text/event-stream; charset=utf-8", True),
        (b"ID3", "audio/mpeg", False),
    ],
)
def test_event_streams_are_told_by_their_first_bytes(body: bytes, content_type: str | None, expected: bool) -> None:
    """A JSON body under `text/event-stream` is no event stream."""
    assert expected == sse.is_event_stream(body, content_type)
