"""openai's WebSocket sessions: each response is a span, with its usage; failures are classified."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest

from genai_sentry import GenAIInstrumentor, Settings

server = pytest.importorskip("websockets.sync.server")
exceptions = pytest.importorskip("websockets.exceptions")

pytestmark = pytest.mark.filterwarnings("ignore:connect\\(\\) must be used:DeprecationWarning")

USAGE = {
    "input_tokens": 7,
    "output_tokens": 2,
    "total_tokens": 9,
    "input_tokens_details": {"cached_tokens": 4},
    "output_tokens_details": {"reasoning_tokens": 0},
}


def created(name: str) -> dict[str, Any]:
    return {"type": "response.created", "response": {"id": name, "object": "response", "status": "in_progress"}}


def delta(name: str) -> dict[str, Any]:
    return {"type": "response.output_text.delta", "response_id": name, "item_id": "i", "delta": "hello"}


def completed(name: str) -> dict[str, Any]:
    response = {"id": name, "object": "response", "model": "gpt-4o-mini-2024-07-18", "status": "completed"}
    return {"type": "response.completed", "response": {**response, "usage": USAGE, "output": []}}


def done(name: str, **more: Any) -> dict[str, Any]:
    usage = {"input_tokens": 7, "output_tokens": 2, "input_token_details": {"audio_tokens": 5, "cached_tokens": 0}}
    response = {"id": name, "object": "realtime.response", "status": "completed", "usage": usage, "output": []}
    return {"type": "response.done", "event_id": "e", "response": {**response, **more}}


class Sessions:
    """A WebSocket server: `behave` is given each message with a function that answers."""

    def __init__(self) -> None:
        self.greeting: list[Any] = []
        self.behave: Callable[[dict[str, Any], Any], None] = lambda event, socket: None
        self._server = server.serve(self._handle, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.socket.getsockname()[1]}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def _handle(self, socket: Any) -> None:
        for event in self.greeting:
            socket.send(json.dumps(event))
        for message in socket:
            self.behave(json.loads(message), socket)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()


def answering(*events: Any) -> Callable[[dict[str, Any], Any], None]:
    def behave(event: dict[str, Any], socket: Any) -> None:
        if event["type"] == "response.create":
            for each in events:
                socket.send(json.dumps(each))

    return behave


@pytest.fixture
def sessions() -> Iterator[Sessions]:
    made = Sessions()
    yield made
    made.close()


@pytest.fixture
def client(sessions: Sessions) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key="sk-test", base_url=sessions.url) as made:
        if not hasattr(made.responses, "connect"):
            pytest.skip("this version has no WebSocket sessions")
        yield made


def _facts(span: Any) -> tuple[Any, ...]:
    names = ("gen_ai.response.id", "gen_ai.usage.input_tokens", "llm_stream_outcome", "llm_error_type")
    return (span.name, *(span.attributes.get(name) for name in names))


def _until(connection: Any, kind: str) -> None:
    for event in connection:
        if event.type == kind:
            return


def test_each_response_of_a_session_is_a_span(observed: Any, client: Any, sessions: Sessions) -> None:
    """With tokens, cost and times, as if it had come over HTTP."""
    numbers = iter("12")

    def behave(event: dict[str, Any], socket: Any) -> None:
        answering(*(make(f"resp_{number}") for number in [next(numbers)] for make in (created, delta, completed)))(
            event, socket
        )

    sessions.behave = behave
    with client.responses.connect() as connection:
        for _ in range(2):
            connection.response.create(model="gpt-4o-mini", input="hi")
            _until(connection, "response.completed")

    assert [
        ("chat gpt-4o-mini", "resp_1", 7, "complete", None),
        ("chat gpt-4o-mini", "resp_2", 7, "complete", None),
    ] == [_facts(span) for span in observed.spans]
    attributes = observed.spans[0].attributes
    assert ("gpt-4o-mini-2024-07-18", 4, 3, "127.0.0.1", "openai") == (
        attributes["gen_ai.response.model"],
        attributes["gen_ai.usage.cache_read.input_tokens"],
        attributes["llm_stream_chunks"],
        attributes["server.address"],
        attributes["gen_ai.provider.name"],
    )
    assert attributes["llm_cost_usd"] > 0
    assert "llm_attempts" not in attributes
    assert [] == observed.events


def test_an_asynchronous_session_alike(observed: Any, client: Any, sessions: Sessions) -> None:
    """One span for each response."""
    sessions.behave = answering(created("resp_1"), delta("resp_1"), completed("resp_1"))

    async def main() -> None:
        async with (
            openai.AsyncOpenAI(api_key="sk-test", base_url=sessions.url) as asynchronous,
            asynchronous.responses.connect() as connection,
        ):
            await connection.response.create(model="gpt-4o-mini", input="hi")
            async for event in connection:
                if event.type == "response.completed":
                    return

    asyncio.run(main())
    assert ("chat gpt-4o-mini", "resp_1", 7, "complete", None) == _facts(observed.span)


def test_raw_events_are_seen_too(observed: Any, client: Any, sessions: Sessions) -> None:
    """Sent as text and received as bytes."""
    sessions.behave = answering(created("resp_1"), completed("resp_1"))
    with client.responses.connect() as connection:
        connection.send_raw(data=json.dumps({"type": "response.create", "model": "gpt-4o-mini", "input": "hi"}))
        while b"response.completed" not in connection.recv_bytes():
            pass

    assert ("chat gpt-4o-mini", "resp_1", 7, "complete", None) == _facts(observed.span)


def test_an_error_ends_the_response_that_was_asked_for(observed: Any, client: Any, sessions: Sessions) -> None:
    """Nothing is raised: the error is an event, and reported once."""
    error = {"type": "invalid_request_error", "code": "model_not_found", "message": "The model `x` does not exist."}
    sessions.behave = answering({"type": "error", "status": 404, "error": error})
    with client.responses.connect() as connection:
        connection.response.create(model="x", input="hi")
        assert "error" == connection.recv().type

    assert "not_found" == observed.span.attributes["llm_error_reason"]
    assert ["not_found"] == [event["tags"]["llm_error_reason"] for event in observed.events]


def test_a_failed_response_is_a_failure(observed: Any, client: Any, sessions: Sessions) -> None:
    """By its own error."""
    failed = {
        "id": "resp_1",
        "object": "response",
        "status": "failed",
        "error": {"code": "server_error", "message": "x"},
    }
    sessions.behave = answering(created("resp_1"), {"type": "response.failed", "response": failed})
    with client.responses.connect() as connection:
        connection.response.create(model="gpt-4o-mini", input="hi")
        _until(connection, "response.failed")

    assert "server_error" == observed.span.attributes["llm_error_type"]
    assert 1 == len(observed.events)


def test_a_lost_connection_cuts_the_response(observed: Any, client: Any, sessions: Sessions) -> None:
    """The exception that the application gets is the one that is reported."""

    def behave(event: dict[str, Any], socket: Any) -> None:
        socket.send(json.dumps(created("resp_1")))
        socket.close(1011, "going away")

    sessions.behave = behave
    with client.responses.connect() as connection, pytest.raises(exceptions.ConnectionClosedError):
        connection.response.create(model="gpt-4o-mini", input="hi")
        _until(connection, "response.completed")

    assert "cut" == observed.span.attributes["llm_stream_outcome"]
    (event,) = observed.events
    assert "ConnectionClosedError" == event["exception"]["values"][-1]["type"]


def test_waiting_in_vain_ends_nothing(observed: Any, client: Any, sessions: Sessions) -> None:
    """Receiving may be cancelled and taken up again."""
    sessions.behave = answering(created("resp_1"))

    async def main() -> None:
        async with (
            openai.AsyncOpenAI(api_key="sk-test", base_url=sessions.url) as asynchronous,
            asynchronous.responses.connect() as connection,
        ):
            await connection.response.create(model="gpt-4o-mini", input="hi")
            await connection.recv()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(connection.recv(), 0.05)
            sessions_before = len(observed.spans)
            sessions.behave = answering(completed("resp_1"))
            await connection.send_raw(json.dumps({"type": "response.create"}))
            await connection.recv()
            assert (0, 1) == (sessions_before, len(observed.spans))

    asyncio.run(main())


def test_a_closed_session_ends_what_is_under_way(observed: Any, client: Any, sessions: Sessions) -> None:
    """Leaving early is no failure."""
    sessions.behave = answering(created("resp_1"), delta("resp_1"))
    with client.responses.connect() as connection:
        connection.response.create(model="gpt-4o-mini", input="hi")
        _until(connection, "response.output_text.delta")

    assert ("chat gpt-4o-mini", "resp_1", None, "closed_early", None) == _facts(observed.span)
    assert [] == observed.events


def test_a_refused_connection_is_reported_without_a_span(observed: Any, sessions: Sessions) -> None:
    """It is no inference."""
    with openai.OpenAI(api_key="sk-test", base_url="http://127.0.0.1:9/v1") as client:
        if not hasattr(client.responses, "connect"):
            pytest.skip("this version has no WebSocket sessions")
        with pytest.raises(OSError):
            client.responses.connect().enter()

    assert [] == observed.spans
    assert ["connection_error"] == [event["tags"]["llm_error_type"] for event in observed.events]


def test_a_realtime_session_begins_responses_by_itself(observed: Any, client: Any, sessions: Sessions) -> None:
    """Somebody spoke: no event of the application's asks for the response; the session names the model."""
    sessions.greeting = [
        {"type": "session.created", "event_id": "e", "session": {"type": "realtime", "model": "gpt-realtime"}},
        {"type": "response.created", "event_id": "e", "response": {"id": "resp_1", "status": "in_progress"}},
        {"type": "response.output_audio.delta", "event_id": "e", "response_id": "resp_1", "delta": "AAAA"},
        done("resp_1"),
    ]
    with client.realtime.connect(model="gpt-realtime") as connection:
        _until(connection, "response.done")

    assert ("chat gpt-realtime", "resp_1", 7, "complete", None) == _facts(observed.span)
    assert 5 == observed.span.attributes["gen_ai.usage.audio.input_tokens"]


