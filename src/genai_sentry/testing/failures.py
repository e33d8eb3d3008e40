"""Failures by name (`type.reason`) and dialect, and the error bodies that providers write."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from genai_sentry.testing.refusals_openai import ANYWHERE, OPENAI, Failure, Refusal
from genai_sentry.testing.refusals_others import ANTHROPIC, AZURE, DEEPSEEK, GEMINI, OPENROUTER

JSON = dict[str, Any]
DIALECTS = ("openai", "azure", "anthropic", "gemini", "deepseek", "openrouter")

_TABLES: Mapping[str, Mapping[str, Failure]] = {
    "openai": OPENAI,
    "azure": AZURE,
    "anthropic": ANTHROPIC,
    "gemini": GEMINI,
    "deepseek": DEEPSEEK,
    "openrouter": OPENROUTER,
}


def kinds(dialect: str = "openai") -> Iterator[str]:
    """Every failure that a dialect can bring about, as `type.reason`."""
    own = _TABLES[dialect]
    yield from own
    yield from (kind for kind in ANYWHERE if kind not in own)


def find(kind: str, dialect: str = "openai") -> tuple[str, Failure]:
    """The failure of that kind (`type` or `type.reason`) with its full name.

    Raises:
        ValueError: the dialect is unknown, or has no such failure; the message says which there are.
    """
    if dialect not in _TABLES:
        raise ValueError(f"unknown dialect {dialect!r}; there are {', '.join(DIALECTS)}")
    for name in kinds(dialect):
        if kind in (name, name.partition(".")[0]):
            return name, _TABLES[dialect].get(name) or ANYWHERE[name]
    raise ValueError(f"dialect {dialect} has no failure {kind!r}; there are {', '.join(kinds(dialect))}")


def error_body(refusal: Refusal, dialect: str, model: str, request_id: str) -> bytes:
    """The body of an error answer, as that provider writes it."""
    if refusal.html:
        title = refusal.message
        return f"<html>\n<head><title>{title}</title></head>\n<body><h1>{title}</h1></body>\n</html>\n".encode()
    text = json.dumps(_WRITERS[dialect](refusal, request_id))
    return text.replace("{model}", json.dumps(model)[1:-1]).encode()


def _openai(refusal: Refusal, request_id: str) -> JSON:
    return {
        "error": {
            "message": refusal.message,
            "type": refusal.type,
            "param": refusal.param,
            "code": refusal.code,
            **refusal.extra,
        }
    }


def _azure(refusal: Refusal, request_id: str) -> JSON:
    if refusal.type is not None or refusal.param is not None:
        return _openai(refusal, request_id)
    return {"error": {"code": refusal.code, "message": refusal.message, **refusal.extra}}


def _anthropic(refusal: Refusal, request_id: str) -> JSON:
    return {
        "type": "error",
        "error": {"type": refusal.type, "message": refusal.message, **refusal.extra},
        "request_id": request_id,
    }


def _gemini(refusal: Refusal, request_id: str) -> JSON:
    return {"error": {"code": refusal.status, "message": refusal.message, "status": refusal.type, **refusal.extra}}


def _openrouter(refusal: Refusal, request_id: str) -> JSON:
    return {
        "error": {"message": refusal.message, "code": refusal.status, **refusal.extra},
        "user_id": "user_simulated",
    }


_WRITERS: Mapping[str, Callable[[Refusal, str], JSON]] = {
    "openai": _openai,
    "azure": _azure,
    "anthropic": _anthropic,
    "gemini": _gemini,
    "deepseek": _openai,
    "openrouter": _openrouter,
}
