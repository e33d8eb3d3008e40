"""Asks an exchange again by a client library, over a transport in memory that answers with what was recorded."""

from __future__ import annotations

import asyncio
import importlib
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from benchmarks.coverage.exchanges import Exchange

Ask = Callable[[Exchange], Any]
"""Asks an exchange again; what the application gets of it, in plain values."""

METHODS = {
    "chat.completions": "chat.completions.create",
    "completions": "completions.create",
    "responses": "responses.create",
    "responses.compact": "responses.compact",
    "responses.input_tokens": "responses.input_tokens.count",
    "embeddings": "embeddings.create",
    "images.generations": "images.generate",
    "images.edits": "images.edit",
    "images.variations": "images.create_variation",
    "moderations": "moderations.create",
    "audio.transcriptions": "audio.transcriptions.create",
    "audio.translations": "audio.translations.create",
    "audio.speech": "audio.speech.create",
}
"""Endpoints of OpenAI's API, and the SDK's method for each."""
OTHERS = frozenset({"anthropic", "google", "vertex", "cohere"})
"""Providers that the openai SDK does not talk to."""
FILE = ("sample.png", b"\x89PNG\r\n\x1a\n" + bytes(64), "image/png")
SOUND = ("sample.mp3", b"ID3" + bytes(64), "audio/mpeg")


sent: list[str] = []
"""The exchanges that were asked again, by name: an SDK may refuse to send what others sent."""


def transport(http: Any, exchange: Exchange) -> Any:
    """Answers every request with the exchange's answer, a stream event by event."""
    pieces = [exchange.body]
    if exchange.stream and exchange.status < 400:
        end = b"\r\n\r\n" if b"\r\n\r\n" in exchange.body else b"\n\n"
        pieces = [piece + end for piece in exchange.body.split(end) if piece]

    class Pieces(http.SyncByteStream, http.AsyncByteStream):  # type: ignore[misc,name-defined]
        def __iter__(self) -> Iterator[bytes]:
            yield from pieces

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for piece in pieces:
                yield piece

        def close(self) -> None:
            return None

        async def aclose(self) -> None:
            return None

    def answer(request: Any) -> Any:
        sent.append(exchange.name)
        return http.Response(exchange.status, headers=exchange.headers, stream=Pieces())

    return http.MockTransport(answer)


def plain(value: Any) -> Any:
    """What the application holds, as plain values."""
    dump = getattr(value, "model_dump", None)
    if dump is not None:
        return dump(warnings=False)
    content = getattr(value, "content", None)
    return content if isinstance(content, bytes) else repr(value)


async def _all(items: Any) -> list[Any]:
    return [plain(item) async for item in items]


# The openai SDK.


def _openai(kind: str, exchange: Exchange) -> Any:
    import openai

    module = importlib.import_module("httpx2" if int(openai.__version__.split(".")[0]) >= 3 else "httpx")
    asynchronous = kind.startswith("Async")
    made = (module.AsyncClient if asynchronous else module.Client)(transport=transport(module, exchange))
    url = urlsplit(exchange.url)
    options: dict[str, Any] = {"api_key": "sk-coverage", "max_retries": 0, "http_client": made}
    if url.path.lstrip("/").startswith("openai/deployments/"):
        azure = getattr(openai, kind.replace("OpenAI", "AzureOpenAI"))
        version = dict(parse_qsl(url.query)).get("api-version", "2024-10-21")
        return azure(azure_endpoint=f"{url.scheme}://{url.netloc}", api_version=version, **options)
    path = url.path.removesuffix("/" + exchange.endpoint.replace(".", "/"))
    return getattr(openai, kind)(base_url=f"{url.scheme}://{url.netloc}{path}", **options)


def _arguments(method: Callable[..., Any], exchange: Exchange) -> dict[str, Any]:
    """The request as the method's arguments; what it does not know goes into `extra_body`."""
    given = dict(exchange.request)
    deployment = exchange.url.partition("/openai/deployments/")[2].partition("/")[0]
    if deployment or ("model" not in given and exchange.endpoint not in ("moderations", "images.variations")):
        given["model"] = deployment or "unset"
    if exchange.form:
        for name in ("n", "temperature"):
            if isinstance(given.get(name), str):
                given[name] = float(given[name]) if name == "temperature" else int(given[name])
        if given.get("stream") in ("true", "True"):
            given["stream"] = True
        for name in ("image", "images", "mask", "file"):
            given.pop(name, None)
        given["file" if "audio" in exchange.endpoint else "image"] = SOUND if "audio" in exchange.endpoint else FILE
    if exchange.endpoint == "audio.speech":
        given.setdefault("voice", "alloy")
    if exchange.endpoint == "completions":
        given.setdefault("prompt", "")
    known = inspect.signature(method).parameters
    extra = {name: item for name, item in given.items() if name not in known}
    found = {name: item for name, item in given.items() if name in known}
    return found | ({"extra_body": extra} if extra else {})


