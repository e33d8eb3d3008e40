"""Images, audio, moderations, batches; interactions and Bedrock's frames."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from genai_sentry.wire.formats import FORMATS
from genai_sentry.wire.multipart import form_fields
from genai_sentry.wire.outcome import Outcome, Usage
from wire.wire_streams import events, follow

IMAGES = FORMATS["openai.images.generations"]
IMAGE_USAGE = {
    "input_tokens": 10,
    "input_tokens_details": {"image_tokens": 0, "text_tokens": 10},
    "output_tokens": 4160,
    "output_tokens_details": {"image_tokens": 4160},
}
TRANSCRIPT = FORMATS["openai.transcription"]


def test_images_are_counted_and_their_tokens_read() -> None:
    """GPT image models name tokens; the number of images is counted."""
    body = json.dumps({"data": [{"b64_json": "AA"}, {"url": "u"}], "usage": IMAGE_USAGE}).encode()
    expected = Usage(input_tokens=10, output_tokens=4160, input_image_tokens=0, output_image_tokens=4160, images=2)
    assert expected == IMAGES.response(body).usage
    assert Usage(images=1) == IMAGES.response(b'{"data": [{"url": "u"}]}').usage


@pytest.mark.parametrize("step", [0, 40_000])
def test_image_streams_are_read(step: int) -> None:
    """Partial images are passed over, the completed one counts."""
    image = base64.b64encode(b"\0" * 900_000).decode()
    body = events(
        {"type": "image_generation.partial_image", "b64_json": image},
        {"type": "image_generation.completed", "b64_json": image, "usage": IMAGE_USAGE},
        named=True,
    )
    outcome = follow(IMAGES, body, step)
    assert outcome.usage is not None
    assert (4160, 1, True) == (outcome.usage.output_tokens, outcome.usage.images, outcome.complete)


def test_spoken_bytes_say_nothing() -> None:
    """Sound is of no interest, whole or in pieces; its end can't be told."""
    speech = FORMATS["openai.speech"]
    assert Outcome() == speech.response(b"ID3\x04\x00" * 100, "audio/mpeg")
    outcome = follow(speech, b"\xff\xf3\xe4" * 100_000, 4096)
    assert (None, None, True) == (outcome.usage, outcome.complete, outcome.content_seen)


def test_spoken_text_is_measured() -> None:
    """Some models bill by characters, which only the request knows."""
    assert 5 == FORMATS["openai.speech"].request({"model": "tts-1", "input": "hello"}, "").input_characters


def test_speech_events_are_read() -> None:
    """`stream_format: sse` ends with usage."""
    body = events(
        {"type": "speech.audio.delta", "audio": "AA"},
        {"type": "speech.audio.done", "usage": {"input_tokens": 3, "output_tokens": 9}},
    )
    outcome = follow(FORMATS["openai.speech"], body)
    assert (Usage(input_tokens=3, output_tokens=9), True) == (outcome.usage, outcome.complete)


@pytest.mark.parametrize(
    ("body", "usage"),
    [
        ({"text": "x", "usage": {"type": "duration", "seconds": 4}}, Usage(input_seconds=4.0)),
        ({"text": "x", "duration": "8.5", "segments": []}, Usage(input_seconds=8.5)),
        (
            {"text": "x", "duration": 3.7, "usage": {"type": "tokens", "input_tokens": 2, "output_tokens": 5}},
            Usage(input_tokens=2, output_tokens=5),
        ),
        ({"text": "x"}, None),
    ],
)
def test_transcripts_name_tokens_or_seconds(body: dict[str, Any], usage: Usage | None) -> None:
    """Billing by time and by token are told apart."""
    assert usage == TRANSCRIPT.response(json.dumps(body).encode()).usage


