"""What a key, an account or a region may not use, and what a model or a request setting does not support."""

from __future__ import annotations

from typing import Any

import pytest

from genai_sentry import classify


def label(**evidence: Any) -> str:
    found = classify(**evidence)
    return f"{found.type}/{found.reason}"


@pytest.mark.parametrize(
    ("expected", "evidence"),
    [
        (
            "permission_denied/scope",
            {"message": "This token is only authorized for use with our editor.", "status": 401},
        ),
        (
            "permission_denied/scope",
            {"message": "The `files` permission is required to access this route", "status": 401},
        ),
        (
            "permission_denied/scope",
            {"message": "User does not have permission 'Invoke' on endpoint e5", "status": 403},
        ),
        (
            "permission_denied/scope",
            {"body": {"error": {"code": "AuthorizationFailed", "message": "No."}}, "status": 403},
        ),
        ("permission_denied/scope", {"message": "Resource is not accessible by integration", "status": 403}),
        (
            "permission_denied/org",
            {"message": "Keys of projects require the OpenAI-Project header", "status": 401},
        ),
        (
            "permission_denied/other",
            {
                "message": "An error occurred (ValidationException) when calling the Converse operation: Operation not allowed"
            },
        ),
        ("authentication/missing_key", {"message": "You did not pass an authentication token", "status": 401}),
    ],
)
def test_rights_are_told_from_keys(expected: str, evidence: dict[str, Any]) -> None:
    """A credential that is known but may not do this is a matter of rights, whatever the status is."""
    assert expected == label(**evidence)


@pytest.mark.parametrize(
    "message",
    [
        "The model phi-9 is not available in this region.",
        "model phi-9 is not supported in your region",
        "Project does not have access to the requested model.",
    ],
)
def test_a_model_that_is_not_open_here_is_no_matter_of_rights(message: str) -> None:
    """A single model that a region or project does not have is unavailable."""
    assert "model_unavailable/no_access" == label(message=message, status=403)


def test_a_code_on_permissions_yields_to_words_on_the_model() -> None:
    """A code for missing permissions does not hide that it is a model that is not open."""
    body = {"code": "INSUFFICIENT_PERMISSIONS", "message": "Project does not have access to the requested model."}
    assert "model_unavailable/no_access" == label(body=body, status=403)


def test_whose_models_are_not_open_in_a_country_is_a_matter_of_the_region() -> None:
    """Where all models of a maker are closed to a region, another model does not help."""
    assert "permission_denied/region" == label(message="Access to Acme models is not available in your region")


@pytest.mark.parametrize(
    "message",
    [
        "phi-9 does not support JSON output",
        "This model doesn't support parallel calls.",
        "Resource not found (404): tools is not supported in this model.",
        "Developer instruction is not enabled for models/phi-9",
        "Invalid JSON payload received. Unknown name \"thinking\" at 'generation_config': Cannot find field.",
    ],
)
def test_what_is_not_supported_is_an_unsupported_parameter(message: str) -> None:
    """What a model does not support is named, so that it can be left out."""
    assert "invalid_request/unsupported_parameter" == label(message=message, status=400)


@pytest.mark.parametrize(
    "message",
    ["messages.3: tool_use ids must be distinct", "`tool_use` blocks can only be in the model's turns"],
)
def test_blocks_of_tools_in_the_wrong_place_are_out_of_order(message: str) -> None:
    """Whose turn a block of a tool belongs to is a matter of the order of messages."""
    assert "invalid_request/invalid_message_order" == label(message=message, status=400)


def test_what_httpx_says_of_a_400_does_not_tell_what_is_wrong() -> None:
    """The sentence of httpx on a status, with the page that explains it, leaves the cause open."""
    message = (
        "Client error '400 Bad Request' for url 'https://api.example/v1/chat'\n"
        "For more information check: https://developer.mozilla.org/en-US/docs/Web/HTTP/Status/400"
    )
    assert "unknown/unspecified" == label(message=message, status=400)


@pytest.mark.parametrize(
    ("expected", "cause"),
    [
        ("model_unavailable/no_access", "No plan of yours includes the model phi-9"),
        ("model_unavailable/no_provider", "No accounts with a plan for phi-9"),
        ("connection_error/incomplete_body", "the line went dead"),
    ],
)
def test_what_a_client_was_told_counts_more_than_that_its_stream_ended(expected: str, cause: str) -> None:
    """Behind a client's heading on a stream that ended early stands why it did, even in words that no rule knows."""
    assert expected == label(message=f"stream disconnected before completion: {cause}")


