"""What an error says more finely than by its type: whose connection broke, which reason, what a name gives away."""

from __future__ import annotations

from typing import Any

import pytest

from genai_sentry.errors.classify import classify


def label(**evidence: Any) -> str:
    """Type and reason, as one."""
    found = classify(**evidence)
    return f"{found.type}/{found.reason}"


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_connection_that_broke_behind_the_gateway_is_the_gateways_trouble(status: int) -> None:
    """Whoever answers had a connection to the caller: the one that was reset lies behind it."""
    assert "server_error/bad_gateway" == label(status=status, message="relay to model host: connection reset by peer")


def test_without_a_gateways_status_the_same_words_tell_of_the_callers_connection() -> None:
    """A number in a message is no answer: gRPC names 503 for its own failures."""
    assert "connection_error/reset" == label(message="relay to model host: connection reset by peer")
    assert "connection_error" == classify(message="503 failed to connect to all addresses").type


def test_a_vague_complaint_about_the_connection_yields_to_a_status() -> None:
    """A client that calls every failure a connection error does not outweigh the 503 that it got."""
    assert "server_error/unavailable" == label(status=503, message="Connection error: 503 for http://box/v1")


@pytest.mark.parametrize("shown", ["https://box.example/v1", "not-needed", "<dummy>", "placeholder"])
def test_what_was_given_for_a_key_and_looks_like_none_is_malformed(shown: str) -> None:
    """An address or plain words in the place of a key."""
    assert "authentication/malformed" == label(status=401, message=f"Incorrect API key provided: {shown}. Look it up.")


@pytest.mark.parametrize("shown", ["sk-Ab3***9Zz", "sk-abcdef", "9f8e7d***"])
def test_a_key_that_looks_like_one_is_wrong_but_not_malformed(shown: str) -> None:
    """A masked key keeps its reason."""
    assert "authentication/invalid_key" == label(
        status=401, message=f"Incorrect API key provided: {shown}. Look it up."
    )


def test_no_client_waits_minutes_for_a_mere_connection() -> None:
    """A limit of minutes is one for the answer, whatever the client calls it."""
    assert "timeout/client_read" == label(message="Connection timed out after 480.0")
    assert "timeout/client_connect" == label(message="Connection timed out after 10001 milliseconds")


def test_an_answer_that_ends_in_the_middle_is_truncated_though_a_validator_complains() -> None:
    """Why validation failed says more than that it failed."""
    message = (
        "1 validation error for Plan\n  Invalid JSON: EOF while parsing a list at line 3 column 0 [type=json_invalid]"
    )
    assert "invalid_response/truncated" == label(message=message)


def test_an_unknown_name_with_underscores_is_a_field() -> None:
    """Names in the manner of fields are taken for parameters where something is said of them."""
    assert "invalid_request/invalid_parameter" == label(status=400, message="Missing either vault_id or shelf_id")


@pytest.mark.parametrize("name", ["SHELF_API_KEY", "shelf_key"])
def test_a_name_that_ends_in_key_is_no_field(name: str) -> None:
    """What is missing is the key."""
    found = classify(message=f"{name} should be set via environment variable")
    assert "invalid_request" != found.type


def test_a_named_field_refines_an_invalid_body() -> None:
    """That the body is invalid says less than which field is."""
    assert "invalid_request/invalid_parameter" == label(
        message="invalid request body: Invalid 'stops': no variant fits"
    )
    assert "invalid_request/invalid_parameter" == label(status=400, message="'$.stops' is invalid. See the reference")


def test_a_region_that_is_not_served_explains_why_the_model_is_missing() -> None:
    """Of two wordings that weigh the same, the region is the cause."""
    assert "permission_denied/region" == label(message="Model not available. We do not serve your region.")


def test_permission_denied_yields_to_what_is_said_of_money() -> None:
    """A general status of RPC systems does not hide an empty account."""
    details = 'status = StatusCode.PERMISSION_DENIED\n\tdetails = "The team does not have enough balance for this job"'
    assert "quota_exceeded/insufficient_balance" == label(message=details)


