"""What each piece of evidence says, and how much it weighs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from genai_sentry.errors.bare import says_nothing
from genai_sentry.errors.case import Case
from genai_sentry.errors.codelike import words_like_codes
from genai_sentry.errors.finishes import FILTERED, TRUNCATED
from genai_sentry.errors.index import (
    BROAD,
    CODE,
    GUESS,
    PHRASE,
    QUOTED,
    TOLD,
    VAGUE,
    WORD,
    WRAPPER,
    Index,
    Meaning,
    Phrase,
    compared,
    index,
)
from genai_sentry.errors.notions import REACH, guess
from genai_sentry.errors.numbered import status_alone
from genai_sentry.errors.rules.model import Label, parse_label
from genai_sentry.errors.statuses import of_status
from genai_sentry.errors.taxonomy import ErrorType, Reason
from genai_sentry.errors.text import WIDE, normal
from genai_sentry.patterns import lazy

_BROKEN: dict[str, Label] = {
    "malformed_function_call": (ErrorType.INVALID_RESPONSE, Reason.MALFORMED),
    "malformed_tool_use": (ErrorType.INVALID_RESPONSE, Reason.MALFORMED),
    "malformed_model_output": (ErrorType.INVALID_RESPONSE, Reason.MALFORMED),
    "unexpected_tool_call": (ErrorType.INVALID_RESPONSE, Reason.MALFORMED),
    "error": (ErrorType.SERVER_ERROR, Reason.INTERNAL),
    "insufficient_system_resource": (ErrorType.SERVER_ERROR, Reason.OVERLOADED),
    "network_error": (ErrorType.SERVER_ERROR, Reason.INTERNAL),
}
"""Finish reasons by which providers say that generation failed."""
_MISSING_KEY: Label = (ErrorType.AUTHENTICATION, Reason.MISSING_KEY)


def weigh_code(case: Case, built: Index, first: int = 0) -> None:
    """Codes, from the `first` on."""
    for depth, where, raw in case.found.codes[first:]:
        best = _meaning(built, raw, case)
        if best is not None:
            case.add(best[0], depth, len(raw), best[1], f"{where}={raw[:80]}")


def weigh_exception(case: Case, built: Index) -> None:
    """The classes of the exceptions, and their bases."""
    for position, bases in enumerate(case.exceptions):
        for level, name in enumerate(bases):
            meaning = built.exceptions.get(compared(name)) or built.exceptions.get(compared(name.rpartition(".")[2]))
            if meaning is not None and (not level or not _says_nothing(meaning)):
                if position and meaning.label[0] is ErrorType.CANCELLED:
                    break  # how time limits end what they limit; only the outermost is the caller giving up
                case.add(meaning.weight - 1, position, len(name), meaning.label, f"exception={name[:100]}")
                break


def _says_nothing(meaning: Meaning) -> bool:
    """Whether a class is the base of all of an SDK's errors, such as `APIError`: no evidence where it is inherited."""
    return meaning.weight <= VAGUE and meaning.label[0] is ErrorType.SERVER_ERROR


_NOBODY: Mapping[str, Meaning] = {}


def _meaning(built: Index, raw: str, case: Case) -> tuple[int, Label] | None:
    forms = [raw]
    if "." in raw or ":" in raw or "/" in raw or "#" in raw:
        pieces = raw.replace(":", ".").replace("/", ".").replace("#", ".").split(".")
        forms += [pieces[-1], ".".join(pieces[-2:]), pieces[0], ".".join(pieces[:2])]
    best: tuple[int, Label] | None = None
    for form in forms:
        key = compared(form)
        if not key:
            continue
        for family, own in built.own.get(key, _NOBODY).items():
            if family in case.families and (best is None or own.weight > best[0]):
                best = own.weight, own.label
        named = form[:1].isupper() and form.endswith(("Error", "Exception"))
        meaning = (built.exceptions if named else built.codes).get(key)
        if meaning is not None and (best is None or meaning.weight > best[0]):
            best = meaning.weight, meaning.label
    return best


