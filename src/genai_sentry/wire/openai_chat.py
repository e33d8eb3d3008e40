"""OpenAI's chat completions, spoken by most providers and gateways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from genai_sentry.patterns import lazy
from genai_sentry.wire import content, sse
from genai_sentry.wire import openai_request as req
from genai_sentry.wire.base import DONE, Endings, EventReader, Format, StreamReader
from genai_sentry.wire.body import ERROR, error_of, shrunk
from genai_sentry.wire.fields import count, items, mapping, mappings, text
from genai_sentry.wire.openai_usage import apply_usage
from genai_sentry.wire.outcome import Outcome, RequestFacts

_CHOICE: Final = lazy(rb'"choices"\s*:\s*\[\s*\{')
"""What nearly every chunk holds that is no failure in words of its own."""
_ENDINGS: Final = Endings(b'"finish_reason"', b'stop"', b'tool_calls"', b'length"', b'function_call"')
_SILENT = frozenset(
    {"model", "messages", "stream", "stream_options", "tools", "tool_choice", "metadata", "user", "store"}
)
"""Fields of a request that no attribute tells of."""


class ChatFormat(Format):
    """`POST …/chat/completions`, and what MiniMax, watsonx.ai and Snowflake call the same."""

    name = "openai.chat"
    telling: tuple[bytes, ...] = (b'"messages"',)
    operation = "chat"
    endpoint_kind = "chat"

    def accepts(self, body: Mapping[str, object]) -> bool:
        """Messages in a list; the model may be in the path (Azure)."""
        return isinstance(body.get("messages"), list | tuple)

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Attributes of a chat request."""
        attributes = facts.attributes
        attributes["openai.api.type"] = "chat_completions"
        facts.stream = facts.stream or path.endswith("/chat_stream")
        if facts.model is None:
            facts.model = text(body.get("model_id"))
        if body.keys() <= _SILENT:
            return
        req.sampling(body, attributes)
        req.max_tokens(body, attributes, "max_completion_tokens", "max_tokens")
        req.output_type(body.get("response_format"), attributes)
        if "gen_ai.output.type" not in attributes and "audio" in items(body.get("modalities")):
            attributes["gen_ai.output.type"] = "speech"
        req.reasoning(body, attributes)

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """A whole completion, or the error in its place."""
        outcome = head(value)
        choices = items(value.get("choices"))
        outcome.finish_reasons = _finish_reasons(choices)
        apply_usage(outcome, value.get("usage"))
        if outcome.usage is None:
            _usage_elsewhere(outcome, value)
        if "error" in value or not choices:
            outcome.error = error_of(value)
        if outcome.error is None and not _alone(choices, value):
            outcome.error = _inner_error(value)
        return outcome

    def output(self, value: Mapping[str, object]) -> list[content.Message]:
        """One message a choice; of legacy completions the text."""
        found = []
        for choice in mappings(value.get("choices")):
            given = mapping(choice.get("message")) or {"content": choice.get("text")}
            item = content.message(given, "assistant")
            item["finish_reason"] = text(choice.get("finish_reason")) or ""
            found.append(item)
        return found

    def plain(self, body: bytes) -> bool:
        """One choice that ended in an ordinary way, and no error."""
        return _ENDINGS.plain(body)

    def reader(self, *, capture: bool = False) -> StreamReader:
        """A reader of chat chunks."""
        return ChatReader(self, capture=capture)


def head(value: Mapping[str, object]) -> Outcome:
    """Model, identifier, tier and fingerprint, which all of OpenAI's answers share."""
    get = value.get
    tier = get("service_tier")
    if tier is None:
        tier = mapping(get("usage")).get("service_tier")
    outcome = Outcome(text(get("model")), text(get("id")))
    if tier is not None:
        outcome.service_tier = text(tier)
    fingerprint = get("system_fingerprint")
    if fingerprint is not None:
        outcome.system_fingerprint = text(fingerprint)
    return outcome


def _finish_reasons(choices: list[object] | tuple[object, ...]) -> tuple[str, ...]:
    if len(choices) == 1 and isinstance(choices[0], dict):
        reason = text(choices[0].get("finish_reason"))
        return () if reason is None else (reason,)
    found = [text(mapping(choice).get("finish_reason")) for choice in choices]
    return tuple(reason for reason in found if reason is not None)


def _alone(choices: list[object] | tuple[object, ...], value: Mapping[str, object]) -> bool:
    """Whether there is one choice, as nearly always, and nothing in which a failure of another could be told."""
    return len(choices) == 1 and isinstance(choices[0], dict) and "error" not in choices[0] and "x_groq" not in value


def _usage_elsewhere(outcome: Outcome, value: Mapping[str, object]) -> None:
    """Moonshot puts the usage of a stream into its last choice, Groq into an object of its own."""
    for choice in mappings(value.get("choices")):
        apply_usage(outcome, choice.get("usage"))
    apply_usage(outcome, mapping(value.get("x_groq")).get("usage"))


def _inner_error(value: Mapping[str, object]) -> dict[str, object] | None:
    """OpenRouter puts an upstream's failure into the choice, Groq an early end into an object of its own."""
    for holder in (*items(value.get("choices")), value.get("x_groq")):
        found = error_of(holder) if isinstance(holder, dict) and holder.get("error") else None
        if found is not None:
            return found
    return None


