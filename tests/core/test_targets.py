"""Where calls go and how their spans begin: worked out once, right for every client, bounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from genai_sentry import targets
from genai_sentry.targets import Targets
from genai_sentry.telemetry import openings
from genai_sentry.telemetry.openings import Openings, clean


class Url:
    """A base URL as httpx has it."""

    def __init__(self, host: str = "api.openai.com", port: int | None = None, path: str = "/v1/") -> None:
        self.host, self.port, self.path, self.scheme = host, port, path, "https"


class OpenAI:
    """A client as generated SDKs have it."""

    def __init__(self, url: Url) -> None:
        self.base_url = self._base_url = url


def test_a_target_says_where_a_call_goes() -> None:
    """Provider, address, port, path and format come from the client's base URL and the path."""
    target = Targets({}).find(OpenAI(Url()), "/chat/completions?x=1", "post")
    assert ("openai", "api.openai.com", 443) == (target.provider, target.address, target.port)
    assert ("/chat/completions", "/v1/chat/completions", b"chat/completions") == (
        target.path,
        target.endpoint,
        target.hint,
    )
    assert target.format is not None
    assert "openai.chat" == target.format.name


@pytest.mark.parametrize(
    ("url", "method", "endpoint", "inference"),
    [
        ("/responses/resp_1", "get", "/v1/responses/resp_1", False),
        ("/chat/completions", "get", "/v1/chat/completions", False),
        ("https://other.example/v1/chat/completions", "POST", "/v1/v1/chat/completions", True),
        ("https://other.example", "POST", "/v1/", False),
    ],
)
def test_only_a_post_to_a_known_path_is_inference(url: str, method: str, endpoint: str, inference: bool) -> None:
    """Retrieving an answer is no call of a model, and absolute URLs are read by their path."""
    target = Targets({}).find(OpenAI(Url()), url, method)
    assert (inference, endpoint) == (target.format is not None, target.endpoint)


def test_a_target_is_remembered_for_its_client() -> None:
    """The same client, path and method give the same object; another base URL gives another, whatever its id."""
    found = Targets({})
    client = OpenAI(Url())
    first = found.find(client, "/chat/completions", "post")
    assert first is found.find(client, "/chat/completions", "post")
    client.base_url = client._base_url = Url("eu.example")
    assert "eu.example" == found.find(client, "/chat/completions", "post").address


def test_clients_that_share_a_url_keep_their_kinds() -> None:
    """A provider on an unknown host is told by the client's class, also where two classes share the URL object."""

    class Anthropic(OpenAI):
        pass

    url, found = Url("gateway.example"), Targets({})
    kinds: list[Callable[[Url], Any]] = [OpenAI, Anthropic, OpenAI]
    named = [found.find(kind(url), "/v1/messages", "post").kind.__name__ for kind in kinds]
    assert ["OpenAI", "Anthropic", "OpenAI"] == named


def test_targets_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither many clients nor long URLs make the table grow."""
    monkeypatch.setattr(targets, "MAX_TARGETS", 10)
    found = Targets({})
    for number in range(50):
        found.find(OpenAI(Url()), f"/files/{number}", "get")
    assert len(found._known) <= 10
    before = len(found._known)
    found.find(OpenAI(Url()), "/files/" + "x" * targets.MAX_URL, "get")
    assert before == len(found._known)


def test_an_opening_names_the_span() -> None:
    """Name and attributes of a span are made of operation, provider, model and address; what is unknown is absent."""
    found = Openings()
    opening = found.find("chat", "openai", "m", "host", 443)
    assert "chat m" == opening.name
    assert {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "m",
        "server.address": "host",
        "server.port": 443,
    } == opening.sampled
    assert {"sentry.op": "gen_ai.chat", "llm_provider": "openai", "ai_model": "m"} == opening.more
    assert opening is found.find("chat", "openai", "m", "host", 443)
    assert "embeddings" == found.find("embeddings", "openai", "", "", None).name


def test_openings_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Model names made up anew for every call do not make the table grow."""
    monkeypatch.setattr(openings, "MAX_OPENINGS", 10)
    found = Openings()
    for number in range(50):
        found.find("chat", "openai", f"m{number}", "host", 443)
    assert len(found._known) <= 10


def test_a_model_is_fit_for_a_tag() -> None:
    """Control characters are taken out, and a long name is cut."""
    assert "gpt-4o" == clean("gpt-4o")
    assert "ab" == clean("a\nb")
    assert 100 == len(clean("x" * 300))
