"""Platforms that name the model in the path: Databricks' serving endpoints, Cloudflare's Workers AI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from genai_sentry.patterns import lazy
from genai_sentry.wire import content, openai_chat
from genai_sentry.wire import openai_request as req
from genai_sentry.wire.base import Format, StreamReader
from genai_sentry.wire.body import error_of
from genai_sentry.wire.fields import mapping, text
from genai_sentry.wire.openai_chat import ChatFormat
from genai_sentry.wire.openai_embeddings import EmbeddingsFormat
from genai_sentry.wire.openai_usage import read_usage
from genai_sentry.wire.outcome import Content, Outcome, RequestFacts
from genai_sentry.wire.tail import TailReader

_SERVING: Final = "/serving-endpoints/"
_RUN: Final = ("/ai/run/@", "/workers-ai/@")
_CHAT: Final = ChatFormat()


class ServedChatFormat(ChatFormat):
    """`POST /serving-endpoints/NAME/invocations` with the body of OpenAI's chat; other models' bodies are not taken."""

    name = "databricks.chat"
    endpoint_kind = "invocations"
    provider = "databricks"

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Where the body names no model, the endpoint does."""
        super().describe(body, path, facts)
        del facts.attributes["openai.api.type"]
        facts.model = facts.model or _endpoint(path)


class ServedEmbeddingsFormat(EmbeddingsFormat):
    """The same with the body of OpenAI's embeddings, at endpoints whose names say that they embed."""

    name = "databricks.embeddings"
    endpoint_kind = "invocations"
    provider = "databricks"

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """Where the body names no model, the endpoint does."""
        super().describe(body, path, facts)
        facts.model = facts.model or _endpoint(path)


class RunFormat(Format):
    """`POST …/ai/run/@cf/MAKER/MODEL`: the answer is the `result` of Cloudflare's envelope."""

    name = "cloudflare.run"
    telling: tuple[bytes, ...] = (b'"messages"', b'"prompt"')
    operation = "chat"
    endpoint_kind = "run"
    provider = "cloudflare"

    def accepts(self, body: Mapping[str, object]) -> bool:
        """Messages or a prompt; the path vouches for the rest."""
        return isinstance(body.get("messages"), list | tuple) or isinstance(body.get("prompt"), str)

    def describe(self, body: Mapping[str, object], path: str, facts: RequestFacts) -> None:
        """The model by the path."""
        facts.model = text("@" + path.rpartition("/@")[2]) if "/@" in path else facts.model
        req.sampling(body, facts.attributes)
        req.max_tokens(body, facts.attributes, "max_tokens", "max_completion_tokens")
        req.output_type(body.get("response_format"), facts.attributes)

    def prompt(self, body: Mapping[str, object]) -> Content | None:
        """Messages, or the prompt as a user's message."""
        if isinstance(body.get("messages"), list | tuple):
            return super().prompt(body)
        return Content(input_messages=content.bounded([content.message({"content": body.get("prompt")})]))

    def decode(self, value: Mapping[str, object]) -> Outcome:
        """An answer in its envelope, or an event of a stream, which comes without."""
        if value.get("success") is False or (value.get("errors") and not value.get("result")):
            return Outcome(error={key: value[key] for key in ("success", "errors") if key in value})
        result = mapping(value.get("result")) or value
        if "choices" in result:
            return _CHAT.decode(result)
        return Outcome(usage=read_usage(result.get("usage")), error=error_of(value))

    def output(self, value: Mapping[str, object]) -> list[content.Message]:
        """The response's text and the tools that it calls."""
        result = mapping(value.get("result")) or value
        if "choices" in result:
            return _CHAT.output(result)
        said = {"content": result.get("response"), "tool_calls": result.get("tool_calls")}
        return [{**content.message(said, "assistant"), "finish_reason": ""}]

    def reader(self, *, capture: bool = False) -> StreamReader:
        """A reader of server-sent events."""
        return RunReader(self, capture=capture)


class RunReader(TailReader):
    """Reads events; the last one before the end names the counts."""

    __slots__ = ()

    notable = lazy(rb'"(?:usage"\s*:\s*\{|finish_reason"\s*:\s*"|errors?"\s*:\s*[\[{"])')

    def _collect(self, value: Mapping[str, object], output: content.OutputBuilder) -> None:
        if "choices" in value:
            openai_chat.collect(value, output)
        else:
            super()._collect(value, output)


def _endpoint(path: str) -> str | None:
    return text(path.partition(_SERVING)[2].rpartition("/")[0])


_EMBEDS: Final = lazy(r"embed|gte|bge|e5-")
_NO_TEXT: Final = lazy(
    r"flux|diffusion|dreamshaper|lucid|phoenix|img2img|inpainting|image|tts|aura|nova-|whisper|turn|embed|bge|rerank|"
    r"m2m100|indictrans|bart|resnet|detr|distilbert"
)
"""Names of models that make pictures, speech, transcripts, vectors, translations, summaries or labels."""


def served(path: str) -> str:
    """What a serving endpoint does, by its name: `chat` or `embeddings`; empty for a path that is none."""
    endpoint = _endpoint(path)
    if endpoint is None or "/" in endpoint:
        return ""
    return "embeddings" if _EMBEDS.search(endpoint) else "chat"


def runs_text(path: str) -> bool:
    """Whether a path is that of a model on Cloudflare that may answer with text."""
    return any(mark in path for mark in _RUN) and not _NO_TEXT.search(path.rpartition("/")[2])
