"""How pieces of evidence weigh against each other: loose words, wrappers, numbers in texts, boilerplate."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genai_sentry.errors.classify import classify
from genai_sentry.errors.taxonomy import Classification

PROFILE = settings.get_profile("errors")


def label(**evidence: Any) -> str:
    """Type and reason, as one."""
    found: Classification = classify(**evidence)
    return f"{found.type}/{found.reason}"


@pytest.mark.parametrize("status", [400, 401, 402, 404, 413, 422, 429])
def test_what_was_answered_had_a_connection(status: int) -> None:
    """A client that calls every failure a lost connection does not outweigh the answer it got."""
    assert "connection_error" != classify(status=status, message="Could not connect to the upstream service").type


def test_without_an_answer_the_connection_is_at_fault() -> None:
    """The same words alone, or with a status of the path, keep their meaning."""
    assert "connection_error" == classify(message="Could not connect to the upstream service").type


def test_a_reply_that_the_client_cannot_read_is_the_servers_own_trouble_under_a_500() -> None:
    """The client's complaint about the answer counts where the answer was a success."""
    complaint = "Unexpected token '<', \"<html>\" is not valid JSON"
    assert "invalid_response" == classify(status=200, message=complaint).type
    assert "server_error" == classify(status=500, message=complaint).type


def test_a_refusal_that_says_no_more() -> None:
    """A 400 without a body tells nothing, however the client frames it; with one it is the request's fault."""
    for text in ("400 status code (no body)", "API error (400): 400 status code (no body)"):
        assert "unknown" == classify(message=text).type
    assert "invalid_request" == classify(message="API error (400): the seed is not one of ours").type


@pytest.mark.parametrize(
    ("provider", "text", "expected"),
    [
        ("zhipu", "chat failed, error code 1113", "quota_exceeded/insufficient_balance"),
        ("minimax", "the account cannot pay for this (1008)", "quota_exceeded/insufficient_balance"),
        ("minimax", "the cluster has its hands full (2064)", "server_error/overloaded"),
    ],
)
def test_a_number_that_a_text_calls_its_own_code(provider: str, text: str, expected: str) -> None:
    """Such a number is read in the table of the provider that sent it."""
    assert expected == label(provider=provider, message=text)


@PROFILE
@given(number=st.integers(10_000, 99_999))
def test_numbers_of_no_one_change_nothing(number: int) -> None:
    """Any other number in the same place leaves the label as it is."""
    text = "the answer of the service cannot be told (%s)"
    assert label(message=text % "x") == label(message=text % number)


@pytest.mark.parametrize(
    "noise",
    [
        "    at Timeout._onTimeout (/srv/app/node_modules/client/index.js:12:7)",
        "    at async QuotaGuard.check (file:///srv/app/quota.js:3:1)",
        "status=undefined, timeout=undefined, code=null",
    ],
)
def test_frames_and_empty_fields_are_no_evidence(noise: str) -> None:
    """Names of functions in a stack, and fields without a value, tell nothing about the failure."""
    assert "unknown" == classify(message=f"It went wrong\n{noise}").type


def test_an_allowance_that_comes_back_by_itself_is_a_limit() -> None:
    """Whoever names the hour of the reset asks for patience, not for money; whoever doesn't asks for money."""
    assert "rate_limit" == classify(message="Your plan's quota has been exhausted. It will reset at 18:00 UTC.").type
    assert "rate_limit" == classify(message="您今日的额度已使用完毕，额度将于 08:00 重置").type
    assert "quota_exceeded" == classify(message="Your plan's quota has been exhausted.").type


def test_a_parameters_field_may_hold_the_message() -> None:
    """Where the parameter's name is a sentence it is read as one."""
    body = {"code": "400", "message": "Parameter is wrong", "param": "The model is not supported model zeta-9"}
    assert "model_unavailable" == classify(status=400, body=body).type
    body["param"] = "temperature"
    assert "invalid_request" == classify(status=400, body=body).type


CODES: list[tuple[str, int | None, dict[str, Any], str]] = [
    ("volcengine", 429, {"error": {"code": "ServerOverloaded", "message": "x"}}, "server_error/overloaded"),
    ("qianfan", 400, {"error_code": 17, "error_msg": "x"}, "rate_limit/requests_per_day"),
    ("portkey", 446, {"hook_results": {"before_request_hooks": []}}, "content_filter"),
    ("opencode", None, {"error": {"type": "GoUsageLimitError"}}, "rate_limit"),
]


