"""Gemini's and Vertex AI's generateContent, plain and streamed, embeddings, token counts, and predictions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from genai_sentry.patterns import lazy
from genai_sentry.wire import content, sse
from genai_sentry.wire.anthropic import model_in_path
from genai_sentry.wire.base import BLANK, Endings, Format, StreamReader
from genai_sentry.wire.body import EDGE, error_of, shrunk
from genai_sentry.wire.fields import count, integer, items, mapping, mappings, number, text, total
from genai_sentry.wire.gemini_usage import apply_usage
from genai_sentry.wire.latest import LatestReader
from genai_sentry.wire.outcome import Content, Outcome, RequestFacts, Usage

_FINISH: Final = {
    1: "STOP",
    2: "MAX_TOKENS",
    3: "SAFETY",
    4: "RECITATION",
    5: "OTHER",
    6: "BLOCKLIST",
    7: "PROHIBITED_CONTENT",
    8: "SPII",
    9: "MALFORMED_FUNCTION_CALL",
}
"""Names of the finish reasons that a client asking for `enum-encoding=int` gets as numbers."""
_ENDINGS: Final = Endings(b'"finishReason"', b'STOP"', b'MAX_TOKENS"')
_OUTPUTS: Final = {"IMAGE": "image", "AUDIO": "speech"}


class GenerateFormat(Format):
    """`POST …/models/NAME:generateContent`."""

    name = "gemini.generate_content"
    telling: tuple[bytes, ...] = (b'"contents"',)
    operation = "generate_content"
    endpoint_kind = "generateContent"
    provider = "gcp.gemini"
    streams = False

    def accepts(self, body: Mapping[str, object]) -> bool:
        """Contents; the path's method name says the rest."""
        return "contents" in body

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Attributes of a generateContent request; the model stands in the path."""
        facts.model = model_in_path(path) or _last_name(path) or facts.model
        facts.stream = self.streams
        config = mapping(body.get("generationConfig")) or mapping(body.get("generation_config"))
        attributes = facts.attributes
        for key, name in (
            ("temperature", "temperature"),
            ("topP", "top_p"),
            ("frequencyPenalty", "frequency_penalty"),
            ("presencePenalty", "presence_penalty"),
        ):
            value = number(_either(config, key))
            if value is not None:
                attributes[f"gen_ai.request.{name}"] = value
        for key, name in (("topK", "top_k"), ("maxOutputTokens", "max_tokens")):
            limit = count(_either(config, key))
            if limit is not None:
                attributes[f"gen_ai.request.{name}"] = limit
        seed = integer(config.get("seed"))
        if seed is not None:
            attributes["gen_ai.request.seed"] = seed
        choices = count(_either(config, "candidateCount"))
        if choices is not None and choices != 1:
            attributes["gen_ai.request.choice.count"] = choices
        _output_and_thinking(config, facts)

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """A whole answer."""
        candidates = mappings(value.get("candidates"))
        outcome = Outcome(
            model=text(value.get("modelVersion")),
            id=text(value.get("responseId")),
            finish_reasons=tuple(reason for item in candidates if (reason := _finish(item)) is not None),
        )
        apply_usage(outcome, value.get("usageMetadata"))
        outcome.error = error_of(value) or blocked(value)
        return outcome

    def prompt(self, body: Mapping[str, object]) -> Content:
        """Contents, system instruction and tools."""
        given = body.get("contents")
        messages = [content.message(item) for item in mappings(given)] or (
            [{"role": "user", "parts": content.parts(given)}] if isinstance(given, str) else []
        )
        system = _either(body, "systemInstruction")
        return Content(
            input_messages=content.bounded(messages),
            system_instructions=content.bounded_list(content.parts(mapping(system).get("parts", system))),
            tool_definitions=content.tools(body.get("tools")),
        )

    def output(self, value: Mapping[str, object]) -> list[content.Message]:
        """One message a candidate."""
        found: list[content.Message] = []
        for item in mappings(value.get("candidates")):
            blocks = content.parts(mapping(item.get("content")).get("parts"))
            found.append({"role": "assistant", "parts": blocks, "finish_reason": _finish(item) or ""})
        return found

    def response(self, body: bytes, content_type: str | None = None, *, capture: bool = False) -> Outcome:
        """A whole answer; one that is a JSON array is a stream read to its end."""
        if body[:64].lstrip()[:1] == b"[":
            reader = StreamFormat().reader(capture=capture)
            reader.feed(body)
            return reader.finish()
        return super().response(body, content_type, capture=capture)

    def plain(self, body: bytes) -> bool:
        """One candidate that ended in an ordinary way, no error, and nothing that is blocked."""
        return body.find(b'"blockReason"') < 0 and _ENDINGS.plain(body)

    def reader(self, *, capture: bool = False) -> StreamReader:
        """A reader of events, of an array that grows, or of a single answer."""
        return GenerateReader(self, capture=capture)


class StreamFormat(GenerateFormat):
    """`POST …/models/NAME:streamGenerateContent`: server-sent events, or a JSON array without `alt=sse`."""

    name = "gemini.stream_generate_content"
    endpoint_kind = "streamGenerateContent"
    streams = True


class CountTokensFormat(GenerateFormat):
    """`POST …/models/NAME:countTokens`: a count, no inference."""

    name = "gemini.count_tokens"
    telling: tuple[bytes, ...] = (b'"contents"', b'"generateContentRequest"', b'"instances"')
    operation = ""
    endpoint_kind = "countTokens"
    priced = False

    def accepts(self, body: Mapping[str, object]) -> bool:
        """Contents in one of their places."""
        return any(key in body for key in ("contents", "generateContentRequest", "instances"))

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """Only an error is of interest: the count is no usage."""
        return Outcome(error=error_of(value))


class BatchFormat(Format):
    """`POST …/models/NAME:batchGenerateContent`: a submission; what it costs is known from the results."""

    name = "gemini.batches"
    telling: tuple[bytes, ...] = (b'"batch"',)
    operation = ""
    task = "submit_batch"
    endpoint_kind = "batches"
    priced = False
    provider = "gcp.gemini"

    def accepts(self, body: Mapping[str, object]) -> bool:
        """A batch with its requests."""
        return isinstance(body.get("batch"), dict)

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """The model in the path."""
        facts.model = model_in_path(path)

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """The batch's name."""
        return Outcome(id=text(value.get("name")), error=error_of(value))


