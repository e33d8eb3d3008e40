"""OpenAI's images, audio and moderations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from genai_sentry.patterns import lazy
from genai_sentry.wire import content
from genai_sentry.wire import openai_request as req
from genai_sentry.wire.base import BLANK, EventReader, Format, StreamReader
from genai_sentry.wire.body import EDGE, error_of
from genai_sentry.wire.fields import amount, mappings, text
from genai_sentry.wire.openai_chat import head
from genai_sentry.wire.openai_usage import apply_usage
from genai_sentry.wire.outcome import Content, Outcome, RequestFacts, Usage


class ImagesFormat(Format):
    """`POST …/images/generations`, `…/images/edits`, `…/images/variations`."""

    operation = "image_generation"

    def __init__(self, kind: str) -> None:
        self.name = f"openai.images.{kind}"
        self.endpoint_kind = f"images.{kind}"
        self._prompted = kind != "variations"
        self.telling = (b'"prompt"',) if self._prompted else ()

    def accepts(self, body: Mapping[str, object]) -> bool:
        """A prompt; variations have none."""
        return isinstance(body.get("prompt"), str) or not self._prompted

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Number of images."""
        req.sampling(_numbers(body), facts.attributes)
        facts.attributes["gen_ai.output.type"] = "image"

    def prompt(self, body: Mapping[str, object]) -> Content:
        """The text given, as a user's message."""
        return Content(input_messages=content.bounded([{"role": "user", "parts": content.parts(body.get("prompt"))}]))

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """Usage and the number of images made."""
        outcome = head(value)
        apply_usage(outcome, value.get("usage"))
        made = sum(1 for item in mappings(value.get("data")) if item.get("b64_json") or item.get("url"))
        if made:
            outcome.usage = outcome.usage or Usage()
            outcome.usage.images = made
        outcome.error = error_of(value)
        return outcome

    def reader(self, *, capture: bool = False) -> StreamReader:
        """A reader of image events, or of a whole answer."""
        return FinalEventReader(self, capture=capture)


class SpeechFormat(Format):
    """`POST …/audio/speech`: text in, bytes of sound out."""

    name = "openai.speech"
    telling: tuple[bytes, ...] = (b'"input"',)
    operation = "speech"
    endpoint_kind = "audio.speech"

    def accepts(self, body: Mapping[str, object]) -> bool:
        """A model and a text."""
        return isinstance(body.get("model"), str) and isinstance(body.get("input"), str)

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """The text's length, by which some models are billed."""
        facts.stream = body.get("stream") is True or body.get("stream_format") == "sse"
        facts.attributes["gen_ai.output.type"] = "speech"
        given = body.get("input")
        if isinstance(given, str):
            facts.input_characters = len(given)

    def prompt(self, body: Mapping[str, object]) -> Content:
        """The text given, as a user's message."""
        return Content(input_messages=content.bounded([{"role": "user", "parts": content.parts(body.get("input"))}]))

    def response(self, body: bytes, content_type: str | None = None, *, capture: bool = False) -> Outcome:
        """Sound is passed over; events and JSON are read."""
        if _is_text(body[:64].lstrip()):
            return super().response(body, content_type, capture=capture)
        return Outcome()

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """Usage, where the sound comes in JSON."""
        outcome = head(value)
        apply_usage(outcome, value.get("usage"))
        outcome.error = error_of(value)
        return outcome

    def reader(self, *, capture: bool = False) -> StreamReader:
        """A reader of audio events, or of bytes of no interest."""
        return FinalEventReader(self, capture=capture)


