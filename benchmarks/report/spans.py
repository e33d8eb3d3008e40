"""Writes spans of simulated LLM traffic: two weeks with days and nights, failures, retries, and one bad afternoon."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

START, DAYS, DAY_S = 1_792_108_800, 14.0, 86_400
"""Midnight UTC of the first day, and how many there are."""

BAD_FROM, BAD_UNTIL = 6.2, 6.45
"""An outage, in days after the start."""

SPANS_A_LINE = 64
RESOURCE = {
    "telemetry.sdk.language": "python",
    "telemetry.sdk.name": "opentelemetry",
    "telemetry.sdk.version": "1.45.2",
    "service.name": "shop-assistant",
    "deployment.environment.name": "production",
}
MODELS = (
    ("openai", "gpt-4o", 2.5, 10.0, 4),
    ("openai", "gpt-4o-mini", 0.15, 0.6, 8),
    ("anthropic", "claude-sonnet-4-5", 3.0, 15.0, 3),
    ("openai", "gpt-5", 1.25, 10.0, 2),
    ("gcp.gemini", "gemini-2.5-pro", 1.25, 10.0, 2),
    ("openai", "text-embedding-3-small", 0.02, 0.0, 5),
)
"""Provider, model, US dollars per million input and output tokens, weight."""

FAILURES = (
    ("rate_limit", "tokens_per_minute", "true", 429, 9.0),
    ("timeout", "client_read", "true", None, 4.0),
    ("server_error", "overloaded", "true", 529, 3.0),
    ("context_length", "input_too_long", "false", 400, 2.0),
    ("invalid_request", "invalid_schema", "false", 400, 1.5),
    ("content_filter", "prompt", "false", 400, 1.0),
    ("authentication", "invalid_key", "false", 401, 0.4),
)
"""Type, reason, whether a retry can help, status, weight."""

JSON = dict[str, Any]


def write(path: Path, number: int, seed: int = 1) -> None:
    """Write so many spans as OTLP JSON lines."""
    chance = random.Random(seed)
    with path.open("w", encoding="ascii") as file:
        for start in range(0, number, SPANS_A_LINE):
            spans = [_span(chance) for _ in range(min(SPANS_A_LINE, number - start))]
            scope = {"scope": {"name": "genai_sentry", "version": "0.1.0"}, "spans": spans}
            group = {"resource": {"attributes": list(_pairs(RESOURCE))}, "scopeSpans": [scope]}
            file.write(json.dumps({"resourceSpans": [group]}, separators=(",", ":")) + "\n")


def _span(chance: random.Random) -> JSON:
    provider, model, given_usd, made_usd, _ = chance.choices(MODELS, [row[-1] for row in MODELS])[0]
    day = _day(chance)
    bad = BAD_FROM < day < BAD_UNTIL
    embedding = model.startswith("text-embedding")
    lasted = chance.lognormvariate(-1.5 if embedding else 0.7, 0.6)
    attributes: JSON = {
        "gen_ai.operation.name": "embeddings" if embedding else "chat",
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": model,
        "server.address": "api.example.com",
        "server.port": 443,
        "sentry.op": "gen_ai.chat",
        "ai_model": model,
        "llm_provider": provider,
        "sentry.environment": "production",
        "sentry.release": "shop@1.4.2",
        "sentry.client_sample_rate": 1.0,
        "feature": chance.choices(("search", "chat", "summarise", "extract"), (3, 5, 2, 2))[0],
        "tenant": chance.choice(("acme", "globex", "initech", "umbrella")),
        "gen_ai.request.temperature": 0.2,
        "gen_ai.request.max_tokens": 1024,
        "gen_ai.request.stream": not embedding,
    }
    failed = chance.random() < (0.09 if bad else 0.022)
    if failed:
        attributes |= _failure(chance, lasted, bad)
    else:
        attributes |= _answer(chance, model, embedding, lasted, (given_usd, made_usd), attributes["feature"], bad)
    began = START + day * DAY_S
    return {
        "traceId": f"{chance.getrandbits(128):032x}",
        "spanId": f"{chance.getrandbits(64):016x}",
        "flags": 1,
        "name": f"chat {model}",
        "kind": 3,
        "startTimeUnixNano": str(int(began * 1e9)),
        "endTimeUnixNano": str(int((began + lasted) * 1e9)),
        "attributes": list(_pairs(attributes)),
        "status": {"code": 2 if failed else 0},
    }


def _day(chance: random.Random) -> float:
    while True:
        day = chance.random() * DAYS
        if chance.random() < 0.35 + 0.65 * max(0.0, math.sin(day % 1 * 2 * math.pi - 1.6)):
            return day


def _failure(chance: random.Random, lasted: float, bad: bool) -> JSON:
    chosen = FAILURES[0] if bad else chance.choices(FAILURES, [row[-1] for row in FAILURES])[0]
    kind, reason, retryable, status, _ = chosen
    attempts = 3 if retryable == "true" else chance.choice((1, 1, 3))
    found: JSON = {
        "llm_attempts": attempts,
        "llm_last_attempt_s": lasted / 3,
        "error.type": "openai.APIError",
        "llm_error_type": kind,
        "llm_error_reason": reason,
        "llm_severity": "error",
        "llm_action_required": "retry_with_backoff",
        "llm_retryable": retryable,
    }
    if attempts > 1:
        found["llm_retry_wait_s"] = lasted / 2
    if status is not None:
        found["http.response.status_code"] = status
    return found


def _answer(
    chance: random.Random,
    model: str,
    embedding: bool,
    lasted: float,
    prices: tuple[float, float],
    feature: str,
    bad: bool,
) -> JSON:
    given = int(chance.lognormvariate(7, 0.7)) + (1200 if feature == "chat" else 0)
    made = 0 if embedding else int(chance.lognormvariate(5.2, 0.8))
    cost, made_cost = given * prices[0] / 1e6, made * prices[1] / 1e6
    finish = chance.choices(("stop", "length", "tool_calls"), (90, 4, 6))[0]
    attempts = chance.choices((1, 2, 3), (95, 4, 1))[0]
    left = chance.random() * (0.99 if bad else 0.6)
    return {
        "gen_ai.response.id": f"chatcmpl-{chance.getrandbits(80):x}",
        "gen_ai.response.model": model,
        "gen_ai.response.finish_reasons": [finish],
        "llm_finish_reason": finish,
        "openai.response.system_fingerprint": "fp_50cad350e4",
        "llm_request_id": f"req_{chance.getrandbits(128):032x}",
        "llm_provider_processing_ms": lasted * 900,
        "gen_ai.usage.input_tokens": given,
        "gen_ai.usage.output_tokens": made,
        "gen_ai.usage.cache_read.input_tokens": given // 2 if model == "gpt-5" else 0,
        "gen_ai.usage.reasoning.output_tokens": 0,
        "gen_ai.cost.input_tokens": cost,
        "gen_ai.cost.output_tokens": made_cost,
        "gen_ai.cost.total_tokens": cost + made_cost,
        "llm_cost_usd": cost + made_cost,
        "llm_cost_source": "price_table",
        "llm_attempts": attempts,
        "llm_last_attempt_s": lasted,
        "http.response.status_code": 200,
        "llm_stream_chunks": made + 2,
        "llm_stream_outcome": "complete",
        "gen_ai.response.time_to_first_chunk": lasted * 0.3,
        "llm_stream_max_gap_s": 0.2,
        "llm_ratelimit_limit_requests": 10_000,
        "llm_ratelimit_remaining_requests": int(10_000 * (1 - left / 2)),
        "llm_ratelimit_limit_tokens": 2_000_000,
        "llm_ratelimit_remaining_tokens": int(2_000_000 * (1 - left)),
        **({"llm_retry_wait_s": 0.8} if attempts > 1 else {}),
    }


def _pairs(attributes: JSON) -> Iterator[JSON]:
    for key, value in attributes.items():
        if isinstance(value, bool):
            yield {"key": key, "value": {"boolValue": value}}
        elif isinstance(value, int):
            yield {"key": key, "value": {"intValue": str(value)}}
        elif isinstance(value, float):
            yield {"key": key, "value": {"doubleValue": value}}
        elif isinstance(value, list):
            yield {"key": key, "value": {"arrayValue": {"values": [{"stringValue": item} for item in value]}}}
        else:
            yield {"key": key, "value": {"stringValue": value}}