_KEY_NOT_SET = lazy(
    r"\b\w{2,40}_(?:KEY|TOKEN)\b[\"'`]?,? (?:environment variable |env var |is |are |was |not |must be ){1,3}"
    r"(?:set|missing|required|found|configured|provided|defined|empty)\b"
    r"|\b(?:missing|set|export|provide|no)(?: the| a| your)? [\"'`]?\w{2,40}_API_KEY\b"
)
"""How programs say that a variable, which should hold a key, does not."""
_MODEL_ONLY = lazy(r"\s{0,9}model:? {0,3}['\"`]?[\w./:@-]{1,120}['\"`]?\s{0,9}", re.IGNORECASE)
"""A message that says no more than which model is meant."""


def _not_found(case: Case) -> bool:
    return case.status == 404 or any("notfound" in compared(code) for _, _, code in case.found.codes)


class Said(NamedTuple):
    """What one code or wording in a text says."""

    weight: int
    length: int
    label: Label
    shown: str | Phrase


def _named(built: Index, words: list[str], text: str, case: Case) -> list[Said]:
    """Codes and class names that stand in a text; plain words are none."""
    said: list[Said] = []
    for word in words:
        if word.endswith("_API_KEY"):
            weight = PHRASE if _KEY_NOT_SET.search(text) else WORD + 1
            said.append(Said(weight, len(word), _MISSING_KEY, word[:80]))
        best = _meaning(built, word, case)
        if best is not None:
            weight = best[0] - (11 if best[0] > VAGUE else 6)
            said.append(Said(weight, len(word), best[1], word[:80]))
    return said


_RANK = attrgetter("rank")


def _phrases_in(built: Index, text: str, case: Case) -> list[Phrase]:
    matched = [
        one
        for one in built.nominated(text)
        if one.parts[0] in text
        and (not one.own or one.family in case.families)
        and (one.simple or one.found_in(text) >= 0)
    ]
    if not text.isascii() and WIDE.search(text) is not None:
        met = built.unspaced.keys() & set(map(str.__add__, text, text[1:]))
        matched += [one for key in met for one in built.unspaced[key] if one.found_in(text) >= 0]
    return sorted(matched, key=_RANK) if len(matched) > 1 else matched


_MARKS = ("'", '"', "`")
"""What quotations begin and end with."""


def _framed(matched: list[Phrase], text: str) -> bool:
    """Whether a text is a client's own words, and after a colon, in quotes, to the end, what it was told."""
    if max([one.weight for one in matched], default=0) != WRAPPER:
        return False
    end = text.rstrip(" .)]}\n")
    mark = end[-1:]
    return mark in _MARKS and any(0 <= end.find(colon + mark) < len(end) - 20 for colon in (": ", ":"))


def _said(case: Case, text: str, alone: bool) -> list[Said]:
    """What a text says; `alone` where no other evidence says anything, so that quotations count in full."""
    built, reading = index(), case.reading(text)
    unquoted = reading.unquoted
    words = words_like_codes(unquoted) if unquoted else reading.codes
    said = _named(built, words, unquoted or reading.clean, case)
    matched = _phrases_in(built, reading.normal_unquoted, case)
    framed = unquoted is not None and _framed(matched, reading.clean)
    if unquoted is not None and (framed or not any(one.weight > WORD for one in matched)):
        alone = framed or (alone and all(one.weight < VAGUE for one in said))
        if alone:
            said += _named(built, reading.codes, reading.clean, case)
        matched += [
            one if alone else one._replace(weight=QUOTED)
            for one in _phrases_in(built, reading.normal_clean, case)
            if alone or one.weight > WORD
        ]
    said += [Said(one.weight, one.length, one.label, one) for one in matched]
    return said


@lru_cache(maxsize=500)
def _no_rule_knows(status: int) -> bool:
    """Whether what generated SDKs say of a status says nothing; of some statuses it is a wording that a rule knows."""
    built, said = index(), normal(f"Error code: {status}")
    return guess(said) is None and not any(one.found_in(said) >= 0 for one in built.nominated(said))


def weigh_text(case: Case, depth: int, where: str, text: str) -> None:
    """A message: codes that it names, and its wording. Nothing of it is kept: it may quote a prompt."""
    status = status_alone(text)
    if status is not None and _no_rule_knows(status):
        return
    if _MODEL_ONLY.fullmatch(text) and _not_found(case):
        case.add(PHRASE, depth, len(text), (ErrorType.MODEL_UNAVAILABLE, Reason.NOT_FOUND), f"{where}~model: …")
    alone = max([one.weight for one in case.candidates], default=0) < VAGUE
    for one in _said(case, text, alone):
        case.add(one.weight, depth, one.length, one.label, (where, one.shown))


