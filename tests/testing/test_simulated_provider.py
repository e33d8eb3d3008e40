"""The simulated provider: what the real SDK makes of its answers, failures and faults."""

from __future__ import annotations

import base64
import concurrent.futures
import json
import re
import struct
import time
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pydantic
import pytest

from genai_sentry.testing import Limits, SimulatedProvider
from genai_sentry.testing.limits import Buckets

TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}},
    },
}
PROMPT: Any = [{"role": "user", "content": "x" * 40}]


class Answer(pydantic.BaseModel):
    """A schema with nested parts."""

    number: int
    words: list[str]
    sure: bool


@pytest.fixture
def provider() -> Iterator[SimulatedProvider]:
    """A provider for one test."""
    with SimulatedProvider() as provider:
        yield provider


@pytest.fixture
def client(provider: SimulatedProvider) -> Iterator[openai.OpenAI]:
    """The real SDK, without retries."""
    with openai.OpenAI(base_url=provider.base_url, api_key="sk-secret", max_retries=0, timeout=5) as client:
        yield client


def test_chat_counts_a_token_for_four_characters(client: openai.OpenAI) -> None:
    """Token counts follow from the text, so the same request reports the same usage."""
    answers = [client.chat.completions.create(model="gpt-4o", messages=PROMPT) for _ in range(2)]
    usages = [(answer.usage.prompt_tokens, answer.usage.completion_tokens) for answer in answers if answer.usage]
    text = answers[0].choices[0].message.content or ""
    assert [(10, (len(text) + 3) // 4)] * 2 == usages
    assert "gpt-4o-2024-08-06" == answers[0].model
    assert "stop" == answers[0].choices[0].finish_reason
    assert answers[0].id != answers[1].id


def test_long_prompts_are_partly_cached_and_reasoning_models_reason(client: openai.OpenAI) -> None:
    """Cached and reasoning tokens are subsets of the totals."""
    usage = client.chat.completions.create(model="o4-mini", messages=[{"role": "user", "content": "x" * 8000}]).usage
    assert usage is not None
    assert usage.prompt_tokens_details is not None
    assert usage.completion_tokens_details is not None
    assert (2000, 896) == (usage.prompt_tokens, usage.prompt_tokens_details.cached_tokens)
    assert 64 == usage.completion_tokens_details.reasoning_tokens
    assert usage.completion_tokens > 64


@pytest.mark.parametrize("include_usage", [True, False])
def test_a_stream_says_what_the_whole_answer_says(client: openai.OpenAI, include_usage: bool) -> None:
    """Streamed pieces make the same text; usage comes last, and only where asked for."""
    whole = client.chat.completions.create(model="gpt-4o", messages=PROMPT)
    options: Any = {"stream_options": {"include_usage": True}} if include_usage else {}
    chunks = list(client.chat.completions.create(model="gpt-4o", messages=PROMPT, stream=True, **options))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert whole.choices[0].message.content == text
    assert (whole.usage if include_usage else None) == chunks[-1].usage


def test_several_choices_are_streamed_by_index(client: openai.OpenAI) -> None:
    """`n` gives that many choices, whole and streamed."""
    whole = client.chat.completions.create(model="gpt-4o", messages=PROMPT, n=3)
    chunks = client.chat.completions.create(model="gpt-4o", messages=PROMPT, n=3, stream=True)
    assert [0, 1, 2] == [choice.index for choice in whole.choices]
    assert {0, 1, 2} == {choice.index for chunk in chunks for choice in chunk.choices}


def test_tools_are_called_until_their_result_is_there(client: openai.OpenAI) -> None:
    """A tool call has arguments that fit the tool's schema; with the result comes an answer in words."""
    first = client.chat.completions.create(model="gpt-4o", messages=PROMPT, tools=[TOOL]).choices[0]  # type: ignore[list-item]
    assert "tool_calls" == first.finish_reason
    assert first.message.tool_calls is not None
    call: Any = first.message.tool_calls[0]
    assert {"city": "simulated", "days": 42} == json.loads(call.function.arguments)
    history = [*PROMPT, first.message.model_dump(), {"role": "tool", "tool_call_id": call.id, "content": "sunny"}]
    second = client.chat.completions.create(model="gpt-4o", messages=history, tools=[TOOL]).choices[0]  # type: ignore[list-item]
    assert "stop" == second.finish_reason


def test_structured_output_fits_the_schema(client: openai.OpenAI) -> None:
    """Both `.parse` helpers get an instance of the model that they asked for."""
    expected = Answer(number=42, words=["simulated"], sure=True)
    chat = client.chat.completions.parse(model="gpt-4o", messages=PROMPT, response_format=Answer)
    response = client.responses.parse(model="gpt-4o", input="x", text_format=Answer)
    assert expected == chat.choices[0].message.parsed
    assert expected == response.output_parsed


def test_responses_stream_ends_in_the_whole_response(client: openai.OpenAI) -> None:
    """The typed events end in `response.completed` with text and usage; tools come as function calls."""
    whole = client.responses.create(model="gpt-4o", input="x" * 40)
    events = list(client.responses.create(model="gpt-4o", input="x" * 40, stream=True))
    last: Any = events[-1]
    assert "response.completed" == last.type
    assert (whole.output_text, whole.usage) == (last.response.output_text, last.response.usage)
    tool: Any = {"type": "function", **TOOL["function"], "strict": False}  # type: ignore[dict-item]
    with client.responses.stream(model="gpt-4o", input="x", tools=[tool]) as stream:
        output: Any = stream.get_final_response().output[0]
    assert ("function_call", "weather") == (output.type, output.name)


def test_embeddings_are_the_same_as_floats_and_as_base64(client: openai.OpenAI) -> None:
    """Both encodings hold the same vector, of the length asked for."""
    floats = client.embeddings.create(
        model="text-embedding-3-small", input="abc", encoding_format="float", dimensions=4
    )
    coded = client.embeddings.with_raw_response.create(
        model="text-embedding-3-small", input="abc", encoding_format="base64", dimensions=4
    )
    raw = json.loads(coded.text)["data"][0]["embedding"]
    assert pytest.approx(floats.data[0].embedding) == list(struct.unpack("<4f", base64.b64decode(raw)))
    assert 1 == floats.usage.prompt_tokens


def test_the_small_endpoints_answer_in_their_sdks_types(client: openai.OpenAI) -> None:
    """Legacy completions, moderations, images, speech, transcriptions and models are served."""
    completion = client.completions.create(model="gpt-3.5-turbo-instruct", prompt="x")
    assert completion.usage is not None
    assert completion.choices[0].text
    streamed = client.completions.create(model="gpt-3.5-turbo-instruct", prompt="x", stream=True)
    assert completion.choices[0].text == "".join(chunk.choices[0].text for chunk in streamed)
    assert not client.moderations.create(input="x").results[0].flagged
    images = client.images.generate(model="gpt-image-1", prompt="x", n=2)
    assert images.usage is not None
    assert (2, 544) == (len(images.data or ()), images.usage.output_tokens)
    assert client.audio.speech.create(model="tts-1", voice="alloy", input="x").content
    assert client.audio.transcriptions.create(model="gpt-4o-transcribe", file=("a.wav", b"x")).text
    assert "gpt-4o" in [model.id for model in client.models.list()]
    assert "some-model" == client.models.retrieve("some-model").id


def test_max_tokens_cuts_the_answer(client: openai.OpenAI) -> None:
    """An answer longer than allowed ends by `length`, its tokens at the limit."""
    answer = client.chat.completions.create(model="gpt-4o", messages=PROMPT, max_tokens=5)
    assert answer.usage is not None
    assert ("length", 5) == (answer.choices[0].finish_reason, answer.usage.completion_tokens)


def test_answers_can_be_given_by_a_function() -> None:
    """The answer's text may be made from the request."""
    with (
        SimulatedProvider(answer=lambda body: f"for {body['model']}") as provider,
        openai.OpenAI(base_url=provider.base_url, api_key="k", max_retries=0) as client,
    ):
        answer = client.chat.completions.create(model="gpt-4o", messages=PROMPT)
    assert "for gpt-4o" == answer.choices[0].message.content


def test_headers_name_the_request_and_the_limits(client: openai.OpenAI) -> None:
    """Request id, processing time and rate limits, with what remains of them, are in the headers."""
    first, second = (
        client.chat.completions.with_raw_response.create(model="gpt-4o", messages=PROMPT).headers for _ in range(2)
    )
    assert first["x-request-id"].startswith("req_")
    assert first["x-request-id"] != second["x-request-id"]
    assert "12" == first["openai-processing-ms"]
    assert "10000" == first["x-ratelimit-limit-requests"]
    assert "1999990" == first["x-ratelimit-remaining-tokens"]
    assert "9999" == first["x-ratelimit-remaining-requests"]
    assert first["x-ratelimit-reset-tokens"].endswith("ms")


def test_enforced_limits_refuse_what_exceeds_them() -> None:
    """An exhausted bucket answers 429 with the time to wait; one request larger than the limit says so."""
    with (
        SimulatedProvider(limits=Limits(requests_per_minute=2, tokens_per_minute=1000)) as provider,
        openai.OpenAI(base_url=provider.base_url, api_key="k", max_retries=0) as client,
    ):
        with pytest.raises(openai.RateLimitError, match=r"too large.* Limit 1000, Requested \d{4}\."):
            client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "x" * 8000}])
        for _ in range(2):
            client.chat.completions.create(model="gpt-4o", messages=PROMPT)
        with pytest.raises(openai.RateLimitError) as caught:
            client.chat.completions.create(model="gpt-4o", messages=PROMPT)
        wait_s = float(caught.value.response.headers["retry-after"])
        assert 20 < wait_s <= 30
        named = re.search(r"Limit 2, Used 2, Requested 1\. Please try again in ([\d.]+)s\.", str(caught.value))
        assert named is not None
        assert wait_s == pytest.approx(float(named[1]), abs=0.01)
        assert "rate_limit.requests_per_minute" == provider.requests[-1].failure
        provider.reset()
        client.chat.completions.create(model="gpt-4o", messages=PROMPT)


