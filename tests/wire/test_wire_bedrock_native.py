"""Bedrock's invoke with bodies of other makers than Anthropic: Nova, Titan, Llama, Mistral, Cohere, AI21."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from genai_sentry.wire.bedrock import counted_by_headers
from genai_sentry.wire.formats import FORMATS, match
from genai_sentry.wire.outcome import Outcome, Usage
from wire.wire_streams import follow

NATIVE = FORMATS["bedrock.invoke.native"]
EMBED = FORMATS["bedrock.invoke.embeddings"]
BOTH = Usage(input_tokens=12, output_tokens=3)
METRICS = {"amazon-bedrock-invocationMetrics": {"inputTokenCount": 12, "outputTokenCount": 3, "firstByteLatency": 9}}


def _frames(*values: object) -> bytes:
    body = b""
    for value in values:
        data = base64.b64encode(json.dumps(value).encode()).decode()
        payload = json.dumps({"bytes": data, "p": "abc"}, separators=(",", ":")).encode()
        body += b"\0\0\1\x10\0\0\0\x4b....\x0b:event-type\x07\0\x05chunk" + payload + b"\xde\xad\xbe\xef"
    return body


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("amazon.nova-lite-v1%3A0", "bedrock.invoke.native"),
        ("us.amazon.nova-pro-v1:0", "bedrock.invoke.native"),
        ("amazon.titan-text-express-v1", "bedrock.invoke.native"),
        ("eu.meta.llama3-2-3b-instruct-v1:0", "bedrock.invoke.native"),
        ("mistral.mistral-large-2402-v1:0", "bedrock.invoke.native"),
        ("cohere.command-r-plus-v1:0", "bedrock.invoke.native"),
        ("ai21.jamba-1-5-large-v1:0", "bedrock.invoke.native"),
        ("openai.gpt-oss-120b-1:0", "bedrock.invoke.native"),
        ("arn:aws:bedrock:us-east-1::foundation-model%2Fmeta.llama3-8b-instruct-v1:0", "bedrock.invoke.native"),
        ("amazon.titan-embed-text-v2:0", "bedrock.invoke.embeddings"),
        ("cohere.embed-multilingual-v3", "bedrock.invoke.embeddings"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "bedrock.invoke"),
        ("amazon.nova-canvas-v1:0", "bedrock.invoke"),
        ("stability.sd3-5-large-v1:0", "bedrock.invoke"),
        ("arn:aws:bedrock:us-east-1:1:application-inference-profile%2Fx", "bedrock.invoke"),
    ],
)
def test_the_model_in_the_path_tells_whose_body_it_is(model: str, name: str) -> None:
    """A name that says nothing of the kind leaves it at Anthropic's, which its body vouches for."""
    path = f"/model/{model}/invoke"
    found = match(path)
    assert found is not None
    assert (name, found) == (found.name, match(path.encode()))
    assert match("/chains/answer/invoke") is FORMATS["bedrock.invoke"]
    assert not FORMATS["bedrock.invoke"].accepts({"prompt": "a house", "input": "i"})


@pytest.mark.parametrize(
    ("body", "attributes"),
    [
        (
            {"messages": [], "inferenceConfig": {"maxTokens": 9, "temperature": 0.5, "topP": 0.25, "topK": 4}},
            {"max_tokens": 9, "temperature": 0.5, "top_p": 0.25, "top_k": 4},
        ),
        (
            {"inputText": "q", "textGenerationConfig": {"maxTokenCount": 8, "temperature": 0}},
            {"max_tokens": 8, "temperature": 0.0},
        ),
        ({"prompt": "q", "max_gen_len": 7, "top_p": 1}, {"max_tokens": 7, "top_p": 1.0}),
        ({"message": "q", "max_tokens": 6, "p": 0.5, "k": 0}, {"max_tokens": 6, "top_p": 0.5, "top_k": 0}),
    ],
)
def test_requests_tell_their_settings(body: dict[str, Any], attributes: dict[str, Any]) -> None:
    """Each maker has names and places of its own; the path has the model and whether it is streamed."""
    facts = NATIVE.request(body, "/model/meta.llama3-8b-instruct-v1%3A0/invoke-with-response-stream")
    assert NATIVE.accepts(body)
    assert ("meta.llama3-8b-instruct-v1:0", True) == (facts.model, facts.stream)
    assert {f"gen_ai.request.{key}": value for key, value in attributes.items()} == facts.attributes


