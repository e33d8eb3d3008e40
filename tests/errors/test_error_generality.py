"""How much of recorded errors is still understood when it is not known who sent them: general words must carry."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from genai_sentry.errors import case, classify, weigh
from genai_sentry.errors.index import Index, compiled
from genai_sentry.errors.rules import families
from shared import shared

PATH = shared("corpus", "errors.jsonl")
GENERAL = frozenset({"openai", "transport", "sdk", "clients", "english", "chinese", "edge", "code_hosts"})


def _judge(one: dict[str, Any], provider: str | None) -> str:
    return classify.classify(
        exception_type=one["exception"],
        status=one["status"],
        body=one["body"],
        message=one["message"],
        headers=one["headers"],
        provider=provider,
    ).type.value


def _accepted(ones: list[dict[str, Any]], provider: str | None = None) -> int:
    return sum(_judge(one, provider) in (one["label"], *one["also"]) for one in ones)


@pytest.fixture(scope="module")
def recorded() -> list[dict[str, Any]]:
    """The recorded errors."""
    if PATH is None:
        pytest.skip("no recorded errors here")
    return [json.loads(line) for line in PATH.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Switches off families of rules, by name."""

    def switch_off(names: frozenset[str]) -> None:
        built: Index = compiled(tuple(family for family in families() if family.name not in names))
        for module in (case, classify, weigh):
            monkeypatch.setattr(module, "index", lambda: built)
        case._provider_families.cache_clear()
        classify.MEMO.clear()
        weigh._no_rule_knows.cache_clear()

    yield switch_off
    case._provider_families.cache_clear()
    classify.MEMO.clear()
    weigh._no_rule_knows.cache_clear()


def test_errors_are_understood_without_the_providers_name(recorded: list[dict[str, Any]]) -> None:
    """At least 97 % are accepted where nobody says who sent them."""
    assert _accepted(recorded) / len(recorded) >= 0.97


def test_errors_are_understood_without_rules_for_their_provider(recorded: list[dict[str, Any]], without: Any) -> None:
    """At least 94 % are accepted with neither the name nor the tables of the provider in question."""
    groups: dict[frozenset[str], list[dict[str, Any]]] = defaultdict(list)
    for one in recorded:
        groups[frozenset(classify.known_families("", one["provider"])) - GENERAL].append(one)
    right = 0
    for names, ones in groups.items():
        without(names)
        right += _accepted(ones)
    assert right / len(recorded) >= 0.94


def test_switching_off_a_family_changes_what_is_known(without: Any) -> None:
    """Without Google's table its own way of saying that a window of requests is full means money."""
    body = {"error": {"code": 429, "message": "You exceeded your current quota", "status": "RESOURCE_EXHAUSTED"}}
    assert classify.classify(status=429, body=body, provider="gemini").type.value == "rate_limit"
    without(frozenset({"google"}))
    assert classify.classify(status=429, body=body, provider="gemini").type.value == "quota_exceeded"