def test_responses_under_way_at_once_are_told_apart(observed: Any, client: Any, sessions: Sessions) -> None:
    """Events name their response."""
    start = {"type": "response.created", "event_id": "e"}
    sessions.greeting = [
        {**start, "response": {"id": "resp_1", "status": "in_progress"}},
        {**start, "response": {"id": "resp_2", "status": "in_progress"}},
        {"type": "response.output_text.delta", "event_id": "e", "response_id": "resp_1", "delta": "x"},
        done("resp_2", usage={"input_tokens": 20, "output_tokens": 1}),
        done("resp_1", usage={"input_tokens": 10, "output_tokens": 1}),
    ]
    with client.realtime.connect(model="gpt-realtime") as connection:
        _until(connection, "response.done")
        _until(connection, "response.done")

    facts = [(*_facts(span)[1:3], span.attributes["llm_stream_chunks"]) for span in observed.spans]
    assert [("resp_2", 20, 2), ("resp_1", 10, 3)] == facts


def test_an_error_about_something_else_leaves_a_response_alone(observed: Any, client: Any, sessions: Sessions) -> None:
    """A refused buffer is reported without a span; the response that was asked for goes on."""
    about = {"type": "invalid_request_error", "code": "input_audio_buffer_commit_empty", "event_id": "other"}

    def behave(event: dict[str, Any], socket: Any) -> None:
        start = {"type": "response.created", "event_id": "e", "response": {"id": "resp_1", "status": "in_progress"}}
        for each in ({"type": "error", "event_id": "e", "error": {**about, "message": "buffer too small"}}, start):
            socket.send(json.dumps(each))
        socket.send(json.dumps(done("resp_1")))

    sessions.behave = behave
    with client.realtime.connect(model="gpt-realtime") as connection:
        connection.send({"type": "response.create", "event_id": "mine"})
        _until(connection, "response.done")

    assert ("chat gpt-realtime", "resp_1", 7, "complete", None) == _facts(observed.span)
    assert ["invalid_request"] == [event["tags"]["llm_error_type"] for event in observed.events]


