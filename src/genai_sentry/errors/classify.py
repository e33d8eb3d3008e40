"""Which type and reason a failure has: all evidence is weighed, the heaviest decides, and the inner one between equals.

`classify` takes any mix of evidence and never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from genai_sentry.errors import chain, figures, waits
from genai_sentry.errors.index import (
    CODE,
    PHRASE,
    VAGUE,
    WORD,
    Index,
    Phrase,
    compared,
    index,
    phrase,
)
from genai_sentry.errors.index import KEY as KEY_LENGTH
from genai_sentry.errors.rules.model import Label, Rule, parse_label
from genai_sentry.errors.statuses import of_status
from genai_sentry.errors.taxonomy import KINDS, Classification, ErrorType, Reason, Severity, classification
from genai_sentry.errors.text import normal, without_boilerplate, without_frames, without_quotes
from genai_sentry.errors.unwrap import Found, gather
from genai_sentry.guard import swallowed

USER = 1000
QUOTED = 50
"""Weight of a phrase that stands in quotes next to other evidence: it may be the user's own words."""
MAX_TEXTS = 8
MAX_MESSAGE = 100_000
"""Of a longer message this many characters are read, from either end."""

_CODE_LIKE = re.compile(
    r"\b(?:[A-Za-z]+(?:_[A-Za-z0-9]+)+|[A-Z][a-z0-9]+(?:\.?[A-Z][A-Za-z0-9]*)+|[A-Z]{2,}[a-z][A-Za-z]+|[A-Z]{5,})\b"
)
"""Words that look like a code or a class name: with underscores, humps or capitals."""
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
_FINISH = {
    "contentfilter": "content_filter/output",
    "safety": "content_filter/output",
    "prohibitedcontent": "content_filter/output",
    "blocklist": "content_filter/output",
    "spii": "content_filter/output",
    "recitation": "content_filter/copyright",
    "imagesafety": "content_filter/image",
    "refusal": "content_filter/output",
    "malformedfunctioncall": "invalid_response/malformed",
    "length": "invalid_response/truncated",
    "maxtokens": "invalid_response/truncated",
    "maxoutputtokens": "invalid_response/truncated",
    "error": "server_error/internal",
}


_REFINED = (ErrorType.MODEL_UNAVAILABLE, ErrorType.INVALID_RESPONSE)
"""Types whose codes say less than the wording."""


class Candidate(NamedTuple):
    """One piece of evidence and what it says."""

    weight: int
    depth: int
    length: int
    label: Label
    evidence: str


@dataclass(slots=True)
class Case:
    """One failure while it is being judged."""

    found: Found
    status: int | None
    headers: Mapping[str, str]
    exceptions: list[tuple[str, ...]]
    provider: str
    families: frozenset[str]
    candidates: list[Candidate] = field(default_factory=list)
    texts: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, weight: int, depth: int, length: int, label: Label, evidence: str) -> None:
        """Note a piece of evidence."""
        self.candidates.append(Candidate(weight, depth, length, label, evidence))


def _lower(headers: object) -> dict[str, str]:
    if not isinstance(headers, Mapping):
        return {}
    lowered: dict[str, str] = {}
    for count, (name, value) in enumerate(headers.items()):
        if count >= 100:
            break
        if isinstance(name, str) and isinstance(value, str):
            lowered[name.lower()] = value
    return lowered


_MEDIATORS = frozenset({"openai", "openrouter", "litellm", "new_api", "edge", "self_hosted", "code_hosts"})
"""Families whose errors may be somebody else's."""


@lru_cache(maxsize=256)
def _provider_families(provider: str) -> tuple[str, ...]:
    return tuple(family for word, family in index().providers if word in provider)


def _families(built: Index, provider: str, texts: Iterable[str]) -> frozenset[str]:
    known = set(_provider_families(provider.lower())) if provider else set()
    if known - _MEDIATORS:
        return frozenset(known)
    shown = " ".join(texts)[:3000].lower()
    known.update([family for sign, family in built.signs if sign in shown])
    return frozenset(known)


def _code_candidates(case: Case, built: Index) -> None:
    for depth, where, raw in case.found.codes:
        best = _meaning(built, raw, case.families)
        if best is not None:
            case.add(best[0], depth, len(raw), best[1], f"{where}={raw[:80]}")
    for position, bases in enumerate(case.exceptions):
        for name in bases:
            meaning = built.codes.get(compared(name.rpartition(".")[2]))
            if meaning is not None:
                case.add(meaning.weight - 1, position, len(name), meaning.label, f"exception={name[:100]}")
                break


