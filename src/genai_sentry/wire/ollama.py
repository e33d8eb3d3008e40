"""Ollama's native API: chat, generate, embeddings; JSON lines when streamed, which is its default."""

from __future__ import annotations

from collections.abc import Mapping

from genai_sentry.patterns import lazy
from genai_sentry.wire import content
from genai_sentry.wire.base import Format, StreamReader
from genai_sentry.wire.body import EDGE, error_of
from genai_sentry.wire.fields import count, integer, mapping, mappings, number, text
from genai_sentry.wire.lines import LineReader
from genai_sentry.wire.outcome import Content, Outcome, RequestFacts, Usage


class ChatFormat(Format):
    """`POST /api/chat`."""

    name = "ollama.chat"
    telling: tuple[bytes, ...] = (b'"messages"',)
    lines = True
    operation = "chat"
    endpoint_kind = "chat"
    provider = "ollama"

    def accepts(self, body: Mapping[str, object]) -> bool:
        """A model and messages."""
        return isinstance(body.get("model"), str) and isinstance(body.get("messages"), list | tuple)

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Attributes of a request; it is streamed unless it says otherwise."""
        facts.stream = body.get("stream") is not False
        options = mapping(body.get("options"))
        attributes = facts.attributes
        for key in ("temperature", "top_p", "frequency_penalty", "presence_penalty"):
            value = number(options.get(key))
            if value is not None:
                attributes[f"gen_ai.request.{key}"] = value
        for key, name in (("top_k", "top_k"), ("num_predict", "max_tokens")):
            limit = count(options.get(key))
            if limit is not None:
                attributes[f"gen_ai.request.{name}"] = limit
        seed = integer(options.get("seed"))
        if seed is not None:
            attributes["gen_ai.request.seed"] = seed
        if body.get("format") == "json" or isinstance(body.get("format"), dict):
            attributes["gen_ai.output.type"] = "json"
        level = text(body.get("think"))
        if level is not None:
            attributes["gen_ai.request.reasoning.level"] = level

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """A whole answer, or the last line of a stream."""
        usage = Usage(input_tokens=count(value.get("prompt_eval_count")), output_tokens=count(value.get("eval_count")))
        outcome = Outcome(model=text(value.get("model")), error=error_of(value))
        outcome.usage = usage if usage != Usage() else None
        reason = text(value.get("done_reason"))
        if reason is not None:
            outcome.finish_reasons = (reason,)
        return outcome

    def output(self, value: Mapping[str, object]) -> list[content.Message]:
        """The message, or the text that was generated."""
        item = content.message(mapping(value.get("message")) or {"content": value.get("response")}, "assistant")
        item["finish_reason"] = text(value.get("done_reason")) or ""
        return [item]

    def reader(self, *, capture: bool = False) -> StreamReader:
        """A reader of JSON lines."""
        return OllamaReader(self, capture=capture)


class GenerateFormat(ChatFormat):
    """`POST /api/generate`."""

    name = "ollama.generate"
    telling: tuple[bytes, ...] = (b'"prompt"',)
    operation = "text_completion"
    endpoint_kind = "generate"

    def accepts(self, body: Mapping[str, object]) -> bool:
        """A model and, but for loading it, a prompt."""
        return isinstance(body.get("model"), str) and isinstance(body.get("prompt"), str)

    def prompt(self, body: Mapping[str, object]) -> Content:
        """Prompt and system text."""
        return Content(
            input_messages=content.bounded(
                [content.message({"content": body.get("prompt"), "images": body.get("images")})]
            ),
            system_instructions=content.bounded_list(content.parts(body.get("system"))),
        )


class EmbedFormat(ChatFormat):
    """`POST /api/embed`, and the older `/api/embeddings`."""

    name = "ollama.embed"
    telling: tuple[bytes, ...] = (b'"input"', b'"prompt"')
    operation = "embeddings"
    endpoint_kind = "embed"
    longest = EDGE  # vectors are never parsed

    def accepts(self, body: Mapping[str, object]) -> bool:
        """A model and what to embed."""
        return isinstance(body.get("model"), str) and any(key in body for key in ("input", "prompt"))

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Embeddings are never streamed."""
        facts.stream = False

    def reader(self, *, capture: bool = False) -> StreamReader:
        """A reader of one body."""
        return StreamReader(self, capture=capture)


class OllamaReader(LineReader):
    """Reads lines; the one that is `done` names the counts."""

    __slots__ = ()

    notable = lazy(rb'"(?:done"\s*:\s*true|error")')
    begins = lazy(rb'"(?:content|response|thinking)"\s*:\s*"[^"]|"tool_calls"\s*:\s*\[\s*\{')

    def _collect(self, value: Mapping[str, object], output: content.OutputBuilder) -> None:
        for item in self._format.output(value):
            output.add(0, [dict(part) for part in mappings(item["parts"])])

    def _build(self) -> Outcome:
        outcome = Outcome()
        ended = False
        for value in self._decoded():
            later = self._format.decode(value)
            ended = ended or value.get("done") is True
            later.model = later.model or outcome.model
            later.usage = later.usage or outcome.usage
            later.finish_reasons = later.finish_reasons or outcome.finish_reasons
            later.error = outcome.error or later.error
            outcome = later
        outcome.complete = ended and outcome.error is None
        return outcome
