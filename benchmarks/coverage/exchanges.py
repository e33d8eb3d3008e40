"""The exchanges that are asked again: recorded ones from a folder, or the scripted ones below."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SCRIPTED = "scripted exchanges"

NO_INFERENCE = ("other.", "messages.count_tokens", "countTokens", "responses.input_tokens", "responses.retrieve")
"""Beginnings of endpoints whose calls are no inference and have no span."""

TOKENS = ("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens")


@dataclass(frozen=True)
class Exchange:
    """One request and its answer.

    Attributes:
        name: its identifier.
        provider: who answered, in the recording's words.
        endpoint: the endpoint in short (`chat.completions`).
        stream: whether the answer is a stream.
        method, url, request: what was sent; the request is the JSON body, or the text fields of a form.
        form: whether it was a form with a file.
        status, headers, body: what came back.
        expected: what the wire says, each absent where it does not: `error` (a bool), `input_tokens`, `output_tokens`,
            `cached_tokens`, `reasoning_tokens`, `model`, `id`, `finish_reasons`.
    """

    name: str
    provider: str
    endpoint: str
    stream: bool
    method: str
    url: str
    request: dict[str, Any]
    form: bool
    status: int
    headers: dict[str, str]
    body: bytes
    expected: Mapping[str, Any] = field(default_factory=dict)

    @property
    def inference(self) -> bool:
        """Whether the call is one that has a span."""
        return not self.endpoint.startswith(NO_INFERENCE)


def load(folder: Path | None) -> list[Exchange]:
    """The recorded exchanges of a folder, a JSON file each; the scripted ones where there is no folder."""
    if folder is None:
        return scripted()
    return [recorded(json.loads(path.read_text("utf-8"))) for path in sorted(folder.glob("*.json"))]


def recorded(value: Mapping[str, Any]) -> Exchange:
    """One recorded exchange: `request`, `response` and, read from the wire by somebody else, `expected`."""
    asked, answer, want = value["request"], value["response"], value["expected"]
    body = asked["body"] if isinstance(asked["body"], dict) else {}
    form = body.get("_multipart")
    raw = base64.b64decode(answer["body_b64"]) if answer.get("body_b64") else (answer.get("body_text") or "").encode()
    return Exchange(
        name=value["id"],
        provider=value["provider"],
        endpoint=value["endpoint"],
        stream=value["stream"],
        method=asked["method"],
        url=asked["url"],
        request={key.replace("[]", ""): item for key, item in form["fields"].items()} if form else body,
        form=bool(form),
        status=answer["status"],
        headers={name: item for name, item in _pairs(answer["headers"]) if name.lower() not in _OF_THE_BODY},
        body=raw,
        expected=_expected(value, want),
    )


_OF_THE_BODY = {"content-encoding", "content-length", "transfer-encoding"}


def _pairs(headers: Any) -> list[tuple[str, str]]:
    found = headers.items() if isinstance(headers, dict) else headers
    return [(str(name), item[0] if isinstance(item, list) else str(item)) for name, item in found]


def _expected(value: Mapping[str, Any], want: Mapping[str, Any]) -> dict[str, Any]:
    # A filtered answer under HTTP 200 may be taken for a failure or for an answer.
    filtered = want["status"] < 400 and "content_filter" in (want["finish_reasons"] or ())
    found: dict[str, Any] = {} if filtered else {"error": bool(want["is_error"])}
    if want["status"] >= 400 or want["mid_stream_error"]:
        return found
    tokens = {name: want[name] for name in TOKENS}
    if want.get("input_tokens_incl_cache") is not None:
        tokens["input_tokens"] = want["input_tokens_incl_cache"]
    if value["provider"] in ("google", "vertex") and want["reasoning_tokens"]:
        tokens["output_tokens"] = (want["output_tokens"] or 0) + want["reasoning_tokens"]
    found |= {name: count for name, count in tokens.items() if count is not None}
    found |= {name: want["response_" + name] for name in ("model", "id") if want["response_" + name]}
    reasons = want["finish_reasons"]
    if (
        reasons
        and all(isinstance(reason, str) and reason for reason in reasons)
        and "responses" not in value["endpoint"]
    ):
        found["finish_reasons"] = list(reasons)
    return found


# The scripted ones: of each endpoint a whole answer, where there are such a stream, and a refusal.

_USAGE = {
    "prompt_tokens": 20,
    "completion_tokens": 10,
    "total_tokens": 30,
    "prompt_tokens_details": {"cached_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 3},
}
_RESPONSE_USAGE = {
    "input_tokens": 20,
    "input_tokens_details": {"cached_tokens": 4},
    "output_tokens": 10,
    "output_tokens_details": {"reasoning_tokens": 3},
    "total_tokens": 30,
}
_TOLD = {"input_tokens": 20, "output_tokens": 10, "cached_tokens": 4, "reasoning_tokens": 3}
_MODEL = "gpt-4o-mini-2024-07-18"
_ASKED = {"model": "gpt-4o-mini"}
_SAID = [{"role": "user", "content": "hi"}]
_LIMITED = {"error": {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}}


def scripted() -> list[Exchange]:
    """Exchanges made up after the providers' references."""
    found: list[Exchange] = []
    for host, provider in (("https://api.openai.com/v1", "openai"), ("https://api.groq.com/openai/v1", "groq")):
        for endpoint, (request, answer, expected) in _openai().items():
            path = "/" + endpoint.replace(".", "/")
            found.append(_made(provider, endpoint, host + path, request, answer, expected))
            found.append(_made(provider, endpoint, host + path, request, _LIMITED, {"error": True}, status=429))
    for endpoint, (request, events, expected) in _openai_streams().items():
        url = "https://api.openai.com/v1/" + endpoint.replace(".", "/")
        found.append(_made("openai", endpoint, url, request | {"stream": True}, events, expected))
    return found + _others()


