"""OpenAI's legacy completions, and Mistral's fill-in-the-middle."""

from __future__ import annotations

from collections.abc import Mapping

from genai_sentry.wire import content
from genai_sentry.wire import openai_request as req
from genai_sentry.wire.fields import items
from genai_sentry.wire.openai_chat import ChatFormat
from genai_sentry.wire.outcome import Content, RequestFacts


class CompletionsFormat(ChatFormat):
    """`POST …/completions`: the answer has the shape of a chat completion, with `text` in its choices."""

    name = "openai.completions"
    telling: tuple[bytes, ...] = (b'"prompt"',)
    operation = "text_completion"
    endpoint_kind = "completions"

    def accepts(self, body: Mapping[str, object]) -> bool:
        """A prompt: a string, a list, or Together's with messages."""
        return isinstance(body.get("prompt"), str | list | tuple)

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Attributes of a completion request."""
        req.sampling(body, facts.attributes)
        req.max_tokens(body, facts.attributes, "max_tokens")

    def prompt(self, body: Mapping[str, object]) -> Content:
        """The prompt, as a user's message."""
        given = body.get("prompt")
        texts = [given] if isinstance(given, str) else [item for item in items(given) if isinstance(item, str)]
        return Content(input_messages=content.bounded([{"role": "user", "parts": content.parts(texts)}]))
