"""OpenAI's wire formats: chat completions, legacy completions, responses, embeddings and the small ones."""

from __future__ import annotations

import base64
import json
import math
import struct
import time
from collections.abc import Iterator, Mapping
from typing import Any

from genai_sentry.testing.answers import Answer, count_tokens

JSON = dict[str, Any]
DIMENSIONS = 8
"""Length of an embedding where the request names none; real ones are longer."""


def sse(data: object, event: str | None = None) -> bytes:
    """One server-sent event."""
    head = f"event: {event}\n" if event else ""
    return f"{head}data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode()


def pieces(text: str, size: int = 4) -> list[str]:
    """A text cut as it is streamed: a token of four characters at a time; nothing for no text."""
    return [text[start : start + size] for start in range(0, len(text), size)]


# Chat completions ----------------------------------------------------------------------------------------------


def chat_usage(answer: Answer) -> JSON:
    """Token counts as chat completions write them."""
    return {
        "prompt_tokens": answer.input_tokens,
        "completion_tokens": answer.output_tokens,
        "total_tokens": answer.total_tokens,
        "prompt_tokens_details": {"cached_tokens": answer.cached_tokens, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": answer.reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _head(answer: Answer, kind: str, prefix: str = "chatcmpl-") -> JSON:
    return {
        "id": answer.id(prefix),
        "object": kind,
        "created": int(time.time()),
        "model": answer.model,
        "service_tier": "default",
        "system_fingerprint": "fp_simulated",
    }


def _tool_calls(answer: Answer, *, indexed: bool = False) -> list[JSON]:
    return [
        {
            **({"index": index} if indexed else {}),
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments},
        }
        for index, call in enumerate(answer.tool_calls)
    ]


def chat(answer: Answer) -> JSON:
    """A chat completion."""
    messages: list[JSON] = [
        {"role": "assistant", "content": text, "refusal": None, "annotations": []} for text in answer.texts
    ]
    if answer.tool_calls:
        messages = [{"role": "assistant", "content": None, "refusal": None, "tool_calls": _tool_calls(answer)}]
    body = {
        **_head(answer, "chat.completion"),
        "choices": [
            {"index": index, "message": message, "logprobs": None, "finish_reason": answer.finish_reason}
            for index, message in enumerate(messages)
        ],
    }
    return {**body, "usage": chat_usage(answer)} if answer.has_usage else body


def chat_events(answer: Answer, body: Mapping[str, Any], *, done: bool = True) -> Iterator[bytes]:
    """A chat completion's stream; usage comes where the request asks for it."""
    options = body.get("stream_options")
    wants_usage = answer.has_usage and isinstance(options, dict) and bool(options.get("include_usage"))
    head = _head(answer, "chat.completion.chunk")

    def chunk(index: int, delta: JSON, finish: str | None = None) -> bytes:
        choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
        return sse({**head, "choices": [choice], **({"usage": None} if wants_usage else {})})

    if answer.tool_calls:
        yield chunk(0, {"role": "assistant", "content": None, "tool_calls": _tool_calls(answer, indexed=True)})
    for index, text in enumerate(answer.texts):
        yield chunk(index, {"role": "assistant", "content": "", "refusal": None})
        for piece in pieces(text):
            yield chunk(index, {"content": piece})
    for index in range(max(1, len(answer.texts))):
        yield chunk(index, {}, answer.finish_reason)
    if wants_usage:
        yield sse({**head, "choices": [], "usage": chat_usage(answer)})
    if done:
        yield sse("[DONE]")


# Legacy completions --------------------------------------------------------------------------------------------


def completion(answer: Answer) -> JSON:
    """A legacy text completion."""
    body = {
        **_head(answer, "text_completion", "cmpl-"),
        "choices": [
            {"index": index, "text": text, "logprobs": None, "finish_reason": answer.finish_reason}
            for index, text in enumerate(answer.texts)
        ],
    }
    return {**body, "usage": chat_usage(answer)} if answer.has_usage else body


def completion_events(answer: Answer, body: Mapping[str, Any], *, done: bool = True) -> Iterator[bytes]:
    """A legacy text completion's stream."""
    options = body.get("stream_options")
    head = _head(answer, "text_completion", "cmpl-")
    for index, text in enumerate(answer.texts):
        for piece in pieces(text):
            choice: JSON = {"index": index, "text": piece, "logprobs": None, "finish_reason": None}
            yield sse({**head, "choices": [choice]})
        yield sse({**head, "choices": [{**choice, "text": "", "finish_reason": answer.finish_reason}]})
    if answer.has_usage and isinstance(options, dict) and options.get("include_usage"):
        yield sse({**head, "choices": [], "usage": chat_usage(answer)})
    if done:
        yield sse("[DONE]")


# Responses -----------------------------------------------------------------------------------------------------


def _output(answer: Answer) -> list[JSON]:
    items: list[JSON] = []
    if answer.reasoning_tokens:
        items.append({"id": answer.id("rs_"), "type": "reasoning", "summary": []})
    items += [
        {
            "id": answer.id("fc_"),
            "type": "function_call",
            "status": "completed",
            "call_id": call.id,
            "name": call.name,
            "arguments": call.arguments,
        }
        for call in answer.tool_calls
    ]
    if answer.texts:
        content = [{"type": "output_text", "text": answer.texts[0], "annotations": [], "logprobs": []}]
        status = "completed" if answer.finish_reason in ("stop", "tool_calls") else "incomplete"
        items.append(
            {"id": answer.id("msg_"), "type": "message", "role": "assistant", "status": status, "content": content}
        )
    return items


def response(answer: Answer, body: Mapping[str, Any], *, status: str = "", failed_code: str | None = None) -> JSON:
    """A response of the Responses API; `failed_code` makes it a failed one."""
    incomplete = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(answer.finish_reason)
    status = status or ("failed" if failed_code else "incomplete" if incomplete else "completed")
    over = status in ("completed", "incomplete")
    usage = {
        "input_tokens": answer.input_tokens,
        "input_tokens_details": {"cached_tokens": answer.cached_tokens},
        "output_tokens": answer.output_tokens,
        "output_tokens_details": {"reasoning_tokens": answer.reasoning_tokens},
        "total_tokens": answer.total_tokens,
    }
    error = {"code": failed_code, "message": "The model failed to generate a response."}
    return {
        "id": answer.id("resp_"),
        "object": "response",
        "created_at": int(time.time()),
        "status": status,
        "background": False,
        "error": error if status == "failed" else None,
        "incomplete_details": {"reason": incomplete} if status == "incomplete" else None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "model": answer.model,
        "output": _output(answer) if over else [],
        "parallel_tool_calls": True,
        "previous_response_id": body.get("previous_response_id"),
        "reasoning": {"effort": None, "summary": None},
        "service_tier": "default",
        "store": True,
        "temperature": 1.0,
        "text": body.get("text") or {"format": {"type": "text"}},
        "tool_choice": body.get("tool_choice") or "auto",
        "tools": body.get("tools") or [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": usage if over and answer.has_usage else None,
        "user": None,
        "metadata": {},
    }


def response_events(answer: Answer, body: Mapping[str, Any], *, failed_code: str | None = None) -> Iterator[bytes]:
    """The typed events of a streamed response."""
    sequence = -1

    def event(kind: str, **members: Any) -> bytes:
        nonlocal sequence
        sequence += 1
        return sse({"type": kind, "sequence_number": sequence, **members}, kind)

    running = response(answer, body, status="in_progress")
    yield event("response.created", response=running)
    yield event("response.in_progress", response=running)
    if failed_code:
        yield event("response.failed", response=response(answer, body, failed_code=failed_code))
        return
    for index, item in enumerate(_output(answer)):
        yield event("response.output_item.added", output_index=index, item=_unfinished(item))
        where = {"item_id": item["id"], "output_index": index}
        if item["type"] == "function_call":
            for piece in pieces(item["arguments"]):
                yield event("response.function_call_arguments.delta", **where, delta=piece)
            yield event(
                "response.function_call_arguments.done", **where, name=item["name"], arguments=item["arguments"]
            )
        elif item["type"] == "message":
            where["content_index"] = 0
            text = item["content"][0]["text"]
            yield event("response.content_part.added", **where, part={**item["content"][0], "text": ""})
            for piece in pieces(text):
                yield event("response.output_text.delta", **where, delta=piece, logprobs=[])
            yield event("response.output_text.done", **where, text=text, logprobs=[])
            yield event("response.content_part.done", **where, part=item["content"][0])
        yield event("response.output_item.done", output_index=index, item=item)
    final = response(answer, body)
    yield event(f"response.{final['status']}", response=final)


def _unfinished(item: JSON) -> JSON:
    blank: Mapping[str, JSON] = {
        "message": {"status": "in_progress", "content": []},
        "function_call": {"status": "in_progress", "arguments": ""},
    }
    return {**item, **blank.get(item["type"], {})}


# Embeddings and the small ones ---------------------------------------------------------------------------------


def embeddings(body: Mapping[str, Any], model: str) -> JSON:
    """Embeddings: unit vectors that depend on the text; base64 where asked for."""
    given = body.get("input")
    inputs = given if isinstance(given, list) and given and not isinstance(given[0], int) else [given]
    size = body.get("dimensions") if isinstance(body.get("dimensions"), int) else DIMENSIONS
    vectors = [_vector(str(text), int(size or DIMENSIONS)) for text in inputs]
    encoded = body.get("encoding_format") == "base64"
    tokens = sum(count_tokens(text) if isinstance(text, str) else len(text or ()) for text in inputs)
    return {
        "object": "list",
        "data": [
            {
                "object": "embedding",
                "index": index,
                "embedding": base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode() if encoded else vector,
            }
            for index, vector in enumerate(vectors)
        ],
        "model": model,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def _vector(text: str, size: int) -> list[float]:
    seed = sum(map(ord, text)) or 1
    raw = [math.sin(seed * (index + 1)) for index in range(size)]
    length = math.sqrt(sum(value * value for value in raw)) or 1.0
    return [round(value / length, 6) for value in raw]


def model_card(name: str) -> JSON:
    """One model, as the models endpoint lists it."""
    return {"id": name, "object": "model", "created": 1_715_367_049, "owned_by": "system"}


def moderation(number_id: str, body: Mapping[str, Any]) -> JSON:
    """A moderation that finds nothing."""
    given = body.get("input")
    inputs = given if isinstance(given, list) else [given]
    names = ("harassment", "hate", "self-harm", "sexual", "violence")
    result = {
        "flagged": False,
        "categories": dict.fromkeys(names, False),
        "category_scores": dict.fromkeys(names, 0.0001),
        "category_applied_input_types": {name: ["text"] for name in names},
    }
    return {"id": number_id, "model": "omni-moderation-2024-09-26", "results": [result for _ in inputs]}


PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
"""A PNG of one pixel."""


def images(body: Mapping[str, Any]) -> JSON:
    """Generated images of one pixel each, with the usage that image models report."""
    number = body.get("n") if isinstance(body.get("n"), int) else 1
    read = count_tokens(str(body.get("prompt") or ""))
    made = 272 * int(number or 1)
    return {
        "created": int(time.time()),
        "data": [{"b64_json": PIXEL} for _ in range(int(number or 1))],
        "usage": {
            "input_tokens": read,
            "input_tokens_details": {"text_tokens": read, "image_tokens": 0},
            "output_tokens": made,
            "total_tokens": read + made,
        },
    }


def transcription(text: str) -> JSON:
    """A transcription with the usage that token-priced models report."""
    written = count_tokens(text)
    return {
        "text": text,
        "usage": {
            "type": "tokens",
            "input_tokens": 14,
            "input_token_details": {"text_tokens": 0, "audio_tokens": 14},
            "output_tokens": written,
            "total_tokens": 14 + written,
        },
    }
