"""Cohere's chat (first and second version), embeddings and rerankings; other providers' rerankings too."""

from __future__ import annotations

from collections.abc import Mapping

from genai_sentry.patterns import lazy
from genai_sentry.wire import content
from genai_sentry.wire import openai_request as req
from genai_sentry.wire.base import EventReader, Format, StreamReader
from genai_sentry.wire.body import EDGE, error_of
from genai_sentry.wire.fields import count, first, items, mapping, mappings, number, text
from genai_sentry.wire.lines import LineReader
from genai_sentry.wire.openai_usage import read_cost
from genai_sentry.wire.outcome import Content, Outcome, RequestFacts, Usage


class ChatFormat(Format):
    """`POST …/v2/chat`."""

    name = "cohere.chat"
    telling: tuple[bytes, ...] = (b'"messages"',)
    operation = "chat"
    endpoint_kind = "chat"
    provider = "cohere"

    def accepts(self, body: Mapping[str, object]) -> bool:
        """A model and messages."""
        return isinstance(body.get("model"), str) and isinstance(body.get("messages"), list | tuple)

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Attributes of a chat request: `p` and `k` stand for top_p and top_k."""
        attributes = facts.attributes
        req.sampling(body, attributes)
        req.max_tokens(body, attributes, "max_tokens")
        top_p, top_k = number(body.get("p")), count(body.get("k"))
        if top_p is not None:
            attributes["gen_ai.request.top_p"] = top_p
        if top_k is not None:
            attributes["gen_ai.request.top_k"] = top_k
        req.output_type(body.get("response_format"), attributes)

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """A whole answer of either version, or the error in its place."""
        outcome = Outcome(
            model=text(value.get("model")),
            id=text(value.get("id")) or text(value.get("generation_id")) or text(value.get("response_id")),
            error=_error(value),
        )
        reason = text(value.get("finish_reason"))
        if reason is not None:
            outcome.finish_reasons = (reason,)
        outcome.usage = read_usage(value.get("usage")) or read_usage(value.get("meta"))
        return outcome

    def output(self, value: Mapping[str, object]) -> list[content.Message]:
        """The message of the second version, the text of the first."""
        item = content.message(mapping(value.get("message")) or {"content": value.get("text")}, "assistant")
        item["finish_reason"] = text(value.get("finish_reason")) or ""
        return [item]

    def reader(self, *, capture: bool = False) -> StreamReader:
        """A reader of server-sent events."""
        return ChatReader(self, capture=capture)


class ChatV1Format(ChatFormat):
    """`POST …/v1/chat`."""

    name = "cohere.chat.v1"
    telling: tuple[bytes, ...] = (b'"message"',)
    lines = True

    def accepts(self, body: Mapping[str, object]) -> bool:
        """A message, alone."""
        return isinstance(body.get("message"), str)

    def prompt(self, body: Mapping[str, object]) -> Content:
        """Message, history, preamble and tools."""
        given = [*mappings(body.get("chat_history")), {"role": "user", "content": body.get("message")}]
        return Content(
            input_messages=content.bounded([content.message(item) for item in given]),
            system_instructions=content.bounded_list(content.parts(body.get("preamble"))),
            tool_definitions=content.tools(body.get("tools")),
        )

    def reader(self, *, capture: bool = False) -> StreamReader:
        """A reader of JSON lines."""
        return ChatV1Reader(self, capture=capture)


class EmbedFormat(Format):
    """`POST …/embed` of Cohere."""

    name = "cohere.embed"
    operation = "embeddings"
    endpoint_kind = "embed"
    provider = "cohere"
    longest = EDGE  # vectors are never parsed

    def accepts(self, body: Mapping[str, object]) -> bool:
        """A model and what to embed."""
        return isinstance(body.get("model"), str) and any(key in body for key in ("texts", "images", "inputs"))

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Encoding formats."""
        formats = tuple(name for item in items(body.get("embedding_types")) if (name := text(item)))
        if formats:
            facts.attributes["gen_ai.request.encoding_formats"] = formats

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """Identifier and usage."""
        return Outcome(id=text(value.get("id")), usage=read_usage(value.get("meta")), error=_error(value))


