"""Each rule of the scrubbing is needed, and tested: without it, a secret stays."""

from __future__ import annotations

import pytest

from genai_sentry.sentry import scrub

SECRETS = [
    ("https://me:pass@host/v1", "me:pass"),
    ("https://host/v1/m:generate?key=abcdef&alt=sse", "abcdef"),
    ("Authorization is Bearer abc123.def456", "abc123"),
    ("{'x-api-key': 'very-secret'}", "very-secret"),
    ("Incorrect API key provided: my-own-key. You can", "my-own-key"),
    ("key tgp_v1_Ab12345 expired", "Ab12345"),
    ("gsk_AbCdEfGhIjKlMnOpQrSt expired", "AbCdEfGhIjKl"),
    ("AKIAIOSFODNN7EXAMPLE is not allowed", "IOSFODNN7"),
    ("key AIzaSyABCDEFGHIJKLMNOPQR not valid", "SyABCDEF"),
    ("jwt eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0", "eyJzdWIiOiIx"),
    ("for gpt-4o in organization org-simulated on tokens", "simulated"),
    ("no access for proj_abc123XYZ", "abc123XYZ"),
    ("organization 12345678-9abc-def0-1234-56789abcdef0 is disabled", "9abc"),
    ("arn:aws:bedrock:us-east-1:123456789012:model/x", "123456789012"),
    ("projects/my-company-4711/locations/global", "my-company-4711"),
    ("the account of jane.doe@example.com", "jane.doe"),
    ("token abcdef0123456789abcdef0123456789abcdef01", "abcdef0123456789"),
]


def _stay(texts: list[tuple[str, str]]) -> list[str]:
    return [secret for text, secret in texts if secret in scrub.scrub(text)]


def test_no_secret_stays() -> None:
    """With all rules in place."""
    assert [] == _stay(SECRETS)


@pytest.mark.parametrize("number", range(len(scrub._RULES)))
def test_without_one_rule_a_secret_stays(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """None of them is there in vain."""
    monkeypatch.setattr(scrub, "_RULES", (*scrub._RULES[:number], *scrub._RULES[number + 1 :]))

    assert [] != _stay(SECRETS)
