"""Numbers that texts name as an error's own: statuses and codes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from genai_sentry.patterns import lazy

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
    r"\(?([45]\d\d)(?=\)|\s*\Z|[.:;])"
    r"|(?:失败|失敗しました|异常|报错|실패|错误|エラー|에러|오류)[了：:]? ?[(（]?([45]\d\d)(?![\w.%-])"
    r"|(?:返回|报|遇到|提示|收到|出现|响应)了? ?([45]\d\d)"
    r"(?=\s*(?:\Z|[，。,;；：:！!)）]|错误|异常|报错|未授权|服务|禁止))"
    r"|(?<![a-z0-9_.-])([45]\d\d) ?(?=(?:错误|报错|异常|状态|エラー|에러|오류)(?!码))"
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


_NAMED = lazy(
    r"(?:error occurred \(|failed: \[(?=\w{1,40}_))(\w{3,60})[)\]]"
    r"|(?:\bStatusCode\.|/errors/(?=[A-Z]{1,30}_))([A-Z_]{3,30})\b"
)
"""How botocore, relays, gRPC and LangChain print the code of an error in their exceptions' texts."""


def named_codes(text: str) -> list[str]:
    """Codes that clients print into their messages in a form of their own."""
    if not ("occurred (" in text or "StatusCode." in text or "failed: [" in text or "/errors/" in text):
        return []
    return [match[1] or match[2] for match in _NAMED.finditer(text[:3000])]


_ERROR_CODE = "Error code: "


def status_alone(text: str) -> int | None:
    """The status, where a text is no more than what generated SDKs say of it: `Error code: 429`."""
    if len(text) != 15 or not text.startswith(_ERROR_CODE):
        return None
    number = text[12:]
    return int(number) if number.isascii() and number.isdigit() and "100" <= number < "600" else None


_THREE_DIGITS = lazy(r"[1-5](?<![^\W_\u2e80-\ud7ff].)\d\d(?![^\W\u2e80-\ud7ff]|-)")
_STATUS_AFTER = (
    "status", "code", "error", "http", "of", "was", "is", "with", "码", "返回",
    "returned", "returns", "response", "got", "received", "upstream",
    "failed", "failure", "denied", "refused", "rejected", "unavailable", "limited", "unauthorized", "forbidden",
    "non-200", "exception", "失败", "しました", "异常", "报错", "실패", "错误", "エラー", "에러", "오류",
    "报", "遇到", "提示", "收到", "出现", "响应", "了",
)  # fmt: skip
_STATUS_BEFORE = tuple(phrase[:6] for phrase in _PHRASE_OF_STATUS.split("|"))
_STATUS_SAID = ("错误", "报错", "异常", "状态", "エラー", "에러", "오류")
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
    if after.lstrip(" ").startswith(_STATUS_SAID):
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
