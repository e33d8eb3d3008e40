"""Sentry's web API: one request at a time, over the standard library, with retries and pages.

The token comes from the environment alone, since command lines end up in shell histories and process lists. It is
never printed and never follows a redirect to another place.
"""

from __future__ import annotations

import email.utils
import http.client
import json
import re
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from genai_sentry.ops.errors import ApiError, OpsError
from genai_sentry.ops.objects import Payload
from genai_sentry.version import __version__

TIMEOUT_S = 30.0
TRIES = 5
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 60.0
"""A `Retry-After` beyond this is not waited for: the person is told instead."""

MAX_PAGES = 200


@dataclass(frozen=True, slots=True)
class Access:
    """Where to go and as whom.

    Attributes:
        url: the Sentry server.
        organization: its slug.
        project: its slug; empty where none is needed.
        token: the auth token.
    """

    url: str
    organization: str
    project: str = ""
    token: str = field(default="", repr=False)

    @classmethod
    def of(
        cls,
        environ: Mapping[str, str],
        *,
        url: str | None = None,
        organization: str | None = None,
        project: str | None = None,
        needs_project: bool = False,
    ) -> Access:
        """From flags, else `SENTRY_URL`, `SENTRY_ORG`, `SENTRY_PROJECT`; the token from `SENTRY_AUTH_TOKEN`.

        Raises:
            OpsError: something is missing or malformed; the message names it.
        """
        found = cls(
            url=(url or environ.get("SENTRY_URL") or "https://sentry.io").strip().rstrip("/"),
            organization=(organization or environ.get("SENTRY_ORG") or "").strip(),
            project=(project or environ.get("SENTRY_PROJECT") or "").strip(),
            token=(environ.get("SENTRY_AUTH_TOKEN") or "").strip(),
        )
        parts = urllib.parse.urlsplit(found.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise OpsError(f"SENTRY_URL (or --url): expected https://…, got {found.url!r}")
        if parts.username or parts.query or parts.fragment:
            raise OpsError("SENTRY_URL (or --url): expected a plain address without user, query or fragment")
        if not found.token:
            raise OpsError("SENTRY_AUTH_TOKEN is not set: create an auth token in Sentry and put it there")
        if not found.token.isascii() or re.search(r"\s", found.token):
            raise OpsError("SENTRY_AUTH_TOKEN is malformed: it has blanks or characters that no token has")
        _check_slug("SENTRY_ORG", "--org", found.organization, needed=True)
        _check_slug("SENTRY_PROJECT", "--project", found.project, needed=needs_project)
        return found


def _check_slug(variable: str, flag: str, value: str, *, needed: bool) -> None:
    if not value and needed:
        raise OpsError(f"{variable} is not set: name it there or with {flag}")
    if value and not re.fullmatch(r"[A-Za-z0-9_-]+", value):
        raise OpsError(f"{variable} (or {flag}): expected a slug, got {value!r}")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class _Again(Exception):
    """A request that may succeed when it is sent again.

    Attributes:
        error: what to raise in the end.
        wait: seconds that the server asked to wait.
        uncertain: whether it may have been carried out all the same (connection lost, server failed).
    """

    def __init__(self, error: ApiError, wait: float, uncertain: bool) -> None:
        super().__init__(str(error))
        self.error, self.wait, self.uncertain = error, wait, uncertain


class Api:
    """A client for one organisation.

    Args:
        access: where to go and as whom.
        sleep: waits between tries; tests give one that does not.
    """

    def __init__(self, access: Access, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.access = access
        self._sleep = sleep
        context = ssl.create_default_context()
        if not context.cert_store_stats()["x509_ca"]:
            import certifi

            context.load_verify_locations(certifi.where())
        self._opener = urllib.request.build_opener(_NoRedirect(), urllib.request.HTTPSHandler(context=context))

    def path(self, *parts: str) -> str:
        """A path below the organisation: `path("dashboards", "7")`."""
        quoted = "/".join(urllib.parse.quote(part, safe="") for part in parts)
        organization = urllib.parse.quote(self.access.organization, safe="")
        return f"/api/0/organizations/{organization}/{quoted}{'/' if quoted else ''}"

    def get(self, path: str, **query: str) -> Any:
        """One object; raises `ApiError`."""
        return self._send("GET", path + _query(query), None)[0]

    def page(self, path: str, *, fields: Sequence[str] = (), cursor: str = "", **query: str) -> tuple[Any, str]:
        """One page of a table, and the cursor of the next, empty after the last; raises `ApiError`.

        Args:
            path: where.
            fields: columns, each sent as a `field` of its own.
            cursor: which page; the first by default.
        """
        pairs = [*query.items(), *(("field", name) for name in fields), *((("cursor", cursor),) if cursor else ())]
        answer, headers = self._send("GET", f"{path}?{urllib.parse.urlencode(pairs)}", None)
        return answer, _next_cursor(headers)

    def pages(self, path: str, **query: str) -> Iterator[Payload]:
        """All objects of a list, page by page; raises `ApiError`."""
        cursor = ""
        for _ in range(MAX_PAGES):
            answer, headers = self._send(
                "GET", path + _query({**query, **({"cursor": cursor} if cursor else {})}), None
            )
            if not isinstance(answer, list):
                raise ApiError(f"GET {path}: expected a list, got {type(answer).__name__}: is SENTRY_URL right?")
            yield from (item for item in answer if isinstance(item, dict))
            cursor = _next_cursor(headers)
            if not cursor:
                return
        raise ApiError(f"GET {path}: more than {MAX_PAGES} pages")

    def put(self, path: str, body: Payload) -> Any:
        """Replace an object; raises `ApiError`."""
        return self._send("PUT", path, body)[0]

    def delete(self, path: str) -> None:
        """Delete an object; raises `ApiError`."""
        self._send("DELETE", path, None)

    def post(self, path: str, body: Payload, made: Callable[[], Payload | None]) -> Any:
        """Create an object; raises `ApiError`.

        Args:
            path: where.
            body: what.
            made: looks whether the object is there; asked before a request that may have been carried out is sent
                again, so that a lost answer makes no second object.
        """
        return self._send("POST", path, body, made)[0]

    def _send(
        self, method: str, path: str, body: Payload | None, made: Callable[[], Payload | None] | None = None
    ) -> tuple[Any, Mapping[str, str]]:
        for attempt in range(TRIES):
            try:
                return self._once(method, path, body)
            except _Again as again:
                wait = max(FIRST_WAIT_S * 2**attempt, again.wait)
                if wait > LONGEST_WAIT_S or attempt == TRIES - 1:
                    hint = f"try again in {wait:.0f} s" if wait > LONGEST_WAIT_S else f"{TRIES} tries"
                    message = f"{again.error} ({hint})"
                    raise ApiError(message, again.error.status, uncertain=again.uncertain) from None
                self._sleep(wait)
                if again.uncertain and made is not None:
                    try:
                        found = made()
                    except ApiError as error:
                        raise ApiError(f"{again.error}; then {error}", error.status, uncertain=True) from None
                    if found is not None:
                        return found, {}
        raise AssertionError("unreachable")

    def _once(self, method: str, path: str, body: Payload | None) -> tuple[Any, Mapping[str, str]]:
        request = urllib.request.Request(
            self.access.url + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={
                "Authorization": f"Bearer {self.access.token}",
                "Content-Type": "application/json",
                "Accept": "application/json",
                "User-Agent": f"genai-sentry/{__version__}",
            },
        )
        where = f"{method} {self.access.url}{path.partition('?')[0]}"
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as response:
                text = response.read()
                headers = dict(response.headers.items())
        except urllib.error.HTTPError as error:
            raise _refused(where, error, self.access) from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            certificate = isinstance(reason, ssl.SSLCertVerificationError)
            fault = ApiError(f"{where}: no answer: {reason}")
            raise fault if certificate else _Again(fault, 0.0, uncertain=True) from None
        if not text:
            return None, headers
        try:
            return json.loads(text), headers
        except ValueError:
            raise ApiError(f"{where}: the answer is not JSON: is SENTRY_URL a Sentry server?") from None


def _refused(where: str, error: urllib.error.HTTPError, access: Access) -> Exception:
    status = error.code
    try:
        detail = _detail(error.read(10_000))
    except (OSError, http.client.HTTPException):
        detail = ""
    message = f"{where}: {status}{': ' + detail if detail else ''}"
    if 300 <= status < 400:
        target = error.headers.get("Location", "elsewhere")
        return ApiError(f"{where}: redirects to {target}; set SENTRY_URL to the address it ends at", status)
    if status == 429:
        return _Again(ApiError(message, status), _retry_after(error.headers.get("Retry-After")), uncertain=False)
    if status >= 500:
        return _Again(ApiError(message, status), _retry_after(error.headers.get("Retry-After")), uncertain=True)
    if status == 401:
        return ApiError(f"{message}; SENTRY_AUTH_TOKEN is invalid or expired", status)
    return ApiError(message, status)


def _detail(body: bytes) -> str:
    """What an error body says, on one line, bounded."""
    text = body.decode("utf-8", "replace").strip()
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = None
    if isinstance(parsed, dict) and set(parsed) == {"detail"}:
        parsed = parsed["detail"]
    if parsed is not None:
        text = parsed if isinstance(parsed, str) else json.dumps(parsed)
    elif text.startswith("<"):
        text = "an HTML page"
    return " ".join(text.split())[:500]


def _retry_after(value: str | None) -> float:
    """Seconds that `Retry-After` asks for, given as a number or a date; 0 where it does not."""
    if not value:
        return 0.0
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0


def _query(query: Mapping[str, str]) -> str:
    return f"?{urllib.parse.urlencode(query)}" if query else ""


_NEXT = re.compile(r'<[^>]*>;[^,]*rel="next"[^,]*')


def _next_cursor(headers: Mapping[str, str]) -> str:
    """The cursor of the next page, from Sentry's `Link` header; empty where there is none."""
    link = next((value for name, value in headers.items() if name.lower() == "link"), "")
    found = _NEXT.search(link)
    if not found or 'results="true"' not in found.group():
        return ""
    cursor = re.search(r'cursor="([^"]+)"', found.group())
    return cursor.group(1) if cursor else ""
