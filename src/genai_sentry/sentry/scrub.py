"""What may stay of a message: no key, no token, no account, no URL query value, no prompt that a provider echoes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from genai_sentry.redaction import redacted

if TYPE_CHECKING:
    from genai_sentry.settings import Settings

from genai_sentry.patterns import lazy

MAX_MESSAGE = 2000
"""Characters of a message that are kept."""

MAX_BODY = 1_000_000
"""Bytes of a request body that are searched for echoed text."""

MAX_KNOWN = 400_000
"""Characters of its texts that are."""

SCRUBBED = "[scrubbed]"
CUT = "[cut]"

_SECRET_PREFIXES = (
    r"sk|pk|rk|csk|gsk|xai|pplx|nvapi|hf|r8|fw|tgp|glpat|ghp|gho|ghs|github_pat|napi|jina|voyage|pa|lsv2|esecret|dsn"
)

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # user:password@ and the values of a query, whoever's URL it is
    (lazy(r"(\b[a-z][a-z0-9+.-]{1,20}://)[^\s/@'\"<>]{1,200}@", re.I), rf"\1{SCRUBBED}@"),
    (lazy(r"([?&][\w.~-]{1,64}=)(?!\[scrubbed\])[^&\s'\"<>)\]}]{1,2000}"), rf"\1{SCRUBBED}"),
    (lazy(r"\b(bearer|basic)\s+(?!\[)[A-Za-z0-9._~+/=*-]{6,}", re.I), rf"\1 {SCRUBBED}"),
    (
        lazy(
            r"\b(api[-_ ]?key|x-api-key|x-goog-api-key|authorization|access[-_]token|auth[-_]token|client[-_]secret|"
            r"secret[-_]?(?:access[-_])?key|password|passwd|signature)(['\"]?\s{0,3}(?:[:=]|provided:)\s{0,3}['\"]?)"
            r"(?!bearer\b|basic\b|\[scrubbed\])([^\s'\",;&}{)\]]{4,})",
            re.I,
        ),
        rf"\1\2{SCRUBBED}",
    ),
    (lazy(rf"\b(?:{_SECRET_PREFIXES})[-_](?=[\w*.-]*[\d*])[\w*.-]{{6,}}"), SCRUBBED),
    (lazy(r"\b(?:sk|gsk|csk|xai|pplx|nvapi|hf|r8)[-_][A-Za-z0-9_-]{16,}"), SCRUBBED),
    (lazy(r"\b(?:AIza[\w-]{16,}|ya29\.[\w.-]{8,}|(?:AKIA|ASIA|AROA)[A-Z0-9]{12,})"), SCRUBBED),
    (lazy(r"\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?"), SCRUBBED),
    (lazy(r"\b(organi[sz]ations?['\"]?[\s:=]{1,3}['\"`]?org-)(?!\[)[\w-]{3,}", re.I), rf"\1{SCRUBBED}"),
    # accounts: OpenAI's organisations, projects and users, others' account numbers
    (
        lazy(r"\b(org|proj|user|acct|team|cus)([-_])(?=[A-Za-z]*\d|[a-z]*[A-Z])[A-Za-z0-9]{6,}\b"),
        rf"\1\2{SCRUBBED}",
    ),
    (
        lazy(
            r"\b((?:organi[sz]ation|workspace|account|tenant|subscription|project)(?:[-_ ]id)?['\"]?[\s:=]{1,3}['\"`]?)"
            r"(?=[\w-]*\d)[0-9A-Za-z][\w-]{5,}",
            re.I,
        ),
        rf"\1{SCRUBBED}",
    ),
    (lazy(r"\b(arn:aws[\w-]*:[\w-]*:[\w-]*:)\d{6,}"), rf"\1{SCRUBBED}"),
    (lazy(r"\b(projects|subscriptions|accounts)/(?=[\w-]*\d)[\w-]{6,}"), rf"\1/{SCRUBBED}"),
    (lazy(r"\b[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{2,64}\b"), SCRUBBED),
    # whatever else is long and looks random
    (lazy(r"(?<![\w/.-])(?=[A-Za-z_]{0,60}\d)(?=[\d_]{0,60}[A-Za-z])[A-Za-z0-9_]{40,}(?![\w-])"), SCRUBBED),
)

_HEADERS = lazy(r"\bheaders['\"]?\s{0,3}[:=]\s{0,3}(?:\w{1,30}\()?(?=[{\[])", re.I)
"""Where an SDK prints a response's headers, as cohere's errors do: no value of theirs leaves, cookies least of all."""

_CONTROLS = lazy("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069]")
"""Characters that steer terminals and viewers, line feeds and tabs excepted: a message may have several lines."""

_ECHO = lazy(
    r"(['\"]?\b(?:input|inputs|input_value|prompt|messages|content|contents|text|query|instructions|system|"
    r"failed_generation|completion|output)['\"]?\s{0,2}[:=]\s{0,2})"
    r"('(?:[^'\\]|\\.){1,100000}'|\"(?:[^\"\\]|\\.){1,100000}\"|\[.{1,100000}\]|\{.{1,100000}\})",
    re.S,
)
"""A field in which providers and validators hand back what they were given."""

_LONG_QUOTE = lazy(r"'[^']{100,}'|\"[^\"]{100,}\"|`[^`]{100,}`")
"""Longer than any parameter's name or value that an error message has reason to quote."""