WHOLE = [
    ({"output": {"message": {"content": [{"text": "blue"}]}}, "stopReason": "end_turn", "usage": {"inputTokens": 12, "outputTokens": 3}}, "end_turn", BOTH),
    ({"inputTextTokenCount": 12, "results": [{"tokenCount": 3, "outputText": "blue", "completionReason": "FINISH"}]}, "FINISH", BOTH),
    ({"generation": "blue", "prompt_token_count": 12, "generation_token_count": 3, "stop_reason": "stop"}, "stop", BOTH),
    ({"outputs": [{"text": "blue", "stop_reason": "stop"}]}, "stop", None),
    ({"choices": [{"index": 0, "message": {"content": "blue"}, "stop_reason": "length"}]}, "length", None),
    ({"choices": [{"message": {"content": "blue"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 12, "completion_tokens": 3}}, "stop", BOTH),
    ({"text": "blue", "finish_reason": "COMPLETE", "generation_id": "g", "response_id": "r"}, "COMPLETE", None),
    ({"id": "c", "generations": [{"id": "g", "text": "blue", "finish_reason": "COMPLETE"}], "prompt": "q"}, "COMPLETE", None),
    ({"id": 1, "completions": [{"data": {"text": "blue"}, "finishReason": {"reason": "endoftext"}}]}, "endoftext", None),
]  # fmt: skip


@pytest.mark.parametrize(("body", "reason", "usage"), WHOLE)
def test_whole_answers_are_told_by_their_fields(body: dict[str, Any], reason: str, usage: Usage | None) -> None:
    """Reason, counts and text, in the words of each maker; counts that are not there stay unknown."""
    outcome = NATIVE.response(json.dumps(body).encode(), capture=True)
    assert ((reason,), usage, None) == (outcome.finish_reasons, outcome.usage, outcome.error)
    assert outcome.content is not None
    assert '"content":"blue"' in str(outcome.content.output_messages).replace(" ", "")


STREAMS = [
    [{"messageStart": {"role": "assistant"}}, {"contentBlockDelta": {"delta": {"text": "blue"}}}, {"messageStop": {"stopReason": "end"}}, {"metadata": {"usage": {"inputTokens": 12, "outputTokens": 3}}}],
    [{"outputText": "blue", "index": 0, "totalOutputTextTokenCount": None, "completionReason": None, "inputTextTokenCount": 12}, {"outputText": "", "totalOutputTextTokenCount": 3, "completionReason": "end", "inputTextTokenCount": None, **METRICS}],
    [{"generation": "blue", "prompt_token_count": 12, "generation_token_count": 1, "stop_reason": None}, {"generation": "", "prompt_token_count": None, "generation_token_count": 3, "stop_reason": "end"}],
    [{"outputs": [{"text": "blue", "stop_reason": None}]}, {"outputs": [{"text": "", "stop_reason": "end"}], **METRICS}],
    [{"choices": [{"index": 0, "delta": {"content": "blue"}}]}, {"choices": [{"delta": {}, "finish_reason": "end"}]}, {"choices": [], **METRICS}],
    [{"is_finished": False, "event_type": "text-generation", "text": "blue"}, {"is_finished": True, "event_type": "stream-end", "finish_reason": "end", "response": {"generation_id": "g"}, **METRICS}],
]  # fmt: skip


@pytest.mark.parametrize("step", [1, 50, 10_000])
@pytest.mark.parametrize("chunks", STREAMS)
def test_streams_are_read_from_their_frames(chunks: list[object], step: int) -> None:
    """Counts come from the maker's chunks or from what Bedrock adds to the last one."""
    outcome = follow(NATIVE, _frames(*chunks), step, capture=True)
    assert (BOTH, ("end",), True, True) == (
        outcome.usage,
        outcome.finish_reasons,
        outcome.complete,
        outcome.content_seen,
    )
    assert "blue" in str(outcome.content and outcome.content.output_messages)
    assert outcome == NATIVE.response(_frames(*chunks), "application/vnd.amazon.eventstream", capture=True)


CALLED: list[list[dict[str, Any]]] = [
    [
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "blue"}}},
        {"contentBlockStart": {"contentBlockIndex": 1, "start": {"toolUse": {"toolUseId": "t", "name": "sky"}}}},
        {"contentBlockDelta": {"contentBlockIndex": 1, "delta": {"toolUse": {"input": '{"at": 1}'}}}},
        {"messageStop": {"stopReason": "end"}},
    ],
    [
        {"choices": [{"index": 0, "delta": {"content": "blue"}}]},
        {"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, "id": "t", "function": {"name": "sky"}}]}}]},
        {"choices": [{"index": 0, "message": {"tool_calls": [{"index": 0, "function": {"arguments": '{"at": 1}'}}]}}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "end"}]},
    ],
]


