"""Streams that the garbage collector finds end without taking a lock there."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from genai_sentry import collecting
from genai_sentry.statistics import recorder as statistics
from genai_sentry.testing import SimulatedProvider

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
