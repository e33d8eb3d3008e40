"""Small things that decide: time zones, names of classes, codes in words of their own, where evidence is read."""

from __future__ import annotations

import enum
import time
from collections.abc import Iterator
from typing import Any

import pytest

from genai_sentry.errors.classify import classify
from genai_sentry.errors.waits import moment

NOON = 1_700_000_000.0
"""14 November 2023, 22:13:20 UTC."""


@pytest.fixture
def tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine nine hours ahead of UTC."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("tokyo")
@pytest.mark.parametrize(
    "text",
    [
        "2023-11-14T22:13:50Z",
        "2023-11-14T22:13:50",
        "2023-11-15T00:13:50+02:00",
        "2023-11-14T14:13:50-08:00",
        "Tue, 14 Nov 2023 22:13:50 GMT",
    ],
)
def test_a_moment_is_in_its_own_time_zone_else_in_utc(text: str) -> None:
    """Where the machine stands plays no part."""
    assert 30.0 == moment(text, NOON)


def test_what_connecting_failed_of_is_told_by_the_text() -> None:
    """A class that says that there is no connection leaves open why; its message may say."""
    found = classify(
        exception_type="aiohttp.client_exceptions.ClientConnectorError",
        message="Cannot connect to host llm.example.com:443 ssl:default [Connect call failed ('203.0.113.5', 443)]",
    )
    assert ("connection_error", "refused") == (found.type, found.reason)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("refresh_token_invalidated", ("authentication", "expired")),
        ("unavailable_model", ("model_unavailable", "not_found")),
    ],
)
def test_a_code_that_no_table_knows_is_read_as_the_words_that_it_is(code: str, expected: tuple[str, str]) -> None:
    """Underlines are spaces."""
    found = classify(status=400, body={"error": {"code": code}})
    assert expected == (found.type, found.reason)


@pytest.mark.parametrize("name", ["TimeoutError", "builtins.TimeoutError"])
def test_a_timeout_of_python_s_own_is_the_client_s(name: str) -> None:
    """Nothing in it tells of a server."""
    found = classify(exception_type=name)
    assert ("timeout", "client_read") == (found.type, found.reason)


def test_the_header_of_a_challenge_is_the_evidence() -> None:
    """A person can look it up."""
    found = classify(status=403, headers={"cf-mitigated": "challenge"})
    assert ("permission_denied", "headers.cf-mitigated=challenge") == (found.type, found.evidence)


class _Headers(dict[str, str]):
    """Headers whose `raw` has another shape than httpx's."""

    raw: Any = ()


@pytest.mark.parametrize("raw", [[(b"cf-mitigated", b"x", b"y")], [b"cf"], [("cf-mitigated", "x")], [None]])
def test_headers_of_another_shape_are_read_by_their_names(raw: list[Any]) -> None:
    """What is no pair of bytes is left alone."""
    headers = _Headers({"CF-Mitigated": "challenge"})
    headers.raw = raw
    assert "headers.cf-mitigated=challenge" == classify(status=403, headers=headers).evidence


class _Status(enum.Enum):
    UNAVAILABLE = (14, "unavailable")


def _raised(base: str) -> Exception:
    """An exception whose class descends from one of that name, and has gRPC's `code`."""
    parent: Any = type(base, (Exception,), {"code": lambda self: _Status.UNAVAILABLE})
    error: Exception = type("Failure", (parent,), {})()
    return error


@pytest.mark.parametrize("base", ["RpcError", "AioRpcError", "Call"])
def test_grpc_s_status_is_asked_of_its_own_classes(base: str) -> None:
    """Its `code` is a method, and calling it is safe."""
    found = classify(_raised(base))
    assert ("server_error", "unavailable") == (found.type, found.reason)


def test_another_library_s_method_is_not_called() -> None:
    """Nobody knows what it would do."""
    called: list[object] = []
    parent: Any = type("Else", (Exception,), {"code": lambda self: called.append(self) or _Status.UNAVAILABLE})
    assert ("unknown", []) == (classify(parent()).type, called)