def test_sessions_are_left_alone_without_instrumentation(client: Any, sessions: Sessions) -> None:
    """Same events, nothing observed."""
    sessions.behave = answering(created("resp_1"), completed("resp_1"))
    with client.responses.connect() as connection:
        connection.response.create(model="gpt-4o-mini", input="hi")
        kinds = [connection.recv().type, connection.recv().type]

    assert ["response.created", "response.completed"] == kinds


def test_lanes_of_a_session_are_told_apart(observed: Any, client: Any, sessions: Sessions) -> None:
    """Events of the Responses API name no response, but the lane that it was asked for on."""
    numbers = {"a": ("resp_a", 10), "b": ("resp_b", 20)}

    def behave(event: dict[str, Any], socket: Any) -> None:
        if event.get("stream_id") != "b":
            return
        for lane in ("b", "a"):
            name, tokens = numbers[lane]
            end = completed(name)
            end["response"]["usage"] = {"input_tokens": tokens, "output_tokens": 1}
            begin = {**created(name), "stream_id": lane}
            socket.send(json.dumps(begin))
            text = {"type": "response.output_text.delta", "stream_id": lane, "item_id": "i", "delta": "x"}
            socket.send(json.dumps(text))
            ends.append({**end, "stream_id": lane})
        for end in ends:
            socket.send(json.dumps(end))

    ends: list[dict[str, Any]] = []
    sessions.behave = behave
    with client.responses.connect() as connection:
        for lane in ("a", "b"):
            ask = {"type": "response.create", "model": f"m-{lane}", "input": "hi", "stream_id": lane}
            connection.send_raw(json.dumps(ask))
        _until(connection, "response.completed")
        _until(connection, "response.completed")

    facts = [(*_facts(span)[:3], span.attributes["llm_stream_chunks"]) for span in observed.spans]
    assert [("chat m-b", "resp_b", 20, 3), ("chat m-a", "resp_a", 10, 3)] == facts


