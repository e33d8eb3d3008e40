"""What a call costs, beside a span set by hand: a guard against slips, not a benchmark."""

from __future__ import annotations

from typing import Any

import pytest

from process import run

CHAT_GOAL, CHUNK_GOAL_US = 1.8, 2.5
"""What is aimed at; held against it in the longer tier, since it is not reached on every interpreter yet."""
CHAT_RATIO = 2.3
"""A chat call at most, with all that is done for it later, as a multiple of a bare span with fifteen attributes. It
takes 1.9 to 2.0 on quiet machines."""
CHUNK_US = 4.0
"""A chunk of a stream at most, in microseconds, each arriving by itself. It takes 1.5 to 2.9."""
TRIES = 4
"""The best of them counts: other programs make a machine slower, never faster."""

MEASURE = """
import gc, json, statistics, time
import openai
try:
    import httpx2 as http
except ImportError:
    import httpx as http
from opentelemetry import trace
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

import genai_sentry
from genai_sentry.patch.state import state

provider = TracerProvider()
provider.add_span_processor(SpanProcessor())
genai_sentry.GenAIInstrumentor().instrument(tracer_provider=provider)
runtime = state.runtime
tracer = provider.get_tracer("bare")

usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15,
         "prompt_tokens_details": {"cached_tokens": 2}, "completion_tokens_details": {"reasoning_tokens": 1}}
message = {"role": "assistant", "content": "word " * 100}
whole = json.dumps({"id": "c1", "object": "chat.completion", "created": 1, "model": "gpt-4o", "service_tier": "default",
                    "choices": [{"index": 0, "finish_reason": "stop", "message": message}], "usage": usage}).encode()
piece = json.dumps({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o", "usage": None,
                    "choices": [{"index": 0, "delta": {"content": "word"}, "finish_reason": None}]})
CHUNKS = 500
chunks = [f"data: {piece}\\n\\n".encode()] * CHUNKS + [b"data: [DONE]\\n\\n"]


class Pieces(http.SyncByteStream):
    def __iter__(self):
        yield from chunks


def answer(request):
    if b'"stream":true' in request.content:
        return http.Response(200, stream=Pieces(), headers={"content-type": "text/event-stream"})
    return http.Response(200, content=whole, headers={"content-type": "application/json", "x-request-id": "r1"})


client = openai.OpenAI(api_key="sk-x", max_retries=0, http_client=http.Client(transport=http.MockTransport(answer)))
messages = [{"role": "user", "content": "hello"}]


def chat():
    return client.chat.completions.create(model="gpt-4o", messages=messages)


def stream():
    for _ in client.chat.completions.create(model="gpt-4o", messages=messages, stream=True):
        pass


def bare():
    start = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
             "server.address": "api.openai.com", "server.port": 443, "gen_ai.request.stream": False}
    with tracer.start_as_current_span("chat gpt-4o", kind=trace.SpanKind.CLIENT, attributes=start) as span:
        found = chat()
        span.set_attributes({
            "gen_ai.response.model": found.model, "gen_ai.response.id": found.id,
            "gen_ai.response.finish_reasons": tuple(choice.finish_reason for choice in found.choices),
            "gen_ai.usage.input_tokens": found.usage.prompt_tokens,
            "gen_ai.usage.output_tokens": found.usage.completion_tokens,
            "gen_ai.usage.cache_read.input_tokens": found.usage.prompt_tokens_details.cached_tokens,
            "gen_ai.usage.reasoning.output_tokens": found.usage.completion_tokens_details.reasoning_tokens,
            "openai.response.service_tier": found.service_tier, "llm_cost_usd": 0.001})


def block(function, calls, on):
    state.runtime = runtime if on else None
    gc.collect()
    gc.disable()
    begin = time.thread_time()
    for _ in range(calls):
        function()
    runtime.later.drain()
    took = (time.thread_time() - begin) / calls * 1e6
    gc.enable()
    state.runtime = runtime
    return took


for function, on in ((chat, True), (bare, False), (stream, True)):
    block(function, 20, on)
spans, calls, pieces = [], [], []
for number in range(16):
    plain = block(chat, 40, False)
    spans.append(block(bare, 40, False) - plain)
    calls.append(block(chat, 40, True) - plain)
    if number % 2:
        plain = block(stream, 2, False)
        pieces.append((block(stream, 2, True) - plain) / CHUNKS)
print(json.dumps([statistics.median(values) for values in (spans, calls, pieces)]))
"""


def _measured() -> tuple[float, float]:
    """A call as a multiple of the bare span; a chunk in microseconds."""
    found: list[Any] = run(MEASURE, timeout=100)
    span, call, chunk = found
    return call / span, chunk


def _best(ratio_bound: float, chunk_bound: float) -> tuple[float, float]:
    """The best of some tries; no further ones where the bounds are kept."""
    ratio, chunk = _measured()
    for _ in range(TRIES - 1):
        if ratio <= ratio_bound and chunk <= chunk_bound:
            break
        again = _measured()
        ratio, chunk = min(ratio, again[0]), min(chunk, again[1])
    return ratio, chunk


def test_a_call_costs_little_more_than_its_span() -> None:
    """A chat call takes at most 2.3 times a bare span, what is done later included, and a chunk at most 4 µs."""
    ratio, chunk = _best(CHAT_RATIO, CHUNK_US)

    assert ratio <= CHAT_RATIO
    assert chunk <= CHUNK_US


@pytest.mark.slow
def test_a_call_costs_what_is_aimed_at() -> None:
    """At most 1.8 times a bare span for a chat call, and at most 2.5 µs for a chunk."""
    ratio, chunk = _best(CHAT_GOAL, CHUNK_GOAL_US)

    assert ratio <= CHAT_GOAL
    assert chunk <= CHUNK_GOAL_US