_PROSE_KEYS = frozenset(
    {"content", "text", "input", "inputs", "prompt", "query", "instructions", "system", "parts", "contents", "messages",
     "arguments", "output", "suffix", "documents", "texts", "description", "image_url", "url", "data"}
)  # fmt: skip


def scrub(text: str) -> str:
    """Take keys, tokens, account names, URL query values and control characters out of a message."""
    if not text:
        return text
    if len(text) > MAX_MESSAGE:
        text = text[:MAX_MESSAGE] + "…"
    if not text.isprintable():
        text = _CONTROLS.sub("", text)
    text = _without_headers(text)
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def _without_headers(text: str) -> str:
    kept: list[str] = []
    done = 0
    for found in _HEADERS.finditer(text):
        if found.start() >= done:
            kept += (text[done : found.end()], SCRUBBED)
            done = _closing(text, found.end())
    return "".join(kept) + text[done:] if kept else text


def _closing(text: str, start: int) -> int:
    """Where the bracket that opens at `start` is closed, strings passed over; the end where the text is cut off."""
    depth, quote, place = 0, "", start
    while place < len(text):
        sign = text[place]
        if quote:
            if sign == "\\":
                place += 1
            elif sign == quote:
                quote = ""
        elif sign in "'\"":
            quote = sign
        elif sign in "{[":
            depth += 1
        elif sign in "}]":
            depth -= 1
            if not depth:
                return place + 1
        place += 1
    return len(text)


def scrub_url(url: str) -> str:
    """Take the query's values and the credentials out of a URL."""
    for pattern, replacement in _RULES[:2]:
        url = pattern.sub(replacement, url)
    return url


class Echo:
    """A request's body, to cut from messages what a provider echoes of it. It is read once, when first asked.

    Attributes:
        size: bytes of the body.
    """

    __slots__ = ("_body", "_known", "_pieces", "size")

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self._pieces: list[str] = []
        self._known = ""
        self.size = len(body)

    def _read(self) -> None:
        body = self._body
        if body is not None:
            prose = list(_prose(body[:MAX_BODY]))
            self._pieces = [piece for piece in prose if 5 <= len(piece) <= 400]
            self._known = "\n".join(prose)[:MAX_KNOWN]
            self._body = None  # last: another thread may ask meanwhile

    def cut(self, text: str) -> str:
        """Cut from a message whatever of the request's texts appears in it."""
        self._read()
        if not self._known:
            return text
        for piece in self._pieces:
            if piece in text:
                text = text.replace(piece, CUT)
        kept: list[str] = []
        done = 0
        for word in _WORD.finditer(text):
            start = word.start()
            if len(text) - start < _PROBE:
                break
            if start < done or text[start : start + _PROBE] not in self._known:
                continue
            end = _longest(text, start, self._known)
            kept += (text[done:start], CUT)
            done = end
        return "".join(kept) + text[done:]


