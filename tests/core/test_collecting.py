"""Streams that the garbage collector finds end without taking a lock there."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from opentelemetry.sdk.trace import TracerProvider

import genai_sentry
from genai_sentry import collecting
from genai_sentry.patch.state import state
from genai_sentry.statistics import recorder as statistics
from genai_sentry.testing import SimulatedProvider
from sdk import http

MESSAGES = [{"role": "user", "content": "hello"}]


class Ring:
    """What holds itself is left to the collector."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.me = self


def test_a_stream_found_while_a_lock_is_held_does_not_wait_for_it(recorder: Any, provider: SimulatedProvider) -> None:
    """A collection may start inside any of our locks; the stream's end is worked out by another thread."""
    with openai.OpenAI(base_url=provider.base_url, api_key="k", max_retries=0) as client:
        Ring(client.chat.completions.create(model="m", messages=MESSAGES, stream=True))
        done = threading.Event()

        def collect() -> None:
            with statistics._lock:
                gc.collect()
            done.set()

        threading.Thread(target=collect, daemon=True).start()

        assert done.wait(10)
        for _ in range(100):
            if recorder.spans:
                break
            threading.Event().wait(0.05)

    assert "closed_early" == recorder.span.attributes["llm_stream_outcome"]


@pytest.mark.parametrize("kind", ["answered", "streamed", "refused"])
def test_a_call_leaves_nothing_to_the_collector(bare: Any, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """What a call held is gone when it is over: no ring keeps its prompt, and no collection is needed for it."""
    bare.provider = TracerProvider()
    bare.instrument()
    assert state.runtime is not None

    def answer(request: http.Request) -> http.Response:
        if kind == "refused":
            return http.Response(429, json={"error": {"code": "rate_limit_exceeded", "message": "no"}})
        if kind == "streamed":
            return http.Response(200, content=b'data: {"choices": [{"delta": {"content": "x"}}]}\n\ndata: [DONE]\n\n')
        choices = [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "x"}}]
        return http.Response(200, json={"id": "1", "object": "chat.completion", "model": "m", "choices": choices})

    def call() -> None:
        try:
            answered: Any = client.chat.completions.create(model="m", messages=MESSAGES, stream=kind == "streamed")
            if kind == "streamed":
                list(answered)
        except openai.RateLimitError:
            pass

    with openai.OpenAI(
        api_key="k", max_retries=0, http_client=http.Client(transport=http.MockTransport(answer))
    ) as client:
        left = []
        for runtime in (None, state.runtime):
            with monkeypatch.context() as patch:
                patch.setattr(state, "runtime", runtime)
                for _ in range(3):
                    call()
                genai_sentry.stats()
                gc.collect()
                gc.disable()
                try:
                    for _ in range(20):
                        call()
                    genai_sentry.stats()
                    left.append(gc.collect())
                finally:
                    gc.enable()
    without, with_us = left
    assert with_us <= without


def test_a_collection_that_begins_meanwhile_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another thread's, just while it is asked whether one is going on: a stream's end must not raise for that."""
    phases = iter([iter(Changed()), iter(["start"])])

    class Phases:
        def __reversed__(self) -> Iterator[str]:
            return next(phases)

    monkeypatch.setattr(collecting, "_phases", Phases())

    assert collecting.collecting()


class Changed:
    """What an OrderedDict says that was changed under an iterator."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raise RuntimeError("OrderedDict mutated during iteration")
