"""Whatever the bytes: no format raises."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genai_sentry.wire import encoding
from genai_sentry.wire.formats import FORMATS, match
from genai_sentry.wire.outcome import Outcome

EXAMPLES = 300 if os.environ.get("GENAI_SENTRY_TEST_TIER") == "long" else 8

KEYS = st.sampled_from(
    [
        *("id", "model", "type", "status", "choices", "delta", "message", "content", "text", "index", "finish_reason"),
        *("usage", "usageMetadata", "prompt_tokens", "input_tokens", "output_tokens", "completion_tokens", "error"),
        *("prompt_tokens_details", "output_tokens_details", "cached_tokens", "cost", "is_byok", "response", "output"),
        *("candidates", "parts", "finishReason", "promptTokenCount", "promptTokensDetails", "modality", "tokenCount"),
        *("tool_calls", "function", "arguments", "name", "done", "done_reason", "event_type", "is_finished", "meta"),
        *("tokens", "billed_units", "data", "b64_json", "predictions", "embeddings", "statistics", "interaction"),
        *("messages", "role", "input", "tools", "system", "contents", "generationConfig", "stop", "requests", "params"),
        *("incomplete_details", "reason", "conversation", "content_block", "partial_json", "thinking", "image_url"),
    ]
)
WORDS = st.sampled_from(
    ["", "stop", "error", "response.completed", "message_start", "message_delta", "stream-end", "message-end", "text"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=25,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=8)


def _framed(values: list[Any], style: str) -> bytes:
    texts = [json.dumps(value) for value in values]
    if style == "sse":
        return "".join(f"data: {text}\n\n" for text in texts).encode()
    if style == "lines":
        return "\n".join(texts).encode()
    return ("[" + ",".join(texts) + "]").encode() if style == "array" else "".join(texts).encode()


@pytest.mark.parametrize("name", sorted(FORMATS))
@settings(max_examples=EXAMPLES, deadline=None)
@given(
    values=st.lists(OBJECTS, max_size=5),
    style=st.sampled_from(["sse", "lines", "array", "plain"]),
    step=st.sampled_from([1, 7, 100_000]),
    capture=st.booleans(),
)
def test_odd_answers_never_raise(name: str, values: list[Any], style: str, step: int, capture: bool) -> None:
    """Known keys with values of any shape, whole and in pieces, with and without content."""
    format, body = FORMATS[name], _framed(values, style)
    assert isinstance(format.response(body, None, capture=capture), Outcome)
    reader = format.reader(capture=capture)
    for begin in range(0, len(body), step):
        reader.feed(body[begin : begin + step])
    outcome = reader.finish()
    assert outcome.content_seen in (True, False)
    assert all(isinstance(reason, str) for reason in outcome.finish_reasons)


@pytest.mark.parametrize("name", sorted(FORMATS))
@settings(max_examples=EXAMPLES, deadline=None)
@given(body=OBJECTS, path=st.text(max_size=30), capture=st.booleans())
def test_odd_requests_never_raise(name: str, body: dict[str, Any], path: str, capture: bool) -> None:
    """Requests of any shape give facts, and are left as they were."""
    before = json.dumps(body)
    facts = FORMATS[name].request(body, path, capture=capture)
    assert before == json.dumps(body)
    assert facts.model is None or len(facts.model) <= 256
    assert FORMATS[name].accepts(body) in (True, False)


@pytest.mark.parametrize("name", sorted(FORMATS))
@settings(max_examples=EXAMPLES, deadline=None)
@given(
    pieces=st.lists(
        st.binary(max_size=30) | st.sampled_from([b"data: ", b"\n\n", b"{", b"}", b'"', b"\0"]), max_size=12
    )
)
def test_any_bytes_never_raise(name: str, pieces: list[bytes]) -> None:
    """Bytes of any kind, in any pieces."""
    reader = FORMATS[name].reader()
    for piece in pieces:
        reader.feed(piece)
    assert isinstance(reader.finish(), Outcome)
    assert isinstance(FORMATS[name].response(b"".join(pieces)), Outcome)


@given(path=st.binary(max_size=40) | st.text(max_size=40))
def test_any_path_may_be_asked_for(path: bytes | str) -> None:
    """Matching never raises."""
    found = match(path)
    assert found is None or found.name in FORMATS


@given(name=st.text(max_size=20) | st.sampled_from(["gzip", "br", "zstd", "deflate"]), pieces=st.lists(st.binary()))
def test_any_encoding_may_be_claimed(name: str, pieces: list[bytes]) -> None:
    """Decoders never raise."""
    decoder = encoding.decoder(name)
    if decoder is not None:
        for piece in pieces:
            assert isinstance(decoder.feed(piece), bytes)