@pytest.mark.parametrize("chunks", CALLED)
def test_calls_in_streams_are_captured(chunks: list[object]) -> None:
    """Nova's in blocks, those of the others as OpenAI's."""
    content = follow(NATIVE, _frames(*chunks), 50, capture=True).content
    assert content is not None
    call = {"type": "tool_call", "id": "t", "name": "sky", "arguments": {"at": 1}}
    parts = [{"type": "text", "content": "blue"}, call]
    assert [{"role": "assistant", "parts": parts, "finish_reason": "end"}] == json.loads(str(content.output_messages))


def test_text_in_streams_of_older_models_is_one_message() -> None:
    """With the reason of its end."""
    chunks = [{"generation": "bl", "stop_reason": None}, {"generation": "ue", "stop_reason": "end"}]
    content = follow(NATIVE, _frames(*chunks), 0, capture=True).content
    assert content is not None
    parts = [{"type": "text", "content": "blue"}]
    assert [{"role": "assistant", "parts": parts, "finish_reason": "end"}] == json.loads(str(content.output_messages))


def test_a_stream_that_is_cut_or_fails_is_not_complete() -> None:
    """What was counted before stands; an exception's frame is the error."""
    first = _frames({"generation": "b", "prompt_token_count": 12, "generation_token_count": 0, "stop_reason": None})
    cut = follow(NATIVE, first, 10)
    assert (False, Usage(input_tokens=12, output_tokens=0)) == (cut.complete, cut.usage)
    assert not follow(NATIVE, _frames({"messageStart": {"role": "assistant"}}), 10).content_seen
    told = follow(NATIVE, first + _frames({"error": {"message": "slow"}}), 10)
    assert ({"error": {"message": "slow"}}, False) == (told.error, told.complete)
    failure = b'\0\0\0\x90\0\0\0\x50....\x0f:exception-type\x07\0\x13throttlingException\x0d{"message":"slow down"}'
    failed = follow(NATIVE, first + failure, 10)
    assert ({"type": "throttlingException", "message": "slow down"}, False) == (failed.error, failed.complete)
    both = follow(NATIVE, first + _frames({"error": {"message": "slow"}}) + failure, 10)
    assert told.error == both.error


def test_bedrocks_own_count_adds_what_went_through_the_cache() -> None:
    """The input of the metrics leaves it out."""
    metrics = {
        "inputTokenCount": 7,
        "outputTokenCount": 3,
        "cacheReadInputTokenCount": 20,
        "cacheWriteInputTokenCount": 0,
    }
    last = {"outputs": [{"text": "", "stop_reason": "stop"}], "amazon-bedrock-invocationMetrics": metrics}
    expected = Usage(input_tokens=27, output_tokens=3, cache_read_input_tokens=20, cache_write_input_tokens=0)
    assert expected == follow(NATIVE, _frames(last), 0).usage


def test_headers_count_what_the_body_leaves_out() -> None:
    """Both counts as the headers have them; what is no number is unknown."""
    headers = {"x-amzn-bedrock-input-token-count": "12", "x-amzn-bedrock-output-token-count": "0"}
    outcome = Outcome()
    NATIVE.headers(outcome, headers)
    assert Usage(input_tokens=12, output_tokens=0) == outcome.usage
    assert counted_by_headers({"x-amzn-bedrock-input-token-count": "-1"}) is None
    assert counted_by_headers({}) is None


def test_embeddings_are_counted_however_long_the_vectors_are() -> None:
    """Titan counts in the body; the path has the model."""
    assert EMBED.accepts({"inputText": "t"})
    assert not EMBED.accepts({"prompt": "t"})
    path = "/model/amazon.titan-embed-text-v2%3A0/invoke"
    assert "amazon.titan-embed-text-v2:0" == EMBED.request({"inputText": "t"}, path).model
    for vector in ([0.5], [0.123456] * 20_000):
        body = json.dumps({"embedding": vector, "inputTextTokenCount": 5}).encode()
        assert Usage(input_tokens=5) == EMBED.response(body).usage
        assert Usage(input_tokens=5) == follow(EMBED, body, 1000).usage
    outcome = EMBED.response(b'{"embeddings": [[0.5]], "id": "e", "response_type": "embeddings_floats"}')
    assert ("e", None) == (outcome.id, outcome.usage)
    EMBED.headers(outcome, {"x-amzn-bedrock-input-token-count": "4"})
    assert Usage(input_tokens=4) == outcome.usage


@pytest.mark.parametrize("format", [NATIVE, EMBED])
def test_an_error_in_place_of_an_answer_is_an_error(format: Any) -> None:
    """Bedrock says so with a bare message."""
    assert {"message": "Malformed input"} == format.response(b'{"message": "Malformed input"}').error
