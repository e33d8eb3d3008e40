"""The rules, compiled for speed: codes in a table, phrases found by their rarest word."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from genai_sentry.errors.rules import Family, families
from genai_sentry.errors.rules.model import Label, parse_label
from genai_sentry.errors.text import normal
from genai_sentry.patterns import lazy

OWN_CODE, CODE, DECISIVE, OWN_PHRASE, PHRASE, OWN_BROAD, BROAD = 92, 90, 88, 85, 80, 65, 60
WRAPPER, QUOTED, TOLD, GUESS, VAGUE, WORD, ENVELOPE = 55, 50, 32, 22, 15, 12, 4
"""How much a rule weighs. A telling HTTP status stands between BROAD and GUESS; see `statuses.py`.

QUOTED is for phrases that stand in quotes next to other evidence: they may be the user's own words. TOLD is a guess
about what no HTTP status can say: money, policy, the context window.
"""

GAP = 110
"""Characters that `…` in a phrase may stand for."""
CJK = 0x2E80
"""Letters beyond this are of scripts without spaces."""
KEY = 5
"""Letters of a word by which phrases are looked up, so that plurals and participles are met too."""


class Meaning(NamedTuple):
    """What a code means."""

    weight: int
    label: Label
    family: str


class Phrase(NamedTuple):
    """A phrase, split where it has gaps."""

    parts: tuple[str, ...]
    weight: int
    label: Label
    family: str
    own: bool
    at_start: bool
    length: int
    simple: bool
    """Whether it is there wherever its one part is."""
    rank: int = 0
    """Its place among the rules: of two that say as much, the earlier decides."""

    def found_in(self, text: str) -> int:
        """Position in a normalised text, or -1."""
        parts = self.parts
        start = text.find(parts[0])
        if start < 0 or (self.at_start and start > 0):
            return -1
        if len(parts) == 1:
            return start
        for _ in range(4):
            end = start + len(parts[0])
            for part in parts[1:]:
                position = text.find(part, end, end + GAP + len(part))
                if position < 0:
                    break
                end = position + len(part)
            else:
                return start
            start = text.find(parts[0], start + 1)
            if start < 0:
                return -1
        return -1


@dataclass(slots=True)
class Index:
    """All rules, ready for look-up.

    Attributes:
        codes: by compared form, whoever sends them.
        own: by compared form, then by the family whose own they are.
        exceptions: the codes again, but where a name is both, as an exception's.
        pairs: phrases by the beginnings of their rarest two neighbouring words.
        anchors: phrases that have no such pair, by the beginning of their rarest word.
        unspaced: phrases in scripts without spaces, by their first two letters.
        providers: words in provider names, and the family that they tell.
        signs: words in errors, and the family that they tell, of families with rules of their own.
        all_signs: the same of all families.
        count: how many phrases there are.
    """

    codes: dict[str, Meaning] = field(default_factory=dict)
    own: dict[str, dict[str, Meaning]] = field(default_factory=dict)
    exceptions: dict[str, Meaning] = field(default_factory=dict)
    pairs: dict[tuple[str, str], list[Phrase]] = field(default_factory=dict)
    anchors: dict[str, list[Phrase]] = field(default_factory=dict)
    unspaced: dict[str, list[Phrase]] = field(default_factory=dict)
    providers: list[tuple[str, str]] = field(default_factory=list)
    signs: list[tuple[str, str]] = field(default_factory=list)
    all_signs: list[tuple[str, str]] = field(default_factory=list)
    count: int = 0

    def nominated(self, text: str) -> list[Phrase]:
        """The phrases whose rarest words a normalised text has, in no order."""
        keys = keys_of(text)
        found: list[Phrase] = []
        for pair in self.pairs.keys() & itertools.pairwise(keys):
            found += self.pairs[pair]
        for key in self.anchors.keys() & keys:
            found += self.anchors[key]
        return found


_NO_SIGN = lazy(r"[^a-z0-9]+")
_LOWER = bytes(range(128)).lower() + bytes(128)
_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())


def compared(code: str) -> str:
    """The form in which codes are compared: lower case, letters and digits only."""
    if code.isascii():
        return code.encode().translate(_LOWER, _SIGNS).decode()
    return _NO_SIGN.sub("", code.lower())


def _lines(table: Mapping[str, str]) -> Iterator[tuple[Label, str]]:
    for label, lines in table.items():
        parsed = parse_label(label)
        for line in lines.splitlines():
            if line.strip():
                yield parsed, line.strip()


@cache
def index() -> Index:
    """The built-in rules, compiled once."""
    return compiled(families())


def compiled(every: tuple[Family, ...]) -> Index:
    """Compile rules for look-up."""
    built = Index()
    frequency = _frequency(every)
    for family in every:
        for table, weight in (
            (family.codes, CODE),
            (family.broad, BROAD),
            (family.vague, VAGUE),
            (family.envelopes, ENVELOPE),
        ):
            for label, line in _lines(table):
                meaning = Meaning(weight, label, family.name)
                built.codes.setdefault(compared(line), meaning)
                if family.name in ("transport", "sdk"):
                    built.exceptions.setdefault(compared(line), meaning)
        for table, weight in ((family.own_codes, OWN_CODE), (family.own_broad, OWN_BROAD)):
            for label, line in _lines(table):
                own = built.own.setdefault(compared(line), {})
                own.setdefault(family.name, Meaning(weight, label, family.name))
        for table, weight in (
            (family.own_decisive, DECISIVE),
            (family.own_phrases, OWN_PHRASE),
            (family.phrases, PHRASE),
            (family.wrappers, WRAPPER),
            (family.words, WORD),
        ):
            for label, line in _lines(table):
                _add(built, _phrase(line, weight, label, family.name), frequency)
        built.providers.extend((word, family.name) for word in family.providers)
        built.all_signs.extend((sign, family.name) for sign in family.signs)
        if family.own_codes or family.own_broad or family.own_phrases or family.own_decisive:
            built.signs.extend((sign, family.name) for sign in family.signs)
    built.exceptions = {**built.codes, **built.exceptions}
    return built


def phrase(line: str, weight: int, label: Label, family: str) -> Phrase:
    """Read a phrase as it is written in a table."""
    return _phrase(line, weight, label, family)


def _phrase(line: str, weight: int, label: Label, family: str) -> Phrase:
    parts = [normal(part).rstrip() for part in line.split("…")]
    if not line.isascii() and any(ord(letter) > CJK for letter in line):
        parts = [part.strip() for part in parts]
    shown = tuple(part for part in parts if part.strip())
    own, at_start = weight in (OWN_PHRASE, DECISIVE), line.startswith("^")
    return Phrase(shown, weight, label, family, own, at_start, sum(map(len, shown)), len(shown) == 1 and not at_start)


def keys_of(text: str) -> list[str]:
    """The beginnings of a normalised text's words."""
    return [word[:KEY] for word in text.split()]