_SAID_BY_NO_STATUS = (ErrorType.QUOTA_EXCEEDED, ErrorType.CONTENT_FILTER, ErrorType.CONTEXT_LENGTH)


def _said_by_no_status(label: Label) -> bool:
    return label[0] in _SAID_BY_NO_STATUS or label[1] is Reason.NO_PROVIDER


_HUMP = lazy(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_./:#-]+")
_NAMES = (".name", ".title", ".kind", ".category")
"""Fields whose values may be names that people give."""


def _words_of_codes(case: Case) -> list[tuple[int, str, str]]:
    """Codes and classes that no rule knows, as words: `insufficient_fish`, `TooManyFishError`."""
    built = index()
    said = [
        (depth, f"{where}={code[:80]}", " ".join(_HUMP.split(code)))
        for depth, where, code in case.found.codes
        if not where.lower().endswith(_NAMES) and len(code) <= 60 and _meaning(built, code, case) is None
    ]
    for depth, bases in enumerate(case.exceptions):
        name = bases[0].rpartition(".")[2] if bases else ""
        if name and compared(name) not in built.exceptions:
            said.append((depth, f"exception={name[:100]}", " ".join(_HUMP.split(name))))
    return [(depth, shown, words) for depth, shown, words in said if " " in words.strip()]


def _known_ending(built: Index, words: list[str]) -> Meaning | None:
    """What the end of a name means where the whole is unknown: `FishBadRequestError` is a `BadRequestError`."""
    for first in range(1, len(words) - 1):
        meaning = built.exceptions.get("".join(words[first:]).lower())
        if meaning is not None:
            return None if _says_nothing(meaning) else meaning
    return None


def _weigh_endings(case: Case) -> None:
    """Classes that messages name and no rule knows, by what the ends of their names mean."""
    for depth, where, text in case.texts:
        for word in case.reading(text).codes:
            of_a_class = word.endswith(("Error", "Exception")) and word.rpartition(".")[2][:1].isupper()
            ending = _known_ending(index(), _HUMP.split(word)) if of_a_class else None
            if ending is not None:
                case.add(min(ending.weight, WORD), depth, len(word), ending.label, f"{where}~{word[:80]}")


_INTERNAL: Label = (ErrorType.SERVER_ERROR, Reason.INTERNAL)
_CUT_OFF: Label = (ErrorType.CONNECTION_ERROR, Reason.INCOMPLETE_BODY)
_NO_BETTER = frozenset(
    [
        (ErrorType.INVALID_RESPONSE, Reason.MALFORMED),
        *((kind, one) for kind in (ErrorType.SERVER_ERROR, ErrorType.CONNECTION_ERROR) for one in Reason),
    ]
)
"""What tells no more than a heading such as `Internal Server Error` does."""

_TOO_LARGE = (ErrorType.INVALID_REQUEST, Reason.PAYLOAD_TOO_LARGE)
_TOO_LONG = (ErrorType.CONTEXT_LENGTH, Reason.UNSPECIFIED)
_COUNTED = ("token", "токен", "トークン", "토큰", "词元")
"""A request that is too long when counted in these is too long for the model, not for the server."""


def weigh_guess(case: Case) -> None:
    """What messages are about, where no rule knows their wording, or none that says more than the type."""
    known = max(case.candidates, key=lambda one: one.weight, default=None)
    heading = known is not None and (
        (known.label == _INTERNAL and WRAPPER <= known.weight <= BROAD)
        or (known.label == _CUT_OFF and known.weight == WRAPPER)
    )
    if known is not None and known.weight >= WRAPPER and not heading:
        kind, reason = known.label
        if kind is not ErrorType.INVALID_REQUEST or reason not in (Reason.UNSPECIFIED, Reason.OTHER):
            return
    alone = known is None or known.weight < VAGUE
    named = False
    for depth, where, text in case.texts:
        reading = case.reading(text)
        named = named or bool(reading.codes)
        guessed = guess(reading.normal_unquoted)
        if guessed is None and reading.unquoted and alone:
            guessed = guess(reading.normal_clean)
        if guessed is not None:
            label = guessed.label
            if label == _TOO_LARGE and any(one in reading.normal_text for one in _COUNTED):
                label = _TOO_LONG
            weight = TOLD if _said_by_no_status(label) else GUESS
            if heading and label not in _NO_BETTER:
                weight = BROAD + 1
            case.add(weight, depth, REACH - guessed.distance, label, f"{where}~{guessed.shown}")
    if named and known is None:
        _weigh_endings(case)
    for depth, shown, words in _words_of_codes(case):
        ending = _known_ending(index(), words.split())
        if ending is not None:
            case.add(min(ending.weight, GUESS), depth, len(words), ending.label, shown)
        read = normal(words)
        for one in _phrases_in(index(), read, case):
            if one.weight >= PHRASE:
                case.add(TOLD, depth, one.length, one.label, shown)
        guessed = guess(read)
        if guessed is not None:
            weight = TOLD if _said_by_no_status(guessed.label) else GUESS
            case.add(weight, depth, REACH - guessed.distance, guessed.label, shown)


_FORWARDED = (424, 500, 502, 503)
"""Statuses under which gateways pass on what somebody else has answered."""
_OF_A_GATEWAY = 12
"""What such a status weighs where the answer that is passed on has one of its own."""


def weigh_status(case: Case) -> None:
    """The status of the response, and those that bodies and messages name; inner ones first."""
    outer = case.status
    named = {status for _, _, status in case.found.statuses}
    passed_on = any(400 <= one < 500 and one != 424 for one in named)
    if outer is not None and not (outer == 400 and says_nothing(case)):
        said = of_status(outer)
        if said is not None:
            weight = min(said[0], _OF_A_GATEWAY) if passed_on and outer in _FORWARDED else said[0]
            case.add(weight, -1, 0, said[1], f"status={outer}")
    more = 1 if outer in (None, 200, *_FORWARDED) else 0
    wrapped = 10 if outer in _FORWARDED or not named.isdisjoint(_FORWARDED) else 0
    for depth, where, status in case.found.statuses:
        said = of_status(status)
        if said is not None and not (status == 400 and says_nothing(case)):
            case.add(said[0] + (wrapped if status == 400 else 0) + more, depth, 0, said[1], f"{where}={status}")


def weigh_fact(case: Case) -> None:
    for where, fact in case.found.facts.items():
        if where in ("param", "html", "waf"):
            continue
        if where == "choices":
            case.add(25, 0, 0, parse_label("invalid_response/empty"), "body.choices=null")
            continue
        if where == "document":
            case.add(CODE, 0, 0, parse_label("invalid_response/empty"), "exception.doc is empty")
            continue
        finish = fact.lower().removeprefix("finishreason.")
        reason = FILTERED.get(finish)
        if where.lower().endswith(("blockreason", "block_reason")) and not finish.endswith("unspecified"):
            reason = Reason.PROMPT  # what is said of the prompt; a candidate has a finish reason
        if reason is not None:
            case.add(55, 0, 0, (ErrorType.CONTENT_FILTER, reason), f"{where}={fact[:60]}")
        elif finish == "max_prompt_tokens":
            case.add(55, 0, 0, (ErrorType.CONTEXT_LENGTH, Reason.INPUT_TOO_LONG), f"{where}={fact[:60]}")
        elif finish in TRUNCATED:
            case.add(28, 0, 0, (ErrorType.INVALID_RESPONSE, Reason.TRUNCATED), f"{where}={fact[:60]}")
        elif finish in _BROKEN:
            case.add(28, 0, 0, _BROKEN[finish], f"{where}={fact[:60]}")
    if case.found.facts.get("waf"):
        case.add(84, 0, 0, parse_label("permission_denied/ip"), "body=block page of a web firewall")
    if "param" in case.found.facts and case.found.facts["param"] == "model":
        case.add(17, 0, 0, parse_label("model_unavailable/not_found"), "body.error.param=model")


def weigh_header(case: Case) -> None:
    if case.headers.get("cf-mitigated"):
        case.add(
            50, 0, 0, parse_label("permission_denied/ip"), f"headers.cf-mitigated={case.headers['cf-mitigated'][:40]}"
        )
