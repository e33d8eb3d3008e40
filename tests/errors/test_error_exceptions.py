"""What exception objects tell: their chain of causes, and the status, body and headers that SDKs hang on them."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from typing import Any

import httpx
import openai
import pytest

from genai_sentry.errors.classify import classify
from genai_sentry.errors.error_type import PROVIDER_CODES, error_type

REQUEST = httpx.Request("POST", "https://api.example.com/v1/chat/completions")


def label(error: BaseException, **evidence: Any) -> str:
    """Classify and write type and reason as the rules do."""
    found = classify(error, **evidence)
    return f"{found.type}/{found.reason}"


def caused(error: BaseException, *causes: BaseException) -> BaseException:
    """`error from cause from …`."""
    outer = error
    for cause in causes:
        outer.__cause__ = cause
        outer = cause
    return error


def status_error(status: int, body: object, **headers: str) -> openai.APIStatusError:
    """What the openai SDK raises for a status."""
    response = httpx.Response(status, json={"error": body}, headers=headers, request=REQUEST)
    return openai.APIStatusError("Error", response=response, body=body)


CHAINS = {
    "pool": (httpx.PoolTimeout(""), "timeout/client_pool"),
    "connect timeout": (httpx.ConnectTimeout(""), "timeout/client_connect"),
    "read timeout": (httpx.ReadTimeout(""), "timeout/client_read"),
    "write timeout": (httpx.WriteTimeout(""), "timeout/client_read"),
    "dns": (caused(httpx.ConnectError("x"), socket.gaierror(-2, "Name or service not known")), "connection_error/dns"),
    "refused": (caused(httpx.ConnectError("x"), ConnectionRefusedError(111, "x")), "connection_error/refused"),
    "tls": (caused(httpx.ConnectError("x"), ssl.SSLCertVerificationError(1, "x")), "connection_error/tls"),
    "reset": (caused(httpx.ReadError(""), ConnectionResetError(104, "x")), "connection_error/reset"),
    "proxy": (httpx.ProxyError("403 Forbidden"), "connection_error/proxy"),
    "body": (httpx.RemoteProtocolError("incomplete chunked read"), "connection_error/incomplete_body"),
    "bare": (httpx.ConnectError(""), "connection_error/other"),
}


@pytest.mark.parametrize("case", CHAINS)
def test_the_cause_of_an_sdk_error_decides(case: str) -> None:
    """The SDK's `APIConnectionError` says nothing; what caused it does, even without a message."""
    cause, expected = CHAINS[case]
    error = openai.APIConnectionError(request=REQUEST)
    error.__cause__ = cause
    assert expected == label(error)
    assert expected == label(cause)


def test_an_implicit_context_counts_as_a_cause() -> None:
    """An exception raised while another was handled has that one as its cause, unless `from None` says otherwise."""
    error = openai.APIConnectionError(request=REQUEST)
    error.__context__ = httpx.PoolTimeout("")
    assert "timeout/client_pool" == label(error)
    error.__suppress_context__ = True
    assert "connection_error/other" == label(error)


async def test_the_applications_own_deadline_is_no_cancellation() -> None:
    """`asyncio.timeout` turns a cancellation into TimeoutError."""
    with pytest.raises(TimeoutError) as caught:
        async with asyncio.timeout(0.001):
            await asyncio.sleep(5)
    assert "timeout/app_deadline" == label(caught.value)


async def test_wait_for_is_the_applications_own_deadline_too() -> None:
    """`asyncio.wait_for` likewise."""
    with pytest.raises(TimeoutError) as caught:
        await asyncio.wait_for(asyncio.sleep(5), 0.001)
    assert "timeout/app_deadline" == label(caught.value)


def test_a_clients_timeout_is_not_the_applications_deadline() -> None:
    """httpx builds its read timeout on a cancelled scope as well."""
    error = caused(httpx.ReadTimeout(""), TimeoutError(), asyncio.CancelledError())
    assert "timeout/client_read" == label(error)


@pytest.mark.parametrize(
    ("module", "name", "expected"),
    [
        ("billiard.exceptions", "SoftTimeLimitExceeded", "timeout/app_deadline"),
        ("dramatiq.middleware.time_limit", "TimeLimitExceeded", "timeout/app_deadline"),
        ("rq.timeouts", "JobTimeoutException", "timeout/app_deadline"),
        ("gevent.timeout", "Timeout", "timeout/app_deadline"),
        ("func_timeout.exceptions", "FunctionTimedOut", "timeout/app_deadline"),
        ("greenlet", "GreenletExit", "cancelled/unspecified"),
        ("builtins", "SystemExit", "cancelled/unspecified"),
    ],
)
def test_who_ends_a_job_ends_its_call(module: str, name: str, expected: str) -> None:
    """Time limits of workers (Celery, dramatiq, RQ) are the application's own; who kills a greenlet cancels the call."""
    kind = SystemExit if module == "builtins" else type(name, (BaseException,), {"__module__": module})
    assert expected == label(kind())
    assert expected == label(kind(), provider="openai")


def test_a_cancelled_task() -> None:
    """A cancellation is no failure."""
    found = classify(asyncio.CancelledError())
    assert ("cancelled", False, "info") == (found.type, found.retryable, found.severity)