def _frequency(every: tuple[Family, ...]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for family in every:
        for table in (family.phrases, family.own_phrases, family.own_decisive, family.wrappers, family.words):
            for lines in table.values():
                counts.update(keys_of(normal(lines)))
    counts.update(dict.fromkeys(keys_of(_COMMON), 1000))
    return counts


_COMMON = "the your to of is in for not this error request model that and"


def _add(built: Index, added: Phrase, frequency: Counter[str]) -> None:
    built.count += 1
    added = added._replace(rank=built.count)
    if not all(map(str.isascii, added.parts)) and any(ord(letter) > CJK for part in added.parts for letter in part):
        built.unspaced.setdefault(added.parts[0][:2], []).append(added)
        return
    pairs: list[tuple[str, str]] = []
    for part in added.parts:
        keys = keys_of(part)
        whole = len(keys) if len(keys[-1]) == KEY else len(keys) - 1  # a short last word may be the start of a longer
        pairs += itertools.pairwise(keys[:whole])
    if pairs:
        rarest = min(pairs, key=lambda pair: frequency[pair[0]] + frequency[pair[1]])
        built.pairs.setdefault(rarest, []).append(added)
        return
    anchor = min((key for part in added.parts for key in keys_of(part)), key=lambda key: frequency[key])
    built.anchors.setdefault(anchor, []).append(added)
