"""Which type and reason a failure has: all evidence is weighed, the heaviest decides, and the inner one between equals.

`classify` takes any mix of evidence and never raises.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from operator import itemgetter

from genai_sentry import patterns
from genai_sentry.errors import figures, notions, waits
from genai_sentry.errors.case import Candidate, Case, open_case
from genai_sentry.errors.index import CODE, GUESS, PHRASE, VAGUE, WORD, WRAPPER, Index, Phrase, compared, index, phrase
from genai_sentry.errors.memo import Decision, Memo, key_of
from genai_sentry.errors.reasons import NO_MORE_THAN_THE_TYPE, REFINED, named_limit, reason_of
from genai_sentry.errors.rules.model import Rule, parse_label
from genai_sentry.errors.taxonomy import KINDS, Classification, ErrorType, Reason, Severity, classification
from genai_sentry.errors.text import normal
from genai_sentry.errors.unwrap import read_numbers
from genai_sentry.errors.weigh import (
    weigh_code,
    weigh_exception,
    weigh_fact,
    weigh_guess,
    weigh_header,
    weigh_status,
    weigh_text,
)
from genai_sentry.guard import swallowed

USER = 1000
MEMO = Memo()
"""What the built-in rules have decided in this process."""


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
        status: int | str | None = None,
        body: object = None,
        message: str | None = None,
        headers: Mapping[str, str] | None = None,
        provider: str | None = None,
    ) -> Classification:
        """Classify a failure from any mix of evidence; never raises.

        Args:
            error: the exception, or whatever stands for the failure (an error event, a body).
            exception_type: the exception's class name, where there is no object.
            status: the HTTP status, as a number or in digits.
            body: the response's body: parsed, text, bytes, HTML.
            message: the error's message.
            headers: the response's headers.
            provider: the provider's name, as in `gen_ai.provider.name`.
        """
        try:
            case = open_case(error, exception_type, status, body, message, headers, provider)
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


def compile_rules() -> None:
    """Compile the built-in rules, and what else the first failure needs."""
    patterns.warm()
    index()
    figures.warm()
    notions.warm()


def _read_rule(rule: Rule | Mapping[str, object]) -> tuple[Rule, Phrase | None]:
    read = rule if isinstance(rule, Rule) else Rule(**rule)  # type: ignore[arg-type]
    wording = phrase(read.phrase, USER, parse_label(read.then), "user") if read.phrase else None
    return read, wording


def _classified(case: Case, rules: Sequence[tuple[Rule, Phrase | None]]) -> Classification:
    built = index()
    all_text = "\n".join([text for _, _, text in case.texts])
    if rules:
        read_numbers(case.found)
    for rule, wording in rules:
        if _holds(rule, wording, case, all_text):
            kind, reason = parse_label(rule.then)
            return _result(case, _decision(case, kind, reason, f"rule {rule.then}", all_text), all_text)
    if "app_deadline" in case.found.facts:
        return classification(
            ErrorType.TIMEOUT, Reason.APP_DEADLINE, evidence="exception=TimeoutError caused by CancelledError"
        )
    key = key_of(case)
    decision = MEMO.get(key) if key is not None else None
    if decision is None:
        decision = _decided(case, built, all_text)
        if key is not None:
            MEMO.put(key, decision)
    return _result(case, decision, all_text)


def _decided(case: Case, built: Index, all_text: str) -> Decision:
    """What the evidence says by the built-in rules; all that it reads is in `key_of`."""
    weigh_code(case, built)
    weigh_exception(case, built)
    weigh_header(case)
    weigh_fact(case)
    if not _settled(case):
        known = len(case.found.codes)
        read_numbers(case.found)
        weigh_code(case, built, known)
        if not _beyond_words(case, all_text):
            for depth, where, text in case.texts:
                weigh_text(case, depth, where, text)
            weigh_guess(case)
    weigh_status(case)
    decided = _judge(case)
    if decided is None:
        return _decision(case, ErrorType.UNKNOWN, Reason.UNSPECIFIED, "nothing that tells", all_text)
    return _decision(case, decided.label[0], reason_of(case, decided, all_text), decided.shown(), all_text)


_NOT_THE_REQUEST = (ErrorType.SERVER_ERROR, ErrorType.TIMEOUT, ErrorType.CONNECTION_ERROR, ErrorType.RATE_LIMIT)


_ANSWERED = frozenset((400, 401, 402, 403, 404, 413, 422, 429))
"""Statuses that only an answer has: whoever says that there was no connection speaks loosely."""
_RELAYED = (500, 502, 503)
"""Statuses under which a gateway tells of its own connections."""
_BAD_GATEWAY = (ErrorType.SERVER_ERROR, Reason.BAD_GATEWAY)
_NO_MODEL = (ErrorType.MODEL_UNAVAILABLE, Reason.NOT_FOUND)
_NO_PROVIDER = (ErrorType.MODEL_UNAVAILABLE, Reason.NO_PROVIDER)
_OVERLOADED = (ErrorType.SERVER_ERROR, Reason.OVERLOADED)
_REGION = (ErrorType.PERMISSION_DENIED, Reason.REGION)
_OFF_SCHEMA = (ErrorType.INVALID_RESPONSE, Reason.SCHEMA)
_LOOSE = (WORD, GUESS, WRAPPER)
_NO_ANSWER = (ErrorType.INVALID_RESPONSE, Reason.EMPTY)
_NO_CONNECTION = (ErrorType.CONNECTION_ERROR, Reason.OTHER)
_CONNECTION = (ErrorType.CONNECTION_ERROR, Reason.UNSPECIFIED)
_NOT_OF_MONEY = (
    ErrorType.CONTEXT_LENGTH,
    ErrorType.RATE_LIMIT,
    ErrorType.INVALID_REQUEST,
    ErrorType.SERVER_ERROR,
)
_SYMPTOMS = frozenset(
    (ErrorType.SERVER_ERROR, reason) for reason in (Reason.INTERNAL, Reason.UNAVAILABLE, Reason.BAD_GATEWAY)
) | {(ErrorType.MODEL_UNAVAILABLE, Reason.NO_PROVIDER), (ErrorType.INVALID_RESPONSE, Reason.EMPTY)}
_CAUSES = (
    ErrorType.AUTHENTICATION,
    ErrorType.QUOTA_EXCEEDED,
    ErrorType.CONTEXT_LENGTH,
    ErrorType.CONTENT_FILTER,
)
_CAUSES_OF_FAILING = (*_CAUSES, ErrorType.RATE_LIMIT)
"""Why a server may say that it failed; where it only is not there, a limit may be somebody else's."""


