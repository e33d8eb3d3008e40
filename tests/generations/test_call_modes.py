"""Every way in which the SDK can be asked is one span with the wire's facts."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from typing import Any

import openai
import pytest

import sdk
from genai_sentry.testing import SimulatedProvider

MESSAGES = [{"role": "user", "content": "hello"}]
ASKED: dict[str, Any] = {"model": "gpt-4o-mini", "messages": MESSAGES}


@pytest.fixture(scope="module")
def url() -> Any:
    """A simulated provider."""
    with SimulatedProvider() as provider:
        yield provider.base_url


def _raw(client: Any) -> None:
    client.chat.completions.with_raw_response.create(**ASKED).parse()


def _raw_unparsed(client: Any) -> None:
    client.chat.completions.with_raw_response.create(**ASKED)


def _raw_stream(client: Any) -> None:
    list(client.chat.completions.with_raw_response.create(**ASKED, stream=True).parse())


def _streamed_parse(client: Any) -> None:
    with client.chat.completions.with_streaming_response.create(**ASKED) as response:
        response.parse()


def _streamed_lines(client: Any) -> None:
    with client.chat.completions.with_streaming_response.create(**ASKED) as response:
        list(response.iter_lines())


def _streamed_bytes(client: Any) -> None:
    with client.chat.completions.with_streaming_response.create(**ASKED, stream=True) as response:
        list(response.iter_bytes(7))


def _streamed_events(client: Any) -> None:
    with client.chat.completions.with_streaming_response.create(**ASKED, stream=True) as response:
        list(response.parse())


def _with_options(client: Any) -> None:
    client.with_options(timeout=30).chat.completions.create(**ASKED)


WAYS = [
    _raw, _raw_unparsed, _raw_stream, _streamed_parse, _streamed_lines, _streamed_bytes, _streamed_events, _with_options
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.strip("_"))
def test_one_span_whatever_the_response_is_wrapped_in(observed: Any, url: str, way: Any) -> None:
    """Raw and streaming responses, parsed, as lines or bytes."""
    with openai.OpenAI(base_url=url, api_key="sk-test", max_retries=0) as client:
        way(client)

    (span,) = observed.take()
    attributes = span.attributes
    assert "chat gpt-4o-mini" == span.name
    assert ("stop",) == attributes["gen_ai.response.finish_reasons"]
    assert attributes["gen_ai.response.id"]
    if "stream" not in way.__name__ or way in (_streamed_parse, _streamed_lines):
        assert attributes["gen_ai.usage.input_tokens"] > 0


def test_raw_and_streaming_responses_in_tasks(observed: Any, url: str) -> None:
    """The asynchronous client's, too."""

    async def main() -> None:
        async with openai.AsyncOpenAI(base_url=url, api_key="sk-test", max_retries=0) as client:
            raw = await client.chat.completions.with_raw_response.create(**ASKED)
            raw.parse()
            async with client.chat.completions.with_streaming_response.create(**ASKED) as response:
                await response.parse()
            async with client.chat.completions.with_streaming_response.create(**ASKED, stream=True) as response:
                [line async for line in response.iter_lines()]

    asyncio.run(main())
    assert [("stop",)] * 3 == [span.attributes["gen_ai.response.finish_reasons"] for span in observed.take()]


CHAT = {
    "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-4o-2024-08-06",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hi"}}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
}  # fmt: skip


def _answer(request: Any) -> Any:
    return sdk.http.Response(200, json=CHAT)


def test_azure_is_azure(observed: Any) -> None:
    """Provider, deployment as the model, and the deployment's URL."""
    options = {"azure_endpoint": "https://mine.openai.azure.com", "api_version": "2024-06-01"}
    with sdk.client(_answer, "AzureOpenAI", **options) as client:
        client.chat.completions.create(**{**ASKED, "model": "my-deployment"})

    (span,) = observed.take()
    assert ("azure.ai.openai", "mine.openai.azure.com", "my-deployment", "gpt-4o-2024-08-06") == tuple(
        span.attributes[name]
        for name in ("gen_ai.provider.name", "server.address", "gen_ai.request.model", "gen_ai.response.model")
    )


def test_the_extra_body_counts(observed: Any) -> None:
    """What `extra_body` overrides is what is sent."""
    with sdk.client(_answer) as client:
        client.chat.completions.create(**ASKED, extra_body={"model": "gpt-4o", "temperature": 0.25})

    (span,) = observed.take()
    assert ("gpt-4o", 0.25) == (
        span.attributes["gen_ai.request.model"],
        span.attributes["gen_ai.request.temperature"],
    )


