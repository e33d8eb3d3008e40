"""Reading a message for what it is about and what it says of that, where its wording is known to no rule."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from operator import itemgetter
from typing import NamedTuple

from genai_sentry.errors.rules.meanings import MEANINGS
from genai_sentry.errors.rules.model import Label, parse_label
from genai_sentry.errors.rules.notions import WORDS
from genai_sentry.errors.rules.notions_east import CHINESE, JAPANESE_AND_KOREAN
from genai_sentry.errors.rules.notions_europe import EUROPE
from genai_sentry.errors.rules.notions_world import RUSSIAN, WORLD
from genai_sentry.errors.text import WIDE, normal
from genai_sentry.patterns import lazy

REACH = 6
"""How many words may lie between two notions that belong together."""
REACH_CHINESE = 10
"""The same in characters of Chinese."""
MAX_WORDS = 160


_NEGATED = dict.fromkeys(
    ("isnt", "arent", "wasnt", "werent", "doesnt", "dont", "didnt", "hasnt", "havent", "wont", "couldnt"), "not"
) | {"cant": "cannot"}
"""Contractions, as they look without the apostrophe."""


class Guess(NamedTuple):
    """What two notions near each other mean, and the words that stand for them."""

    label: Label
    shown: str
    distance: int


class _Meanings(NamedTuple):
    """The tables, ready for look-up.

    Attributes:
        words: by the first word, what must follow it, all of it as it is shown, and its notions; longest first.
        stems: the notions of stems of Russian.
        chinese, of_chinese: what finds the words of languages without spaces, and their notions.
        labels: by one notion, then by another, what they mean together.
    """

    words: dict[str, list[tuple[list[str], str, tuple[str, ...]]]]
    stems: dict[str, tuple[str, ...]]
    chinese: re.Pattern[str]
    of_chinese: dict[str, tuple[str, ...]]
    labels: dict[str, dict[str, tuple[int, Label]]]


def _by_word(*tables: dict[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for notion, words in (item for table in tables for item in table.items()):
        for word in words.split(","):
            known = found.setdefault(normal(word).strip(), [])
            if notion not in known:
                known.append(notion)
    return {word: tuple(notions) for word, notions in found.items()}


@cache
def _meanings() -> _Meanings:
    chinese = _by_word(CHINESE, JAPANESE_AND_KOREAN)
    words: dict[str, list[tuple[list[str], str, tuple[str, ...]]]] = {}
    for text, notions in sorted(_by_word(WORDS, EUROPE, WORLD).items(), key=lambda item: -item[0].count(" ")):
        first, *rest = text.split()
        words.setdefault(first, []).append((rest, text, notions))
    labels: dict[str, dict[str, tuple[int, Label]]] = {}
    ranked = [(about, says, (rank, parse_label(label))) for rank, (about, says, label) in enumerate(MEANINGS)]
    for about, says, meaning in ranked:
        labels.setdefault(about, {})[says] = meaning
    for about, says, meaning in ranked:
        labels.setdefault(says, {}).setdefault(about, meaning)
    return _Meanings(
        words,
        _by_word(RUSSIAN),
        lazy("|".join(map(re.escape, sorted(chinese, key=len, reverse=True)))),
        chinese,
        labels,
    )


def warm() -> None:
    """Compile the table."""
    _meanings()


_Met = tuple[str, int, int, str]
"""A notion, where its word begins and ends, and the word."""
_START = itemgetter(1)


def guess(normalised: str) -> Guess | None:
    """The nearest two notions in a normalised text that mean something together; None where there are none."""
    if normalised.isascii():
        return _nearest(_words(normalised), REACH)
    if _CYRILLIC.search(normalised) is not None:
        joined = _JOINED.sub(r" \1", normalised.replace("ё", "е"))
        met = sorted(_words(joined) + _stems(joined), key=_START)
    else:
        met = _words(normalised if _ACCENTED.search(normalised) is None else _without_accents(normalised))
    best = _nearest(met, REACH)
    if best is None and WIDE.search(normalised) is not None:
        best = _nearest(_chinese(normalised), REACH_CHINESE)
    return best


_FIELD_NAME = lazy(
    r"[a-z]{2,20}(?:_[a-z]{2,20}){1,4}"
    r"(?<!error)(?<!exception)(?<!failed)(?<!exceeded)(?<!found)(?<!limit)(?<!_key)(?<!_token)"
)
"""A name in the manner of a field's, which no table knows."""
_ACCENTED = lazy(r"[\u00c0-\u024f\u1e00-\u1eff]")
_ACCENTS = lazy(r"[\u0300-\u036f]+")
_CYRILLIC = lazy(r"[\u0400-\u04ff]")
_JOINED = lazy(r" (не|слишком) ")
_OWN_LETTERS = str.maketrans("đıł", "dil")
"""Letters that are no letter with an accent, and how they are written where there are no others."""


