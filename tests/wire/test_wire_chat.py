"""OpenAI's chat completions and legacy completions, as many providers send them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from genai_sentry.wire.base import EventReader
from genai_sentry.wire.formats import FORMATS
from genai_sentry.wire.outcome import Outcome, Usage
from wire.wire_streams import events, follow

CHAT = FORMATS["openai.chat"]


def _chunk(
    delta: dict[str, Any] | None = None, finish: str | None = None, index: int = 0, **more: Any
) -> dict[str, Any]:
    choice = {"index": index, "delta": delta or {}, "finish_reason": finish}
    return {"id": "c1", "model": "m-1", "choices": [choice], "usage": None, **more}


def _whole(**more: Any) -> Outcome:
    return CHAT.response(json.dumps({"id": "c1", "model": "m-1", "choices": [], **more}).encode())


def test_a_whole_answer_is_read() -> None:
    """Identifier, model, finish reasons in choice order, tier, fingerprint and all counts."""
    outcome = _whole(
        choices=[{"finish_reason": "stop"}, {"finish_reason": "length"}],
        service_tier="flex",
        system_fingerprint="fp",
        usage={
            "prompt_tokens": 10,
            "completion_tokens": 7,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 2, "cache_write_tokens": 3},
            "completion_tokens_details": {"reasoning_tokens": 4, "audio_tokens": 1},
        },
    )
    assert ("c1", "m-1", ("stop", "length"), "flex", "fp") == (
        outcome.id,
        outcome.model,
        outcome.finish_reasons,
        outcome.service_tier,
        outcome.system_fingerprint,
    )
    assert outcome.usage == Usage(
        input_tokens=10,
        output_tokens=7,
        cache_read_input_tokens=0,
        cache_write_input_tokens=3,
        reasoning_output_tokens=4,
        input_audio_tokens=2,
        output_audio_tokens=1,
    )
    assert outcome.complete is None


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 0, "completion_tokens": 0}, Usage(input_tokens=0, output_tokens=0)),
        ({"prompt_tokens": True, "completion_tokens": "7"}, None),
        ({"prompt_tokens": -1, "completion_tokens": 2}, Usage(output_tokens=2)),
        ({"prompt_tokens": 2**70}, None),
        ({}, None),
        ([], None),
        ({"prompt_tokens": 5, "prompt_cache_hit_tokens": 3}, Usage(input_tokens=5, cache_read_input_tokens=3)),
        ({"prompt_tokens": 2, "cached_tokens": 9}, Usage(input_tokens=2, cache_read_input_tokens=9)),
        ({"prompt_tokens": 5, "prompt_audio_seconds": 3}, Usage(input_tokens=5, input_seconds=3.0)),
        ({"completion_tokens": 9, "reasoning_tokens": 4}, Usage(output_tokens=9, reasoning_output_tokens=4)),
    ],
)
def test_counts_are_taken_as_the_wire_names_them(usage: object, expected: Usage | None) -> None:
    """Zero is zero; negative, boolean and text counts are absent; providers' own names are known."""
    assert expected == _whole(usage=usage).usage


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        ({"cost": 0.25}, 0.25),
        ({"cost": 0}, 0.0),
        ({"cost": 0.01, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.5}}, 0.51),
        ({"cost": 0.01, "is_byok": True}, None),
        ({"cost": {"total_cost": 0.75, "request_cost": 0.5}}, 0.75),
        ({"cost_in_usd_ticks": 20_000_000_000}, 2.0),
        ({"cost": -1}, None),
        ({"cost": "nan"}, None),
        ({"prompt_tokens": 1}, None),
    ],
)
def test_the_providers_own_cost_is_read(usage: dict[str, object], cost: float | None) -> None:
    """OpenRouter's, Perplexity's and xAI's ways to name what the call cost, in USD."""
    assert cost == _whole(usage=usage).cost_usd