def test_ordered_failures_come_once_each_and_in_order(provider: SimulatedProvider, client: openai.OpenAI) -> None:
    """`fail_next` counts requests, retries included; afterwards all is well."""
    provider.fail_next("rate_limit", reason="tokens_per_minute", times=2, retry_after=0.001)
    answer = client.with_options(max_retries=2).chat.completions.create(model="gpt-4o", messages=PROMPT)
    assert "stop" == answer.choices[0].finish_reason
    expected = [("rate_limit.tokens_per_minute", 429)] * 2 + [("", 200)]
    assert expected == [(request.failure, request.status) for request in provider.requests]


def test_a_failure_can_be_ordered_for_one_model(provider: SimulatedProvider, client: openai.OpenAI) -> None:
    """Requests for other models are not touched."""
    provider.fail_next("server_error", model="gpt-4o-mini")
    client.chat.completions.create(model="gpt-4o", messages=PROMPT)
    with pytest.raises(openai.InternalServerError):
        client.chat.completions.create(model="gpt-4o-mini", messages=PROMPT)


def test_an_impossible_failure_is_refused_with_the_possible_ones(provider: SimulatedProvider) -> None:
    """A typo must not become a test that passes for the wrong reason."""
    with pytest.raises(ValueError, match=r"no failure 'rate_limits'.*rate_limit\.tokens_per_minute"):
        provider.fail_next("rate_limits")
    with pytest.raises(ValueError, match="unknown dialect 'bedrock'"):
        provider.fail_next("rate_limit", dialect="bedrock")
    with pytest.raises(ValueError, match="no failure 'nonsense'"):
        provider.fault_next(error_event="nonsense")
    with pytest.raises(ValueError, match="unknown dialect"):
        SimulatedProvider(dialect="nobody")