def _meaning(built: Index, raw: str, families: frozenset[str]) -> tuple[int, Label] | None:
    forms = [raw]
    if "." in raw or ":" in raw or "/" in raw:
        pieces = raw.replace(":", ".").replace("/", ".").split(".")
        forms += [pieces[-1], ".".join(pieces[-2:]), pieces[0], ".".join(pieces[:2])]
    best: tuple[int, Label] | None = None
    for form in forms:
        key = compared(form)
        if not key:
            continue
        for family in families:
            own = built.own.get((family, key))
            if own is not None and (best is None or own.weight > best[0]):
                best = own.weight, own.label
        meaning = built.codes.get(key)
        if meaning is not None and (best is None or meaning.weight > best[0]):
            best = meaning.weight, meaning.label
    return best


def _named(case: Case, built: Index, depth: int, where: str, text: str) -> None:
    """Codes and class names that stand in a text; plain words are none."""
    for word in set(_CODE_LIKE.findall(text)):
        best = _meaning(built, word, case.families)
        if best is not None:
            weight = best[0] - (11 if best[0] > VAGUE else 6)
            case.add(weight, depth, len(word), best[1], f"{where}~{word[:80]}")


def _phrases_in(built: Index, text: str, families: frozenset[str]) -> list[Phrase]:
    matched: list[Phrase] = []
    anchors = built.anchors
    for key in {word[:KEY_LENGTH] for word in text.split()} & anchors.keys():
        for candidate in anchors[key]:
            if (
                candidate.parts[0] in text
                and (not candidate.own or candidate.family in families)
                and candidate.found_in(text) >= 0
            ):
                matched.append(candidate)
    if not text.isascii():
        matched.extend(
            candidate for candidate in built.unspaced if candidate.parts[0] in text and candidate.found_in(text) >= 0
        )
    return matched


def _text_candidates(case: Case, built: Index, depth: int, where: str, text: str) -> None:
    clean = without_boilerplate(text)
    unquoted = without_quotes(clean)
    read = clean if unquoted is None else unquoted
    _named(case, built, depth, where, read)
    matched = _phrases_in(built, normal(read), case.families)
    if unquoted is not None and not any(one.weight > WORD for one in matched):
        alone = all(one.weight < VAGUE for one in case.candidates)
        if alone:
            _named(case, built, depth, where, clean)
        matched += [
            one if alone else one._replace(weight=QUOTED)
            for one in _phrases_in(built, normal(clean), case.families)
            if alone or one.weight > WORD
        ]
    for one in matched:
        case.add(one.weight, depth, one.length, one.label, f"{where}~{' … '.join(part.strip() for part in one.parts)}")


def _status_candidates(case: Case) -> None:
    texts = any(len(normal(text).replace(" status code no body ", " ").split()) > 3 for _, _, text in case.texts)
    if case.status is not None:
        said = of_status(case.status)
        if said is not None and not (case.status == 400 and not texts and not case.found.codes):
            case.add(said[0], -1, 0, said[1], f"status={case.status}")
    for depth, where, status in case.found.statuses:
        said = of_status(status)
        if said is not None and not (status == 400 and not texts):
            case.add(
                said[0] + (1 if case.status in (None, 200, 500, 502) else 0), depth, 0, said[1], f"{where}={status}"
            )


def _fact_candidates(case: Case) -> None:
    for where, fact in case.found.facts.items():
        if where in ("param", "html", "waf"):
            continue
        if where == "choices":
            case.add(25, 0, 0, parse_label("invalid_response/empty"), "body.choices=null")
            continue
        label = _FINISH.get(compared(fact))
        if label is not None:
            truncated = label.endswith("truncated")
            case.add(28 if truncated else 55, 0, 0, parse_label(label), f"{where}={fact[:60]}")
    if case.found.facts.get("waf"):
        case.add(84, 0, 0, parse_label("permission_denied/ip"), "body=block page of a web firewall")
    if "param" in case.found.facts and case.found.facts["param"] == "model":
        case.add(17, 0, 0, parse_label("model_unavailable/not_found"), "body.error.param=model")


def _header_candidates(case: Case) -> None:
    if case.headers.get("cf-mitigated"):
        case.add(
            50, 0, 0, parse_label("permission_denied/ip"), f"headers.cf-mitigated={case.headers['cf-mitigated'][:40]}"
        )


def _judge(case: Case) -> Candidate | None:
    if not case.candidates:
        return None
    return max(case.candidates, key=lambda one: (one.weight, one.depth, one.length))