@pytest.mark.parametrize("step", [0, 1, 3, 64, 100_000])
def test_a_stream_is_read_however_cut(step: int) -> None:
    """The last usage wins, reasons come in choice order, `[DONE]` completes."""
    body = events(
        _chunk({"role": "assistant", "content": ""}),
        _chunk({"content": "a"}),
        _chunk({"content": "b"}, index=1),
        _chunk(finish="length", index=1),
        _chunk(finish="stop"),
        {"id": "c1", "model": "m-1", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}},
        done=True,
    )
    outcome = follow(CHAT, body, step)
    assert (("stop", "length"), True, True) == (outcome.finish_reasons, outcome.complete, outcome.content_seen)
    assert outcome.usage == Usage(input_tokens=3, output_tokens=2)
    assert outcome == follow(CHAT, body.replace(b"\n", b"\r\n"), step)


def test_a_repeated_growing_usage_is_not_summed() -> None:
    """Perplexity names usage so far in every chunk: the last stands."""
    chunks = [_chunk({"content": "x"}, usage={"prompt_tokens": 8, "completion_tokens": n}) for n in (1, 2, 5)]
    outcome = follow(CHAT, events(*chunks, _chunk(finish="stop", usage={"prompt_tokens": 8, "completion_tokens": 6})))
    assert outcome.usage == Usage(input_tokens=8, output_tokens=6)
    assert outcome.complete


def test_usage_stands_where_the_last_chunk_has_none() -> None:
    """Usage named before the finish is kept, a later null does not erase it."""
    body = events(
        _chunk({"content": "x"}, usage={"prompt_tokens": 8, "completion_tokens": 1}), _chunk(finish="stop"), done=True
    )
    assert follow(CHAT, body).usage == Usage(input_tokens=8, output_tokens=1)


def test_groqs_usage_is_found() -> None:
    """Groq puts usage into `x_groq`."""
    body = events(_chunk({"content": "x"}), _chunk(finish="stop", x_groq={"usage": {"prompt_tokens": 4}}), done=True)
    assert follow(CHAT, body).usage == Usage(input_tokens=4)


def test_white_space_in_chunks_changes_nothing() -> None:
    """Servers that write JSON with spaces are read alike."""
    chunks = [_chunk({"content": "x"}), _chunk({"content": "y"}), _chunk(finish="stop", usage={"prompt_tokens": 1})]
    body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks).encode()
    outcome = follow(CHAT, body)
    assert (("stop",), Usage(input_tokens=1), True) == (outcome.finish_reasons, outcome.usage, outcome.complete)


@pytest.mark.parametrize("step", [0, 7])
def test_a_cut_stream_is_not_complete(step: int) -> None:
    """Without a finish reason or `[DONE]` the end was not seen; what was read stands."""
    outcome = follow(CHAT, events(_chunk({"content": "a"}), _chunk({"content": "b"}))[:-9], step)
    assert (False, True, None, "c1", "m-1") == (
        outcome.complete,
        outcome.content_seen,
        outcome.usage,
        outcome.id,
        outcome.model,
    )


def test_content_before_content_is_not_seen() -> None:
    """A chunk that names the role only is no content."""
    reader = CHAT.reader()
    reader.feed(events(_chunk({"role": "assistant", "content": ""})))
    assert not reader.content_seen
    reader.feed(events(_chunk({"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": ""}}]})))
    assert reader.content_seen


@pytest.mark.parametrize(
    "event",
    [
        {"error": {"message": "boom", "code": "overloaded"}},
        {"id": "c1", "choices": [{"index": 0, "delta": {}, "finish_reason": "error"}], "error": {"code": 502}},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "error", "error": {"code": 502, "message": "up"}}]},
    ],
)
def test_an_error_within_a_stream_is_found(event: dict[str, Any]) -> None:
    """An error event, or one in a chunk, is the outcome's error, and the stream is not complete."""
    outcome = follow(CHAT, events(_chunk({"content": "a"}), event, done=True))
    found = outcome.error
    assert isinstance(found, dict)
    assert found["error"] in (event.get("error"), {"code": 502, "message": "up"})
    assert not outcome.complete


