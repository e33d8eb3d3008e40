"""Recorded exchanges of all providers through bare clients and through SDKs: spans say what the wire says."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from opentelemetry.trace import StatusCode

from shared import shared

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shared("replay", "exchanges") is None, reason="no recorded exchanges here"),
    pytest.mark.filterwarnings("ignore"),
]

PROVIDERS = {
    "google": "gcp.gemini",
    "vertex": "gcp.vertex_ai",
    "cohere": "cohere",
    "anthropic": "anthropic",
    "mistral": "mistral_ai",
    "groq": "groq",
    "deepseek": "deepseek",
    "openai": "openai",
    "xai": "x_ai",
    "perplexity": "perplexity",
    "openrouter": "openrouter",
    "together": "together",
    "cerebras": "cerebras",
}
NO_INFERENCE = ("messages.count_tokens", "countTokens", "other.", "responses.input_tokens", "responses.retrieve")
CONTRACT = {"azure-chat.completions-3900833b"}
"""A filtered answer under HTTP 200: no error on the wire, a failure by the contract."""


@pytest.fixture(scope="module")
def replay() -> Iterator[Any]:
    folder = shared("replay")
    sys.path.insert(0, str(folder))
    try:
        module = importlib.import_module("replay_server")
    finally:
        sys.path.remove(str(folder))
    with module.ReplayServer(str(folder / "exchanges"), log_calls=False) as server:
        server.recorded = list(module.load(str(folder / "exchanges")).values())
        yield server


def _tokens(exchange: dict[str, Any]) -> dict[str, Any]:
    want = exchange["expected"]
    given, made = want["input_tokens"], want["output_tokens"]
    if exchange["provider"] == "anthropic" and want["input_tokens_incl_cache"] is not None:
        given = want["input_tokens_incl_cache"]
    if exchange["provider"] in ("google", "vertex") and want["reasoning_tokens"]:
        made = (made or 0) + want["reasoning_tokens"]  # thoughts are counted beside the answer
    return {"input": given, "output": made, "cache_read.input": want["cached_tokens"]}


def _faults(exchange: dict[str, Any], spans: list[Any], *, real_host: bool) -> Iterator[Any]:
    want = exchange["expected"]
    if exchange["endpoint"].startswith(NO_INFERENCE):
        if spans:
            yield "a span for what is no inference"
        return
    if len(spans) != 1:
        yield f"{len(spans)} spans"
        return
    got = spans[0].attributes
    expected: dict[str, Any] = {}
    if real_host and exchange["provider"] in PROVIDERS:
        expected["gen_ai.provider.name"] = PROVIDERS[exchange["provider"]]
    if (spans[0].status.status_code is StatusCode.ERROR) != bool(want["is_error"]) and exchange["id"] not in CONTRACT:
        yield spans[0].status.description
    if want["status"] < 400:
        if not want["mid_stream_error"]:
            expected |= {f"gen_ai.usage.{name}_tokens": n for name, n in _tokens(exchange).items() if n is not None}
        expected["gen_ai.response.model"] = want["response_model"]
        expected["gen_ai.response.id"] = want["response_id"]
    for name, value in expected.items():
        if value and got.get(name) != value:
            yield f"{name}: {got.get(name)} instead of {value}"


def _bare(module: str, exchange: dict[str, Any], url: str) -> Any:
    """A request to the real host, which arrives at the replay server."""
    http = importlib.import_module(module)
    server = http.URL(url)

    class Rerouted(http.AsyncHTTPTransport):  # type: ignore[name-defined,misc]
        async def handle_async_request(self, request: Any) -> Any:
            path = server.raw_path.rstrip(b"/") + request.url.raw_path
            request.url = request.url.copy_with(scheme="http", host=server.host, port=server.port, raw_path=path)
            return await super().handle_async_request(request)

    async def main() -> None:
        request = exchange["request"]
        async with (
            http.AsyncClient(transport=Rerouted(), timeout=30) as client,
            client.stream(request["method"], request["url"], json=request["body"]) as response,
        ):
            await response.aread()

    return main()


def _google(exchange: dict[str, Any], url: str) -> Any:
    genai = pytest.importorskip("google.genai")
    version, _, path = exchange["request"]["url"].split("/", 3)[3].partition("/")

    async def main() -> None:
        async with genai.Client(api_key="k", http_options={"base_url": url, "api_version": version}).aio as client:
            inner = client._api_client
            if exchange["stream"]:
                async for _ in await inner.async_request_streamed("post", path, exchange["request"]["body"]):
                    pass
            else:
                await inner.async_request("post", path, exchange["request"]["body"])

    return main()


def _cohere(exchange: dict[str, Any], url: str) -> Any:
    cohere = pytest.importorskip("cohere")
    body = {name: value for name, value in exchange["request"]["body"].items() if name != "stream"}
    kind = exchange["endpoint"].rpartition(".")[2]

    async def main() -> None:
        make = cohere.AsyncClientV2 if ".v2." in exchange["endpoint"] else cohere.AsyncClient
        async with make(api_key="k", base_url=url) as client:
            if exchange["stream"]:
                async for _ in client.chat_stream(**body):
                    pass
            else:
                await getattr(client, kind)(**body)

    return main()


def _chosen(replay: Any, library: str) -> list[dict[str, Any]]:
    chosen: dict[str, Callable[[dict[str, Any]], bool]] = {
        "google": lambda exchange: exchange["provider"] == "google" and "interactions" not in exchange["endpoint"],
        "cohere": lambda exchange: exchange["provider"] == "cohere",
    }
    found = [exchange for exchange in replay.recorded if chosen.get(library, lambda _: True)(exchange)]
    return [exchange for exchange in found if "_multipart" not in (exchange["request"]["body"] or {})]


@pytest.mark.parametrize("library", ["httpx", "httpx2", "google", "cohere"])
def test_spans_say_what_the_wire_says(observed: Any, replay: Any, library: str) -> None:
    """Of every exchange: one span, provider, status, tokens, model, identifier."""
    drivers = {"google": _google, "cohere": _cohere}
    faults: dict[str, list[Any]] = {}
    exchanges = _chosen(replay, library)
    for exchange in exchanges:
        observed.exporter.clear()
        url = f"{replay.url}/x/{exchange['id']}"
        call = drivers[library](exchange, url) if library in drivers else _bare(library, exchange, url)
        try:
            asyncio.run(call)
        except Exception as error:
            if not exchange["expected"]["is_error"]:
                faults[exchange["id"]] = [repr(error)]
        found = list(_faults(exchange, observed.spans, real_host=library.startswith("httpx")))
        if found:
            faults[exchange["id"]] = found

    assert len(exchanges) > 10
    assert "{}" == json.dumps(faults, indent=1)