def _judge(case: Case) -> Candidate | None:
    """The heaviest; but everyday words such as "unavailable" do not talk a 400 out of being the request's fault.

    What a client says of an answer that it can't use is the server's own trouble where it comes with a 500. A 402 is
    about money, whatever limit is named; that tokens exceed a limit tells, in a 429, of no context. Of two wordings
    that weigh the same, what is wrong with the account or the request explains why a service "is unavailable"; and
    with a 400, what is wrong with a field is so in the request.
    """
    statuses = {case.status, *(status for _, _, status in case.found.statuses)}
    refused = bool(statuses & {400, 422})
    answered = bool(statuses & _ANSWERED)
    unpaid = 402 in statuses
    limited = 429 in statuses
    failed = bool(statuses & {500, 502, 503, 504})
    able = [
        one
        for one in (_beyond_the_gateway(case) if case.status in _RELAYED else case.candidates)
        if not (refused and one.weight in _LOOSE and one.label[0] in _NOT_THE_REQUEST)
        and not (refused and one.weight in (GUESS, WRAPPER) and one.label[0] is ErrorType.INVALID_RESPONSE)
        and not (refused and one.weight <= VAGUE and one.label[0] is ErrorType.SERVER_ERROR)
        and not (answered and one.weight <= PHRASE and one.label in (_CONNECTION, _NO_CONNECTION))
        and not (answered and one.weight <= PHRASE and one.label == _NO_ANSWER)
        and not (unpaid and one.weight <= PHRASE and one.label[0] in _NOT_OF_MONEY)
        and not (limited and one.label[0] is ErrorType.CONTEXT_LENGTH and one.weight <= CODE and _of_tokens(one))
        and not (failed and one.weight == WRAPPER and one.label[0] is ErrorType.INVALID_RESPONSE)
    ]
    if not able:
        return None
    heaviest = max(able, key=_by_weight)
    if heaviest.label == _OVERLOADED and heaviest.weight > PHRASE:
        return next((one for one in able if one.weight == PHRASE and one.label == _NO_PROVIDER), heaviest)
    if heaviest.label == _NO_MODEL and heaviest.weight == PHRASE:
        return next((one for one in able if one.weight == PHRASE and one.label == _REGION), heaviest)
    if refused and heaviest.label == _OFF_SCHEMA and heaviest.weight == PHRASE:
        faults = [one for one in able if one.weight == PHRASE and one.label[0] is ErrorType.INVALID_REQUEST]
        return max(faults, key=_by_weight, default=heaviest)
    if heaviest.weight != PHRASE or heaviest.label not in _SYMPTOMS:
        return heaviest
    kinds = _CAUSES_OF_FAILING if heaviest.label[1] is Reason.INTERNAL else _CAUSES
    causes = [one for one in able if one.weight == PHRASE and one.depth == heaviest.depth and one.label[0] in kinds]
    return max(causes, key=_by_weight, default=heaviest)


