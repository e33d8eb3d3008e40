"""Figures that a message names: limits, what was asked for, what was used."""

from __future__ import annotations

import re
from functools import cache

from genai_sentry.errors.taxonomy import ErrorType, Reason
from genai_sentry.patterns import lazy

_N = r"(\d[\d,_]{0,14})"
_GAP = r"[^\d\n]{0,60}?"

_LIMIT_THEN_ASKED = (
    rf"maximum context length (?:is|of|allowed is|for this model is)?{_GAP}{_N}{_GAP}(?:tokens|characters)?"
    rf"[^\d\n]{{0,120}}?{_N}",
    rf"context (?:length|window|size) (?:is|of){_GAP}{_N}[^\d\n]{{0,120}}?{_N}",
    rf"must be <= {_N}\.? given: {_N}",
    rf"limit:? {_N}(?:[^\n]{{0,60}}?)requested:? {_N}",
    rf"range of input length should be \[\d+, {_N}\]()",
    rf"exceeded model token limit: {_N}[^\d\n]{{0,20}}requested: {_N}",
)
_ASKED_THEN_LIMIT = (
    rf"(\d[\d,]{{0,14}}) \+ \d[\d,]{{0,14}} > {_N}",
    rf"{_N} tokens? > {_N}",
    rf"too long: {_N}[^\d\n]{{0,60}}{_N}",
    rf"prompt_tokens \({_N}\) must be less than max_seq_len \({_N}\)",
    rf"(?:input|prompt|request)[^\d\n]{{0,30}}\({_N}(?: tokens)?\)[^\d\n]{{0,80}}\(?{_N}",
    rf"input token count[^\d\n]{{0,10}}{_N}[^\d\n]{{0,80}}{_N}",
    rf"(?:current|requested|used):? {_N}, limit:? {_N}",
    rf"limit exceeded: {_N} > {_N}",
    rf"(?:contains|has|resulted in|requested) {_N} (?:input )?tokens[^\d\n]{{0,80}}{_N}",
)
_SUM = lazy(r"(\d[\d,]{0,14}) \+ (\d[\d,]{0,14}) > \d")
_SPLIT = lazy(
    rf"context (?:length|window|size)[^\d\n]{{0,60}}?{_N}[^\d\n]{{0,80}}?{_N}[^\d\n]{{0,40}}?"
    rf"[(:] ?{_N} "
    r"(?:tokens from the input|of text input|of tool input|in the messages|in your prompt|in the prompt|of input)"
)
_SPLIT_OF_TGI = lazy(rf"must be <= {_N}\. Given: {_N} `?inputs`? tokens")
_RATE = lazy(r"([lurc])(?<!\w.)(?:(?<=l)imit|(?<=u)sed|(?<=r)equested|(?<=c)urrent):? ?(\d[\d,]{0,14})")
_RATE_NAMES = {"l": "limit", "u": "used", "r": "requested", "c": "used"}
_RATE_OF = lazy(
    r"(?:rate limit|limit)[^\d\n]{0,80}? of (\d[\d,]{0,14}) (?:input |output |prompt )?(?:tokens|requests)",
)


