"""Relays with pools of accounts, and servers that people run themselves."""

from __future__ import annotations

import pytest

from genai_sentry.errors.classify import classify

WORDINGS = {
    "authentication/expired": ["渠道绑定的账号已失效，请更换"],
    "authentication/invalid_key": ["Failed to get access token for account 7"],
    "authentication/missing_key": ["You must be signed in to the hub first"],
    "invalid_request/not_found": ["Unexpected endpoint or method (PUT /v2/v2/chat)"],
    "model_unavailable/loading": ["The reranker is not launched yet"],
    "model_unavailable/no_access": ["该模型仅限会员体验"],
    "model_unavailable/no_provider": ["channel: no_available_key", "no auth available (providers=whale)", "号池里已经没有账号了"],
    "permission_denied/other": ["请求被风控拦截", "本站仅允许桌面客户端使用", "Blocked by risk control"],
    "rate_limit": ["All of our accounts are cooling down", "账号冷却中"],
    "server_error/internal": ["protocol predict failed", "cudaErrorLaunchFailure", "Remote server 10.0.0.2:4100 closed"],
    "server_error/unavailable": ["The cluster is not available"],
}  # fmt: skip


@pytest.mark.parametrize(("label", "text"), [(label, text) for label, texts in WORDINGS.items() for text in texts])
def test_pools_and_own_servers_are_understood(label: str, text: str) -> None:
    """Who has no account left, who may not come in, and what broke."""
    found = classify(message=text)
    kind, _, reason = label.partition("/")
    assert (kind, reason or "unspecified") == (found.type, found.reason)