def _reason(case: Case, decided: Candidate, text: str) -> Reason:
    kind, reason = decided.label
    if kind is ErrorType.RATE_LIMIT:
        return _rate_reason(case, decided, text)
    finer = [
        one
        for one in case.candidates
        if one.label[0] is kind
        and one.label[1] is not Reason.UNSPECIFIED
        and one.weight >= min(decided.weight, PHRASE)
        and one.weight > VAGUE
    ]
    phrases = [one for one in finer if PHRASE <= one.weight < CODE - 1]
    telling = [one for one in phrases if one.label[1] is not Reason.OTHER] or phrases
    if telling and (decided.weight < CODE - 1 or reason is Reason.UNSPECIFIED or kind in _REFINED):
        return max(telling, key=lambda one: (one.depth, one.length)).label[1]
    if reason is not Reason.UNSPECIFIED:
        return reason
    if finer:
        return max(finer, key=lambda one: (one.weight, one.depth, one.length)).label[1]
    weaker = [one for one in case.candidates if one.label[0] is kind and one.label[1] is not Reason.UNSPECIFIED]
    if weaker:
        return max(weaker, key=lambda one: (one.weight, one.depth, one.length)).label[1]
    return _DEFAULT_REASON.get(kind, Reason.UNSPECIFIED)


def _rate_reason(case: Case, decided: Candidate, text: str) -> Reason:
    numbers = figures.of_rate_limit(text)
    limit, requested = numbers.get("limit"), numbers.get("requested")
    if limit is not None and requested is not None and requested > limit:
        return Reason.REQUEST_EXCEEDS_LIMIT
    named = figures.window("\n".join([text, *(code for _, where, code in case.found.codes if "uota" in where)]))
    if named is not None:
        return named
    if decided.label[1] is not Reason.UNSPECIFIED:
        return decided.label[1]
    for one in case.candidates:
        if one.label[0] is ErrorType.RATE_LIMIT and one.label[1] is not Reason.UNSPECIFIED and one.weight >= PHRASE:
            return one.label[1]
    return Reason.UNSPECIFIED


class Classifier:
    """`classify` with rules and settings of the user's own.

    Args:
        rules: asked before the built-in ones, in order; `Rule`s, or mappings with the same keys.
        retryable: retryability per error type, in place of the taxonomy's.
        severities: severity per error type, in place of the taxonomy's.

    Raises:
        ValueError: a rule names a label that does not exist, or has no condition.
    """

    def __init__(
        self,
        rules: Sequence[Rule | Mapping[str, object]] = (),
        retryable: Mapping[str, bool] | None = None,
        severities: Mapping[str, str] | None = None,
    ) -> None:
        self._rules = [_read_rule(rule) for rule in rules]
        self._retryable = {ErrorType(key): bool(value) for key, value in (retryable or {}).items()}
        self._severities = {ErrorType(key): Severity(value) for key, value in (severities or {}).items()}

    def classify(
        self,
        error: object = None,
        *,
        exception_type: str | None = None,
        status: int | None = None,
        body: object = None,
        message: str | None = None,
        headers: Mapping[str, str] | None = None,
        provider: str | None = None,
    ) -> Classification:
        """Classify a failure from any mix of evidence; never raises.

        Args:
            error: the exception, or whatever stands for the failure (an error event, a body).
            exception_type: the exception's class name, where there is no object.
            status: the HTTP status.
            body: the response's body: parsed, text, bytes, HTML.
            message: the error's message.
            headers: the response's headers.
            provider: the provider's name, as in `gen_ai.provider.name`.
        """
        try:
            case = _case(error, exception_type, status, body, message, headers, provider)
            return self._adjusted(_classified(case, self._rules))
        except Exception as fault:
            swallowed("classify", fault)
            return classification(ErrorType.UNKNOWN, evidence="classification failed")

    def _adjusted(self, result: Classification) -> Classification:
        retryable = self._retryable.get(result.type)
        severity = self._severities.get(result.type)
        if retryable is None and severity is None:
            return result
        return replace(
            result,
            retryable=result.retryable if retryable is None else retryable,
            severity=result.severity if severity is None else severity,
        )


def _read_rule(rule: Rule | Mapping[str, object]) -> tuple[Rule, Phrase | None]:
    read = rule if isinstance(rule, Rule) else Rule(**rule)  # type: ignore[arg-type]
    wording = phrase(read.phrase, USER, parse_label(read.then), "user") if read.phrase else None
    return read, wording


def _case(
    error: object,
    exception_type: str | None,
    status: int | None,
    body: object,
    message: str | None,
    headers: Mapping[str, str] | None,
    provider: str | None,
) -> Case:
    found = Found()
    names: list[tuple[str, ...]] = [(exception_type,)] if isinstance(exception_type, str) and exception_type else []
    messages = [message] if isinstance(message, str) and message else []
    if isinstance(error, BaseException):
        told = chain.read(error)
        names += told.names
        messages += told.messages
        status = told.status if status is None else status
        body = told.body if body is None else body
        headers = told.headers if headers is None else headers
        found.codes.extend((0, "exception.code", code) for code in told.codes)
        if told.app_deadline:
            found.facts["app_deadline"] = "yes"
    elif error is not None and body is None:
        body = error
    status = status if isinstance(status, int) and not isinstance(status, bool) else None
    if body is not None:
        gather(body, "body", found)
    known = [text for _, _, text in found.texts]
    for text in messages[:6]:
        _gather_message(text, known, found)
    texts = sorted(found.texts, key=lambda item: -item[0])[:MAX_TEXTS]
    name = provider if isinstance(provider, str) else ""
    families = _families(index(), name, [*(text for _, _, text in texts), *(code for _, _, code in found.codes)])
    return Case(found, status, _lower(headers), names, name, families, texts=texts)