class EmbedFormat(Format):
    """`POST …/models/NAME:embedContent`, `:batchEmbedContents`, and Vertex's `:predict` of embedding models."""

    name = "gemini.embed_content"
    telling: tuple[bytes, ...] = (b'"content"', b'"contents"', b'"requests"', b'"instances"')
    operation = "embeddings"
    endpoint_kind = "embedContent"
    provider = "gcp.gemini"
    longest = EDGE  # vectors are never parsed

    def accepts(self, body: Mapping[str, object]) -> bool:
        """A content, a batch of them, or instances."""
        return any(key in body for key in ("content", "contents", "requests", "instances"))

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """The model stands in the path."""
        facts.model = model_in_path(path) or facts.model

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """Usage, where the answer names it; Vertex names tokens per vector."""
        outcome = Outcome(error=error_of(value))
        apply_usage(outcome, value.get("usageMetadata"))
        if outcome.usage is None:
            tokens = total(*(_statistics(item) for item in mappings(value.get("predictions"))))
            billable = count(mapping(value.get("metadata")).get("billableCharacterCount"))
            if tokens is not None or billable is not None:
                outcome.usage = Usage(input_tokens=tokens, input_characters=billable)
        return outcome

    def prompt(self, body: Mapping[str, object]) -> Content | None:
        """Each content to embed, a user's message."""
        given = [body.get("content"), *(item.get("content") for item in mappings(body.get("requests")))]
        given += [item.get("content") for item in mappings(body.get("instances"))]
        blocks = [content.parts(mapping(item).get("parts", item)) for item in given[:256]]
        return Content(input_messages=content.bounded([{"role": "user", "parts": found} for found in blocks if found]))


class ImagenFormat(Format):
    """`POST …/models/imagen-…:predict`."""

    name = "gemini.predict_image"
    telling: tuple[bytes, ...] = (b'"instances"',)
    operation = "image_generation"
    endpoint_kind = "predict"
    provider = "gcp.gemini"

    def accepts(self, body: Mapping[str, object]) -> bool:
        """Instances with a prompt."""
        return any("prompt" in item for item in mappings(body.get("instances")))

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """The model stands in the path."""
        facts.model = model_in_path(path)
        samples = count(mapping(body.get("parameters")).get("sampleCount"))
        if samples is not None and samples != 1:
            facts.attributes["gen_ai.request.choice.count"] = samples
        facts.attributes["gen_ai.output.type"] = "image"

    def prompt(self, body: Mapping[str, object]) -> Content | None:
        """Each prompt, a user's message."""
        prompts = [content.parts(item.get("prompt")) for item in mappings(body.get("instances"))]
        return Content(input_messages=content.bounded([{"role": "user", "parts": found} for found in prompts]))

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """The number of images made."""
        images = sum(1 for item in mappings(value.get("predictions")) if "bytesBase64Encoded" in item)
        return Outcome(usage=Usage(images=images) if images else None, error=error_of(value))


