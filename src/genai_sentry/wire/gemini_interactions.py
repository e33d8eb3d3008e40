"""Gemini's Interactions API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from genai_sentry.patterns import lazy
from genai_sentry.wire import content
from genai_sentry.wire import openai_request as req
from genai_sentry.wire.base import EventReader, Format, StreamReader
from genai_sentry.wire.body import error_of, shrunk
from genai_sentry.wire.fields import count, mapping, mappings, text, total
from genai_sentry.wire.outcome import Content, Outcome, RequestFacts, Usage

_FINISH: Final = {
    "completed": "stop",
    "requires_action": "tool_calls",
    "incomplete": "length",
    "failed": "error",
    "cancelled": "cancelled",
}


class InteractionsFormat(Format):
    """`POST …/interactions`, of a model or an agent."""

    name = "gemini.interactions"
    telling: tuple[bytes, ...] = (b'"input"',)
    operation = "generate_content"
    endpoint_kind = "interactions"
    provider = "gcp.gemini"

    def accepts(self, body: Mapping[str, object]) -> bool:
        """Input for a model or an agent."""
        return "input" in body and (isinstance(body.get("model"), str) or isinstance(body.get("agent"), str))

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Attributes of a request; an agent stands in the model's place."""
        facts.model = facts.model or text(body.get("agent"))
        attributes = facts.attributes
        config = mapping(body.get("generation_config"))
        req.sampling(config, attributes)
        req.max_tokens(config, attributes, "max_output_tokens")
        level = text(config.get("thinking_level"))
        if level is not None:
            attributes["gen_ai.request.reasoning.level"] = level.lower()
        previous = text(body.get("previous_interaction_id"))
        if previous is not None:
            attributes["gen_ai.request.previous_response.id"] = previous
        if body.get("response_format") is not None or body.get("response_mime_type") == "application/json":
            attributes["gen_ai.output.type"] = "json"

    def prompt(self, body: Mapping[str, object]) -> Content:
        """Input, system instruction and tools."""
        given = body.get("input")
        turns = [content.message(item) for item in mappings(given) if "role" in item]
        messages = turns or [{"role": "user", "parts": content.parts(given)}]
        return Content(
            input_messages=content.bounded(messages),
            system_instructions=content.bounded_list(content.parts(body.get("system_instruction"))),
            tool_definitions=content.tools(body.get("tools")),
        )

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """An interaction in any state."""
        outcome = Outcome(model=text(value.get("model")) or text(value.get("agent")), id=text(value.get("id")))
        outcome.error = error_of(value)
        outcome.usage = read_usage(value.get("usage"))
        reason = _FINISH.get(str(value.get("status")))
        if reason is not None:
            outcome.finish_reasons = (reason,)
        return outcome

    def output(self, value: Mapping[str, object]) -> list[content.Message]:
        """What the model said, as one message."""
        found: list[content.Part] = []
        for item in mappings(value.get("steps") or value.get("outputs")):
            found += content.parts(item.get("content") if item.get("type") == "model_output" else item)
        return [{"role": "assistant", "parts": found}]

    def reader(self, *, capture: bool = False) -> StreamReader:
        """A reader of interaction events."""
        return InteractionsReader(self, capture=capture)


def read_usage(value: object) -> Usage | None:
    """Thoughts are counted beside the output, unless the total says that they are within."""
    get = mapping(value).get
    given, made = count(get("total_input_tokens")), count(get("total_output_tokens"))
    thoughts = count(get("total_thought_tokens"))
    within = thoughts is not None and count(get("total_tokens")) == total(
        given, made, count(get("total_tool_use_tokens"))
    )
    usage = Usage(
        input_tokens=given,
        output_tokens=made if within else total(made, thoughts),
        cache_read_input_tokens=count(get("total_cached_tokens")),
        reasoning_output_tokens=thoughts,
    )
    return usage if usage != Usage() else None


class InteractionsReader(EventReader):
    """Reads interaction events: the first names it, the last one counts."""

    __slots__ = ()

    notable = lazy(rb'"(?:interaction"\s*:\s*\{|error")')

    def _event(self, name: bytes, data: bytes) -> None:
        if not self.content_seen and b".delta" in data[:4096]:
            self.content_seen = True
        if self._first is None:
            self._first = shrunk(data)
        elif self.notable.search(data):
            self.keep(data)

    def _collect(self, value: Mapping[str, object], output: content.OutputBuilder) -> None:
        delta = mapping(value.get("delta"))
        if isinstance(delta.get("text"), str):
            output.add(0, [content.text_part(str(delta["text"]))])

    def _build(self) -> Outcome:
        outcome = Outcome()
        ended = self.done
        for value in self._decoded():
            interaction = mapping(value.get("interaction"))
            ended = ended or str(value.get("event_type")) in ("interaction.completed", "interaction.complete")
            later = self._format.decode(interaction)
            outcome.model = later.model or outcome.model
            outcome.id = later.id or outcome.id
            outcome.usage = later.usage or outcome.usage
            outcome.finish_reasons = later.finish_reasons or outcome.finish_reasons
            outcome.error = outcome.error or later.error or error_of(value)
        outcome.complete = ended and outcome.error is None
        return outcome
