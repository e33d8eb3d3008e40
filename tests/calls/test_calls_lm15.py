"""lm15, which DSPy carries within itself: attempts over transports of its own, retried above them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from types import ModuleType
from typing import Any

import pytest

from genai_sentry import stats
from genai_sentry.patch import lm15

URL = "https://api.openai.com/v1/chat/completions"
HEADERS = [("content-type", "application/json")]
BODY = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]}
ANSWER = {
    "id": "c1",
    "model": "gpt-4o-mini",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hi"}}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 5},
}
LIMITED = {"error": {"message": "Rate limit reached", "code": "rate_limit_exceeded"}}


class LMError(Exception):
    """What DSPy raises in the end."""


class Request:
    """What lm15 sends."""

    def __init__(self, url: str = URL, **more: Any) -> None:
        self.method, self.url, self.headers = "POST", url, HEADERS
        self.body = json.dumps(BODY | more).encode()


class Response:
    """What it gets: its chunks are read once, its release is called once."""

    def __init__(self, status: int, body: bytes, error: Exception | None = None) -> None:
        self.status, self.headers = status, [("x-request-id", "r1"), ("content-type", "text/plain")]
        self._chunks, self._release, self._left = self._pieces(body, error), self._freed, False
        self.released: list[bool] = []

    def _pieces(self, body: bytes, error: Exception | None) -> Iterator[bytes]:
        yield body
        if error is not None:
            raise error

    def _freed(self, consumed: bool) -> None:
        self.released.append(consumed)

    def read(self, *, whole: bool = True) -> bytes:
        """As lm15 reads a body, and gives the connection back."""
        consumed = False
        try:
            found = b"".join(self._chunks) if whole else next(self._chunks)
            consumed = whole
            return found
        finally:
            self._release(consumed)


class StdlibTransport:
    """As lm15's: answers from a script."""

    script: list[Any] = []

    def stream(self, request: Request) -> Response:
        """The next answer."""
        answer = self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]