def _gather_message(text: str, known: Sequence[str], found: Found) -> None:
    """Add a message, or what it says beyond the body that it repeats."""
    for inner in known:
        position = text.find(inner) if len(inner) > 20 else -1
        if position >= 0:
            text = text[:position]
            break
    if not text.strip():
        return
    before = len(found.texts), len(found.codes)
    gather(
        without_frames(text[:MAX_MESSAGE] + text[-MAX_MESSAGE:] if len(text) > 2 * MAX_MESSAGE else text),
        "message",
        found,
        0,
    )
    if known and before[0] == len(found.texts) and before[1] == len(found.codes):
        return


def _classified(case: Case, rules: Sequence[tuple[Rule, Phrase | None]]) -> Classification:
    built = index()
    all_text = "\n".join(text for _, _, text in case.texts)
    for rule, wording in rules:
        if _holds(rule, wording, case, all_text):
            kind, reason = parse_label(rule.then)
            return _result(case, kind, reason, f"rule {rule.then}", all_text)
    if "app_deadline" in case.found.facts:
        return classification(
            ErrorType.TIMEOUT, Reason.APP_DEADLINE, evidence="exception=TimeoutError caused by CancelledError"
        )
    _code_candidates(case, built)
    _header_candidates(case)
    _fact_candidates(case)
    if not _settled(case):
        for depth, where, text in case.texts:
            _text_candidates(case, built, depth, where, text)
    _status_candidates(case)
    decided = _judge(case)
    if decided is None:
        return _result(case, ErrorType.UNKNOWN, Reason.UNSPECIFIED, "nothing that tells", all_text)
    return _result(case, decided.label[0], _reason(case, decided, all_text), decided.evidence, all_text)


def _settled(case: Case) -> bool:
    """Whether a code has said all that there is to say."""
    if not any(one.weight >= CODE for one in case.candidates):
        return False
    kind, reason = max(case.candidates).label
    return reason is not Reason.UNSPECIFIED and kind is not ErrorType.RATE_LIMIT and kind not in _REFINED


def _holds(rule: Rule, wording: Phrase | None, case: Case, text: str) -> bool:
    if (
        rule.status is not None
        and rule.status != case.status
        and all(rule.status != one for _, _, one in case.found.statuses)
    ):
        return False
    if rule.provider is not None and rule.provider.lower() != case.provider.lower():
        return False
    if rule.code is not None:
        wanted = compared(rule.code)
        if all(compared(code) != wanted for _, _, code in case.found.codes):
            return False
    if rule.exception is not None:
        names = {name for bases in case.exceptions for name in bases}
        if rule.exception not in names and rule.exception not in {name.rpartition(".")[2] for name in names}:
            return False
    return wording is None or wording.found_in(normal(text)) >= 0


def _result(case: Case, kind: ErrorType, reason: Reason, evidence: str, text: str) -> Classification:
    limited = kind is ErrorType.RATE_LIMIT or reason is Reason.OVERLOADED
    wait = waits.from_headers(case.headers, limited=limited) if case.headers else None
    if wait is None and case.found.waits:
        wait = waits.from_fields(case.found.waits)
    if wait is None and KINDS[kind].retryable:
        wait = waits.from_text(text)
    return classification(
        kind, reason, evidence=" ".join(evidence.split())[:200], retry_after=wait, details=figures.details(kind, text)
    )


_BUILT_IN = Classifier()


def classify(
    error: object = None,
    *,
    exception_type: str | None = None,
    status: int | None = None,
    body: object = None,
    message: str | None = None,
    headers: Mapping[str, str] | None = None,
    provider: str | None = None,
) -> Classification:
    """Classify a failure by the built-in rules; see `Classifier.classify`."""
    return _BUILT_IN.classify(
        error,
        exception_type=exception_type,
        status=status,
        body=body,
        message=message,
        headers=headers,
        provider=provider,
    )


def known_families(text: str, provider: str | None = None) -> list[str]:
    """The families of providers that a text, or a provider's name, gives away, in alphabetical order."""
    return sorted(_families(index(), provider or "", [text]))
