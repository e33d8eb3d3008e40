"""The reason that refines a type: the finest that any evidence of that type names."""

from __future__ import annotations

from genai_sentry.errors import figures
from genai_sentry.errors.case import Candidate, Case
from genai_sentry.errors.index import BROAD, CODE, OWN_BROAD, PHRASE, QUOTED, VAGUE, WORD, WRAPPER
from genai_sentry.errors.taxonomy import ErrorType, Reason
from genai_sentry.patterns import lazy

_DEFAULT_REASON = {
    ErrorType.AUTHENTICATION: Reason.INVALID_KEY,
    ErrorType.CONTENT_FILTER: Reason.PROMPT,
    ErrorType.CONNECTION_ERROR: Reason.OTHER,
    ErrorType.SERVER_ERROR: Reason.INTERNAL,
    ErrorType.MODEL_UNAVAILABLE: Reason.NOT_FOUND,
    ErrorType.QUOTA_EXCEEDED: Reason.INSUFFICIENT_QUOTA,
    ErrorType.PERMISSION_DENIED: Reason.OTHER,
    ErrorType.INVALID_RESPONSE: Reason.MALFORMED,
    ErrorType.CONTEXT_LENGTH: Reason.INPUT_TOO_LONG,
    ErrorType.TIMEOUT: Reason.UPSTREAM,
    ErrorType.INVALID_REQUEST: Reason.OTHER,
}
REFINED = (ErrorType.MODEL_UNAVAILABLE, ErrorType.INVALID_RESPONSE, ErrorType.AUTHENTICATION)
"""Types whose codes say less than the wording."""


NO_MORE_THAN_THE_TYPE = (Reason.UNSPECIFIED, Reason.OTHER)


def reason_of(case: Case, decided: Candidate, text: str) -> Reason:
    kind, reason = decided.label
    if kind is ErrorType.RATE_LIMIT:
        return _rate_reason(case, decided, text)
    if kind is ErrorType.TIMEOUT and decided.weight <= PHRASE and reason in _BY_CLIENTS and _from_gateway(case):
        return Reason.GATEWAY
    finer = [
        one
        for one in case.candidates
        if one.label[0] is kind
        and one.label[1] is not Reason.UNSPECIFIED
        and one.weight >= min(decided.weight, PHRASE)
        and one.weight > VAGUE
    ]
    if kind is ErrorType.CONTEXT_LENGTH and (split := figures.split(text)) is not None:
        limit, asked = split
        return Reason.MAX_TOKENS_TOO_LARGE if asked <= limit else Reason.INPUT_TOO_LONG
    if kind is ErrorType.AUTHENTICATION and reason is Reason.INVALID_KEY and _shows_no_key(text[:2000]):
        return Reason.MALFORMED
    if kind is ErrorType.TIMEOUT and reason is Reason.CLIENT_CONNECT and _MINUTES.search(text[:2000]):
        return Reason.CLIENT_READ
    if kind is ErrorType.TIMEOUT and decided.weight == WORD and _OWN_LIMIT.search(text[-160:]):
        return Reason.CLIENT_READ
    if kind is ErrorType.SERVER_ERROR and reason is Reason.INTERNAL and _busy(case, decided):
        return Reason.OVERLOADED
    if kind is ErrorType.CONTENT_FILTER and reason is Reason.PROMPT and (decided.weight < CODE - 1 or _OUT in text):
        return _refused_part(text[:2000])
    if kind is ErrorType.CONTENT_FILTER and decided.weight == WORD and not finer:
        return _refused_part(text[:2000])
    phrases = [one for one in finer if PHRASE <= one.weight < CODE - 1]
    telling = [one for one in phrases if one.label[1] is not Reason.OTHER]
    if not telling and (closer := _told(case, decided, kind)) and reason in (Reason.OTHER, Reason.UNSPECIFIED):
        return closer
    part = _part_of_request(text[:2000]) if kind is ErrorType.INVALID_REQUEST and decided.weight in _BROADLY else None
    if part is not None and not telling:
        return part
    if (
        kind is ErrorType.INVALID_REQUEST
        and reason in NO_MORE_THAN_THE_TYPE
        and not telling
        and _FIELD.search(text[:2000])
    ):
        return Reason.INVALID_PARAMETER
    telling = telling or phrases
    if kind is ErrorType.AUTHENTICATION:
        telling = [one for one in telling if one.label[1] is not Reason.INVALID_KEY] or telling
    if telling and (decided.weight < CODE - 1 or reason in NO_MORE_THAN_THE_TYPE or kind in REFINED):
        return max(telling, key=lambda one: (one.depth, one.length)).label[1]
    if reason is not Reason.UNSPECIFIED:
        return reason
    if finer:
        return max(finer, key=lambda one: (one.weight, one.depth, one.length)).label[1]
    weaker = [one for one in case.candidates if one.label[0] is kind and one.label[1] is not Reason.UNSPECIFIED]
    if weaker:
        return max(weaker, key=lambda one: (one.weight, one.depth, one.length)).label[1]
    return _DEFAULT_REASON.get(kind, Reason.UNSPECIFIED)