@pytest.mark.parametrize(("provider", "status", "body", "expected"), CODES)
def test_codes_of_hosts_and_gateways(provider: str, status: int | None, body: dict[str, Any], expected: str) -> None:
    """Codes and statuses by which these providers are understood."""
    assert label(provider=provider, status=status, body=body).startswith(expected)


NOTIONS = {
    "The stream was interrupted before the last event": "connection_error",
    "No healthy route to the requested deployment is left": "model_unavailable",
    "The run was stopped by the user": "cancelled",
    "Your workspace is not entitled to this model": "model_unavailable",
    "No text was generated": "invalid_response",
}


@pytest.mark.parametrize("text", NOTIONS)
def test_everyday_words(text: str) -> None:
    """Sentences that no provider is known to send are understood by their notions."""
    assert NOTIONS[text] == classify(message=text).type


UNKNOWN_CODES = {
    "tenant_credit_balance_used_up_exhausted": "quota_exceeded",
    "PromptOverflowsContextWindow": "context_length",
    "zeta.team_budget_exhausted": "quota_exceeded",
    "AccountKeyExpired": "authentication",
    "model_not_loaded_yet_loading": "model_unavailable",
}


@pytest.mark.parametrize("code", UNKNOWN_CODES)
def test_a_code_that_no_rule_knows_is_read_as_words(code: str) -> None:
    """Codes are words with underscores or humps; what they are about is read as in a message."""
    assert UNKNOWN_CODES[code] == classify(body={"error": {"code": code, "message": "Sorry."}}).type
    assert "unknown" == classify(body={"error": {"name": code, "message": "Sorry."}}).type


def test_a_class_that_no_rule_knows_is_read_as_words() -> None:
    """The name of an exception's class too, where nothing else tells."""
    assert "quota_exceeded" == classify(exception_type="TenantBudgetExhaustedError", message="Sorry.").type
    assert "unknown" == classify(exception_type="ZetaPluginError", message="Sorry.").type


def test_the_answer_does_not_depend_on_the_hash_seed() -> None:
    """Of two wordings that say as much the earlier rule decides, in every process."""
    script = (
        "from genai_sentry import classify\n"
        "for text in ('请求过于频繁，余额不足，模型不存在', 'rate limit, quota exceeded, model not found, invalid key'):\n"
        "    print(classify(message=text))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert 1 == len(said)


def test_a_code_may_be_a_variant_with_fields() -> None:
    """Rust writes a variant that has fields as an object with one key: the key is the code."""
    body = {"error": {"error_kind": {"RateLimitExceeded": {"window": "1m"}}}}
    assert "rate_limit" == classify(body=body).type
    assert "quota_exceeded" == classify(body={"biz_code": "insufficient_balance"}).type


def test_the_number_of_a_wrapping_engine_does_not_hide_what_it_wraps() -> None:
    """A provider's number for "the engine behind failed" counts where nothing more is said."""
    inner = "code: 10012, msg: EngineInternalError:error, message: %s"
    body = {"error": {"code": 10012, "message": inner % "the prompt is too long for the context window"}}
    assert "context_length" == classify(body=body, provider="iflytek").type
    assert "server_error" == classify(body={"error": {"code": 10012, "message": "x"}}, provider="iflytek").type


def test_codes_of_modelarts() -> None:
    """Huawei's service is known by its codes, wherever they stand."""
    assert "content_filter" == classify(body={"error_code": "ModelArts.81011", "error_msg": "x"}).type
    assert "authentication" == classify(message="the service answered 401 ModelArts.81003").type


def test_a_traceback_inside_a_string_of_json() -> None:
    """Its last line is the error, its frames are none, whether the body comes parsed or as text."""
    trace = (
        "Traceback (most recent call last):\n"
        '  File "/srv/quota/rate_limit.py", line 3, in check\n'
        "    raise InvalidApiKey(timeout)\n"
        "RuntimeError: the model zeta-9 does not exist\n"
    )
    assert "model_unavailable" == classify(body={"error": trace}).type
    assert "model_unavailable" == classify(message=json.dumps({"error": trace})).type