def _made(
    provider: str,
    endpoint: str,
    url: str,
    request: dict[str, Any],
    answer: Any,
    expected: dict[str, Any],
    *,
    status: int = 200,
) -> Exchange:
    stream = isinstance(answer, list)
    text = _events(answer) if stream else json.dumps(answer)
    return Exchange(
        name=f"{provider}-{endpoint}{'-stream' * stream}-{status}",
        provider=provider,
        endpoint=endpoint,
        stream=stream,
        method="POST",
        url=url,
        request=request,
        form=endpoint in ("audio.transcriptions", "images.edits"),
        status=status,
        headers={"content-type": "text/event-stream" if stream else "application/json"},
        body=text.encode(),
        expected={"error": False, **expected},
    )


def _events(values: list[Any]) -> str:
    named = "".join(f"event: {item['type']}\ndata: {json.dumps(item)}\n\n" for item in values if "type" in item)
    return named or "".join(f"data: {json.dumps(item)}\n\n" for item in values) + "data: [DONE]\n\n"


def _openai() -> dict[str, tuple[dict[str, Any], Any, dict[str, Any]]]:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hi"}}
    head = {"id": "c1", "created": 1, "model": _MODEL}
    told = {"model": _MODEL, "id": "c1", "finish_reasons": ["stop"], **_TOLD}
    text = {"index": 0, "finish_reason": "stop", "text": "Hi", "logprobs": None}
    image = {"created": 1, "data": [{"b64_json": "aGk="}], "usage": _RESPONSE_USAGE}
    spoken = {"text": "Hi", "usage": {"type": "tokens", "input_tokens": 20, "output_tokens": 10, "total_tokens": 30}}
    few = {"input_tokens": 20, "output_tokens": 10}
    return {
        "chat.completions": (
            _ASKED | {"messages": _SAID},
            head | {"object": "chat.completion", "choices": [choice], "usage": _USAGE},
            told,
        ),
        "completions": (
            _ASKED | {"prompt": "hi"},
            head | {"object": "text_completion", "choices": [text], "usage": _USAGE},
            told,
        ),
        "responses": (_ASKED | {"input": "hi"}, _response(), {"model": _MODEL, "id": "r1", **_TOLD}),
        "embeddings": (
            {"model": "text-embedding-3-small", "input": "hi"},
            {
                "object": "list",
                "model": "text-embedding-3-small",
                "data": [{"object": "embedding", "index": 0, "embedding": [0.25, 0.5]}],
                "usage": {"prompt_tokens": 20, "total_tokens": 20},
            },
            {"model": "text-embedding-3-small", "input_tokens": 20},
        ),
        "images.generations": ({"model": "gpt-image-1", "prompt": "a clip"}, image, few),
        "images.edits": ({"model": "gpt-image-1", "prompt": "a clip"}, image, few),
        "audio.transcriptions": ({"model": "gpt-4o-transcribe"}, spoken, few),
        "moderations": (
            {"model": "omni-moderation-latest", "input": "hi"},
            {"id": "m1", "model": "omni-moderation-latest", "results": []},
            {"model": "omni-moderation-latest", "id": "m1"},
        ),
    }


