"""Formats of clouds and servers, over a bare httpx client: a span for a model's call, none for what only looks alike."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

BEDROCK = "https://bedrock-runtime.us-east-1.amazonaws.com/model/"
DASHSCOPE = "https://dashscope.aliyuncs.com/api/v1/services/aigc/text-generation/generation"
DATABRICKS = "https://w.cloud.databricks.com/serving-endpoints/databricks-llama-4-maverick/invocations"
CLOUDFLARE = "https://api.cloudflare.com/client/v4/accounts/a/ai/run/@cf/meta/llama-3.1-8b-instruct"
WATSONX = "https://us-south.ml.cloud.ibm.com/ml/v1/text/generation?version=2025-01-01"
MESSAGES = [{"role": "user", "content": "q"}]
COUNTS = {"prompt_tokens": 12, "completion_tokens": 3}
COUNTED = {"x-amzn-bedrock-input-token-count": "12", "x-amzn-bedrock-output-token-count": "3"}


def _client(answer: bytes, headers: dict[str, str], status: int = 200) -> httpx.Client:
    return httpx.Client(
        transport=httpx.MockTransport(lambda request: httpx.Response(status, headers=headers, content=answer))
    )


def _chunk(value: object) -> bytes:
    payload = json.dumps(
        {"bytes": base64.b64encode(json.dumps(value).encode()).decode()}, separators=(",", ":")
    ).encode()
    return b"\0\0\1\x10\0\0\0\x4b....\x0b:event-type\x07\0\x05chunk" + payload + b"\xde\xad\xbe\xef"


CALLS: list[tuple[str, dict[str, Any], bytes, dict[str, str], str, str, str]] = [
    (
        BEDROCK + "mistral.mistral-7b-instruct-v0%3A2/invoke",
        {"prompt": "q", "max_tokens": 9},
        b'{"outputs": [{"text": "blue", "stop_reason": "stop"}]}',
        COUNTED,
        "aws.bedrock",
        "chat mistral.mistral-7b-instruct-v0:2",
        "stop",
    ),
    (
        BEDROCK + "meta.llama3-8b-instruct-v1%3A0/invoke-with-response-stream",
        {"prompt": "q"},
        _chunk({"generation": "blue", "prompt_token_count": 12, "generation_token_count": 1, "stop_reason": None})
        + _chunk({"generation": "", "prompt_token_count": None, "generation_token_count": 3, "stop_reason": "stop"}),
        {"content-type": "application/vnd.amazon.eventstream"},
        "aws.bedrock",
        "chat meta.llama3-8b-instruct-v1:0",
        "stop",
    ),
    (
        DASHSCOPE,
        {"model": "qwen-plus", "input": {"messages": MESSAGES}},
        b'{"output": {"text": "blue", "finish_reason": "stop"}, "usage": {"input_tokens": 12, "output_tokens": 3}}',
        {},
        "dashscope",
        "chat qwen-plus",
        "stop",
    ),
    (
        DATABRICKS,
        {"messages": MESSAGES},
        json.dumps({"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}], "usage": COUNTS}).encode(),
        {},
        "databricks",
        "chat databricks-llama-4-maverick",
        "stop",
    ),
    (
        CLOUDFLARE,
        {"messages": MESSAGES},
        json.dumps({"result": {"response": "blue", "usage": COUNTS}, "success": True, "errors": []}).encode(),
        {},
        "cloudflare",
        "chat @cf/meta/llama-3.1-8b-instruct",
        "",
    ),
    (
        WATSONX,
        {"model_id": "granite", "input": "q", "parameters": {}},
        b'{"results": [{"generated_text": "a", "generated_token_count": 3, "input_token_count": 12, "stop_reason": "stop"}]}',
        {},
        "ibm.watsonx.ai",
        "text_completion granite",
        "stop",
    ),
]


@pytest.mark.parametrize(
    ("url", "body", "answer", "headers", "provider", "name", "reason"), CALLS, ids=[call[5] for call in CALLS]
)
def test_a_models_call_has_a_span(
    observed: Any,
    url: str,
    body: dict[str, Any],
    answer: bytes,
    headers: dict[str, str],
    provider: str,
    name: str,
    reason: str,
) -> None:
    """Who answers, what was asked for and what it took; the answer reaches the caller as it was sent."""
    with _client(answer, headers) as client:
        assert answer == client.post(url, json=body).content
    found = observed.span.attributes
    assert (provider, name) == (found["gen_ai.provider.name"], observed.span.name)
    assert (12, 3) == (found["gen_ai.usage.input_tokens"], found["gen_ai.usage.output_tokens"])
    assert reason == found.get("llm_finish_reason", "")


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("http://127.0.0.1:9/chains/answer/invoke", {"input": {"question": "q"}, "prompt": "q"}),
        (BEDROCK + "stability.sd3-5-large-v1%3A0/invoke", {"prompt": "a house"}),
        ("http://127.0.0.1:9/serving-endpoints/churn/invocations", {"dataframe_records": [{"age": 7}]}),
        ("http://127.0.0.1:9/runtimes/agent/invocations", {"messages": MESSAGES, "prompt": "q"}),
        ("http://127.0.0.1:9/generate", {"inputs": "q", "format": "pdf"}),
        ("http://127.0.0.1:9/completion", {"course": 7, "prompt": "q"}),
        ("http://127.0.0.1:9/text/generation", {"input": "q"}),
        ("http://127.0.0.1:9/ai/run/@job/7", {"name": "nightly"}),
    ],
)
def test_what_looks_alike_has_none(observed: Any, url: str, body: dict[str, Any]) -> None:
    """Chains, tables, pictures and reports at paths of the same words."""
    with _client(b"{}", {}) as client:
        client.post(url, json=body)
    assert [] == observed.spans


@pytest.mark.parametrize(
    ("url", "body", "answer", "status", "kind"),
    [
        (DASHSCOPE, {"model": "qwen-plus", "input": {"messages": MESSAGES}}, {"code": "Throttling.RateQuota", "message": "Requests rate limit exceeded, please try again later.", "request_id": "r"}, 429, "rate_limit"),
        (CLOUDFLARE, {"messages": MESSAGES}, {"success": False, "errors": [{"code": 10000, "message": "Authentication error"}], "result": None}, 401, "authentication"),
        (DASHSCOPE, {"model": "qwen-plus", "input": {"messages": MESSAGES}}, {"code": "DataInspectionFailed", "message": "Input data may contain inappropriate content.", "request_id": "r"}, 400, "content_filter"),
    ],
    ids=["limit", "key", "filter"],
)  # fmt: skip
def test_a_refusal_is_classified(
    observed: Any, url: str, body: dict[str, Any], answer: dict[str, Any], status: int, kind: str
) -> None:
    """By code and message of the provider's own error body."""
    with _client(json.dumps(answer).encode(), {"content-type": "application/json"}, status) as client:
        client.post(url, json=body)
    assert kind == observed.span.attributes["llm_error_type"]