@pytest.mark.parametrize("body", [b"hello there\n", b"1\n00:00:00,000 --> 00:00:01,000\nhi\n", b"WEBVTT\n\nhi\n"])
def test_transcripts_may_be_text(body: bytes) -> None:
    """Plain text and subtitles say nothing, and are no error."""
    assert Outcome() == TRANSCRIPT.response(body, "text/plain")
    assert follow(TRANSCRIPT, body, 4).error is None


@pytest.mark.parametrize("step", [0, 3])
def test_transcript_streams_are_read(step: int) -> None:
    """The final event names usage; CRLF is understood."""
    body = events(
        {"type": "transcript.text.delta", "delta": "a"},
        {"type": "transcript.text.done", "text": "a", "usage": {"input_tokens": 37, "output_tokens": 12}},
        done=True,
    )
    outcome = follow(TRANSCRIPT, body.replace(b"\n", b"\r\n"), step)
    assert (Usage(input_tokens=37, output_tokens=12), True) == (outcome.usage, outcome.complete)


def test_moderations_are_free() -> None:
    """Model and identifier are read, nothing is billed."""
    format = FORMATS["openai.moderations"]
    outcome = format.response(b'{"id": "modr-1", "model": "omni", "results": []}')
    assert ("modr-1", "omni", False) == (outcome.id, outcome.model, format.priced)


def test_batches_are_named() -> None:
    """A submission's answer is the batch."""
    assert "batch_1" == FORMATS["openai.batches"].response(b'{"id": "batch_1", "errors": null}').id


def _form(*parts: tuple[str, bytes]) -> tuple[bytes, str]:
    body = b"".join(
        b"--XX\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + value + b"\r\n"
        for head, value in parts
    )
    return body + b"--XX--\r\n", "multipart/form-data; boundary=XX"


def test_forms_are_read_without_their_files() -> None:
    """Model and parameters come from text fields, wherever the file stands."""
    content, kind = _form(
        ('name="file"; filename="a.wav"\r\nContent-Type: audio/wav', b"\0\r\n\r\n" * 100_000),
        ('name="model"', b"gpt-4o-transcribe"),
        ('name="temperature"', b"0.5"),
        ('name="stream"', b"true"),
    )
    facts = TRANSCRIPT.request_bytes(content, kind, "/v1/audio/transcriptions")
    assert ("gpt-4o-transcribe", True, 0.5) == (
        facts.model,
        facts.stream,
        facts.attributes["gen_ai.request.temperature"],
    )


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", ""),
        (b"--XX", "multipart/form-data"),
        (b"--XX\r\n\r\n", "multipart/form-data; boundary=XX"),
        (b"x", "m; boundary="),
    ],
)
def test_broken_forms_have_no_fields(content: bytes, kind: str) -> None:
    """What is no form gives nothing."""
    assert {} == form_fields(content, kind)


def test_requests_are_read_from_json_bytes() -> None:
    """Bytes that are JSON give the same facts as the object."""
    body = {"model": "m", "messages": [], "temperature": 1}
    chat = FORMATS["openai.chat"]
    assert chat.request(body, "") == chat.request_bytes(json.dumps(body).encode(), "application/json", "")
    assert chat.request_bytes(b"\0", None, "").model is None


INTERACTION = {"id": "i1", "model": "gemini", "status": "completed"}


def test_interactions_are_read() -> None:
    """Thoughts are added to the output unless the total says that they are within."""
    format = FORMATS["gemini.interactions"]
    usage = {"total_input_tokens": 7, "total_output_tokens": 20, "total_thought_tokens": 5, "total_tokens": 32}
    outcome = format.response(json.dumps({**INTERACTION, "usage": usage}).encode())
    assert ("i1", "gemini", ("stop",)) == (outcome.id, outcome.model, outcome.finish_reasons)
    assert Usage(input_tokens=7, output_tokens=25, reasoning_output_tokens=5) == outcome.usage
    outcome = format.response(json.dumps({**INTERACTION, "usage": {**usage, "total_tokens": 27}}).encode())
    assert Usage(input_tokens=7, output_tokens=20, reasoning_output_tokens=5) == outcome.usage