@cache
def compiled(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """Patterns, compiled when they are first wanted, so that importing stays light."""
    return tuple(map(lazy, patterns))


def warm() -> None:
    """Compile what is compiled late."""
    compiled(_LIMIT_THEN_ASKED)
    compiled(_ASKED_THEN_LIMIT)


def _int(digits: str) -> int:
    cleaned = digits.replace(",", "").replace("_", "")
    return int(cleaned) if cleaned else 0


def of_context(text: str) -> dict[str, int | float]:
    """`limit`, `requested` and `over_by`, in tokens, as far as the message names them."""
    limit = requested = 0
    text = text.lower()
    for pattern in compiled(_LIMIT_THEN_ASKED):
        if match := pattern.search(text):
            limit, requested = _int(match[1]), _int(match[2])
            break
    else:
        for pattern in compiled(_ASKED_THEN_LIMIT):
            if match := pattern.search(text):
                requested, limit = _int(match[1]), _int(match[2])
                break
    if summed := _SUM.search(text):
        requested = _int(summed[1]) + _int(summed[2])
    return _figures(limit, requested)


def split(text: str) -> tuple[int, int] | None:
    """The context window, and how much of it the input alone asks for; None where a message does not say."""
    if match := _SPLIT.search(text[:20_000]):
        return _int(match[1]), _int(match[3])
    if match := _SPLIT_OF_TGI.search(text[:20_000]):
        return _int(match[1]), _int(match[2])
    return None


def _figures(limit: int, requested: int) -> dict[str, int | float]:
    figures: dict[str, int | float] = {}
    if limit > 0:
        figures["limit"] = limit
    if requested > 0:
        figures["requested"] = requested
    if requested > limit > 0:
        figures["over_by"] = requested - limit
    return figures


def of_rate_limit(text: str) -> dict[str, int | float]:
    """`limit`, `used` and `requested`, as far as the message names them."""
    figures: dict[str, int | float] = {}
    lower = text[:4000].lower()
    if "limit" not in lower:
        return figures
    for letter, digits in _RATE.findall(lower)[:8]:
        figures.setdefault(_RATE_NAMES[letter], _int(digits))
    if "limit" not in figures and (match := _RATE_OF.search(lower)):
        figures["limit"] = _int(match[1])
    return figures


_TOKENS_A_MINUTE, _REQUESTS_A_MINUTE = Reason.TOKENS_PER_MINUTE, Reason.REQUESTS_PER_MINUTE
_TOKENS_A_DAY, _REQUESTS_A_DAY = Reason.TOKENS_PER_DAY, Reason.REQUESTS_PER_DAY
_WINDOWS = tuple(
    (words, reason, tuple(map(lazy, patterns)))
    for words, reason, patterns in (
        (
            ("min", "tpm"),
            _TOKENS_A_MINUTE,
            (
                r"tokens?[ _-]?(?:/|per)[ _\n-]{0,2}min",
                r"tpm(?<!\w...)(?!\w)",
                r"tokens\w{0,40}perminute",
                r"token_count\w*_per_minute",
            ),
        ),
        (
            ("min", "rpm"),
            _REQUESTS_A_MINUTE,
            (
                r"requests?[ _-]?(?:/|per)[ _\n-]{0,2}min",
                r"rpm(?<!\w...)(?!\w)",
                r"requests\w{0,20}perminute",
                r"calls? ?/ ?min",
                r"per-min(?!\w)",
            ),
        ),
        (
            ("day", "tpd", "86400"),
            _TOKENS_A_DAY,
            (
                r"tokens?[ _-]?(?:/|per)[ _\n-]{0,2}day",
                r"tpd(?<!\w...)(?!\w)",
                r"tokens\w{0,40}perday",
                r"token rate limit[^\n]{0,200}86400",
            ),
        ),
        (
            ("day", "rpd"),
            _REQUESTS_A_DAY,
            (
                r"requests?[ _-]?(?:/|per)[ _\n-]{0,2}day",
                r"rpd(?<!\w...)(?!\w)",
                r"requests\w{0,20}perday",
                r"requests_per_day(?!\w)",
                r"per-day(?!\w)",
            ),
        ),
        (("concurren", "parallel"), Reason.CONCURRENCY, ("concurren", "parallel request")),
    )
)
"""Each with words without one of which it can't be there. Every pattern begins with letters: such are soon found."""
_MINUTE = lazy(r"(?:per|\b(?:par|por|pro|al))[ _-]?min|/ ?min|within 1 ?min|每分钟|每分鐘|分あたり|분당")
_DAY = lazy(r"per[ _-]?day|/ ?day|(?<![a-z])daily(?![a-z])|\btoday\b|每[天日]|日あたり|本日の?(?:利用|回数)|하루|일일")
_TOKEN = lazy(r"\b(?:request |input |output |prompt )?tokens?\b|トークン|토큰")
_REQUEST = lazy(
    r"\brequests?\b(?! tokens?\b)|\b(?:calls?|requ[eê]tes|solicitudes|anfragen|richieste|input-images per)\b"
    r"|请求|請求|调用|提交|访问|次数|リクエスト|回数|요청|횟수"
)
_HINTS = lazy(
    r"p(?:er|ar|or|ro)[ _\-md]|[tr]p[md]\b|concurren|parallel|/ ?(?:min|day)|daily|86400|today|within 1 ?min"
    r"|每[天日分]|[日分]あたり|本日|분당|하루|일일"
)


def window(text: str) -> Reason | None:
    """Which limit a rate limit's message names; None where it names none or several."""
    lower = text.lower()
    if _HINTS.search(lower) is None:
        return None
    found = [reason for words, reason, patterns in _WINDOWS if _any_in(words, lower) and _any_of(patterns, lower)]
    if found:
        return found[0] if len(found) == 1 else None
    minute, day = _MINUTE.search(lower), _DAY.search(lower)
    token, request = _TOKEN.search(lower), _REQUEST.search(lower)
    if day and not minute and not token:
        return _REQUESTS_A_DAY
    if bool(minute) == bool(day) or bool(token) == bool(request):
        return None
    if token:
        return _TOKENS_A_MINUTE if minute else _TOKENS_A_DAY
    return _REQUESTS_A_MINUTE if minute else _REQUESTS_A_DAY


def _any_in(words: tuple[str, ...], text: str) -> bool:
    for word in words:  # noqa: SIM110
        if word in text:
            return True
    return False


def _any_of(patterns: tuple[re.Pattern[str], ...], text: str) -> bool:
    for pattern in patterns:  # noqa: SIM110
        if pattern.search(text) is not None:
            return True
    return False


def details(error_type: ErrorType, text: str) -> dict[str, int | float]:
    """The figures that belong to a type; empty for types that have none."""
    if error_type is ErrorType.CONTEXT_LENGTH:
        return of_context(text)
    if error_type is ErrorType.RATE_LIMIT:
        return of_rate_limit(text)
    return {}