def test_a_named_error_event_without_error_key_is_found() -> None:
    """`event: error` with a bare message is an error."""
    body = events(_chunk({"content": "a"})) + b'event: error\ndata: {"message":"boom","code":500}\n\n'
    assert {"message": "boom", "code": 500} == follow(CHAT, body).error


def test_null_errors_are_none() -> None:
    """Chunks that say `"error": null` hold no error."""
    outcome = follow(CHAT, events(_chunk({"content": "a"}, error=None), _chunk(finish="stop", error=None), done=True))
    assert (None, True) == (outcome.error, outcome.complete)


@pytest.mark.parametrize("step", [0, 5])
def test_a_json_error_under_event_stream_is_read(step: int) -> None:
    """A plain JSON body where a stream was expected is read as a whole answer."""
    body = json.dumps({"error": {"message": "no", "code": "x"}}, indent=1).encode()
    outcome = follow(CHAT, body, step or 1000)
    assert {"error": {"message": "no", "code": "x"}} == outcome.error
    assert not outcome.content_seen


def test_a_whole_answer_in_pieces_is_read() -> None:
    """A JSON answer that the caller reads as a stream is decoded once it is over; cut short it is incomplete."""
    body = json.dumps({"id": "c1", "choices": [{"finish_reason": "stop"}], "usage": {"prompt_tokens": 1}}).encode()
    outcome = follow(CHAT, body, 9)
    assert (("stop",), Usage(input_tokens=1), True) == (outcome.finish_reasons, outcome.usage, outcome.complete)
    assert follow(CHAT, body[:-5], 9).complete is False


def test_an_error_under_200_is_found() -> None:
    """Azure's refusal of a prompt: status 200, an error, and no choices."""
    outcome = CHAT.response(b'{"error": {"code": "content_filter", "status": 400}, "choices": null}')
    assert {"error": {"code": "content_filter", "status": 400}} == outcome.error


def test_an_error_leaves_the_output_behind() -> None:
    """What is kept of an error body holds nothing that the model said."""
    outcome = _whole(error={"message": "m"}, choices=[{"message": {"content": "SECRET"}}])
    assert "SECRET" not in str(outcome.error)


@pytest.mark.parametrize("body", [b"null", b"[]", b"<html>", b"\xff\xfe", b'{"choices":{}}', b"{" * 5000])
def test_odd_bodies_say_nothing(body: bytes) -> None:
    """What is no answer leaves everything absent."""
    assert Outcome() == CHAT.response(body)


@pytest.mark.parametrize("choices", [None, [None], [{"finish_reason": 7}], "x", [[]]])
def test_odd_choices_have_no_reason(choices: object) -> None:
    """Null and misshapen choices are passed over."""
    assert () == _whole(choices=choices).finish_reasons


def test_identifiers_are_cleaned() -> None:
    """Lone surrogates are replaced, long names cut, empty ones absent."""
    outcome = CHAT.response(b'{"id": "a\\ud800b", "model": "' + b"m" * 1000 + b'", "service_tier": ""}')
    assert ("a?b", 256, None) == (outcome.id, len(outcome.model or ""), outcome.service_tier)


