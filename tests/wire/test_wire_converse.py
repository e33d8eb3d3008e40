"""Bedrock's converse: whole answers and binary frames."""

from __future__ import annotations

import json

import pytest

from genai_sentry.wire.formats import FORMATS, match
from genai_sentry.wire.outcome import Usage
from wire.wire_streams import follow

CONVERSE = FORMATS["bedrock.converse"]
COUNTS = {"inputTokens": 4, "outputTokens": 6, "cacheReadInputTokens": 30, "cacheWriteInputTokens": 5}
USAGE = Usage(input_tokens=39, output_tokens=6, cache_read_input_tokens=30, cache_write_input_tokens=5)


def _frame(name: str, value: object, kind: str = "event") -> bytes:
    headers = b""
    for key, said in ((f":{kind}-type", name), (":message-type", kind)):
        headers += bytes([len(key)]) + key.encode() + b"\x07" + len(said).to_bytes(2) + said.encode()
    payload = json.dumps(value).encode()
    return (
        (16 + len(headers) + len(payload)).to_bytes(4)
        + len(headers).to_bytes(4)
        + b"...."
        + headers
        + payload
        + b"...."
    )


STREAM = b"".join(
    [
        _frame("messageStart", {"role": "assistant"}),
        _frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "blue"}}),
        _frame("contentBlockStart", {"contentBlockIndex": 1, "start": {"toolUse": {"toolUseId": "t", "name": "sky"}}}),
        _frame("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"toolUse": {"input": '{"at": 1}'}}}),
        _frame("messageStop", {"stopReason": "tool_use"}),
        _frame("metadata", {"usage": COUNTS, "metrics": {"latencyMs": 3}}),
    ]
)


def test_a_whole_answer_is_read() -> None:
    """What went through the cache is part of the input; those kept an hour are told apart."""
    body = {"output": {"message": {"content": [{"text": "blue"}]}}, "stopReason": "end_turn", "usage": COUNTS}
    outcome = CONVERSE.response(json.dumps(body).encode(), capture=True)
    assert (("end_turn",), USAGE) == (outcome.finish_reasons, outcome.usage)
    assert outcome.content is not None
    assert "blue" in str(outcome.content.output_messages)
    kept = {**COUNTS, "cacheDetails": [{"ttl": "1h", "inputTokens": 2}, {"ttl": "5m", "inputTokens": 3}]}
    longer = CONVERSE.response(json.dumps({**body, "usage": kept}).encode()).usage
    assert longer is not None
    assert "flex" == CONVERSE.response(json.dumps({**body, "serviceTier": {"type": "flex"}}).encode()).service_tier
    assert outcome.service_tier is None
    assert 2 == longer.cache_write_1h_input_tokens


@pytest.mark.parametrize("step", [0, 1, 7, 100])
def test_frames_are_read_wherever_they_are_cut(step: int) -> None:
    """Reason and usage come in the last two frames."""
    outcome = follow(CONVERSE, STREAM, step)
    assert (("tool_use",), USAGE, True, True) == (
        outcome.finish_reasons,
        outcome.usage,
        outcome.complete,
        outcome.content_seen,
    )


def test_content_of_frames_is_captured_where_asked_for() -> None:
    """Text, and a tool's name and arguments."""
    reader = CONVERSE.reader(capture=True)
    reader.feed(STREAM)
    captured = reader.finish().content
    assert captured is not None
    assert all(word in str(captured.output_messages) for word in ("blue", "sky", "at"))


def test_thoughts_in_frames_are_captured() -> None:
    """Apart from what is said."""
    thought = _frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "hm"}}})
    captured = follow(CONVERSE, thought + STREAM, 50, capture=True).content
    assert captured is not None
    (message,) = json.loads(str(captured.output_messages))
    assert [("reasoning", "hm"), ("text", "blue"), ("tool_call", None)] == [
        (part["type"], part.get("content")) for part in message["parts"]
    ]
    assert ({"at": 1}, "t", "tool_use") == (
        message["parts"][2]["arguments"],
        message["parts"][2]["id"],
        message["finish_reason"],
    )


def test_an_exception_among_the_frames_is_the_error() -> None:
    """The stream's status was 200 all the same."""
    failure = _frame("throttlingException", {"message": "slow down"}, "exception")
    outcome = follow(CONVERSE, STREAM[: STREAM.index(b"messageStop") - 30] + b"", 0)
    assert (None, False) == (outcome.error, outcome.complete)
    failed = follow(CONVERSE, _frame("messageStart", {}) + failure, 0)
    assert ({"type": "throttlingException", "message": "slow down"}, False) == (failed.error, failed.complete)


def test_lengths_that_can_not_be_are_no_frames() -> None:
    """Nothing is waited for, and nothing is made up."""
    outcome = follow(CONVERSE, b"\0\xff\xff\xff\0\0\0\1...." + STREAM, 0)
    assert ("malformed", None, False) == (outcome.fault, outcome.usage, outcome.complete)


def test_a_frame_is_as_long_as_its_headers_at_least() -> None:
    """Headers and checksum fit it, to the byte; so much is known as soon as the lengths are."""
    headers = b"\x0b:event-type\x07\0\x0bmessageStop"
    for missing, fault in ((0, None), (1, "malformed")):
        frame = (16 + len(headers) - missing).to_bytes(4) + len(headers).to_bytes(4) + b"...." + headers + b"...."
        assert fault == follow(CONVERSE, STREAM + frame, 1000).fault
    impossible = b"\0\0\0\x0f\0\0\0\0...."
    assert "malformed" == follow(CONVERSE, STREAM + impossible, 1000).fault


@pytest.mark.parametrize("step", [1, 12, 39, 1000])
def test_where_no_frame_ends_nothing_more_is_read(step: int) -> None:
    """What follows a length that can't be says nothing, wherever the bytes are cut."""
    outcome = follow(CONVERSE, b"\0" * 60 + STREAM, step)
    assert ("malformed", False, None) == (outcome.fault, outcome.content_seen, outcome.usage)


def test_the_request_names_the_model_in_its_path() -> None:
    """Path and `inferenceConfig`."""
    path = "/model/us.amazon.nova-lite-v1%3A0/converse-stream"
    body = {"messages": [], "inferenceConfig": {"temperature": 0.5, "topP": 0.9, "maxTokens": 64}}
    facts = CONVERSE.request(body, path)
    assert match(path) is CONVERSE
    assert match(path.removesuffix("-stream")) is CONVERSE
    assert ("us.amazon.nova-lite-v1:0", True) == (facts.model, facts.stream)
    assert {
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.top_p": 0.9,
        "gen_ai.request.max_tokens": 64,
    } == facts.attributes
