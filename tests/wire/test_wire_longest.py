"""Answers of which only the ends are looked at: vectors are never parsed, whoever made them."""

from __future__ import annotations

from typing import Any

import pytest

from genai_sentry.wire import fields
from genai_sentry.wire.body import EDGE
from genai_sentry.wire.formats import FORMATS

EMBEDDING = [name for name, found in FORMATS.items() if found.operation == "embeddings"]


def test_the_formats_that_embed_are_known() -> None:
    """Otherwise the tests below would test nothing."""
    assert {"openai.embeddings", "cohere.embed", "gemini.embed_content", "ollama.embed"} <= set(EMBEDDING)


@pytest.mark.parametrize("name", EMBEDDING)
def test_a_long_answer_is_not_decoded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither whole nor in pieces is anything of the vectors decoded."""
    decoded: list[int] = []
    loads = fields.loads

    def counting(data: Any) -> object:
        decoded.append(len(data))
        return loads(data)

    monkeypatch.setattr(fields, "loads", counting)
    monkeypatch.setattr("genai_sentry.wire.scan.loads", counting)
    body = b'{"data": [{"embedding": [' + b"0.125, " * EDGE + b'1]}], "usage": {"prompt_tokens": 3}}'
    FORMATS[name].response(body)
    reader = FORMATS[name].reader()
    for start in range(0, len(body), 50_000):
        reader.feed(body[start : start + 50_000])
    reader.finish()
    assert EDGE > max(decoded, default=0)


@pytest.mark.parametrize("name", EMBEDDING)
def test_no_answer_is_an_empty_one(name: str) -> None:
    """A success without a byte is none."""
    assert "empty" == FORMATS[name].response(b"").fault
