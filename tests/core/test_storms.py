"""A loop that sends a failing request again and again is announced; one that gets its answer in between is not."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace
from typing import Any

import openai
import pytest

import genai_sentry
from genai_sentry.retries import StormDetector
from genai_sentry.sinks import _fingerprint
from genai_sentry.statistics import recorder as counted
from genai_sentry.testing import SimulatedProvider
from process import run

LOOP = """
import json
import openai
import genai_sentry
from genai_sentry.testing import SentryReceiver, SimulatedProvider

def ask(client):
    try:
        client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": "hi"}])
    except openai.APIError:
        pass

with SimulatedProvider() as provider, SentryReceiver() as receiver:
    genai_sentry.init(receiver.dsn)
    client = openai.OpenAI(base_url=provider.base_url, api_key="k", max_retries=0)
    for failures in FAILURES:
        provider.fail_next("rate_limit", times=failures)
        for _ in range(failures + SUCCESSES):
            ask(client)
    genai_sentry.flush(5)
    alerts = [event for event in receiver.events if event["tags"].get("llm_alert") == "retry_storm"]
    print(json.dumps([event["contexts"]["llm_retries"]["calls"] for event in alerts]))
    genai_sentry.shutdown()
"""


def test_a_loop_over_a_failing_request_is_one_storm() -> None:
    """Eighteen failures in a row: announced at the tenth."""
    assert [10] == run(LOOP.replace("FAILURES", "(9, 9)").replace("SUCCESSES", "0"))


def test_an_answer_in_between_ends_the_count() -> None:
    """Nine failures, an answer, and nine failures again: no storm."""
    assert [] == run(LOOP.replace("FAILURES", "(9, 9)").replace("SUCCESSES", "1"))


def _told(content: bytes, path: str = "/v1/chat/completions") -> str | None:
    return _fingerprint(SimpleNamespace(request=SimpleNamespace(content=content), path=path))  # type: ignore[arg-type]


LONG = bytes(range(256)) * 400


@pytest.mark.parametrize(
    "other",
    [b"x" + LONG[1:], LONG[:-1] + b"x", LONG + b"x", LONG[:50_000] + b"x" * 1000 + LONG[51_000:], b"short"],
)
def test_long_requests_are_told_apart(other: bytes) -> None:
    """By beginning, end, length and samples of the rest."""
    assert _told(LONG) == _told(bytes(bytearray(LONG)))
    assert _told(LONG) != _told(other)


def test_a_request_is_its_path_and_its_whole_body() -> None:
    """A short body counts whole; one that can't be read is no request to tell from others."""
    assert _told(b"a" * 4000 + b"b") != _told(b"a" * 4000 + b"c")
    assert _told(b"a") != _told(b"a", "/v1/embeddings")
    assert _fingerprint(SimpleNamespace(request=None, path="/")) is None  # type: ignore[arg-type]


def test_an_answer_is_told_once(bare: Any, provider: SimulatedProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where requests have failed of late, an answered one is hashed once, though its call is settled later."""
    counted.reset()
    bare.instrument()
    told: list[str] = []
    held = []  # answers that keep their requests alive
    monkeypatch.setattr(StormDetector, "succeeded", lambda self, provider, model, request: told.append(model))
    with openai.OpenAI(base_url=provider.base_url, api_key="k", max_retries=0) as client:
        provider.fail_next("rate_limit")
        for _ in range(2):
            with contextlib.suppress(openai.RateLimitError):
                ask = client.chat.completions.with_raw_response.create
                held.append(ask(model="m", messages=[{"role": "user", "content": "hi"}]))
    assert 2 == genai_sentry.stats().calls
    assert ["m"] == told
