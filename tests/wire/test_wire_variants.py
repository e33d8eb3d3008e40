"""What providers' references describe beside OpenAI's own: where else usage, names, ends and failures stand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from genai_sentry.wire.formats import match
from genai_sentry.wire.outcome import Outcome, Usage
from wire.wire_streams import events, lines

CHAT = "/v1/chat/completions"
RESPONSES = "/v1/responses"
MESSAGES = "/v1/messages"
GEMINI = "/v1beta/models/gemini-2.5-flash:generateContent"
GEMINI_STREAM = "/v1beta/models/gemini-2.5-flash:streamGenerateContent"
TRANSCRIPTIONS = "/v1/audio/transcriptions"

USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
COUNTS = {"input": 10, "output": 5}
CLAUDE = {"input_tokens": 10, "output_tokens": 1}


def _chat(reason: str | None = "stop", **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": reason}
    return {"id": "c1", "object": "chat.completion", "model": "m1", "choices": [choice], "usage": USAGE} | more


def _used(**more: Any) -> dict[str, Any]:
    return _chat(usage=USAGE | more)


def _chunk(content: str | None = None, reason: str | None = None, index: int = 0, **more: Any) -> dict[str, Any]:
    delta = {} if content is None else {"content": content}
    choice = {"index": index, "delta": delta, "finish_reason": reason}
    return {"id": "c1", "object": "chat.completion.chunk", "model": "m1", "choices": [choice]} | more


def _response(status: str = "completed", **more: Any) -> dict[str, Any]:
    usage = {
        "input_tokens": 10,
        "input_tokens_details": {"cached_tokens": 2},
        "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 1},
    }
    return {"id": "r1", "object": "response", "status": status, "model": "m1", "output": [], "usage": usage} | more


def _message(**more: Any) -> dict[str, Any]:
    return {
        "id": "g1",
        "type": "message",
        "model": "claude",
        "content": [],
        "usage": CLAUDE,
        "stop_reason": None,
    } | more


def _says(text: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}


def _ends(reason: str, **usage: Any) -> list[dict[str, Any]]:
    return [{"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}, {"type": "message_stop"}]


def _candidate(text: str, **more: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": [{"text": text}], "role": "model"}, **more}], "modelVersion": "g1"}


_TOKENS = {"promptTokenCount": 10, "candidatesTokenCount": 5, "thoughtsTokenCount": 3, "totalTokenCount": 18}
_COHERE = {"billed_units": {"input_tokens": 1, "output_tokens": 2}, "tokens": {"input_tokens": 10, "output_tokens": 5}}
_V1_END = {"generation_id": "g1", "text": "Hi", "meta": _COHERE}

WHOLE: list[tuple[str, str, Any, dict[str, Any]]] = [
    ("Moonshot and Together: cached beside the totals", CHAT, _used(cached_tokens=4), COUNTS | {"read": 4}),
    ("Mistral: details under a singular name", CHAT, _used(prompt_token_details={"cached_tokens": 3}), {"read": 3}),
    ("Mistral: cached under another name", CHAT, _used(num_cached_tokens=3), {"read": 3}),
    (
        "Alibaba: what was written to the cache stands among the details",
        CHAT,
        _used(prompt_tokens_details={"cached_tokens": 0, "cache_creation_input_tokens": 7, "cache_type": "ephemeral"}),
        {"read": 0, "written": 7},
    ),
    (
        "LiteLLM: Anthropic's names beside OpenAI's",
        CHAT,
        _used(cache_creation_input_tokens=3, prompt_tokens_details={"cached_tokens": 4}),
        {"read": 4, "written": 3},
    ),
    ("details that are null", CHAT, _used(prompt_tokens_details=None, completion_tokens_details=None), COUNTS),
    ("Perplexity: reasoning beside the totals", CHAT, _used(reasoning_tokens=9, citation_tokens=1), {"reasoning": 9}),
    ("xAI: counts stand as they are named", CHAT, _used(completion_tokens_details={"reasoning_tokens": 20}), COUNTS),
    ("MiniMax: all is well", CHAT, _chat(base_resp={"status_code": 0, "status_msg": "success"}), COUNTS),
    (
        "MiniMax: a refusal under 200",
        CHAT,
        _chat(choices=None, usage=None, base_resp={"status_code": 1008, "status_msg": "insufficient balance"}),
        {"error": {"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}},
    ),
    ("Google: an error in a list", CHAT, [{"error": {"code": 400}}], {"error": {"error": {"code": 400}}}),
    ("a state that is not over", RESPONSES, _response("queued", usage=None), {"input": None, "finish": (), "id": "r1"}),
    ("counts under chat's names", RESPONSES, _response(usage=USAGE), COUNTS),
    (
        "a tool's failure is not the answer's",
        RESPONSES,
        _response(output=[{"type": "mcp_call", "error": {"message": "no"}}]),
        COUNTS,
    ),
    ("a compaction", RESPONSES + "/compact", _response(None, object="response.compaction"), COUNTS | {"id": "r1"}),
    (
        "Anthropic's compatible servers: nulls",
        MESSAGES,
        _message(
            usage=CLAUDE | {"cache_creation": None, "cache_read_input_tokens": None, "server_tool_use": None},
            stop_reason="pause_turn",
        ),
        {"input": 10, "read": None, "written": None, "finish": ("pause_turn",)},
    ),
    (
        "thoughts used up the limit: no content, no candidates' count",
        GEMINI,
        {
            "candidates": [{"finishReason": "MAX_TOKENS"}],
            "usageMetadata": {"promptTokenCount": 10, "thoughtsTokenCount": 3},
        },
        {"input": 10, "output": 3, "reasoning": 3, "finish": ("MAX_TOKENS",)},
    ),
    (
        "a blocked prompt names what it cost",
        GEMINI,
        {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 10}},
        {
            "input": 10,
            "error": {
                "code": "PROHIBITED_CONTENT",
                "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
                "message": "prompt blocked: PROHIBITED_CONTENT",
            },
        },
    ),
    ("Jina", "/v1/rerank", {"model": "m1", "usage": {"prompt_tokens": 7}, "results": []}, {"input": 7, "model": "m1"}),
    ("a duration", TRANSCRIPTIONS, {"text": "Hi", "duration": "3.5", "usage": None}, {"seconds": 3.5}),
    ("seconds", TRANSCRIPTIONS, {"duration": 3.5, "usage": {"type": "duration", "seconds": 4}}, {"seconds": 4.0}),
]

STREAMS: list[tuple[str, str, bytes, dict[str, Any]]] = [
    (
        "Moonshot: usage within the last choice",
        CHAT,
        events(
            _chunk("Hi"), {**_chunk(), "choices": [{"delta": {}, "finish_reason": "stop", "usage": USAGE}]}, done=True
        ),
        COUNTS | {"finish": ("stop",), "complete": True},
    ),
    (
        "Groq: usage in an object of its own",
        CHAT,
        events(_chunk("Hi", x_groq={"id": "q"}), _chunk(None, "stop", x_groq={"usage": USAGE}), done=True),
        COUNTS | {"complete": True},
    ),
    (
        "Groq: an early end",
        CHAT,
        events(_chunk("Hi"), _chunk(x_groq={"id": "q", "error": "over_capacity"}), done=True),
        {"error": {"error": "over_capacity"}, "complete": False},
    ),
    (
        "null usage until the last chunk, which has no choice",
        CHAT,
        events(_chunk("Hi", usage=None), _chunk(None, "stop", usage=None), _chunk(choices=[], usage=USAGE), done=True),
        COUNTS | {"finish": ("stop",)},
    ),
    (
        "Azure: a first chunk of filter results names nothing",
        CHAT,
        events({"id": "", "model": "", "choices": [], "prompt_filter_results": [{}]}, _chunk("Hi"), _chunk("there")),
        {"id": "c1", "model": "m1", "complete": False},
    ),
    ("no identifier", CHAT, events(_chunk("Hi", id=None), _chunk(None, "stop", id=None)), {"id": None, "model": "m1"}),
    (
        "no index",
        CHAT,
        events({"choices": [{"delta": {}, "finish_reason": "tool_calls"}]}),
        {"finish": ("tool_calls",)},
    ),
    (
        "two choices that end out of order",
        CHAT,
        events(_chunk("a", None, 1), _chunk("b"), _chunk(None, "length", 1), _chunk(None, "stop", 0)),
        {"finish": ("stop", "length")},
    ),
    ("an empty reason is none", CHAT, events(_chunk("a", ""), _chunk("b", "stop")), {"finish": ("stop",)}),
    (
        "OpenRouter: comments, and the price in the last chunk",
        CHAT,
        b": OPENROUTER PROCESSING\n\n" + events(_chunk("Hi"), _chunk("", "stop", usage=USAGE | {"cost": 0.25})),
        COUNTS | {"cost": 0.25, "complete": True},
    ),
    (
        "carriage returns, names, numbers and a pause to retry after",
        CHAT,
        b"retry: 3000\r\n\r\nid: 1\r\n"
        + events(_chunk("Hi"), _chunk(None, "stop", usage=USAGE)).replace(b"\n", b"\r\n"),
        COUNTS | {"complete": True},
    ),
    (
        "an event over several lines, no space, no end",
        CHAT,
        b'data:{"id":"c1","choices":[{"delta":{"content":"Hi"},\ndata:"finish_reason":"stop"}],\ndata:"usage":'
        + json.dumps(USAGE).encode()
        + b"}",
        COUNTS | {"id": "c1", "complete": True},
    ),
    (
        "vLLM: an error without its key",
        CHAT,
        events(_chunk("Hi"), {"object": "error", "message": "Boom", "code": 500}),
        {"error": {"object": "error", "message": "Boom", "code": 500}},
    ),
    ("a bare detail", CHAT, events(_chunk("Hi"), {"detail": "Boom"}), {"error": {"detail": "Boom"}}),
    (
        "a named error of a code and a message",
        CHAT,
        events(_chunk("Hi")) + b'event: error\ndata: {"code":"x","msg":"Boom"}\n\n',
        {"error": {"code": "x", "msg": "Boom"}},
    ),
    (
        "a named error of mere text",
        CHAT,
        events(_chunk("Hi")) + b"event: error\ndata: upstream timeout\n\n",
        {"error": {"error": {"message": "upstream timeout"}}},
    ),
    (
        "MiniMax: a refusal in mid-stream",
        CHAT,
        events(_chunk("Hi"), {"choices": None, "base_resp": {"status_code": 1002, "status_msg": "rate limit"}}),
        {"error": {"base_resp": {"status_code": 1002, "status_msg": "rate limit"}}},
    ),
    (
        "a response's end over several lines",
        RESPONSES,
        b'event: response.completed\ndata: {\ndata:  "type": "response.completed",\ndata:  "response":'
        + json.dumps(_response()).encode()
        + b"\ndata: }\n\n",
        COUNTS | {"read": 2, "reasoning": 1, "complete": True},
    ),
    (
        "a filtered response",
        RESPONSES,
        events(
            {"type": "response.created", "response": _response("in_progress", usage=None)},
            {
                "type": "response.incomplete",
                "response": _response("incomplete", incomplete_details={"reason": "content_filter"}),
            },
            named=True,
        ),
        COUNTS | {"finish": ("content_filter",), "complete": True},
    ),
    (
        "counts that only the end knows, and words that look like events",
        MESSAGES,
        events(
            {"type": "message_start", "message": _message(usage={"input_tokens": 0, "output_tokens": 0})},
            *[_says('"message_delta", "error"')] * 400,
            *_ends("tool_use", input_tokens=33, output_tokens=9, cache_read_input_tokens=7),
            named=True,
        ),
        {"input": 40, "output": 9, "read": 7, "finish": ("tool_use",), "complete": True},
    ),
    (
        "words that look like the end are not it",
        MESSAGES,
        events({"type": "message_start", "message": _message()}, _says('"message_stop"'), named=True),
        {"complete": False},
    ),
    (
        "usage that follows the reason",
        GEMINI_STREAM,
        events(_candidate("Hi", finishReason="STOP"), {"usageMetadata": _TOKENS, "modelVersion": "g1"}),
        {"input": 10, "output": 8, "finish": ("STOP",), "complete": True},
    ),
    (
        "a prompt that is blocked in a stream",
        GEMINI_STREAM,
        events({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 10}}),
        {"input": 10, "complete": False, "failed": True},
    ),
    (
        "Cohere's first version as events",
        "/v1/chat",
        events(
            {"event_type": "stream-start", "generation_id": "g1"},
            {"event_type": "text-generation", "text": "Hi"},
            {"event_type": "stream-end", "is_finished": True, "finish_reason": "COMPLETE", "response": _V1_END},
        ),
        COUNTS | {"finish": ("COMPLETE",), "complete": True},
    ),
    (
        "Cohere: an end that is a failure",
        "/v2/chat",
        events({"type": "message-start", "id": "x"}, {"type": "message-end", "delta": {"error": "internal"}}),
        {"error": {"error": "internal"}, "complete": False},
    ),
    (
        "Ollama: a cached prompt is not counted",
        "/api/chat",
        lines({"model": "l", "done": False}, {"model": "l", "done": True, "done_reason": "length", "eval_count": 5}),
        {"input": None, "output": 5, "finish": ("length",), "complete": True},
    ),
    (
        "Mistral: a transcript's end",
        TRANSCRIPTIONS,
        events(
            {"type": "transcription.text.delta", "text": "Hi"},
            {"type": "transcription.done", "model": "v1", "usage": USAGE | {"prompt_audio_seconds": 3}},
            named=True,
        ),
        COUNTS | {"seconds": 3.0, "model": "v1", "complete": True},
    ),
]


def _facts(outcome: Outcome) -> Mapping[str, object]:
    usage = outcome.usage or Usage()
    return {
        "input": usage.input_tokens,
        "output": usage.output_tokens,
        "read": usage.cache_read_input_tokens,
        "written": usage.cache_write_input_tokens,
        "reasoning": usage.reasoning_output_tokens,
        "seconds": usage.input_seconds,
        "finish": outcome.finish_reasons,
        "id": outcome.id,
        "model": outcome.model,
        "cost": outcome.cost_usd,
        "error": outcome.error,
        "failed": outcome.error is not None,
        "complete": outcome.complete,
    }


def _pieces(body: bytes, step: int) -> Iterator[bytes]:
    """Pieces of so many bytes; of 0, whole events."""
    if step:
        yield from (body[i : i + step] for i in range(0, len(body), step))
        return
    end = b"\r\n\r\n" if b"\r\n\r\n" in body else b"\n\n"
    yield from (piece + end for piece in body.split(end) if piece)


@pytest.mark.parametrize(("path", "value", "expected"), [case[1:] for case in WHOLE], ids=[case[0] for case in WHOLE])
@pytest.mark.parametrize("indent", [None, 2])
def test_whole_answers(path: str, value: Any, expected: dict[str, Any], indent: int | None) -> None:
    """An answer's facts, however its JSON is laid out; without a word of an error there is none."""
    format = match(path)
    assert format is not None
    facts = _facts(format.response(json.dumps(value, indent=indent).encode()))

    expected = {"failed": "error" in expected, **expected}
    assert expected == {name: facts[name] for name in expected}


