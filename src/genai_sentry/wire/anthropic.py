"""Anthropic's messages, legacy completions, token counts and message batches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from genai_sentry.patterns import lazy
from genai_sentry.wire import content
from genai_sentry.wire import openai_request as req
from genai_sentry.wire.base import Endings, EventReader, Format, StreamReader
from genai_sentry.wire.body import error_of, shrunk
from genai_sentry.wire.fields import count, first, mapping, mappings, text, total
from genai_sentry.wire.outcome import Outcome, RequestFacts, Usage

_ENDINGS: Final = Endings(b'"stop_reason"', b'end_turn"', b'max_tokens"', b'stop_sequence"', b'tool_use"')


class MessagesFormat(Format):
    """`POST …/v1/messages`; also Vertex's `rawPredict` and Bedrock's `invoke`, which name the model in the path."""

    name = "anthropic.messages"
    telling: tuple[bytes, ...] = (b'"messages"',)
    operation = "chat"
    endpoint_kind = "messages"
    provider = "anthropic"

    def accepts(self, body: Mapping[str, object]) -> bool:
        """Messages in a list and, as the API demands, an output limit."""
        return isinstance(body.get("messages"), list | tuple) and ("max_tokens" in body or "anthropic_version" in body)

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Attributes of a messages request."""
        if facts.model is None:
            facts.model = model_in_path(path)
        if path.endswith((":streamRawPredict", "/invoke-with-response-stream")):
            facts.stream = True
        attributes = facts.attributes
        req.sampling(body, attributes)
        attributes.pop("openai.request.service_tier", None)
        req.max_tokens(body, attributes, "max_tokens", "max_tokens_to_sample")
        config = mapping(body.get("output_config"))
        level = text(config.get("effort"))
        if level is not None:
            attributes["gen_ai.request.reasoning.level"] = level
        req.output_type(config.get("format") or body.get("output_format"), attributes)

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """A message, or the error in its place."""
        outcome = Outcome(model=text(value.get("model")), id=text(value.get("id")), error=error_of(value))
        reason = text(value.get("stop_reason"))
        if reason is not None:
            outcome.finish_reasons = (reason,)
        _apply_usage(outcome, mapping(value.get("usage")))
        return outcome

    def output(self, value: Mapping[str, object]) -> list[content.Message]:
        """The message's blocks."""
        given = value.get("content", value.get("completion"))
        reason = text(value.get("stop_reason")) or ""
        return [{"role": "assistant", "parts": content.parts(given), "finish_reason": reason}]

    def plain(self, body: bytes) -> bool:
        """A message that ended in an ordinary way, and no error; one whose tool has such names in its input is not."""
        return _ENDINGS.plain(body)

    def reader(self, *, capture: bool = False) -> StreamReader:
        """A reader of message events."""
        return MessagesReader(self, capture=capture)


class CompleteFormat(MessagesFormat):
    """`POST …/v1/complete`: the legacy text completion; its answers name no tokens."""

    name = "anthropic.complete"
    telling: tuple[bytes, ...] = (b'"prompt"',)
    operation = "text_completion"
    endpoint_kind = "complete"

    def accepts(self, body: Mapping[str, object]) -> bool:
        """A prompt and an output limit under its old name."""
        return isinstance(body.get("prompt"), str) and "max_tokens_to_sample" in body


class CountTokensFormat(MessagesFormat):
    """`POST …/v1/messages/count_tokens`: a count, no inference, not billed."""

    name = "anthropic.count_tokens"
    operation = ""
    endpoint_kind = "messages.count_tokens"
    priced = False

    def accepts(self, body: Mapping[str, object]) -> bool:
        """Messages and a model."""
        return isinstance(body.get("messages"), list | tuple) and isinstance(body.get("model"), str)

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """Only an error is of interest: the count is no usage."""
        return Outcome(error=error_of(value))


def model_in_path(path: str) -> str | None:
    """The model that Vertex (`…/models/NAME:rawPredict`) and Bedrock (`/model/NAME/invoke`) name in the path."""
    if "/models/" in path and ":" in path:
        return text(path.rpartition("/models/")[2].rpartition(":")[0])
    if "/model/" in path:
        return text(path.partition("/model/")[2].rpartition("/")[0].replace("%3A", ":").replace("%2F", "/"))
    return None


