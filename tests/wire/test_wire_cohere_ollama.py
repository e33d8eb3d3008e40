"""Cohere's and Ollama's own formats, and rerankings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from genai_sentry.wire.formats import FORMATS
from genai_sentry.wire.outcome import Usage
from wire.wire_streams import events, follow, lines

TOKENS = {"billed_units": {"input_tokens": 6, "output_tokens": 2}, "tokens": {"input_tokens": 68, "output_tokens": 3}}
COUNTED = Usage(input_tokens=68, output_tokens=3, billed_input_tokens=6, billed_output_tokens=2)


def test_cohere_chat_is_read() -> None:
    """Tokens seen and tokens billed are told apart."""
    value = {"id": "i", "message": {"role": "assistant"}, "finish_reason": "COMPLETE", "usage": TOKENS}
    outcome = FORMATS["cohere.chat"].response(json.dumps(value).encode())
    assert ("i", ("COMPLETE",), COUNTED, None) == (outcome.id, outcome.finish_reasons, outcome.usage, outcome.error)


@pytest.mark.parametrize("step", [0, 1, 33])
def test_cohere_chat_streams_are_read(step: int) -> None:
    """`message-start` names, `message-end` counts and completes."""
    body = events(
        {"id": "i", "type": "message-start", "delta": {"message": {"role": "assistant"}}},
        {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "a"}}}},
        {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "b"}}}},
        {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": TOKENS}},
        named=True,
    )
    outcome = follow(FORMATS["cohere.chat"], body, step)
    assert ("i", ("COMPLETE",), COUNTED) == (outcome.id, outcome.finish_reasons, outcome.usage)
    assert (True, True) == (outcome.complete, outcome.content_seen)
    assert follow(FORMATS["cohere.chat"], body[:-150], step).complete is False


@pytest.mark.parametrize("step", [0, 1, 33])
def test_cohere_first_version_streams_lines(step: int) -> None:
    """JSON lines, the last of which repeats the whole answer."""
    final = {"generation_id": "g", "text": "ab", "finish_reason": "COMPLETE", "meta": TOKENS}
    body = lines(
        {"is_finished": False, "event_type": "stream-start", "generation_id": "g"},
        {"is_finished": False, "event_type": "text-generation", "text": "a"},
        {"is_finished": True, "event_type": "stream-end", "response": final, "finish_reason": "COMPLETE"},
    )
    format = FORMATS["cohere.chat.v1"]
    for outcome in (follow(format, body, step), format.response(body, "application/stream+json")):
        assert ("g", ("COMPLETE",), COUNTED) == (outcome.id, outcome.finish_reasons, outcome.usage)
        assert outcome.complete
    assert follow(format, body[: body.index(b"stream-end")], step).complete is False


@pytest.mark.parametrize("name", ["cohere.chat", "cohere.chat.v1", "rerank", "cohere.embed"])
def test_a_bare_message_is_an_error(name: str) -> None:
    """Cohere's errors are a message and nothing else."""
    assert {"id": "i", "message": "no"} == FORMATS[name].response(b'{"id": "i", "message": "no"}').error


@pytest.mark.parametrize(
    ("value", "usage"),
    [
        ({"meta": {"billed_units": {"search_units": 1}}}, None),
        ({"meta": {"billed_units": {"input_tokens": 3}}}, Usage(input_tokens=3, billed_input_tokens=3)),
        ({"usage": {"prompt_tokens": 4}}, Usage(input_tokens=4)),
    ],
)
def test_rerankings_are_read(value: dict[str, Any], usage: Usage | None) -> None:
    """Cohere bills searches, others tokens."""
    outcome = FORMATS["rerank"].response(json.dumps({"id": "i", "results": [], **value}).encode())
    assert ("i", usage) == (outcome.id, outcome.usage)


def test_cohere_embeddings_are_read() -> None:
    """Usage stands behind the vectors, which are not parsed."""
    value = {
        "id": "i",
        "embeddings": {"float": [[0.1] * 30_000]},
        "meta": {"billed_units": {"input_tokens": 5}},
        "response_type": "embeddings_by_type",
    }
    outcome = FORMATS["cohere.embed"].response(json.dumps(value).encode())
    assert ("i", Usage(input_tokens=5, billed_input_tokens=5)) == (outcome.id, outcome.usage)


DONE = {"model": "llama", "done": True, "done_reason": "stop", "prompt_eval_count": 9, "eval_count": 4}


@pytest.mark.parametrize("name", ["ollama.chat", "ollama.generate"])
@pytest.mark.parametrize("step", [0, 1, 25])
def test_ollama_streams_lines(name: str, step: int) -> None:
    """The line that is done names counts and reason."""
    piece = {"model": "llama", "message": {"role": "assistant", "content": "a"}, "response": "a", "done": False}
    body = lines(piece, piece, DONE)
    for outcome in (follow(FORMATS[name], body, step), FORMATS[name].response(body, "application/x-ndjson")):
        assert ("llama", ("stop",), Usage(input_tokens=9, output_tokens=4)) == (
            outcome.model,
            outcome.finish_reasons,
            outcome.usage,
        )
        assert (True, True) == (outcome.complete, outcome.content_seen)
    assert follow(FORMATS[name], lines(piece, piece), step).complete is False


@pytest.mark.parametrize("step", [1, 1000])
@pytest.mark.parametrize("indent", [None, 2])
def test_ollamas_whole_answers_and_errors_are_read(step: int, indent: int | None) -> None:
    """One object on one line or on several."""
    outcome = follow(FORMATS["ollama.chat"], json.dumps(DONE, indent=indent).encode(), step)
    assert (Usage(input_tokens=9, output_tokens=4), True) == (outcome.usage, outcome.complete)
    error = follow(FORMATS["ollama.chat"], json.dumps({"error": "not found"}, indent=indent).encode(), step)
    assert {"error": "not found"} == error.error


def test_an_error_in_mid_stream_is_found() -> None:
    """Ollama ends a failing stream with an error line."""
    body = lines({"model": "llama", "message": {"content": "a"}, "done": False}, {"error": "out of memory"})
    outcome = follow(FORMATS["ollama.chat"], body)
    assert ({"error": "out of memory"}, False) == (outcome.error, outcome.complete)


def test_ollama_streams_unless_told_otherwise() -> None:
    """A request that does not say streams; options are read."""
    facts = FORMATS["ollama.chat"].request(
        {"model": "llama", "options": {"temperature": 0, "top_k": 5, "num_predict": 7, "seed": 1}, "format": "json"}, ""
    )
    assert facts.stream
    assert {
        "gen_ai.request.temperature": 0.0,
        "gen_ai.request.top_k": 5,
        "gen_ai.request.max_tokens": 7,
        "gen_ai.request.seed": 1,
        "gen_ai.output.type": "json",
    } == facts.attributes
    assert not FORMATS["ollama.chat"].request({"model": "llama", "stream": False}, "").stream


def test_ollama_embeddings_are_read() -> None:
    """Counts stand behind long vectors."""
    value = {"model": "nomic", "embeddings": [[0.1] * 30_000], "total_duration": 1, "prompt_eval_count": 5}
    outcome = FORMATS["ollama.embed"].response(json.dumps(value).encode())
    assert ("nomic", Usage(input_tokens=5)) == (outcome.model, outcome.usage)