@pytest.mark.parametrize("step", [0, 9])
def test_interaction_streams_are_read(step: int) -> None:
    """The created event names, the completed one counts."""
    body = events(
        {"event_type": "interaction.created", "interaction": {**INTERACTION, "status": "in_progress"}},
        {"event_type": "step.delta", "delta": {"type": "text", "text": "a"}},
        {"event_type": "interaction.completed", "interaction": {**INTERACTION, "usage": {"total_input_tokens": 7}}},
    )
    outcome = follow(FORMATS["gemini.interactions"], body, step)
    assert ("i1", "gemini", ("stop",), True, True) == (
        outcome.id,
        outcome.model,
        outcome.finish_reasons,
        outcome.complete,
        outcome.content_seen,
    )
    assert Usage(input_tokens=7) == outcome.usage


def _frame(value: object) -> bytes:
    data = base64.b64encode(json.dumps(value).encode()).decode()
    payload = json.dumps({"bytes": data, "p": "abc"}, separators=(",", ":")).encode()
    return b"\0\0\1\x10\0\0\0\x4b....\x0b:event-type\x07\0\x05chunk" + payload + b"\xde\xad\xbe\xef"


@pytest.mark.parametrize("step", [1, 50, 10_000])
def test_bedrocks_frames_are_read(step: int) -> None:
    """Anthropic's events within AWS's binary frames."""
    frames = [
        _frame({"type": "message_start", "message": {"id": "m", "model": "claude", "usage": {"input_tokens": 5}}}),
        _frame({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}}),
        _frame({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}}),
        _frame({"type": "message_stop"}),
    ]
    format = FORMATS["bedrock.invoke"]
    outcome = follow(format, b"".join(frames), step)
    assert ("m", "claude", ("end_turn",), True, True) == (
        outcome.id,
        outcome.model,
        outcome.finish_reasons,
        outcome.complete,
        outcome.content_seen,
    )
    assert Usage(input_tokens=5, output_tokens=2) == outcome.usage
    failure = b'\0\0\0\x90\0\0\0\x50....\x0f:exception-type\x07\0\x13throttlingException\x0d{"message":"slow down"}'
    failed = follow(format, frames[0] + failure, step)
    assert ({"type": "throttlingException", "message": "slow down"}, False) == (failed.error, failed.complete)


def test_bedrock_names_the_model_in_the_path() -> None:
    """The path names model and streaming."""
    path = "/model/anthropic.claude-3-haiku-20240307-v1%3A0/invoke-with-response-stream"
    facts = FORMATS["bedrock.invoke"].request({"anthropic_version": "v", "messages": []}, path)
    assert ("anthropic.claude-3-haiku-20240307-v1:0", True) == (facts.model, facts.stream)


@pytest.mark.parametrize("name", ["openai.speech", "openai.images.generations"])
@pytest.mark.parametrize(
    "body", [b"i\xff\xf3 sound", b"ewS;[DONE]", b"e", b"data: {}\n\n", b'{"usage": {"total_tokens": 1}}', b"  {", b""]
)
def test_where_the_first_bytes_are_cut_makes_no_difference(name: str, body: bytes) -> None:
    """One byte is not enough to tell sound from text."""
    whole, pieces = FORMATS[name].reader(), FORMATS[name].reader()
    whole.feed(body)
    for at in range(len(body)):
        pieces.feed(body[at : at + 1])

    assert whole.finish() == pieces.finish()


def test_blanks_before_frames_make_no_difference() -> None:
    """Bedrock's binary frames, cut between the blanks and the first."""
    body = b'\n\n\n\0\x90\nwo\n\nN: "x"\n\ndata:":Y}'
    whole, pieces = FORMATS["bedrock.invoke"].reader(), FORMATS["bedrock.invoke"].reader()
    whole.feed(body)
    for at in range(len(body)):
        pieces.feed(body[at : at + 1])

    assert whole.finish() == pieces.finish()
