"""What the demo plays, and what must be reported of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import openai

from genai_sentry.cli.demo import app
from genai_sentry.testing import SimulatedProvider

QUESTION = "What should a traveller to Lisbon see in one day?"
LONG_TEXT = "Lisbon lies on seven hills above the Tagus. " * 150


@dataclass(frozen=True, slots=True)
class Stage:
    """What the application works with.

    Attributes:
        provider: the simulated provider.
        api_key: what the clients authenticate with.
        client: an ordinary client, without retries.
        retrying: a client with the SDK's usual retries.
        impatient: a client that gives up after 0.15 s.
        stranded: a client of a port that nobody listens on.
    """

    provider: SimulatedProvider
    api_key: str
    client: openai.OpenAI
    retrying: openai.OpenAI
    impatient: openai.OpenAI
    stranded: openai.OpenAI


@dataclass(frozen=True, slots=True)
class Call:
    """One logical call that must be reported.

    Attributes:
        failure: `type.reason`; empty where it goes well.
        model: the requested model.
        operation: `gen_ai.operation.name`.
        attempts: HTTP attempts.
        usage: whether the answer says what it used.
        stream: how a stream ends; empty for whole answers.
        cancelled: whether the caller gives up, which is no failure.
        handled: the event's `handled`; None where the call brings no event.
    """

    failure: str = ""
    model: str = app.MODEL
    operation: str = "chat"
    attempts: int = 1
    usage: bool = True
    stream: str = ""
    cancelled: bool = False
    handled: bool | None = True


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that the application does.

    Attributes:
        title: for people.
        function: the application's function, the line of which a failure must name.
        act: does it.
        calls: what must be reported, in the order of the calls' ends.
    """

    title: str
    function: str
    act: Callable[[Stage], Any]
    calls: tuple[Call, ...] = field(default=(Call(),))


def _ask(stage: Stage) -> object:
    return app.answer(stage.client, QUESTION)


def steps() -> Iterator[Step]:
    """All that is played, in order."""
    yield from _successes()
    yield from _retries()
    yield from _refusals()
    yield from _streams()
    yield from _network()
    yield from _handling()


def _successes() -> Iterator[Step]:
    yield Step("chat", "answer", _ask)
    yield Step(
        "chat, long prompt, reasoning",
        "summarise",
        lambda stage: app.summarise(stage.client, LONG_TEXT),
        (Call(model=app.REASONING_MODEL),),
    )
    yield Step(
        "chat, streamed",
        "stream_answer",
        lambda stage: app.stream_answer(stage.client, QUESTION),
        (Call(stream="complete"),),
    )
    yield Step(
        "chat, streamed, usage not asked for",
        "stream_answer",
        lambda stage: app.stream_answer(stage.client, QUESTION, count_tokens=False),
        (Call(stream="complete", usage=False),),
    )
    yield Step(
        "chat, stream left early",
        "first_words",
        lambda stage: app.first_words(stage.client, QUESTION),
        (Call(stream="closed_early", usage=False),),
    )
    yield Step("responses", "draft", lambda stage: app.draft(stage.client, "a complaint"))
    yield Step(
        "responses, streamed",
        "stream_draft",
        lambda stage: app.stream_draft(stage.client, "an invitation"),
        (Call(stream="complete"),),
    )
    yield Step("structured output", "read_invoice", lambda stage: app.read_invoice(stage.client, "Invoice 7: 12 EUR"))
    yield Step(
        "tool call and its result",
        "answer_with_tools",
        lambda stage: app.answer_with_tools(stage.client, "How is the weather in Lisbon?"),
        (Call(), Call()),
    )
    yield Step(
        "embeddings",
        "embed",
        lambda stage: app.embed(stage.client, ["Belém", "Alfama", "Chiado"]),
        (Call(model=app.EMBEDDING_MODEL, operation="embeddings"),),
    )


def _retries() -> Iterator[Step]:
    def healed(stage: Stage) -> object:
        stage.provider.fail_next("rate_limit", reason="requests_per_minute", times=2, retry_after=0.02)
        return app.answer(stage.retrying, QUESTION)

    def exhausted(stage: Stage) -> object:
        stage.provider.fail_next("server_error", reason="overloaded", times=3, retry_after=0.02)
        return app.answer(stage.retrying, QUESTION)

    yield Step("rate limit, healed by two retries", "answer", healed, (Call(attempts=3),))
    yield Step(
        "overload, two retries don't heal",
        "answer",
        exhausted,
        (Call("server_error.overloaded", attempts=3, usage=False),),
    )


