"""The simulated provider's other formats and other providers' errors."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from genai_sentry.errors.classify import classify
from genai_sentry.errors.taxonomy import KINDS, ErrorType, Reason
from genai_sentry.testing import SimulatedProvider
from genai_sentry.testing.failures import DIALECTS, error_body, find, kinds
from genai_sentry.testing.refusals_openai import Refusal


def post(url: str, body: dict[str, Any], **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Post JSON; status, lower-case headers, body."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json", **headers})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read()


def events(body: bytes) -> list[dict[str, Any]]:
    """The data of server-sent events."""
    lines = [line.removeprefix("data: ") for line in body.decode().splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


MESSAGES: dict[str, Any] = {
    "model": "claude-test",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "x" * 8000}],
}
CONTENTS: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": "x" * 40}]}]}


def test_anthropic_messages_leave_cached_tokens_out_of_the_input() -> None:
    """Usage is Anthropic's: input, cache read and output apart; its own header names."""
    with SimulatedProvider() as provider:
        status, headers, body = post(f"{provider.url}/v1/messages", MESSAGES)
    message = json.loads(body)
    usage = message["usage"]
    assert 200 == status
    assert ("end_turn", 1104, 896) == (
        message["stop_reason"],
        usage["input_tokens"],
        usage["cache_read_input_tokens"],
    )
    assert headers["request-id"].startswith("req_")
    assert "anthropic-ratelimit-tokens-remaining" in headers


def test_anthropic_streams_typed_events() -> None:
    """A stream starts with the input's usage, ends with the output's, and holds the whole text."""
    with SimulatedProvider() as provider:
        whole = json.loads(post(f"{provider.url}/v1/messages", MESSAGES)[2])
        stream = events(post(f"{provider.url}/v1/messages", {**MESSAGES, "stream": True})[2])
    assert ("message_start", "message_stop") == (stream[0]["type"], stream[-1]["type"])
    text = "".join(event["delta"]["text"] for event in stream if event["type"] == "content_block_delta")
    assert whole["content"][0]["text"] == text
    assert whole["usage"]["output_tokens"] == stream[-2]["usage"]["output_tokens"]


def test_gemini_generates_and_streams() -> None:
    """Usage metadata, finish reason and text agree between the whole answer and the stream."""
    with SimulatedProvider() as provider:
        base = f"{provider.url}/v1beta/models/gemini-2.5-flash"
        whole = json.loads(post(f"{base}:generateContent?key=AIza", CONTENTS)[2])
        stream = events(post(f"{base}:streamGenerateContent?alt=sse", CONTENTS)[2])
        query = provider.requests[0].query
    text = "".join(part["text"] for event in stream for part in event["candidates"][0]["content"]["parts"])
    assert whole["candidates"][0]["content"]["parts"][0]["text"] == text
    assert (10, "STOP") == (whole["usageMetadata"]["promptTokenCount"], stream[-1]["candidates"][0]["finishReason"])
    assert ("gemini-2.5-flash", False) == (whole["modelVersion"], "AIza" in query)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_failure_goes_by_the_taxonomys_words(dialect: str) -> None:
    """No dialect has a type that the taxonomy lacks, nor a reason that the type can't have."""
    for kind in kinds(dialect):
        error_type, _, reason = kind.partition(".")
        assert Reason(reason) in KINDS[ErrorType(error_type)].reasons, kind


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_refusal_is_classified_as_it_is_named(dialect: str) -> None:
    """Simulation and classification agree on type and reason: what is ordered is what is reported."""
    differing = {}
    for kind in kinds(dialect):
        name, failure = find(kind, dialect)
        if isinstance(failure, Refusal):
            body = error_body(failure, dialect, "some-model", "req_1").decode()
            found = classify(status=failure.status, body=body, headers=dict(failure.headers), provider=dialect)
            if f"{found.type}.{found.reason}" != name:
                differing[name] = f"{found.type}.{found.reason}"
    assert {} == differing


def test_every_type_that_a_provider_can_cause_can_be_simulated() -> None:
    """Only a cancellation is the caller's own."""
    assert set(ErrorType) - {ErrorType.CANCELLED} == {ErrorType(kind.partition(".")[0]) for kind in kinds()}