def _beyond_the_gateway(case: Case) -> list[Candidate]:
    """The evidence, where a gateway answered: what an answer tells of a lost connection happened behind the gateway.

    LiteLLM gives its class for lost connections the status 500 of its own accord.
    """
    client = _names_litellm(case)
    return [
        one._replace(label=_BAD_GATEWAY)
        if one.label[0] is ErrorType.CONNECTION_ERROR
        and one.weight <= PHRASE
        and one.label != _NO_CONNECTION
        and not client
        else one
        for one in case.candidates
        if one.label != _NO_CONNECTION or one.weight > PHRASE
    ]


def _names_litellm(case: Case) -> bool:
    names = (name for names in case.exceptions for name in names)
    return case.status == 500 and any(
        "litellm" in said.lower() and "APIConnectionError" in said
        for said in (*names, *(text for _, _, text in case.texts))
    )


def _of_tokens(one: Candidate) -> bool:
    return "token" in one.shown().lower()


_by_weight = itemgetter(0, 1, 2)
"""Weight, depth and length of a candidate."""


def _settled(case: Case) -> bool:
    """Whether a code has said all that there is to say."""
    if not any(one.weight >= CODE for one in case.candidates):
        return False
    kind, reason = max(case.candidates).label
    return (
        reason not in (Reason.UNSPECIFIED, Reason.OVERLOADED)
        and kind is not ErrorType.RATE_LIMIT
        and kind not in REFINED
    )


def _beyond_words(case: Case, text: str) -> bool:
    """Whether a code or class outweighs all that wording can say, and names a reason that wording does not refine."""
    decided = max(case.candidates, key=_by_weight, default=None)
    if decided is None or decided.weight < CODE - 1:
        return False
    kind, reason = decided.label
    if kind is ErrorType.RATE_LIMIT:
        return named_limit(case, decided, text) is not None
    if reason is Reason.OVERLOADED and "vailable" in text:
        return False
    return reason not in NO_MORE_THAN_THE_TYPE and kind not in REFINED and kind is not ErrorType.CONTEXT_LENGTH


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


def _result(case: Case, decision: Decision, text: str) -> Classification:
    kind, reason, evidence, details = decision
    limited = kind is ErrorType.RATE_LIMIT or reason is Reason.OVERLOADED
    wait = waits.from_headers(case.headers, limited=limited) if case.headers else None
    if wait is None and case.found.waits:
        wait = waits.from_fields(case.found.waits)
    if wait is None and KINDS[kind].retryable:
        wait = waits.from_text(text)
    return classification(kind, reason, evidence=evidence, retry_after=wait, details=dict(details))


def _decision(case: Case, kind: ErrorType, reason: Reason, evidence: str, text: str) -> Decision:
    named = case.figures if kind is ErrorType.RATE_LIMIT else None
    details = named if named is not None else figures.details(kind, text)
    return Decision(kind, reason, " ".join(evidence.split())[:200], details)


@cache
def _built_in() -> Classifier:
    return Classifier()


def classify(
    error: object = None,
    *,
    exception_type: str | None = None,
    status: int | str | None = None,
    body: object = None,
    message: str | None = None,
    headers: Mapping[str, str] | None = None,
    provider: str | None = None,
) -> Classification:
    """Classify a failure by the built-in rules; see `Classifier.classify`."""
    return _built_in().classify(
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
    built = index()
    shown, name = text[:20_000].lower(), (provider or "").lower()
    known = {family for word, family in built.providers if word in name}
    return sorted(known or {family for sign, family in built.all_signs if sign in shown})
