"""The same with the real instrumentations, where they are installed."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from process import run

INSTRUMENTORS = {
    "genai-openai": "opentelemetry.instrumentation.genai.openai",
    "openai-v2": "opentelemetry.instrumentation.openai_v2",
    "OpenLLMetry": "opentelemetry.instrumentation.openai",
    "OpenInference": "openinference.instrumentation.openai",
}

CHILD = """
import importlib, json, sys, warnings
warnings.simplefilter("ignore")
import sdk
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from genai_sentry import GenAIInstrumentor

exporter, provider = InMemorySpanExporter(), TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
importlib.import_module("MODULE").OpenAIInstrumentor().instrument(tracer_provider=provider)
GenAIInstrumentor().instrument(tracer_provider=provider)

HEAD = {"id": "c", "created": 1, "model": "gpt-4o"}
MESSAGE = {"role": "assistant", "content": "hi"}
CHAT = {**HEAD, "object": "chat.completion", "choices": [{"index": 0, "finish_reason": "stop", "message": MESSAGE}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}}
CHUNK = {**HEAD, "object": "chat.completion.chunk",
         "choices": [{"index": 0, "finish_reason": "stop", "delta": MESSAGE}]}
BODY = b"data: " + json.dumps(CHUNK).encode() + b"\\n\\ndata: [DONE]\\n\\n"

def answer(request):
    if b"fail" in request.content:
        return sdk.http.Response(429, json={"error": {"message": "slow down", "code": "rate_limit_exceeded"}})
    if b'"stream"' in request.content:
        return sdk.http.Response(200, stream=sdk.Pieces([BODY]), headers={"content-type": "text/event-stream"})
    return sdk.http.Response(200, json=CHAT)

seen = []
with sdk.client(answer) as client:
    for text, stream in (("hello", False), ("hello", True), ("fail", False)):
        try:
            made = client.chat.completions.create(
                model="gpt-4o", messages=[{"role": "user", "content": text}], **({"stream": True} if stream else {})
            )
            if stream:
                list(made)
        except sdk.openai.RateLimitError:
            pass
        spans = exporter.get_finished_spans()
        exporter.clear()
        seen.append([
            [s.instrumentation_scope.name == "genai_sentry", s.attributes.get("ai_model"),
             s.attributes.get("llm_attempts"), s.attributes.get("llm_error_type")] for s in spans
        ])
print(json.dumps(seen))
"""


@pytest.mark.parametrize("module", INSTRUMENTORS.values(), ids=INSTRUMENTORS.keys())
def test_their_span_is_the_only_one_and_holds_what_we_know(module: str) -> None:
    """A whole answer, a stream and a failure: one span each, theirs, with our vocabulary on it."""
    try:
        importlib.import_module(module)
    except ImportError as error:
        pytest.skip(f"not installed: {error}")

    seen: Any = run(CHILD.replace("MODULE", module), cwd=Path(__file__).resolve().parent.parent)

    assert [
        [[False, "gpt-4o", 1, None]],
        [[False, "gpt-4o", 1, None]],
        [[False, "gpt-4o", 1, "rate_limit"]],
    ] == seen
