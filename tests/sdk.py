"""The openai SDK that is installed, whatever its generation, over the HTTP library that it uses."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Callable, Iterator
from types import ModuleType
from typing import Any

import openai

MAJOR, MINOR = (int(part) for part in openai.__version__.split(".")[:2])

http: ModuleType = importlib.import_module("httpx2" if MAJOR >= 3 else "httpx")
"""httpx2 for openai 3.x, httpx before."""

Answer = Callable[[Any], Any]


class Pieces(http.SyncByteStream, http.AsyncByteStream):  # type: ignore[misc, name-defined]
    """An answer in pieces, which can break off; what was read once does not come again."""

    def __init__(self, pieces: list[bytes], fault: Exception | None = None) -> None:
        self.pieces = iter(pieces)
        self.fault = fault

    def __iter__(self) -> Iterator[bytes]:
        yield from self.pieces
        if self.fault is not None:
            raise self.fault

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece
        if self.fault is not None:
            raise self.fault

    def close(self) -> None:
        """Nothing is held."""

    async def aclose(self) -> None:
        """Nothing is held."""


def client(answer: Answer, kind: str = "OpenAI", **options: Any) -> Any:
    """A client whose requests are answered by a function."""
    transport = http.Client(transport=http.MockTransport(answer))
    return _made(kind, transport, options)


def async_client(answer: Answer, kind: str = "AsyncOpenAI", **options: Any) -> Any:
    """The same for asyncio."""

    async def answered(request: Any) -> Any:
        return answer(request)

    return _made(kind, http.AsyncClient(transport=http.MockTransport(answered)), options)


def _made(kind: str, transport: Any, options: dict[str, Any]) -> Any:
    options = {"api_key": "sk-test", "max_retries": 0, **options}
    if "Azure" not in kind:
        options.setdefault("base_url", "https://api.openai.com/v1")
    return getattr(openai, kind)(http_client=transport, **options)
