"""A body means the same however it is put into a text: logs, reprs, JSON in JSON, other services' errors."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from genai_sentry.errors.classify import classify
from shared import shared

PATH = shared("corpus", "errors.jsonl")

OWN: list[tuple[int, dict[str, Any], str]] = [
    (429, {"error": {"message": "You may send 3 requests per minute.", "code": "rate_limit_exceeded"}}, "rate_limit"),
    (402, {"error": {"message": "Top up your balance to go on.", "code": "insufficient_balance"}}, "quota_exceeded"),
    (400, {"error": {"message": "The prompt has 9000 tokens, which exceeds the context."}}, "context_length"),
    (401, {"error": {"message": "That API key isn't valid.", "type": "authentication_error"}}, "authentication"),
    (400, {"error": {"message": "'temperature' must be at most 2.", "param": "temperature"}}, "invalid_request"),
    (404, {"error": {"message": "The model `m-1` does not exist.", "code": "model_not_found"}}, "model_unavailable"),
    (503, {"error": {"message": "当前分组下对于模型 m-1 无可用渠道"}}, "model_unavailable"),
    (400, {"error": {"message": "Blocked by the safety policy.", "code": "content_filter"}}, "content_filter"),
    (200, {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, "invalid_response"),
    (200, {"candidates": [{"finishReason": "MAX_TOKENS"}]}, "invalid_response"),
    (529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "server_error"),
]
"""Status, body, and what it means."""


def _javascript(value: object) -> str:
    """As Node prints objects."""
    if isinstance(value, Mapping):
        shown = (
            f"{key if re.fullmatch('[A-Za-z_]+', key) else repr(key)}: {_javascript(one)}" for key, one in value.items()
        )
        return "{ " + ", ".join(shown) + " }"
    if isinstance(value, list):
        return "[ " + ", ".join(map(_javascript, value)) + " ]"
    if isinstance(value, str):
        return "'" + value.replace("'", "\\'").replace("\n", "\\n") + "'"
    return json.dumps(value)


Wrapping = Callable[[int | None, Any], dict[str, Any]]

WRAPPINGS: dict[str, Wrapping] = {
    "bytes": lambda status, body: {"status": status, "body": json.dumps(body).encode()},
    "text": lambda status, body: {"status": status, "message": json.dumps(body)},
    "Python": lambda status, body: {"message": f"Error code: {status} - {body!r}" if status else repr(body)},
    "JavaScript": lambda status, body: {"status": status, "message": f"Error: {status or ''} {_javascript(body)}"},
    "log": lambda status, body: {
        "status": status,
        "message": f"2026-01-01 12:00:00,123 ERROR app.llm:57 - call failed: {json.dumps(body)}",
    },
    "string in a string": lambda status, body: {"status": status, "message": json.dumps(json.dumps(json.dumps(body)))},
    "another service": lambda status, body: {
        "status": status,
        "body": {"error": {"message": json.dumps(body), "type": "upstream_error", "code": None}},
    },
    "LiteLLM": lambda status, body: {
        "status": status,
        "message": f"litellm.APIError: APIError: SomeException - {json.dumps(body)}. Received Model Group=some",
    },
    "an agent": lambda status, body: {
        "status": status,
        "message": f"Error raised by inference API: {json.dumps(body)}\nDuring task with name 'agent' and id '3b2f'",
    },
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize(("status", "body", "expected"), OWN)
def test_a_wrapped_body_keeps_its_meaning(wrapping: str, status: int, body: dict[str, Any], expected: str) -> None:
    """The type does not depend on who printed the body, nor how."""
    assert classify(**WRAPPINGS[wrapping](status if status != 200 else None, body)).type.value == expected


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_recorded_bodies_keep_their_meaning(wrapping: str) -> None:
    """Of the recorded errors that have a body at least 98 % are accepted in any wrapping."""
    if PATH is None:
        pytest.skip("no recorded errors here")
    recorded = [json.loads(line) for line in PATH.read_text(encoding="utf-8").splitlines()]
    with_body = [one for one in recorded if isinstance(one["body"], dict | list)]
    right = 0
    for one in with_body:
        evidence = WRAPPINGS[wrapping](one["status"], one["body"])
        found = classify(provider=one["provider"], headers=one["headers"], **evidence)
        right += found.type.value in (one["label"], *one["also"])
    assert right / len(with_body) >= 0.98