def read_usage(value: Mapping[str, object]) -> Usage | None:
    """Anthropic's `input_tokens` leaves out what went through the cache: the sum is what was sent."""
    read = count(value.get("cache_read_input_tokens"))
    written = count(value.get("cache_creation_input_tokens"))
    fresh = count(value.get("input_tokens"))
    split = mapping(value.get("cache_creation"))
    if written is None:
        written = total(count(split.get("ephemeral_5m_input_tokens")), count(split.get("ephemeral_1h_input_tokens")))
    usage = Usage(
        input_tokens=None if fresh is None else total(fresh, read, written),
        output_tokens=count(value.get("output_tokens")),
        cache_read_input_tokens=read,
        cache_write_input_tokens=written,
        cache_write_1h_input_tokens=count(split.get("ephemeral_1h_input_tokens")),
        reasoning_output_tokens=first(
            count(mapping(value.get("output_tokens_details")).get("thinking_tokens")),
            count(mapping(value.get("output_tokens_details")).get("reasoning_tokens")),
        ),
        web_searches=count(mapping(value.get("server_tool_use")).get("web_search_requests")),
    )
    return usage if usage != Usage() else None


def _apply_usage(outcome: Outcome, value: Mapping[str, object]) -> None:
    outcome.usage = read_usage(value)
    # What was served fast has prices of its own, as a tier has.
    outcome.service_tier = "fast" if value.get("speed") == "fast" else text(value.get("service_tier"))
    if "inference_geo" in value:
        outcome.geography = text(value["inference_geo"])


class MessagesReader(EventReader):
    """Reads message events. Counts of `message_start` stand until `message_delta` names later ones."""

    __slots__ = ()

    notable = lazy(rb'"(?:message_|error"|completion")')

    def _event(self, name: bytes, data: bytes) -> None:
        if not self.content_seen and (b'"content_block_delta"' in data or b'"completion":' in data):
            self.content_seen = True
        if b'"message_stop"' in data:
            self.done = True
        elif self._first is None:
            self._first = shrunk(data)
        elif b'"message_' in data or name == b"error" or b'"error"' in data:
            self.keep(data)
        elif b'"completion":' in data:
            self._last = data

    def _collect(self, value: Mapping[str, object], output: content.OutputBuilder) -> None:
        index, delta = count(value.get("index")) or 0, mapping(value.get("delta"))
        block = mapping(value.get("content_block"))
        kind = content.TOOL_USES.get(str(block.get("type")))
        if kind is not None:
            output.call(0, index, block.get("id"), block.get("name"), None, kind)
        elif isinstance(delta.get("partial_json"), str):
            output.call(0, index, None, None, delta.get("partial_json"))
        elif isinstance(delta.get("text"), str):
            output.add(0, [content.text_part(str(delta["text"]))])
        elif isinstance(delta.get("thinking"), str):
            output.add(0, [content.reasoning_part(str(delta["thinking"]))])
        elif isinstance(value.get("completion"), str):
            output.add(0, [content.text_part(str(value["completion"]))])

    def _build(self) -> Outcome:
        outcome = Outcome()
        usage: dict[str, object] = {}
        reason = None
        for value in self._decoded():
            message = mapping(value.get("message")) or value
            outcome.model = outcome.model or text(message.get("model"))
            outcome.id = outcome.id or text(message.get("id"))
            counts = mapping(message.get("usage"))
            usage.update((key, item) for key, item in counts.items() if item is not None)
            delta = mapping(value.get("delta"))
            reason = text(delta.get("stop_reason")) or text(message.get("stop_reason")) or reason
            outcome.error = outcome.error or error_of(value)
        if reason is not None:
            outcome.finish_reasons = (reason,)
        _apply_usage(outcome, usage)
        outcome.complete = (self.done or reason is not None) and outcome.error is None
        return outcome


class MessageBatchesFormat(Format):
    """`POST …/v1/messages/batches`: a submission; what it costs is known from the results."""

    name = "anthropic.batches"
    telling: tuple[bytes, ...] = (b'"requests"',)
    operation = ""
    task = "submit_batch"
    endpoint_kind = "batches"
    priced = False
    provider = "anthropic"

    def accepts(self, body: Mapping[str, object]) -> bool:
        """A list of requests."""
        return isinstance(body.get("requests"), list | tuple)

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """The model, where all requests name the same."""
        requests = list(mappings(body.get("requests")))[:64]
        models = {text(mapping(request.get("params")).get("model")) for request in requests}
        if len(models) == 1:
            facts.model = models.pop()

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """The batch's identifier."""
        return Outcome(id=text(value.get("id")), error=error_of(value))