class TranscriptionFormat(SpeechFormat):
    """`POST …/audio/transcriptions` and `…/audio/translations`: JSON, plain text or subtitles out."""

    def __init__(self, kind: str, operation: str) -> None:
        self.name = f"openai.{operation}"
        self.operation = operation
        self.endpoint_kind = f"audio.{kind}"
        self.telling = (b'"model"',)

    def accepts(self, body: Mapping[str, object]) -> bool:
        """A model; the sound is in another part of the form."""
        return isinstance(body.get("model"), str)

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Temperature and streaming; in a form they are text."""
        given = body.get("stream")
        facts.stream = given is True or (isinstance(given, str) and given == "true")
        req.sampling(_numbers(body), facts.attributes)
        facts.attributes["gen_ai.output.type"] = "text"

    def prompt(self, body: Mapping[str, object]) -> Content:
        """The hint that goes with the sound."""
        return Content(input_messages=content.bounded([{"role": "user", "parts": content.parts(body.get("prompt"))}]))

    def output(self, value: Mapping[str, object]) -> list[content.Message]:
        """The text heard."""
        return [{"role": "assistant", "parts": content.parts(value.get("text"))}]

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """Usage: tokens, or seconds of sound."""
        outcome = super().decode(value)
        if outcome.usage is None:
            seconds = amount(value.get("duration"))
            if seconds is not None:
                outcome.usage = Usage(input_seconds=seconds)
        return outcome


class ModerationsFormat(Format):
    """`POST …/moderations`: free of charge."""

    name = "openai.moderations"
    telling: tuple[bytes, ...] = (b'"input"',)
    operation = "moderation"
    endpoint_kind = "moderations"
    priced = False

    def accepts(self, body: Mapping[str, object]) -> bool:
        """Input; the model may be left out."""
        return isinstance(body.get("input"), str | list | tuple)

    def prompt(self, body: Mapping[str, object]) -> Content:
        """The text given, as a user's message."""
        return Content(input_messages=content.bounded([{"role": "user", "parts": content.parts(body.get("input"))}]))

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """Model and identifier; some compatible servers bill it and name usage."""
        outcome = head(value)
        apply_usage(outcome, value.get("usage"))
        outcome.error = error_of(value)
        return outcome


class BatchesFormat(Format):
    """`POST …/batches`: a submission; what it costs is known from the results."""

    name = "openai.batches"
    telling: tuple[bytes, ...] = (b'"input_file_id"',)
    operation = ""
    task = "submit_batch"
    endpoint_kind = "batches"
    priced = False

    def accepts(self, body: Mapping[str, object]) -> bool:
        """An input file and the endpoint that it is meant for."""
        return isinstance(body.get("input_file_id"), str) and isinstance(body.get("endpoint"), str)

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """The batch's identifier."""
        return Outcome(id=text(value.get("id")), error=error_of(value))


def _numbers(body: Mapping[str, object]) -> dict[str, object]:
    """A form's numeric fields, which are text, as numbers."""
    found: dict[str, object] = {}
    for key in ("n", "temperature", "seed"):
        value = body.get(key)
        parsed = amount(value) if isinstance(value, str) else value
        if parsed is not None:
            found[key] = parsed
    return found


_BEGINNINGS: Final = (b'{"', b"{ ", b"{\n", b"{\r", b"data:", b"event:", b"id:", b": ")
_TELLING: Final = max(map(len, _BEGINNINGS))


def _is_text(head: bytes) -> bool:
    """Whether bytes begin like events or JSON, as far as they go; sound does not."""
    return any(head.startswith(beginning) or beginning.startswith(head) for beginning in _BEGINNINGS)


class FinalEventReader(EventReader):
    """Reads streams whose last event names usage (images, speech, transcriptions), or a whole answer, or bytes."""

    __slots__ = ("_head", "_raw")

    notable = lazy(rb'"(?:usage"|error"|[a-z_.]+\.(?:completed|done)")')

    def __init__(self, format: Format, *, capture: bool = False) -> None:
        super().__init__(format, capture=capture)
        self._raw = False
        self._head = b""
        """The first bytes, while they are too few to tell text from sound."""

    def _look(self, chunk: bytes) -> None:
        if self._raw:
            return
        if not self._begun:
            chunk, self._head = (self._head + chunk).lstrip(BLANK), b""
            if not _is_text(chunk):
                self._raw = self._begun = True
                self.content_seen = True
                return
            if len(chunk) < _TELLING:
                self._head = chunk
                return
        super()._look(chunk)

    def finish(self) -> Outcome:
        """What was read, once the bytes are over."""
        if self._head:
            super()._look(self._head)
        return super().finish()

    def _event(self, name: bytes, data: bytes) -> None:
        edge = data[:256]
        if b".completed" in edge or b".done" in edge or b'"usage"' in data[-EDGE:] or b'"error"' in edge:
            self.keep(data)
        self.content_seen = True

    def _build(self) -> Outcome:
        outcome = Outcome()
        ended = self.done
        images = 0
        for value in self._decoded():
            kind = str(value.get("type"))
            ended = ended or kind.endswith((".completed", ".done"))
            images += kind.endswith(".completed")
            apply_usage(outcome, value.get("usage"))
            outcome.model = outcome.model or text(value.get("model"))
            outcome.error = outcome.error or error_of(value)
        if images:
            outcome.usage = outcome.usage or Usage()
            outcome.usage.images = images
        outcome.complete = None if self._raw else ended and outcome.error is None
        return outcome
