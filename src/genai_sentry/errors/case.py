"""One failure while it is being judged: the evidence, laid out, and what each piece of it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from genai_sentry.errors import chain
from genai_sentry.errors.index import Index, Phrase, index
from genai_sentry.errors.rules.model import Label
from genai_sentry.errors.taxonomy import Reason
from genai_sentry.errors.text import Reading, without_frames
from genai_sentry.errors.unwrap import Found, gather
from genai_sentry.errors.waits import HEADERS

MAX_TEXTS = 8
MAX_MESSAGE = 100_000
"""Of a longer message this many characters are read, from either end."""


class Candidate(NamedTuple):
    """One piece of evidence and what it says."""

    weight: int
    depth: int
    length: int
    label: Label
    evidence: str | tuple[str, str | Phrase]

    def shown(self) -> str:
        """The evidence in one line."""
        if isinstance(self.evidence, str):
            return self.evidence
        where, said = self.evidence
        wording = said if isinstance(said, str) else " … ".join(part.strip() for part in said.parts)
        return f"{where}~{wording}"


@dataclass(slots=True)
class Case:
    """One failure while it is being judged."""

    found: Found
    status: int | None
    headers: Mapping[str, str]
    exceptions: list[tuple[str, ...]]
    provider: str
    shown: int
    """How many of the codes were there from the beginning."""
    candidates: list[Candidate] = field(default_factory=list)
    texts: list[tuple[int, str, str]] = field(default_factory=list)
    readings: dict[str, Reading] = field(default_factory=dict)
    figures: dict[str, int | float] | None = None
    """Those of a rate limit, where they have been read."""
    limit: Reason | None = None
    """Which limit they or the message name, where that has been found."""
    bare: bool | None = None
    """Whether the texts say no more than the status, where that has been asked."""
    _families: frozenset[str] | None = None

    @property
    def families(self) -> frozenset[str]:
        """The families whose own rules hold; worked out where a rule of that kind comes up, since most never do."""
        if self._families is None:
            shown = [text for _, _, text in self.texts] + [code for _, _, code in self.found.codes[: self.shown]]
            self._families = families_of(index(), self.provider, shown)
        return self._families

    def reading(self, text: str) -> Reading:
        """One of the texts, cleaned once for all that look at it."""
        found = self.readings.get(text)
        if found is None:
            found = self.readings[text] = Reading(text)
        return found

    def add(self, weight: int, depth: int, length: int, label: Label, evidence: str | tuple[str, str | Phrase]) -> None:
        """Note a piece of evidence."""
        self.candidates.append(Candidate(weight, depth, length, label, evidence))


_TELLING = {name.encode(): name for name in (*HEADERS, "cf-mitigated")}
"""The names of all headers that tell anything, as they are on the wire."""


def _telling(pairs: list[object]) -> dict[str, str] | None:
    """The headers that tell anything, of those as httpx keeps them; None where they are not as simple as most are."""
    found: dict[str, str] = {}
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            return None
        name, value = pair
        if not isinstance(name, bytes) or not isinstance(value, bytes):
            return None
        known = _TELLING.get(name.lower())
        if known is not None:
            if known in found or not value.isascii():
                return None
            found[known] = value.decode()
    return found


def lowered(headers: object) -> dict[str, str]:
    """Headers by their names in lower case; of httpx, whose own way takes long, only those that tell anything."""
    if not headers or not isinstance(headers, Mapping):
        return {}
    raw = getattr(headers, "raw", None)
    if isinstance(raw, list) and len(raw) <= 100 and (telling := _telling(raw)) is not None:
        return telling
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


def families_of(built: Index, provider: str, texts: Iterable[str]) -> frozenset[str]:
    known = set(_provider_families(provider.lower())) if provider else set()
    if known - _MEDIATORS:
        return frozenset(known)
    shown = " ".join(texts)[:3000].lower()
    known.update([family for sign, family in built.signs if sign in shown])
    return frozenset(known)


def open_case(
    error: object,
    exception_type: str | None,
    status: int | str | None,
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
        if told.nothing_to_parse:
            found.facts["document"] = "empty"
    elif error is not None and body is None:
        body = error
    if isinstance(status, str) and status.isdecimal() and len(status) == 3:
        status = int(status)  # as logs and headers have it
    status = status if isinstance(status, int) and not isinstance(status, bool) else None
    if body is not None:
        gather(body, "body", found)
    known = [text for _, _, text in found.texts]
    for text in messages[:6]:
        _gather_message(text, known, found)
    texts = sorted(found.texts, key=lambda item: -item[0])[:MAX_TEXTS]
    name = provider if isinstance(provider, str) else ""
    return Case(found, status, lowered(headers), names, name, len(found.codes), texts=texts)


def _gather_message(text: str, known: Sequence[str], found: Found) -> None:
    """Add a message, or what it says beyond the body that it repeats."""
    for inner in known:
        position = text.find(inner) if len(inner) > 20 else -1
        if position >= 0:
            text = text[:position].partition("{")[0].rstrip(" [-:(\"'b")
            break
    if len(text) > 2 * MAX_MESSAGE:
        text = text[:MAX_MESSAGE] + text[-MAX_MESSAGE:]
    if text.strip():
        gather(without_frames(text), "message", found, 0)