def test_a_dropped_session_ends_what_is_under_way(observed: Any, client: Any, sessions: Sessions) -> None:
    """Never closed, only forgotten: the span ends when the connection is collected."""
    sessions.behave = answering(created("resp_1"))
    connection = client.responses.connect().enter()
    connection.response.create(model="gpt-4o-mini", input="hi")
    connection.recv()
    raw = connection._connection

    del connection
    gc.collect()

    (span,) = observed.wait_for_spans(1)
    assert "closed_early" == span.attributes["llm_stream_outcome"]
    raw.close()


def test_a_session_outlives_instrumentation(observed: Any, client: Any, sessions: Sessions) -> None:
    """Taken out and put in again, the next response is observed by what is in force then."""
    sessions.behave = answering(created("resp_1"), completed("resp_1"))
    with client.responses.connect() as connection:
        connection.response.create(model="gpt-4o-mini", input="hi")
        _until(connection, "response.completed")
        GenAIInstrumentor().uninstrument()
        connection.response.create(model="gpt-4o-mini", input="hi")
        _until(connection, "response.completed")
        GenAIInstrumentor().instrument(tracer_provider=observed.provider, settings=Settings(sentry_metrics=False))
        connection.response.create(model="gpt-4o-mini", input="hi")
        _until(connection, "response.completed")

    assert 2 == len(observed.spans)
