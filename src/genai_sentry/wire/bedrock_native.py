"""Bedrock's `invoke` with bodies in the words of the model's maker: Nova, Titan, Llama, Mistral, Cohere, AI21, OpenAI.

Which of them speaks is told by the answer's fields; the model's name says only whether it is one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from genai_sentry.patterns import lazy
from genai_sentry.wire import bedrock_converse, cohere, content, openai_chat
from genai_sentry.wire import openai_request as req
from genai_sentry.wire.anthropic import model_in_path
from genai_sentry.wire.base import EventReader, Format, StreamReader
from genai_sentry.wire.bedrock import FramesReader, InvokeFormat, counted_by_headers
from genai_sentry.wire.bedrock_converse import ConverseFormat, read_usage
from genai_sentry.wire.body import EDGE, error_of
from genai_sentry.wire.fields import count, first, mapping, mappings, number, text, total
from genai_sentry.wire.outcome import Content, Outcome, RequestFacts, Usage
from genai_sentry.wire.tail import corrected, merged

METRICS: Final = "amazon-bedrock-invocationMetrics"
"""What Bedrock adds to the last chunk of a stream, whoever made the model."""

_CHAT: Final = openai_chat.ChatFormat()
_COHERE: Final = cohere.ChatFormat()
_CONVERSE: Final = ConverseFormat()
_PROMPTS: Final = ("prompt", "inputText", "message")
_NUMBERS: Final = {
    "gen_ai.request.temperature": ("temperature",),
    "gen_ai.request.top_p": ("top_p", "topP", "p"),
}
_COUNTS: Final = {
    "gen_ai.request.top_k": ("top_k", "topK", "k"),
    "gen_ai.request.max_tokens": (
        *("max_tokens", "max_completion_tokens", "max_gen_len", "maxTokens", "max_new_tokens", "maxTokenCount"),
    ),
}


class NativeFormat(InvokeFormat):
    """`POST /model/NAME/invoke` and `…/invoke-with-response-stream` for models that are not Anthropic's."""

    name = "bedrock.invoke.native"
    telling: tuple[bytes, ...] = (b'"messages"', b'"prompt"', b'"inputText"', b'"message"')

    def accepts(self, body: Mapping[str, object]) -> bool:
        """Messages or a prompt under one of its names; the path vouches for the rest."""
        return isinstance(body.get("messages"), list | tuple) or any(
            isinstance(body.get(name), str) for name in _PROMPTS
        )

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Model and streaming by the path, settings at the top or in the object that Nova and Titan have for them."""
        facts.model = model_in_path(path) or facts.model
        facts.stream = path.endswith("/invoke-with-response-stream")
        for source in (body, mapping(body.get("inferenceConfig")), mapping(body.get("textGenerationConfig"))):
            for name, keys in _NUMBERS.items():
                value = next((found for key in keys if (found := number(source.get(key))) is not None), None)
                if value is not None:
                    facts.attributes[name] = value
            for name, keys in _COUNTS.items():
                limit = first(*(count(source.get(key)) for key in keys))
                if limit is not None:
                    facts.attributes[name] = limit
        req.reasoning(body, facts.attributes)

    def prompt(self, body: Mapping[str, object]) -> Content | None:
        """Messages, or the prompt as a user's message."""
        given = next((body[name] for name in _PROMPTS if isinstance(body.get(name), str)), None)
        if given is None:
            return _CONVERSE.prompt(body) if "toolConfig" in body else super().prompt(body)
        return Content(input_messages=content.bounded([{"role": "user", "parts": content.parts(given)}]))

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """A whole answer or a chunk of a stream."""
        read = next((read for key, read in _SHAPES if key in value), None)
        outcome = Outcome(error=error_of(value)) if read is None else read(value)
        if METRICS in value:
            outcome.usage = corrected(_metered(mapping(value[METRICS])), outcome.usage)
        return outcome

    def output(self, value: Mapping[str, object]) -> list[content.Message]:
        """The answer's text, or its messages where it has any."""
        if "choices" in value:
            return _CHAT.output(value)
        if "output" in value:
            return _CONVERSE.output(value)
        reason = next(iter(self.decode(value).finish_reasons), "")
        return [{"role": "assistant", "parts": content.parts(said(value)), "finish_reason": reason}]

    def reader(self, *, capture: bool = False) -> StreamReader:
        """A reader of binary frames, or of a whole answer."""
        return NativeReader(self, capture=capture)


