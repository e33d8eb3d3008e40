"""Counts tokens locally for streams that name no usage: an estimate, and marked as one.

Needs tiktoken, and the encoding's file where tiktoken keeps it: nothing is ever fetched. Where either is missing, or
the model's encoding is not known, or the prompt holds more than text, there is no estimate.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from genai_sentry.wire import content, fields
from genai_sentry.wire.fields import mapping, mappings
from genai_sentry.wire.outcome import Usage

if TYPE_CHECKING:
    from genai_sentry.wire.outcome import Outcome

logger = logging.getLogger("genai_sentry")

FORMATS = frozenset({"openai.chat", "openai.completions"})
"""Wire formats whose streams may name no usage."""

FILES: Mapping[str, tuple[str, str]] = {
    "o200k_base": (
        "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken",
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    ),
    "cl100k_base": (
        "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken",
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    ),
}
"""Encodings: where tiktoken has its file from, which names it in the cache, and the file's SHA-256. From tiktoken."""

PER_MESSAGE = 3
"""Tokens that frame a chat message."""
PER_REPLY = 3
"""Tokens by which a chat's answer is begun."""
MAX_PROMPT = 2 * 1024 * 1024
"""Longest request that is counted, in bytes."""

Count = Callable[[str], int]


class Counter:
    """Counts what streams do not tell. Loads an encoding when it is first needed; never on a request's path."""

    def __init__(self) -> None:
        self._encodings: dict[str, Count | None] = {}
        self._lock = threading.Lock()

    def usage(self, request: bytes | None, outcome: Outcome, model: str) -> Usage | None:
        """Input and output tokens of a stream; None where they can't be told.

        Args:
            request: the request's body.
            outcome: what was decoded of the answer, with its content.
            model: the model's name.
        """
        output = outcome.content.output_messages if outcome.content is not None else None
        if request is None or len(request) > MAX_PROMPT or output is None or content.CUT in output:
            return None
        body = fields.loads(request)
        count = self._counter(model) if isinstance(body, dict) else None
        if count is None or not isinstance(body, dict):
            return None
        sent = _prompt(body, count)
        if sent is None:
            return None
        return Usage(input_tokens=sent, output_tokens=_output(fields.loads(output), count))

    def _counter(self, model: str) -> Count | None:
        name = _encoding_of(model)
        if name is None:
            return None
        with self._lock:
            if name not in self._encodings:
                self._encodings[name] = _load(name)
            return self._encodings[name]


def _encoding_of(model: str) -> str | None:
    try:
        from tiktoken.model import encoding_name_for_model
    except ImportError:
        return None
    try:
        name = str(encoding_name_for_model(model.rpartition("/")[2]))
    except KeyError:
        return None
    return name if name in FILES else None


def _load(name: str) -> Count | None:
    if not is_cached(name):
        logger.warning("tiktoken's file of %s is not in its cache: usage that streams do not name stays unknown", name)
        return None
    import tiktoken

    encoding = tiktoken.get_encoding(name)
    return lambda text: len(encoding.encode_ordinary(text))


def is_cached(name: str) -> bool:
    """Whether tiktoken has an encoding's file, whole, so that it fetches nothing."""
    url, digest = FILES[name]
    folder = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR"))
    if folder is None:
        folder = os.path.join(tempfile.gettempdir(), "data-gym-cache")
    path = os.path.join(folder, hashlib.sha1(url.encode(), usedforsecurity=False).hexdigest())
    try:
        with open(path, "rb") as file:
            return bool(folder) and hashlib.sha256(file.read()).hexdigest() == digest
    except OSError:
        return False


def _prompt(body: Mapping[str, object], count: Count) -> int | None:
    given = body.get("prompt")
    if isinstance(given, str):
        return count(given)
    if not isinstance(body.get("messages"), list):
        return None
    total = PER_REPLY
    for message in mappings(body.get("messages")):
        text = _text(message.get("content"))
        if text is None:
            return None
        total += PER_MESSAGE + count(str(message.get("role") or "")) + count(text)
        for call in mappings(message.get("tool_calls")):
            function = mapping(call.get("function"))
            total += count(f"{function.get('name')}{function.get('arguments')}")
    tools = body.get("tools")
    return total + count(json.dumps(tools, ensure_ascii=False)) if tools else total


def _text(value: object) -> str | None:
    """A message's text; None where it holds something else, whose tokens nobody can count here."""
    if value is None or isinstance(value, str):
        return value or ""
    if not isinstance(value, list):
        return None
    parts = [part.get("text") if isinstance(part, dict) else None for part in value]
    return "".join(part for part in parts if isinstance(part, str)) if all(isinstance(p, str) for p in parts) else None


def _output(messages: object, count: Count) -> int:
    total = 0
    for message in mappings(messages):
        for part in mappings(message.get("parts")):
            total += count(_said(part))
    return total


def _said(part: Mapping[str, Any]) -> str:
    if part.get("type") == "tool_call":
        arguments = part.get("arguments")
        told = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
        return f"{part.get('name')}{told}"
    said = part.get("content")
    return said if isinstance(said, str) else ""