def _method(client: Any, exchange: Exchange, between: str = "") -> Callable[..., Any]:
    *resources, last = METHODS[exchange.endpoint].split(".")
    found = client
    for name in (*resources, *([between] if between else ()), last):
        found = getattr(found, name)
    return found  # type: ignore[no-any-return]


def openai_sync(exchange: Exchange) -> Any:
    """By the method, its stream read to its end."""
    with _openai("OpenAI", exchange) as client:
        method = _method(client, exchange)
        made = method(**_arguments(method, exchange))
        return [plain(item) for item in made] if exchange.stream and hasattr(made, "__next__") else plain(made)


def openai_async(exchange: Exchange) -> Any:
    """The same, awaited."""

    async def main() -> Any:
        async with _openai("AsyncOpenAI", exchange) as client:
            method = _method(client, exchange)
            made = await method(**_arguments(method, exchange))
            return await _all(made) if exchange.stream and hasattr(made, "__anext__") else plain(made)

    return asyncio.run(main())


def openai_raw(exchange: Exchange) -> Any:
    """By `with_raw_response`, parsed."""
    with _openai("OpenAI", exchange) as client:
        given = _arguments(_method(client, exchange), exchange)
        made = _method(client, exchange, "with_raw_response")(**given)
        made = made.parse() if hasattr(made, "parse") else made
        return [plain(item) for item in made] if exchange.stream and hasattr(made, "__next__") else plain(made)


def openai_streaming(exchange: Exchange) -> Any:
    """By `with_streaming_response`: the application reads lines or the whole body by itself."""
    with _openai("OpenAI", exchange) as client:
        given = _arguments(_method(client, exchange), exchange)
        with _method(client, exchange, "with_streaming_response")(**given) as response:
            return list(response.iter_lines()) if exchange.stream else response.read()


def for_openai(exchange: Exchange) -> bool:
    """Whether the openai SDK has a method for it."""
    return exchange.endpoint in METHODS and exchange.provider not in OTHERS and exchange.method == "POST"


# Others.


def anthropic_sync(exchange: Exchange) -> Any:
    """Anthropic's SDK."""
    import anthropic

    with _anthropic(anthropic.Anthropic, "Client", exchange) as client:
        made = client.messages.create(**_messages(client, exchange))
        return [plain(item) for item in made] if exchange.stream and hasattr(made, "__next__") else plain(made)


def anthropic_async(exchange: Exchange) -> Any:
    """The same, awaited."""
    import anthropic

    async def main() -> Any:
        async with _anthropic(anthropic.AsyncAnthropic, "AsyncClient", exchange) as client:
            made = await client.messages.create(**_messages(client, exchange))
            return await _all(made) if exchange.stream and hasattr(made, "__anext__") else plain(made)

    return asyncio.run(main())


def _anthropic(kind: Any, http_kind: str, exchange: Exchange) -> Any:
    module = importlib.import_module(kind.__mro__[1].__module__)
    http = getattr(module, "httpx2", None) or getattr(module, "httpx", None) or importlib.import_module("httpx")
    options = {"http_client": getattr(http, http_kind)(transport=transport(http, exchange))}
    return kind(api_key="k", max_retries=0, **options)


def _messages(client: Any, exchange: Exchange) -> dict[str, Any]:
    known = inspect.signature(client.messages.create).parameters
    given = {"max_tokens": 1024, **exchange.request}
    extra = {name: item for name, item in given.items() if name not in known}
    return {name: item for name, item in given.items() if name in known} | ({"extra_body": extra} if extra else {})


def _google(exchange: Exchange) -> tuple[Any, str]:
    """The client that carries all of google-genai's calls, and the path without the API's version."""
    from google import genai

    url = urlsplit(exchange.url)
    version, _, path = url.path.strip("/").partition("/")
    wire = {"transport": transport(importlib.import_module("httpx2"), exchange)}
    options = {"client_args": wire, "async_client_args": wire, "api_version": version}
    client = genai.Client(api_key="k", http_options={"base_url": f"{url.scheme}://{url.netloc}", **options})  # type: ignore[arg-type]
    return client, path


def google_sync(exchange: Exchange) -> Any:
    """google-genai."""
    client, path = _google(exchange)
    if exchange.stream:
        return [item.body for item in client._api_client.request_streamed("post", path, exchange.request)]
    return client._api_client.request("post", path, exchange.request).body


def google_async(exchange: Exchange) -> Any:
    """The same, awaited."""

    async def main() -> Any:
        client, path = _google(exchange)
        if exchange.stream:
            items = await client._api_client.async_request_streamed("post", path, exchange.request)
            return [item.body async for item in items]
        return (await client._api_client.async_request("post", path, exchange.request)).body

    return asyncio.run(main())


