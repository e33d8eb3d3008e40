"""A simulated LLM provider on the loopback interface, with every failure that a provider can cause.

    from genai_sentry.testing import SimulatedProvider

    with SimulatedProvider() as provider:
        client = openai.OpenAI(base_url=provider.base_url, api_key="sk-test", max_retries=0)
        provider.fail_next("rate_limit", reason="tokens_per_minute")
        ...                                     # the next request is answered by a 429 with OpenAI's body and headers

Failures go by the words of the error taxonomy. They are ordered beforehand (`fail_next`, `fault_next`), or asked for by
the model's name, which works from any language and process:

    fail-rate_limit                             any failure: `fail-<type>`
    fail-rate_limit.tokens_per_minute           with its reason
    fail-content_filter.prompt@azure            as another provider words it
    fault-cut                                   a fault: cut, reset, garbage, empty, error_event, error_body_200,
                                                length, content_filter, response_failed, no_usage, no_done, slow, hang
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType, TracebackType
from typing import Any, Self, Unpack
from urllib.parse import parse_qsl, urlencode

from genai_sentry.testing import failures
from genai_sentry.testing.answers import identifier
from genai_sentry.testing.endpoints import PRICED, Asked, Content, content, understand
from genai_sentry.testing.faults import FAULT_MODELS, NO_FAULT, Fault, FaultFields
from genai_sentry.testing.limits import Buckets, Limits, Reading
from genai_sentry.testing.refusals_openai import Refusal, counted
from genai_sentry.testing.replies import (
    EVENTS_BEFORE_FAULT,
    Said,
    anthropic_limits,
    error_bytes,
    error_event,
    openai_limits,
    refuse,
    retry_header,
)
from genai_sentry.testing.server import Arrival, Cut, LoopbackServer, Reply

MAX_REQUESTS = 10_000
"""Requests that are kept; the oldest go first."""
MAX_KEPT = 64 * 1024 * 1024
"""Bytes of request bodies that are kept; the oldest requests go first."""
SECRET_HEADERS = frozenset({"authorization", "api-key", "x-api-key", "x-goog-api-key", "cookie", "proxy-authorization"})


@dataclass(slots=True)
class Request:
    """One request that the provider got.

    Attributes:
        method, path: as sent.
        query: as sent, but for the value of `key`.
        headers: by lower-case name; values that hold credentials are replaced by `…`.
        content: the body's bytes.
        model: the requested model.
        endpoint: `chat`, `responses`, …; empty for a path that is not served.
        stream: whether a stream was asked for.
        failure: `type.reason` of the failure that was answered with, `fault` for a fault, empty for none.
        status: what was answered; None for nothing (yet).
        input_tokens, output_tokens: what the answer costs, whether or not its body says so; None where no text was
            generated.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    content: bytes
    model: str
    endpoint: str
    stream: bool
    failure: str = ""
    status: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None

    @property
    def body(self) -> Any:
        """The JSON body; None where there is none."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None


@dataclass(slots=True)
class _Plan:
    name: str
    fault: Fault = NO_FAULT
    refusal: Refusal | None = None
    dialect: str | None = None
    retry_after: float | None = None
    model: str | None = None
    times: int = 1


class SimulatedProvider:
    """An OpenAI-compatible server, which also speaks Anthropic's and Gemini's formats. Context manager; thread-safe.

    Chat completions, responses, legacy completions, embeddings, moderations, images, speech, transcriptions, models;
    `/v1/messages`; `:generateContent` and `:streamGenerateContent`. Whole and streamed, tools, several choices, JSON
    schemas. Token counts follow from the text (a token is four characters, and an event of a stream), so the same
    request costs the same.

    Attributes:
        url: the root, such as `http://127.0.0.1:41123`.
        base_url: what an OpenAI client takes as its base URL.
    """

    def __init__(
        self,
        *,
        dialect: str = "openai",
        limits: Limits | None = None,
        answer: str | Callable[[Mapping[str, Any]], str] | None = None,
        processing_ms: int = 12,
    ) -> None:
        """Start to listen.

        Args:
            dialect: how failures are worded where the endpoint leaves it open: `openai`, `azure`, `anthropic`,
                `gemini`, `deepseek`, `openrouter`.
            limits: rate limits that are enforced; None shows high ones in headers and refuses nothing.
            answer: the text of answers, or a function of the request's body that makes it.
            processing_ms: what the `openai-processing-ms` header says.

        Raises:
            ValueError: the dialect is unknown.
        """
        if dialect not in failures.DIALECTS:
            raise ValueError(f"unknown dialect {dialect!r}; there are {', '.join(failures.DIALECTS)}")
        self._dialect = dialect
        self._answer = answer
        self._processing_ms = processing_ms
        self._buckets = Buckets(limits or Limits(), enforced=limits is not None)
        self._lock = threading.Lock()
        self._plans: list[_Plan] = []
        self._requests: deque[Request] = deque()
        self._kept = 0
        self._number = 0
        self._server = LoopbackServer(self._respond)
        self.url: str = self._server.url
        self.base_url: str = f"{self.url}/v1"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening and drop what is open; from then on connections are refused."""
        self._server.close()

    @property
    def requests(self) -> list[Request]:
        """What arrived, oldest first."""
        with self._lock:
            return list(self._requests)

    def reset(self) -> None:
        """Forget requests and what was ordered for later ones; fill the rate-limit buckets."""
        with self._lock:
            self._requests.clear()
            self._kept = 0
            self._plans.clear()
        self._buckets.refill()

    def fail_next(
        self,
        error_type: str,
        *,
        reason: str | None = None,
        times: int = 1,
        dialect: str | None = None,
        retry_after: float | None = None,
        model: str | None = None,
    ) -> None:
        """Answer the next so many requests by this failure (retries are requests, too).

        Args:
            error_type: a type of the taxonomy that a provider can cause.
            reason: which of its reasons; the commonest where none is given.
            times: how many requests.
            dialect: whose wording; the provider's own where none is given.
            retry_after: seconds, in place of the usual `retry-after` header.
            model: only requests for this model.

        Raises:
            ValueError: there is no such failure in that dialect; the message says which there are.
        """
        kind = f"{error_type}.{reason}" if reason else str(error_type)
        plan = _planned_failure(kind, dialect, dialect or self._dialect)
        plan.times, plan.retry_after, plan.model = times, retry_after, model
        with self._lock:
            self._plans.append(plan)

    def fault_next(self, *, times: int = 1, model: str | None = None, **fault: Unpack[FaultFields]) -> None:
        """Answer the next so many requests with a fault; the keywords are the fields of `Fault`.

        Raises:
            ValueError: an error that the fault names does not exist.
        """
        wanted = Fault(**fault)
        for kind in filter(None, (wanted.error_event, wanted.error_body_200)):
            failures.find(kind, self._dialect)
        with self._lock:
            self._plans.append(_Plan("fault", wanted, model=model, times=times))

    # Answering -------------------------------------------------------------------------------------------------

    def _respond(self, arrival: Arrival) -> Reply:
        with self._lock:
            self._number += 1
            number = self._number
        asked = understand(arrival.method, arrival.path, arrival.body, arrival.headers.get("content-type", ""), number)
        request = _recorded(arrival, asked)
        with self._lock:
            self._keep(request)
            plan = self._plan_for(asked)
        dialect = (plan.dialect if plan else None) or (self._dialect if asked.dialect == "openai" else asked.dialect)
        if plan is None:
            plan = _plan_by_model(asked.model, dialect)
            dialect = plan.dialect or dialect
        reading = self._buckets.take(asked.tokens) if asked.endpoint in PRICED else None
        if reading is not None and reading.exhausted and plan.name == "":
            plan = _planned_failure(f"rate_limit.{reading.exhausted}", None, "openai")
            plan.retry_after, dialect = max(reading.retry_after_s, 0.001), "openai"
            if plan.refusal is not None:
                plan.refusal = counted(plan.refusal, reading, asked.tokens)
        request.failure = plan.name
        said = Said(identifier("req_", number), self._headers(dialect, number, reading))
        reply = self._reply(asked, plan, dialect, said, request)
        request.status = reply.status
        return reply

    def _keep(self, request: Request) -> None:
        self._requests.append(request)
        self._kept += len(request.content)
        while len(self._requests) > MAX_REQUESTS or (self._kept > MAX_KEPT and len(self._requests) > 1):
            self._kept -= len(self._requests.popleft().content)

    def _plan_for(self, asked: Asked) -> _Plan | None:
        for plan in self._plans:
            if plan.model is None or plan.model == asked.model:
                plan.times -= 1
                if plan.times <= 0:
                    self._plans.remove(plan)
                return plan
        return None

    def _headers(self, dialect: str, number: int, reading: Reading | None) -> dict[str, str]:
        request_id = identifier("req_", number)
        if dialect == "anthropic":
            return {"request-id": request_id, **anthropic_limits(reading)}
        if dialect == "gemini":
            return {"server-timing": f"gfet4t7; dur={self._processing_ms}"}
        return {
            "x-request-id": request_id,
            **({"apim-request-id": request_id} if dialect == "azure" else {}),
            "openai-processing-ms": str(self._processing_ms),
            "openai-version": "2020-10-01",
            "openai-organization": "org-simulated",
            **openai_limits(reading),
        }

    def _reply(self, asked: Asked, plan: _Plan, dialect: str, said: Said, request: Request) -> Reply:
        fault = plan.fault
        if plan.refusal is not None:
            return refuse(plan.refusal, dialect, asked.model, said, plan.retry_after)
        self._server.pause(fault.delay)
        if fault.reset:
            raise Cut(reset=True)
        headers = {**said.headers, **retry_header(fault.retry_after), **fault.headers}
        if fault.body is not None:
            return Reply(fault.status or 200, fault.body.encode(), {"content-type": "application/json", **headers})
        if fault.status is not None and fault.status >= 400:
            plain = Refusal(fault.status, "The request failed.", headers=fault.headers)
            return refuse(plain, dialect, asked.model, said, fault.retry_after)
        if fault.error_body_200:
            body = error_bytes(fault.error_body_200, dialect, asked.model, said)
            return Reply(200, body, {"content-type": "application/json", **headers})
        made = content(asked, fault, self._text(asked))
        if made is None:
            missing = Refusal(404, "Unknown request URL.", None, "invalid_request_error")
            return refuse(missing, dialect, asked.model, said, None)
        if made.answer is not None:
            request.input_tokens, request.output_tokens = made.answer.input_tokens, made.answer.output_tokens
        return self._deliver(made, asked, fault, dialect, said, {"content-type": made.content_type, **headers})

    def _deliver(
        self, made: Content, asked: Asked, fault: Fault, dialect: str, said: Said, headers: Mapping[str, str]
    ) -> Reply:
        status = fault.status or 200
        if made.events is not None:
            error = error_bytes(fault.error_event, dialect, asked.model, said) if fault.error_event else None
            return Reply(status, self._stream(made.events, fault, error, asked.endpoint), headers)
        if fault.empty:
            return Reply(status, b"", headers)
        half = len(made.whole) // 2
        if fault.garbage:
            # The first colon is missing: no JSON, although it is all there.
            return Reply(status, made.whole.replace(b'":', b'"', 1), headers)
        if fault.cut is not None:
            return Reply(status, made.whole[:half], headers, missing=len(made.whole) - half)
        return Reply(status, made.whole, headers)

    def _stream(self, events: Iterable[bytes], fault: Fault, error: bytes | None, endpoint: str) -> Iterator[bytes]:
        if fault.empty:
            return
        for index, event in enumerate(events):
            self._server.pause(fault.chunk_delay)
            if fault.cut is not None and index >= fault.cut:
                raise Cut
            if index == EVENTS_BEFORE_FAULT and fault.garbage:
                yield b'data: {"id" "chatcmpl-broken", "choices": []}\n\n'
                return
            if index == EVENTS_BEFORE_FAULT and error is not None:
                yield error_event(error, endpoint)
                return
            yield event

    def _text(self, asked: Asked) -> str | None:
        return self._answer(asked.body) if callable(self._answer) else self._answer


