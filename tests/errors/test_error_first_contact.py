"""Wordings met for the first time by a reader who knew no rule: what they say, and what only looks like it."""

from __future__ import annotations

import pytest

from genai_sentry.errors.classify import classify

Met = tuple[str, int | None, str]

REQUESTS: list[Met] = [
    ("This model does not support the format you sent.", 400, "invalid_request/invalid_media"),
    ("The items in the list are illegal.", 400, "invalid_request/invalid_parameter"),
    (
        "A model id is required: give `choice.id`, or the deprecated `model` field.",
        None,
        "invalid_request/invalid_parameter",
    ),
    ("Unexpected value(s) `beta-7` for the `x-beta` header.", 400, "invalid_request/invalid_parameter"),
    (
        "Invalid JSON payload received. Unknown name \"parts\" at 'contents[0]': Proto field is not repeating.",
        400,
        "invalid_request/invalid_parameter",
    ),
    ("url error, please check url!", 400, "invalid_request/not_found"),
    ("classify is not an available endpoint on this model", None, "invalid_request/other"),
    ("The format of the value at messages.3.content.0 is invalid", 400, "invalid_request/invalid_parameter"),
    (
        "The format of the value at toolConfig.tools.4.toolSpec.inputSchema.json is invalid",
        400,
        "invalid_request/invalid_schema",
    ),
    (
        'Malformed input request: #: must not be valid against schema {"required":["text"]}#: '
        "extraneous key [top_q] is not permitted",
        400,
        "invalid_request/unsupported_parameter",
    ),
    (
        "failed to list inference profiles: operation error Bedrock, ValidationException: Unknown operation",
        400,
        "invalid_request/not_found",
    ),
    (
        "Upstream request failed: [invalid_request_error] reasoning was not issued to this caller",
        None,
        "invalid_request/other",
    ),
]
ANSWERS: list[Met] = [
    ("No JSON structure found in the model's reply", None, "invalid_response/malformed"),
    ("No JSON block could be found in LLM response", None, "invalid_response/malformed"),
    ("llama_tokenize_with_model: too many tokens", None, "context_length/input_too_long"),
    ("Image generation failed: this prompt has sensitive words", 400, "content_filter/image"),
    ("All images were filtered out for they go against a policy", None, "content_filter/image"),
]
SERVICES: list[Met] = [
    ("Error: failed to start the llama runner", None, "server_error/internal"),
    ("name 'Frobnicator' is not defined", 400, "server_error/internal"),
    ("Upstream request failed: Endpoint is unavailable.", None, "server_error/unavailable"),
    ("Request blocked by upstream provider", 401, "permission_denied/other"),
    (
        "The assistant has been disabled in this account for violation of our terms.",
        None,
        "permission_denied/other",
    ),
]


@pytest.mark.parametrize(("text", "status", "label"), [*REQUESTS, *ANSWERS, *SERVICES])
def test_a_wording_is_read_for_what_it_says(text: str, status: int | None, label: str) -> None:
    """A message tells its type and reason, whatever words of other errors are in it."""
    found = classify(message=text, status=status)
    assert label == f"{found.type}/{found.reason}"


def test_a_reason_in_a_field_of_its_own_is_read() -> None:
    """Sentences in fields whose names end with `reason` are messages."""
    found = classify(body={"pictures": [{"dropReason": "All images were filtered out by the policy."}]}, status=200)
    assert "content_filter/image" == f"{found.type}/{found.reason}"


@pytest.mark.parametrize(
    ("kind", "said", "status", "label"),
    [
        ("credit_limit", "Request was rejected due to rate limiting.", 429, "rate_limit/unspecified"),
        ("credit_limit", "Please see the documentation.", 429, "quota_exceeded/insufficient_balance"),
        ("auth_error", "Service must be in list. Service=nothing", 400, "invalid_request/invalid_parameter"),
        ("auth_error", "Please see the documentation.", 400, "authentication/invalid_key"),
    ],
)
def test_types_that_gateways_give_to_much_say_less_than_the_wording(
    kind: str, said: str, status: int, label: str
) -> None:
    """A type that is put on errors of many kinds decides only where the message says nothing else."""
    found = classify(body={"error": {"message": said, "type": kind}}, status=status)
    assert label == f"{found.type}/{found.reason}"


def test_what_a_client_says_of_a_status_is_no_reason() -> None:
    """An unexpected status is no unexpected parameter."""
    found = classify(message='stream error: unexpected status 400 Bad Request: {"code": 20015, "message": "no"}')
    assert "invalid_request/other" == f"{found.type}/{found.reason}"


