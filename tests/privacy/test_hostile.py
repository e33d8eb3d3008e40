"""A hostile provider: what it sends is bounded in time and memory, and can't forge lines, tags or terminals."""

from __future__ import annotations

import contextlib
import gzip
import json
import logging
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

import sdk
from genai_sentry import Settings, classify, labels
from genai_sentry.errors.taxonomy import ErrorType, classification
from genai_sentry.labels import label
from genai_sentry.ratelimit import read
from genai_sentry.record import CallRecord
from genai_sentry.sentry import events
from genai_sentry.sentry.breadcrumbs import breadcrumb
from genai_sentry.sentry.scrub import Echo, message
from genai_sentry.telemetry.openings import clean
from genai_sentry.wire import encoding
from genai_sentry.wire.formats import FORMATS

MB = 1024 * 1024
EVIL = "evil\r\nFake: line\x00\x1b[31mred\u2028\u202emodel\x07"
CHAT: dict[str, Any] = {
    "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-4o",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hi"}}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
}  # fmt: skip


def peak(work: Callable[[], object]) -> float:
    """The most memory, in megabytes, that Python objects took meanwhile."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / MB
    finally:
        tracemalloc.stop()


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this thread: other processes don't count."""
    began = time.thread_time()
    work()
    return time.thread_time() - began


def _gzip_bomb(size: int) -> bytes:
    return gzip.compress(bytes(size))


def _raw_bomb(size: int) -> bytes:
    squeezer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeezer.compress(bytes(size)) + squeezer.flush()


def _brotli_bomb(size: int) -> bytes:
    return bytes(pytest.importorskip("brotli").compress(bytes(size), quality=5))


def _zstd_bomb(size: int) -> bytes:
    return bytes(pytest.importorskip("zstandard").compress(bytes(size)))


