"""Requests that no SDK vouches for: told by path and body, and never taken for what they are not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import httpx2
import pytest

HTTP = pytest.mark.parametrize("http", [httpx, httpx2], ids=["httpx", "httpx2"])


def _client(http: Any, answer: Any) -> Any:
    return http.Client(transport=http.MockTransport(lambda request: http.Response(200, json=answer)))


@HTTP
def test_an_audio_form_is_a_transcription(observed: Any, http: Any) -> None:
    """Model and endpoint from the form's text fields; the file is not looked at."""
    with _client(http, {"text": "hi", "usage": {"type": "tokens", "input_tokens": 7, "output_tokens": 2}}) as client:
        client.post(
            "https://speech.example.com/v1/audio/transcriptions",
            data={"model": "gpt-4o-transcribe", "language": "en"},
            files={"file": ("a.wav", b"RIFF" * 1000)},
        )

    (span,) = observed.take()
    assert ("gpt-4o-transcribe", 7) == (
        span.attributes["gen_ai.request.model"],
        span.attributes["gen_ai.usage.input_tokens"],
    )


@HTTP
@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("/rooms/chat", {"json": {"text": "hi"}}),
        ("/api/chat", {"json": {"room": 7, "text": "hi"}}),
        ("/v1/messages", {"json": {"to": "you", "body": "hi"}}),
        ("/v1/completions", {"json": {"items": [1]}}),
        ("/v1/completions", {"json": ["prompt"]}),
        ("/v1/embeddings", {"content": b"\x00" * 100_000}),
        ("/v1/responses", {"data": {"survey": "7", "answer": "yes"}}),
        ("/surveys/responses", {"json": {"answers": {"q1": "yes"}}}),
        ("/v1/moderations", {"files": {"f": b"x"}}),
        ("/images/edits", {"files": {"image": b"x"}, "data": {"title": "mine"}}),
        ("/v1/chat/completions", {"content": b"{broken"}),
    ],
)  # fmt: skip
def test_what_only_looks_like_it_is_no_llm_call(observed: Any, http: Any, path: str, options: dict[str, Any]) -> None:
    """A path that LLM calls share is not enough."""
    with _client(http, {}) as client:
        assert 200 == client.post("https://app.example.com" + path, **options).status_code

    assert [] == observed.names()


@HTTP
def test_a_body_that_is_sent_as_it_comes_is_not_read(observed: Any, http: Any) -> None:
    """A generator belongs to the transport: it is neither consumed nor asked for."""

    def body() -> Iterator[bytes]:
        yield json.dumps({"model": "gpt-4o", "messages": []}).encode()

    seen: list[bytes] = []

    def answer(request: Any) -> Any:
        seen.append(request.read())
        return http.Response(200, json={})

    with http.Client(transport=http.MockTransport(answer)) as client:
        client.post("https://app.example.com/v1/chat/completions", content=body())

    assert [b'{"model": "gpt-4o", "messages": []}'] == seen


def test_a_body_without_a_telling_field_is_never_decoded(observed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What costs on every request to a path that LLM calls share is one search of its bytes."""
    decoded: list[bytes] = []
    monkeypatch.setattr("genai_sentry.bodies.fields.loads", decoded.append)
    with _client(httpx, {}) as client:
        client.post("https://app.example.com/v1/messages", json={"to": "you", "body": "hi"})
        client.post("https://app.example.com/v1/messages", json={"to": "you", "messages": ["hi"]})

    (body,) = decoded
    assert b"messages" in body
