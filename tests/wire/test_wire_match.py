"""Which URL paths are which wire format."""

from __future__ import annotations

import json

import pytest

from genai_sentry.wire.formats import FORMATS, match


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/chat/completions", "openai.chat"),
        ("/openai/deployments/dep/chat/completions", "openai.chat"),
        ("/chat/completions", "openai.chat"),
        ("/api/v2/cortex/v1/chat/completions", "openai.chat"),
        ("/api/v2/cortex/inference:complete", "openai.chat"),
        ("/v1/text/chatcompletion_v2", "openai.chat"),
        ("/ml/v1/text/chat", "openai.chat"),
        ("/ml/v1/text/chat_stream", "openai.chat"),
        ("/v1/completions", "openai.completions"),
        ("/v1/fim/completions", "openai.completions"),
        ("/v1/responses", "openai.responses"),
        ("/v1/responses/input_tokens", "openai.responses.input_tokens"),
        ("/v1/responses/compact", "openai.responses.compact"),
        ("/v1/embeddings", "openai.embeddings"),
        ("/api/v1/embeddings", "openai.embeddings"),
        ("/v1/images/generations", "openai.images.generations"),
        ("/v1/images/edits", "openai.images.edits"),
        ("/v1/images/variations", "openai.images.variations"),
        ("/v1/audio/speech", "openai.speech"),
        ("/v1/audio/transcriptions", "openai.transcription"),
        ("/v1/audio/translations", "openai.translation"),
        ("/v1/moderations", "openai.moderations"),
        ("/v1/batches", "openai.batches"),
        ("/v1/messages", "anthropic.messages"),
        ("/v1/messages/count_tokens", "anthropic.count_tokens"),
        ("/v1/messages/batches", "anthropic.batches"),
        ("/v1/complete", "anthropic.complete"),
        ("/v1/projects/p/locations/l/publishers/anthropic/models/claude:streamRawPredict", "anthropic.messages"),
        ("/v1beta/models/gemini-2.5-flash:generateContent", "gemini.generate_content"),
        ("/v1beta/models/gemini-2.5-flash:streamGenerateContent", "gemini.stream_generate_content"),
        ("/v1beta/models/gemini-embedding-001:batchEmbedContents", "gemini.embed_content"),
        ("/v1beta/models/gemini-2.5-flash:countTokens", "gemini.count_tokens"),
        ("/v1/publishers/google/models/text-embedding-004:predict", "gemini.embed_content"),
        ("/v1/publishers/google/models/imagen-4.0:predict", "gemini.predict_image"),
        ("/v1/chat", "cohere.chat.v1"),
        ("/v2/chat", "cohere.chat"),
        ("/v2/embed", "cohere.embed"),
        ("/v2/rerank", "rerank"),
        ("/api/chat", "ollama.chat"),
        ("/api/generate", "ollama.generate"),
        ("/api/embed", "ollama.embed"),
        ("/api/embeddings", "ollama.embed"),
    ],
)
def test_paths_have_their_format(path: str, name: str) -> None:
    """Text and bytes give the same format."""
    found = match(path)
    assert found is not None
    assert name == found.name
    assert found is match(path.encode())
    assert found is FORMATS[name]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/v1/models",
        "/v1/files",
        "/v1/threads/t/messages",
        "/v1/responses/resp_1",
        "/v1/responses/resp_1/cancel",
        "/api/users/1",
        "/chat",
        "/orders/completions/7",
        "/v1/endpoints/123:predict",
        "/v1/publishers/mistralai/models/x:rawPredict",
        "/v1/things:generateReport",
        "/v1/generations",
        "/v1/tasks/7:complete",
        "/rooms/chat_stream",
    ],
)
def test_other_paths_have_none(path: str) -> None:
    """What is no LLM endpoint is not taken for one."""
    assert (None, None) == (match(path), match(path.encode()))


def test_bytes_that_are_no_text_have_none() -> None:
    """A path of arbitrary bytes is no endpoint."""
    assert match(b"/\xff\xfe:\xff") is None


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("openai.chat", {"model": "m", "messages": []}),
        ("openai.completions", {"model": "m", "prompt": "p"}),
        ("openai.responses", {"model": "m", "input": "i"}),
        ("openai.responses", {"prompt": {"id": "p"}}),
        ("openai.embeddings", {"model": "m", "input": ["i"]}),
        ("openai.embeddings", {"model": "m", "inputs": [["i"]]}),
        ("openai.images.generations", {"prompt": "p"}),
        ("openai.images.edits", {"prompt": "p"}),
        ("openai.images.variations", {}),
        ("openai.speech", {"model": "m", "input": "i", "voice": "v"}),
        ("openai.transcription", {"model": "m"}),
        ("openai.moderations", {"input": "i"}),
        ("openai.batches", {"input_file_id": "f", "endpoint": "/v1/responses"}),
        ("anthropic.messages", {"model": "m", "max_tokens": 1, "messages": []}),
        ("anthropic.complete", {"prompt": "p", "max_tokens_to_sample": 1}),
        ("anthropic.count_tokens", {"model": "m", "messages": []}),
        ("anthropic.batches", {"requests": []}),
        ("gemini.batches", {"batch": {"displayName": "b"}}),
        ("bedrock.invoke", {"anthropic_version": "bedrock-2023-05-31", "messages": []}),
        ("bedrock.converse", {"messages": [{"role": "user", "content": [{"text": "t"}]}]}),
        ("gemini.interactions", {"model": "m", "input": "i"}),
        ("gemini.embed_content", {"requests": []}),
        ("gemini.embed_content", {"content": {}}),
        ("gemini.generate_content", {"contents": []}),
        ("gemini.count_tokens", {"contents": []}),
        ("gemini.embed_content", {"instances": []}),
        ("gemini.predict_image", {"instances": [{"prompt": "p"}]}),
        ("cohere.chat", {"model": "m", "messages": []}),
        ("cohere.chat.v1", {"message": "m"}),
        ("cohere.embed", {"model": "m", "texts": []}),
        ("rerank", {"query": "q", "documents": []}),
        ("rerank", {"query": "q", "texts": []}),
        ("ollama.chat", {"model": "m", "messages": []}),
        ("ollama.generate", {"model": "m", "prompt": "p"}),
        ("ollama.embed", {"model": "m", "input": "i"}),
    ],
)
def test_bodies_tell_llm_requests_from_others(name: str, body: dict[str, object]) -> None:
    """The format's own body is accepted, and has a field that tells; an order form sent to a like path has not."""
    format = FORMATS[name]
    sent = json.dumps(body).encode()
    assert format.accepts(body)
    assert not format.telling or any(field in sent for field in format.telling)
    if name != "openai.images.variations":
        assert not FORMATS[name].accepts({"customer": 7, "items": ["a"]})


def test_what_is_no_inference_has_no_operation() -> None:
    """Token counts and batch submissions make no inference span, and none is billed."""
    without = {name for name, format in FORMATS.items() if not format.operation}
    assert {
        "openai.responses.input_tokens",
        "openai.batches",
        "anthropic.count_tokens",
        "anthropic.batches",
        "gemini.count_tokens",
        "gemini.batches",
    } == without
    assert not any(FORMATS[name].priced for name in without)
