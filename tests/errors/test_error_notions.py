"""What is read where no rule knows the wording, and what must never be read as evidence."""

from __future__ import annotations

import pytest

from genai_sentry.errors import figures, notions
from genai_sentry.errors.classify import classify


def read(message: str, status: int | None = None, body: object = None, provider: str | None = None) -> str:
    found = classify(exception_type=None, status=status, body=body, message=message, headers={}, provider=provider)
    return f"{found.type.value}/{found.reason.value}"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("your key has since been blocked", "authentication"),
        ("funds in your wallet are insufficient", "quota_exceeded"),
        ("the deployment you named was not found", "model_unavailable"),
        ("the conversation is far too long", "context_length"),
        ("the reply was empty", "invalid_response"),
        ("账户里的余额好像不够", "quota_exceeded"),
        ("所选模型目前不存在", "model_unavailable"),
    ],
)
def test_the_nearest_two_notions_tell_what_no_rule_words(text: str, label: str) -> None:
    guess = notions.guess(text)
    assert guess is not None
    assert guess.label[0].value == label


@pytest.mark.parametrize("text", ["", "hello", "key", "one two three four five", "天气很好"])
def test_words_that_mean_nothing_together_are_no_guess(text: str) -> None:
    assert notions.guess(text) is None


def test_notions_far_apart_are_no_guess() -> None:
    assert notions.guess("model " + "word " * 20 + "found") is None


def test_a_guess_reads_a_bounded_number_of_words() -> None:
    assert notions.guess("word " * 200_000 + "model not found") is None


def test_a_guess_gives_way_to_a_rule() -> None:
    assert read("The model answered nothing: Rate limit reached for requests").startswith("rate_limit")


@pytest.mark.parametrize("name", ["fail-model_unavailable-1", "my-rate_limit_exceeded-v2", "x-insufficient_quota-y"])
def test_a_models_name_is_no_evidence(name: str) -> None:
    body = {"type": "error", "error": {"type": "not_found_error", "message": f"model: {name}"}}
    assert read("", 404, body, "anthropic") == "model_unavailable/not_found"


@pytest.mark.parametrize(
    ("messages", "completion", "label"),
    [(1000, 8192, "max_tokens_too_large"), (9000, 192, "input_too_long"), (8192, 1000, "max_tokens_too_large")],
)
def test_what_the_context_window_has_no_room_for(messages: int, completion: int, label: str) -> None:
    text = (
        f"This model's maximum context length is 8192 tokens. However, you requested {messages + completion} tokens "
        f"({messages} in the messages, {completion} in the completion)."
    )
    assert read(text, 400) == f"context_length/{label}"


def test_a_text_without_figures_splits_nothing() -> None:
    assert figures.split("maximum context length is 8192 tokens") is None


@pytest.mark.parametrize(
    ("message", "status", "body", "label"),
    [
        ("Client failed: 404 - <!DOCTYPE html><html><head><title>Not Found</title>", None, None, "invalid_request"),
        ("", None, {"status_code": 50001, "status_message": "Invalid API key"}, "authentication"),
        ("Credentials validation failed with status code 422", None, None, "invalid_request"),
        ("Credentials validation failed: invalid response", None, None, "invalid_response"),
        ('Response ended with finish reason "max_tokens"', None, None, "invalid_response"),
        ("Error code: 400 - {'error': {'message': 'What you sent is off in some way'}}", 500, None, "invalid_request"),
    ],
)
def test_what_wraps_an_error_is_not_the_error(message: str, status: int | None, body: object, label: str) -> None:
    assert read(message, status, body).partition("/")[0] == label
