"""Sessions that end, special tokens, and what clients pass on in quotes."""

import pytest

from genai_sentry import classify


@pytest.mark.parametrize(
    "text",
    [
        "received 1001 (going away) Your session hit the maximum duration of 12 minutes; then sent 1001 (going away)",
        "the socket was closed with code 1001: maximum session duration is over",
        "this session has gone beyond its maximum duration",
    ],
)
def test_a_session_that_has_lasted_as_long_as_it_may_ran_out_of_time(text: str) -> None:
    """That the peer went away is only how it ended."""
    found = classify(message=text)
    assert ("timeout", "upstream") == (found.type, found.reason)


def test_a_session_over_time_is_no_fault_of_the_request_whatever_its_type_says() -> None:
    """The service files the end of a session under invalid requests; the code alone would be a login's."""
    body = {
        "error": {
            "type": "invalid_request_error",
            "code": "session_expired",
            "message": "Your session hit the maximum duration of 12 minutes.",
        }
    }
    assert "timeout" == classify(body=body).type


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("received 1011 (internal error) calls are throttled; then sent 1011 (internal error)", "rate_limit"),
        ("websocket closed with error code 1011: requests per minute exceeded", "rate_limit"),
        ("websocket closed with error code 1011", "server_error"),
    ],
)
def test_a_reason_next_to_a_closing_code_tells_more_than_the_code(text: str, expected: str) -> None:
    """1011 is what a server closes with when it has no better number."""
    assert expected == classify(message=text).type


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The special token <|pad|> is not allowed at this place", "invalid_parameter"),
        ("Found a disallowed special token '<|pad|>' in the text", "invalid_parameter"),
        ("raw mode does not support a template", "unsupported_parameter"),
    ],
)
def test_tokens_and_modes_that_the_request_must_not_use_are_its_fault(text: str, reason: str) -> None:
    """Neither is a text forbidden by a policy, nor a right lacking."""
    found = classify(message=text)
    assert ("invalid_request", reason) == (found.type, found.reason)


@pytest.mark.parametrize(
    "text",
    [
        "la petición ocupa 7100 tokens, límite 4096",
        "La solicitud suma 7100 tokens, el límite es 4096",
        "a requisição tem 7100 tokens, limite 4096",
    ],
)
def test_a_request_of_more_tokens_than_fit_is_no_rate_in_spanish_or_portuguese(text: str) -> None:
    """A limit for one request is not one of the requests in a time."""
    found = classify(message=text)
    assert ("context_length", "input_too_long") == (found.type, found.reason)


def test_a_limit_of_tokens_in_a_minute_stays_a_rate_in_spanish() -> None:
    """The time makes it a rate."""
    assert "rate_limit" == classify(message="límite de tokens por minuto alcanzado").type


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Failed to communicate with the service: "Rate limit reached for small models."', "rate_limit"),
        ("Connection error: 'Your credit balance is too low to go on.'", "quota_exceeded"),
        ('Failed to communicate with the service after "the rate limit was reached" was said', "connection_error"),
        ('Failed to communicate with the service: "it did not answer the knock."', "connection_error"),
    ],
)
def test_what_a_client_passes_on_after_a_colon_and_in_quotes_is_the_error(text: str, expected: str) -> None:
    """The client's own words only frame it; a quotation in mid-sentence may be anybody's."""
    assert expected == classify(message=text).type


def test_a_network_error_in_chinese_is_the_network_s() -> None:
    """The words alone accuse no server."""
    found = classify(message="错误: 网络错误 — 可能原因: 网络不通")
    assert ("connection_error", "other") == (found.type, found.reason)


def test_an_answer_begun_by_the_caller_is_an_order_of_messages() -> None:
    """A message of the assistant that stands last is out of order."""
    body = {"error": {"type": "invalid_request_error", "message": "An assistant message in the final position is bad."}}
    found = classify(body=body, status=400)
    assert ("invalid_request", "invalid_message_order") == (found.type, found.reason)


def test_a_field_that_a_model_lacks_is_named_by_the_wording_where_the_number_only_says_invalid() -> None:
    """SiliconFlow numbers all faults of parameters alike."""
    body = {"code": 20015, "message": "the current model does not support parameter `enable_rhymes`"}
    found = classify(body=body, status=400, provider="siliconflow")
    assert ("invalid_request", "unsupported_parameter") == (found.type, found.reason)


def test_unusual_activity_is_no_wrong_key() -> None:
    """Who is locked out for it has a key that is right."""
    body = {"detail": {"status": "detected_unusual_activity", "message": "Unusual activity was seen, use is disabled."}}
    assert "permission_denied" == classify(body=body, status=401).type


@pytest.mark.parametrize("status", [400, 401, 429])
def test_a_spent_allowance_in_a_detail_is_a_quota_under_any_status(status: int) -> None:
    """ElevenLabs puts it below `detail`, with the status as a word."""
    body = {"detail": {"status": "quota_exceeded", "message": "You have 4 credits left, and 30 are needed."}}
    assert "quota_exceeded" == classify(body=body, status=status).type
