"""The provider that every worker talks to: an in-memory transport, its answers made once before anything is timed."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Callable, Iterator
from types import ModuleType
from typing import Any

CHUNKS = 500
"""Chunks of a stream, those with a role, a finish reason and the usage included."""
EMBEDDINGS = 250
"""Vectors of 1,536 dimensions in an answer: 2 MB as base64."""

MODEL = "gpt-4o"
ANSWERING = "gpt-4o-2024-08-06"
FAILING = "out-of-quota"
QUESTION = [{"role": "user", "content": "Which river is the longest in Europe?"}]
LONG_PROMPT = [
    {"role": "assistant" if index % 2 else "user", "content": "the quick brown fox " * 100} for index in range(50)
]

HEADERS = {
    "content-type": "application/json",
    "x-request-id": "req_3f1c",
    "openai-processing-ms": "212",
    "x-ratelimit-limit-requests": "10000",
    "x-ratelimit-remaining-requests": "9999",
    "x-ratelimit-reset-requests": "6ms",
    "x-ratelimit-limit-tokens": "2000000",
    "x-ratelimit-remaining-tokens": "1999000",
    "x-ratelimit-reset-tokens": "30ms",
}

USAGE = {
    "prompt_tokens": 900,
    "completion_tokens": 150,
    "total_tokens": 1050,
    "prompt_tokens_details": {"cached_tokens": 512, "audio_tokens": 0},
    "completion_tokens_details": {
        "reasoning_tokens": 64,
        "audio_tokens": 0,
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
    },
}

_HEAD = {"id": "chatcmpl-b7", "created": 1_750_000_000, "model": ANSWERING, "service_tier": "default"}


def _chat() -> bytes:
    message = {"role": "assistant", "content": "The Volga is the longest. " * 24, "refusal": None}
    choice = {"index": 0, "finish_reason": "stop", "logprobs": None, "message": message}
    return json.dumps({**_HEAD, "object": "chat.completion", "choices": [choice], "usage": USAGE}).encode()


def _chunks() -> list[bytes]:
    deltas: list[tuple[dict[str, str], str | None]] = [({"role": "assistant", "content": ""}, None)]
    deltas += [({"content": " river"}, None)] * (CHUNKS - 3)
    deltas.append(({}, "stop"))
    events: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}], "usage": None}
        for delta, reason in deltas
    ]
    events.append({"choices": [], "usage": USAGE})
    head = {**_HEAD, "object": "chat.completion.chunk"}
    chunks = [b"data: " + json.dumps({**head, **event}).encode() + b"\n\n" for event in events]
    chunks[-1] += b"data: [DONE]\n\n"
    return chunks


def _response() -> bytes:
    text = {"type": "output_text", "text": "The Volga is the longest. " * 24, "annotations": []}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [text]}
    return json.dumps(
        {
            "id": "resp_b7",
            "object": "response",
            "created_at": 1_750_000_000,
            "status": "completed",
            "model": ANSWERING,
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "metadata": {},
            "parallel_tool_calls": True,
            "temperature": 1.0,
            "tool_choice": "auto",
            "tools": [],
            "top_p": 1.0,
            "output": [message],
            "usage": {
                "input_tokens": 900,
                "input_tokens_details": {"cached_tokens": 512},
                "output_tokens": 150,
                "output_tokens_details": {"reasoning_tokens": 64},
                "total_tokens": 1050,
            },
        }
    ).encode()


def _embeddings() -> bytes:
    vector = base64.b64encode(bytes(range(256)) * 24).decode()
    data = [{"object": "embedding", "index": index, "embedding": vector} for index in range(EMBEDDINGS)]
    answer = {"object": "list", "data": data, "model": "text-embedding-3-small"}
    return json.dumps({**answer, "usage": {"prompt_tokens": 5000, "total_tokens": 5000}}).encode()


_QUOTA = json.dumps(
    {
        "error": {
            "message": "You exceeded your current quota, please check your plan and billing details.",
            "type": "insufficient_quota",
            "param": None,
            "code": "insufficient_quota",
        }
    }
).encode()


def answering(http: ModuleType) -> Callable[[Any], Any]:
    """A handler for `MockTransport` of httpx or httpx2."""
    chat, chunks, response, embeddings = _chat(), _chunks(), _response(), _embeddings()

    class Pieces(http.SyncByteStream, http.AsyncByteStream):  # type: ignore[name-defined,misc]
        """A body that arrives event by event."""

        def __iter__(self) -> Iterator[bytes]:
            yield from chunks

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for chunk in chunks:
                yield chunk

    def answer(request: Any) -> Any:
        path, content = request.url.path, request.content
        if FAILING.encode() in content:
            return http.Response(429, content=_QUOTA, headers=HEADERS)
        if path.endswith("/responses"):
            return http.Response(200, content=response, headers=HEADERS)
        if path.endswith("/embeddings"):
            return http.Response(200, content=embeddings, headers=HEADERS)
        if b'"stream":true' in content.replace(b" ", b"", 8):
            return http.Response(200, stream=Pieces(), headers={**HEADERS, "content-type": "text/event-stream"})
        return http.Response(200, content=chat, headers=HEADERS)

    return answer
