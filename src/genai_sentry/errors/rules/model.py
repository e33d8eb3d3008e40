"""How a rule is written: plain tables, one `Family` for each family of providers.

A table gives, for each label, what leads to it, one a line. A label is written `type/reason`, in the taxonomy's words;
`type` alone means that the reason is not told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from genai_sentry.errors.taxonomy import KINDS, ErrorType, Reason

Label = tuple[ErrorType, Reason]
Table = Mapping[str, str]


def parse_label(text: str) -> Label:
    """Read `type/reason`.

    Raises:
        ValueError: no such type, or the type can't have that reason.
    """
    kind, _, reason = text.partition("/")
    label = ErrorType(kind), Reason(reason or "unspecified")
    if label[1] not in KINDS[label[0]].reasons:
        raise ValueError(f"{kind} has no reason {reason!r}")
    return label


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What the errors of one family of providers mean.

    Codes are compared without case, hyphens and underscores, so `RateLimitError` equals `rate_limit_error`. Phrases
    are compared without case, quotes and punctuation; `…` stands for any few words between.

    Attributes:
        name: for the evidence line.
        providers: words in a provider's name by which the family is known.
        signs: words in the error itself by which it is known (host names, namespaces), lower case.
        codes: values of code, type, status or reason, and exception names, that say it all, whoever sends them.
        broad: values that name an area only; a phrase may say better.
        vague: values so general that any phrase, and a telling HTTP status, says better.
        envelopes: values that gateways put on every error; only where there is nothing else at all.
        phrases: wordings that a provider uses for one thing only.
        own_codes, own_broad, own_phrases: the same, valid only where the error is known to be this family's.
        own_decisive: such phrases that say better than all others.
        wrappers: wordings of what is put around another error, and of its symptoms.
        words: everyday wordings; asked last.
    """

    name: str
    providers: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    codes: Table = field(default_factory=dict)
    broad: Table = field(default_factory=dict)
    vague: Table = field(default_factory=dict)
    envelopes: Table = field(default_factory=dict)
    phrases: Table = field(default_factory=dict)
    own_codes: Table = field(default_factory=dict)
    own_broad: Table = field(default_factory=dict)
    own_phrases: Table = field(default_factory=dict)
    own_decisive: Table = field(default_factory=dict)
    wrappers: Table = field(default_factory=dict)
    words: Table = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of the user's own; every condition that is given must hold.

    Attributes:
        then: the label, `type/reason`.
        code: a value of code, type or status in the body.
        phrase: a wording in any message; `…` stands for any few words.
        exception: a class name in the chain of causes, with or without its module.
        status: the HTTP status.
        provider: the provider's name.
    """

    then: str
    code: str | None = None
    phrase: str | None = None
    exception: str | None = None
    status: int | None = None
    provider: str | None = None

    def __post_init__(self) -> None:
        """Check the label, the conditions' kinds, and that there is one at all; raise ValueError otherwise."""
        parse_label(self.then)
        if all(one is None for one in (self.code, self.phrase, self.exception, self.status, self.provider)):
            raise ValueError("a rule needs a condition")
        for name in ("code", "phrase", "exception", "provider"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, str):
                raise ValueError(f"{name}: expected a text, got {value!r}")
        if self.status is not None and (isinstance(self.status, bool) or not isinstance(self.status, int)):
            raise ValueError(f"status: expected a whole number, got {self.status!r}")