class EmbedFormat(Format):
    """`POST /model/NAME/invoke` of models that embed: Titan's answers count tokens, Cohere's leave that to a header."""

    name = "bedrock.invoke.embeddings"
    telling: tuple[bytes, ...] = ()
    operation = "embeddings"
    endpoint_kind = "invoke"
    provider = "aws.bedrock"
    longest = EDGE  # vectors are never parsed

    def accepts(self, body: Mapping[str, object]) -> bool:
        """Something to embed; the path vouches for the rest."""
        return any(name in body for name in _EMBEDDED)

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """The model by the path; embeddings are never streamed."""
        facts.model, facts.stream = model_in_path(path) or facts.model, False

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """Identifier and usage."""
        given = count(value.get("inputTextTokenCount"))
        return Outcome(
            id=text(value.get("id")),
            usage=cohere.read_usage(value.get("meta")) if given is None else Usage(input_tokens=given),
            error=error_of(value),
        )

    def edges(self, head: bytes, tail: bytes) -> Outcome:
        """Of long answers the vectors are never parsed."""
        outcome = super().edges(head, tail)
        found = _EMBEDDED_COUNT.search(tail) or _EMBEDDED_COUNT.search(head)
        if found is not None:
            outcome.usage = Usage(input_tokens=int(found[1]))
        return outcome

    def headers(self, outcome: Outcome, headers: Mapping[str, str]) -> None:
        """Bedrock counts in headers what the answer leaves out."""
        outcome.usage = counted_by_headers(headers)


_EMBEDDED: Final = (
    *("inputText", "inputImage", "texts", "images", "inputs", "singleEmbeddingParams", "segmentedEmbeddingParams"),
)
_EMBEDDED_COUNT: Final = lazy(rb'"inputTextTokenCount"\s*:\s*(\d{1,15})\b')


class NativeReader(FramesReader):
    """Reads chunks: the first, those that tell an end or a count, and the last are decoded."""

    __slots__ = ()

    notable = lazy(
        rb'"(?:messageStop|metadata|amazon-bedrock|error"|is_finished"\s*:\s*true'
        rb'|(?:stop_reason|finish_reason|completionReason)"\s*:\s*")'
    )
    begins = lazy(
        rb'"(?:text|outputText|generation|content|reasoning|arguments)"\s*:\s*"[^"]|"(?:toolUse|tool_calls)"\s*:\s*[\[{]'
    )
    _event = EventReader._event  # their frames are as Anthropic's, not what is in them

    def _collect(self, value: Mapping[str, object], output: content.OutputBuilder) -> None:
        block = mapping(value.get("contentBlockDelta")) or mapping(value.get("contentBlockStart"))
        choices = [{"delta": choice.get("message"), **choice} for choice in mappings(value.get("choices"))]
        if block:
            bedrock_converse.collect(block, output)
        elif choices:
            openai_chat.collect({"choices": choices}, output)
        elif spoken := said(value):
            output.add(0, [content.text_part(spoken)])

    def _build(self) -> Outcome:
        outcome = merged(map(self._format.decode, self._decoded()), corrected)
        if self._failure is not None and outcome.error is None:
            outcome.error = self._failure
        outcome.complete = bool(outcome.finish_reasons) and outcome.error is None
        return outcome


def said(value: Mapping[str, object]) -> str:
    """The text of an answer or a chunk that has no choices, in the first place that has one."""
    held = [
        value,
        *mappings(value.get("results")),
        *mappings(value.get("outputs")),
        *mappings(value.get("generations")),
    ]
    held += [mapping(item.get("data")) for item in mappings(value.get("completions"))]
    for item in held:
        for name in ("text", "generation", "outputText", "content"):
            found = item.get(name)
            if isinstance(found, str) and found:
                return found
    return ""


def _metered(counts: Mapping[str, object]) -> Usage | None:
    """Bedrock's own count, which leaves out of the input what went through the cache."""
    fresh = count(counts.get("inputTokenCount"))
    read, written = count(counts.get("cacheReadInputTokenCount")), count(counts.get("cacheWriteInputTokenCount"))
    usage = Usage(
        input_tokens=None if fresh is None else total(fresh, read, written),
        output_tokens=count(counts.get("outputTokenCount")),
        cache_read_input_tokens=read,
        cache_write_input_tokens=written,
    )
    return usage if usage != Usage() else None