@pytest.mark.parametrize(
    ("expected", "evidence"),
    [
        ("rate_limit/request_exceeds_limit", {"message": "HTTP 413: rate limit exceeded"}),
        ("rate_limit/request_exceeds_limit", {"body": {"error": {"code": "rate_limit_exceeded"}}, "status": 413}),
        ("rate_limit/unspecified", {"message": "Error code: 429 - {'type': 'usage_limit_reached', 'resets_at': 1}"}),
        (
            "quota_exceeded/insufficient_balance",
            {"message": "403 PERMISSION_DENIED: dunning decision is deny for project 7", "provider": "gemini"},
        ),
        ("authentication/missing_key", {"message": "API key not found. Check the environment of the server."}),
        ("invalid_request/not_found", {"message": "The operation is not recognized by the service."}),
        ("invalid_request/other", {"message": "A run that is expired does not accept tool outputs", "status": 400}),
        ("invalid_request/other", {"message": "phi-9 is not supported in the batch API", "status": 400}),
        ("invalid_request/invalid_parameter", {"message": "Please enable tool_mode to use both", "status": 400}),
        ("invalid_request/invalid_parameter", {"message": "The minimum allowed deadline is 10s", "status": 400}),
        ("invalid_response/malformed", {"message": "unknown server event type: thread.fish"}),
        (
            "model_unavailable/no_provider",
            {"message": "An unexpected error occurred: phi-9 is not supported for task X"},
        ),
        ("server_error/internal", {"message": "An unexpected error occurred."}),
        (
            "permission_denied/other",
            {"message": "The deployment failed because of policy violation.", "provider": "azure"},
        ),
        ("permission_denied/org", {"body": {"error": {"code": "RequestDisallowedByPolicy"}}, "status": 403}),
        ("authentication/missing_key", {"message": "refused for missing application credentials", "status": 401}),
        ("invalid_request/invalid_message_order", {"message": "Chats start with role='user' here", "status": 400}),
        (
            "invalid_request/invalid_parameter",
            {"message": "Invalid tool call in messages: must be JSON", "status": 400},
        ),
        ("invalid_request/other", {"message": "The batch API is not supported for phi-9", "status": 400}),
        ("invalid_request/invalid_schema", {"message": "Property w didn't specify the schema type", "status": 400}),
        ("content_filter/prompt", {"message": "Response was blocked due to OTHER", "provider": "gemini"}),
        ("server_error/internal", {"message": "Can't reach database server at db:5432"}),
        ("unknown/unspecified", {"message": "Provider returned error"}),
        ("server_error/bad_gateway", {"message": "Provider returned error", "status": 502}),
        (
            "permission_denied/scope",
            {"body": {"error": {"type": "permission_error", "message": "insufficient permissions"}}},
        ),
        ("model_unavailable/no_access", {"message": "The model is not granted to this identity", "status": 403}),
        ("model_unavailable/loading", {"message": "The job does not have a model ready yet"}),
        ("invalid_request/invalid_media", {"message": "a.txt does not appear to be in valid TXT format"}),
    ],
)
def test_wordings_of_hosted_providers(expected: str, evidence: dict[str, Any]) -> None:
    """Further wordings of limits, of money behind a refusal, of states and of what is asked for."""
    assert expected == label(**evidence)


@pytest.mark.parametrize(
    ("expected", "message", "status"),
    [
        ("connection_error/incomplete_body", "litellm.APIConnectionError: Response payload is not completed", 500),
        ("server_error/bad_gateway", "Response payload is not completed", 500),
        ("server_error/bad_gateway", "litellm.APIConnectionError: Response payload is not completed", 502),
        ("connection_error/other", "litellm.InternalServerError: XException - Connection error. Group=x", 500),
        ("server_error/unavailable", "litellm.APIConnectionError: XException - Service Unavailable", 500),
    ],
)
def test_the_500_of_litellms_own_classes_tells_of_no_gateway(expected: str, message: str, status: int) -> None:
    assert expected == label(message=message, status=status)


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        ("invalid_response/malformed", "the stream ended with malformed_tool_use"),
        ("invalid_response/malformed", "Expected content-type text/event-stream, got text/html"),
        ("invalid_response/malformed", "the answer is not 'text/event-stream'"),
        ("invalid_request/other", "Error code: 409 - {'detail': 'this conversation is busy'}"),
        ("server_error/overloaded", "Error code: 503 - {'detail': 'the server is busy'}"),
    ],
)
def test_answers_that_cannot_be_read_and_conversations_in_use(expected: str, message: str) -> None:
    assert expected == label(message=message)


@pytest.mark.parametrize(
    ("expected", "message", "status"),
    [
        ("permission_denied/ip", "A firewall seems to be intercepting the call", 403),
        ("permission_denied/ip", "Blocked by your company's firewall", 403),
        ("invalid_request/invalid_parameter", "Unsupported data type in column 3", 400),
        ("invalid_request/invalid_parameter", "The requested tool does not exist", 400),
        ("server_error/internal", "Training failed. No image was made", None),
        ("rate_limit/unspecified", "Prediction failed: rate limit reached", None),
    ],
)
def test_firewalls_data_types_and_jobs_that_failed(expected: str, message: str, status: int | None) -> None:
    assert expected == label(message=message, status=status)