_BROADLY = (BROAD, OWN_BROAD)
"""The weights of codes that say which type an error is of, and next to nothing of why."""
_PARTS = (
    (Reason.INVALID_MEDIA, lazy(r"(?i)\b(?:image|video|audio|media|multimodal)\b|图片|图像|音频|视频")),
    (Reason.UNSUPPORTED_PARAMETER, lazy(r"(?i)\b(?:n[o']t(?: yet)?|no longer) support|\bunsupported\b|不支持")),
    (Reason.INVALID_MESSAGE_ORDER, lazy(r"(?i)\brole (?:must|should|is|order)\b")),
)
"""What is wrong in a request, by what its part is called."""


def _part_of_request(text: str) -> Reason | None:
    if "specified in the request" in text:
        return None  # it goes on with the name of the parameter whose value is wrong
    return next((reason for reason, pattern in _PARTS if pattern.search(text) is not None), None)


_BY_CLIENTS = (Reason.CLIENT_CONNECT, Reason.CLIENT_READ)
_GATEWAYS = (504, 522, 524)


def _from_gateway(case: Case) -> bool:
    """Whether a status came along, which only a gateway can send: it timed out, and no client."""
    return case.status in _GATEWAYS or any(status in _GATEWAYS for _, _, status in case.found.statuses)


_NO_KEY_AT_ALL = lazy(
    r"(?i)\bkey provided:? ?[<'\"]?(?:https?:|(?!sk[-_])[a-z]{2,20}(?:[-_][a-z]{2,20}){0,3}[>'\"]?\.(?:\s|$))"
)
"""An address or plain words, where the provider shows what it was given as a key."""


def _shows_no_key(text: str) -> bool:
    return "key provided" in text.lower() and _NO_KEY_AT_ALL.search(text) is not None


_MINUTES = lazy(
    r"(?i)\b(?:timed out|timeout)\b.{0,20}?\b(?:after|passed) ?[=:]? ?(?!1000)[1-9]\d{2,3}(?:\.\d+)?(?![\d.]| ?m)"
)
"""A time limit of minutes: no client waits so long for a mere connection."""
_OWN_LIMIT = lazy(r"(?i)\btimed out(?: after:? ?\d[\d.]{0,9} ?(?:m?s|(?:milli)?sec(?:ond)?s?)?)?\W{0,9}\Z")
"""How a client ends that has waited as long as it was told to."""
_FIELD = lazy(
    r"(?m)^(?!error|message:|detail|exception|invalid|bad|request)[a-z][a-z_]{3,30}(?:\.[a-z0-9_]{1,30})*+: "
    r"|[`'](?:\$\.)?(?:[a-z]{2,20}_)*+[a-z]{2,20}(?:\[\d+\])?(?:\.[a-z_]{2,20})*+[`'](?!s?\w| codec)"
)
"""A name that looks like a field's: before a colon at the start, or quoted."""