def _outcome(value: Mapping[str, object], reason: object, given: object, made: object) -> Outcome:
    usage = Usage(input_tokens=count(given), output_tokens=count(made))
    ended = text(reason)
    return Outcome(
        finish_reasons=() if ended is None else (ended,),
        usage=usage if usage != Usage() else None,
        error=error_of(value),
    )


def _openai(value: Mapping[str, object]) -> Outcome:
    """AI21, DeepSeek, newer Mistral and OpenAI's open models: the reason may be called `stop_reason`."""
    outcome = _CHAT.decode(value)
    if not outcome.finish_reasons:
        reasons = [text(choice.get("stop_reason")) for choice in mappings(value.get("choices"))]
        outcome.finish_reasons = tuple(reason for reason in reasons if reason is not None)
    return outcome


def _titan(value: Mapping[str, object]) -> Outcome:
    results = list(mappings(value.get("results")))
    made = total(*(count(result.get("tokenCount")) for result in results))
    reason = next((result.get("completionReason") for result in results), None)
    return _outcome(value, reason, value.get("inputTextTokenCount"), made)


def _titan_chunk(value: Mapping[str, object]) -> Outcome:
    made = value.get("totalOutputTextTokenCount")
    return _outcome(value, value.get("completionReason"), value.get("inputTextTokenCount"), made)


def _llama(value: Mapping[str, object]) -> Outcome:
    return _outcome(
        value, value.get("stop_reason"), value.get("prompt_token_count"), value.get("generation_token_count")
    )


def _mistral(value: Mapping[str, object]) -> Outcome:
    reason = next((item.get("stop_reason") for item in mappings(value.get("outputs"))), None)
    return _outcome(value, reason, None, None)


def _command(value: Mapping[str, object]) -> Outcome:
    """Cohere's Command: its first models answer with a list, the later ones as Cohere itself does."""
    outcome = _COHERE.decode(value)
    for item in (mapping(value.get("response")), *mappings(value.get("generations"))):
        inner = _COHERE.decode(item)
        outcome.id = outcome.id or inner.id
        outcome.finish_reasons = outcome.finish_reasons or inner.finish_reasons
    return outcome


def _jurassic(value: Mapping[str, object]) -> Outcome:
    completion = next(mappings(value.get("completions")), {})
    outcome = _outcome(value, mapping(completion.get("finishReason")).get("reason"), None, None)
    outcome.id = text(value.get("id"))
    return outcome


def _nova_end(value: Mapping[str, object]) -> Outcome:
    return _outcome(value, mapping(value.get("messageStop")).get("stopReason"), None, None)


def _nova_usage(value: Mapping[str, object]) -> Outcome:
    return Outcome(usage=read_usage(mapping(value.get("metadata")).get("usage")))


_SHAPES: Final[tuple[tuple[str, Callable[[Mapping[str, object]], Outcome]], ...]] = (
    ("choices", _openai),
    ("output", _CONVERSE.decode),
    ("messageStop", _nova_end),
    ("metadata", _nova_usage),
    ("results", _titan),
    ("outputText", _titan_chunk),
    ("generation", _llama),
    ("outputs", _mistral),
    ("completions", _jurassic),
    ("generations", _command),
    ("is_finished", _command),
    ("finish_reason", _command),
)
"""A field that only one maker's answers have, and how these are read."""

_EMBEDS: Final = lazy(r"embed")
_OTHERS: Final = lazy(r"image|canvas|reel|sonic|rerank|embed|voxtral|transcribe")
_TEXT: Final = lazy(
    r"(?:^|[./:])(?:amazon\.(?:nova|titan-t)|meta\.|mistral\.|cohere\.command|ai21\.|deepseek\.|openai\.|qwen\.|google\.|"
    r"writer\.|moonshot(?:ai)?\.|minimax\.|nvidia\.|zai\.)"
)


def kind_of(path: str) -> str:
    """What the model in a path does, by its name: `text`, `embeddings`, or empty where the name does not say."""
    model = model_in_path(path)
    if model is None:
        return ""
    if _EMBEDS.search(model):
        return "embeddings"
    return "text" if _TEXT.search(model) and not _OTHERS.search(model) else ""