REFUSALS = (
    "rate_limit.tokens_per_minute",
    "rate_limit.requests_per_day",
    "quota_exceeded.insufficient_quota",
    "context_length.input_too_long",
    "authentication.invalid_key",
    "permission_denied.region",
    "model_unavailable.not_found",
    "invalid_request.unsupported_parameter",
    "content_filter.prompt",
    "server_error.internal",
    "server_error.bad_gateway",
    "timeout.gateway",
    "invalid_response.malformed",
    "unknown.unspecified",
)
"""Failures of a whole answer, one step each."""


def _refusals() -> Iterator[Step]:
    for kind in REFUSALS:
        error_type, _, reason = kind.partition(".")

        def refused(stage: Stage, error_type: str = error_type, reason: str = reason) -> object:
            stage.provider.fail_next(error_type, reason=reason)
            return app.answer(stage.client, QUESTION)

        yield Step(kind.replace("_", " ").replace(".", ": "), "answer", refused, (Call(kind, usage=False),))

    def filtered(stage: Stage) -> object:
        stage.provider.fail_next("content_filter", reason="output")
        return app.answer(stage.client, QUESTION)

    yield Step("answer filtered under status 200", "answer", filtered, (Call("content_filter.output"),))


def _streams() -> Iterator[Step]:
    def cut(stage: Stage) -> object:
        stage.provider.fault_next(cut=3)
        return app.stream_answer(stage.client, QUESTION)

    def error_event(stage: Stage) -> object:
        stage.provider.fault_next(error_event="server_error.internal")
        return app.stream_answer(stage.client, QUESTION)

    def failed_response(stage: Stage) -> object:
        stage.provider.fault_next(response_failed="server_error")
        return app.stream_draft(stage.client, "an apology")

    yield Step(
        "connection cut in mid-stream",
        "stream_answer",
        cut,
        (Call("connection_error.incomplete_body", usage=False, stream="cut"),),
    )
    yield Step(
        "error event in mid-stream",
        "stream_answer",
        error_event,
        (Call("server_error.internal", usage=False, stream="error"),),
    )
    yield Step(
        "response that ends as failed",
        "stream_draft",
        failed_response,
        (Call("server_error.internal", usage=False, stream="error"),),
    )


def _network() -> Iterator[Step]:
    def silence(stage: Stage) -> object:
        stage.provider.fail_next("timeout", reason="client_read")
        return app.answer(stage.impatient, QUESTION)

    def reset(stage: Stage) -> object:
        stage.provider.fail_next("connection_error", reason="reset")
        return app.answer(stage.client, QUESTION)

    yield Step("no answer in time", "answer", silence, (Call("timeout.client_read", usage=False),))
    yield Step("connection reset", "answer", reset, (Call("connection_error.reset", usage=False),))
    yield Step(
        "connection refused",
        "answer",
        lambda stage: app.answer(stage.stranded, QUESTION),
        (Call("connection_error.refused", usage=False),),
    )


def _handling() -> Iterator[Step]:
    def swallowed(stage: Stage) -> object:
        stage.provider.fail_next("server_error", reason="overloaded")
        return app.answer_or_apologise(stage.client, QUESTION)

    def raised_again(stage: Stage) -> object:
        stage.provider.fail_next("model_unavailable", reason="not_found")
        return app.handle_request(stage.client, QUESTION)

    def at_once(stage: Stage) -> object:
        stage.provider.fail_next("context_length", reason="input_too_long", model=app.OTHER_MODEL)
        models = (app.MODEL, app.OTHER_MODEL, app.MODEL)
        return app.answer_all(stage.provider.base_url, stage.api_key, [(model, QUESTION) for model in models])

    def given_up(stage: Stage) -> object:
        stage.provider.fail_next("timeout", reason="client_read")
        return app.answer_until_the_user_leaves(stage.provider.base_url, stage.api_key, QUESTION, 0.1)

    yield Step("handled, an apology given", "answer", swallowed, (Call("server_error.overloaded", usage=False),))
    yield Step(
        "raised again, captured by the app",
        "answer",
        raised_again,
        (Call("model_unavailable.not_found", usage=False),),
    )
    yield Step(
        "three at once, one of them fails",
        "one",
        at_once,
        (
            Call(),
            Call("context_length.input_too_long", model=app.OTHER_MODEL, usage=False),
            Call(),
        ),
    )
    yield Step(
        "given up by the caller: no failure",
        "one",
        given_up,
        (Call(usage=False, cancelled=True),),
    )
