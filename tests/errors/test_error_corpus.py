"""The classifier against recorded errors, where they lie beside the repository."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from genai_sentry.errors.classify import classify
from shared import shared

PATH = shared("corpus", "errors.jsonl")
PAIRS = (
    ("quota_exceeded", "rate_limit"),
    ("context_length", "invalid_request"),
    ("authentication", "permission_denied"),
    ("server_error", "connection_error"),
)


@pytest.fixture(scope="module")
def judged() -> list[tuple[dict[str, object], str, str]]:
    """Each recorded error with the type and reason it was given."""
    if PATH is None:
        pytest.skip("no recorded errors here")
    cases = [json.loads(line) for line in PATH.read_text(encoding="utf-8").splitlines()]
    results = []
    for case in cases:
        found = classify(
            exception_type=case["exception"],
            status=case["status"],
            body=case["body"],
            message=case["message"],
            headers=case["headers"],
            provider=case["provider"],
        )
        results.append((case, str(found.type), str(found.reason)))
    return results


def test_accepted_strict_and_reasons_stay_above_their_floors(judged: list[tuple[dict[str, object], str, str]]) -> None:
    """At least 98 % accepted, 94 % strictly right, 85 % of those with the right reason."""
    right = [one for one in judged if one[1] == one[0]["label"]]
    accepted = [one for one in judged if one[1] == one[0]["label"] or one[1] in one[0]["also"]]  # type: ignore[operator]
    reasons = [one for one in right if one[2] == one[0]["reason"]]
    assert len(accepted) / len(judged) >= 0.98
    assert len(right) / len(judged) >= 0.94
    assert len(reasons) / len(right) >= 0.85


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_pairs_that_send_the_wrong_person_are_not_confused(
    judged: list[tuple[dict[str, object], str, str]], one: str, other: str
) -> None:
    """At most 1 % of either type is taken for the other."""
    confused = Counter((case["label"], found) for case, found, _ in judged if found not in case["also"])  # type: ignore[operator]
    of_pair = sum(count for (label, _), count in confused.items() if label in (one, other))
    assert (confused[one, other] + confused[other, one]) / of_pair <= 0.01
