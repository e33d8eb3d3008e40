"""What is done to a message before it is compared: cutting, cleaning, removing what others have added or echoed."""

from __future__ import annotations

import re

from genai_sentry.errors.codelike import words_like_codes
from genai_sentry.errors.scripts import LETTERS, common_form
from genai_sentry.patterns import lazy

HEAD, TAIL = 3000, 1200
"""Of a longer text these many characters are read, from its beginning and from its end."""

_DROPPED_MARKS = "'`\"’‘“”*"
_SPACES = "(),.;:!?[]{}<>=/\\|-–—\n\r\t\f\v·~^&%$#@+，。；：！？（）【】、「」『』《》［］"
_UNCHANGED = {chr(code): chr(code) for code in range(128)}
"""Told, since a letter that is not in the table costs more than one that is."""
_PUNCTUATION = str.maketrans(
    {**_UNCHANGED, **dict.fromkeys(_DROPPED_MARKS), **dict.fromkeys(_SPACES, " "), **LETTERS}  # later ones count
)
_STANDS_IN = "\x01"
"""For the mark of what was cut out, which alone makes no text a foreign one."""
WIDE = lazy(r"[\u2e80-\ud7ff\uf900-\ufaff]")
"""A letter of Chinese, Japanese or Korean: words there stand without spaces."""


def cut(text: str) -> str:
    """Keep beginning and end of an overlong text."""
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} … {text[-TAIL:]}"


_OF_ASCII = b"".join((chr(code).lower().translate(_PUNCTUATION) or " ").encode() for code in range(128)) + bytes(128)
_DROPPED_OF_ASCII = "".join(filter(str.isascii, _DROPPED_MARKS)).encode()


def normal(text: str) -> str:
    """Lower case, no quotes, no punctuation, single spaces, one at either end; one form of Chinese."""
    plain = text if text.isascii() else text.replace("…", _STANDS_IN) if _STANDS_IN not in text else text
    if plain.isascii():
        bare = " ".join(plain.encode().translate(_OF_ASCII, _DROPPED_OF_ASCII).decode().split())
        return f" {bare} " if plain is text else f" {bare.replace(_STANDS_IN, '…')} "
    bare = " ".join(text.lower().translate(_PUNCTUATION).split())
    if not bare.isascii() and WIDE.search(bare):
        bare = common_form(bare)
    return f" {bare} "


_QUOTED = lazy(
    r'"[^"\n]{0,2000}"|`[^`\n]{0,2000}`|“[^”\n]{0,2000}”|「[^」\n]{0,2000}」|'
    r"(?<![\w])'(?:[^'\n]|'(?=\w)){0,2000}'(?!\w)"
)
_ECHO = lazy(
    r"\b(?:input_value|input|prompt|content|received|query|text|message content|user said|user message|"
    r"line starts with|got)"
    r"['\"]?\s{0,3}(?:[:=]|(?<=got)\s)\s{0,3}(?=['\"“`])"
    r"(?:\"[^\"\n]{0,2000}\"?|'[^'\n]{0,2000}'?|“[^”]{0,2000}”?|`[^`]{0,2000}`?)",
    re.IGNORECASE,
)
_MANY_LETTERS = lazy(r"[^\W\d_](?:[^\n]{0,40}?[^\W\d_]){9}")


_QUOTES = "'\"`“「"
_OF_SOCKETS = ("ConnectionError(", "TimeoutError(", "ProtocolError(", "ResolutionError(", "SSLError(", "ProxyError(")
"""What Python shows of such an exception in quotes, urllib3 has said, and nobody's prompt."""

_LONGEST_ECHO = 28
"""Letters of the longest words that introduce such a value, and of what may stand between."""
_GIVEN = lazy(r"[:=Tt](?:(?<=[:=])|(?<=[Gg][Oo].)\s)\s{0,3}['\"“`]")
"""Where a value in quotes follows: next to no text has one. It begins with the letters it can begin with, so that
looking for it costs little."""


def _masked(match: re.Match[str]) -> str:
    kept = len(match[0]) <= 13 or match[0].count(" ") < 2 or match.string.endswith(_OF_SOCKETS, 0, match.start())
    return match[0] if kept else " … "