def test_long_answers_are_read_by_their_ends() -> None:
    """Of an answer too long to decode, identifiers, reason and usage are still found."""
    body = json.dumps(
        {
            "id": "c1",
            "model": "m-1",
            "choices": [{"message": {"content": "x" * 2_000_000}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 2, "completion_tokens_details": {"reasoning_tokens": 0}},
        }
    ).encode()
    outcome = CHAT.response(body)
    assert ("c1", "m-1", ("stop",)) == (outcome.id, outcome.model, outcome.finish_reasons)
    assert outcome.usage == Usage(input_tokens=1, output_tokens=2, reasoning_output_tokens=0)
    streamed = follow(CHAT, body, 50_000)
    assert (outcome.usage, True) == (streamed.usage, streamed.complete)


def test_streams_of_any_length_are_held_in_little_memory() -> None:
    """A stream that names usage and a reason in every chunk keeps a bounded number of events."""
    reader = CHAT.reader()
    chunk = events(_chunk({"content": "x" * 2000}, finish="stop", usage={"prompt_tokens": 1}))
    for _ in range(5000):
        reader.feed(chunk)
    kept = sum(len(data) for data in reader._kept)  # type: ignore[attr-defined]
    assert kept <= 2 * 1024 * 1024
    assert reader.finish().usage == Usage(input_tokens=1)


def test_legacy_completions_are_read() -> None:
    """The older endpoint has the same shape."""
    format = FORMATS["openai.completions"]
    body = events({"id": "c", "model": "m", "choices": [{"text": "a", "index": 0, "finish_reason": None}]}, done=True)
    outcome = follow(format, body)
    assert ("c", "m", True, True) == (outcome.id, outcome.model, outcome.complete, outcome.content_seen)
    assert "text_completion" == format.operation


@pytest.mark.parametrize(("total", "billed"), [(60, 50), (40, None)])
def test_reasoning_apart_from_output_is_billed(total: int, billed: int | None) -> None:
    """Where the total shows that reasoning is no part of the output tokens, these are told as sent, and billed whole."""
    told = {"prompt_tokens": 10, "completion_tokens": 30, "total_tokens": total}
    usage = CHAT.response(
        json.dumps({"choices": [], "usage": {**told, "completion_tokens_details": {"reasoning_tokens": 20}}}).encode()
    ).usage
    assert Usage(10, 30, reasoning_output_tokens=20, billed_output_tokens=billed) == usage


@pytest.mark.parametrize("odd", [b'data: ?ent": "x"}', b'data: {"detail": "upstream died"}'])
@pytest.mark.parametrize("last", [False, True])
def test_an_event_in_words_of_its_own_is_told_alike_however_the_stream_is_cut(odd: bytes, last: bool) -> None:
    """At the end of a stream, where nothing follows it, it is a failure; before other events it is passed over."""
    said = events({"choices": [{"index": 0, "delta": {"content": "x"}}]}).rstrip()
    pieces = [said, said, odd, *([] if last else [said])]
    body = b"".join(piece + b"\n\n" for piece in pieces)
    found = [follow(FORMATS["openai.chat"], body, step) for step in (0, 1, 37, len(body), len(said) * 2 + 4)]
    assert [found[0]] * 5 == found
    assert last is (found[0].fault == "malformed" or found[0].error is not None)
    assert not found[0].complete


@pytest.mark.parametrize("name", ["openai.chat", "cloudflare.run", "llama_cpp.completion", "openai.responses"])
@pytest.mark.parametrize("after", [b'data: {"note":1}\n\n', b'data: {"choices":[{"index":0,"delta":{}}]}\n\n'])
def test_the_end_is_seen_in_the_middle_of_a_piece(name: str, after: bytes) -> None:
    """Some send more after it: what is read does not depend on whether that comes in the same piece."""
    spoken = (
        b'data: {"choices":[{"index":0,"delta":{"content":"hi"}}],"content":"hi","response":"hi","type":"x.delta"}\n\n'
    )
    ended = []
    for pieces in ([spoken, b"data: [DONE]\n\n", after], [spoken, b"data: [DONE]\n\n" + after]):
        reader = FORMATS[name].reader()
        for piece in pieces:
            reader.feed(piece)
        outcome = reader.finish()
        assert isinstance(reader, EventReader)
        ended.append((reader.done, outcome))
    assert ended[0] == ended[1]
    assert ended[1][0]
