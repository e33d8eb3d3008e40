"""Everyday sentences in English, as applications show them to people who read no error codes."""

from __future__ import annotations

import pytest

from genai_sentry.errors.classify import classify

SENTENCES = {
    "authentication/invalid_key": ["The token you pasted doesn't work"],
    "authentication/missing_key": ["Looks like you forgot your key", "No key set for the summariser", "Nobody is logged in"],
    "connection_error/other": ["The peer went away", "The socket went silent"],
    "connection_error/proxy": ["The proxy wants a password"],
    "content_filter/image": ["That picture was rejected for safety", "I can't create this image for you"],
    "content_filter/output": ["I can't assist with this"],
    "context_length/input_too_long": ["That is too much text", "This dialogue no longer fits"],
    "invalid_request/invalid_media": ["The attachment is too heavy", "The clip could not be opened"],
    "invalid_request/invalid_message_order": ["There is a tool result without a matching call"],
    "invalid_request/not_found": ["You seem to use the wrong URL"],
    "invalid_request/unsupported_parameter": ["I do not know the parameter wobble", "Streaming is switched off"],
    "invalid_response/empty": ["We did not get an answer", "The bot could not come up with a reply"],
    "invalid_response/malformed": ["What came back was gibberish", "Broken JSON in the tool call"],
    "invalid_response/truncated": ["It stopped before it was through", "The reply stopped early"],
    "model_unavailable/loading": ["The weights are being downloaded"],
    "model_unavailable/not_found": ["There is no model called walrus", "That model is not deployed"],
    "permission_denied/other": ["Your team's account has been locked", "Please verify your email to go on"],
    "permission_denied/scope": ["Your role is not meant for this"],
    "rate_limit": ["Easy now, you're going too fast", "You send messages too quickly"],
    "rate_limit/requests_per_day": ["That was your limit for today"],
    "server_error/internal": ["A hiccup on our side of things", "The inference engine blew up"],
    "server_error/overloaded": ["Sorry, we are out of GPUs"],
    "timeout/upstream": ["There was no reply before the deadline", "We waited too long for this"],
}  # fmt: skip


@pytest.mark.parametrize(("label", "text"), [(label, text) for label, texts in SENTENCES.items() for text in texts])
def test_an_everyday_sentence_is_understood(label: str, text: str) -> None:
    """One notion and what is said of it suffice."""
    found = classify(message=text)
    kind, _, reason = label.partition("/")
    assert (kind, reason or "unspecified") == (found.type, found.reason)


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("context_length", "Your request is too long: 70111 tokens in a plan that takes 32000"),
        ("context_length", "请求过长：共 70111 个 token"),
        ("context_length", "Запрос слишком длинный: 70111 токенов"),
        ("invalid_request", "Your request is too long: 41 MB"),
        ("invalid_request", "could not start: no triggers for this grammar"),
        ("invalid_request", "Failed to initialize samplers: bad rule name"),
        ("server_error", "thread 'worker-2' panicked at src/queue.rs:88:14: no value in slot"),
    ],
)
def test_what_a_size_is_counted_in_tells_whose_limit_it_is(label: str, text: str) -> None:
    """Tokens are the model's, bytes the server's; a grammar is the caller's, a panic the server's."""
    assert label == classify(message=text).type


@pytest.mark.parametrize(
    "text", ["Something went wrong, sorry", "This is embarrassing", "Let us try that once more", "Unknown error"]
)
def test_a_sentence_that_says_nothing_stays_unknown(text: str) -> None:
    """Apologies are no evidence."""
    assert "unknown" == classify(message=text).type
