"""OpenAI's Responses API: create, background and streamed answers, compaction, input token counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from genai_sentry.patterns import lazy
from genai_sentry.wire import content
from genai_sentry.wire import openai_request as req
from genai_sentry.wire.base import EventReader, Format, StreamReader
from genai_sentry.wire.body import error_of, shrunk
from genai_sentry.wire.fields import count, mapping, mappings, text
from genai_sentry.wire.openai_chat import head
from genai_sentry.wire.openai_usage import apply_usage
from genai_sentry.wire.outcome import Content, Outcome, RequestFacts

_INCOMPLETE: Final = {"max_output_tokens": "length", "content_filter": "content_filter"}
_CALLS: Final = frozenset({"function_call", "custom_tool_call", "computer_call", "local_shell_call", "shell_call"})
"""Output items by which the model asks the caller to do something."""
_SILENT: Final = frozenset(
    {"model", "input", "instructions", "stream", "stream_options", "tools", "tool_choice", "metadata", "user", "store"}
)
"""Fields of a request that no attribute tells of."""


class ResponsesFormat(Format):
    """`POST …/responses`."""

    name = "openai.responses"
    telling: tuple[bytes, ...] = (b'"model"', b'"prompt"')
    operation = "chat"
    endpoint_kind = "responses"

    def accepts(self, body: Mapping[str, object]) -> bool:
        """A model or a stored prompt, and input of some kind."""
        if not isinstance(body.get("model"), str) and not isinstance(body.get("prompt"), dict):
            return False
        return isinstance(body.get("input"), str | list | tuple) or any(
            key in body for key in ("prompt", "previous_response_id", "conversation", "instructions")
        )

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Attributes of a Responses request."""
        attributes = facts.attributes
        attributes["openai.api.type"] = "responses"
        if body.keys() <= _SILENT:
            return
        req.sampling(body, attributes)
        req.max_tokens(body, attributes, "max_output_tokens")
        req.output_type(mapping(body.get("text")).get("format"), attributes)
        req.reasoning(body, attributes)
        previous = text(body.get("previous_response_id"))
        if previous is not None:
            attributes["gen_ai.request.previous_response.id"] = previous
        conversation = body.get("conversation")
        found = text(conversation.get("id") if isinstance(conversation, dict) else conversation)
        if found is not None:
            attributes["gen_ai.conversation.id"] = found

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """A response object in any state: completed, incomplete, failed, queued."""
        outcome = head(value)
        apply_usage(outcome, value.get("usage"))
        if outcome.usage is not None and outcome.usage.web_searches is None:
            outcome.usage.web_searches = _searches(value) or None
        # Realtime sessions put the error of a failed response into its status details.
        outcome.error = error_of(value) or error_of(mapping(value.get("status_details")))
        status = value.get("status")
        reason = text(mapping(value.get("incomplete_details")).get("reason"))
        if status == "incomplete":
            outcome.incomplete_reason = reason
        finish = _finish_reason(status, reason, value)
        if finish is not None:
            outcome.finish_reasons = (finish,)
        conversation = text(mapping(value.get("conversation")).get("id"))
        if conversation is not None:
            outcome.attributes["gen_ai.conversation.id"] = conversation
        return outcome

    def prompt(self, body: Mapping[str, object]) -> Content:
        """Input, instructions and tools."""
        return Content(
            input_messages=content.bounded(content.input_items(body.get("input"))),
            system_instructions=content.bounded_list(content.parts(body.get("instructions"))),
            tool_definitions=content.tools(body.get("tools")),
        )

    def output(self, value: Mapping[str, object]) -> list[content.Message]:
        """All output items as one message."""
        found: list[content.Part] = []
        for item in mappings(value.get("output")):
            found += content.parts(item.get("content") if item.get("type") == "message" else item)
        reason = _finish_reason(value.get("status"), None, value)
        return [{"role": "assistant", "parts": found, "finish_reason": reason or ""}] if found else []

    def plain(self, body: bytes) -> bool:
        """It has an output, nothing in it failed or is incomplete, and its error is null. Text is escaped."""
        if body[:1] != b"{" or b'"completed"' not in body or b'"output"' not in body:
            return False
        if b'"failed"' in body or b'"incomplete"' in body:
            return False
        at = body.find(b'"error"')
        if at >= 0 and body.find(b'"error"', at + 7) >= 0:
            return False
        return at < 0 or body[at + 7 : at + 32].lstrip(b" \t\r\n:").startswith(b"null")

    def reader(self, *, capture: bool = False) -> StreamReader:
        """A reader of `response.*` events."""
        return ResponsesReader(self, capture=capture)


