"""What requests say, and what reading them must not do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from genai_sentry.wire.formats import FORMATS


@pytest.mark.parametrize(
    ("name", "body", "attributes"),
    [
        (
            "openai.chat",
            {
                "model": "m",
                "messages": [],
                "temperature": 0,
                "top_p": 0.5,
                "frequency_penalty": -1,
                "presence_penalty": 1,
                "seed": 7,
                "n": 2,
                "max_tokens": 5,
                "max_completion_tokens": 9,
                "stop": ["END"],
                "service_tier": "flex",
                "reasoning_effort": "low",
                "response_format": {"type": "json_schema"},
            },
            {
                "openai.api.type": "chat_completions",
                "gen_ai.request.temperature": 0.0,
                "gen_ai.request.top_p": 0.5,
                "gen_ai.request.frequency_penalty": -1.0,
                "gen_ai.request.presence_penalty": 1.0,
                "gen_ai.request.seed": 7,
                "gen_ai.request.choice.count": 2,
                "gen_ai.request.max_tokens": 9,
                "openai.request.service_tier": "flex",
                "gen_ai.request.reasoning.level": "low",
                "gen_ai.output.type": "json",
            },
        ),
        ("openai.chat", {"n": 1, "service_tier": "auto"}, {"openai.api.type": "chat_completions"}),
        (
            "openai.chat",
            {"modalities": ["text", "audio"]},
            {"openai.api.type": "chat_completions", "gen_ai.output.type": "speech"},
        ),
        (
            "openai.responses",
            {
                "model": "m",
                "input": "x",
                "reasoning": {"effort": "high"},
                "previous_response_id": "resp_0",
                "conversation": {"id": "conv"},
                "max_output_tokens": 3,
                "text": {"format": {"type": "text"}},
            },
            {
                "openai.api.type": "responses",
                "gen_ai.request.reasoning.level": "high",
                "gen_ai.request.previous_response.id": "resp_0",
                "gen_ai.conversation.id": "conv",
                "gen_ai.request.max_tokens": 3,
                "gen_ai.output.type": "text",
            },
        ),
        ("openai.embeddings", {"encoding_format": "base64"}, {"gen_ai.request.encoding_formats": ("base64",)}),
        ("cohere.embed", {"embedding_types": ["int8", 3]}, {"gen_ai.request.encoding_formats": ("int8",)}),
        (
            "anthropic.messages",
            {"max_tokens": 5, "top_k": 3, "temperature": 1, "output_config": {"effort": "max"}, "service_tier": "x"},
            {
                "gen_ai.request.max_tokens": 5,
                "gen_ai.request.top_k": 3,
                "gen_ai.request.temperature": 1.0,
                "gen_ai.request.reasoning.level": "max",
            },
        ),
        ("cohere.chat", {"p": 0.3, "k": 4}, {"gen_ai.request.top_p": 0.3, "gen_ai.request.top_k": 4}),
    ],
)
def test_parameters_become_attributes(name: str, body: dict[str, Any], attributes: dict[str, Any]) -> None:
    """Each in the convention's name; defaults that say nothing are left out, stop sequences are content."""
    assert attributes == FORMATS[name].request(body, "").attributes


def test_gemini_parameters_become_attributes() -> None:
    """The model and streaming come from the path, parameters from the configuration in either spelling."""
    config = {
        "temperature": 0.1,
        "topP": 0.2,
        "topK": 40.0,
        "max_output_tokens": 8,
        "candidateCount": 3,
        "seed": -1,
        "responseMimeType": "application/json",
        "thinkingConfig": {"thinkingLevel": "LOW"},
    }
    facts = FORMATS["gemini.stream_generate_content"].request(
        {"contents": [], "generationConfig": config}, "/v1beta/models/gemini-3:streamGenerateContent"
    )
    assert ("gemini-3", True) == (facts.model, facts.stream)
    assert {
        "gen_ai.request.temperature": 0.1,
        "gen_ai.request.top_p": 0.2,
        "gen_ai.request.top_k": 40,
        "gen_ai.request.max_tokens": 8,
        "gen_ai.request.choice.count": 3,
        "gen_ai.request.seed": -1,
        "gen_ai.output.type": "json",
        "gen_ai.request.reasoning.level": "low",
    } == facts.attributes


class Sentinel:
    """What SDKs pass for a parameter that was left out."""

    def __bool__(self) -> bool:
        raise AssertionError("asked for its truth")

    def __iter__(self) -> Iterator[object]:
        raise AssertionError("iterated")


class Untouchable(dict[str, object]):
    """A dict that must not be written to."""

    def __setitem__(self, key: str, value: object) -> None:
        raise AssertionError("written to")


KEYS = [
    "model",
    "messages",
    "input",
    "prompt",
    "contents",
    "temperature",
    "top_p",
    "top_k",
    "n",
    "seed",
    "max_tokens",
    "stop",
    "stream",
    "service_tier",
    "text",
    "response_format",
    "reasoning",
    "reasoning_effort",
    "conversation",
    "previous_response_id",
    "encoding_format",
    "modalities",
    "tools",
    "system",
    "systemInstruction",
    "instructions",
    "generationConfig",
    "options",
    "requests",
    "instances",
    "output_config",
    "embedding_types",
    "message",
    "chat_history",
    "preamble",
    "images",
    "query",
    "documents",
    "generation_config",
    "agent",
    "parameters",
]


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize("capture", [False, True])
def test_odd_values_are_left_alone(name: str, capture: bool) -> None:
    """Sentinels and generators are neither asked for their truth nor iterated, and nothing is written."""

    def never() -> Iterator[object]:
        raise AssertionError("iterated")
        yield

    format = FORMATS[name]
    for value in (Sentinel(), never(), object(), True, b"x", float("nan"), 10**400, {"a": Sentinel()}, [Sentinel()]):
        body = Untouchable(dict.fromkeys(KEYS, value))
        facts = format.request(body, "/v1/models/m:x", capture=capture)
        assert all(isinstance(item, str | bool | int | float | tuple) for item in facts.attributes.values())
        assert isinstance(format.accepts(body), bool)


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize("body", [None, [], "x", 7])
def test_a_body_that_is_no_object_says_nothing(name: str, body: Any) -> None:
    """The facts are there, and empty."""
    facts = FORMATS[name].request(body, "")
    assert (None, None) == (facts.model, facts.content)


def test_messages_are_not_touched_without_capture() -> None:
    """Without capture nothing of the prompt is read."""

    class Forbidden(list[object]):
        def __iter__(self) -> Iterator[object]:
            raise AssertionError("read")

        def __getitem__(self, index: Any) -> Any:
            raise AssertionError("read")

    facts = FORMATS["openai.chat"].request({"model": "m", "messages": Forbidden([{"role": "user"}])}, "")
    assert ("m", None) == (facts.model, facts.content)


def test_watsonx_names_model_and_stream_in_its_own_way() -> None:
    """The model under another name, the stream by the path."""
    body = {"model_id": "ibm/granite-3", "project_id": "p", "messages": []}
    format = FORMATS["openai.chat"]

    whole, streamed = (format.request(body, f"/ml/v1/text/{path}") for path in ("chat", "chat_stream"))
    assert ("ibm/granite-3", False) == (whole.model, whole.stream)
    assert ("ibm/granite-3", True) == (streamed.model, streamed.stream)


def test_the_path_alone_tells_a_stream() -> None:
    """Of a deployment the body names neither model nor stream."""
    facts = FORMATS["openai.chat"].request({"messages": []}, "/ml/v1/deployments/d/text/chat_stream")
    assert facts.stream
