"""Embeddings in OpenAI's format (also Voyage's, Mistral's, Jina's): the vectors themselves are never parsed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from genai_sentry.wire import content
from genai_sentry.wire.base import Format
from genai_sentry.wire.body import error_of
from genai_sentry.wire.fields import items, text
from genai_sentry.wire.openai_chat import head
from genai_sentry.wire.openai_usage import apply_usage
from genai_sentry.wire.outcome import Content, Outcome, RequestFacts

SMALL: Final = 2048
"""Answers up to this size, in bytes, are decoded as they are: errors, mostly."""


class EmbeddingsFormat(Format):
    """`POST …/embeddings`."""

    name = "openai.embeddings"
    telling: tuple[bytes, ...] = (b'"input"', b'"inputs"')
    operation = "embeddings"
    endpoint_kind = "embeddings"
    longest = SMALL

    def accepts(self, body: Mapping[str, object]) -> bool:
        """Input of some kind; the model may be in the path (Azure)."""
        return isinstance(body.get("input"), str | list | tuple) or (
            isinstance(body.get("inputs"), list | tuple) and isinstance(body.get("model"), str)
        )

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Encoding formats."""
        formats = body.get("encoding_format")
        found = [text(formats)] if isinstance(formats, str) else [text(item) for item in items(formats)]
        known = tuple(item for item in found if item)
        if known:
            facts.attributes["gen_ai.request.encoding_formats"] = known

    def prompt(self, body: Mapping[str, object]) -> Content:
        """The texts to embed, each a user's message; token lists are left out."""
        given = body.get("input")
        texts = [given] if isinstance(given, str) else [item for item in items(given)[:256] if isinstance(item, str)]
        return Content(
            input_messages=content.bounded([{"role": "user", "parts": content.parts(item)} for item in texts])
        )

    def plain(self, body: bytes) -> bool:
        """Vectors, and no error at either end."""
        return body[:1] == b"{" and b'"embedding"' in body[:4096] and b'"error"' not in body[:4096] + body[-4096:]

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """A small answer."""
        outcome = head(value)
        apply_usage(outcome, value.get("usage"))
        outcome.error = error_of(value)
        return outcome
