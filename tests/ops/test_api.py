"""The API client: waiting, redirects, odd servers, access."""

from __future__ import annotations

import email.utils
import time
from typing import Any

import pytest

from genai_sentry.ops.api import Access, Api, _retry_after
from genai_sentry.ops.errors import ApiError, OpsError


def api(sentry: Any, waits: list[float] | None = None) -> Api:
    access = Access(sentry.url, "acme", "llm", "writer")
    return Api(access, sleep=waits.append if waits is not None else lambda _: None)


def test_waits_as_long_as_the_server_asks(sentry: Any, fault: Any) -> None:
    """`Retry-After` is waited for."""
    waits: list[float] = []
    sentry.faults = [fault("GET", "acme", 429, headers={"Retry-After": "7"})]
    assert {"id": "1", "slug": "acme"} == api(sentry, waits).get("/api/0/organizations/acme/")
    assert [7.0] == waits


def test_waits_longer_each_time(sentry: Any, fault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `Retry-After` the waits double, and the last failure is raised with its status."""
    monkeypatch.setattr("genai_sentry.ops.api.FIRST_WAIT_S", 0.5)
    waits: list[float] = []
    sentry.faults = [fault("GET", "acme", 503, times=99)]
    with pytest.raises(ApiError, match="5 tries") as raised:
        api(sentry, waits).get("/api/0/organizations/acme/")
    assert ([0.5, 1.0, 2.0, 4.0], 503) == (waits, raised.value.status)


def test_does_not_wait_for_an_hour(sentry: Any, fault: Any) -> None:
    """A wait that is too long is told instead of waited for."""
    sentry.faults = [fault("GET", "acme", 429, headers={"Retry-After": "3600"})]
    with pytest.raises(ApiError, match="try again in 3600 s"):
        api(sentry).get("/api/0/organizations/acme/")


def test_reads_dates() -> None:
    """`Retry-After` may be a date; a past one and nonsense mean no wait."""
    soon = email.utils.formatdate(time.time() + 30, usegmt=True)
    assert 25 < _retry_after(soon) <= 30
    assert [0.0, 0.0, 0.0] == [_retry_after(value) for value in ("Thu, 01 Jan 1970 00:00:00 GMT", "soon", None)]


def test_does_not_follow_redirects(sentry: Any, fault: Any) -> None:
    """A redirect is reported: following it would hand the token to another host."""
    sentry.faults = [fault("GET", "acme", 302, headers={"Location": "https://elsewhere.example/"})]
    with pytest.raises(ApiError, match=r"redirects to https://elsewhere\.example/"):
        api(sentry).get("/api/0/organizations/acme/")
    assert 1 == len(sentry.requests)


def test_reads_all_pages(sentry: Any) -> None:
    """Lists are read to their last page."""
    for number in range(10, 20):
        sentry.objects["workflows"][str(number)] = {"id": str(number), "name": "x"}
    client = api(sentry)
    assert 10 == len(list(client.pages(client.path("workflows"), per_page="100")))


def test_server_that_is_no_sentry(sentry: Any) -> None:
    """A page instead of a list says that the address may be wrong."""
    client = api(sentry)
    with pytest.raises(ApiError, match="expected a list"):
        list(client.pages(client.path()))


GOOD = {"SENTRY_AUTH_TOKEN": "t", "SENTRY_ORG": "acme", "SENTRY_PROJECT": "llm"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SENTRY_AUTH_TOKEN": ""}, "SENTRY_AUTH_TOKEN is not set"),
        ({"SENTRY_AUTH_TOKEN": "a b"}, "SENTRY_AUTH_TOKEN is malformed"),
        ({"SENTRY_ORG": ""}, "SENTRY_ORG is not set"),
        ({"SENTRY_ORG": "acme/../x"}, "SENTRY_ORG"),
        ({"SENTRY_PROJECT": ""}, "SENTRY_PROJECT is not set"),
        ({"SENTRY_URL": "sentry.io"}, "SENTRY_URL"),
        ({"SENTRY_URL": "https://u:p@sentry.io"}, "SENTRY_URL"),
    ],
)
def test_access_names_what_is_wrong(change: dict[str, str], named: str) -> None:
    """Missing and malformed access is an error that names the variable."""
    with pytest.raises(OpsError, match=named):
        Access.of({**GOOD, **change}, needs_project=True)


def test_flags_win_over_the_environment() -> None:
    """Flags come before variables; the token is not shown."""
    access = Access.of(GOOD, url="https://sentry.acme.example/", organization="other")
    assert ("https://sentry.acme.example", "other", "llm") == (access.url, access.organization, access.project)
    assert "'t'" not in repr(access)