@pytest.mark.parametrize(
    ("expected", "message", "status"),
    [
        ("content_filter/output", "The model's output failed the safety checks", None),
        ("content_filter/output", "phi-9 returned no text (SAFETY)", None),
        ("content_filter/output", "The response was filtered. Rephrase your prompt and retry", None),
        ("content_filter/prompt", "The response was filtered because of your prompt", None),
        ("context_length/max_tokens_too_large", "The maximum tokens you requested exceeds the model limit of 9", 400),
        ("rate_limit/requests_per_minute", "Rate limit reached on input-images per min: Limit 3, Used 3", 429),
        ("permission_denied/org", "phi-9 is closed: org not verified", 403),
        ("permission_denied/org", "Permission denied for this workspace", 403),
        ("permission_denied/other", "Access to this endpoint is forbidden", 403),
        ("permission_denied/other", "You have no permission to visit this site", 403),
        ("invalid_request/other", "The request body is empty", 400),
        ("invalid_request/invalid_parameter", "Encrypted content cannot be read here", 400),
        ("model_unavailable/no_access", "phi-9 is not available for this API key", 403),
        ("model_unavailable/not_found", "The model or endpoint p9 does not exist or you do not have access to it", 404),
        ("quota_exceeded/insufficient_balance", "Your account has no remaining credits", 402),
    ],
)
def test_reasons_are_those_that_readers_give(expected: str, message: str, status: int | None) -> None:
    assert expected == label(message=message, status=status)


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        ("connection_error/other", "Could not reach the server"),
        ("timeout/upstream", "Could not reach the server: timed out"),
        ("unknown/unspecified", "An error occurred. Please reach out to support for assistance"),
        ("invalid_request/not_found", "A voice with the id v1 was not found"),
        ("invalid_response/empty", "No audio frames were pushed"),
        ("model_unavailable/no_provider", "All models failed"),
        ("rate_limit/unspecified", "All models failed (2): rate limit exceeded"),
    ],
)
def test_everyday_words_that_lead_astray(expected: str, message: str) -> None:
    assert expected == label(message=message)


@pytest.mark.parametrize(
    ("expected", "evidence"),
    [
        ("cancelled/unspecified", {"message": "Conversation interrupted by you"}),
        ("cancelled/unspecified", {"message": "not handled: stop reason: aborted"}),
        (
            "invalid_request/not_found",
            {
                "message": "https://old.huggingface.co is no longer supported. Please use https://new.huggingface.co instead",
                "status": 410,
                "provider": "huggingface",
            },
        ),
        ("model_unavailable/deprecated", {"message": "Model phi-1 is no longer supported", "status": 410}),
        (
            "invalid_response/malformed",
            {"message": "error decoding response body: expected value at line 1 column 1", "status": 404},
        ),
        ("invalid_response/schema", {"message": "error decoding response body: missing field `choices` at line 1"}),
        ("connection_error/incomplete_body", {"message": "error decoding response body"}),
    ],
)
def test_interruptions_addresses_that_moved_and_bodies_that_do_not_decode(
    expected: str, evidence: dict[str, Any]
) -> None:
    assert expected == label(**evidence)


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        ("permission_denied/other", "Unexpected response from the server: 403 Forbidden"),
        ("invalid_response/malformed", "Unexpected response from the server"),
        ("unknown/unspecified", "[handleAbortError] it went wrong"),
        ("cancelled/unspecified", "client.AbortError"),
        ("content_filter/output", "The provider blocked a proper response"),
        ("content_filter/prompt", "Could not generate 1 clip based on the prompt provided"),
        ("invalid_response/schema", "Missing 'Action:' after 'Thought:'"),
    ],
)
def test_names_of_functions_are_no_classes_and_a_status_says_more_than_surprise(expected: str, message: str) -> None:
    assert expected == label(message=message)


@pytest.mark.parametrize(
    ("expected", "message", "status"),
    [
        ("connection_error/other", "Error interacting with language model\nnot connected", None),
        ("invalid_request/invalid_media", "No speech detected in this recording", 500),
        ("invalid_request/payload_too_large", "Exceeded limit on max bytes per item: 9", 400),
    ],
)
def test_recordings_without_speech_and_items_of_too_many_bytes(expected: str, message: str, status: int | None) -> None:
    assert expected == label(message=message, status=status)


@pytest.mark.parametrize(
    ("expected", "message", "status"),
    [
        ("server_error/overloaded", "Engine overloaded: high amounts of traffic", 503),
        ("permission_denied/ip", "Your IP address is forbidden here", 403),
        ("invalid_request/invalid_parameter", "phi gateway: missing required headers", 400),
        ("authentication/missing_key", "There was no Authorization header", 401),
        ("model_unavailable/no_access", "The model is not available on your plan", 403),
        ("model_unavailable/no_access", "This model requires allowlisting", 400),
        ("model_unavailable/not_found", "The specified model 'phi-9' is unavailable", 404),
    ],
)
def test_wordings_of_error_references(expected: str, message: str, status: int) -> None:
    assert expected == label(message=message, status=status)


def test_whose_answer_cannot_be_parsed_counts_more_than_the_parsers_words() -> None:
    words = "[json.exception.parse_error.101] parse error at line 1, column 1: syntax error while parsing value"
    assert label(message=f"Failed to parse LLM response: {words}") == "invalid_response/malformed"
    assert label(message=words, status=400).startswith("invalid_request/")