def _response() -> dict[str, Any]:
    said = {"type": "output_text", "text": "Hi", "annotations": []}
    return {
        "id": "r1",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "model": _MODEL,
        "output": [{"type": "message", "id": "o1", "role": "assistant", "status": "completed", "content": [said]}],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": _RESPONSE_USAGE,
    }


def _openai_streams() -> dict[str, tuple[dict[str, Any], list[Any], dict[str, Any]]]:
    head = {"id": "c1", "created": 1, "model": _MODEL}
    chat = head | {"object": "chat.completion.chunk"}
    text = head | {"object": "text_completion"}
    told = {"model": _MODEL, "id": "c1", "finish_reasons": ["stop"], **_TOLD}
    running = {**_response(), "status": "in_progress", "usage": None, "output": []}
    return {
        "chat.completions": (
            _ASKED | {"messages": _SAID, "stream_options": {"include_usage": True}},
            [
                chat | {"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": None}]},
                chat | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
                chat | {"choices": [], "usage": _USAGE},
            ],
            told,
        ),
        "completions": (
            _ASKED | {"prompt": "hi"},
            [
                text | {"choices": [{"index": 0, "text": "Hi", "finish_reason": None, "logprobs": None}]},
                text
                | {"choices": [{"index": 0, "text": "", "finish_reason": "stop", "logprobs": None}], "usage": _USAGE},
            ],
            told,
        ),
        "responses": (
            _ASKED | {"input": "hi"},
            [
                {"type": "response.created", "sequence_number": 0, "response": running},
                {"type": "response.completed", "sequence_number": 1, "response": _response()},
            ],
            {"model": _MODEL, "id": "r1", **_TOLD},
        ),
    }


def _others() -> list[Exchange]:
    message = {"id": "m1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5", "stop_sequence": None}
    fresh = {"input_tokens": 16, "cache_read_input_tokens": 4, "cache_creation_input_tokens": 0}
    told = {"model": "claude-sonnet-4-5", "id": "m1", "input_tokens": 20, "output_tokens": 10, "cached_tokens": 4}
    asked = {"model": "claude-sonnet-4-5", "max_tokens": 100, "messages": _SAID}
    start = {**message, "content": [], "stop_reason": None, "usage": fresh | {"output_tokens": 1}}
    whole = message | {
        "content": [{"type": "text", "text": "Hi"}],
        "stop_reason": "end_turn",
        "usage": fresh | {"output_tokens": 10},
    }
    events = [
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 10},
        },
        {"type": "message_stop"},
    ]
    gemini = {
        "candidates": [{"index": 0, "content": {"role": "model", "parts": [{"text": "Hi"}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 20, "candidatesTokenCount": 7, "thoughtsTokenCount": 3},
        "modelVersion": "gemini-2.5-flash",
        "responseId": "g1",
    }
    seen = {"input_tokens": 20, "output_tokens": 10}
    spoken = {"model": "gemini-2.5-flash", "id": "g1", "finish_reasons": ["STOP"], "reasoning_tokens": 3, **seen}
    cohere = {
        "id": "k1",
        "finish_reason": "COMPLETE",
        "message": {"role": "assistant", "content": [{"type": "text", "text": "Hi"}]},
        "usage": {"tokens": {"input_tokens": 20, "output_tokens": 10}},
    }
    done = {"model": "llama3.2", "done": True, "done_reason": "stop", "prompt_eval_count": 20, "eval_count": 10}
    claude, google = "https://api.anthropic.com/v1/messages", "https://generativelanguage.googleapis.com/v1beta/models/"
    contents = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
    ended = {"finish_reasons": ["end_turn"], **told}
    return [
        _made("anthropic", "messages", claude, asked, whole, ended),
        _made("anthropic", "messages", claude, asked | {"stream": True}, events, ended),
        _made("google", "generateContent", google + "gemini-2.5-flash:generateContent", contents, gemini, spoken),
        _made(
            "cohere",
            "cohere.v2.chat",
            "https://api.cohere.com/v2/chat",
            {"model": "command-a", "messages": _SAID},
            cohere,
            {"id": "k1", "finish_reasons": ["COMPLETE"], **seen},
        ),
        _made(
            "ollama",
            "ollama.chat",
            "http://127.0.0.1:11434/api/chat",
            {"model": "llama3.2", "messages": _SAID, "stream": False},
            done | {"message": {"role": "assistant", "content": "Hi"}},
            {"model": "llama3.2", "finish_reasons": ["stop"], **seen},
        ),
    ]
