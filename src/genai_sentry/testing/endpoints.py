"""Which endpoint a request is for, and the well-meant answer of each."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from genai_sentry.testing import openai_format as openai
from genai_sentry.testing import other_formats as others
from genai_sentry.testing.answers import SNAPSHOTS, TEXT, Answer, identifier, input_tokens, make_answer
from genai_sentry.testing.faults import Fault

JSON = dict[str, Any]

_SUFFIXES: tuple[tuple[str, str, str], ...] = (
    ("/chat/completions", "chat", "openai"),
    ("/completions", "completions", "openai"),
    ("/responses", "responses", "openai"),
    ("/embeddings", "embeddings", "openai"),
    ("/moderations", "moderations", "openai"),
    ("/images/generations", "images", "openai"),
    ("/images/edits", "images", "openai"),
    ("/audio/speech", "speech", "openai"),
    ("/audio/transcriptions", "transcription", "openai"),
    ("/audio/translations", "transcription", "openai"),
    ("/messages", "messages", "anthropic"),
    ("/messages/count_tokens", "count_tokens", "anthropic"),
    (":generateContent", "generate", "gemini"),
    (":streamGenerateContent", "generate", "gemini"),
    ("/models", "models", "openai"),
)
_MODEL_IN_PATH = re.compile(r"/(?:deployments|models)/([^/:]+)")
_MODEL_IN_FORM = re.compile(rb'name="model"\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]*)')


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, understood.

    Attributes:
        endpoint: `chat`, `responses`, …; `model` for one model's card; empty for a path that is not served.
        dialect: whose format the endpoint speaks.
        model: the requested model; empty where the request names none.
        body: the JSON body; empty where there is none.
        stream: whether a stream is asked for.
        number: counts requests.
    """

    endpoint: str
    dialect: str
    model: str
    body: Mapping[str, Any]
    stream: bool
    number: int

    @property
    def tokens(self) -> int:
        """Input tokens, by the simulation's own count."""
        return input_tokens(self.body)


@dataclass(frozen=True, slots=True)
class Content:
    """A well-meant answer: a whole body, or a stream's events.

    Attributes:
        content_type: of the body.
        whole: the body; empty for a stream.
        events: the stream's events; None for a whole body.
        answer: what the body says, for endpoints that generate text.
    """

    content_type: str
    whole: bytes = b""
    events: Iterable[bytes] | None = None
    answer: Answer | None = None


def understand(method: str, path: str, body: bytes, content_type: str, number: int) -> Asked:
    """Find endpoint and model; a body that is no JSON object counts as none."""
    endpoint, dialect = "", "openai"
    for suffix, name, speaks in _SUFFIXES:
        if path.endswith(suffix):
            endpoint, dialect = name, speaks
            break
    else:
        if method == "GET" and "/models/" in path:
            endpoint = "model"
    parsed: Mapping[str, Any] = {}
    if "json" in content_type and body:
        try:
            loaded = json.loads(body)
        except ValueError:
            loaded = None
        parsed = loaded if isinstance(loaded, dict) else {}
    in_path = _MODEL_IN_PATH.search(path)
    in_form = _MODEL_IN_FORM.search(body) if content_type.startswith("multipart/") else None
    model = str(parsed.get("model") or "") or (in_path.group(1) if in_path else "")
    model = model or (in_form.group(1).decode("utf-8", "replace") if in_form else "")
    stream = path.endswith(":streamGenerateContent") or parsed.get("stream") is True
    return Asked(endpoint, dialect, model, parsed, stream, number)


def content(asked: Asked, fault: Fault, text: str | None) -> Content | None:
    """The endpoint's answer; None where there is no such endpoint."""
    maker = _MAKERS.get(asked.endpoint)
    return maker(asked, fault, text) if maker else None


def _json(value: object, answer: Answer | None = None) -> Content:
    return Content("application/json", json.dumps(value).encode(), answer=answer)


def _events(events: Iterable[bytes], answer: Answer) -> Content:
    return Content("text/event-stream; charset=utf-8", events=events, answer=answer)


def _chat(asked: Asked, fault: Fault, text: str | None) -> Content:
    answer = make_answer(asked.body, fault, asked.number, text=text, model=asked.model)
    if asked.stream:
        return _events(openai.chat_events(answer, asked.body, done=fault.done), answer)
    return _json(openai.chat(answer), answer)


def _completions(asked: Asked, fault: Fault, text: str | None) -> Content:
    answer = make_answer(asked.body, fault, asked.number, text=text, model=asked.model)
    if asked.stream:
        return _events(openai.completion_events(answer, asked.body, done=fault.done), answer)
    return _json(openai.completion(answer), answer)


def _responses(asked: Asked, fault: Fault, text: str | None) -> Content:
    answer = make_answer(asked.body, fault, asked.number, text=text, model=asked.model)
    if asked.stream:
        return _events(openai.response_events(answer, asked.body, failed_code=fault.response_failed), answer)
    return _json(openai.response(answer, asked.body, failed_code=fault.response_failed), answer)


def _messages(asked: Asked, fault: Fault, text: str | None) -> Content:
    answer = make_answer(asked.body, fault, asked.number, text=text, model=asked.model)
    if asked.stream:
        return _events(others.message_events(answer), answer)
    return _json(others.message(answer), answer)


def _generate(asked: Asked, fault: Fault, text: str | None) -> Content:
    answer = make_answer(asked.body, fault, asked.number, text=text, model=asked.model)
    if asked.stream:
        return _events(others.generated_events(answer), answer)
    return _json(others.generated(answer), answer)


_MAKERS: Mapping[str, Callable[[Asked, Fault, str | None], Content]] = {
    "chat": _chat,
    "completions": _completions,
    "responses": _responses,
    "messages": _messages,
    "generate": _generate,
    "embeddings": lambda asked, fault, text: _json(openai.embeddings(asked.body, asked.model)),
    "moderations": lambda asked, fault, text: _json(openai.moderation(identifier("modr-", asked.number), asked.body)),
    "images": lambda asked, fault, text: _json(openai.images(asked.body)),
    "speech": lambda asked, fault, text: Content("audio/mpeg", b"ID3\x04" + bytes(60)),
    "transcription": lambda asked, fault, text: _json(openai.transcription(fault.text or text or TEXT)),
    "count_tokens": lambda asked, fault, text: _json({"input_tokens": asked.tokens}),
    "models": lambda asked, fault, text: _json(
        {"object": "list", "data": [openai.model_card(name) for name in sorted(SNAPSHOTS)]}
    ),
    "model": lambda asked, fault, text: _json(openai.model_card(asked.model)),
}
PRICED = frozenset(
    {"chat", "completions", "responses", "messages", "generate", "embeddings", "images", "speech", "transcription"}
)
"""Endpoints that rate limits count."""