@pytest.mark.parametrize(
    ("dialect", "path", "kind", "status", "where", "expected"),
    [
        ("azure", "/openai/deployments/d/chat/completions", "rate_limit", 429, ("error", "code"), "429"),
        ("azure", "/openai/deployments/d/chat/completions", "content_filter", 400, ("error", "innererror", "code"),
         "ResponsibleAIPolicyViolation"),
        ("anthropic", "/v1/messages", "server_error.overloaded", 529, ("error", "type"), "overloaded_error"),
        ("gemini", "/v1beta/models/m:generateContent", "rate_limit", 429, ("error", "status"), "RESOURCE_EXHAUSTED"),
        ("deepseek", "/chat/completions", "quota_exceeded", 402, ("error", "message"), "Insufficient Balance"),
        ("openrouter", "/api/v1/chat/completions", "rate_limit", 429, ("error", "metadata", "provider_name"),
         "Simulated"),
    ],
)  # fmt: skip
def test_errors_are_worded_by_dialect(
    dialect: str, path: str, kind: str, status: int, where: tuple[str, ...], expected: str
) -> None:
    """Status and body are the provider's own."""
    with SimulatedProvider(dialect=dialect) as provider:
        error_type, _, reason = kind.partition(".")
        provider.fail_next(error_type, reason=reason or None)
        answered, _, body = post(provider.url + path, {"model": "m", **CONTENTS})
    value: Any = json.loads(body)
    for step in where:
        value = value[step]
    assert (status, expected) == (answered, value)


def test_an_endpoint_of_another_format_fails_in_its_own_words() -> None:
    """Anthropic's path gets Anthropic's error, although the provider's dialect is OpenAI's."""
    with SimulatedProvider() as provider:
        status, _, body = post(f"{provider.url}/v1/messages", {**MESSAGES, "model": "fail-rate_limit"})
    assert (429, "rate_limit_error") == (status, json.loads(body)["error"]["type"])


def test_a_proxys_page_carries_none_of_the_providers_headers() -> None:
    """A gateway timeout is HTML, without request id."""
    with SimulatedProvider() as provider:
        status, headers, body = post(f"{provider.base_url}/chat/completions", {"model": "fail-timeout.gateway"})
    assert (504, "text/html") == (status, headers["content-type"])
    assert body.startswith(b"<html>")
    assert "x-request-id" not in headers


def test_an_unknown_path_is_a_404_in_the_providers_format() -> None:
    """What is not served says so as the provider would."""
    with SimulatedProvider() as provider:
        status, _, body = post(f"{provider.url}/v1/nothing", {})
        failure = provider.requests[0]
    assert (404, "invalid_request_error") == (status, json.loads(body)["error"]["type"])
    assert ("", 404) == (failure.endpoint, failure.status)


def test_an_answer_function_that_fails_shows_its_error() -> None:
    """A bug in a test's own function comes back to the client, not to nowhere."""
    with SimulatedProvider(answer=lambda body: body["missing"]) as provider:
        status, _, body = post(f"{provider.base_url}/chat/completions", {"model": "m"})
    assert 500 == status
    assert b"KeyError('missing')" in body


def test_the_real_anthropic_sdk_understands_the_messages() -> None:
    """Whole, streamed, tool use and an error, as its own classes."""
    anthropic = pytest.importorskip("anthropic")
    with (
        SimulatedProvider() as provider,
        anthropic.Anthropic(base_url=provider.url, api_key="k", max_retries=0) as client,
    ):
        whole = client.messages.create(**MESSAGES)
        with client.messages.stream(**MESSAGES) as stream:
            final = stream.get_final_message()
        tool = {"name": "weather", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}
        used = client.messages.create(**MESSAGES, tools=[tool])
        with pytest.raises(anthropic.RateLimitError):
            client.messages.create(**{**MESSAGES, "model": "fail-rate_limit"})
    assert whole.content[0].text == final.content[0].text
    assert (whole.usage.input_tokens, whole.usage.output_tokens) == (
        final.usage.input_tokens,
        final.usage.output_tokens,
    )
    assert ("tool_use", {"city": "simulated"}) == (used.stop_reason, used.content[0].input)