def _busy(case: Case, decided: Candidate) -> bool:
    """Whether a word says that the server is overloaded, where a class says no more than that it failed."""
    enough = 0 if decided.weight <= VAGUE else PHRASE
    longer = decided.length if decided.weight == PHRASE else 0
    return any(
        one.label == (ErrorType.SERVER_ERROR, Reason.OVERLOADED) and one.weight >= enough and one.length >= longer
        for one in case.candidates
    )


_OUT = "Output data"
"""How DashScope says in words what its code does not tell."""
_ASKED = lazy(r"(?i)(?<!rephrase your )\b(?:prompt|input|request|messages?)s?\b|输入|提示|请求|提问")
_ANSWERED = lazy(
    r"(?i)\b(?:output|response(?! was blocked due to)|(?<!before )completion|candidate|generated|answer)s?\b"
    r"|\breturned no\b|生成|输出|回复|返回|回答"
)
_PICTURE = lazy(r"(?i)\b(?:image|picture|photo)s?\b|图片|图像")


def _refused_part(text: str) -> Reason:
    """What a filter refused, by the only part of the exchange that is named."""
    if _ASKED.search(text) is not None:
        return Reason.PROMPT
    if _PICTURE.search(text) is not None:
        return Reason.IMAGE
    return Reason.OUTPUT if _ANSWERED.search(text) is not None else Reason.PROMPT


def _told(case: Case, decided: Candidate, kind: ErrorType) -> Reason | None:
    """What a quotation of the same type tells, where the rest tells nothing but the type."""
    quoted = [
        one
        for one in case.candidates
        if one.label[0] is kind
        and one.weight >= QUOTED
        and one.label[1] not in (Reason.UNSPECIFIED, Reason.OTHER)
        and not (one.weight == WRAPPER and decided.weight == PHRASE)
    ]
    return max(quoted, key=lambda one: (one.weight, one.depth, one.length)).label[1] if quoted else None


def named_limit(case: Case, decided: Candidate, text: str) -> Reason | None:
    """Which limit the figures, the windows or else what decided names; None where only other wordings may tell."""
    if case.limit is None:
        case.limit = _named_limit(case, decided, text)
    return case.limit


def _named_limit(case: Case, decided: Candidate, text: str) -> Reason | None:
    if case.figures is None:
        case.figures = figures.of_rate_limit(text)
    numbers = case.figures
    limit, requested = numbers.get("limit"), numbers.get("requested")
    if limit is not None and requested is not None and requested > limit:
        return Reason.REQUEST_EXCEEDS_LIMIT
    named = figures.window("\n".join([text, *(code for _, where, code in case.found.codes if "uota" in where)]))
    if named is not None:
        return named
    return decided.label[1] if decided.label[1] is not Reason.UNSPECIFIED else None


_COUNTED = {"tokens": Reason.TOKENS_PER_MINUTE, "requests": Reason.REQUESTS_PER_MINUTE}
"""What the type of a rate limit says is counted, where nothing names the window."""


def _rate_reason(case: Case, decided: Candidate, text: str) -> Reason:
    named = named_limit(case, decided, text)
    if named is not None:
        return named
    for one in case.candidates:
        if one.label[0] is ErrorType.RATE_LIMIT and one.label[1] is not Reason.UNSPECIFIED and one.weight >= PHRASE:
            return one.label[1]
    if case.status == 413 or any(status == 413 for _, _, status in case.found.statuses):
        return Reason.REQUEST_EXCEEDS_LIMIT
    counted = (_COUNTED.get(code.lower()) for _, where, code in case.found.codes if where.endswith("type"))
    return next(filter(None, counted), Reason.UNSPECIFIED)
