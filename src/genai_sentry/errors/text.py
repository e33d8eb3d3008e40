"""What is done to a message before it is compared: cutting, cleaning, removing what others have added or echoed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from genai_sentry.errors.codelike import words_like_codes
from genai_sentry.errors.scripts import LETTERS, common_terms
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
_HAN = lazy(r"[\u4e00-\u9fff]")
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
    if not bare.isascii() and _HAN.search(bare):
        bare = common_terms(bare)
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


_PHRASE_OF_STATUS = (
    r"bad request|unauthorized|payment required|forbidden|not found|method not allowed|request timeout|"
    r"request entity too large|payload too large|unprocessable|too many requests|internal server error|"
    r"bad gateway|service unavailable|gateway time-?out|client closed request"
)
_STATUS = lazy(
    r"(?<![a-z0-9_](?=[a-df-z]))"  # nothing below begins within a word, but for the endings `exception` and `error`
    r"(?:(?:\bstatus(?:[ _-]?code)?(?: of| was| is)?|\berror(?: code)?|"
    r"\bhttp(?:/[\d.]+)?(?: (?:status|code|error|status code))?|\bhttp_code|"
    r"\bresponse code|\bcode|\bapi error|\bfailed with|\bstatuscode|状态码|(?:上游|接口|服务器|服务端)返回(?: ?http)?)"
    r"[\"']?[\s:：=('\"\[]{1,4}([1-5]\d\d)"
    r"(?![\d.,%]\d|\d|-\d|\w)"
    rf"|(?:^|[\[(:\s`'\"])([45]\d\d)(?= [(\"'“]?(?:{_PHRASE_OF_STATUS})\b)"
    r"|\[([45]\d\d)[\] :]|[:!.] ([45]\d\d)(?= -|, message=)|: ([45]\d\d)(?= [A-Z\"{])"
    r"|\A\W{0,3}([45]\d\d)(?= ?[-:,{<\[]| [A-Z\"'A-z\u4e00-\u9fff])"
    r"|(?:\b(?:returned|returns|(?:responded|replied|answered) with|response|got|received|upstream|responseerror|http)|"
    r"\bhttp_?status|\berror_code|\bhttp[_-])(?:[ :=('\"]{1,3}|(?<=[_-]))([45]\d\d)"
    r"(?=\s*(?:\Z|[.;:)\]\"'\n|}]|, ?['\"])|\s+(?-i:[A-Z]))"
    r"|\b(?:failed|failure|error|denied|refused|rejected|unavailable|limited|unauthorized|forbidden|non-200),? "
    r"\(?([45]\d\d)(?=\)|\s*\Z|[.:;])|(?:失败|失敗しました|异常|报错|실패)[：:]? ?[(（]?([45]\d\d)(?![\w.%-])"
    r"|(?<=\w)(?:exception|error): ([45]\d\d)(?=\s*\Z))",
    re.IGNORECASE,
)


_NUMBERED = lazy(
    r"(?<![a-z0-9_](?=[a-z]))"  # nothing below begins within a word
    r"(?:(?:\bcode|\berror|\berr|\bstatus|错误码|错误代码|返回码|错误|代码)[\"'*]{0,2}[\s:：=#(（]{1,3}[\"'*]{0,2}(\d{1,6})(?![\w.%]|-\d)"
    r"|\A\W{0,4}(\d{4,6})(?= ?[:：-] ?[^\W\d])|[:：] ?\**(\d{4,6})(?= ?[:：-] ?[^\W\d])"
    r"|[(（\[](\d{4,6})[)）\]])",
    re.IGNORECASE,
)
_DIGITS = lazy(r"\d(?<!\w.)\d{0,5}(?!\w)")
_NUMBER_AFTER = ("code", "err", "error", "status", "码", "代码", "错误")
_COLONS = (":", "：", ": ", "： ")
_BETWEEN = " \t\n\r\f\v\xa0\u3000:：=\"'*"
"""What may stand between such a word and the number, besides brackets."""


def numbers_of_errors(text: str, first: int = 0) -> list[str]:
    """Numbers that a text names as an error's own: after `code`, before a colon, or in brackets; no HTTP statuses.

    Before `first` there is no digit.
    """
    head = text[:600]
    likely = [one for one in _DIGITS.finditer(head, first) if _may_be_error(head, one.start())]
    if not likely:
        return []
    numbers = _around(likely, _NUMBERED, head, 20, 10)
    return [number for number in numbers if not (len(number) == 3 and "100" <= number < "600")]


def _may_be_error(text: str, start: int) -> bool:
    """Whether what stands before a number can introduce an error's; the pattern looks closer, and costs more."""
    if start <= 4 or text[start - 1] in "([（［":
        return True
    before = text[max(0, start - 20) : start]
    return before.rstrip("*").endswith(_COLONS) or before.rstrip(_BETWEEN + "#(（").lower().endswith(_NUMBER_AFTER)