def _planned_failure(kind: str, dialect: str | None, worded: str) -> _Plan:
    name, failure = failures.find(kind, worded)
    if isinstance(failure, Refusal):
        return _Plan(name, refusal=failure, dialect=dialect)
    return _Plan(name, failure, dialect=dialect)


def _plan_by_model(model: str, dialect: str) -> _Plan:
    word, _, rest = model.partition("-")
    if word == "fault" and rest in FAULT_MODELS:
        return _Plan("fault", FAULT_MODELS[rest])
    if word == "fail" and rest:
        kind, _, wanted = rest.partition("@")
        try:
            return _planned_failure(kind, wanted or None, wanted or dialect)
        except ValueError as error:
            unknown = Refusal(400, f"simulation: {error}", "unknown_simulation", "invalid_request_error", "model")
            return _Plan("invalid_request.other", refusal=unknown)
    return _Plan("")


def _recorded(arrival: Arrival, asked: Asked) -> Request:
    headers = {name: "…" if name in SECRET_HEADERS else value for name, value in arrival.headers.items()}
    pairs = [(name, "…" if name == "key" else value) for name, value in parse_qsl(arrival.query)]
    return Request(
        method=arrival.method,
        path=arrival.path,
        query=urlencode(pairs),
        headers=MappingProxyType(headers),
        content=arrival.body,
        model=asked.model,
        endpoint=asked.endpoint,
        stream=asked.stream,
    )
