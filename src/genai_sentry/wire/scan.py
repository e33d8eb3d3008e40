"""Finding facts in the two ends of an answer that is too long to decode (vectors, images), without parsing it."""

from __future__ import annotations

from typing import Final

from genai_sentry.patterns import lazy
from genai_sentry.wire.fields import loads

MAX_OBJECT: Final = 8192
"""Longest object read, in bytes."""
ERROR_WITHIN: Final = 1024
"""Where an error of the whole answer stands, in bytes from its start."""

_ERROR: Final = lazy(rb'"error"\s*:\s*(?=(\{)?)')
_OBJECTS: Final = lazy(rb'"(usage|usageMetadata|meta|incomplete_details)"\s*:\s*(?=\{)')
_STRINGS: Final = lazy(
    rb'"(model|id|type|status|service_tier|system_fingerprint|modelVersion|responseId|response_type|object)"'
    rb'\s*:\s*("(?:[^"\\]|\\.){0,400}")'
)
_OWN: Final = frozenset({"id", "model"})
_NUMBERS: Final = lazy(rb'"(prompt_eval_count|eval_count)"\s*:\s*(\d{1,18})')
_FINISH: Final = lazy(rb'"(finish_reason|finishReason|stop_reason|done_reason)"\s*:\s*("(?:[^"\\]|\\.){0,80}")')
_TOKEN: Final = lazy(rb'"(?:[^"\\]|\\.)*"|[{}]')


def facts(head: bytes, tail: bytes) -> dict[str, object]:
    """Top-level facts of a long JSON answer, as a small stand-in for it.

    Strings are taken from the head first (identifiers stand before the bulk), objects from the tail first (usage
    stands behind it). Behind the bulk the answer's own identifiers are the last: those of its parts come before.
    """
    found: dict[str, object] = {}
    parts = (head,) if head == tail else (head, tail)
    for part in parts:
        own: dict[str, object] = {}
        for match in _STRINGS.finditer(part):
            name = match[1].decode()
            if part is head or name not in _OWN:
                found.setdefault(name, loads(match[2]))
            else:
                own[name] = loads(match[2])
        found = own | found
        for match in _NUMBERS.finditer(part):
            found.setdefault(match[1].decode(), int(match[2]))
        for match in _FINISH.finditer(part):
            name = match[1].decode()
            found[name] = loads(match[2])
    for part in reversed(parts):
        for match in _OBJECTS.finditer(part):
            name = match[1].decode()
            if name not in found:
                value = _object(part, match.end())
                if value is not None:
                    found[name] = value
    error = _ERROR.search(head, 0, ERROR_WITHIN)
    if error is not None and error[1]:
        # Deeper in the answer the word may belong to something that the model or a tool said.
        found["error"] = _object(head, error.end())
    if "finish_reason" in found:
        found["choices"] = [{"finish_reason": found["finish_reason"]}]
    if "finishReason" in found:
        found["candidates"] = [{"finishReason": found["finishReason"]}]
    return found


def _object(part: bytes, begin: int) -> object:
    """The JSON object that begins here; None where it is cut or too long."""
    window = part[begin : begin + MAX_OBJECT]
    depth = 0
    for token in _TOKEN.finditer(window):
        if token[0] == b"{":
            depth += 1
        elif token[0] == b"}":
            depth -= 1
            if depth == 0:
                return loads(window[: token.end()])
    return None