@pytest.mark.parametrize(
    ("path", "body", "expected"), [case[1:] for case in STREAMS], ids=[case[0] for case in STREAMS]
)
@pytest.mark.parametrize("step", [0, 1, 50, 1_000_000])
def test_streams(path: str, body: bytes, expected: dict[str, Any], step: int) -> None:
    """A stream's facts, however it is cut, event by event or all at once."""
    format = match(path)
    assert format is not None
    reader = format.reader()
    for piece in _pieces(body, step):
        reader.feed(piece)
    facts = _facts(reader.finish())

    expected = {"failed": "error" in expected, **expected}
    assert expected == {name: facts[name] for name in expected}


def test_a_long_answer_with_sorted_names_keeps_its_own_identifier() -> None:
    """Behind megabytes of sound stand the sound's identifier and then the answer's."""
    sound = {"data": "A" * 2_000_000, "id": "audio_1", "transcript": "Hi"}
    value = _chat(choices=[{"finish_reason": "stop", "index": 0, "message": {"audio": sound, "role": "assistant"}}])
    format = match(CHAT)
    assert format is not None

    facts = _facts(format.response(json.dumps(value, sort_keys=True).encode()))
    assert ("c1", "m1", 10, 5) == tuple(facts[name] for name in ("id", "model", "input", "output"))