BOMBS = {"gzip": _gzip_bomb, "deflate": _raw_bomb, "br": _brotli_bomb, "zstd": _zstd_bomb}


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("step", [1, 16_384, 10 * MB])
def test_a_decompression_bomb_takes_bounded_memory(name: str, step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few kilobytes that unfold to 128 megabytes are given up soon after the bound, however they arrive."""
    bomb = BOMBS[name](128 * MB)
    if step == 1:
        bomb = bomb[:20_000]
    monkeypatch.setattr(encoding, "MAX_OUTPUT", MB)
    decoder = encoding.decoder(name)
    assert decoder is not None
    out: list[int] = []

    def unfold() -> None:
        for begin in range(0, len(bomb), step):
            out.append(len(decoder.feed(bomb[begin : begin + step])))

    assert peak(unfold) < 20
    assert decoder.failed
    assert sum(out) <= MB


def test_a_bomb_in_a_bomb_takes_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Encodings one inside the other do not multiply."""
    monkeypatch.setattr(encoding, "MAX_OUTPUT", MB)
    bomb = gzip.compress(gzip.compress(bytes(256 * MB), 1))
    decoder = encoding.decoder("gzip, gzip")
    assert decoder is not None

    assert peak(lambda: decoder.feed(bomb)) < 20
    assert decoder.failed


def test_an_older_brotli_takes_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that knows no limit is given little at a time, and reads ordinary bodies all the same."""
    brotli = pytest.importorskip("brotli")

    class Decompressor:
        def __init__(self) -> None:
            self.inner = brotli.Decompressor()

        def process(self, data: bytes) -> bytes:
            return bytes(self.inner.process(data))

    monkeypatch.setattr(encoding.importlib, "import_module", lambda name: SimpleNamespace(Decompressor=Decompressor))
    text = json.dumps(CHAT).encode() * 500
    decoder = encoding.decoder("br")
    assert decoder is not None
    assert text == decoder.feed(brotli.compress(text))

    bomb = _brotli_bomb(256 * MB)
    decoder = encoding.decoder("br")
    assert decoder is not None
    assert peak(lambda: decoder.feed(bomb)) < 180
    assert decoder.failed


CHUNK = {"id": "c", "object": "chat.completion.chunk", "model": "m", "usage": {"prompt_tokens": 1}, "choices": []}
ENDLESS: dict[str, bytes] = {
    "one line without end": b"data: " + b"x" * 65_536,
    "one event without end": b"data: {}\n" * 7000,
    "comments": b": ping\n\n" * 8000,
    "notable events": b"data: " + json.dumps(CHUNK).encode() + b"\n\n",
    "errors": b'data: {"error": {"message": "' + b"no " * 3000 + b'"}}\n\n',
    "content": b'data: {"choices": [{"index": 0, "delta": {"content": "' + b"word " * 2000 + b'"}}]}\n\n',
    "new choices": b"".join(
        b'data: {"choices": [{"index": %d, "delta": {"content": "x"}, "finish_reason": "stop"}]}\n\n' % n for n in range(900)
    ),
    "braces": b"[{" * 30_000,
    "zeros": bytes(65_536),
}  # fmt: skip


@pytest.mark.parametrize("name", ["openai.chat", "openai.responses", "anthropic.messages"])
@pytest.mark.parametrize("kind", ENDLESS)
def test_an_endless_stream_takes_bounded_memory(kind: str, name: str) -> None:
    """Whatever passes, a reader keeps a few megabytes, and is done with them at once."""
    piece = ENDLESS[kind]
    amount = MB if piece.count(b"\n\n") > 1 else 10 * MB  # many small events take long to follow under tracemalloc
    for capture in (False, True):
        reader = FORMATS[name].reader(capture=capture)

        def follow(reader: Any = reader) -> None:
            for _ in range(min(amount // len(piece), 2000)):
                reader.feed(piece)

        assert peak(follow) < 8
        assert seconds(reader.finish) < 1


HEADERS: dict[str, list[tuple[str, str]]] = {
    "many": [(f"x-ratelimit-limit-{number}", "1") for number in range(5000)],
    "long": [("x-request-id", "r" * MB), ("x-ratelimit-limit-requests", "9" * MB), ("openai-processing-ms", "1" * MB)],
    "long waits": [("retry-after", "1" * MB), ("retry-after-ms", "1e" + "9" * MB)],
    "policies": [("ratelimit-policy", '"a";q=1;w=1, ' * 20_000), ("ratelimit", '"a";r=1;t=1, ' * 20_000)],
    "units": [("x-ratelimit-reset-requests", "1h1m1s" * 100_000), ("x-ratelimit-remaining-tokens", "-" * MB)],
    "odd": [("x-request-id", "a\tb"), ("x-ratelimit-remaining-requests", "NaN"), ("retry-after", "inf")],
}


@pytest.mark.parametrize("kind", HEADERS)
@pytest.mark.parametrize("status", [200, 429])
def test_huge_headers_take_bounded_time_and_space(kind: str, status: int, observed: Any) -> None:
    """Through a client: the span gets short values or none, quickly."""
    body = CHAT if status == 200 else {"error": {"message": "slow down", "code": "rate_limit_exceeded"}}
    client = sdk.client(lambda request: sdk.http.Response(status, json=body, headers=HEADERS[kind]))
    began = time.thread_time()
    with contextlib.suppress(sdk.openai.APIStatusError):
        client.chat.completions.create(model="gpt-4o", messages=[])
    spent = time.thread_time() - began
    attributes = dict(observed.span.attributes)

    assert spent < 2.0
    assert [] == [name for name, value in attributes.items() if isinstance(value, str) and len(value) > 300]
    assert {"chat", status} <= set(attributes.values())


@pytest.mark.parametrize("kind", HEADERS)
def test_huge_headers_are_read_in_bounded_time(kind: str) -> None:
    """The readers alone: limits and waits."""
    headers = dict(HEADERS[kind])

    assert seconds(lambda: read(headers, "openai")) < 0.25
    assert seconds(lambda: classify(status=429, headers=headers)) < 0.25


@pytest.mark.parametrize(
    "text",
    [
        "org-" * 500, "sk-" * 600, "https://" * 250, "a@a." * 500, "key=" * 500, "bearer " * 300, "eyJ" * 700,
        "input='" + "\\" * 1900, "{'input': " * 200, "prompt: [" * 220, "project " * 250, "A1" * 1000, "?a=" * 650,
        "\u2028" * 2000, "'" * 2000, '"' * 2000, "`" * 2000, "api key provided: " * 110,
    ],
)  # fmt: skip
def test_no_pattern_of_the_scrubbing_runs_away(text: str) -> None:
    """Repetition of whatever patterns begin with costs milliseconds, with a prompt made of the same, too."""
    echo = Echo(json.dumps({"messages": [{"content": text * 100}]}).encode())

    assert seconds(lambda: message(text)) < 0.2
    assert seconds(lambda: message(text, echo=echo)) < 0.5


def _controls(value: str) -> set[str]:
    return {letter for letter in value if not letter.isprintable()}


def test_a_huge_model_name_is_bounded(observed: Any) -> None:
    """On the span, in its name, and in what is remembered of it."""
    client = sdk.client(lambda request: sdk.http.Response(200, json={**CHAT, "model": "m" * MB}))
    for number in range(20):
        client.chat.completions.create(model=f"{number}" * (MB // 4), messages=[])
    span = observed.span

    assert len(span.name) < 300
    assert [] == [name for name, value in span.attributes.items() if isinstance(value, str) and len(value) > 256]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(key)
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def test_control_characters_reach_neither_spans_nor_names(observed: Any) -> None:
    """A model, an identifier, a finish reason that would forge a line, a colour or a direction."""
    answer = {**CHAT, "id": EVIL, "model": EVIL, "system_fingerprint": EVIL, "service_tier": EVIL}
    answer["choices"] = [{"index": 0, "finish_reason": EVIL, "message": {"role": "assistant", "content": "x"}}]
    client = sdk.client(lambda request: sdk.http.Response(200, json=answer, headers={"x-request-id": "a\tb"}))
    client.chat.completions.create(model=EVIL, messages=[])
    span = observed.span

    assert {} == {
        name: found for name, value in span.attributes.items() if (found := set().union(*map(_controls, _texts(value))))
    }
    assert set() == _controls(span.name)


def test_control_characters_reach_neither_tags_nor_breadcrumbs_nor_fingerprints() -> None:
    """Tags are one printable line; so is what is grouped by. A title may have several lines, and no other controls."""
    with label(feature="a\r\nb\x1b[2J"):
        current = dict(labels.current())
    what = classification(ErrorType.RATE_LIMIT, evidence=classify(message=EVIL).evidence)
    record = CallRecord("chat", "openai", clean(EVIL), classification=what, labels=current, message=EVIL)
    shown = {
        "tags": events.tags(record, Settings()),
        "breadcrumb": breadcrumb(record)["message"],
        "fingerprint": events.fingerprint(record, Settings()),
        "title": events.title(record, events.message(record, "", Settings(), None)).replace("\n", " "),
        "contexts": events.contexts(record, Settings())["llm_analysis"],
    }

    assert {} == {
        name: found for name, value in shown.items() if (found := set().union(*map(_controls, _texts(value))))
    }


def test_a_provider_forges_no_log_line(observed: Any, caplog: pytest.LogCaptureFixture) -> None:
    """What this package logs of a call holds nothing of the provider's choosing with a line break in it."""
    caplog.set_level(logging.DEBUG, logger="genai_sentry")
    error = {"error": {"message": EVIL, "code": EVIL, "type": EVIL}}
    client = sdk.client(lambda request: sdk.http.Response(400, json=error))
    with pytest.raises(Exception, match="400"):
        client.chat.completions.create(model=EVIL, messages=[])
    span = observed.span

    assert [] == [line for record in caplog.records if _controls(line := record.getMessage())]
    assert {} == {name: value for name, value in span.attributes.items() if isinstance(value, str) and _controls(value)}
    assert set() == _controls(span.status.description)
