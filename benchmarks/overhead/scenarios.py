"""What is timed: calls of the OpenAI SDK, each scenario a function that makes one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from benchmarks.overhead import traffic


@dataclass(frozen=True)
class Scenario:
    """One kind of call.

    Attributes:
        name: the scenario's name.
        title: the column's head in the table.
        calls: calls in one block.
        per: what a call's added time is divided by (chunks of a stream).
        unit: of the quotient.
        mode: how the worker is set up: `traced`, `metrics`, `unsampled` or `noop`.
        asynchronous: whether the call is awaited.
    """

    name: str
    title: str
    calls: int
    per: int = 1
    unit: str = "µs"
    mode: str = "traced"
    asynchronous: bool = False


SCENARIOS = (
    Scenario("chat", "chat", 60),
    Scenario("async_chat", "async chat", 40, asynchronous=True),
    Scenario("responses", "responses", 40),
    Scenario("embeddings", "embeddings, 2 MB", 2),
    Scenario("error", "error 429", 40),
    Scenario("long_prompt", "100 kB prompt", 10),
    Scenario("stream", "stream, a chunk", 2, traffic.CHUNKS, "µs/chunk"),
    Scenario("async_stream", "async stream, a chunk", 2, traffic.CHUNKS, "µs/chunk", asynchronous=True),
    Scenario("chat_metrics", "chat with metrics", 60, mode="metrics"),
    Scenario("chat_unsampled", "chat, unsampled", 60, mode="unsampled"),
    Scenario("chat_noop", "chat, no-op tracer", 60, mode="noop"),
)

MODES = ("traced", "metrics", "unsampled", "noop")

Call = Callable[[], None]
AsyncCall = Callable[[], Awaitable[None]]


def calls(openai: ModuleType, http: ModuleType) -> tuple[dict[str, Call], dict[str, AsyncCall]]:
    """The synchronous and the asynchronous scenarios, by name."""
    answer = traffic.answering(http)

    async def answer_async(request: Any) -> Any:
        return answer(request)

    options: dict[str, Any] = {"api_key": "sk-benchmark", "max_retries": 0}
    client = openai.OpenAI(http_client=http.Client(transport=http.MockTransport(answer)), **options)
    waiting = openai.AsyncOpenAI(http_client=http.AsyncClient(transport=http.MockTransport(answer_async)), **options)
    texts = ["river"] * traffic.EMBEDDINGS
    streaming = {"stream": True, "stream_options": {"include_usage": True}}

    def chat() -> None:
        client.chat.completions.create(model=traffic.MODEL, messages=traffic.QUESTION)

    def long_prompt() -> None:
        client.chat.completions.create(model=traffic.MODEL, messages=traffic.LONG_PROMPT)

    def responses() -> None:
        client.responses.create(model=traffic.MODEL, input="Which river is the longest in Europe?")

    def embeddings() -> None:
        client.embeddings.create(model="text-embedding-3-small", input=texts)

    def error() -> None:
        try:
            client.chat.completions.create(model=traffic.FAILING, messages=traffic.QUESTION)
        except openai.RateLimitError:
            return
        raise AssertionError("the provider answered")

    def stream() -> None:
        found = client.chat.completions.create(model=traffic.MODEL, messages=traffic.QUESTION, **streaming)
        assert sum(1 for _ in found) == traffic.CHUNKS

    async def async_chat() -> None:
        await waiting.chat.completions.create(model=traffic.MODEL, messages=traffic.QUESTION)

    async def async_stream() -> None:
        found = await waiting.chat.completions.create(model=traffic.MODEL, messages=traffic.QUESTION, **streaming)
        seen = 0
        async for _ in found:
            seen += 1
        assert seen == traffic.CHUNKS

    blocking: dict[str, Call] = {
        function.__name__: function for function in (chat, responses, embeddings, error, long_prompt, stream)
    }
    blocking.update({f"chat_{mode}": chat for mode in MODES[1:]})
    return blocking, {"async_chat": async_chat, "async_stream": async_stream}