@pytest.mark.parametrize("stream", [False, True])
def test_legacy_completions(observed: Any, url: str, stream: bool) -> None:
    """The old endpoint has a span of its own operation."""
    with openai.OpenAI(base_url=url, api_key="sk-test", max_retries=0) as client:
        answer = client.completions.create(model="gpt-3.5-turbo-instruct", prompt="hello", stream=stream)
        if stream:
            list(answer)

    (span,) = observed.take()
    assert "text_completion gpt-3.5-turbo-instruct" == span.name
    assert ("stop",) == span.attributes["gen_ai.response.finish_reasons"]


def test_the_client_of_the_module(observed: Any, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`openai.chat.completions.create` without a client of one's own."""
    monkeypatch.setattr(openai, "api_key", "sk-test")
    monkeypatch.setattr(openai, "base_url", url)
    monkeypatch.setattr(openai, "_client", None, raising=False)
    openai.chat.completions.create(**ASKED)

    (span,) = observed.take()
    assert ("stop",) == span.attributes["gen_ai.response.finish_reasons"]


AIOHTTP = all(importlib.util.find_spec(name) for name in ("aiohttp", "httpx_aiohttp"))


@pytest.mark.skipif(not AIOHTTP or not hasattr(openai, "DefaultAioHttpClient"), reason="aiohttp is not installed")
def test_the_aiohttp_client(observed: Any, url: str) -> None:
    """The SDK's own way to leave httpx's transport."""

    async def main() -> None:
        async with openai.AsyncOpenAI(
            base_url=url, api_key="sk-test", max_retries=0, http_client=openai.DefaultAioHttpClient()
        ) as client:
            await client.chat.completions.create(**ASKED)
            async for _ in await client.chat.completions.create(**ASKED, stream=True):
                pass

    asyncio.run(main())
    assert [("stop", 1)] * 2 == [
        (span.attributes["llm_finish_reason"], span.attributes["llm_attempts"]) for span in observed.take()
    ]


def test_respx(observed: Any) -> None:
    """Transports that respx mocks."""
    respx = pytest.importorskip("respx")
    if sdk.MAJOR >= 3:
        pytest.skip("respx mocks httpx")
    with respx.mock, openai.OpenAI(api_key="sk-test", max_retries=0) as client:
        respx.post("https://api.openai.com/v1/chat/completions").respond(json=CHAT)
        client.chat.completions.create(**ASKED)

    (span,) = observed.take()
    assert 1 == span.attributes["gen_ai.usage.input_tokens"]


def test_vcr(observed: Any, tmp_path: Any) -> None:
    """Recorded traffic that VCR plays back."""
    vcr = pytest.importorskip("vcr")
    if sdk.MAJOR >= 3:
        pytest.skip("VCR replays httpx")
    cassette = {
        "version": 1,
        "interactions": [
            {
                "request": {
                    "method": "POST", "uri": "https://api.openai.com/v1/chat/completions", "body": None, "headers": {},
                },
                "response": {
                    "status": {"code": 200, "message": "OK"},
                    "headers": {"content-type": ["application/json"]},
                    "body": {"string": json.dumps(CHAT)},
                },
            }
        ],
    }  # fmt: skip
    path = tmp_path / "cassette.json"
    path.write_text(json.dumps(cassette))
    player = vcr.VCR(serializer="json", record_mode="none", match_on=["method", "uri"])
    with player.use_cassette(str(path)), openai.OpenAI(api_key="sk-test", max_retries=0) as client:
        client.chat.completions.create(**ASKED)

    (span,) = observed.take()
    assert 1 == span.attributes["gen_ai.usage.input_tokens"]


def test_pytest_httpx(observed: Any) -> None:
    """Transports that pytest-httpx mocks: it replaces the same methods for each test."""
    pytest_httpx = pytest.importorskip("pytest_httpx")
    if sdk.MAJOR >= 3:
        pytest.skip("pytest-httpx mocks httpx")
    from pytest_httpx._httpx_mock import HTTPXMock
    from pytest_httpx._options import _HTTPXMockOptions

    assert pytest_httpx.__version__
    mock = HTTPXMock(_HTTPXMockOptions())
    mock.add_response(json=CHAT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            sdk.http.HTTPTransport,
            "handle_request",
            lambda transport, request: mock._handle_request(transport, request),
        )
        with openai.OpenAI(api_key="sk-test", max_retries=0) as client:
            client.chat.completions.create(**ASKED)

    (span,) = observed.take()
    assert 1 == span.attributes["gen_ai.usage.input_tokens"]
