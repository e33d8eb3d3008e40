"""The attempt over aiohttp, for calls whose SDK is observed: google-genai's asynchronous client uses it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from genai_sentry.call import Call, current
from genai_sentry.guard import swallowed
from genai_sentry.patch.seam import Seam
from genai_sentry.patch.state import state

MODULE = "aiohttp.client"


class Headers:
    """An answer's headers, read as httpx's are.

    Attributes:
        raw: names and values as they came.
    """

    __slots__ = ("raw",)

    def __init__(self, raw: Sequence[tuple[bytes, bytes]]) -> None:
        self.raw = raw

    def get(self, name: str) -> str | None:
        """The first value of a header; None where there is none."""
        wanted = name.encode()
        for key, value in self.raw:
            if key.lower() == wanted:
                return value.decode("latin-1")
        return None


def seams(module: ModuleType) -> list[Seam]:
    """The replacement for the session's request; none where its shape is unknown."""
    owner = getattr(module, "ClientSession", None)
    return [Seam(owner, "_request", _observed)] if owner is not None and "_request" in owner.__dict__ else []


def _observed(original: Callable[..., Any]) -> Callable[..., Any]:
    async def _request(self: Any, method: Any, str_or_url: Any, **kwargs: Any) -> Any:
        call = _begin(str_or_url) if state.runtime is not None else None
        if call is None:
            return await original(self, method, str_or_url, **kwargs)
        try:
            response = await original(self, method, str_or_url, **kwargs)
        except BaseException:
            call.attempt_failed()
            raise
        _responded(call, response)
        return response

    return _request


def _begin(url: Any) -> Call | None:
    """The call that a request is an attempt of; None where it is none. Never raises."""
    try:
        call = current.get()
        if call is None or not call.owns(str(url).partition("?")[0].encode()):
            return None
        call.attempt(None)
        return call
    except Exception as fault:
        if not swallowed("attempt", fault):
            raise
        return None


def _responded(call: Call, response: Any) -> None:
    try:
        call.responded(response.status, Headers(response.raw_headers))
    except Exception as fault:
        if not swallowed("response", fault):
            raise
