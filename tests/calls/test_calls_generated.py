"""Other SDKs on the generated base client: found by it, named as the provider whose they are."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from genai_sentry.testing import SimulatedProvider

MESSAGES = [{"role": "user", "content": "hi"}]


@pytest.mark.parametrize(
    ("module", "name", "suffix", "provider"),
    [
        ("groq", "Groq", "", "groq"),
        ("together", "Together", "/v1", "together"),
        ("cerebras.cloud.sdk", "Cerebras", "", "cerebras"),
    ],
)
def test_a_retried_call_is_one_span(observed: Any, module: str, name: str, suffix: str, provider: str) -> None:
    """Without an event; also what the SDK asks for by itself leaves none."""
    pytest.importorskip(module)
    make = getattr(importlib.import_module(module), name)
    with SimulatedProvider() as simulated:
        root = simulated.base_url.removesuffix("/v1")
        with make(api_key="k", base_url=root + suffix) as client:
            simulated.fail_next("server_error", times=1)
            client.chat.completions.create(model="m", messages=MESSAGES)

    attributes = observed.span.attributes
    assert (provider, 2, 1) == (
        attributes["gen_ai.provider.name"],
        attributes["llm_attempts"],
        attributes["gen_ai.usage.input_tokens"],
    )
    assert [] == observed.events
