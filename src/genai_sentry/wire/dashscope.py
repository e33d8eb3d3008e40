"""DashScope's own format (Qwen on Alibaba's Model Studio): text and multimodal generation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from genai_sentry.patterns import lazy
from genai_sentry.wire import content
from genai_sentry.wire import openai_request as req
from genai_sentry.wire.base import Format, StreamReader
from genai_sentry.wire.body import error_of
from genai_sentry.wire.fields import count, mapping, mappings, text
from genai_sentry.wire.openai_chat import ChatFormat
from genai_sentry.wire.openai_usage import read_usage
from genai_sentry.wire.outcome import Content, Outcome, RequestFacts
from genai_sentry.wire.tail import TailReader

_CHAT: Final = ChatFormat()


class GenerationFormat(Format):
    """`POST /api/v1/services/aigc/text-generation/generation`, and `…/multimodal-generation/generation`."""

    name = "dashscope.generation"
    telling: tuple[bytes, ...] = (b'"input"',)
    operation = "chat"
    endpoint_kind = "generation"
    provider = "dashscope"

    def accepts(self, body: Mapping[str, object]) -> bool:
        """A model and messages or a prompt; speech has a text instead, and pictures are made by models of that name."""
        model, given = body.get("model"), mapping(body.get("input"))
        return (
            isinstance(model, str)
            and "-image" not in model
            and (isinstance(given.get("messages"), list | tuple) or isinstance(given.get("prompt"), str))
        )

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Settings are `parameters`; only a streamed answer comes in increments."""
        settings = mapping(body.get("parameters"))
        facts.stream = facts.stream or settings.get("incremental_output") is True
        req.sampling(settings, facts.attributes)
        req.max_tokens(settings, facts.attributes, "max_tokens", "max_completion_tokens")
        req.output_type(settings.get("response_format"), facts.attributes)

    def prompt(self, body: Mapping[str, object]) -> Content | None:
        """Messages or prompt, and the tools among the parameters."""
        given = mapping(body.get("input"))
        messages = given.get("messages") or [{"role": "user", "content": given.get("prompt")}]
        return Content(
            input_messages=content.bounded([content.message(item) for item in mappings(messages)]),
            tool_definitions=content.tools(mapping(body.get("parameters")).get("tools")),
        )

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """A whole answer or one event: it does not name the model. While it lasts the reason is the word `null`."""
        outcome = Outcome(id=text(value.get("request_id")), usage=read_usage(value.get("usage")))
        output = mapping(value.get("output"))
        if not output:
            outcome.error = error_of(value)
        reasons = [text(choice.get("finish_reason")) for choice in mappings(output.get("choices"))]
        reasons = reasons or [text(output.get("finish_reason"))]
        outcome.finish_reasons = tuple(reason for reason in reasons if reason is not None and reason != "null")
        if outcome.usage is not None and outcome.usage.input_image_tokens is None:
            outcome.usage.input_image_tokens = count(mapping(value.get("usage")).get("image_tokens"))
        return outcome

    def output(self, value: Mapping[str, object]) -> list[content.Message]:
        """One message a choice, or the text."""
        output = mapping(value.get("output"))
        found = _CHAT.output(output)
        if found or not isinstance(output.get("text"), str):
            return found
        reason = next(iter(self.decode(value).finish_reasons), "")
        return [{"role": "assistant", "parts": content.parts(output["text"]), "finish_reason": reason}]

    def reader(self, *, capture: bool = False) -> StreamReader:
        """A reader of server-sent events."""
        return GenerationReader(self, capture=capture)


class GenerationReader(TailReader):
    """Reads events of which each names the counts so far, and the text so far unless increments were asked for."""

    __slots__ = ("_repeats", "_said")

    notable = lazy(rb'"(?:finish_reason"\s*:\s*"(?!null")|code"\s*:\s*"[^"])')

    def __init__(self, format: Format, *, capture: bool = False) -> None:
        super().__init__(format, capture=capture)
        self._said: str | None = None
        self._repeats = True

    def _collect(self, value: Mapping[str, object], output: content.OutputBuilder) -> None:
        held = mapping(value.get("output"))
        said = str(held.get("text") or "")
        for place, choice in enumerate(mappings(held.get("choices"))):
            message = mapping(choice.get("message"))
            for number, call in enumerate(mappings(message.get("tool_calls"))):
                function, index = mapping(call.get("function")), count(call.get("index"))
                at = number if index is None else index
                output.call(place, at, call.get("id"), function.get("name"), function.get("arguments"))
            rest = {key: item for key, item in message.items() if key != "tool_calls"}
            parts = [dict(part) for part in mappings(content.message(rest, "assistant")["parts"])]
            output.add(place, parts)
            said += "".join(str(part.get("content") or "") for part in parts)
        if isinstance(held.get("text"), str) and said:
            output.add(0, [content.text_part(said)])
        self._repeats = self._repeats and (self._said is None or said.startswith(self._said))
        self._said = said

    def _build(self) -> Outcome:
        outcome = super()._build()
        if self._output is not None and self._repeats and self._said:
            last = self._decoded()[-1]
            outcome.content = Content(output_messages=content.bounded(self._format.output(last)))
        return outcome