def _last_name(path: str) -> str | None:
    """The name before the method, for paths without `/models/` (tuned models, endpoints)."""
    return text(path.rpartition("/")[2].partition(":")[0])


def _either(config: Mapping[str, object], key: str) -> object:
    """A value under its camel-case name, else under its snake-case one."""
    value = config.get(key)
    return value if value is not None else config.get(re.sub(r"([A-Z])", lambda m: "_" + m[1].lower(), key))


def _output_and_thinking(config: Mapping[str, object], facts: RequestFacts) -> None:
    mime = _either(config, "responseMimeType")
    if mime == "application/json":
        facts.attributes["gen_ai.output.type"] = "json"
    elif mime == "text/plain":
        facts.attributes["gen_ai.output.type"] = "text"
    for modality in items(_either(config, "responseModalities")):
        if isinstance(modality, str) and modality.upper() in _OUTPUTS:
            facts.attributes["gen_ai.output.type"] = _OUTPUTS[modality.upper()]
    thinking = mapping(_either(config, "thinkingConfig"))
    level = text(_either(thinking, "thinkingLevel"))
    if level is not None:
        facts.attributes["gen_ai.request.reasoning.level"] = level.lower()


def _finish(candidate: Mapping[str, object]) -> str | None:
    reason = candidate.get("finishReason")
    if isinstance(reason, int) and not isinstance(reason, bool):
        return _FINISH.get(reason)
    return text(reason)


def blocked(value: Mapping[str, object]) -> dict[str, object] | None:
    """The refusal of a prompt, which comes with status 200 and no candidate."""
    feedback = mapping(value.get("promptFeedback"))
    reason = text(feedback.get("blockReason"))
    if reason is None or value.get("candidates"):
        return None
    return {"code": reason, "promptFeedback": {"blockReason": reason}, "message": f"prompt blocked: {reason}"}


def _statistics(prediction: Mapping[str, object]) -> int | None:
    return count(mapping(mapping(prediction.get("embeddings")).get("statistics")).get("token_count"))


_CONTENT: Final = lazy(rb'"(?:text|functionCall|inlineData|executableCode)"\s*:\s*(?:"[^"]|\{)')
_REASON: Final = lazy(rb'"finishReason"\s*:\s*["\d]')


class GenerateReader(LatestReader):
    """Reads answers that come one after the other, each with the usage so far."""

    __slots__ = ("_array",)

    notable = lazy(rb'"(?:finishReason|error|promptFeedback)"')

    def __init__(self, format: Format, *, capture: bool = False) -> None:
        super().__init__(format, capture=capture)
        self._array: sse.ArraySplitter | None = None

    def _look(self, chunk: bytes) -> None:
        if not self._begun and chunk.lstrip(BLANK)[:1] == b"[":
            self._begun, self._array = True, sse.ArraySplitter()
        if self._array is None:
            super()._look(chunk)
            return
        for block in self._array.feed(chunk):
            self._event(b"", block)
            self._take(block)

    def _event(self, name: bytes, data: bytes) -> None:
        if not self.content_seen and _CONTENT.search(data):
            self.content_seen = True
        if b'TokenCount"' in data:
            self._last, self._latest = shrunk(data), None
        if self._first is None:
            self._first = shrunk(data)
        elif _REASON.search(data) or b'"error"' in data or b'"promptFeedback"' in data:
            self.keep(data)

    def _collect(self, value: Mapping[str, object], output: content.OutputBuilder) -> None:
        for position, item in enumerate(mappings(value.get("candidates"))):
            index = count(item.get("index"))
            found = content.parts(mapping(item.get("content")).get("parts"))
            output.add(position if index is None else index, found)

    def _build(self) -> Outcome:
        self._read_latest()
        outcome = Outcome()
        reasons: dict[int, str] = {}
        for value in self._decoded():
            later = self._format.decode(value)
            outcome.model = later.model or outcome.model
            outcome.id = later.id or outcome.id
            outcome.usage = later.usage or outcome.usage
            outcome.service_tier = later.service_tier or outcome.service_tier
            outcome.error = outcome.error or later.error
            for position, candidate in enumerate(mappings(value.get("candidates"))):
                reason, index = _finish(candidate), count(candidate.get("index"))
                if reason is not None:
                    reasons[position if index is None else index] = reason
        outcome.finish_reasons = tuple(reasons[index] for index in sorted(reasons))
        closed = self._array is not None and self._array.closed
        outcome.complete = (bool(reasons) or closed) and outcome.error is None
        return outcome
