"""Errors in the shapes that clients, clouds and programming languages give them."""

from __future__ import annotations

import pytest

from genai_sentry.errors.classify import classify


def label(**evidence: object) -> str:
    """The type and reason that a failure is given."""
    found = classify(**evidence)  # type: ignore[arg-type]
    return f"{found.type.value}/{found.reason.value}"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("received 1011 (internal error) keepalive ping timeout; then sent 1011 (internal error)", "connection_error"),
        ("websocket: close 1009 (message too big)", "invalid_request"),
        ("An error occurred (ThrottlingException) when calling the Converse operation: slow down a bit", "rate_limit"),
        (
            "An error occurred (ExpiredTokenException) when calling the InvokeModel operation: it is over",
            "authentication",
        ),
        (
            "<_InactiveRpcError of RPC that terminated with:\n\tstatus = StatusCode.UNAUTHENTICATED\n"
            '\tdetails = "No credentials came along"\n>',
            "authentication",
        ),
        (
            'ServiceError(ServiceError { source: Unhandled(Unhandled { message: Some("Wait a little"), '
            'meta: ErrorMetadata { code: Some("ThrottlingException") } }), raw: Response { status: StatusCode(429) } })',
            "rate_limit",
        ),
        (
            "API request error: Client error: `POST https://api.example.com/v1` resulted in a `401 Unauthorized`",
            "authentication",
        ),
        ("The gateway answered: 'auth token must be passed as a header'", "authentication"),
    ],
)
def test_codes_are_found_where_clients_print_them(message: str, expected: str) -> None:
    """Clients of AWS, gRPC, Rust and WebSockets print codes in forms of their own, which are read."""
    assert label(message=message).split("/")[0] == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"done": True, "error": {"code": 13, "message": "The film could not be made."}}, "server_error/internal"),
        ({"done": True, "error": {"code": 14, "message": "Come back soon."}}, "server_error/unavailable"),
        ({"promptFeedback": {"blockReason": "OTHER"}}, "content_filter/prompt"),
        ({"promptFeedback": {"blockReason": "BLOCK_REASON_UNSPECIFIED"}}, "unknown/unspecified"),
        (
            {"status": "incomplete", "incomplete_details": {"reason": "max_prompt_tokens"}},
            "context_length/input_too_long",
        ),
    ],
)
def test_what_failed_without_an_http_error_is_told(body: object, expected: str) -> None:
    """Operations, runs and answers that failed after a good HTTP status say so in fields of their own."""
    assert label(status=200, body=body, provider="gemini") == expected


@pytest.mark.parametrize("provider", [None, "anthropic", "vercel"])
def test_a_message_that_is_only_a_models_name_means_that_there_is_no_such_model(provider: str | None) -> None:
    """`model: …` under a not-found code names what was not found, whoever sends it."""
    body = {"type": "error", "error": {"type": "not_found_error", "message": "model: some-model-3"}}
    assert label(status=404, body=body, provider=provider) == "model_unavailable/not_found"
    assert label(status=400, body={"error": {"message": "model: some-model-3"}}) != "model_unavailable/not_found"


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_key_that_no_variable_holds_is_no_failure_of_the_server(status: int) -> None:
    """Gateways answer with a 5xx where their own configuration lacks the provider's key."""
    message = f"{status}: ACME_API_KEY is not set. Put it into the environment."
    assert label(status=status, message=message) == "authentication/missing_key"


@pytest.mark.parametrize("status", [424, 500, 502])
def test_a_400_that_a_gateway_passes_on_is_about_the_request(status: int) -> None:
    """What somebody else has refused stays refused, whatever status the gateway answers with."""
    body = {"error": {"message": "upstream said: Error code: 400 - {'detail': 'temperature is not understood here'}"}}
    assert label(status=status, body=body).split("/")[0] == "invalid_request"


def test_a_refused_request_is_no_bad_answer() -> None:
    """Under a 400, everyday words about a response speak of one that the request names."""
    assert label(status=400, message="The earlier response cannot be read by this team.").startswith("invalid_request")
    assert label(status=200, message="The response cannot be parsed.").startswith("invalid_response")


def test_what_a_server_quotes_is_told_from_what_it_says() -> None:
    """A model that returned an error is not the model that is missing."""
    message = (
        "An error occurred (ValidationException) when calling the Converse operation: The model returned the following "
        "errors: The guardrail version of the request does not exist."
    )
    assert label(status=400, message=message, provider="bedrock").split("/")[0] == "invalid_request"


@pytest.mark.parametrize("status", [400, 403, 429, 500])
def test_money_is_read_from_the_words_whatever_the_status(status: int) -> None:
    """No HTTP status of its own says that an account is drained, and providers use several for it."""
    message = "Your wallet has been spent entirely, kindly put more funds into it."
    assert label(status=status, message=message).split("/")[0] == "quota_exceeded"


def test_what_stands_before_a_traceback_on_its_line_is_read() -> None:
    """Loggers put the error and the word that begins a traceback on one line."""
    message = (
        "root - ERROR - could not store the file | Error: Error code: 401 - {'error': {'code': 'invalid_api_key'}} | "
        'Traceback: Traceback (most recent call last):\n  File "a.py", line 429, in run\n    call(timeout=500)'
    )
    assert label(message=message).split("/")[0] == "authentication"


@pytest.mark.parametrize(
    "phrase",
    [
        "it returned {}",
        "the server responded with {}.",
        "got {}: no luck",
        "call failed ({})",
        "refused, {}",
        "ResponseError({}, 'no luck')",
        "http_status={}",
        "httpStatus: {}",
        "a non-200 ({})",
    ],
)
@pytest.mark.parametrize(("status", "expected"), [(401, "authentication"), (429, "rate_limit"), (503, "server_error")])
def test_statuses_are_found_where_programs_name_them(phrase: str, status: int, expected: str) -> None:
    """A number at the end of what a program says of an answer is the answer's status."""
    assert label(message="call to the provider went odd: " + phrase.format(status)).split("/")[0] == expected


@pytest.mark.parametrize(
    "message", ["it got 429 tokens back", "we received 500 chunks", "returned 404 rows", "the response, 503 words long"]
)
def test_counts_are_no_statuses(message: str) -> None:
    """A number that counts something is none."""
    assert label(message=message) == "unknown/unspecified"