_NAMED = lazy(r"(?i)(?:error occurred \(|failed: \[(?=\w{1,40}_))(\w{3,60})[)\]]|\bStatusCode\.([A-Z_]{3,30})\b")
"""How botocore, relays and gRPC print the code of an error in their exceptions' texts."""


def named_codes(text: str) -> list[str]:
    """Codes that clients print into their messages in a form of their own."""
    if not ("occurred (" in text or "StatusCode." in text or "failed: [" in text):
        return []
    return [match[1] or match[2] for match in _NAMED.finditer(text[:2000])]


_ERROR_CODE = "Error code: "


def status_alone(text: str) -> int | None:
    """The status, where a text is no more than what generated SDKs say of it: `Error code: 429`."""
    if len(text) != 15 or not text.startswith(_ERROR_CODE):
        return None
    number = text[12:]
    return int(number) if number.isascii() and number.isdigit() and "100" <= number < "600" else None


_THREE_DIGITS = lazy(r"[1-5](?<![^\W_].)\d\d(?![\w-])")
_STATUS_AFTER = (
    "status", "code", "error", "http", "of", "was", "is", "with", "码", "返回",
    "returned", "returns", "response", "got", "received", "upstream",
    "failed", "failure", "denied", "refused", "rejected", "unavailable", "limited", "unauthorized", "forbidden",
    "non-200", "exception", "失败", "しました", "异常", "报错", "실패",
)  # fmt: skip
_STATUS_BEFORE = tuple(phrase[:6] for phrase in _PHRASE_OF_STATUS.split("|"))
_ENDS_OF_SENTENCES = (": ", "! ", ". ")


def statuses(text: str, first: int = 0) -> list[int]:
    """HTTP statuses that a text names as such, not in longer numbers or sentences; before `first` there is no digit."""
    head = text[:1200]
    likely = [one for one in _THREE_DIGITS.finditer(head, first) if _may_be_status(head, one.start())]
    return [int(number) for number in _around(likely, _STATUS, head, 40, 40)] if likely else []


def _may_be_status(text: str, start: int) -> bool:
    """Whether three digits stand where a status can; the pattern looks closer, and costs more."""
    if start <= 3 or text[start - 1] == "[":
        return True
    before = text[max(0, start - 40) : start].lower()
    if before.rstrip(_BETWEEN + "[(（,_-").endswith(_STATUS_AFTER) or "http/" in before:
        return True
    after = text[start + 3 : start + 13].lower()
    if after[:1] == " " and after[1:].lstrip("(\"'“").startswith(_STATUS_BEFORE):
        return True
    if before.endswith(": ") and after[:1] == " " and (after[1:2].isalpha() or after[1:2] in '"{'):
        return True
    return before.endswith(_ENDS_OF_SENTENCES) and after.startswith((" -", ", message="))


def _around(numbers: Iterable[re.Match[str]], wanted: re.Pattern[str], text: str, before: int, after: int) -> list[str]:
    """What a pattern captures near to numbers; it looks at so many characters on either side of each."""
    found: list[str] = []
    done = 0
    for number in numbers:
        while number.start() >= done:
            start, end = max(done, number.start() - before), number.end() + after
            match = wanted.search(text, start, end)
            if match is not None and match.end() >= end:  # what comes after it was not looked at
                match = wanted.search(text, start)
            if match is None:
                break
            found.append(next(filter(None, match.groups())))
            done = match.end()
    return found