def test_the_models_name_asks_for_a_failure(client: openai.OpenAI) -> None:
    """`fail-<type>.<reason>@<dialect>` needs no handle on the provider; an unknown word says so."""
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="fail-content_filter.prompt@azure", messages=PROMPT)
    assert "content_filter" == caught.value.code
    with pytest.raises(openai.NotFoundError, match="fail-model_unavailable"):
        client.chat.completions.create(model="fail-model_unavailable", messages=PROMPT)
    with pytest.raises(openai.BadRequestError, match="simulation: dialect openai has no failure"):
        client.chat.completions.create(model="fail-everything", messages=PROMPT)


def test_a_cut_stream_breaks_after_the_events_before_it(provider: SimulatedProvider, client: openai.OpenAI) -> None:
    """The events before the cut arrive; then the connection is gone."""
    provider.fault_next(cut=3)
    chunks = []
    with pytest.raises((openai.APIConnectionError, httpx.HTTPError)):
        for chunk in client.chat.completions.create(model="gpt-4o", messages=PROMPT, stream=True):
            chunks.append(chunk)  # noqa: PERF402
    assert 3 == len(chunks)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"reset": True}, openai.APIConnectionError),
        ({"cut": 1}, openai.APIConnectionError),
        ({"status": 503}, openai.InternalServerError),
        ({"garbage": True}, json.JSONDecodeError),
        ({"empty": True}, json.JSONDecodeError),
    ],
)
def test_faults_of_whole_answers(
    provider: SimulatedProvider, client: openai.OpenAI, fault: Any, expected: type[Exception]
) -> None:
    """Each fault raises in the SDK what it raises in production, and only once."""
    provider.fault_next(**fault)
    with pytest.raises(expected):
        client.chat.completions.create(model="gpt-4o", messages=PROMPT)
    client.chat.completions.create(model="gpt-4o", messages=PROMPT)


def test_an_error_event_ends_a_stream(provider: SimulatedProvider, client: openai.OpenAI) -> None:
    """An error in mid-stream raises after the first events, in chat; in responses it is an event."""
    provider.fault_next(error_event="server_error")
    with pytest.raises(openai.APIError, match="had an error"):
        list(client.chat.completions.create(model="gpt-4o", messages=PROMPT, stream=True))
    provider.fault_next(error_event="rate_limit.tokens_per_minute")
    events = list(client.responses.create(model="gpt-4o", input="x", stream=True))
    assert ("error", "rate_limit_exceeded") == (events[-1].type, getattr(events[-1], "code", None))


