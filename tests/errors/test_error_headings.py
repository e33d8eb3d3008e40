"""What stands above an error's own words, or beside them: headings of envelopes, lists of what might be the cause."""

from __future__ import annotations

import pytest

from genai_sentry.errors.classify import classify

BENEATH = [
    ("The speech request failed: no audio data was returned", "invalid_response"),
    ("the wallet of this team ran dry", "quota_exceeded"),
    ("your sign-in has lapsed, log in again", "authentication"),
    ("the conversation is longer than the model can take", "context_length"),
    ("the reply took longer than allowed", "timeout"),
]


@pytest.mark.parametrize(("text", "kind"), BENEATH)
@pytest.mark.parametrize("heading", [{"error": "Internal Server Error"}, {"code": "internal_error"}])
@pytest.mark.parametrize("status", [None, 500])
def test_an_envelope_of_an_internal_error_hides_no_cause(
    text: str, kind: str, heading: dict[str, str], status: int | None
) -> None:
    """A gateway's heading says less than the message under it."""
    assert kind == classify(body={**heading, "message": text}, status=status).type


@pytest.mark.parametrize("text", ["Something about this request went wrong", "The job was not run"])
def test_a_message_that_says_no_more_leaves_the_heading(text: str) -> None:
    """An internal error stays one where its message names no cause."""
    assert "server_error" == classify(body={"error": "Internal Server Error", "message": text}, status=500).type


def test_a_list_of_what_might_be_the_cause_is_no_evidence() -> None:
    """Clients list what often goes wrong; that is not what went wrong."""
    hints = "The call failed. Common causes:\n- Invalid API key\n- Insufficient balance\n- Network trouble\n"
    assert "unknown" == classify(message=hints).type
    assert "rate_limit" == classify(message=f"{hints}\nDetail: too many requests in this minute").type


@pytest.mark.parametrize(
    "text",
    [
        "ValueError('could not broadcast input array from shape (4,) into shape (2,)')",
        "RuntimeError: q must have shape (batch, heads, dim)",
        "The size of tensor a (8) must match the size of tensor b (9) at non-singleton dimension 1",
        "CUDA error: an illegal memory access was encountered",
        "Fatal Python error: Segmentation fault",
        "GGML_ASSERT(n_tokens > 0) failed",
        "The engine is already dead, terminating server process",
    ],
)
def test_what_breaks_inside_an_engine_is_the_servers_fault(text: str) -> None:
    """Tensors, kernels and processes are no part of a request, whatever words describe them."""
    found = classify(message=text)
    assert ("server_error", "internal") == (found.type, found.reason)
