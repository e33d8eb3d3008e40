"""Errors as programs report them: with a frame of their own around what the provider said."""

from __future__ import annotations

import pytest

from genai_sentry.errors.classify import classify

WORDINGS = {
    "invalid_request/other": [
        "The whale model is only supported in v1/answers",
        "400 Bad request - please check your parameters",
    ],
    "invalid_request/invalid_parameter": [
        "Invalid reasoning effort: enormous",
        "The voice is wrong",
        "A name must not exceed 63 characters",
        "Generation failed. TypeError: Invalid URL",
    ],
    "invalid_request/invalid_schema": ["* GenerateContentRequest.tools[2].whatever_comes"],
    "invalid_request/invalid_media": [
        "Failed: could not decode the audio",
        "Cannot parse the document that was attached",
    ],
    "invalid_request/invalid_message_order": [
        "Text and tool calls cannot be provided in the same turn",
        "There must be exactly one system message, and it comes first",
    ],
    "context_length/input_too_long": [
        "Context limit reached, start a new chat",
        "The context window is full",
        "Input length 900 exceeds maximum allowed token size 512",
    ],
    "content_filter/output": ["Empty answer: no content in response (finish_reason: content_filter)"],
    "content_filter/prompt": ["Content blocked by the house rules"],
    "timeout/client_read": ["Cannot connect to API: Headers Timeout Error"],
    "authentication/expired": ["Failed to authenticate: the session has expired", "Invalid token, or token expired"],
    "server_error/internal": ["invalid_argument: an internal error occurred (trace 7)"],
    "connection_error/other": ["Whale: WhaleTransportError: it is over"],
    "invalid_response/empty": [
        "Cannot read properties of undefined (reading 'fish')",
        "No response from the provider",
        "The relay sent no response body",
        "The gateway sent an empty or malformed response",
    ],
    "invalid_response/malformed": ["KeyError: 'fish'", "Received message_delta without a current message"],
    "model_unavailable/no_access": ["Orca is not available with the Small plan", "Orca is not included in your plan"],
    "model_unavailable/no_provider": ["Provider 'whale-ai' not supported", "Unsupported provider: whale"],
    "permission_denied/other": [
        "This address only accepts requests from the whale app",
        "This client is no longer supported here",
    ],
    "quota_exceeded/insufficient_balance": ["Sorry, you have run out of credits"],
}


@pytest.mark.parametrize(("label", "text"), [(label, text) for label, texts in WORDINGS.items() for text in texts])
def test_reports_are_understood(label: str, text: str) -> None:
    """What is said decides, not the words around it."""
    found = classify(message=text)
    kind, _, reason = label.partition("/")
    assert (kind, reason or "unspecified") == (found.type, found.reason)


def test_what_a_client_puts_before_a_403_is_no_evidence() -> None:
    """A client that calls every 403 a failed authentication does not make it one."""
    found = classify(message="Failed to authenticate. API Error: 403 Forbidden", status=403)
    assert ("permission_denied", "other") == (found.type, found.reason)


def test_an_unknown_path_at_cloudflare_is_no_missing_model() -> None:
    """Cloudflare's numbers for paths that lead nowhere."""
    body = {"success": False, "errors": [{"code": 7003, "message": "Could not route to /x"}, {"code": 7000}]}
    found = classify(body=body, status=400, provider="cloudflare")
    assert ("invalid_request", "not_found") == (found.type, found.reason)


def test_a_word_tells_more_than_a_class_that_says_that_the_server_failed() -> None:
    """An overloaded server is named as such, whatever the client's class is called."""
    found = classify(exception_type="litellm.InternalServerError", message="WhaleException - Overloaded.")
    assert ("server_error", "overloaded") == (found.type, found.reason)


def test_a_code_for_a_drained_account_outweighs_the_type_around_it() -> None:
    """`insufficient_quota` is the type of many; the code says that it is about money."""
    body = {"error": {"message": "None left.", "type": "insufficient_quota", "code": "credit_balance_exhausted"}}
    found = classify(body=body, status=429)
    assert ("quota_exceeded", "insufficient_balance") == (found.type, found.reason)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("project_spend_limit_exceeded", ("quota_exceeded", "spend_limit")),
        ("organization_deactivated", ("permission_denied", "org")),
    ],
)
def test_codes_of_limits_and_organisations(code: str, expected: tuple[str, str]) -> None:
    """A limit on spending is no lack of quota; an organisation that was closed is no lack of rights."""
    found = classify(
        body={"error": {"code": code, "type": "insufficient_quota"}} if "limit" in code else {"code": code}
    )
    assert expected == (found.type, found.reason)