def without_echoes(text: str) -> str:
    """The text without what it says it was given: values of `input`, `prompt`, `Received: …`, and the like."""
    if '"' in text or "'" in text or "`" in text or "“" in text:
        given = _GIVEN.search(text)
        if given is not None:
            start = text.rfind(" ", 0, max(0, given.start() - _LONGEST_ECHO)) + 1
            return text[:start] + _ECHO.sub(" … ", text[start:])
    return text


def without_quotes(text: str) -> str | None:
    """The text without the sentences it quotes, which may be the user's own; None where that changes nothing.

    None as well where next to nothing else is left: then the quotation is the message.
    """
    for mark in _QUOTES:
        if mark in text:
            break
    else:
        return None
    shorter = _QUOTED.sub(_masked, text)
    if shorter == text or not _MANY_LETTERS.search(shorter):
        return None
    return shorter


_BOILERPLATE = tuple(
    (words, lazy(pattern, re.IGNORECASE))
    for words, pattern in (
        (
            ("server-side issue", "server side issue"),
            r"this is a server[- ]side issue, usually temporary[^\n.]{0,80}\.?(?: if it persists,[^\n]{0,120})?",
        ),
        (("following error",), r"the model returned the following errors?:"),
        (
            ("request id", "request_id", "requestid", "request-id"),
            r"\(?\b(?:x-)?request[ _-]?id[\"']?\s?[:=]\s?[\"']?[\w.-]{0,80}[\"']?\)?",
        ),
        (("quota limitations",), r"possible quota limitations in place[^\n]{0,160}"),
        (("is down or",), r"the [\w .-]{2,40} api provider is down or overloaded\.?"),
        (
            ("believe this",),
            r"if you believe this is an error[^\n.]{0,60}(?:contact|support)[^\n.]{0,60}\.?",
        ),
        (
            ("more information",),
            r"for more information (?:on|about) this error[^\n]{0,20}\b(?:read|head|check|visit|see)\b[^\n]{0,200}"
            r"|for more information check: ?https?://\S{0,200}",
        ),
        (
            ("check network", "network connection"),
            r"(?:please )?check (?:your |the )?(?:network|internet) connection[^\n.]{0,80}",
        ),
        (("will ",), r"\bwill (?:sleep for [\d.]+ \w+|retry)[^\n]{0,60}"),
        (("retrying",), r"retrying in [\d.]+ ?\w{0,12}[^\n]{0,40}|retrying with backoff[.…]*"),
        (("attempt",), r"\(?sdk attempt count: \d+\)?|attempt \d+ failed with status \d+\.?"),
        (("model group",), r"(?:received model group|available model group fallbacks)=[^\n]{0,400}"),
        (("_fallback",), r"\b(?:content_policy|context_window)_fallback\w{0,3}=\S{0,60}"),
        (("/login",), r"please run /login\s*·?"),
        (("to authenticate. api error",), r"failed to authenticate\. (?=api error)"),
        (("check your parameters",), r"bad request - please check your parameters(?: provider returned error)?"),
        (("node:", ".js:", ".mjs:", ".ts:"), r"\bat (?:async )?[\w.$<>\[\] ]{1,80}\([^()\n]{1,300}\)"),
        (("=undefined", "=null", "=none"), r"\b\w{1,40}=(?:undefined|null|none)\b"),
        (("more tokens",), r"need more tokens(?:\?|%3f)? upgrade to[^\n]{0,160}"),
        (("hint: ", "openai_category"), r"\[openai_category=\w{1,40}\]|hint: [^\n]{0,160}"),
        ((" 10",), r"(?<= 10\d\d) \([a-z ]{5,40}\)(?! ?\d)"),
        (
            ("caused by", "causes"),
            r"(?:caused by|causes)\b[^\n:]{0,40}:[ \t]*(?:\n[ \t]*(?:[•*·-]|\d[.)])[^\n]{0,160}){1,8}",
        ),
        (("也可能",), r"可能是[^，。；！\n]{1,30}[，、；]?也可能是?[^，。；！\n]{1,30}"),
        (("http",), r"https?://[^\s\"'<>)\]]{1,300}"),
    )
)
"""What clients and gateways add, each with words without which it can't be there."""


