"""Captured content of the formats that are not OpenAI's: whole messages, as the semantic convention has them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from genai_sentry.wire.formats import FORMATS
from wire.wire_streams import events, follow

CALL = {"type": "tool_call", "name": "sky", "arguments": {"at": 1}, "id": "t"}
SCHEMA = {"type": "object"}
TOOLS = {"tools": [{"toolSpec": {"name": "sky", "inputSchema": {"json": SCHEMA}}}]}
PROMPT = [{"role": "user", "parts": [{"type": "text", "content": "q"}]}]


def _text(said: str) -> dict[str, str]:
    return {"type": "text", "content": said}


def _asked(name: str, body: dict[str, Any]) -> Any:
    content = FORMATS[name].request(body, "/p", capture=True).content
    assert content is not None
    return content


def _answered(name: str, body: dict[str, Any]) -> Any:
    content = FORMATS[name].response(json.dumps(body).encode(), capture=True).content
    assert content is not None
    return json.loads(str(content.output_messages))


def _streamed(name: str, *values: object) -> Any:
    """The messages of a stream of events, however it is cut."""
    found = [follow(FORMATS[name], events(*values), step, capture=True).content for step in (0, 9)]
    assert found[0] is not None
    assert found[0] == found[1]
    return json.loads(str(found[0].output_messages))


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("dashscope.generation", {"model": "m", "input": {"prompt": "q"}}),
        ("watsonx.generation", {"input": "q"}),
        ("tgi.generate", {"inputs": "q"}),
        ("llama_cpp.completion", {"prompt": "q"}),
        ("cloudflare.run", {"prompt": "q"}),
        ("bedrock.invoke.native", {"inputText": "q"}),
        ("bedrock.converse", {"messages": [{"role": "user", "content": [{"text": "q"}]}]}),
    ],
)
def test_a_prompt_is_a_users_message(name: str, body: dict[str, Any]) -> None:
    """Whatever field it stands in."""
    assert PROMPT == json.loads(_asked(name, body).input_messages)


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("dashscope.generation", {"output": {"text": "blue", "finish_reason": "stop"}}, "stop"),
        ("watsonx.generation", {"results": [{"generated_text": "blue", "stop_reason": "eos"}]}, "eos"),
        ("tgi.generate", {"generated_text": "blue", "details": {"finish_reason": "length"}}, "length"),
        ("llama_cpp.completion", {"content": "blue", "stop": True}, "stop"),
        ("cloudflare.run", {"result": {"response": "blue"}}, ""),
        ("cloudflare.run", {"result": {"choices": [{"message": {"content": "blue"}, "finish_reason": "s"}]}}, "s"),
        ("bedrock.invoke.native", {"generation": "blue", "stop_reason": "stop"}, "stop"),
        ("bedrock.converse", {"output": {"message": {"content": [{"text": "blue"}]}}, "stopReason": "end"}, "end"),
    ],
)
def test_an_answer_is_an_assistants_message(name: str, body: dict[str, Any], reason: str) -> None:
    """With the reason of its end."""
    assert [{"role": "assistant", "parts": [_text("blue")], "finish_reason": reason}] == _answered(name, body)


def test_blocks_of_converse_are_parts() -> None:
    """Calls, thoughts, a tool's results, pictures and documents, which are named and not inlined."""
    blocks = [
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}},
        {"text": "blue"},
        {"toolUse": {"toolUseId": "t", "name": "sky", "input": {"at": 1}}},
    ]
    body = {"output": {"message": {"role": "assistant", "content": blocks}}, "stopReason": "tool_use"}
    for name in ("bedrock.converse", "bedrock.invoke.native"):
        (message,) = _answered(name, body)
        assert [{"type": "reasoning", "content": "hm"}, _text("blue"), CALL] == message["parts"]
    given = [
        {"toolResult": {"toolUseId": "t", "content": [{"text": "grey"}, {"json": {"at": 2}}]}},
        {"image": {"format": "png", "source": {"bytes": "aGVsbG8="}}},
        {"document": {"format": "pdf", "name": "n", "source": {"s3Location": {"uri": "s3://b/k"}}}},
        {"cachePoint": {"type": "default"}},
    ]
    asked = _asked("bedrock.converse", {"messages": [{"role": "user", "content": given}]})
    assert [
        {"type": "tool_call_response", "id": "t", "response": [_text("grey"), _text('{"at":2}')]},
        {"type": "blob", "modality": "image", "mime_type": "png"},
        {"type": "uri", "modality": "document", "mime_type": "pdf", "uri": "s3://b/k"},
    ] == json.loads(asked.input_messages)[0]["parts"]


@pytest.mark.parametrize("name", ["bedrock.converse", "bedrock.invoke.native"])
def test_tools_of_converse_are_definitions(name: str) -> None:
    """Beside messages and system prompt."""
    body = {"messages": [{"role": "user", "content": [{"text": "q"}]}], "system": [{"text": "s"}], "toolConfig": TOOLS}
    asked = _asked(name, body)
    assert (PROMPT, [_text("s")], [{"type": "function", "name": "sky", "parameters": SCHEMA}]) == tuple(
        json.loads(part) for part in (asked.input_messages, asked.system_instructions, asked.tool_definitions)
    )


def test_tools_of_dashscope_are_among_the_parameters() -> None:
    """Named as OpenAI names them."""
    tools = [{"type": "function", "function": {"name": "sky", "parameters": SCHEMA}}]
    asked = _asked("dashscope.generation", {"input": {"prompt": "q"}, "parameters": {"tools": tools}})
    assert [{"type": "function", "name": "sky", "parameters": SCHEMA}] == json.loads(asked.tool_definitions)


def _pieces(key: str) -> list[dict[str, Any]]:
    """A chat's answer in chunks: text, then a call whose arguments come in two."""
    calls = [
        [{"index": 0, "id": "t", "function": {"name": "sky", "arguments": '{"at"'}}],
        [{"index": 0, "function": {"arguments": ": 1}"}}],
    ]
    said: list[dict[str, Any]] = [{"content": "blue"}, *({"tool_calls": call} for call in calls), {}]
    chunks: list[dict[str, Any]] = [{"choices": [{"index": 0, key: piece}]} for piece in said]
    chunks[-1]["choices"][0]["finish_reason"] = "stop"
    return chunks


def test_calls_in_a_stream_of_cloudflares_are_put_together() -> None:
    """Newer models stream in OpenAI's words."""
    assert [{"role": "assistant", "parts": [_text("blue"), CALL], "finish_reason": "stop"}] == _streamed(
        "cloudflare.run", *_pieces("delta")
    )


def test_text_in_a_stream_of_dashscopes_older_format_is_captured() -> None:
    """In increments; with the text so far the last event has it all."""
    for texts in (("bl", "ue"), ("bl", "blue")):
        values = [
            {"output": {"text": said, "finish_reason": reason}}
            for said, reason in zip(texts, ("null", "stop"), strict=True)
        ]
        assert [{"role": "assistant", "parts": [_text("blue")], "finish_reason": "stop"}] == _streamed(
            "dashscope.generation", *values
        )
