"""What classifying costs, as a multiple of decoding a typical body; and that what is left out changes no answer."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable

import httpx
import pytest

from genai_sentry.errors import classify as classifying
from genai_sentry.errors.case import lowered
from genai_sentry.errors.classify import MEMO, classify, compile_rules
from shared import shared

TYPICAL = [
    (429, "Rate limit reached for m in organization o on tokens per min (TPM): Limit 30000, Used 29800, Requested 500. "
     "Please try again in 600ms.", "tokens", "rate_limit_exceeded"),
    (401, "Incorrect API key provided: sk-a. You can find your API key at https://keys.example.com.",
     "invalid_request_error", "invalid_api_key"),
    (429, "You exceeded your current quota, please check your plan and billing details.", "insufficient_quota",
     "insufficient_quota"),
    (400, "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
     "invalid_request_error", "context_length_exceeded"),
    (404, "The model `m-9` does not exist or you do not have access to it.", "invalid_request_error", None),
    (400, "Unsupported parameter: 'temperature' is not supported with this model.", "invalid_request_error", None),
    (503, "The engine is currently overloaded, please try again later", "server_error", None),
    (500, "The server had an error while processing your request. Sorry about that!", "server_error", None),
]  # fmt: skip
"""Status, message, type and code of what providers of OpenAI's format answer most."""
BODIES = [
    (status, {"error": {"message": message, "type": kind, "param": None, "code": code}})
    for status, message, kind, code in TYPICAL
]
LONG = (
    "litellm.ServiceUnavailableError: litellm.MidStreamFallbackError: Error calling api (status code: 503), attempt 2: "
    "HTTPSConnectionPool(host='api.example.com', port=443): Max retries exceeded with url: /v1/chat/completions (Caused "
    "by NewConnectionError('Failed to establish a new connection: [Errno 111] Connection refused')) request id: 4711, "
    'the upstream said "no healthy upstream" after 3 attempts; see https://docs.example.com/errors for details.'
)
"""A message without a body, about as long as any that is not cut."""
FEW, MANY, MOST = 12, 60, 200
"""Times the decoding of a body: what was met before, what was not, and the longest of messages alone."""


def _least(works: list[Callable[[], object]], rounds: int = 15) -> float:
    """The least time that all of them take, in seconds."""
    best = [float("inf")] * len(works)
    for _ in range(rounds):
        for place, work in enumerate(works):
            start = time.perf_counter()
            work()
            best[place] = min(best[place], time.perf_counter() - start)
    return sum(best)


def _anew(work: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        MEMO.clear()
        return work()

    return run


def test_a_failure_costs_a_few_dozen_times_what_decoding_it_costs() -> None:
    """Twelve times where it was met before, sixty where not: each of the most frequent answers, and a long message."""
    compile_rules()
    documents = [json.dumps(body) for _, body in BODIES]
    works = [
        lambda status=status, body=body: classify(status=status, body=body, provider="openai")
        for status, body in BODIES
    ]
    gc.collect()
    gc.disable()
    try:
        decoding = _least([lambda text=text: json.loads(text) for text in documents])
        met, anew = _least(works), _least([_anew(work) for work in works])
        longest = _least([_anew(lambda: classify(message=LONG))])
    finally:
        gc.enable()
    each = decoding / len(BODIES)
    assert met <= FEW * decoding
    assert anew <= MANY * decoding
    assert longest <= MOST * each


def _cases() -> list[dict[str, object]]:
    path = shared("corpus", "errors.jsonl")
    recorded = path.read_text(encoding="utf-8").splitlines() if path is not None else []
    keys = ("status", "body", "message", "provider")
    cases = [{key: case.get(key) for key in keys} for case in map(json.loads, recorded)]
    told = [("limit_requests", "Your balance is too low: 9 requests per min."), ("EPIPE", "invalid api key")]
    cases += [{"status": 429, "body": {"code": code, "message": message}} for code, message in told]
    return cases + [{"status": status, "body": body} for status, body in BODIES]


def test_wording_that_is_not_read_would_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a code outweighs all wording, the answer is the same as with every message weighed."""
    cases = _cases()
    skipped: list[bool] = []
    decide = classifying._beyond_words

    def told(*evidence: object) -> bool:
        skipped.append(decide(*evidence))  # type: ignore[arg-type]
        return skipped[-1]

    MEMO.clear()
    monkeypatch.setattr(classifying, "_beyond_words", told)
    short = [classify(**case) for case in cases]  # type: ignore[arg-type]
    MEMO.clear()
    monkeypatch.setattr(classifying, "_beyond_words", lambda *_: False)
    assert [classify(**case) for case in cases] == short  # type: ignore[arg-type]
    assert {True, False} == set(skipped)


def test_a_status_alone_says_what_it_says_in_a_sentence() -> None:
    """What generated SDKs print where there was no body is read by itself as it is with a full stop."""
    alone, sentences = (
        [classify(message=f"Error code: {status}{stop}") for status in range(400, 600)] for stop in ("", ".")
    )
    assert sentences == alone


@pytest.mark.parametrize(
    "pairs",
    [
        [("Retry-After", "7"), ("X-Request-Id", "r")],
        [("Retry-After", "7"), ("retry-after", "9")],
        [("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "6s")],
        [("retry-after", "sept\u00e9")],
        [],
    ],
)
def test_httpx_headers_tell_what_a_mapping_tells(pairs: list[tuple[str, str]]) -> None:
    """Taken as httpx keeps them, or through its mapping, headers name the same wait."""
    headers = httpx.Headers([(name.encode(), value.encode("latin-1")) for name, value in pairs])
    plain = dict(headers.items())
    assert classify(status=429, headers=plain) == classify(status=429, headers=headers)
    assert lowered(plain).get("retry-after") == lowered(headers).get("retry-after")