_CALLS: Final = ("tool_calls", "tool_call_id", "function_call")
_USAGE: Final = lazy(rb'"usage"\s*:\s*\{')
_FINISH: Final = lazy(rb'"finish_reason"\s*:\s*"[^"]')
_CONTENT: Final = lazy(
    rb'"(?:content|text|reasoning|reasoning_content|refusal|arguments|data|transcript)"\s*:\s*"[^"]|"(?:tool_calls|images)"\s*:\s*\[\s*\{'
)


class ChatReader(EventReader):
    """Reads chat chunks: the first, the last with usage, those with a finish reason or an error are kept."""

    __slots__ = ("_latest", "_prefix", "_skip")

    notable = lazy(rb'"(?:finish_reason"\s*:\s*"[^"]|usage"\s*:\s*\{|error"\s*:\s*[^n\s]|error",|message"\s*:\s*")')

    def __init__(self, format: Format, *, capture: bool = False) -> None:
        super().__init__(format, capture=capture)
        self._prefix = b"data:"
        self._skip = 0
        self._latest: bytes | None = None
        """What was passed over last: a failure in words of its own is found at its end, since nothing follows it."""

    def feed(self, chunk: bytes) -> None:
        """Take the next decoded bytes, cut anywhere."""
        start = self._skip if chunk.startswith(self._prefix) else 0
        if self._open or not chunk.endswith(self.ends) or self._search(chunk, start) or chunk.rfind(DONE) >= 0:
            self._look(chunk)
        else:
            self._latest = chunk

    def _stands_out(self, block: bytes) -> bool:
        start = self._skip if block.startswith(self._prefix) else 0
        if not block.endswith(b"}") or self._search(block, start) is not None:
            return True
        if not self._skip:
            self._learn(block)
        self._latest = block + b"\n\n"
        return False

    def _look(self, chunk: bytes) -> None:
        super()._look(chunk)
        if not self._skip and not self._open:
            self._learn(chunk)

    def _learn(self, chunk: bytes) -> None:
        """Chunks of a stream begin alike: what was searched once is not searched again."""
        prefix = chunk[: chunk.find(b'"delta"') + 1]
        if prefix.startswith(b"data:") and not self._search(prefix):
            self._prefix, self._skip = prefix, len(prefix) - 1

    def _event(self, name: bytes, data: bytes) -> None:
        begins = not self.content_seen and _CONTENT.search(data) is not None
        if begins:
            self.content_seen = True
        if _USAGE.search(data):
            self._last = shrunk(data)
        if self._first is None:
            self._first = shrunk(data)
        elif begins or _FINISH.search(data) or name == b"error" or ERROR.search(data) or not _CHOICE.search(data):
            self.keep(data)

    def _collect(self, value: Mapping[str, object], output: content.OutputBuilder) -> None:
        collect(value, output)

    def _build(self) -> Outcome:
        if self._latest is not None:
            last = sse.events().feed(self._latest)[-1]
            if not _CHOICE.search(last):
                self._block(last)
        outcome = Outcome()
        reasons: dict[int, str] = {}
        for value in self._decoded():
            _merge(outcome, value)
            choices = items(value.get("choices"))
            for position, choice in enumerate(mappings(choices)):
                reason = text(choice.get("finish_reason"))
                if reason is not None:
                    index = count(choice.get("index"))
                    reasons[position if index is None else index] = reason
            outcome.error = outcome.error or error_of(value) or _inner_error(value)
        outcome.finish_reasons = tuple(reasons[index] for index in sorted(reasons))
        outcome.complete = (self.done or bool(reasons)) and outcome.error is None
        return outcome


def _merge(outcome: Outcome, value: Mapping[str, object]) -> None:
    """Let a chunk's facts win over those of earlier ones where it has any."""
    later = head(value)
    outcome.model = outcome.model or later.model
    outcome.id = outcome.id or later.id
    outcome.service_tier = later.service_tier or outcome.service_tier
    outcome.system_fingerprint = later.system_fingerprint or outcome.system_fingerprint
    if value.get("usage") is None:
        _usage_elsewhere(outcome, value)
    apply_usage(outcome, value.get("usage"))


def collect(value: Mapping[str, object], output: content.OutputBuilder) -> None:
    """Add what a chunk holds of each choice: text, thoughts, pieces of tool calls."""
    for position, choice in enumerate(mappings(value.get("choices"))):
        index = count(choice.get("index"))
        index = position if index is None else index
        delta = mapping(choice.get("delta")) or {"content": choice.get("text")}
        for number, call in enumerate(mappings(delta.get("tool_calls"))):
            function, place = mapping(call.get("function")), count(call.get("index"))
            place = number if place is None else place
            output.call(index, place, call.get("id"), function.get("name"), function.get("arguments"))
        old = mapping(delta.get("function_call"))
        if old:
            output.call(index, -1, None, old.get("name"), old.get("arguments"))
        rest = {key: item for key, item in delta.items() if key not in _CALLS}
        found = items(content.message(rest, "assistant")["parts"])
        output.add(index, [dict(part) for part in mappings(found)])