class RerankFormat(Format):
    """`POST …/rerank`, which Cohere, Voyage, Jina, vLLM and others share; Hugging Face's server says texts."""

    name = "rerank"
    telling: tuple[bytes, ...] = (b'"query"',)
    operation = "rerank"
    endpoint_kind = "rerank"
    provider = "cohere"

    def accepts(self, body: Mapping[str, object]) -> bool:
        """A query and documents."""
        return "query" in body and isinstance(body.get("documents", body.get("texts")), list | tuple)

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """Identifier and usage."""
        usage = mapping(value.get("usage"))
        return Outcome(
            model=text(value.get("model")),
            id=text(value.get("id")),
            usage=read_usage(value.get("meta")) or read_usage(usage),
            cost_usd=read_cost(usage),
            error=_error(value),
        )


def read_usage(value: object) -> Usage | None:
    """`usage` of the second version, `meta` of the first: tokens seen by the model, and those billed."""
    found = mapping(value)
    tokens, billed = mapping(found.get("tokens")), mapping(found.get("billed_units"))
    usage = Usage(
        input_tokens=first(
            count(tokens.get("input_tokens")), count(billed.get("input_tokens")), count(found.get("prompt_tokens"))
        ),
        output_tokens=first(count(tokens.get("output_tokens")), count(billed.get("output_tokens"))),
        cache_read_input_tokens=count(found.get("cached_tokens")),
        reasoning_output_tokens=count(tokens.get("reasoning_tokens")),
        input_image_tokens=count(tokens.get("image_tokens")),
        billed_input_tokens=count(billed.get("input_tokens")),
        billed_output_tokens=count(billed.get("output_tokens")),
    )
    return usage if usage != Usage() else None


def _error(value: Mapping[str, object]) -> dict[str, object] | None:
    """Cohere's errors are a bare `message`."""
    found = error_of(value)
    if found is None and isinstance(value.get("message"), str) and not value.get("finish_reason"):
        return {key: value[key] for key in ("id", "message") if isinstance(value.get(key), str)}
    return found


class ChatReader(EventReader):
    """Reads the events of the second version: `message-start` names the answer, `message-end` ends it."""

    __slots__ = ()

    notable = lazy(rb'"(?:message-|error")')

    def _event(self, name: bytes, data: bytes) -> None:
        if not self.content_seen and (b'"content-delta"' in data or b'"tool-' in data):
            self.content_seen = True
        if self._first is None:
            self._first = data
        elif b'"message-end"' in data or b'"error"' in data:
            self.keep(data)

    def _collect(self, value: Mapping[str, object], output: content.OutputBuilder) -> None:
        inner = mapping(mapping(value.get("delta")).get("message"))
        call = mapping(inner.get("tool_calls"))
        if call:
            function = mapping(call.get("function"))
            output.call(
                0, count(value.get("index")) or 0, call.get("id"), function.get("name"), function.get("arguments")
            )
            return
        block = mapping(inner.get("content"))
        if isinstance(block.get("text"), str):
            output.add(0, [content.text_part(str(block["text"]))])
        elif isinstance(block.get("thinking"), str):
            output.add(0, [content.reasoning_part(str(block["thinking"]))])

    def _build(self) -> Outcome:
        outcome = Outcome()
        ended = False
        for value in self._decoded():
            delta = mapping(value.get("delta"))
            ended = ended or value.get("type") == "message-end"
            outcome.id = outcome.id or text(value.get("id"))
            reason = text(delta.get("finish_reason"))
            if reason is not None:
                outcome.finish_reasons = (reason,)
            outcome.usage = read_usage(delta.get("usage")) or outcome.usage
            outcome.error = outcome.error or error_of(value) or error_of(delta)
        outcome.complete = (ended or self.done) and outcome.error is None
        return outcome


class ChatV1Reader(LineReader):
    """Reads the lines of the first version: `stream-end` repeats the whole answer."""

    __slots__ = ()

    notable = lazy(rb'"(?:stream-end|error|message)"')
    begins = lazy(rb'"(?:text-generation"|tool-calls-)')

    def _collect(self, value: Mapping[str, object], output: content.OutputBuilder) -> None:
        if isinstance(value.get("text"), str):
            output.add(0, [content.text_part(str(value["text"]))])

    def _build(self) -> Outcome:
        outcome = Outcome()
        ended = False
        for value in self._decoded():
            response = mapping(value.get("response")) or value
            later = self._format.decode(response)
            ended = ended or value.get("event_type") == "stream-end" or value.get("is_finished") is True
            ended = ended or ("event_type" not in value and later.error is None)
            outcome.id = later.id or outcome.id
            outcome.usage = later.usage or outcome.usage
            reason = text(value.get("finish_reason")) or next(iter(later.finish_reasons), None)
            if reason is not None:
                outcome.finish_reasons = (reason,)
            outcome.error = outcome.error or error_of(value) or later.error
        outcome.complete = ended and outcome.error is None
        return outcome