class InputTokensFormat(ResponsesFormat):
    """`POST …/responses/input_tokens`: a token count, no inference."""

    name = "openai.responses.input_tokens"
    operation = ""
    endpoint_kind = "responses.input_tokens"
    priced = False

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """Only an error is of interest: the count is no usage."""
        return Outcome(error=error_of(value))


class CompactFormat(ResponsesFormat):
    """`POST …/responses/compact`: a conversation made shorter by the model, billed as inference."""

    name = "openai.responses.compact"
    endpoint_kind = "responses.compact"


def _searches(value: Mapping[str, object]) -> int:
    """Web searches that the provider made; opening a page is none."""
    calls = [item for item in mappings(value.get("output")) if item.get("type") == "web_search_call"]
    return sum(1 for call in calls if mapping(call.get("action")).get("type", "search") == "search")


def _finish_reason(status: object, incomplete: str | None, value: Mapping[str, object]) -> str | None:
    """The state of a response in the semantic convention's words for finish reasons."""
    if status == "completed":
        asks = any(item.get("type") in _CALLS for item in mappings(value.get("output")))
        return "tool_calls" if asks else "stop"
    if status == "incomplete":
        return _INCOMPLETE.get(incomplete or "", incomplete)
    if status == "failed":
        return "error"
    return "cancelled" if status == "cancelled" else None


_TERMINAL: Final = lazy(
    rb'"type"\s*:\s*"(?:response\.(?:completed|incomplete|failed|cancelled|done)|(?:response\.)?error)"'
)
_CREATED: Final = lazy(rb'"type"\s*:\s*"response\.(?:created|queued|in_progress)"')
_DELTA: Final = lazy(rb'"type"\s*:\s*"response\.[a-z_.]+\.delta"')
_RESPONSE: Final = lazy(rb'"response"\s*:\s*\{')
_ENDINGS: Final = frozenset(
    {"response.completed", "response.incomplete", "response.failed", "response.cancelled", "response.done"}
)


class ResponsesReader(EventReader):
    """Reads `response.*` events: the first and the terminal one hold everything of interest."""

    __slots__ = ()

    notable = lazy(rb'"(?:response"\s*:\s*\{|error")')

    def _event(self, name: bytes, data: bytes) -> None:
        if not self.content_seen and (name.endswith(b".delta") or _DELTA.search(data)):
            self.content_seen = True
        if self._first is None:
            self._first = shrunk(data)
        if _TERMINAL.search(data) or name == b"error" or (b'"error"' in data and not _RESPONSE.search(data)):
            self.keep(data)

    def _collect(self, value: Mapping[str, object], output: content.OutputBuilder) -> None:
        kind, delta = value.get("type"), value.get("delta")
        index = count(value.get("output_index")) or 0
        item = mapping(value.get("item"))
        if kind == "response.output_item.added" and item.get("type") == "function_call":
            output.call(0, index, item.get("call_id"), item.get("name"), None)
        if not isinstance(delta, str):
            return
        if kind in ("response.output_text.delta", "response.refusal.delta"):
            output.add(0, [content.text_part(delta)])
        elif kind in ("response.reasoning_summary_text.delta", "response.reasoning_text.delta"):
            output.add(0, [content.reasoning_part(delta)])
        elif kind == "response.function_call_arguments.delta":
            output.call(0, index, None, None, delta)

    def _build(self) -> Outcome:
        outcome = Outcome()
        ended = False
        for value in self._decoded():
            kind = value.get("type")
            response = mapping(value.get("response"))
            if response:
                final = self._capture and bool(response.get("output"))
                outcome = _later(outcome, self._format.read(response, capture=final))
                ended = ended or kind in _ENDINGS
            if kind == "response.failed" and outcome.error is None:
                outcome.error = {"type": "response.failed"}
            outcome.error = outcome.error or error_of(value)
        outcome.complete = ended
        return outcome


def _later(earlier: Outcome, later: Outcome) -> Outcome:
    """The later snapshot of the same response, with what only the earlier one knew."""
    later.model = later.model or earlier.model
    later.id = later.id or earlier.id
    later.error = later.error or earlier.error
    return later