def _shared_part(words: tuple[str, ...]) -> str:
    """The longest part that all the words have in common, so that one look tells of all that they are not there."""
    first = min(words, key=len)
    parts = (first[start:end] for start in range(len(first)) for end in range(start + 1, len(first) + 1))
    return max((part for part in parts if all(part in word for word in words)), key=len, default="")


_WITH_SHARED_PARTS = tuple(
    (words[0] if len(words) == 1 else _shared_part(words), words, pattern) for words, pattern in _BOILERPLATE
)


def without_boilerplate(text: str) -> str:
    """The text without what clients and gateways add to every error, and without web addresses."""
    lower = text.lower()
    for part, words, pattern in _WITH_SHARED_PARTS:
        if part in lower:
            for word in words:
                if word in lower:
                    text = pattern.sub(" ", text)
                    break
    return text


_LETTERS = lazy(r"[^\W\d_]{3}")


class Reading:
    """A text as rules read it; each way of reading is worked out once, when first asked for.

    Attributes:
        clean: without what clients, gateways and echoes add.
        unquoted: the same without the sentences it quotes; None where it quotes none.
        codes: the words of `clean` that look like codes.
        normal_text, normal_clean, normal_unquoted: as they are compared; the last as `clean` where nothing is quoted.
    """

    __slots__ = ("_codes", "_normal_clean", "_normal_unquoted", "_text", "clean", "unquoted")

    def __init__(self, text: str) -> None:
        self._text = text
        self._normal_clean = self._normal_unquoted = ""
        self._codes: list[str] | None = None
        boiled = without_boilerplate(text)
        clean = without_echoes(boiled)
        self.clean = clean if _LETTERS.search(clean) else boiled
        self.unquoted = without_quotes(self.clean)

    @property
    def codes(self) -> list[str]:
        if self._codes is None:
            self._codes = words_like_codes(self.clean)
        return self._codes

    @property
    def normal_text(self) -> str:
        return self.normal_clean if self.clean == self._text else normal(self._text)

    @property
    def normal_clean(self) -> str:
        if not self._normal_clean:
            self._normal_clean = normal(self.clean)
        return self._normal_clean

    @property
    def normal_unquoted(self) -> str:
        if self.unquoted is None:
            return self.normal_clean
        if not self._normal_unquoted:
            self._normal_unquoted = normal(self.unquoted)
        return self._normal_unquoted


_TRACEBACK = "Traceback (most recent call last)"
_ESCAPED_TRACEBACK = f"{_TRACEBACK}:\\n"
"""One inside a string of JSON: its lines are told apart when that is opened."""
_LINKS_OF_CHAIN = ("The above exception was", "During handling of the above exception")


def without_frames(text: str) -> str:
    """A traceback's exceptions, without its frames, whose source lines would be mistaken for evidence."""
    if _TRACEBACK not in text or _ESCAPED_TRACEBACK in text:
        return text
    kept: list[str] = []
    inside = False
    for line in text.splitlines():
        bare = line.lstrip(" |+-")
        if _TRACEBACK in line:
            inside = True
            before = line[: line.index(_TRACEBACK)]
            if before.count(" ") > 3:
                kept.append(before)
        elif inside and bare[:1] and not line[:1].isspace() and not bare.startswith('File "'):
            inside = False
        if not inside and not bare.startswith(_LINKS_OF_CHAIN):
            kept.append(line)
    return "\n".join(kept).strip()


_HTML = lazy(r"<!?(?:doctype|html|head|title|body)\b", re.IGNORECASE)
_DROPPED = lazy(r"<(style|script)\b[^>]{0,200}>.{0,4000}?(?:</\1>|$)", re.IGNORECASE | re.DOTALL)
_TAG = lazy(r"<[^<>]{0,400}>")


def is_html(text: str) -> bool:
    """Whether an HTML page begins somewhere in the text."""
    return "<" in text and _HTML.search(text[:1500]) is not None


def html_text(text: str) -> str:
    """What a reader of the page would see, in short."""
    return " ".join(_TAG.sub(" ", _DROPPED.sub(" ", text[:20_000])).split())[:1500]
