"""Answers of a 400 without a word on what is wrong."""

from __future__ import annotations

from genai_sentry.errors.case import Case
from genai_sentry.errors.text import normal
from genai_sentry.patterns import lazy

_NO_BODY = " status code no body "
_FRAME = (
    "error errors api openai anthropic ai reason status code http https request response failed bad null none with "
    "provider returned returns 400 apierror badrequesterror ai_apicallerror httperror upstream message body an the "
    "unhandled type"
)
_FRAME_WORDS = frozenset(_FRAME.split())
"""Words that clients put around a status; they do not say what is wrong."""
_BARE = (
    " client error bad request for url ",
    " client error 400 bad request for url ",
    " does not indicate success ",
    " service request failed status ",
)
"""Sentences by which clients report a status."""
_BARE_SIGNS = ("client", "success", "service")
"""Words of which each of them has one."""
_BARE_WORDS = _FRAME_WORDS | frozenset(
    ["client", "for", "url", "does", "not", "indicate", "success", "service", "system", "more", "information", "check"]
)
_ENVELOPES = ("error", "")
"""Codes and types that say no more than that there is an error."""
_LOGGED = lazy(r"(?:\s{0,9}+\[[^\]\n]{1,200}+\]:?\s)++")
"""What logs put before a message: a component, a time, a level."""
_ADDRESS = lazy(r"https?://\S++|\b[\w.]{1,80}?(?:Exception|Error)\b")


def says_nothing(case: Case) -> bool:
    """Whether a 400 came with no word on what is wrong: then it may be anything."""
    if any(code.lower() not in _ENVELOPES for _, _, code in case.found.codes):
        return False
    if case.bare is None:
        case.bare = _says_nothing_else(case)
    return case.bare


def _says_nothing_else(case: Case) -> bool:
    return all(_says_no_more(_said(case, text)) or _only_reports(text) for _, _, text in case.texts)


def _said(case: Case, text: str) -> str:
    """A text, normalised, without what a log puts before it in brackets."""
    logged = _LOGGED.match(text)
    return case.reading(text).normal_text if logged is None else normal(text[logged.end() :])


def _only_reports(text: str) -> bool:
    """Whether a text is no more than a client's sentence on the status that it got, with the address."""
    if len(text) > 400 or not any(word in text.lower() for word in _BARE_SIGNS):
        return False
    said = normal(_ADDRESS.sub(" ", text))
    return any(one in said for one in _BARE) and all(word in _BARE_WORDS for word in said.split())


def _says_no_more(text: str) -> bool:
    """Whether a text has no more than the status, and what clients put around it where there was no body."""
    rest = text.replace(_NO_BODY, " ").split()
    return len(rest) <= 3 or (_NO_BODY in text and sum(word not in _FRAME_WORDS for word in rest) <= 1)
