"""OpenAI's Responses API and embeddings."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest

from genai_sentry.wire.formats import FORMATS
from genai_sentry.wire.outcome import Outcome, Usage
from wire.wire_streams import events, follow

RESPONSES = FORMATS["openai.responses"]
EMBEDDINGS = FORMATS["openai.embeddings"]
USAGE = {
    "input_tokens": 9,
    "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 0},
    "output_tokens": 6,
    "output_tokens_details": {"reasoning_tokens": 5},
}


def _response(status: str = "completed", **more: Any) -> dict[str, Any]:
    return {"id": "resp_1", "model": "gpt", "status": status, "output": [], "error": None, **more}


def _whole(value: object) -> Outcome:
    return RESPONSES.response(json.dumps(value).encode())


def _created() -> dict[str, Any]:
    return {"type": "response.created", "response": _response("in_progress", usage=None)}


def _delta(text: str = "a") -> dict[str, Any]:
    return {"type": "response.output_text.delta", "output_index": 0, "delta": text}


@pytest.mark.parametrize(
    ("value", "reasons", "incomplete"),
    [
        (_response(), ("stop",), None),
        (_response(output=[{"type": "function_call"}]), ("tool_calls",), None),
        (_response("incomplete", incomplete_details={"reason": "max_output_tokens"}), ("length",), "max_output_tokens"),
        (
            _response("incomplete", incomplete_details={"reason": "content_filter"}),
            ("content_filter",),
            "content_filter",
        ),
        (_response("failed"), ("error",), None),
        (_response("cancelled"), ("cancelled",), None),
        (_response("queued"), (), None),
        (_response("in_progress"), (), None),
        (_response("completed", output=None), ("stop",), None),
    ],
)
def test_states_are_finish_reasons(value: object, reasons: tuple[str, ...], incomplete: str | None) -> None:
    """A response's state in the convention's words; one still running has none."""
    outcome = _whole(value)
    assert (reasons, incomplete) == (outcome.finish_reasons, outcome.incomplete_reason)


def test_a_failed_response_has_its_error() -> None:
    """The error object of a failed response is found."""
    error = {"code": "server_error", "message": "m"}
    found = _whole(_response("failed", error=error)).error
    assert isinstance(found, dict)
    assert error == found["error"]


@pytest.mark.parametrize("step", [0, 1, 50])
@pytest.mark.parametrize("named", [True, False])
def test_a_stream_is_read_however_cut(step: int, named: bool) -> None:
    """The terminal event names everything."""
    final = _response(usage=USAGE, service_tier="default", conversation={"id": "conv_1"})
    body = events(_created(), _delta(), _delta(), {"type": "response.completed", "response": final}, named=named)
    outcome = follow(RESPONSES, body, step)
    assert ("resp_1", "gpt", ("stop",), True, True) == (
        outcome.id,
        outcome.model,
        outcome.finish_reasons,
        outcome.complete,
        outcome.content_seen,
    )
    assert outcome.usage == Usage(
        input_tokens=9,
        output_tokens=6,
        cache_read_input_tokens=4,
        cache_write_input_tokens=0,
        reasoning_output_tokens=5,
    )
    assert {"gen_ai.conversation.id": "conv_1"} == outcome.attributes


def test_a_cut_stream_knows_its_response() -> None:
    """Identifier and model come with the first event; the end was not seen."""
    outcome = follow(RESPONSES, events(_created(), _delta()))
    assert ("resp_1", "gpt", (), False) == (outcome.id, outcome.model, outcome.finish_reasons, outcome.complete)


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({"type": "error", "code": "rate_limit_exceeded", "message": "m"}, "rate_limit_exceeded"),
        ({"type": "error", "error": {"code": "server_error", "message": "m"}}, "server_error"),
        (
            {"type": "response.failed", "response": _response("failed", error={"code": "server_error"})},
            "server_error",
        ),
    ],
)
def test_errors_within_a_stream_are_found(event: dict[str, Any], code: str) -> None:
    """Flat and nested error events, and failed responses, are the outcome's error."""
    found = follow(RESPONSES, events(_created(), _delta(), event)).error
    assert isinstance(found, dict)
    assert code == found.get("code", found.get("error", {}).get("code"))


def test_a_failure_without_reason_is_an_error() -> None:
    """`response.failed` is a failure even where it says no more."""
    body = events(_created(), {"type": "response.failed", "response": _response("failed")})
    assert {"type": "response.failed"} == follow(RESPONSES, body).error