def _cohere(kind: str, http_kind: str, exchange: Exchange) -> tuple[Any, str, dict[str, Any]]:
    import cohere
    import httpx

    made = getattr(httpx, http_kind)(transport=transport(httpx, exchange))
    version = "V2" if ".v2." in exchange.endpoint else ""
    client = getattr(cohere, kind + version)(api_key="k", httpx_client=made)
    given = {name: item for name, item in exchange.request.items() if name != "stream"}
    return client, exchange.endpoint.rpartition(".")[2], given


def cohere_sync(exchange: Exchange) -> Any:
    """Cohere's SDK, in the version that the endpoint has."""
    client, name, given = _cohere("Client", "Client", exchange)
    if exchange.stream:
        return [plain(item) for item in client.chat_stream(**given)]
    return plain(getattr(client, name)(**given))


def cohere_async(exchange: Exchange) -> Any:
    """The same, awaited."""

    async def main() -> Any:
        client, name, given = _cohere("AsyncClient", "AsyncClient", exchange)
        if exchange.stream:
            return await _all(client.chat_stream(**given))
        return plain(await getattr(client, name)(**given))

    return asyncio.run(main())


def _mistral(http_kind: str, option: str, exchange: Exchange) -> tuple[Any, dict[str, Any]]:
    from mistralai.client import Mistral

    http = importlib.import_module("httpx2")
    options: dict[str, Any] = {option: getattr(http, http_kind)(transport=transport(http, exchange))}
    given = {name: item for name, item in exchange.request.items() if name != "stream"}
    if "input" in given:
        given["inputs"] = given.pop("input")
    return Mistral(api_key="k", **options), given


def mistral_sync(exchange: Exchange) -> Any:
    """Mistral's SDK."""
    client, given = _mistral("Client", "client", exchange)
    if exchange.endpoint == "embeddings":
        return plain(client.embeddings.create(**given))
    if exchange.stream:
        return [plain(item) for item in client.chat.stream(**given)]
    return plain(client.chat.complete(**given))


def mistral_async(exchange: Exchange) -> Any:
    """The same, awaited."""

    async def main() -> Any:
        client, given = _mistral("AsyncClient", "async_client", exchange)
        if exchange.endpoint == "embeddings":
            return plain(await client.embeddings.create_async(**given))
        if exchange.stream:
            return await _all(await client.chat.stream_async(**given))
        return plain(await client.chat.complete_async(**given))

    return asyncio.run(main())


def bare(exchange: Exchange) -> Any:
    """A request by the HTTP library alone."""
    http = importlib.import_module(BARE)
    with http.Client(transport=transport(http, exchange)) as client:
        if exchange.stream:
            with client.stream(exchange.method, exchange.url, json=exchange.request) as response:
                return list(response.iter_lines())
        return client.request(exchange.method, exchange.url, **_body(exchange)).content


def bare_async(exchange: Exchange) -> Any:
    """The same, awaited."""
    http = importlib.import_module(BARE)

    async def main() -> Any:
        async with http.AsyncClient(transport=transport(http, exchange)) as client:
            if exchange.stream:
                async with client.stream(exchange.method, exchange.url, json=exchange.request) as response:
                    return [line async for line in response.aiter_lines()]
            return (await client.request(exchange.method, exchange.url, **_body(exchange))).content

    return asyncio.run(main())


def _body(exchange: Exchange) -> dict[str, Any]:
    if exchange.form:
        name, file = ("file", SOUND) if "audio" in exchange.endpoint else ("image", FILE)
        fields = {key: item for key, item in exchange.request.items() if isinstance(item, str | int | float)}
        return {"data": fields, "files": {name: file}}
    return {"json": exchange.request} if exchange.method == "POST" else {}


MODULES = {"google-genai": "google.genai"}
"""Of a client library whose module has another name."""

BARE = "httpx2"
"""The HTTP library of bare requests."""

CLIENTS: dict[str, tuple[Callable[[Exchange], bool], dict[str, Ask]]] = {
    "openai": (
        for_openai,
        {
            "sync": openai_sync,
            "async": openai_async,
            "with_raw_response": openai_raw,
            "with_streaming_response": openai_streaming,
        },
    ),
    "anthropic": (
        lambda exchange: exchange.provider == "anthropic" and exchange.endpoint == "messages",
        {"sync": anthropic_sync, "async": anthropic_async},
    ),
    "google-genai": (
        lambda exchange: exchange.provider == "google" and exchange.inference,
        {"sync": google_sync, "async": google_async},
    ),
    "cohere": (lambda exchange: exchange.provider == "cohere", {"sync": cohere_sync, "async": cohere_async}),
    "mistralai": (
        lambda exchange: exchange.provider == "mistral" and exchange.endpoint in ("chat.completions", "embeddings"),
        {"sync": mistral_sync, "async": mistral_async},
    ),
    "httpx2": (lambda exchange: True, {"sync": bare, "async": bare_async}),
}
"""A client library: the exchanges that it is for, and the modes in which it asks."""
