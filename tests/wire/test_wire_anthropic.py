"""Anthropic's messages and legacy completions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from genai_sentry.wire.formats import FORMATS
from genai_sentry.wire.outcome import Usage
from wire.wire_streams import events, follow

MESSAGES = FORMATS["anthropic.messages"]


def _start(**usage: Any) -> dict[str, Any]:
    message = {"id": "msg_1", "type": "message", "model": "claude", "content": [], "stop_reason": None, "usage": usage}
    return {"type": "message_start", "message": message}


def _text(text: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}


def _end(reason: str | None = "end_turn", **usage: Any) -> dict[str, Any]:
    return {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}


STOP = {"type": "message_stop"}


def test_a_whole_message_is_read() -> None:
    """Input is the sum of fresh, read and written tokens; the stop reason stays in Anthropic's words."""
    value = {
        "id": "msg_1",
        "type": "message",
        "model": "claude",
        "stop_reason": "tool_use",
        "usage": {
            "input_tokens": 3,
            "cache_read_input_tokens": 10,
            "cache_creation_input_tokens": 20,
            "cache_creation": {"ephemeral_5m_input_tokens": 5, "ephemeral_1h_input_tokens": 15},
            "output_tokens": 7,
            "output_tokens_details": {"thinking_tokens": 2},
            "server_tool_use": {"web_search_requests": 1},
            "service_tier": "priority",
        },
    }
    outcome = MESSAGES.response(json.dumps(value).encode())
    assert ("msg_1", "claude", ("tool_use",), "priority") == (
        outcome.id,
        outcome.model,
        outcome.finish_reasons,
        outcome.service_tier,
    )
    assert outcome.usage == Usage(
        input_tokens=33,
        output_tokens=7,
        cache_read_input_tokens=10,
        cache_write_input_tokens=20,
        cache_write_1h_input_tokens=15,
        reasoning_output_tokens=2,
        web_searches=1,
    )


@pytest.mark.parametrize("step", [0, 1, 40])
@pytest.mark.parametrize("named", [True, False])
def test_later_counts_win_in_a_stream(step: int, named: bool) -> None:
    """`message_delta` may change what `message_start` said; what it leaves out or nulls stands."""
    body = events(
        _start(input_tokens=100, cache_read_input_tokens=50, cache_creation_input_tokens=0, output_tokens=1),
        _text("a"),
        {"type": "ping"},
        _text("b"),
        _end(input_tokens=400, cache_read_input_tokens=0, cache_creation_input_tokens=None, output_tokens=9),
        STOP,
        named=named,
    )
    outcome = follow(MESSAGES, body, step)
    assert outcome.usage == Usage(
        input_tokens=400, output_tokens=9, cache_read_input_tokens=0, cache_write_input_tokens=0
    )
    assert ("msg_1", "claude", ("end_turn",), True, True) == (
        outcome.id,
        outcome.model,
        outcome.finish_reasons,
        outcome.complete,
        outcome.content_seen,
    )


def test_a_cut_stream_is_not_complete() -> None:
    """Without the end's event the stream was cut; the input is known from its start."""
    outcome = follow(MESSAGES, events(_start(input_tokens=5, output_tokens=1), _text("a"), named=True))
    assert (False, Usage(input_tokens=5, output_tokens=1)) == (outcome.complete, outcome.usage)


def test_an_error_event_is_found() -> None:
    """Overload in mid-stream is the outcome's error."""
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    outcome = follow(MESSAGES, events(_start(input_tokens=5), _text("a"), error, named=True))
    assert (error, False) == (outcome.error, outcome.complete)


def test_legacy_completions_are_read() -> None:
    """The older endpoint streams `completion` events and names no tokens."""
    format = FORMATS["anthropic.complete"]
    steps = [{"type": "completion", "id": "c", "model": "m", "completion": "x", "stop_reason": None}] * 3
    body = events(
        *steps, {"type": "completion", "id": "c", "model": "m", "completion": "", "stop_reason": "max_tokens"}
    )
    outcome = follow(format, body)
    assert ("c", "m", ("max_tokens",), None, True, True) == (
        outcome.id,
        outcome.model,
        outcome.finish_reasons,
        outcome.usage,
        outcome.complete,
        outcome.content_seen,
    )


def test_counted_tokens_are_no_usage() -> None:
    """Counting is not billed."""
    assert FORMATS["anthropic.count_tokens"].response(b'{"input_tokens": 14}').usage is None


def test_batches_name_their_model_where_it_is_one() -> None:
    """A batch whose requests all name the same model has it; a mixed one has none."""
    format = FORMATS["anthropic.batches"]
    same = {"requests": [{"params": {"model": "m"}}, {"params": {"model": "m"}}]}
    mixed = {"requests": [{"params": {"model": "m"}}, {"params": {"model": "n"}}]}
    assert ("m", None) == (format.request(same, "").model, format.request(mixed, "").model)
    assert "msgbatch_1" == format.response(b'{"id": "msgbatch_1"}').id


@pytest.mark.parametrize(
    ("path", "model", "stream"),
    [
        ("/v1/projects/p/locations/l/publishers/anthropic/models/claude@1:rawPredict", "claude@1", False),
        ("/v1/projects/p/locations/l/publishers/anthropic/models/claude@1:streamRawPredict", "claude@1", True),
        ("/v1/messages", None, False),
    ],
)
def test_the_model_may_stand_in_the_path(path: str, model: str | None, stream: bool) -> None:
    """Vertex names model and streaming in the path."""
    facts = MESSAGES.request({"anthropic_version": "v", "messages": [], "max_tokens": 1}, path)
    assert (model, stream) == (facts.model, facts.stream)


@pytest.mark.parametrize(("speed", "tier"), [("fast", "fast"), ("standard", "standard"), (None, "standard")])
def test_fast_service_is_a_tier(speed: str | None, tier: str) -> None:
    """What is served fast is dearer, whatever its tier is called."""
    usage = {"input_tokens": 1, "output_tokens": 1, "service_tier": "standard", "speed": speed}
    assert tier == MESSAGES.response(json.dumps({"type": "message", "usage": usage}).encode()).service_tier


def test_an_answer_says_where_it_was_made() -> None:
    """Whole or streamed; most say nothing."""
    usage = {"input_tokens": 1, "output_tokens": 1, "inference_geo": "us"}
    assert "us" == MESSAGES.response(json.dumps({"type": "message", "usage": usage}).encode()).geography
    start = {"type": "message_start", "message": {"id": "m", "usage": usage}}
    delta = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}}
    assert "us" == follow(MESSAGES, events(start, delta, {"type": "message_stop"})).geography
    del usage["inference_geo"]
    assert MESSAGES.response(json.dumps({"type": "message", "usage": usage}).encode()).geography is None