def test_errors_under_status_200(provider: SimulatedProvider, client: openai.OpenAI) -> None:
    """A failed response, an error body and a filtered answer all come with status 200."""
    provider.fault_next(response_failed="server_error")
    failed = client.responses.create(model="gpt-4o", input="x")
    assert failed.error is not None
    assert ("failed", "server_error") == (failed.status, failed.error.code)
    provider.fault_next(error_body_200="rate_limit")
    body = client.chat.completions.with_raw_response.create(model="gpt-4o", messages=PROMPT)
    assert (200, "rate_limit_exceeded") == (body.status_code, json.loads(body.text)["error"]["code"])
    provider.fault_next(finish_reason="content_filter")
    filtered = client.chat.completions.create(model="gpt-4o", messages=PROMPT)
    assert "content_filter" == filtered.choices[0].finish_reason
    provider.fault_next(finish_reason="length")
    incomplete = client.responses.create(model="gpt-4o", input="x")
    assert incomplete.incomplete_details is not None
    assert ("incomplete", "max_output_tokens") == (incomplete.status, incomplete.incomplete_details.reason)


def test_a_delay_outlasts_the_clients_patience_but_not_the_provider(client: openai.OpenAI) -> None:
    """A hanging answer times the client out; closing the provider does not wait for it."""
    with SimulatedProvider() as provider:
        provider.fault_next(delay=30)
        with (
            openai.OpenAI(base_url=provider.base_url, api_key="k", max_retries=0, timeout=0.1) as impatient,
            pytest.raises(openai.APITimeoutError),
        ):
            impatient.chat.completions.create(model="gpt-4o", messages=PROMPT)
        started = time.monotonic()
    assert time.monotonic() - started < 2


def test_requests_are_recorded_without_secrets(provider: SimulatedProvider, client: openai.OpenAI) -> None:
    """Method, path, body and headers are kept; credentials are not, wherever they are."""
    client.chat.completions.create(model="gpt-4o", messages=PROMPT, extra_query={"key": "AIza-secret", "v": "1"})
    request = provider.requests[0]
    assert ("POST", "/v1/chat/completions", "chat") == (request.method, request.path, request.endpoint)
    assert request.body["messages"] == PROMPT
    assert json.loads(request.content) == request.body
    assert "secret" not in repr(request)
    provider.reset()
    assert [] == provider.requests


def test_many_threads_are_served_at_once(provider: SimulatedProvider, client: openai.OpenAI) -> None:
    """Requests from many threads are all answered and all recorded, with distinct identifiers."""
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: client.chat.completions.create(model="gpt-4o", messages=PROMPT).id, range(64)))
    assert (64, 64) == (len(ids), len(provider.requests))


def test_a_closed_provider_refuses_connections(client: openai.OpenAI) -> None:
    """After closing, the port refuses; closing again is nothing."""
    provider = SimulatedProvider()
    provider.close()
    provider.close()
    with (
        openai.OpenAI(base_url=provider.base_url, api_key="k", max_retries=0) as refused,
        pytest.raises(openai.APIConnectionError),
    ):
        refused.chat.completions.create(model="gpt-4o", messages=PROMPT)


def test_old_requests_make_room(client: openai.OpenAI, provider: SimulatedProvider, monkeypatch: Any) -> None:
    """Kept requests are bounded in number and in bytes; the newest stay."""
    monkeypatch.setattr("genai_sentry.testing.provider.MAX_REQUESTS", 3)
    for number in range(5):
        client.embeddings.create(model="m", input=f"{number}")
    assert ["2", "3", "4"] == [request.body["input"] for request in provider.requests]
    monkeypatch.setattr("genai_sentry.testing.provider.MAX_KEPT", 500)
    client.embeddings.create(model="m", input="x" * 480)
    assert 1 == len(provider.requests)


def test_buckets_refill_evenly() -> None:
    """A minute refills a bucket; a refusal names the seconds to wait and takes nothing."""
    now = 0.0
    buckets = Buckets(Limits(requests_per_minute=60, tokens_per_minute=600), enforced=True, clock=lambda: now)
    first = buckets.take(600)
    assert (59, 0, 60.0) == (first.remaining_requests, first.remaining_tokens, first.reset_tokens_s)
    refused = buckets.take(300)
    assert ("tokens_per_minute", 30.0, 59) == (refused.exhausted, refused.retry_after_s, refused.remaining_requests)
    now = 30.0
    assert None is buckets.take(300).exhausted
    now = 1000.0
    assert 600 == buckets.take(0).remaining_tokens
