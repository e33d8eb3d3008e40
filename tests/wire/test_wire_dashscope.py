"""DashScope's own format: whole answers, events with the text so far or in increments, errors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from genai_sentry.wire.formats import FORMATS, match
from genai_sentry.wire.outcome import Usage
from wire.wire_streams import follow

FORMAT = FORMATS["dashscope.generation"]
USAGE = Usage(input_tokens=22, output_tokens=7, cache_read_input_tokens=16)


def _answer(text: Any, reason: str, made: int) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "output": {"choices": [{"finish_reason": reason, "message": message}]},
        "usage": {
            "input_tokens": 22,
            "output_tokens": made,
            "total_tokens": 22 + made,
            "prompt_tokens_details": {"cached_tokens": 16},
        },
        "request_id": "r-1",
    }


def _stream(*answers: dict[str, Any], name: str = "result") -> bytes:
    lines = [
        f"id:{number}\nevent:{name}\n:HTTP_STATUS/200\ndata:{json.dumps(answer)}\n\n"
        for number, answer in enumerate(answers)
    ]
    return "".join(lines).encode()


@pytest.mark.parametrize("task", ["text-generation", "multimodal-generation"])
def test_both_paths_are_known(task: str) -> None:
    """Text and multimodal generation are one format; other services of the same shape of path are not."""
    assert match(f"/api/v1/services/aigc/{task}/generation") is FORMAT
    assert match("/api/v1/services/aigc/image-generation/generation") is None


@pytest.mark.parametrize(
    ("body", "accepted"),
    [
        ({"model": "qwen-plus", "input": {"messages": [{"role": "user", "content": "q"}]}}, True),
        ({"model": "qwen-plus", "input": {"prompt": "q"}}, True),
        ({"model": "qwen3-tts-flash", "input": {"text": "q", "voice": "v"}}, False),
        ({"model": "qwen-image-plus", "input": {"messages": []}}, False),
        ({"input": {"messages": []}}, False),
        ({"model": "m", "input": "q"}, False),
    ],
)
def test_only_text_is_taken(body: dict[str, Any], accepted: bool) -> None:
    """Speech and pictures have the same path."""
    assert accepted is FORMAT.accepts(body)


def test_a_request_tells_its_settings() -> None:
    """They are in `parameters`; increments are for streams."""
    settings = {"temperature": 0.5, "top_k": 3, "max_tokens": 9, "seed": 1, "incremental_output": True}
    body = {"model": "qwen-plus", "input": {"messages": [{"role": "user", "content": "q"}]}, "parameters": settings}
    facts = FORMAT.request(body, "/p", capture=True)
    assert ("qwen-plus", True) == (facts.model, facts.stream)
    assert facts.content is not None
    assert '"q"' in str(facts.content.input_messages)
    expected = {"temperature": 0.5, "top_k": 3, "max_tokens": 9, "seed": 1}
    assert {f"gen_ai.request.{key}": value for key, value in expected.items()} == facts.attributes


@pytest.mark.parametrize("text", ["blue", [{"text": "blue"}]])
def test_a_whole_answer_is_read(text: Any) -> None:
    """Text is a string, or a list where the model sees pictures."""
    outcome = FORMAT.response(json.dumps(_answer(text, "stop", 7)).encode(), capture=True)
    assert ("r-1", ("stop",), USAGE, None) == (outcome.id, outcome.finish_reasons, outcome.usage, outcome.error)
    assert outcome.content is not None
    assert '"blue"' in str(outcome.content.output_messages)


def test_the_older_result_format_is_read() -> None:
    """The text stands beside its reason."""
    counts = {"input_tokens": 5, "output_tokens": 0, "image_tokens": 4}
    body = {"output": {"text": "blue", "finish_reason": "length"}, "usage": counts}
    outcome = FORMAT.response(json.dumps(body).encode(), capture=True)
    assert (("length",), Usage(input_tokens=5, output_tokens=0, input_image_tokens=4)) == (
        outcome.finish_reasons,
        outcome.usage,
    )
    assert outcome.content is not None
    assert '"blue"' in str(outcome.content.output_messages)


@pytest.mark.parametrize("step", [0, 1, 40, 100_000])
@pytest.mark.parametrize("texts", [["light", " ", "blue", ""], ["light", "light ", "light blue", "light blue"]])
def test_events_are_read_in_increments_or_with_the_text_so_far(texts: list[str], step: int) -> None:
    """The last counts stand; the text is there once, however it was sent."""
    reasons = ["null"] * (len(texts) - 1) + ["stop"]
    answers = [_answer(text, reason, 4 + n) for n, (text, reason) in enumerate(zip(texts, reasons, strict=True))]
    outcome = follow(FORMAT, _stream(*answers), step, capture=True)
    assert ("r-1", ("stop",), USAGE, True, True) == (
        outcome.id,
        outcome.finish_reasons,
        outcome.usage,
        outcome.complete,
        outcome.content_seen,
    )
    assert outcome.content is not None
    assert ["light blue"] == [part["content"] for part in json.loads(str(outcome.content.output_messages))[0]["parts"]]


@pytest.mark.parametrize("step", [0, 1, 100_000])
def test_a_stream_that_is_cut_keeps_its_last_counts(step: int) -> None:
    """What was made until then is counted, though nothing ended it."""
    answers = [_answer("a", "null", made) for made in (5, 6, 7)]
    outcome = follow(FORMAT, _stream(*answers), step)
    assert ((), USAGE, False) == (outcome.finish_reasons, outcome.usage, outcome.complete)


@pytest.mark.parametrize("step", [0, 1, 100_000])
def test_errors_are_told_by_code_and_message(step: int) -> None:
    """As a body or as an event."""
    error = {"code": "DataInspectionFailed", "message": "Input may hold inappropriate content.", "request_id": "r-2"}
    assert error == FORMAT.response(json.dumps(error).encode()).error
    failed = follow(FORMAT, _stream(_answer("a", "null", 5)) + _stream(error, name="error"), step)
    assert (error, False) == (failed.error, failed.complete)


@pytest.mark.parametrize("step", [0, 7])
def test_tool_calls_are_put_together(step: int) -> None:
    """Their arguments come in pieces."""

    def call(arguments: str, reason: str) -> dict[str, Any]:
        answer = _answer("", reason, 7)
        calls = [{"index": 0, "id": "c", "function": {"name": "sky", "arguments": arguments}}]
        answer["output"]["choices"][0]["message"]["tool_calls"] = calls
        return answer

    outcome = follow(FORMAT, _stream(call('{"at"', "null"), call(": 1}", "tool_calls")), step, capture=True)
    assert outcome.content is not None
    (part,) = json.loads(str(outcome.content.output_messages))[0]["parts"]
    assert ("sky", {"at": 1}) == (part["name"], part["arguments"])
