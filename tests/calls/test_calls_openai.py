"""openai: batches, background responses, and calls that are no inference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest
from opentelemetry.trace import SpanKind, StatusCode

from genai_sentry import stats
from scripted import Reply, ScriptedServer, events

USAGE = {
    "input_tokens": 7,
    "output_tokens": 2,
    "total_tokens": 9,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens_details": {"reasoning_tokens": 0},
}
RESPONSE = {"id": "resp_1", "object": "response", "model": "gpt-4o-mini", "output": [], "created_at": 1}
QUEUED = {**RESPONSE, "status": "queued", "background": True}
COMPLETED = {**RESPONSE, "status": "completed", "background": True, "usage": USAGE}


@pytest.fixture
def client(scripted_server: ScriptedServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key="k", base_url=scripted_server.url + "/v1", max_retries=1) as made:
        yield made


def test_a_batchs_submission_is_a_span_that_is_no_inference(observed: Any, client: Any, scripted_server: Any) -> None:
    """It names the batch; what the batch costs is known from its results."""
    scripted_server.script(Reply({"id": "batch_1", "object": "batch", "status": "validating"}))

    client.batches.create(input_file_id="f", endpoint="/v1/chat/completions", completion_window="24h")

    assert [] == observed.spans
    (span,) = observed.exporter.get_finished_spans()
    assert ("submit_batch", SpanKind.CLIENT) == (span.name, span.kind)
    assert ("openai", "batch_1", 1) == (
        span.attributes["gen_ai.provider.name"],
        span.attributes["gen_ai.response.id"],
        span.attributes["llm_attempts"],
    )
    assert 0 == stats().calls


def test_a_refused_batch_is_a_failure(observed: Any, client: Any, scripted_server: Any) -> None:
    """Classified and reported as any other."""
    error = {
        "message": "Billing hard limit has been reached",
        "type": "invalid_request_error",
        "code": "billing_hard_limit_reached",
    }
    scripted_server.script(Reply({"error": error}, status=400))

    with pytest.raises(openai.BadRequestError):
        client.batches.create(input_file_id="f", endpoint="/v1/chat/completions", completion_window="24h")

    (span,) = observed.exporter.get_finished_spans()
    assert (StatusCode.ERROR, "quota_exceeded") == (span.status.status_code, span.attributes["llm_error_type"])
    assert ["quota_exceeded"] == [event["tags"]["llm_error_type"] for event in observed.events]


def test_a_background_response_is_billed_nowhere_twice(observed: Any, client: Any, scripted_server: Any) -> None:
    """Its usage is on the wire each time it is retrieved; only what a POST answers counts."""
    scripted_server.script(Reply(QUEUED), Reply(COMPLETED), Reply(COMPLETED))

    answer = client.responses.create(model="gpt-4o-mini", input="hi", background=True)
    for _ in range(2):
        assert 7 == client.responses.retrieve(answer.id).usage.input_tokens

    assert "gen_ai.usage.input_tokens" not in observed.span.attributes
    assert (1, 0, 0.0) == (stats().calls, stats().input_tokens, stats().cost_usd)


def test_a_resumed_stream_is_billed_nowhere_twice(observed: Any, client: Any, scripted_server: Any) -> None:
    """The stream that began it has counted it, as far as it got; resuming is a GET."""
    start = {"type": "response.created", "sequence_number": 0, "response": {**QUEUED, "status": "in_progress"}}
    end = {"type": "response.completed", "sequence_number": 1, "response": COMPLETED}
    scripted_server.script(events(start, end), events(end))

    list(client.responses.create(model="gpt-4o-mini", input="hi", background=True, stream=True))
    list(client.responses.retrieve("resp_1", stream=True, starting_after=0))

    assert 7 == observed.span.attributes["gen_ai.usage.input_tokens"]
    assert (1, 7) == (stats().calls, stats().input_tokens)


def test_a_failing_call_that_is_no_inference_is_linked_to_the_current_span(
    observed: Any, client: Any, scripted_server: Any
) -> None:
    """It has no span of its own."""
    error = {"message": "Incorrect API key provided", "type": "invalid_request_error", "code": "invalid_api_key"}
    scripted_server.script(Reply({"error": error}, status=401))

    with (
        observed.provider.get_tracer("application").start_as_current_span("work") as work,
        pytest.raises(openai.AuthenticationError),
    ):
        client.models.list()

    assert [] == observed.spans
    (event,) = observed.events
    context = work.get_span_context()
    assert "authentication" == event["tags"]["llm_error_type"]
    assert (f"{context.trace_id:032x}", f"{context.span_id:016x}") == (
        event["contexts"]["trace"]["trace_id"],
        event["contexts"]["trace"]["span_id"],
    )


def test_a_healed_call_that_is_no_inference_leaves_nothing(observed: Any, client: Any, scripted_server: Any) -> None:
    """Neither span nor event."""
    scripted_server.script(Reply({"error": {"message": "busy"}}, status=503), Reply({"object": "list", "data": []}))

    client.models.list()

    assert [] == observed.events
    assert () == observed.exporter.get_finished_spans()