def test_a_huge_terminal_event_is_read_by_its_ends() -> None:
    """An image in the output hides neither usage nor identifiers."""
    final = _response(output=[{"type": "image_generation_call", "result": "A" * 3_000_000}], usage=USAGE)
    outcome = follow(RESPONSES, events(_created(), {"type": "response.completed", "response": final}), 60_000)
    assert ("resp_1", True) == (outcome.id, outcome.complete)
    assert outcome.usage is not None
    assert (9, 6) == (outcome.usage.input_tokens, outcome.usage.output_tokens)


def test_token_counts_are_no_usage() -> None:
    """The input_tokens endpoint bills nothing."""
    format = FORMATS["openai.responses.input_tokens"]
    assert format.response(b'{"object": "response.input_tokens", "input_tokens": 11}').usage is None


def _vectors(count: int, *, floats: bool = False, usage_first: bool = False) -> bytes:
    vector: object = [0.12345] * 1536 if floats else base64.b64encode(b"\0" * 6144).decode()
    data = [{"object": "embedding", "index": i, "embedding": vector} for i in range(count)]
    rest = {"model": "text-embedding-3-small", "usage": {"prompt_tokens": 8, "total_tokens": 8}}
    value = {"object": "list", **rest, "data": data} if usage_first else {"object": "list", "data": data, **rest}
    return json.dumps(value).encode()


@pytest.mark.parametrize("count", [0, 1, 300])
@pytest.mark.parametrize("floats", [True, False])
@pytest.mark.parametrize("usage_first", [True, False])
@pytest.mark.parametrize("step", [0, 100, 4096])
def test_embeddings_name_model_and_usage(count: int, floats: bool, usage_first: bool, step: int) -> None:
    """Whatever the vectors' encoding and wherever usage stands, whole or in pieces."""
    body = _vectors(count, floats=floats, usage_first=usage_first)
    outcome = follow(EMBEDDINGS, body, step) if step else EMBEDDINGS.response(body)
    assert ("text-embedding-3-small", Usage(input_tokens=8)) == (outcome.model, outcome.usage)
    assert outcome.complete is (True if step else None)


def test_cut_embeddings_are_incomplete() -> None:
    """A body that ends within the vectors was cut."""
    assert follow(EMBEDDINGS, _vectors(300)[:1_000_000], 4096).complete is False


def test_vectors_are_never_parsed() -> None:
    """Two megabytes of vectors cost a small part of what decoding them would."""
    body = _vectors(150, floats=True)
    assert len(body) > 1_500_000

    def fastest(work: Any) -> float:
        times = []
        for _ in range(5):
            begin = time.perf_counter()
            work(body)
            times.append(time.perf_counter() - begin)
        return min(times)

    assert fastest(EMBEDDINGS.response) < fastest(json.loads) / 4


def test_embedding_errors_are_found() -> None:
    """An error in place of vectors is read."""
    assert {"error": {"code": "x"}} == EMBEDDINGS.response(b'{"error": {"code": "x"}}').error


def test_realtime_answers_are_read() -> None:
    """A realtime session's `response.done` ends an answer, and tells its failure."""
    usage = {
        "input_tokens": 9,
        "output_tokens": 6,
        "input_token_details": {"audio_tokens": 4, "cached_tokens": 2, "cached_tokens_details": {"audio_tokens": 1}},
        "output_token_details": {"audio_tokens": 5},
    }
    outcome = follow(RESPONSES, events({"type": "response.done", "response": _response(usage=usage)}))
    assert (("stop",), True) == (outcome.finish_reasons, outcome.complete)
    assert outcome.usage == Usage(
        input_tokens=9,
        output_tokens=6,
        cache_read_input_tokens=2,
        input_audio_tokens=4,
        output_audio_tokens=5,
        cache_read_audio_tokens=1,
    )
    failed = _whole(_response("failed", status_details={"type": "failed", "error": {"code": "x"}}))
    assert isinstance(failed.error, dict)
    assert {"code": "x"} == failed.error["error"]


def test_what_a_tool_said_deep_in_a_long_answer_is_no_error() -> None:
    """Only an error at the head of a long answer is the answer's own."""
    output = [{"type": "mcp_call", "output": "x" * 1_200_000, "error": {"code": "tool failed"}}]
    outcome = _whole(_response(output=output, usage=USAGE))
    assert (None, "resp_1") == (outcome.error, outcome.id)


def test_web_searches_are_counted() -> None:
    """Searches are billed apart; opening a page is no search, and none stays unknown."""
    actions = [{"type": "search"}, {"type": "open_page"}, {"type": "search"}]
    output = [{"type": "web_search_call", "action": action} for action in actions]
    searched, plain = _whole(_response(output=output, usage=USAGE)), _whole(_response(usage=USAGE))
    assert searched.usage is not None
    assert plain.usage is not None
    assert (2, None) == (searched.usage.web_searches, plain.usage.web_searches)
