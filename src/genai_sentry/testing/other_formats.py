"""Anthropic's messages and Gemini's generateContent, as far as tests need them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from genai_sentry.testing.answers import Answer
from genai_sentry.testing.openai_format import pieces, sse

JSON = dict[str, Any]

_STOP: Mapping[str, str] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}
_GEMINI_FINISH: Mapping[str, str] = {
    "stop": "STOP",
    "length": "MAX_TOKENS",
    "tool_calls": "STOP",
    "content_filter": "SAFETY",
}


def _message_usage(answer: Answer, output: int) -> JSON:
    # Anthropic's input tokens leave the cached ones out.
    return {
        "input_tokens": answer.input_tokens - answer.cached_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": answer.cached_tokens,
        "output_tokens": output,
        "service_tier": "standard",
    }


def _blocks(answer: Answer) -> list[JSON]:
    if answer.tool_calls:
        return [
            {
                "type": "tool_use",
                "id": call.id.replace("call_", "toolu_"),
                "name": call.name,
                "input": json.loads(call.arguments),
            }
            for call in answer.tool_calls
        ]
    return [{"type": "text", "text": text} for text in answer.texts[:1]]


def message(answer: Answer, *, running: bool = False) -> JSON:
    """An Anthropic message, whole or as a stream's beginning."""
    return {
        "id": answer.id("msg_"),
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": [] if running else _blocks(answer),
        "stop_reason": None if running else _STOP.get(answer.finish_reason, "end_turn"),
        "stop_sequence": None,
        "usage": _message_usage(answer, 1 if running else answer.output_tokens),
    }


def message_events(answer: Answer) -> Iterator[bytes]:
    """The events of a streamed Anthropic message."""

    def event(kind: str, **members: Any) -> bytes:
        return sse({"type": kind, **members}, kind)

    yield event("message_start", message=message(answer, running=True))
    for index, block in enumerate(_blocks(answer)):
        is_text = block["type"] == "text"
        empty = {**block, "text": ""} if is_text else {**block, "input": {}}
        yield event("content_block_start", index=index, content_block=empty)
        yield event("ping")
        for piece in pieces(block["text"] if is_text else json.dumps(block["input"])):
            delta = (
                {"type": "text_delta", "text": piece}
                if is_text
                else {
                    "type": "input_json_delta",
                    "partial_json": piece,
                }
            )
            yield event("content_block_delta", index=index, delta=delta)
        yield event("content_block_stop", index=index)
    yield event(
        "message_delta",
        delta={"stop_reason": _STOP.get(answer.finish_reason, "end_turn"), "stop_sequence": None},
        usage=_message_usage(answer, answer.output_tokens),
    )
    yield event("message_stop")


def _candidate(parts: list[JSON], finish: str | None) -> JSON:
    candidate: JSON = {"content": {"parts": parts, "role": "model"}, "index": 0}
    return {**candidate, "finishReason": finish} if finish else candidate


def _gemini_usage(answer: Answer) -> JSON:
    usage = {
        "promptTokenCount": answer.input_tokens,
        "candidatesTokenCount": answer.output_tokens - answer.reasoning_tokens,
        "totalTokenCount": answer.total_tokens,
    }
    if answer.cached_tokens:
        usage["cachedContentTokenCount"] = answer.cached_tokens
    if answer.reasoning_tokens:
        usage["thoughtsTokenCount"] = answer.reasoning_tokens
    return usage


def _parts(answer: Answer) -> list[JSON]:
    if answer.tool_calls:
        return [{"functionCall": {"name": call.name, "args": json.loads(call.arguments)}} for call in answer.tool_calls]
    return [{"text": text} for text in answer.texts[:1]]


def generated(answer: Answer) -> JSON:
    """A Gemini answer."""
    finish = _GEMINI_FINISH.get(answer.finish_reason, "STOP")
    body: JSON = {
        "candidates": [_candidate(_parts(answer), finish)],
        "modelVersion": answer.model,
        "responseId": answer.id("")[:22],
    }
    return {**body, "usageMetadata": _gemini_usage(answer)} if answer.has_usage else body


def generated_events(answer: Answer) -> Iterator[bytes]:
    """A Gemini answer streamed as server-sent events."""
    whole = generated(answer)
    finish = whole["candidates"][0]["finishReason"]
    texts = pieces(answer.texts[0], 32) if answer.texts else []
    steps = [[{"text": piece}] for piece in texts] or [_parts(answer)]
    for index, parts in enumerate(steps):
        last = index == len(steps) - 1
        yield sse({**whole, "candidates": [_candidate(parts, finish if last else None)]})
