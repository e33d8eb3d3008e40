"""Anthropic's messages on Bedrock, where a stream's events come in AWS's binary frames."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Final

from genai_sentry.patterns import lazy
from genai_sentry.wire.anthropic import MessagesFormat, MessagesReader
from genai_sentry.wire.base import BLANK, StreamReader
from genai_sentry.wire.fields import loads, total
from genai_sentry.wire.outcome import Outcome, Usage

MAX_PENDING: Final = 256 * 1024
"""Longest unfinished frame kept, in bytes."""

_EVENT: Final = lazy(rb'\{"bytes":"([A-Za-z0-9+/=]*)"')
_EXCEPTION: Final = lazy(rb':exception-type\x07..([A-Za-z]{1,60}).{0,200}?(\{"[^{}]{0,2000}\})', re.DOTALL)


class InvokeFormat(MessagesFormat):
    """`POST /model/NAME/invoke` and `…/invoke-with-response-stream`, with a body of Anthropic's."""

    name = "bedrock.invoke"
    framed = True
    telling: tuple[bytes, ...] = (b'"anthropic_version"',)
    endpoint_kind = "invoke"
    provider = "aws.bedrock"

    def accepts(self, body: Mapping[str, object]) -> bool:
        """Messages in the version that Bedrock demands."""
        return isinstance(body.get("messages"), list | tuple) and isinstance(body.get("anthropic_version"), str)

    def reader(self, *, capture: bool = False) -> StreamReader:
        """A reader of binary frames, or of a whole answer."""
        return FramesReader(self, capture=capture)

    def headers(self, outcome: Outcome, headers: Mapping[str, str]) -> None:
        """Bedrock counts in headers what some models' answers leave out."""
        outcome.usage = counted_by_headers(headers)


def counted_by_headers(headers: Mapping[str, str]) -> Usage | None:
    """The counts in an answer's headers, which leave out what went through the cache; None where there are none."""
    given, made, read, written = (_number(headers.get(f"x-amzn-bedrock-{name}-token-count")) for name in _COUNTED)
    usage = Usage(
        input_tokens=None if given is None else total(given, read, written),
        output_tokens=made,
        cache_read_input_tokens=read,
        cache_write_input_tokens=written,
    )
    return usage if usage != Usage() else None


_COUNTED: Final = ("input", "output", "cache-read-input", "cache-write-input")


def _number(value: object) -> int | None:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16 else None


class FramesReader(MessagesReader):
    """Finds the events within frames: each is base64 within a small JSON object."""

    __slots__ = ("_failure", "_framed", "_pending")

    def __init__(self, format: InvokeFormat, *, capture: bool = False) -> None:
        super().__init__(format, capture=capture)
        self._pending = b""
        self._framed = False
        self._failure: dict[str, object] | None = None

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes, cut anywhere."""
        if not self._framed and not self._begun and chunk.lstrip(BLANK)[:1] == b"\0":
            # A frame begins with its length, whose first byte is zero.
            self._framed = self._begun = True
        if self._framed:
            self._frames(self._pending + chunk)
        else:
            super().feed(chunk)

    def _frames(self, held: bytes) -> None:
        end = 0
        for match in _EVENT.finditer(held):
            end = match.end()
            try:
                data = base64.b64decode(match[1])
            except (binascii.Error, ValueError):
                continue
            self._event(b"", data)
            self._take(data)
        failed = _EXCEPTION.search(held, end)
        if failed is not None:
            body = loads(failed[2])
            message = body.get("message") if isinstance(body, dict) else None
            self._failure = {"type": failed[1].decode(), "message": message if isinstance(message, str) else ""}
        self._pending = held[end:][-MAX_PENDING:]

    def _build(self) -> Outcome:
        outcome = super()._build()
        if self._failure is not None and outcome.error is None:
            outcome.error, outcome.complete = self._failure, False
        return outcome
