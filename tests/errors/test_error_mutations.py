"""What must not matter: ids, names, irrelevant numbers, and the user's own words in the provider's mouth."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genai_sentry.errors.classify import classify

PROFILE = settings.get_profile("errors")

IDS = st.from_regex(r"(?:req|org|proj|user|chatcmpl)[-_][A-Za-z0-9]{8,24}", fullmatch=True)
MODELS = st.from_regex(r"[a-z]{3,8}-[0-9]{1,2}(?:\.[0-9])?(?:-(?:mini|pro|turbo|instruct))?", fullmatch=True)
HOSTS = st.from_regex(r"[a-z]{3,10}\.[a-z]{3,8}\.(?:com|io|dev)", fullmatch=True)
NUMBERS = st.integers(1000, 999_999).filter(lambda number: not 100 <= number < 600)

TEMPLATES = {
    "Rate limit reached for {model} in organization {id} on tokens per min (TPM): Limit 900000, Used 899990, "
    "Requested 500. Please try again in 2s.": "rate_limit/tokens_per_minute",
    "The model `{model}` does not exist or you do not have access to it. (request id: {id})": (
        "model_unavailable/not_found"
    ),
    "Your account {id} is suspended due to insufficient balance, please recharge": "quota_exceeded/insufficient_balance",
    "HTTPSConnectionPool(host='{host}', port=443): Read timed out. (read timeout={number})": "timeout/client_read",
    "[Errno 111] Connection refused: {host} ({id})": "connection_error/refused",
    "Incorrect API key provided: sk-{id}. You can find your API key at https://{host}/keys.": "authentication/invalid_key",
    "prompt is too long: {number} tokens > 1000 maximum (request {id})": "context_length/input_too_long",
    "The engine is currently overloaded, please try again later ({id}, {model})": "server_error/overloaded",
    "Project `{id}` does not have access to model `{model}`": "model_unavailable/no_access",
    "Invalid schema for function '{id}': In context=(), 'additionalProperties' is required": (
        "invalid_request/invalid_schema"
    ),
    "No available channel for model {model} under group {id} (request id: {number})": "model_unavailable/no_provider",
    "{host} answered after {number} ms: 502 Bad Gateway": "server_error/bad_gateway",
}


@pytest.mark.parametrize("template", TEMPLATES)
@PROFILE
@given(id=IDS, model=MODELS, host=HOSTS, number=NUMBERS)
def test_names_and_numbers_change_no_label(template: str, **values: Any) -> None:
    """Replacing ids, models, organisations, hosts and irrelevant numbers leaves type and reason as they are."""
    found = classify(message=template.format(**values))
    assert TEMPLATES[template] == f"{found.type}/{found.reason}"


ECHO_WORDS = (
    "timeout,429,blocked,rate limit,quota,401,unauthorized,safety,connection reset,please,explain,the,error,my,"
    "overloaded,billing,timed out,503"
)
ECHOES = st.lists(st.sampled_from(ECHO_WORDS.split(",")), min_size=3, max_size=12).map(" ".join)

FRAMES = (
    "Invalid value for 'content': expected a string, got \"{echo}\".",
    "1 validation error for Request\ncontent\n  Input should be a valid list [type=list_type, input_value='{echo}']",
    "messages.0.content: unsupported block. Received: '{echo}'",
    "Unsupported parameter in request with prompt: '{echo}'",
)


@pytest.mark.parametrize("frame", FRAMES)
@PROFILE
@given(echo=ECHOES)
def test_an_echoed_prompt_decides_nothing(frame: str, echo: str) -> None:
    """The user's words in quotes are no evidence, in a body or in a text."""
    message = frame.format(echo=echo)
    bare = classify(
        status=400, body={"error": {"message": frame.format(echo="hello"), "type": "invalid_request_error"}}
    )
    found = classify(status=400, body={"error": {"message": message, "type": "invalid_request_error"}})
    assert bare.type == found.type
    text = classify(message=f"Error code: 400 - {message}")
    assert classify(message=f"Error code: 400 - {frame.format(echo='hello there you')}").type == text.type


@PROFILE
@given(echo=ECHOES)
def test_what_a_body_repeats_of_the_request_is_not_read(echo: str) -> None:
    """Fields that hold the request or the output are skipped."""
    body = {
        "error": {"type": "invalid_request_error", "message": "Bad request.", "input": echo, "failed_generation": echo}
    }
    assert "invalid_request" == classify(status=400, body=body, provider="openai").type


@pytest.mark.parametrize("number", ["4290", "15003", "1429", "$4.29", "4.29", "429ms", "id-429-x"])
def test_a_status_inside_another_number_is_none(number: str) -> None:
    """Digits such as 429 inside a longer number, an amount or an id are no evidence."""
    assert "unknown" == classify(message=f"Something odd about {number} here").type