def _without_accents(text: str) -> str:
    return _ACCENTS.sub("", unicodedata.normalize("NFD", text[:2000])).translate(_OWN_LETTERS)


def _stems(normalised: str) -> list[_Met]:
    """Words of a language that inflects them, by what they begin with."""
    table = _meanings().stems
    met: list[_Met] = []
    for place, word in enumerate(normalised.split()[:MAX_WORDS]):
        if word[0] < "\u0400":
            continue
        for length in range(min(len(word), 12), 2, -1):
            notions = table.get(word[:length])
            if notions is not None:
                met += [(notion, place, place, word[:length]) for notion in notions]
                break
    return met


def _words(normalised: str) -> list[_Met]:
    words = normalised.split()[:MAX_WORDS]
    if "nt " in normalised and not _NEGATED.keys().isdisjoint(words):
        words = [_NEGATED.get(word, word) for word in words]
    named = "_" in normalised
    met: list[_Met] = []
    taken = -1
    for place, candidates in enumerate(map(_meanings().words.get, words)):
        if candidates is None:
            if named and place > taken and "_" in words[place] and _FIELD_NAME.fullmatch(words[place]) is not None:
                met.append(("parameter", place, place, words[place]))
                if words[place].endswith("_model"):
                    met.append(("model", place, place, words[place]))
            continue
        if place <= taken:
            continue
        for rest, shown, notions in candidates:
            if not rest or words[place + 1 : place + 1 + len(rest)] == rest:
                taken = place + len(rest)
                met += [(notion, place, taken, shown) for notion in notions]
                break
    return met


_ANSWERED = lazy(r"返回了?(?:一个)? ?[45]\d\d ?(?:错误|异常)")
"""That a server answered with a status; nothing is wrong with the answer."""


def _chinese(normalised: str) -> list[_Met]:
    table = _meanings()
    met: list[_Met] = []
    for match in table.chinese.finditer(_ANSWERED.sub(" ", normalised[:600])):
        word = match[0]
        met.extend((notion, match.start(), match.end(), word) for notion in table.of_chinese[word])
    return met


def _nearest(met: list[_Met], reach: int) -> Guess | None:
    labels = _meanings().labels
    nearest, rank = reach + 1, 0
    found: tuple[Label, str, str] | None = None
    for number, (notion, first_start, first_end, first_word) in enumerate(met, 1):
        of_notion = labels.get(notion)
        if of_notion is None:
            continue
        farthest = first_end + reach
        for other, start, _, word in met[number : number + 39]:
            if start > farthest:
                break
            if other not in of_notion:
                continue
            known = of_notion[other]
            distance = start - first_end
            if distance < 1 and start == first_start:
                continue
            if distance < nearest or (distance == nearest and known[0] < rank):
                nearest, rank = distance, known[0]
                reach, farthest = distance, start
                found = known[1], first_word, word
    return None if found is None else Guess(found[0], f"{found[1]} … {found[2]}", nearest)
