"""Asks for usage in streams that do not, and takes the extra chunk out again before the application sees it.

OpenAI's chat and legacy completions tell a stream's usage only where `stream_options.include_usage` asks for it. The
request that is sent is a copy with that one field added; the application's own request, dicts and bytes stay as they
are.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from genai_sentry.guard import swallowed
from genai_sentry.patterns import lazy
from genai_sentry.wire import fields, sse
from genai_sentry.wire.encoding import Decoder, decoder
from genai_sentry.wire.reencoding import encoder

if TYPE_CHECKING:
    from genai_sentry.call import Call

FORMATS = frozenset({"openai.chat", "openai.completions"})
"""Wire formats that know the field."""

ACCEPTED_BY = frozenset(
    {
        "openai",
        "azure.ai.openai",
        "deepseek",
        "groq",
        "openrouter",
        "together",
        "fireworks",
        "cerebras",
        "x_ai",
        "moonshot_ai",
        "alibaba_cloud",
        "holysheep",
        "vllm",
        "ollama",
    }
)
"""Providers that take the field; others (Mistral, for one) refuse a request that holds it, so they are not asked."""

MAX_REQUEST = 4 * 1024 * 1024
"""Longest request, in bytes, that is copied."""

_FIELD = b'"stream_options":{"include_usage":true}'
_NULL = lazy(rb',\s*"usage"\s*:\s*null|"usage"\s*:\s*null\s*,\s*')
_USAGE = lazy(rb'"usage"\s*:\s*\{')
_NO_CHOICES = lazy(rb'"choices"\s*:\s*\[\s*\]')


def asking(call: Call, request: Any) -> Any | None:
    """A copy of a request that asks for usage; None where it asks already, must not, or is no stream. Never raises."""
    try:
        if call.format is None or call.format.name not in FORMATS or call.provider not in ACCEPTED_BY:
            return None
        if call.facts is None or not call.facts.stream:
            return None
        content = request.content
        body = with_usage(content) if isinstance(content, bytes) else None
        return None if body is None else _copy(request, body)
    except Exception as fault:
        if not swallowed("usage", fault):
            raise
        return None


def with_usage(content: bytes) -> bytes | None:
    """A JSON body with the field added, all else byte for byte; None where the body has a say of its own on it."""
    text = content.strip()
    if len(text) > MAX_REQUEST or b'"include_usage"' in text or text[:1] != b"{" or text[-1:] != b"}":
        return None
    if b'"stream_options"' not in text:
        return text[:-1].rstrip() + b"," + _FIELD + b"}"
    value = fields.loads(text)
    if not isinstance(value, dict):
        return None
    options = value.get("stream_options")
    if options is not None and not isinstance(options, dict):
        return None
    value["stream_options"] = {**(options or {}), "include_usage": True}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _copy(request: Any, body: bytes) -> Any:
    headers = request.headers.copy()
    headers["content-length"] = str(len(body))
    return type(request)(request.method, request.url, headers=headers, content=body, extensions=request.extensions)


def restore(outcome: Any, sent: Any, request: Any) -> None:
    """Give a response or an exception the application's own request back."""
    if getattr(outcome, "_request", None) is sent:
        outcome.request = request


def hide_in_body(response: Any) -> None:
    """Take the chunk out of an answer that is read already, as mocked ones are."""
    if "text/event-stream" in response.headers.get("content-type", ""):
        hidden = Hider()
        response._content = hidden.feed(response.content) + hidden.rest()


class Hider:
    """Takes the usage chunk that was asked for here out of a stream of events, cut anywhere.

    Every other event passes unchanged, but for the null usage that servers add to each chunk when they are asked.
    """

    __slots__ = ("_pending",)

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, chunk: bytes) -> bytes:
        """What the application may see of the next bytes; an event that has begun waits for its end."""
        data = self._pending + chunk if self._pending else chunk
        end = sse.last_boundary(data)
        self._pending = data[end:]
        if len(self._pending) > sse.MAX_PENDING:
            end, self._pending = len(data), b""
        if not end:
            return b""
        ready = data[:end]
        return ready if b'"usage"' not in ready else b"".join(_visible(event) for event in sse.with_boundaries(ready))

    def rest(self) -> bytes:
        """What is left when the bytes are over."""
        pending, self._pending = self._pending, b""
        return _visible(pending) if pending else b""


class EncodedHider:
    """The same for a stream with a content encoding, which is undone and done again."""

    __slots__ = ("_decoder", "_encode", "_finish", "_hider", "_whole")

    def __init__(self, decode: Decoder, encode: Callable[[bytes], bytes], finish: Callable[[], bytes]) -> None:
        self._decoder = decode
        self._encode = encode
        self._finish = finish
        self._hider = Hider()

    def feed(self, chunk: bytes) -> bytes:
        """The next bytes, encoded anew."""
        visible = self._hider.feed(self._decoder.feed(chunk))
        return self._encode(visible) if visible else b""

    def rest(self) -> bytes:
        """What is left, and the encoding's end."""
        visible = self._hider.rest()
        return (self._encode(visible) if visible else b"") + self._finish()


def hider(encoding: str | None) -> Hider | EncodedHider | None:
    """What hides the chunk in an answer with this content encoding; None for one that can't be encoded anew."""
    if not encoding or encoding.strip().lower() == "identity":
        return Hider()
    decode, encode = decoder(encoding), encoder(encoding)
    if decode is None or encode is None:
        return None
    return EncodedHider(decode, *encode)


def _visible(event: bytes) -> bytes:
    if b'"usage"' not in event:
        return event
    if _USAGE.search(event) is not None and _NO_CHOICES.search(event) is not None:
        value = fields.loads(sse.data_of(event)[1])
        if isinstance(value, dict) and value.get("choices") == [] and isinstance(value.get("usage"), dict):
            return b""
    return _NULL.sub(b"", event, count=1)
