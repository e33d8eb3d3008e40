"""Gemini's and Vertex AI's formats."""

from __future__ import annotations

import json
from typing import Any

import pytest

from genai_sentry.wire.formats import FORMATS
from genai_sentry.wire.outcome import Usage
from wire.wire_streams import events, follow

GENERATE = FORMATS["gemini.generate_content"]
STREAM = FORMATS["gemini.stream_generate_content"]


def _answer(text: str = "a", finish: object = None, **usage: Any) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}
    if finish is not None:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "gemini", "responseId": "r1"}


def test_output_is_candidates_and_thoughts() -> None:
    """Thoughts are counted apart on the wire and belong to the output; modalities are subsets."""
    value = _answer(
        finish="STOP",
        promptTokenCount=100,
        candidatesTokenCount=20,
        thoughtsTokenCount=30,
        cachedContentTokenCount=40,
        promptTokensDetails=[
            {"modality": "AUDIO", "tokenCount": 7},
            {"modality": "IMAGE", "tokenCount": 8},
            {"modality": "AUDIO", "tokenCount": 1},
        ],
        candidatesTokensDetails=[{"modality": 2, "tokenCount": 9}],
        cacheTokensDetails=[{"modality": "AUDIO", "tokenCount": 3}],
        serviceTier="STANDARD",
    )
    outcome = GENERATE.response(json.dumps(value).encode())
    assert outcome.usage == Usage(
        input_tokens=100,
        output_tokens=50,
        cache_read_input_tokens=40,
        reasoning_output_tokens=30,
        input_audio_tokens=8,
        input_image_tokens=8,
        output_image_tokens=9,
        cache_read_audio_tokens=3,
    )
    assert ("r1", "gemini", ("STOP",), "standard") == (
        outcome.id,
        outcome.model,
        outcome.finish_reasons,
        outcome.service_tier,
    )


@pytest.mark.parametrize(("finish", "reasons"), [("MAX_TOKENS", ("MAX_TOKENS",)), (1, ("STOP",)), (True, ()), (99, ())])
def test_finish_reasons_come_as_words_or_numbers(finish: object, reasons: tuple[str, ...]) -> None:
    """A client may ask for numbers in place of names."""
    assert reasons == GENERATE.response(json.dumps(_answer(finish=finish)).encode()).finish_reasons


STREAMED = [
    _answer("a", promptTokenCount=5, candidatesTokenCount=1),
    _answer("b", promptTokenCount=5, candidatesTokenCount=2, thoughtsTokenCount=1),
    _answer("c", promptTokenCount=5, candidatesTokenCount=3, thoughtsTokenCount=1),
]
LAST = _answer("d", "STOP", promptTokenCount=5, candidatesTokenCount=4, thoughtsTokenCount=1)


@pytest.mark.parametrize("step", [0, 1, 30])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_the_last_usage_of_a_stream_wins(step: int, newline: bytes) -> None:
    """Usage so far comes with every event: the last stands."""
    outcome = follow(STREAM, events(*STREAMED, LAST).replace(b"\n", newline), step)
    assert outcome.usage == Usage(input_tokens=5, output_tokens=5, reasoning_output_tokens=1)
    assert (("STOP",), True, True) == (outcome.finish_reasons, outcome.complete, outcome.content_seen)


def test_usage_of_a_cut_stream_is_what_came_last() -> None:
    """Without a finish reason the stream was cut; usage so far stands."""
    outcome = follow(STREAM, events(*STREAMED))
    assert outcome.usage == Usage(input_tokens=5, output_tokens=4, reasoning_output_tokens=1)
    assert outcome.complete is False


@pytest.mark.parametrize("step", [0, 1, 17])
def test_streams_may_be_json_arrays(step: int) -> None:
    """Without `alt=sse` the stream is an array that grows; in one piece it is read alike."""
    body = json.dumps([*STREAMED, LAST], indent=1).encode()
    outcome = follow(STREAM, body, step or 10_000)
    assert outcome.usage == Usage(input_tokens=5, output_tokens=5, reasoning_output_tokens=1)
    assert (("STOP",), True) == (outcome.finish_reasons, outcome.complete)
    assert outcome == STREAM.response(body, "application/json")


def test_a_cut_array_is_not_complete() -> None:
    """An array that does not close, without a finish reason, was cut."""
    assert follow(STREAM, json.dumps(STREAMED).encode()[:-40], 11).complete is False


@pytest.mark.parametrize("wrap", [lambda v: [v], lambda v: v])
def test_an_error_in_place_of_a_stream_is_found(wrap: Any) -> None:
    """Errors come as an object, or as an array of one."""
    error = {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "m"}}
    assert error == follow(STREAM, json.dumps(wrap(error)).encode(), 10).error


def test_a_blocked_prompt_is_an_error() -> None:
    """Status 200, no candidate, and a reason: the prompt was refused."""
    value = {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 3}}
    for outcome in (GENERATE.response(json.dumps(value).encode()), follow(STREAM, events(value))):
        assert isinstance(outcome.error, dict)
        assert ("SAFETY", Usage(input_tokens=3)) == (outcome.error["code"], outcome.usage)


def test_a_large_image_hides_no_usage() -> None:
    """Inline data of megabytes stands between the facts."""
    value = _answer("A" * 2_000_000, "STOP", promptTokenCount=5, candidatesTokenCount=1290)
    outcome = follow(STREAM, events(value), 50_000)
    assert outcome.usage == Usage(input_tokens=5, output_tokens=1290)
    assert ("r1", ("STOP",)) == (outcome.id, outcome.finish_reasons)


def test_embeddings_name_usage_where_they_do() -> None:
    """Gemini names prompt tokens, Vertex tokens per vector and billable characters, older models nothing."""
    format = FORMATS["gemini.embed_content"]
    vectors = {"embeddings": [{"values": [0.1] * 20_000}]}
    predictions = [{"embeddings": {"values": [0.1], "statistics": {"token_count": count}}} for count in (4, 6)]
    assert format.response(json.dumps(vectors).encode()).usage is None
    value: dict[str, Any] = {**vectors, "usageMetadata": {"promptTokenCount": 7}}
    assert Usage(input_tokens=7) == format.response(json.dumps(value).encode()).usage
    value = {"predictions": predictions, "metadata": {"billableCharacterCount": 29}}
    assert Usage(input_tokens=10, input_characters=29) == format.response(json.dumps(value).encode()).usage


def test_images_made_are_counted() -> None:
    """Imagen names no tokens; its images are counted."""
    body = b'{"predictions": [{"bytesBase64Encoded": "AA"}, {"bytesBase64Encoded": "AA"}, {"raiFilteredReason": "x"}]}'
    assert Usage(images=2) == FORMATS["gemini.predict_image"].response(body).usage


def test_counted_tokens_are_no_usage() -> None:
    """countTokens is not billed."""
    assert FORMATS["gemini.count_tokens"].response(b'{"totalTokens": 7}').usage is None