def test_status_body_and_headers_come_from_the_exception() -> None:
    """Nothing but the exception is needed."""
    body = {
        "message": "Rate limit reached on tokens per min (TPM): Limit 10, Used 9, Requested 5.",
        "code": "rate_limit_exceeded",
    }
    found = classify(status_error(429, body, **{"retry-after-ms": "1500"}))
    assert ("rate_limit", "tokens_per_minute", 1.5) == (found.type, found.reason, found.retry_after)
    assert {"limit": 10, "used": 9, "requested": 5} == dict(found.details)


def test_a_text_without_code_is_read_by_the_exceptions_own_fields() -> None:
    """Newer SDKs leave code and type out of the text and keep them as attributes."""

    class RateLimitError(Exception):
        status_code = 429
        code = "insufficient_quota"

    assert "quota_exceeded/insufficient_quota" == label(RateLimitError("Error code: 429"))


def test_a_botocore_style_response_is_read() -> None:
    """`ClientError.response` is a mapping."""

    class ClientError(Exception):
        response = {
            "Error": {"Code": "ThrottlingException", "Message": "Too many requests"},
            "ResponseMetadata": {"HTTPStatusCode": 429},
        }

    assert "rate_limit" == classify(ClientError("x")).type


def test_a_grpc_style_error_is_read() -> None:
    """`code()` is asked for its name, of gRPC's own errors only."""

    class Code:
        name = "DEADLINE_EXCEEDED"

    class RpcError(Exception):
        def code(self) -> Code:
            return Code()

    assert "timeout/upstream" == label(RpcError())


def test_an_unread_response_stays_unread() -> None:
    """Reading a body could go to the network; only what was read already is used."""

    class Stream(httpx.SyncByteStream):
        def __iter__(self) -> Any:
            raise AssertionError("the body was read")

    response = httpx.Response(500, stream=Stream(), request=REQUEST)
    assert "server_error/internal" == label(httpx.HTTPStatusError("x", request=REQUEST, response=response))
    assert not response.is_stream_consumed


def test_the_sdks_own_exceptions() -> None:
    """Structured outputs that were cut off, filtered or off-schema."""
    names = {
        "openai.LengthFinishReasonError": "invalid_response/truncated",
        "openai.ContentFilterFinishReasonError": "content_filter/output",
        "openai.APIResponseValidationError": "invalid_response/schema",
    }
    for name, expected in names.items():
        found = classify(exception_type=name)
        assert expected == f"{found.type}/{found.reason}"


def test_an_exception_that_can_not_be_printed() -> None:
    """`__str__` and every attribute may raise."""

    class Hostile(Exception):
        def __str__(self) -> str:
            raise RuntimeError

        def __getattr__(self, name: str) -> object:
            raise RuntimeError

    assert "unknown" == classify(Hostile()).type


def test_a_chain_that_bites_its_tail() -> None:
    """A cycle of causes ends."""
    first, second = ValueError("x"), ValueError("y")
    first.__cause__, second.__cause__ = second, first
    assert "unknown" == classify(first).type


def test_error_type_prefers_the_providers_code() -> None:
    """A code on the documented list, in its provider's spelling, even where it is nested."""
    assert "insufficient_quota" == error_type(body={"error": {"code": "insufficient_quota", "type": "requests"}})
    assert "rate_limit_error" == error_type(body={"error": {"type": "rate_limit_error"}})
    assert "context_length_exceeded" == error_type(
        status_error(400, {"code": "context_length_exceeded", "type": "invalid_request_error"})
    )


def test_a_status_in_digits_is_a_status() -> None:
    """Logs and headers hold it as text; what is no status is passed over."""
    assert classify(status=402) == classify(status="402")
    assert classify() == classify(status="40x") == classify(status="²²²")


def test_error_type_falls_back_to_class_then_status() -> None:
    """An unlisted code names nothing, so that the values stay few."""
    assert "httpx.ReadTimeout" == error_type(httpx.ReadTimeout(""))
    assert "ValueError" == error_type(ValueError("x"))
    assert "503" == error_type(body={"error": {"code": "made-up"}}, status=503)
    assert "_OTHER" == error_type()


def test_the_list_of_codes_is_bounded_and_has_no_doubles() -> None:
    """Metrics carry these values."""
    assert len(PROVIDER_CODES) == len({code.lower().replace("_", "") for code in PROVIDER_CODES}) <= 100


@pytest.mark.parametrize(("document", "reason"), [("", "empty"), ("  \n", "empty"), ("{bad", "malformed")])
def test_a_parser_that_was_given_nothing_tells_of_an_empty_answer(document: str, reason: str) -> None:
    """An answer of no bytes under status 200 is empty, not malformed."""
    with pytest.raises(ValueError) as caught:
        json.loads(document)
    found = classify(caught.value)
    assert ("invalid_response", reason) == (found.type, found.reason)


def test_an_empty_code_is_none() -> None:
    """An exception whose code is an empty string says no more than one without."""

    class Refused(Exception):
        status_code = 400
        code: str | None = None

    plain, empty = Refused("Error code: 400"), Refused("Error code: 400")
    empty.code = ""
    assert "unknown" == classify(plain).type.value
    assert classify(plain) == classify(empty)
