"""Text generation of watsonx.ai, text-generation-inference and llama.cpp."""

from __future__ import annotations

import json
from typing import Any

import pytest

from genai_sentry.wire.formats import FORMATS, certain, match
from genai_sentry.wire.outcome import Usage
from wire.wire_streams import events, follow

WATSONX = FORMATS["watsonx.generation"]
TGI = FORMATS["tgi.generate"]
TGI_STREAM = FORMATS["tgi.generate_stream"]
LLAMA_CPP = FORMATS["llama_cpp.completion"]
BOTH = Usage(input_tokens=12, output_tokens=3)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/ml/v1/text/generation", "watsonx.generation"),
        ("/ml/v1/deployments/d-1/text/generation_stream", "watsonx.generation"),
        ("/generate", "tgi.generate"),
        ("/generate_stream", "tgi.generate_stream"),
        ("/completion", "llama_cpp.completion"),
        ("/api/generate", "ollama.generate"),
        ("/ml/v1/image/generation", None),
    ],
)
def test_paths_have_their_format(path: str, name: str | None) -> None:
    """Text and bytes give the same."""
    found = match(path)
    assert found is match(path.encode())
    assert name == (found.name if found is not None else None)


def test_a_path_that_is_anybodys_is_certain_of_nothing() -> None:
    """Where no body is looked at, a report that is generated is no model's."""
    assert (None, None, None) == (certain("/generate"), certain("/completion"), certain("/orders"))
    assert certain("/generate_stream") is TGI_STREAM
    assert certain("/v1/chat/completions") is FORMATS["openai.chat"]


@pytest.mark.parametrize(
    ("name", "body", "accepted"),
    [
        ("watsonx.generation", {"model_id": "m", "input": "q", "project_id": "p"}, True),
        ("watsonx.generation", {"input": "q", "parameters": {}}, True),
        ("watsonx.generation", {"input": "q"}, False),
        ("tgi.generate", {"inputs": "q", "parameters": {"max_new_tokens": 5}}, True),
        ("tgi.generate", {"inputs": "q"}, False),
        ("tgi.generate", {"inputs": "q", "parameters": {"colour": "red"}}, False),
        ("tgi.generate", {"inputs": ["q"], "parameters": {"max_new_tokens": 5}}, False),
        ("tgi.generate_stream", {"inputs": "q"}, True),
        ("tgi.generate_stream", {"report": "q"}, False),
        ("llama_cpp.completion", {"prompt": "q", "n_predict": 5}, True),
        ("llama_cpp.completion", {"prompt": "q"}, False),
        ("llama_cpp.completion", {"course": 7, "n_predict": 5}, False),
    ],
)
def test_bodies_tell_these_servers_from_others(name: str, body: dict[str, Any], accepted: bool) -> None:
    """The paths are everybody's, the names of the settings are not."""
    format = FORMATS[name]
    assert accepted is format.accepts(body)
    assert not accepted or any(field in json.dumps(body).encode() for field in format.telling)


def test_requests_tell_their_settings() -> None:
    """They are in `parameters`, or at the top; the path tells a stream."""
    settings = {"max_new_tokens": 5, "temperature": 0.5, "top_k": 3, "random_seed": 1}
    facts = WATSONX.request({"model_id": "granite", "input": "q", "parameters": settings}, "/text/generation_stream")
    expected = {"max_tokens": 5, "temperature": 0.5, "top_k": 3, "seed": 1}
    assert ("granite", True) == (facts.model, facts.stream)
    assert {f"gen_ai.request.{key}": value for key, value in expected.items()} == facts.attributes
    facts = LLAMA_CPP.request({"prompt": "q", "n_predict": -1, "seed": -1, "stream": True}, "/completion", capture=True)
    assert (True, {}) == (facts.stream, facts.attributes)
    assert {"gen_ai.request.max_tokens": 7} == LLAMA_CPP.request({"prompt": "q", "n_predict": 7}, "/p").attributes
    assert facts.content is not None
    assert '"q"' in str(facts.content.input_messages)


