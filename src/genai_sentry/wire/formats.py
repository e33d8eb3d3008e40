"""The table of wire formats, by URL path."""

from __future__ import annotations

from typing import Final

from genai_sentry.wire import anthropic, bedrock_native, cohere, dashscope, gemini, generation, hosted, ollama
from genai_sentry.wire.base import Format, StreamReader
from genai_sentry.wire.bedrock import InvokeFormat
from genai_sentry.wire.bedrock_converse import ConverseFormat
from genai_sentry.wire.gemini_interactions import InteractionsFormat
from genai_sentry.wire.openai_chat import ChatFormat
from genai_sentry.wire.openai_completions import CompletionsFormat
from genai_sentry.wire.openai_embeddings import EmbeddingsFormat
from genai_sentry.wire.openai_media import (
    BatchesFormat,
    ImagesFormat,
    ModerationsFormat,
    SpeechFormat,
    TranscriptionFormat,
)
from genai_sentry.wire.openai_responses import CompactFormat, InputTokensFormat, ResponsesFormat

__all__ = ["FORMATS", "Format", "StreamReader", "certain", "match"]

CHAT: Final = ChatFormat()
COMPLETIONS: Final = CompletionsFormat()
EMBEDDINGS: Final = EmbeddingsFormat()
MESSAGES: Final = anthropic.MessagesFormat()
OLLAMA_EMBED: Final = ollama.EmbedFormat()
COHERE_EMBED: Final = cohere.EmbedFormat()
COHERE_V1: Final = cohere.ChatV1Format()
INVOKE: Final = InvokeFormat()
INVOKE_NATIVE: Final = bedrock_native.NativeFormat()
INVOKE_EMBED: Final = bedrock_native.EmbedFormat()
CONVERSE: Final = ConverseFormat()
DASHSCOPE: Final = dashscope.GenerationFormat()
WATSONX: Final = generation.WatsonxFormat()
SERVED_CHAT: Final = hosted.ServedChatFormat()
SERVED_EMBEDDINGS: Final = hosted.ServedEmbeddingsFormat()
RUN: Final = hosted.RunFormat()
GEMINI_EMBED: Final = gemini.EmbedFormat()
IMAGEN: Final = gemini.ImagenFormat()

_ROUTES: Final[tuple[tuple[str, str, Format], ...]] = (
    ("chat", "completions", CHAT),
    ("agents", "completions", CHAT),
    ("text", "chatcompletion_v2", CHAT),
    ("text", "chat", CHAT),
    ("text", "chat_stream", CHAT),
    ("*", "completions", COMPLETIONS),
    ("*", "responses", ResponsesFormat()),
    ("responses", "input_tokens", InputTokensFormat()),
    ("responses", "compact", CompactFormat()),
    ("api", "embeddings", OLLAMA_EMBED),
    ("*", "embeddings", EMBEDDINGS),
    ("*", "multimodalembeddings", EMBEDDINGS),
    ("*", "contextualizedembeddings", EMBEDDINGS),
    ("images", "generations", ImagesFormat("generations")),
    ("images", "edits", ImagesFormat("edits")),
    ("images", "variations", ImagesFormat("variations")),
    ("audio", "speech", SpeechFormat()),
    ("audio", "transcriptions", TranscriptionFormat("transcriptions", "transcription")),
    ("audio", "translations", TranscriptionFormat("translations", "translation")),
    ("*", "moderations", ModerationsFormat()),
    ("messages", "batches", anthropic.MessageBatchesFormat()),
    ("*", "batches", BatchesFormat()),
    ("v1", "messages", MESSAGES),
    ("anthropic", "messages", MESSAGES),
    ("messages", "count_tokens", anthropic.CountTokensFormat()),
    ("v1", "complete", anthropic.CompleteFormat()),
    ("*", "invoke", INVOKE),
    ("*", "invoke-with-response-stream", INVOKE),
    ("*", "converse", CONVERSE),
    ("*", "converse-stream", CONVERSE),
    ("*", "interactions", InteractionsFormat()),
    ("v1", "chat", COHERE_V1),
    ("v2", "chat", cohere.ChatFormat()),
    ("v1", "embed", COHERE_EMBED),
    ("v2", "embed", COHERE_EMBED),
    ("*", "rerank", cohere.RerankFormat()),
    ("api", "chat", ollama.ChatFormat()),
    ("api", "generate", ollama.GenerateFormat()),
    ("api", "embed", OLLAMA_EMBED),
    ("text-generation", "generation", DASHSCOPE),
    ("multimodal-generation", "generation", DASHSCOPE),
    ("*", "invocations", SERVED_CHAT),
    ("text", "generation", WATSONX),
    ("text", "generation_stream", WATSONX),
    ("*", "generate", generation.GenerateFormat()),
    ("*", "generate_stream", generation.GenerateStreamFormat()),
    ("*", "completion", generation.CompletionFormat()),
)
"""Last but one segment of the path (`*`: any other), last segment, format."""

