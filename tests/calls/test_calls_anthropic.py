"""anthropic: messages, streams, token counts, middleware, and the SDK's own tracer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic
import pytest

from genai_sentry import stats
from scripted import Reply, ScriptedServer, events

MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-haiku-4-5-20251001",
    "content": [{"type": "text", "text": "hello"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {
        "input_tokens": 100,
        "output_tokens": 20,
        "cache_read_input_tokens": 30,
        "cache_creation_input_tokens": 10,
    },
}
ASK: dict[str, Any] = {
    "model": "claude-haiku-4-5-20251001",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "hi"}],
}


@pytest.fixture
def client(scripted_server: ScriptedServer) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(api_key="k", base_url=scripted_server.url, max_retries=1) as made:
        yield made


def _facts(attributes: Any) -> tuple[Any, ...]:
    names = ("gen_ai.provider.name", "gen_ai.response.id", "gen_ai.usage.input_tokens", "llm_attempts")
    return tuple(attributes.get(name) for name in names)


def test_a_message_is_one_span_with_its_cached_tokens(observed: Any, client: Any, scripted_server: Any) -> None:
    """The provider counts cached tokens beside the input; the span's input holds them all."""
    scripted_server.script(Reply({"type": "error", "error": {"type": "overloaded_error"}}, status=529), Reply(MESSAGE))

    client.messages.create(**ASK)

    attributes = observed.span.attributes
    assert ("anthropic", "msg_1", 140, 2) == _facts(attributes)
    assert (30, 10) == (
        attributes["gen_ai.usage.cache_read.input_tokens"],
        attributes["gen_ai.usage.cache_write.input_tokens"],
    )
    cost = (100 * 1 + 30 * 0.1 + 10 * 1.25 + 20 * 5) / 1e6
    assert pytest.approx(cost) == attributes["llm_cost_usd"]
    assert [] == observed.events


def test_a_stream_helper_is_one_span(observed: Any, client: Any, scripted_server: Any) -> None:
    """As any stream."""
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hello"}}
    scripted_server.script(
        events(
            {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None}},
            block,
            delta,
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 20}},
            {"type": "message_stop"},
            named=True,
        )
    )

    with client.messages.stream(**ASK) as stream:
        stream.get_final_message()

    assert ("anthropic", "msg_1", 140, 1) == _facts(observed.span.attributes)
    assert "complete" == observed.span.attributes["llm_stream_outcome"]


def test_counting_tokens_is_not_billed(observed: Any, client: Any, scripted_server: Any) -> None:
    """It is no inference."""
    scripted_server.script(Reply({"input_tokens": 14}))

    client.messages.count_tokens(model=ASK["model"], messages=ASK["messages"])

    assert [] == observed.spans
    assert (0, 0) == (stats().calls, stats().input_tokens)


def test_a_batchs_submission_names_its_model(observed: Any, client: Any, scripted_server: Any) -> None:
    """Where all its requests name the same."""
    scripted_server.script(Reply({"id": "msgbatch_1", "type": "message_batch"}))

    client.messages.batches.create(requests=[{"custom_id": "a", "params": ASK}])

    (span,) = observed.exporter.get_finished_spans()
    assert ("submit_batch claude-haiku-4-5-20251001", "msgbatch_1") == (
        span.name,
        span.attributes["gen_ai.response.id"],
    )


def test_an_answer_by_middleware_has_no_attempt_and_costs_nothing(observed: Any, scripted_server: Any) -> None:
    """Nothing was sent, so nothing is billed."""
    if "middleware" not in anthropic.Anthropic.__init__.__annotations__:
        pytest.skip("this version has no middleware")
    scripted_server.script(Reply(MESSAGE))

    def cached(request: Any, call_next: Any) -> Any:
        return anthropic.types.Message.model_validate(MESSAGE)

    with anthropic.Anthropic(api_key="k", base_url=scripted_server.url, middleware=[cached]) as client:
        assert "msg_1" == client.messages.create(**ASK).id

    assert [] == scripted_server.requests
    attributes = observed.span.attributes
    assert (0, None, None) == (
        attributes["llm_attempts"],
        attributes.get("gen_ai.usage.input_tokens"),
        attributes.get("llm_cost_usd"),
    )


def _traced(server: ScriptedServer, observed: Any) -> anthropic.Anthropic:
    if "open_telemetry" not in anthropic.Anthropic.__init__.__annotations__:
        pytest.skip("this version makes no spans")
    options = {"tracer_provider": observed.provider}
    return anthropic.Anthropic(api_key="k", base_url=server.url, max_retries=0, open_telemetry=options)


def test_where_the_sdk_makes_the_span_ours_stands_aside(observed: Any, scripted_server: Any) -> None:
    """One span, not two; tokens and cost are counted all the same."""
    scripted_server.script(Reply(MESSAGE))

    with _traced(scripted_server, observed) as client:
        client.messages.create(**ASK)

    assert ["com.anthropic.sdk.python"] == [span.instrumentation_scope.name for span in observed.spans]
    assert (1, 140) == (stats().calls, stats().input_tokens)
    assert stats().cost_usd > 0


def test_the_event_is_linked_to_the_span_of_the_sdk(observed: Any, scripted_server: Any) -> None:
    """It belongs to the call that failed, whoever traces it."""
    error = {"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}
    scripted_server.script(Reply(error, status=401))

    with _traced(scripted_server, observed) as client, pytest.raises(anthropic.AuthenticationError):
        client.messages.create(**ASK)

    (event,) = observed.events
    assert "authentication" == event["tags"]["llm_error_type"]
    assert f"{observed.span.context.span_id:016x}" == event["contexts"]["trace"]["span_id"]
