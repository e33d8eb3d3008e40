"""What is decided, by which evidence, for errors of every family: bodies, texts, envelopes, events."""

from __future__ import annotations

import json
from typing import Any

import pytest

from genai_sentry.errors.classify import classify


def label(**evidence: Any) -> str:
    """Classify and write type and reason as the rules do."""
    found = classify(**evidence)
    return f"{found.type}/{found.reason}"


def openai_body(message: str, **fields: Any) -> dict[str, Any]:
    """An error body in OpenAI's format."""
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None, **fields}}


BODIES = {
    "a drained account under 429": (
        {"status": 429, "body": openai_body("You exceeded your current quota.", code="insufficient_quota")},
        "quota_exceeded/insufficient_quota",
    ),
    "a request larger than the whole limit": (
        {"status": 429, "body": openai_body("Request too large on tokens per min (TPM): Limit 3000, Requested 4500.")},
        "rate_limit/request_exceeds_limit",
    ),
    "an exhausted day": (
        {"status": 429, "body": openai_body("Rate limit reached on requests per day (RPD): Limit 200, Used 200.")},
        "rate_limit/requests_per_day",
    ),
    "a busy engine under 429": (
        {"status": 429, "body": openai_body("x", type="engine_overloaded_error"), "provider": "moonshot_ai"},
        "server_error/overloaded",
    ),
    "billing under 400": (
        {
            "status": 400,
            "provider": "anthropic",
            "body": {
                "type": "error",
                "error": {
                    "type": "invalid_request_error",
                    "message": "Your credit balance is too low to access the API.",
                },
            },
        },
        "quota_exceeded/insufficient_balance",
    ),
    "a retired model behind model_not_found": (
        {"status": 404, "body": openai_body("The model `m` has been deprecated.", code="model_not_found")},
        "model_unavailable/deprecated",
    ),
    "a filter's inner result": (
        {
            "status": 400,
            "body": openai_body(
                "Filtered.", code="content_filter", innererror={"code": "ResponsibleAIPolicyViolation"}
            ),
        },
        "content_filter/prompt",
    ),
    "a full context named by code": (
        {"status": 400, "body": openai_body("Too long.", code="context_length_exceeded")},
        "context_length/input_too_long",
    ),
    "an oversized file typed server_error": (
        {
            "status": 413,
            "body": openai_body("413: Maximum content size limit (26214400) exceeded", type="server_error"),
        },
        "invalid_request/payload_too_large",
    ),
    "arrears at a Chinese cloud": (
        {"status": 400, "body": {"code": "Arrearage", "message": "Access denied."}},
        "quota_exceeded/insufficient_balance",
    ),
    "a numbered overload": (
        {"status": 429, "provider": "zhipu", "body": {"error": {"code": "1305", "message": "…"}}},
        "server_error/overloaded",
    ),
    "a numbered debt": (
        {"status": 429, "provider": "zhipu", "body": {"error": {"code": "1113", "message": "…"}}},
        "quota_exceeded/insufficient_balance",
    ),
    "a status inside a 200": (
        {"status": 200, "provider": "minimax", "body": {"base_resp": {"status_code": 1039, "status_msg": "…"}}},
        "rate_limit/tokens_per_minute",
    ),
    "Gemini's day quota": (
        {
            "status": 429,
            "provider": "gcp.gemini",
            "body": {
                "error": {
                    "code": 429,
                    "status": "RESOURCE_EXHAUSTED",
                    "message": "You exceeded your current quota, please check your plan and billing details.",
                    "details": [{"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}],
                }
            },
        },
        "rate_limit/requests_per_day",
    ),
    "Gemini's limit of nothing": (
        {
            "status": 429,
            "provider": "gcp.gemini",
            "body": {
                "error": {"status": "RESOURCE_EXHAUSTED", "message": "Quota exceeded for metric: m, limit: 0, model: x"}
            },
        },
        "quota_exceeded/insufficient_quota",
    ),
    "a Gemini key under 400": (
        {"status": 400, "body": {"error": {"status": "INVALID_ARGUMENT", "details": [{"reason": "API_KEY_INVALID"}]}}},
        "authentication/invalid_key",
    ),
    "a policy refusal with a permission's code": (
        {
            "status": 403,
            "provider": "x_ai",
            "body": {
                "code": "The caller does not have permission to execute the specified operation",
                "error": "Content violates usage guidelines.",
            },
        },
        "content_filter/prompt",
    ),
    "output that fails its schema": (
        {"status": 400, "provider": "groq", "body": openai_body("Failed to call a function.", code="tool_use_failed")},
        "invalid_response/schema",
    ),
    "an unknown field": (
        {"status": 400, "body": openai_body("Unsupported parameter: 'x' is not supported with this model.")},
        "invalid_request/unsupported_parameter",
    ),
    "an answer without choices": ({"status": 200, "body": {"id": "1", "choices": None}}, "invalid_response/empty"),
    "a filtered answer": (
        {"status": 200, "body": {"choices": [{"finish_reason": "content_filter", "message": {"content": ""}}]}},
        "content_filter/output",
    ),
    "an answer cut off": (
        {"status": 200, "body": {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}},
        "invalid_response/truncated",
    ),
    "a failed response": (
        {
            "status": 200,
            "body": {"type": "response.failed", "response": {"error": {"code": "server_error", "message": "…"}}},
        },
        "server_error/internal",
    ),
}


@pytest.mark.parametrize("case", BODIES)
def test_bodies(case: str) -> None:
    """A structured body decides, whatever the HTTP status says."""
    evidence, expected = BODIES[case]
    assert expected == label(**evidence)


TEXTS = {
    "429 余额不足或无可用资源包,请充值。": "quota_exceeded/insufficient_balance",
    "当前分组 default 下对于模型 m 无可用渠道": "model_unavailable/no_provider",
    "该模型当前访问量过大，请您稍后再试": "server_error/overloaded",
    "getaddrinfo ENOTFOUND api.example.com": "connection_error/dns",
    "connect ECONNREFUSED 127.0.0.1:11434": "connection_error/refused",
    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed": "connection_error/tls",
    "read tcp 10.0.0.1:5->10.0.0.2:443: read: connection reset by peer": "connection_error/reset",
    "peer closed connection without sending complete message body (incomplete chunked read)": (
        "connection_error/incomplete_body"
    ),
    'Post "https://h/v1": context deadline exceeded (Client.Timeout exceeded while awaiting headers)': (
        "timeout/client_read"
    ),
    "<html><head><title>504 Gateway Time-out</title></head><body></body></html>": "timeout/gateway",
    "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>": "server_error/bad_gateway",
    "An error occurred (ThrottlingException) when calling the Converse operation: Too many tokens, please wait": (
        "rate_limit/tokens_per_minute"
    ),
    "An error occurred (AccessDeniedException): You don't have access to the model with the specified model ID.": (
        "model_unavailable/no_access"
    ),
    "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens": (
        "context_length/input_too_long"
    ),
    "llama runner process has terminated: exit status 2": "server_error/internal",
    "model 'm' not found, try pulling it first": "model_unavailable/not_found",
    "Unterminated string starting at: line 1 column 22 (char 21)": "invalid_response/truncated",
    "Something happened": "unknown/unspecified",
    "400 status code (no body)": "unknown/unspecified",
    "429 status code (no body)": "rate_limit/unspecified",
}


@pytest.mark.parametrize("text", TEXTS)
def test_texts(text: str) -> None:
    """Where there is only a message, its wording decides."""
    assert TEXTS[text] == label(message=text)


INNER = {"error": {"message": "Your credit balance is too low.", "type": "invalid_request_error"}}
ENVELOPES = {
    "JSON in a string": {"body": json.dumps(INNER)},
    "JSON in bytes": {"body": json.dumps(INNER).encode()},
    "a Python repr": {"message": f"Error code: 400 - {INNER!r}"},
    "a repr of bytes": {"message": f"litellm.BadRequestError: AnthropicException - b'{json.dumps(INNER)}'"},
    "a list": {"body": [INNER]},
    "an SSE event": {"body": f"event: error\ndata: {json.dumps(INNER)}\n\n"},
    "metadata.raw": {
        "body": {"error": {"message": "Provider returned error", "code": 502, "metadata": {"raw": json.dumps(INNER)}}}
    },
    "JSON in JSON in JSON": {"body": {"error": {"message": json.dumps({"error": {"message": json.dumps(INNER)}})}}},
    "a JavaScript object": {
        "message": "400 {\n  error: {\n    message: 'Your credit balance is too low.',\n    code: null\n  }\n}"
    },
    "JSON cut off": {
        "message": 'API Error: {"error":{"type":"invalid_request_error","message":"Your credit balance is too low. Plea'
    },
    "a quoted message": {"message": '"Your credit balance is too low."'},
    "a gateway's error": {
        "status": 500,
        "body": {
            "error": {
                "type": "new_api_error",
                "code": "bad_response_status_code",
                "message": f"status 400: {json.dumps(INNER)}",
            }
        },
    },
}


@pytest.mark.parametrize("envelope", ENVELOPES)
def test_envelopes_are_opened(envelope: str) -> None:
    """The error inside decides, however it is wrapped."""
    assert "quota_exceeded/insufficient_balance" == label(**ENVELOPES[envelope])


def test_the_inner_error_wins_over_the_gateways() -> None:
    """A gateway's 502 around an upstream's overload is an overload."""
    raw = json.dumps({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})
    body = {"error": {"message": "Provider returned error", "code": 502, "metadata": {"raw": raw}}}
    assert "server_error/overloaded" == label(status=200, body=body)


def test_frames_of_a_traceback_decide_nothing() -> None:
    """Only a traceback's exceptions count, not the source lines between."""
    text = (
        "Traceback (most recent call last):\n"
        '  File "app.py", line 3, in ask\n'
        "    except RateLimitError: insufficient_quota = True\n"
        "httpcore.ConnectError: [Errno -2] Name or service not known\n\n"
        "The above exception was the direct cause of the following exception:\n\n"
        "Traceback (most recent call last):\n"
        '  File "app.py", line 9, in main\n'
        "    raise timeout_error\n"
        "openai.APIConnectionError: Connection error.\n"
    )
    assert "connection_error/dns" == label(message=text)


def test_evidence_says_what_decided() -> None:
    """One line names the place and the value, or the wording."""
    assert "body.error.code=insufficient_quota" == classify(body=openai_body("x", code="insufficient_quota")).evidence
    assert "message~connection reset" == classify(message="Connection reset by peer").evidence
    assert "status=503" == classify(status=503).evidence


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, "authentication/invalid_key"),
        (402, "quota_exceeded/insufficient_balance"),
        (403, "permission_denied/other"),
        (404, "invalid_request/not_found"),
        (408, "timeout/gateway"),
        (413, "invalid_request/payload_too_large"),
        (422, "invalid_request/other"),
        (429, "rate_limit/unspecified"),
        (451, "permission_denied/region"),
        (499, "cancelled/unspecified"),
        (500, "server_error/internal"),
        (502, "server_error/bad_gateway"),
        (503, "server_error/unavailable"),
        (504, "timeout/gateway"),
        (524, "timeout/gateway"),
        (529, "server_error/overloaded"),
        (418, "invalid_request/other"),
        (555, "server_error/internal"),
        (200, "unknown/unspecified"),
    ],
)
def test_a_bare_status(status: int, expected: str) -> None:
    """Without any other evidence the status decides."""
    assert expected == label(status=status)


def test_headers_decide_where_the_status_is_vague() -> None:
    """A challenge by Cloudflare is a block of this address, not a missing permission of the key."""
    assert "permission_denied/ip" == label(status=403, headers={"CF-Mitigated": "challenge"})