WHOLE: list[tuple[str, dict[str, Any], tuple[str, ...], Usage | None]] = [
    (
        "watsonx.generation",
        {"model_id": "granite", "results": [{"generated_text": "blue", "generated_token_count": 3, "input_token_count": 12, "stop_reason": "eos_token"}]},
        ("eos_token",),
        BOTH,
    ),
    ("tgi.generate", {"generated_text": "blue"}, (), None),
    (
        "tgi.generate",
        {"generated_text": "blue", "details": {"finish_reason": "length", "generated_tokens": 3, "prefill": [{"id": 1}] * 12}},
        ("length",),
        BOTH,
    ),
    (
        "llama_cpp.completion",
        {"content": "blue", "stop": True, "stop_type": "eos", "tokens_predicted": 3, "tokens_evaluated": 12},
        ("eos",),
        BOTH,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body", "reasons", "usage"), WHOLE)
def test_whole_answers_are_read(name: str, body: dict[str, Any], reasons: tuple[str, ...], usage: Usage | None) -> None:
    """Reason, counts and text; what is not counted stays unknown."""
    outcome = FORMATS[name].response(json.dumps(body).encode(), capture=True)
    assert (reasons, usage, None) == (outcome.finish_reasons, outcome.usage, outcome.error)
    assert outcome.content is not None
    assert '"blue"' in str(outcome.content.output_messages)


def _part(text: str, made: int, sent: int, reason: str) -> dict[str, Any]:
    result = {"generated_text": text, "generated_token_count": made, "input_token_count": sent, "stop_reason": reason}
    return {"model_id": "granite", "results": [result]}


STREAMS: list[tuple[str, list[dict[str, Any]]]] = [
    ("watsonx.generation", [_part("bl", 1, 12, "not_finished"), _part("ue", 2, 0, "NOT_FINISHED"), {"results": _part("", 3, 0, "end")["results"]}]),
    (
        "tgi.generate_stream",
        [
            {"index": 1, "token": {"text": "bl", "special": False}, "generated_text": None, "details": None},
            {"index": 2, "token": {"text": "ue", "special": False}, "generated_text": None, "details": None},
            {"index": 3, "token": {"text": "</s>", "special": True}, "generated_text": "blue", "details": {"finish_reason": "end", "generated_tokens": 3, "input_length": 12}},
        ],
    ),
    (
        "llama_cpp.completion",
        [
            {"content": "bl", "stop": False, "tokens_predicted": 1, "tokens_evaluated": 12},
            {"content": "ue", "stop": False},
            {"content": "", "stop": True, "stop_type": "end", "tokens_predicted": 3, "tokens_evaluated": 12},
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize("step", [0, 1, 30, 100_000])
@pytest.mark.parametrize(("name", "values"), STREAMS)
def test_streams_are_read(name: str, values: list[dict[str, Any]], step: int) -> None:
    """The end names reason and counts; the text is put together without the model's marks."""
    outcome = follow(FORMATS[name], events(*values), step, capture=True)
    assert (BOTH, ("end",), True, True) == (
        outcome.usage,
        outcome.finish_reasons,
        outcome.complete,
        outcome.content_seen,
    )
    assert outcome.content is not None
    assert ["blue"] == [part["content"] for part in json.loads(str(outcome.content.output_messages))[0]["parts"]]
    assert values[0].get("model_id") == outcome.model
    cut = follow(FORMATS[name], events(*values[:2]), step)
    assert ((), False) == (cut.finish_reasons, cut.complete)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("watsonx.generation", {"errors": [{"code": "invalid_input_argument", "message": "m"}], "status_code": 400}),
        ("tgi.generate", {"error": "Input validation error: too long", "error_type": "validation"}),
        ("llama_cpp.completion", {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}),
    ],
)
@pytest.mark.parametrize("step", [0, 1])
def test_errors_are_told(name: str, body: dict[str, Any], step: int) -> None:
    """As a body or as an event of a stream."""
    whole = FORMATS[name].response(json.dumps(body).encode())
    assert isinstance(whole.error, dict)
    assert next(iter(body)) in whole.error
    failed = follow(FORMATS[name], events(body), step)
    assert (whole.error, False) == (failed.error, failed.complete)
