"""The same with the real instrumentations, where they are installed."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.trace import StatusCode

import sdk

INSTRUMENTORS = {
    "genai-openai": "opentelemetry.instrumentation.genai.openai",
    "openai-v2": "opentelemetry.instrumentation.openai_v2",
    "OpenLLMetry": "opentelemetry.instrumentation.openai",
    "OpenInference": "openinference.instrumentation.openai",
}
ASKED: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}]}
CHAT = {
    "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-4o",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hi"}}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
}  # fmt: skip
CHUNK = {
    "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o",
    "choices": [{"index": 0, "delta": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
}  # fmt: skip
REFUSED = {"error": {"message": "slow down", "type": "requests", "code": "rate_limit_exceeded"}}


@pytest.fixture(scope="module", params=INSTRUMENTORS.values(), ids=INSTRUMENTORS.keys())
def active(request: Any, lasting: Any) -> Iterator[Any]:
    """Another instrumentation, active before ours; once for all tests, since some can't be undone whole."""
    try:
        module = importlib.import_module(request.param)
    except ImportError as error:
        pytest.skip(f"not installed: {error}")
    instrumentor = module.OpenAIInstrumentor()
    instrumentor.instrument(tracer_provider=lasting.provider)
    lasting.instrument()
    yield lasting
    lasting.stop()
    instrumentor.uninstrument()


@pytest.fixture
def theirs(active: Any) -> Any:
    """The same, with nothing left over from another test."""
    active.exporter.clear()
    return active


def _answer(request: Any) -> Any:
    if json.loads(request.content).get("stream"):
        body = b"data: " + json.dumps(CHUNK).encode() + b"\n\ndata: [DONE]\n\n"
        return sdk.http.Response(200, stream=sdk.Pieces([body]), headers={"content-type": "text/event-stream"})
    return sdk.http.Response(200, json=CHAT)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("stream", [False, True])
def test_their_span_is_the_only_one(theirs: Any, stream: bool) -> None:
    """One span, theirs, with our vocabulary on it."""
    with sdk.client(_answer) as client:
        answer = client.chat.completions.create(**ASKED, stream=stream)
        if stream:
            list(answer)

    (span,) = theirs.exporter.get_finished_spans()
    assert "genai_sentry" != span.instrumentation_scope.name
    assert ("gpt-4o", "openai", 1) == tuple(
        span.attributes[name] for name in ("ai_model", "llm_provider", "llm_attempts")
    )


@pytest.mark.filterwarnings("ignore")
def test_a_failure_is_classified_on_their_span(theirs: Any) -> None:
    """What they can't tell, a limit from a drained account, is there."""
    with (
        sdk.client(lambda request: sdk.http.Response(429, json=REFUSED)) as client,
        pytest.raises(sdk.openai.RateLimitError),
    ):
        client.chat.completions.create(**ASKED)

    (span,) = theirs.exporter.get_finished_spans()
    assert (StatusCode.ERROR, "rate_limit") == (span.status.status_code, span.attributes["llm_error_type"])