@pytest.mark.parametrize(
    ("expected", "evidence"),
    [
        ("quota_exceeded/insufficient_quota", {"message": "This job exceeds your quota of 900. 3 pages remaining"}),
        ("quota_exceeded/insufficient_balance", {"message": "The team does not have enough credits left"}),
        ("authentication/missing_key", {"body": {"error": {"message": "Not authenticated", "code": None}}}),
        ("cancelled/unspecified", {"body": {"id": "p1", "status": "canceled", "error": None}}),
        ("model_unavailable/no_provider", {"status": 400, "message": "unknown provider for model shark-2"}),
        ("model_unavailable/not_found", {"status": 422, "body": {"detail": "Model name is not valid."}}),
        ("server_error/bad_gateway", {"status": 400, "message": "Failed to get response from provider"}),
        ("context_length/input_too_long", {"status": 400, "message": "Please lower the number of tokens in the batch"}),
        ("invalid_request/invalid_media", {"status": 400, "message": "The file does not appear to contain audio."}),
        ("invalid_request/invalid_media", {"status": 400, "message": "A maximum of 30 PDF pages is accepted."}),
        ("invalid_request/invalid_parameter", {"status": 400, "message": "A maximum of 3 labels may be given."}),
        ("invalid_request/invalid_schema", {"status": 400, "message": "A tool did not specify the schema of a field"}),
        (
            "invalid_request/unsupported_parameter",
            {"status": 400, "message": "Tools with a response mime type are unsupported"},
        ),
        (
            "invalid_request/invalid_message_order",
            {"status": 400, "message": "messages.3: the last block in an assistant message cannot be `plan`"},
        ),
    ],
)
def test_wordings_of_refusals(expected: str, evidence: dict[str, Any]) -> None:
    """What each of these says."""
    assert expected == label(**evidence)


@pytest.mark.parametrize(
    ("expected", "evidence"),
    [
        ("content_filter/prompt", {"body": {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}}),
        ("content_filter/output", {"body": {"candidates": [{"finishReason": "PROHIBITED_CONTENT"}]}}),
        ("invalid_response/schema", {"message": "failed to deserialize reply: missing field `shelf`"}),
        ("invalid_response/schema", {"message": "No tool calls found in the model's turn"}),
        ("invalid_response/empty", {"message": "No generation chunks were returned"}),
        ("invalid_request/unsupported_parameter", {"body": {"error": "Unexpected input: shelf is not a valid option"}}),
        ("invalid_request/invalid_parameter", {"status": 400, "message": "top_shelf: range: 0..9"}),
        ("model_unavailable/no_access", {"status": 404, "message": "Model shark-2 is not servable in region moon-1"}),
        ("model_unavailable/not_found", {"status": 400, "message": "unsupported chat model shark-2"}),
        ("rate_limit/unspecified", {"message": "You have reached the limit."}),
        ("quota_exceeded/insufficient_quota", {"status": 400, "message": "Maximum calls reached for this month."}),
    ],
)
def test_wordings_of_answers_and_limits(expected: str, evidence: dict[str, Any]) -> None:
    """What each of these says."""
    assert expected == label(**evidence)


@pytest.mark.parametrize(
    "message",
    [
        "400 Client Error: Bad Request for url: https://box.example/v1/chat/completions",
        "Response status code does not indicate success: 400 (Bad Request).",
        "Service request failed. Status: 400 (Bad Request)",
    ],
)
def test_a_clients_sentence_on_a_400_does_not_tell_what_is_wrong(message: str) -> None:
    """Nothing is said but the status and the address."""
    assert "unknown" == classify(status=400, message=message).type


def test_what_stands_behind_a_clients_sentence_tells() -> None:
    """As soon as a word is said of the cause, it counts."""
    message = "400 Client Error: Bad Request for url: https://box.example/v1: max_shelves must be at most 3"
    assert "invalid_request/invalid_parameter" == label(status=400, message=message)


def test_a_budget_explains_why_no_deployment_is_left() -> None:
    """Of two wordings that weigh the same, the money is the cause."""
    message = "No deployments available: the account's credit balance is too low"
    assert "quota_exceeded/insufficient_balance" == label(status=429, message=message)


@pytest.mark.parametrize(
    ("expected", "evidence"),
    [
        ("content_filter/output", {"status": 200, "body": {"stopReason": "guardrail_intervened", "output": {}}}),
        ("invalid_request/invalid_media", {"status": 400, "message": "The clip's file might be corrupted"}),
        ("invalid_request/invalid_schema", {"status": 400, "message": "The schema has too many branches"}),
        ("permission_denied/ip", {"status": 403, "message": "The key has an IP address restriction"}),
        (
            "server_error/overloaded",
            {
                "status": 503,
                "body": "upstream connect error or disconnect/reset before headers. reset reason: overflow",
            },
        ),
    ],
)
def test_finer_reasons(expected: str, evidence: dict[str, Any]) -> None:
    """What each of these says, to the reason."""
    assert expected == label(**evidence)


@pytest.mark.parametrize(
    ("expected", "status"), [("authentication", 401), ("invalid_request", 404), ("rate_limit", 429)]
)
def test_a_status_that_only_an_answer_has_refutes_that_none_came(expected: str, status: int) -> None:
    """Whoever says that no response came, and which status it had, speaks of the content."""
    assert expected == classify(message=f"No response received: HTTP {status}").type
