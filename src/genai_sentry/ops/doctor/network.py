"""Checks that ask servers: Sentry's, and (only when told to) providers'."""

from __future__ import annotations

import email.utils
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from genai_sentry.ops.doctor.facts import Facts
from genai_sentry.ops.doctor.findings import CREDENTIALS, NETWORK, Finding, check

TIMEOUT_S = 5.0
MAX_SKEW_S = 10.0


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    date: str


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def _ask(url: str, headers: Mapping[str, str] | None = None) -> _Answer:
    """The answer to a GET, whatever its status; raises `OSError` where there is none."""
    request = urllib.request.Request(url, headers={"User-Agent": "genai-sentry", **(headers or {})})
    try:
        with urllib.request.build_opener(_NoRedirect()).open(request, timeout=TIMEOUT_S) as response:
            return _Answer(response.status, response.headers.get("Date", ""))
    except urllib.error.HTTPError as error:
        with error:
            return _Answer(error.code, error.headers.get("Date", ""))


@check("Sentry server and clock", NETWORK)
def server(facts: Facts) -> Iterator[Finding]:
    """The DSN's host can't be reached, or its clock differs from this machine's."""
    parts = urlsplit(facts.dsn)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    place = f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}"
    before = time.time()
    try:
        answer = _ask(f"{place}/")
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        yield Finding(
            "dsn-unreachable",
            f"{place} can't be reached from here ({reason}): nothing arrives in Sentry.",
            "Check DNS, firewall, proxy (HTTPS_PROXY) and certificates on the way to it.",
        )
        return
    yield from clock(answer.date, (before + time.time()) / 2)


def clock(date: str, now: float) -> Iterator[Finding]:
    """Compare a server's `Date` with the time here."""
    try:
        theirs = email.utils.parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError):
        return
    skew = now - theirs
    if abs(skew) > MAX_SKEW_S:
        ahead = "ahead of" if skew > 0 else "behind"
        yield Finding(
            "clock-skew",
            f"This machine's clock is {abs(skew):.0f} s {ahead} Sentry's: spans and events land at the wrong time, or "
            "are refused.",
            "Synchronise the clock (NTP).",
        )


PROVIDERS = (
    ("OPENAI_API_KEY", "OPENAI_BASE_URL", "https://api.openai.com/v1", "/models"),
    ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "https://api.anthropic.com", "/v1/models"),
)
"""Variable of the key, variable of the address, its default, and a path that costs nothing."""


@check("credentials of providers", CREDENTIALS)
def credentials(facts: Facts) -> Iterator[Finding]:
    """A provider or gateway refuses the credential that is set."""
    for variable, place, default, path in PROVIDERS:
        key = facts.environ.get(variable, "").strip()
        if not key:
            continue
        url = (facts.environ.get(place) or default).strip().rstrip("/") + path
        headers = {"Authorization": f"Bearer {key}"}
        if variable.startswith("ANTHROPIC"):
            headers = {"x-api-key": key, "anthropic-version": "2023-06-01"}
        shown = f"{urlsplit(url).scheme}://{urlsplit(url).hostname}"
        try:
            status = _ask(url, headers).status
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or type(error).__name__
            yield Finding(
                "provider-unreachable",
                f"{shown} ({place}) can't be reached from here ({reason}).",
                f"Check {place}, DNS, firewall and proxy.",
            )
            continue
        if status in (401, 403):
            yield Finding(
                "credential-refused",
                f"{shown} refuses the credential in {variable} with {status}.",
                f"Put a valid key into {variable}; behind a gateway it is the gateway's.",
            )
