"""The table of wire formats, by URL path."""

from __future__ import annotations

from typing import Final

from genai_sentry.wire.base import Format, StreamReader
from genai_sentry.wire.openai_chat import ChatFormat
from genai_sentry.wire.openai_completions import CompletionsFormat
from genai_sentry.wire.openai_embeddings import EmbeddingsFormat
from genai_sentry.wire.openai_responses import CompactFormat, InputTokensFormat, ResponsesFormat

__all__ = ["FORMATS", "Format", "StreamReader", "match"]

CHAT: Final = ChatFormat()
COMPLETIONS: Final = CompletionsFormat()
RESPONSES: Final = ResponsesFormat()
EMBEDDINGS: Final = EmbeddingsFormat()

_ROUTES: Final[tuple[tuple[str, str, Format], ...]] = (
    ("chat", "completions", CHAT),
    ("*", "completions", COMPLETIONS),
    ("*", "responses", RESPONSES),
    ("responses", "input_tokens", InputTokensFormat()),
    ("responses", "compact", CompactFormat()),
    ("*", "embeddings", EMBEDDINGS),
)
"""Last but one segment of the path (`*`: any), last segment, format."""

FORMATS: Final[dict[str, Format]] = {route[2].name: route[2] for route in _ROUTES}
"""All formats by name."""

_BY_SEGMENT: Final[dict[str | bytes, dict[str, Format]]] = {}
for _parent, _last, _format in _ROUTES:
    _BY_SEGMENT.setdefault(_last, {})[_parent] = _format
    _BY_SEGMENT.setdefault(_last.encode(), _BY_SEGMENT[_last])


def match(path: bytes | str, content_type: str | None = None) -> Format | None:
    """The format of requests to a URL path (without query); None for a path that is no LLM endpoint."""
    last = path[path.rfind("/") + 1 :] if isinstance(path, str) else path[path.rfind(b"/") + 1 :]
    parents = _BY_SEGMENT.get(last)
    if parents is None:
        return None
    whole = path if isinstance(path, str) else path.decode("ascii", "replace")
    segments = whole.rsplit("/", 2)
    parent = segments[-2] if len(segments) > 1 else ""
    return parents.get(parent) or parents.get("*")