_METHODS: Final[dict[str, Format]] = {
    "generateContent": gemini.GenerateFormat(),
    "streamGenerateContent": gemini.StreamFormat(),
    "countTokens": gemini.CountTokensFormat(),
    "batchGenerateContent": gemini.BatchFormat(),
    "embedContent": GEMINI_EMBED,
    "batchEmbedContents": GEMINI_EMBED,
}
"""Google's custom methods: what follows the colon in the last segment."""

_BY_PATH: Final = (IMAGEN, INVOKE_NATIVE, INVOKE_EMBED, SERVED_EMBEDDINGS, RUN)
"""Formats that more of the path than its end tells."""

FORMATS: Final[dict[str, Format]] = {
    format.name: format for format in (*(route[2] for route in _ROUTES), *_METHODS.values(), *_BY_PATH)
}
"""All formats by name."""

_BY_SEGMENT: Final[dict[str | bytes, dict[str | bytes, Format]]] = {}
for _parent, _last, _format in _ROUTES:
    _formats = _BY_SEGMENT.setdefault(_last, {})
    _BY_SEGMENT.setdefault(_last.encode(), _formats)
    _formats[_parent] = _formats[_parent.encode()] = _format

_COLON: Final = ord(":")
_AT: Final = ord("@")


def match(path: bytes | str, content_type: str | None = None) -> Format | None:
    """The format of requests to a URL path (without query); None for a path that is no LLM endpoint."""
    if type(path) is not bytes:
        return _match_text(str(path))
    # For bytes first: it is on the way of every request of the process.
    raw_rest, _, raw_last = path.rpartition(b"/")
    parents = _BY_SEGMENT.get(raw_last)
    if parents is None:
        if _COLON not in raw_last:
            return RUN if _AT in raw_rest and hosted.runs_text(path.decode("ascii", "replace")) else None
        return _by_method(path.decode("ascii", "replace"), raw_last.decode("ascii", "replace"))
    found = parents.get(raw_rest.rpartition(b"/")[2]) or parents.get("*")
    return (
        found if found is not INVOKE and found is not SERVED_CHAT else _by_model(path.decode("ascii", "replace"), found)
    )


def certain(path: str) -> Format | None:
    """The format of requests to a path that is nobody else's, for callers that look at no body."""
    found = match(path)
    return None if found is None or found.common else found


def _match_text(path: str) -> Format | None:
    rest, _, last = path.rpartition("/")
    parents = _BY_SEGMENT.get(last)
    if parents is None:
        if ":" in last:
            return _by_method(path, last)
        return RUN if "@" in rest and hosted.runs_text(path) else None
    found = parents.get(rest.rpartition("/")[2]) or parents.get("*")
    return found if found is not INVOKE and found is not SERVED_CHAT else _by_model(path, found)


def _by_model(path: str, found: Format | None) -> Format | None:
    """Models on Bedrock take what their makers' APIs take, and endpoints of Databricks do what their names say."""
    if found is SERVED_CHAT:
        kind = hosted.served(path)
        return {"chat": SERVED_CHAT, "embeddings": SERVED_EMBEDDINGS}.get(kind)
    kind = bedrock_native.kind_of(path)
    if kind:
        return INVOKE_EMBED if kind == "embeddings" else INVOKE_NATIVE
    return INVOKE


def _by_method(path: str, last: str) -> Format | None:
    name, _, method = last.rpartition(":")
    found = _METHODS.get(method)
    if found is not None:
        return found
    if method == "predict":
        if "embedding" in name:
            return GEMINI_EMBED
        return IMAGEN if name.startswith("imagen") else None
    if method == "complete":
        return CHAT if name == "inference" else None
    if method in ("rawPredict", "streamRawPredict"):
        return MESSAGES if "/publishers/anthropic/" in path else None
    return None