def cut_echo(text: str, echo: Echo | None = None) -> str:
    """Cut what a provider echoes of a prompt.

    Args:
        text: an error message.
        echo: the request's body, where it is known: whatever of it appears in the message is cut.
    """
    if not text:
        return text
    if echo is not None:
        text = echo.cut(text[: MAX_MESSAGE * 2])
    text = _ECHO.sub(rf"\1{CUT}", text)
    return _LONG_QUOTE.sub(f"'{CUT}'", text)


def message(text: str, *, echo: Echo | None = None, keep_content: bool = False) -> str:
    """Make a message fit to leave the process."""
    return scrub(text if keep_content else cut_echo(text, echo))


def fit(text: str, settings: Settings, echo: Echo | None = None) -> str:
    """Make a message fit to leave the process by what the settings say of content.

    Where content is captured, an echo of it may stay; through `redact`, as on spans.
    """
    if not settings.captures_spans:
        return message(text, echo=echo)
    kept = redacted(text, settings.redact)
    return message(text, echo=echo) if kept is None else scrub(kept)


MAX_DEPTH = 5
"""How deeply values are looked into; Sentry cuts what is nested deeper."""
MAX_BREADTH = 100
"""How many values of a list or a mapping are kept; of most Sentry keeps ten."""

_SOUND = (bool, int, float, type(None), date)


def everywhere(value: object, clean: Callable[[str], str], depth: int = MAX_DEPTH) -> object:
    """A copy of a value in which each text is cleaned: also those of exceptions, and what objects say of themselves."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, _SOUND):
        return value
    if isinstance(value, bytes | bytearray):
        return clean(value[: MAX_MESSAGE * 2].decode("utf-8", "replace"))
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        if depth <= 0:
            return f"<{type(value).__name__}>"
        if isinstance(value, Mapping):
            pairs = islice(value.items(), MAX_BREADTH)
            return {key: everywhere(item, clean, depth - 1) for key, item in pairs}
        return [everywhere(item, clean, depth - 1) for item in islice(value, MAX_BREADTH)]
    try:
        said = str(value) if isinstance(value, BaseException) else repr(value)
    except Exception:  # the application's own code
        said = f"<{type(value).__name__}>"
    return clean(said)


_PROBE = 18
_WORD = lazy(r"\S+")


def _longest(text: str, start: int, known: str) -> int:
    """Find how far the echo that begins at `start` goes."""
    low, high = start + _PROBE, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if text[start:middle] in known:
            low = middle
        else:
            high = middle - 1
    return low


def _prose(body: bytes) -> Iterator[str]:
    """Yield the texts of a JSON request body that can be a prompt."""
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        # Cut off at the limit, nested too deeply, or no JSON at all.
        yield body.decode("utf-8", "replace")
        return
    stack: list[tuple[object, bool]] = [(value, False)]
    looked_at = 0
    while stack and looked_at < 20_000:
        looked_at += 1
        node, prose = stack.pop()
        if isinstance(node, str):
            if prose:
                yield node
        elif isinstance(node, dict):
            stack.extend((child, prose or key in _PROSE_KEYS) for key, child in node.items() if not _label(key))
        elif isinstance(node, list):
            stack.extend((child, prose) for child in node)


def _label(key: object) -> bool:
    """Whether a field holds a word of the protocol, not of a person."""
    return key in ("role", "type", "model", "name", "id", "format", "detail", "mime_type", "mimeType")