@pytest.mark.parametrize(
    ("text", "status", "label"),
    [
        ("[app/client.js #send] Unhandled error type 400 status code (no body)", 400, "unknown/unspecified"),
        ("[app/client.js #send] Unhandled error type 400 status code: top_q", 400, "invalid_request/other"),
        (
            "plugin: API 429 for a model: You're out of extra usage. Add more at x.ai.",
            429,
            "quota_exceeded/insufficient_quota",
        ),
        ("You've exhausted your premium model quota.", None, "quota_exceeded/insufficient_quota"),
        ("Error fetching from https://example.com/v1/models/x:generate: Load failed", None, "connection_error/other"),
        ('Invalid character in header content ["Authorization"]', None, "authentication/malformed"),
        ("400 [] is too short", 400, "invalid_request/invalid_parameter"),
        ('Invalid prompt: prompt must start with "Person:" turn', 400, "invalid_request/invalid_message_order"),
        (
            "Failed to get response from a provider, status code: 500, Internal server error",
            500,
            "server_error/internal",
        ),
    ],
)
def test_what_clients_put_around_an_error_is_not_the_error(text: str, status: int | None, label: str) -> None:
    """Prefixes of logs and sentences of clients decide nothing; what they report does."""
    found = classify(message=text, status=status)
    assert label == f"{found.type}/{found.reason}"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Parse Error: Expected HTTP/, the proxy sent something else", "connection_error/other"),
        ("fetch failed: HPE_INVALID_HEADER_TOKEN", "connection_error/other"),
        ("error sending request: hyper::Error(Parse(Header(Token)))", "connection_error/other"),
        ("client error (SendRequest): hyper::Error(ChannelClosed)", "connection_error/other"),
        ("client error (SendRequest): hyper::Error(IncompleteMessage)", "connection_error/incomplete_body"),
    ],
)
def test_an_answer_that_is_no_http_is_trouble_on_the_way(text: str, label: str) -> None:
    """What Node's and Rust's parsers of HTTP say of bytes that they can't read."""
    found = classify(message=text)
    assert label == f"{found.type}/{found.reason}"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Failed to receive tool input: missing field 'path'", "invalid_response/schema"),
        ("Failed to deserialize tool input: missing field `query` at line 1 column 2", "invalid_response/schema"),
        ("app.views.Answer() argument after ** must be a mapping, not list", "invalid_response/schema"),
        ("provider.unknown: a stream error", "unknown/unspecified"),
        ("provider.unknown: unknown parameter: stream", "invalid_request/unsupported_parameter"),
    ],
)
def test_fields_that_a_model_left_out_are_not_the_requests(text: str, label: str) -> None:
    """Arguments that a model wrote are its answer; a kind that is unknown is no unknown parameter."""
    found = classify(message=text)
    assert label == f"{found.type}/{found.reason}"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Unable to submit request because the region is out of capacity.", "server_error/overloaded"),
        ("Unable to submit request because it has an empty text parameter.", "invalid_request/invalid_parameter"),
        ("Unable to submit request because of this and that.", "invalid_request/other"),
        ("Unexpected chat message content type picture 3", "invalid_request/invalid_parameter"),
        ("RuntimeError: Failed to create LLM 'gguf' from '/models/a.bin'.", "server_error/internal"),
    ],
)
def test_what_stands_behind_because_decides(text: str, label: str) -> None:
    """That a request could not be submitted says less than why."""
    found = classify(message=text)
    assert label == f"{found.type}/{found.reason}"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("The input media file is too small, check its length.", "invalid_request/invalid_media"),
        ("The audio is too long: 1500 seconds, at most 1400.", "invalid_request/invalid_media"),
        ("No speech detected in this recording.", "invalid_request/invalid_media"),
        ("Audio file size (31MB) exceeds the 25MB limit.", "invalid_request/payload_too_large"),
    ],
)
def test_what_is_wrong_with_a_recording_is_said(text: str, label: str) -> None:
    """Too short, too long or silent is wrong with the medium; too many bytes with the request."""
    found = classify(message=text)
    assert label == f"{found.type}/{found.reason}"


@pytest.mark.parametrize(
    ("kind", "said", "reason"),
    [
        ("tokens", "Rate limit reached for a model", "tokens_per_minute"),
        ("requests", "Rate limit reached for a model", "requests_per_minute"),
        ("tokens", "Rate limit reached for a model on tokens per day (TPD): Limit 9", "tokens_per_day"),
        ("requests_and_more", "Rate limit reached for a model", "unspecified"),
    ],
)
def test_a_rate_limits_type_says_what_is_counted(kind: str, said: str, reason: str) -> None:
    """OpenAI's type names what is counted; the wording may name the window."""
    found = classify(body={"error": {"message": said, "type": kind, "code": "rate_limit_exceeded"}}, status=429)
    assert ("rate_limit", reason) == (found.type.value, found.reason.value)


@pytest.mark.parametrize(
    ("text", "status", "label"),
    [
        ('can\'t access property "thoughts", e.answer is undefined', None, "invalid_response/empty"),
        ("The provider returned its schema instead of the data.", None, "invalid_response/schema"),
        ("CloudflareError: Response 403: Cloudflare detected", 403, "permission_denied/ip"),
        ("Sorry, the model cannot answer this question.", None, "content_filter/output"),
        (
            "Neither PlanModel nor RequestedModel specified. You must specify one.",
            None,
            "invalid_request/invalid_parameter",
        ),
        ("Missing parameter 'tool_call_id' in messages[3]", 400, "invalid_request/invalid_message_order"),
        (
            "Provider was unable to process your request: connection to private IP is blocked",
            400,
            "invalid_request/other",
        ),
    ],
)
def test_what_clients_and_editors_say_in_their_own_words(text: str, status: int | None, label: str) -> None:
    """Browsers' words for a field that is missing, a guardrail's usual answer, an editor's for addresses."""
    found = classify(message=text, status=status)
    assert label == f"{found.type}/{found.reason}"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Failed to get the completed interaction: Result not found.", "invalid_request/not_found"),
        (
            "An error occurred while attempting to download a file from the address given.",
            "invalid_request/invalid_media",
        ),
        ("The description given for a function is too long.", "invalid_request/invalid_schema"),
    ],
)
def test_parts_of_a_request_that_documents_name(text: str, label: str) -> None:
    """What is not there, can't be had or is too long, in the words of reference pages."""
    found = classify(message=text, status=400)
    assert label == f"{found.type}/{found.reason}"
