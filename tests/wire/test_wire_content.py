"""Prompts and outputs, where they are asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from genai_sentry.wire import content
from genai_sentry.wire.formats import FORMATS
from genai_sentry.wire.outcome import Outcome
from wire.wire_streams import events, follow, lines

PICTURE = "data:image/png;base64," + "iVBOR" * 1000


def _input(name: str, body: dict[str, Any]) -> list[Any]:
    found = FORMATS[name].request(body, "/v1/models/m:x", capture=True).content
    assert found is not None
    assert found.input_messages is not None
    return list(json.loads(found.input_messages))


def _output(outcome: Outcome) -> list[Any]:
    assert outcome.content is not None
    assert outcome.content.output_messages is not None
    return list(json.loads(outcome.content.output_messages))


def _said(text: str, role: str = "user") -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("openai.chat", {"messages": [{"role": "user", "content": "hi"}]}),
        ("openai.completions", {"prompt": "hi"}),
        ("openai.responses", {"input": "hi"}),
        ("openai.responses", {"input": [{"role": "user", "content": [{"type": "input_text", "text": "hi"}]}]}),
        ("openai.embeddings", {"input": ["hi", [1, 2]]}),
        ("openai.images.generations", {"prompt": "hi"}),
        ("openai.speech", {"input": "hi"}),
        ("openai.moderations", {"input": [{"type": "text", "text": "hi"}]}),
        ("openai.transcription", {"prompt": "hi"}),
        ("anthropic.messages", {"messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]}),
        ("gemini.generate_content", {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}),
        ("gemini.generate_content", {"contents": "hi"}),
        ("gemini.embed_content", {"content": {"parts": [{"text": "hi"}]}}),
        ("gemini.predict_image", {"instances": [{"prompt": "hi"}]}),
        ("gemini.interactions", {"input": "hi"}),
        ("cohere.chat", {"messages": [{"role": "user", "content": "hi"}]}),
        ("cohere.chat.v1", {"message": "hi"}),
        ("ollama.chat", {"messages": [{"role": "user", "content": "hi"}]}),
        ("ollama.generate", {"prompt": "hi"}),
    ],
)
def test_prompts_of_all_formats_are_messages(name: str, body: dict[str, Any]) -> None:
    """A user's text in the convention's shape."""
    assert [_said("hi")] == _input(name, body)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("openai.responses", {"instructions": "be kind"}),
        ("anthropic.messages", {"system": [{"type": "text", "text": "be kind"}]}),
        ("gemini.generate_content", {"systemInstruction": {"parts": [{"text": "be kind"}]}}),
        ("cohere.chat.v1", {"preamble": "be kind"}),
        ("ollama.generate", {"system": "be kind"}),
        ("gemini.interactions", {"system_instruction": "be kind"}),
    ],
)
def test_instructions_stand_apart(name: str, body: dict[str, Any]) -> None:
    """Instructions given beside the messages are system instructions."""
    found = FORMATS[name].request(body, "", capture=True).content
    assert found is not None
    assert [{"type": "text", "content": "be kind"}] == json.loads(found.system_instructions or "")


SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        ("openai.chat", {"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}}),
        ("openai.responses", {"type": "function", "name": "f", "description": "d", "parameters": SCHEMA}),
        ("anthropic.messages", {"name": "f", "description": "d", "input_schema": SCHEMA}),
        (
            "gemini.generate_content",
            {"functionDeclarations": [{"name": "f", "description": "d", "parameters": SCHEMA}]},
        ),
    ],
)
def test_tools_are_defined_alike(name: str, tool: dict[str, Any]) -> None:
    """Whatever nesting the provider wants."""
    found = FORMATS[name].request({"tools": [tool]}, "", capture=True).content
    assert found is not None
    expected = [{"type": "function", "name": "f", "description": "d", "parameters": SCHEMA}]
    assert expected == json.loads(found.tool_definitions or "")


def test_tool_calls_and_answers_are_parts() -> None:
    """Calls with unfolded arguments, answers under their call's identifier; in three providers' words."""
    call = {"type": "tool_call", "id": "1", "name": "f", "arguments": {"a": 1}}
    answer = {"type": "tool_call_response", "id": "1", "response": "sunny"}
    chat = [
        {"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": '{"a": 1}'}}]},
        {"role": "tool", "tool_call_id": "1", "content": "sunny"},
    ]
    expected = [{"role": "assistant", "parts": [call]}, {"role": "tool", "parts": [answer]}]
    assert expected == _input("openai.chat", {"messages": chat})
    items = [
        {"type": "function_call", "call_id": "1", "name": "f", "arguments": '{"a": 1}'},
        {"type": "function_call_output", "call_id": "1", "output": "sunny"},
    ]
    assert expected == _input("openai.responses", {"input": items})
    blocks = [
        {"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": "f", "input": {"a": 1}}]},
        {"role": "tool", "content": [{"type": "tool_result", "tool_use_id": "1", "content": "sunny"}]},
    ]
    messages = _input("anthropic.messages", {"messages": blocks})
    assert call == messages[0]["parts"][0]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (
            {"type": "image_url", "image_url": {"url": PICTURE}},
            {"type": "blob", "modality": "image", "mime_type": "image/png"},
        ),
        (
            {"type": "image_url", "image_url": {"url": "https://h/x.png?sig=SECRET"}},
            {"type": "uri", "modality": "image", "uri": "https://h/x.png"},
        ),
        ({"type": "input_image", "file_id": "file-1"}, {"type": "file", "modality": "image", "file_id": "file-1"}),
        (
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
            {"type": "blob", "modality": "audio", "mime_type": "wav"},
        ),
        (
            {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "AAAA"}},
            {"type": "blob", "modality": "document", "mime_type": "application/pdf"},
        ),
        (
            {"inlineData": {"mimeType": "image/png", "data": "AAAA"}},
            {"type": "blob", "modality": "image", "mime_type": "image/png"},
        ),
        ({"type": "brand_new", "data": "AAAA"}, {"type": "brand_new"}),
    ],
)
def test_media_are_named_never_inlined(block: dict[str, Any], expected: dict[str, Any]) -> None:
    """Kind, type and address without query; no bytes."""
    assert [expected] == content.parts([block])


def test_stop_sequences_are_content() -> None:
    """They appear with capture only."""
    body = {"messages": [], "stop": ["END"]}
    plain, captured = (FORMATS["openai.chat"].request(body, "", capture=flag).attributes for flag in (False, True))
    assert "gen_ai.request.stop_sequences" not in plain
    assert ("END",) == captured["gen_ai.request.stop_sequences"]


def test_nothing_is_captured_unasked() -> None:
    """Without capture there is no content, whole or streamed."""
    body = events({"choices": [{"delta": {"content": "secret"}, "finish_reason": "stop"}]}, done=True)
    outcome = follow(FORMATS["openai.chat"], body)
    assert outcome.content is None
    assert "secret" not in repr(outcome)


STREAMS: list[tuple[str, bytes]] = [
    (
        "openai.chat",
        events(
            *(
                {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
                for delta in (
                    {"role": "assistant", "reasoning_content": "hm"},
                    {"content": "Hel"},
                    {"content": "lo"},
                    {"tool_calls": [{"index": 0, "id": "1", "function": {"name": "f", "arguments": '{"a"'}}]},
                    {"tool_calls": [{"index": 0, "function": {"arguments": ": 1}"}}]},
                )
            ),
            {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
            done=True,
        ),
    ),
    (
        "anthropic.messages",
        events(
            {"type": "message_start", "message": {"id": "m"}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}},
            {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "Hel"}},
            {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "lo"}},
            {"type": "content_block_start", "index": 2, "content_block": {"type": "tool_use", "id": "1", "name": "f"}},
            {"type": "content_block_delta", "index": 2, "delta": {"partial_json": '{"a": 1}'}},
            {"type": "message_delta", "delta": {"stop_reason": "stop"}},
            {"type": "message_stop"},
        ),
    ),
    (
        "gemini.stream_generate_content",
        events(
            {"candidates": [{"content": {"parts": [{"text": "hm", "thought": True}]}}]},
            {"candidates": [{"content": {"parts": [{"text": "Hel"}]}}]},
            {"candidates": [{"content": {"parts": [{"text": "lo"}]}}]},
            {
                "candidates": [
                    {
                        "content": {"parts": [{"functionCall": {"id": "1", "name": "f", "args": {"a": 1}}}]},
                        "finishReason": "stop",
                    }
                ]
            },
        ),
    ),
    (
        "ollama.chat",
        lines(
            {"message": {"content": "", "thinking": "hm"}, "done": False},
            {"message": {"content": "Hel"}, "done": False},
            {"message": {"content": "lo"}, "done": False},
            {
                "message": {
                    "content": "",
                    "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": {"a": 1}}}],
                },
                "done": True,
                "done_reason": "stop",
            },
        ),
    ),
]


@pytest.mark.parametrize(("name", "body"), STREAMS)
@pytest.mark.parametrize("step", [0, 7])
def test_streams_are_put_together_again(name: str, body: bytes, step: int) -> None:
    """Thoughts, text and a tool call, in order, in one message with its finish reason."""
    expected = [
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "hm"},
                {"type": "text", "content": "Hello"},
                {"type": "tool_call", "name": "f", "arguments": {"a": 1}, "id": "1"},
            ],
            "finish_reason": "stop",
        }
    ]
    assert expected == _output(follow(FORMATS[name], body, step, capture=True))


def test_a_cut_responses_stream_keeps_what_was_said() -> None:
    """Deltas stand in where the terminal event, which repeats all, never came."""
    format = FORMATS["openai.responses"]
    started = [
        {"type": "response.created", "response": {"id": "r", "output": []}},
        {"type": "response.output_text.delta", "output_index": 0, "delta": "Hel"},
        {"type": "response.output_text.delta", "output_index": 0, "delta": "lo"},
        {
            "type": "response.output_item.added",
            "output_index": 1,
            "item": {"type": "function_call", "call_id": "1", "name": "f"},
        },
        {"type": "response.function_call_arguments.delta", "output_index": 1, "delta": "{}"},
    ]
    call = {"type": "tool_call", "id": "1", "name": "f", "arguments": {}}
    cut = _output(follow(format, events(*started), capture=True))
    assert [{"type": "text", "content": "Hello"}, call] == cut[0]["parts"]
    message = {"type": "message", "content": [{"type": "output_text", "text": "Hello!"}]}
    final = {"type": "response.completed", "response": {"status": "completed", "output": [message]}}
    whole = _output(follow(format, events(*started, final), capture=True))
    assert [{"role": "assistant", "parts": [{"type": "text", "content": "Hello!"}], "finish_reason": "stop"}] == whole


@pytest.mark.parametrize("length", [10, 40_000, 3_000_000])
def test_content_is_bounded(length: int) -> None:
    """One attribute holds at most about 32 kB, and says where it was cut."""
    messages = [{"role": "user", "content": f"{n}" + '"' * length} for n in range(5)]
    found = FORMATS["openai.chat"].request({"messages": messages}, "", capture=True).content
    assert found is not None
    assert found.input_messages is not None
    assert len(found.input_messages) < content.MAX_CONTENT * 1.1
    assert (length > 10) == ("truncated]" in found.input_messages)
    assert json.loads(found.input_messages)[-1]["parts"][0]["content"].startswith("4")


def test_streamed_content_is_bounded() -> None:
    """A stream that never ends is not collected for ever."""
    reader = FORMATS["openai.chat"].reader(capture=True)
    chunk = events({"choices": [{"index": 0, "delta": {"content": "x" * 1000}, "finish_reason": None}]})
    for _ in range(500):
        reader.feed(chunk)
    outcome = reader.finish()
    assert outcome.content is not None
    assert len(outcome.content.output_messages or "") < content.MAX_CONTENT * 1.1


def test_large_tool_definitions_are_bounded() -> None:
    """Definitions beyond the bound are left out, the first ones stay."""
    tools = [{"function": {"name": f"f{n}", "description": "d" * 10_000}} for n in range(10)]
    found = content.tools(tools)
    assert found is not None
    assert len(found) < content.MAX_CONTENT * 1.2
    assert "f0" == json.loads(found)[0]["name"]


def test_what_has_no_json_is_named() -> None:
    """Objects of the caller's are named by class, cycles and surrogates do no harm."""
    cycle: list[object] = []
    cycle.append(cycle)
    assert '{"a":"<object>"}' == content.dump({"a": object()})
    assert content.dump(cycle) is None
    assert '"?"' == content.dump("\ud800")


@pytest.mark.parametrize("kind", [[], {}, 7, True, ["text"], None])
def test_a_block_of_an_odd_type_is_unknown(kind: object) -> None:
    """Wherever blocks may stand: in prompts, in system texts, in answers."""
    odd = {"type": kind, "source": {"type": kind}, "content": {"type": kind}}
    for format in FORMATS.values():
        body = {"system": odd, "messages": [{"role": "user", "content": [odd]}], "input": [odd], "tools": [odd]}
        facts = format.request(body, "/v1/x", capture=True)
        outcome = format.response(
            json.dumps({"content": [odd], "output": [odd], "choices": [{"message": odd}]}).encode(), capture=True
        )

        assert "text" not in str(facts.content)
        assert outcome.usage is None
