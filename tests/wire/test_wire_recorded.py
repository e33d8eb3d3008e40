"""Every recorded exchange is decoded to what a separate reader found on the wire."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from genai_sentry.wire import encoding
from genai_sentry.wire.base import Format
from genai_sentry.wire.formats import match
from genai_sentry.wire.outcome import Outcome, Usage
from shared import shared

FOLDER = shared("replay", "exchanges")
EXCHANGES: dict[str, dict[str, Any]] = (
    {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))} if FOLDER else {}
)
pytestmark = pytest.mark.skipif(not EXCHANGES, reason="no recorded exchanges beside the repository")

TOKENS = {
    "cached_tokens": "cache_read_input_tokens",
    "cache_write_tokens": "cache_write_input_tokens",
    "reasoning_tokens": "reasoning_output_tokens",
    "audio_input_tokens": "input_audio_tokens",
    "audio_output_tokens": "output_audio_tokens",
    "usage_seconds": "input_seconds",
}
FINISH_BY_NUMBER = {1: "STOP"}
"""One recording asked for numbers in place of names."""
NO_INFERENCE = ("messages.count_tokens", "responses.input_tokens", "countTokens")
"""Their answer is a count, which is no usage."""
BEYOND_THE_READER = ("predict", "anthropic.complete")
"""Formats of which the separate reader did not read usage and finish reasons."""


def _body(exchange: dict[str, Any]) -> bytes:
    response = exchange["response"]
    if response.get("body_b64"):
        return base64.b64decode(response["body_b64"])
    return (response.get("body_text") or "").encode()


def _format(exchange: dict[str, Any]) -> Format | None:
    return match(urlsplit(exchange["request"]["url"]).path)


def _counts(exchange: dict[str, Any], usage: Usage) -> Iterator[tuple[str, object, object]]:
    want = exchange["expected"]
    total = want["input_tokens_incl_cache"]
    yield "input", want["input_tokens"] if total is None else total, usage.input_tokens
    output = want["output_tokens"]
    if exchange["endpoint"] in ("generateContent", "streamGenerateContent") and want["reasoning_tokens"] is not None:
        output = (output or 0) + want["reasoning_tokens"]
    yield "output", output, usage.output_tokens
    for key, name in TOKENS.items():
        if want.get(key) is not None:
            yield key, want[key], getattr(usage, name)


def _facts(exchange: dict[str, Any], outcome: Outcome) -> Iterator[tuple[str, object, object]]:
    """What must hold: name, expected, found."""
    want = exchange["expected"]
    if want["status"] >= 400:
        return
    yield "error", bool(want["is_error"] or want["mid_stream_error"]), outcome.error is not None
    for key, found in (
        ("response_model", outcome.model),
        ("response_id", outcome.id),
        ("service_tier", outcome.service_tier),
        ("system_fingerprint", outcome.system_fingerprint),
        ("incomplete_reason", outcome.incomplete_reason),
    ):
        if want[key]:
            yield key, want[key], found
    if exchange["endpoint"] in BEYOND_THE_READER:
        return
    if want["finish_reasons"]:
        reasons = [FINISH_BY_NUMBER.get(reason, reason) for reason in want["finish_reasons"] if reason]
        yield "finish reasons", tuple(reasons), outcome.finish_reasons
    if not want["mid_stream_error"] and exchange["endpoint"] not in NO_INFERENCE:
        yield from _counts(exchange, outcome.usage or Usage())


def _differences(exchange: dict[str, Any], outcome: Outcome, *, streamed: bool) -> list[str]:
    facts = list(_facts(exchange, outcome))
    want = exchange["expected"]
    if streamed and want["is_sse"] and want["stream_complete"] is not None:
        facts.append(("complete", want["stream_complete"], outcome.complete))
    return [f"{name}: {expected!r} != {found!r}" for name, expected, found in facts if expected != found]


@pytest.mark.parametrize("name", EXCHANGES)
def test_whole_bodies_say_what_was_on_the_wire(name: str) -> None:
    """The body in one piece."""
    exchange = EXCHANGES[name]
    format = _format(exchange)
    if format is None:
        assert exchange["endpoint"].startswith(("other.", "responses.retrieve"))
        return
    kind = {key.lower(): value for key, value in exchange["response"]["headers"].items()}.get("content-type")
    assert [] == _differences(exchange, format.response(_body(exchange), kind), streamed=False)


@pytest.mark.parametrize("name", EXCHANGES)
@pytest.mark.parametrize("step", [13, 1021])
def test_bodies_in_pieces_say_the_same(name: str, step: int) -> None:
    """The body cut at odd places."""
    exchange = EXCHANGES[name]
    format, body = _format(exchange), _body(exchange)
    if format is None or len(body) // step > 20_000:
        return
    reader = format.reader()
    for begin in range(0, len(body), step):
        reader.feed(body[begin : begin + step])
    assert [] == _differences(exchange, reader.finish(), streamed=True)


@pytest.mark.parametrize("name", [name for name, exchange in EXCHANGES.items() if exchange["stream"]])
def test_events_one_by_one_say_the_same(name: str) -> None:
    """The body cut at events, as it mostly comes, so that chunks can be passed over at a glance."""
    exchange = EXCHANGES[name]
    format, body = _format(exchange), _body(exchange)
    assert format is not None
    mark = b"\r\n\r\n" if b"\r\n\r\n" in body else b"\n\n" if b"\n\n" in body else b"\n"
    reader = format.reader()
    for piece in body.split(mark):
        reader.feed(piece + mark)
    assert [] == _differences(exchange, reader.finish(), streamed=True)


def _brotli(data: bytes) -> bytes:
    return bytes(pytest.importorskip("brotli").compress(data, quality=3))


def _zstd(data: bytes) -> bytes:
    return bytes(pytest.importorskip("zstandard").compress(data))


@pytest.mark.parametrize(
    ("name", "squeeze"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", _brotli), ("zstd", _zstd)]
)
def test_encoded_bodies_say_the_same(name: str, squeeze: Callable[[bytes], bytes]) -> None:
    """Every stream, encoded and cut at odd places."""
    for ident, exchange in EXCHANGES.items():
        format = _format(exchange)
        if not exchange["stream"] or format is None:
            continue
        decoder, reader, body = encoding.decoder(name), format.reader(), squeeze(_body(exchange))
        assert decoder is not None
        for begin in range(0, len(body), 61):
            reader.feed(decoder.feed(body[begin : begin + 61]))
        assert not decoder.failed
        assert [] == _differences(exchange, reader.finish(), streamed=True), ident


@pytest.mark.parametrize("name", EXCHANGES)
def test_recorded_content_is_put_together(name: str) -> None:
    """Text length and tool names, whole and streamed, where the separate reader found them."""
    exchange = EXCHANGES[name]
    format, want = _format(exchange), exchange["expected"]
    if format is None or want["status"] >= 400 or not (want["text_chars"] or want["tool_calls"]):
        return
    body = _body(exchange)
    reader = format.reader(capture=True)
    for begin in range(0, len(body), 333):
        reader.feed(body[begin : begin + 333])
    for outcome in (format.response(body, capture=True), reader.finish()):
        assert outcome.content is not None
        messages = json.loads(outcome.content.output_messages or "[]")
        parts = [part for message in messages for part in message["parts"]]
        said = sum(len(str(part["content"])) for part in parts if part["type"] == "text")
        assert abs(said - (want["text_chars"] or 0)) <= 2
        called = sorted(part["name"] for part in parts if part["type"] == "tool_call" and part["name"])
        assert sorted(tool for tool in want["tool_calls"] or () if tool) == called


@pytest.mark.parametrize("name", EXCHANGES)
def test_recorded_requests_are_accepted(name: str) -> None:
    """What went to an LLM endpoint is taken for what it is, and its model is known."""
    exchange = EXCHANGES[name]
    format, body = _format(exchange), exchange["request"]["body"]
    if format is None or not isinstance(body, dict):
        return
    body = body.get("_multipart", {}).get("fields", body)
    if exchange["expected"]["status"] < 400 and "_multipart" not in exchange["request"]["body"]:
        assert format.accepts(body)
    facts = format.request(body, urlsplit(exchange["request"]["url"]).path)
    if isinstance(body.get("model"), str) and body["model"]:
        assert body["model"] == facts.model
    if format.lines is False and exchange["stream"]:
        assert facts.stream