class AsyncResponse(Response):
    """The same, awaited."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(status, body)
        self._chunks, self._release = self._awaited(body), self._freed_later  # type: ignore[assignment]

    async def _awaited(self, body: bytes) -> AsyncIterator[bytes]:
        yield body

    async def _freed_later(self, consumed: bool) -> None:
        self.released.append(consumed)

    async def aread(self) -> bytes:
        """As lm15 reads a body."""
        found = [chunk async for chunk in self._chunks]  # type: ignore[attr-defined]
        await self._release(True)  # type: ignore[func-returns-value]
        return b"".join(found)


class StdlibAsyncTransport(StdlibTransport):
    """The same, awaited."""

    async def _do_stream(self, request: Request) -> Response:
        return StdlibTransport.script.pop(0)  # type: ignore[no-any-return]


def _execute(times: int = 1) -> bytes:
    """As DSPy repeats what failed."""
    for attempt in range(times):
        response = StdlibTransport().stream(Request())
        body = response.read()
        if response.status < 400:
            return body
        if attempt == times - 1:
            raise LMError("refused")
    return b"cached"


async def _aexecute(times: int = 1) -> bytes:
    for attempt in range(times):
        response: Any = await StdlibAsyncTransport()._do_stream(Request())
        body: bytes = await response.aread()
        if response.status < 400:
            return body
        if attempt == times - 1:
            raise LMError("refused")
    return b"cached"


@pytest.fixture
def execution() -> Iterator[Any]:
    """DSPy's module, with lm15's transports, patched."""
    module: Any = ModuleType(lm15.EXECUTION)
    module.execute, module.aexecute = _execute, _aexecute
    sync, asynchronous = ModuleType(lm15.SYNC[0]), ModuleType(lm15.ASYNC[0])
    sync.StdlibTransport = StdlibTransport  # type: ignore[attr-defined]
    asynchronous.StdlibAsyncTransport = StdlibAsyncTransport  # type: ignore[attr-defined]
    made = [*lm15.seams(sync), *lm15.async_seams(asynchronous), *lm15.execution_seams(module)]
    for seam in made:
        seam.install()
    yield module
    assert [True] * 4 == [seam.remove() for seam in made]


def _script(*answers: Any) -> None:
    StdlibTransport.script[:] = answers


def _whole(kind: type[Response] = Response) -> Response:
    return kind(200, json.dumps(ANSWER).encode())


def _refused(kind: type[Response] = Response) -> Response:
    return kind(429, json.dumps(LIMITED).encode())


def test_an_answer_is_a_call(observed: Any, execution: Any) -> None:
    """Told whole, and the caller gets the same bytes; the connection is given back once."""
    response = _whole()
    _script(response)
    assert ANSWER == json.loads(execution.execute())

    expected = {
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o-mini",
        "server.address": "api.openai.com",
        "gen_ai.response.id": "c1",
        "gen_ai.usage.input_tokens": 10,
        "llm_request_id": "r1",
        "llm_attempts": 1,
    }
    assert expected == {name: observed.span.attributes.get(name) for name in expected}
    assert [True] == response.released


def test_a_healed_refusal_is_no_failure(observed: Any, execution: Any) -> None:
    """Both attempts are in the one call."""
    _script(_refused(), _whole())
    execution.execute(2)

    assert (2, None) == (
        observed.span.attributes["llm_attempts"],
        observed.span.attributes.get("llm_error_type"),
    )
    assert [] == observed.events


def test_the_last_refusal_is_the_failure(observed: Any, execution: Any) -> None:
    """Classified by the answer, reported with what the framework raised."""
    _script(_refused(), _refused())
    with pytest.raises(LMError):
        execution.execute(2)

    assert ("rate_limit", 2) == tuple(observed.span.attributes[name] for name in ("llm_error_type", "llm_attempts"))
    (event,) = observed.events
    assert "LMError" == event["exception"]["values"][-1]["type"]


def test_a_cached_answer_is_no_call(observed: Any, execution: Any) -> None:
    """Nothing is sent."""
    before = stats().calls
    assert b"cached" == execution.execute(0)
    assert ([], before) == (observed.spans, stats().calls)


def test_each_answer_of_several_is_a_call(observed: Any, execution: Any) -> None:
    """Who asks for several answers pays for several."""
    _script(_whole(), _whole())
    execution.execute()
    execution.execute()
    assert [1, 1] == [span.attributes["llm_attempts"] for span in observed.spans]


def test_it_is_the_same_where_it_is_awaited(observed: Any, execution: Any) -> None:
    """A healed refusal and one that is not."""

    async def main() -> None:
        _script(_refused(AsyncResponse), _whole(AsyncResponse))
        await execution.aexecute(2)
        _script(_refused(AsyncResponse))
        with pytest.raises(LMError):
            await execution.aexecute(1)

    asyncio.run(main())
    told = [(span.attributes["llm_attempts"], span.attributes.get("llm_error_type")) for span in observed.spans]
    assert [(2, None), (1, "rate_limit")] == told


def test_without_an_execution_an_attempt_is_the_call(observed: Any, execution: Any) -> None:
    """lm15 used by itself: an answer, a refusal, no connection, and a body that breaks off."""
    _script(
        _whole(), _refused(), ConnectionRefusedError("refused"), Response(200, b'{"id"', ConnectionResetError("reset"))
    )
    StdlibTransport().stream(Request()).read()
    StdlibTransport().stream(Request()).read()
    with pytest.raises(ConnectionRefusedError):
        StdlibTransport().stream(Request())
    with pytest.raises(ConnectionResetError):
        StdlibTransport().stream(Request()).read()

    kinds = [span.attributes.get("llm_error_type") for span in observed.spans]
    assert [None, "rate_limit", "connection_error", "connection_error"] == kinds


def test_a_stream_that_is_left_is_no_failure(observed: Any, execution: Any) -> None:
    """Closed by the application before its end."""
    chunk = {"id": "c1", "model": "gpt-4o-mini", "choices": [{"index": 0, "delta": {"content": "hi"}}]}
    _script(Response(200, f"data: {json.dumps(chunk)}\n\n".encode()))
    StdlibTransport().stream(Request(stream=True)).read(whole=False)

    attributes = observed.span.attributes
    assert ("closed_early", None) == (attributes["llm_stream_outcome"], attributes.get("llm_error_type"))


def test_other_requests_are_none_of_ours(observed: Any, execution: Any) -> None:
    """A file's upload is no inference, and makes no call."""
    _script(_whole())
    StdlibTransport().stream(Request("https://api.openai.com/v1/files")).read()
    assert [] == observed.spans


def test_other_shapes_are_left_alone() -> None:
    """A module without the names that are known."""
    empty = ModuleType("lm15")
    assert [] == [*lm15.seams(empty), *lm15.async_seams(empty), *lm15.execution_seams(empty)]
