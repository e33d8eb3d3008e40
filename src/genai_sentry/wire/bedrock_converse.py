"""Bedrock's own format: `converse`, whole or as a stream of AWS's binary frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from genai_sentry.wire import content
from genai_sentry.wire.anthropic import model_in_path
from genai_sentry.wire.base import BLANK, Format, StreamReader
from genai_sentry.wire.body import error_of
from genai_sentry.wire.fields import count, loads, mapping, mappings, number, text, total
from genai_sentry.wire.outcome import Content, Outcome, RequestFacts, Usage

MAX_FRAME: Final = 256 * 1024
"""Longest frame waited for, in bytes; a stream with a longer one is not read on."""
_PRELUDE: Final = 12
_CHECKSUM: Final = 4
_SETTINGS: Final = (("temperature", "gen_ai.request.temperature"), ("topP", "gen_ai.request.top_p"))


class ConverseFormat(Format):
    """`POST /model/NAME/converse` and `…/converse-stream`."""

    name = "bedrock.converse"
    framed = True
    telling: tuple[bytes, ...] = (b'"messages"',)
    operation = "chat"
    endpoint_kind = "converse"
    provider = "aws.bedrock"

    def accepts(self, body: Mapping[str, object]) -> bool:
        """Messages whose content is a list of blocks; the model is in the path."""
        return isinstance(body.get("messages"), list | tuple) and all(
            isinstance(message.get("content"), list | tuple) for message in mappings(body.get("messages"))
        )

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Model and streaming by the path, limits by `inferenceConfig`."""
        facts.model = model_in_path(path) or facts.model
        facts.stream = path.endswith("/converse-stream")
        config = mapping(body.get("inferenceConfig"))
        for key, name in _SETTINGS:
            value = number(config.get(key))
            if value is not None:
                facts.attributes[name] = value
        limit = count(config.get("maxTokens"))
        if limit is not None:
            facts.attributes["gen_ai.request.max_tokens"] = limit

    def prompt(self, body: Mapping[str, object]) -> Content | None:
        """Messages, system prompt, and the tools of `toolConfig`."""
        return super().prompt({**body, "tools": mapping(body.get("toolConfig")).get("tools")})

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """A whole answer: it names neither model nor identifier."""
        outcome = Outcome(error=error_of(value), usage=read_usage(value.get("usage")))
        reason = text(value.get("stopReason"))
        if reason is not None:
            outcome.finish_reasons = (reason,)
        outcome.service_tier = text(mapping(value.get("serviceTier")).get("type"))
        return outcome

    def output(self, value: Mapping[str, object]) -> list[content.Message]:
        """The message's blocks."""
        message = mapping(mapping(value.get("output")).get("message"))
        reason = text(value.get("stopReason")) or ""
        return [{"role": "assistant", "parts": content.parts(message.get("content")), "finish_reason": reason}]

    def reader(self, *, capture: bool = False) -> StreamReader:
        """A reader of binary frames, or of a whole answer."""
        return ConverseReader(self, capture=capture)


def read_usage(value: object) -> Usage | None:
    """`inputTokens` leaves out what went through the cache: the sum is what was sent."""
    counts = mapping(value)
    read, written = count(counts.get("cacheReadInputTokens")), count(counts.get("cacheWriteInputTokens"))
    fresh = count(counts.get("inputTokens"))
    longer = [
        count(item.get("inputTokens")) for item in mappings(counts.get("cacheDetails")) if item.get("ttl") == "1h"
    ]
    usage = Usage(
        input_tokens=None if fresh is None else total(fresh, read, written),
        output_tokens=count(counts.get("outputTokens")),
        cache_read_input_tokens=read,
        cache_write_input_tokens=written,
        cache_write_1h_input_tokens=total(*longer),
    )
    return usage if usage != Usage() else None


class ConverseReader(StreamReader):
    """Steps from frame to frame by their lengths; only the last ones of an answer are decoded."""

    __slots__ = ("_begun", "_failure", "_framed", "_lost", "_output", "_pending", "_stop", "_tail")

    def __init__(self, format: Format, *, capture: bool = False) -> None:
        super().__init__(format, capture=capture)
        self._begun = self._framed = self._lost = False
        self._pending = b""
        self._stop: Mapping[str, object] = {}
        self._tail: Mapping[str, object] = {}
        self._failure: dict[str, object] | None = None
        self._output = content.OutputBuilder() if capture else None

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes, cut anywhere."""
        if not self._begun:
            chunk = chunk.lstrip(BLANK)
            if not chunk:
                return
            # A frame begins with its length, whose first byte is zero.
            self._begun, self._framed = True, chunk[:1] == b"\0"
        if not self._framed:
            super().feed(chunk)
        elif not self._lost:  # where no frame ends, the next one begins nowhere
            self._frames(self._pending + chunk)

    def _frames(self, held: bytes) -> None:
        at = 0
        while len(held) - at >= _PRELUDE:
            size = int.from_bytes(held[at : at + 4])
            start = at + _PRELUDE + int.from_bytes(held[at + 4 : at + 8])
            if not start + _CHECKSUM <= at + size <= at + MAX_FRAME:
                self._pending, self._lost = b"", True
                self._failure = self._failure or {"type": "malformed"}
                return
            if len(held) - at < size:
                break
            self._frame(held[at + _PRELUDE : start], held[start : at + size - _CHECKSUM])
            at += size
        self._pending = held[at:]

    def _frame(self, headers: bytes, payload: bytes) -> None:
        if b"contentBlock" in headers:
            self.content_seen = True
            if self._output is not None and not self._output.full:
                collect(mapping(loads(payload)), self._output)
        elif b"messageStop" in headers:
            self._stop = mapping(loads(payload))
        elif b"metadata" in headers:
            self._tail = mapping(loads(payload))
        elif b":exception-type" in headers:
            name = headers.partition(b":exception-type\x07")[2]
            said = text(mapping(loads(payload)).get("message"))
            self._failure = {"type": name[2 : 2 + int.from_bytes(name[:2])].decode("ascii", "replace")}
            self._failure["message"] = said or ""

    def finish(self) -> Outcome:
        """What was read, once the bytes are over."""
        if not self._framed:
            return super().finish()
        outcome = self._format.decode({**self._tail, **self._stop})
        if self._failure is not None:
            if self._failure == {"type": "malformed"}:
                outcome.fault = "malformed"
            else:
                outcome.error = self._failure
        outcome.complete = bool(outcome.finish_reasons) and self._failure is None
        outcome.content_seen = self.content_seen
        if self._output is not None:
            outcome.content = Content(output_messages=content.bounded(self._output.messages(outcome.finish_reasons)))
        return outcome


def collect(value: Mapping[str, object], output: content.OutputBuilder) -> None:
    """Add what a block's beginning or a piece of it holds: text, thoughts, a piece of a tool call."""
    index, delta = count(value.get("contentBlockIndex")) or 0, mapping(value.get("delta"))
    begun, more = mapping(mapping(value.get("start")).get("toolUse")), mapping(delta.get("toolUse"))
    if begun:
        output.call(0, index, begun.get("toolUseId"), begun.get("name"), None)
    elif isinstance(more.get("input"), str):
        output.call(0, index, None, None, more.get("input"))
    elif isinstance(delta.get("text"), str):
        output.add(0, [content.text_part(str(delta["text"]))])
    elif isinstance(thought := mapping(delta.get("reasoningContent")).get("text"), str):
        output.add(0, [content.reasoning_part(thought)])
