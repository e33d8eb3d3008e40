"""`record_batch_results`: outcomes, tokens and cost of finished batches."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from genai_sentry import record_batch_results, stats

USAGE = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}


def _answer(name: str, **more: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": "hello"}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": USAGE,
        **more,
    }
    response = {"status_code": 200, "request_id": "r", "body": body}
    return {"id": "batch_req_1", "custom_id": name, "response": response, "error": None}


def _failure(name: str, status: int, error: dict[str, Any]) -> dict[str, Any]:
    return {"id": "b", "custom_id": name, "response": {"status_code": status, "body": {"error": error}}, "error": None}


LIMIT = {"message": "Rate limit reached", "type": "tokens", "code": "rate_limit_exceeded"}
EXPIRED = {
    "code": "batch_expired",
    "message": "This request could not be executed before the completion window expired.",
}
OUTPUT = [
    _answer("a"),
    _answer("b", choices=[{"index": 0, "message": {"role": "assistant"}, "finish_reason": "content_filter"}]),
    _failure("c", 429, LIMIT),
    {"id": "b", "custom_id": "d", "response": None, "error": EXPIRED},
    {"id": "b", "custom_id": "e", "response": None, "error": {"code": "batch_cancelled", "message": "cancelled"}},
]
LINES = "\n".join(json.dumps(line) for line in OUTPUT)


def _kinds(results: Any) -> list[str | None]:
    return [str(item.classification.type) if item.classification is not None else None for item in results.items]


def test_every_item_is_classified(observed: Any) -> None:
    """Failures by status, code and finish reason; a cancelled item has not failed."""
    results = record_batch_results(OUTPUT)

    assert [None, "content_filter", "rate_limit", "timeout", "cancelled"] == _kinds(results)
    assert ["a", "b", "c", "d", "e"] == [item.id for item in results.items]
    assert (1, 3, 1, 0) == (results.succeeded, results.failed, results.cancelled, results.unread)
    assert {"content_filter": 1, "rate_limit": 1, "timeout": 1} == results.failures_by_type


def test_cost_is_at_batch_prices(observed: Any) -> None:
    """Half of the list price, for OpenAI's models."""
    results = record_batch_results([_answer("a")])

    listed = (1000 * 0.15 + 100 * 0.6) / 1e6
    assert (1000, 100, pytest.approx(listed / 2)) == (results.input_tokens, results.output_tokens, results.cost_usd)


def test_items_count_in_statistics_and_metrics_without_a_duration(observed: Any) -> None:
    """When they were worked on is not known."""
    results = record_batch_results(OUTPUT)

    figures = stats()
    assert (5, 3, 1, None) == (figures.calls, figures.failures, figures.cancelled, figures.latency_p50_s)
    assert pytest.approx(results.cost_usd) == figures.cost_usd
    names = {
        metric.name
        for resource in observed.reader.get_metrics_data().resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    assert "gen_ai.client.token.usage" in names
    assert "llm.client.errors" in names
    assert "gen_ai.client.operation.duration" not in names


def test_failed_items_are_reported(observed: Any) -> None:
    """One event each, unless events are not wanted; cancelled ones never."""
    record_batch_results(OUTPUT, events=False)
    assert [] == observed.events

    record_batch_results(OUTPUT)
    kinds = [event["tags"]["llm_error_type"] for event in observed.events]
    assert ["content_filter", "rate_limit", "timeout"] == sorted(kinds)


@pytest.mark.parametrize(
    "source",
    [
        LINES,
        LINES.encode(),
        LINES.splitlines(),
        SimpleNamespace(content=LINES.encode()),
        (line for line in OUTPUT),
    ],
)
def test_sources_are_read_alike(observed: Any, source: Any) -> None:
    """Text, bytes, lines, what the SDK hands out for a file, decoded results."""
    assert 5 == len(record_batch_results(source).items)


def test_a_file_is_read_by_its_path(observed: Any, tmp_path: Path) -> None:
    """As text or as a path object."""
    path = tmp_path / "output.jsonl"
    path.write_text(LINES + "\n\nno result\n{}\n")

    for source in (path, str(path)):
        results = record_batch_results(source)
        assert (5, 2) == (len(results.items), results.unread)


def test_what_is_no_source_is_refused() -> None:
    """By a TypeError, as from any function that is called wrongly."""
    with pytest.raises(TypeError, match="not the results of a batch: int"):
        record_batch_results(7)


def test_results_of_anthropic(observed: Any) -> None:
    """Succeeded, errored, cancelled and expired ones."""
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-4-5-20251001",
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 1000, "output_tokens": 100},
    }
    overloaded = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    results = record_batch_results(
        [
            {"custom_id": "a", "result": {"type": "succeeded", "message": message}},
            {"custom_id": "b", "result": {"type": "errored", "error": overloaded}},
            {"custom_id": "c", "result": {"type": "canceled"}},
            {"custom_id": "d", "result": {"type": "expired"}},
        ]
    )

    assert [None, "server_error", "cancelled", "timeout"] == _kinds(results)
    assert pytest.approx((1000 * 1 + 100 * 5) / 1e6 / 2) == results.cost_usd


def test_results_of_gemini(observed: Any) -> None:
    """By key, with a response or an error."""
    answer = {
        "candidates": [{"content": {"parts": [{"text": "x"}]}, "finishReason": "STOP"}],
        "modelVersion": "gemini-2.5-flash",
        "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 2},
    }
    results = record_batch_results(
        [
            {"key": "a", "response": answer},
            {"key": "b", "error": {"code": 8, "message": "exhausted", "status": "RESOURCE_EXHAUSTED"}},
        ]
    )

    assert [None, "rate_limit"] == _kinds(results)
    assert (10, 2, "generate_content") == (results.input_tokens, results.output_tokens, results.items[0].operation)
    assert results.cost_usd > 0


def test_objects_of_an_sdk_are_read(observed: Any) -> None:
    """Anthropic's SDK hands out one object a result."""
    types = pytest.importorskip("anthropic.types.messages")
    result = {"custom_id": "a", "result": {"type": "expired"}}

    results = record_batch_results([types.MessageBatchIndividualResponse.model_validate(result)])

    assert ["timeout"] == _kinds(results)


def test_results_are_read_without_instrumentation() -> None:
    """The figures are returned all the same."""
    assert 1 == record_batch_results([_answer("a")]).succeeded
