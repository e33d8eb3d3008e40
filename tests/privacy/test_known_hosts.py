"""Requests to known providers' hosts are told from others, whatever their path."""

from __future__ import annotations

import pytest

from genai_sentry.providers import is_provider
from genai_sentry.sentry.outgoing import to_provider


@pytest.mark.parametrize(
    ("url", "provider"),
    [
        ("https://api.openai.com/v1/models", True),
        ("https://generativelanguage.googleapis.com/v1beta/models?key=x", True),
        ("https://API.ANTHROPIC.COM:443/v1/models", True),
        ("https://shop.example/v1/chat/completions", True),
        ("https://shop.example/v1/orders?id=7", False),
        ("https://reports.example/generate", False),
        ("https://school.example/completion", False),
        ("https://openai.com.shop.example/v1/orders", False),
        ("not a url", False),
    ],
)
def test_a_provider_is_known_by_path_or_host(url: str, provider: bool) -> None:
    """Query values and trace headers are kept from it."""
    assert provider is to_provider(url)


def test_hosts_of_one_s_own_count_too() -> None:
    """Those of the `providers` setting, with all below them."""
    own = {"llm.internal": "inhouse"}

    assert is_provider("eu.llm.internal", own)
    assert not is_provider("eu.llm.internal")
    assert not is_provider("other.internal", own)
