"""The arithmetic of prices: a rate card and the counts of a call give what it cost.

Counts overlap: cached tokens are input tokens too, cached audio tokens are both cached and audio. Each line of a card
therefore subtracts from its count what other lines of the same card price, so that no token is paid for twice. All
arithmetic is in floats; it equals decimal arithmetic to better than 1e-12.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from genai_sentry.wire.outcome import Usage

DIMENSIONS: dict[str, frozenset[str]] = {
    "input_tokens": frozenset({"tokens", "input"}),
    "output_tokens": frozenset({"tokens", "output"}),
    "cache_read_input_tokens": frozenset({"tokens", "input", "read"}),
    "cache_write_input_tokens": frozenset({"tokens", "input", "write"}),
    "cache_write_1h_input_tokens": frozenset({"tokens", "input", "write", "1h"}),
    "reasoning_output_tokens": frozenset({"tokens", "output", "reasoning"}),
    "input_audio_tokens": frozenset({"tokens", "input", "audio"}),
    "input_image_tokens": frozenset({"tokens", "input", "image"}),
    "output_audio_tokens": frozenset({"tokens", "output", "audio"}),
    "output_image_tokens": frozenset({"tokens", "output", "image"}),
    "cache_read_audio_tokens": frozenset({"tokens", "input", "read", "audio"}),
    "input_seconds": frozenset({"seconds", "input"}),
    "input_characters": frozenset({"characters", "input"}),
    "images": frozenset({"images", "output"}),
    "web_searches": frozenset({"searches"}),
    "cache_read_image_tokens": frozenset({"tokens", "input", "read", "image"}),
    "requests": frozenset({"requests"}),
}
"""What each count measures. A count whose set contains another count's set is a part of it.

All but the last two are fields of `Usage`. Cached image tokens are priced by some, but named by nobody; a request is
one a call.
"""

FIELDS = tuple(DIMENSIONS)[:-2]
"""The counts that a usage carries."""

_INDEX = {name: position for position, name in enumerate(FIELDS)}
_READ = attrgetter(*FIELDS)
_SECONDS = _INDEX["input_seconds"]
_SEARCHES = _INDEX["web_searches"]
_TOTALS = ("input_tokens", "output_tokens")
_BY_PIECE = ("input_seconds", "input_characters", "images")
_AUDIO = ("input_audio_tokens", "output_audio_tokens")
_EXCLUSIVE = (frozenset({"read", "write"}), frozenset({"audio", "image"}))


@dataclass(frozen=True, slots=True)
class Rate:
    """The price of one kind of unit.

    Attributes:
        count: what it applies to, a key of `DIMENSIONS`.
        usd: US dollars for one unit.
        tiers: `(above, usd)` pairs, ascending: with more than `above` input tokens the whole call pays that price.
    """

    count: str
    usd: float
    tiers: tuple[tuple[int, float], ...] = ()

    def positive(self) -> bool:
        """Whether it can make a call cost something."""
        return self.usd > 0 or any(usd > 0 for _, usd in self.tiers)


_tuple = tuple.__new__  # without a named tuple's own constructor, which takes twice as long


class Amount(NamedTuple):
    """US dollars for input, for output, and in all."""

    input_usd: float
    output_usd: float
    total_usd: float


_Line = tuple[int, tuple[tuple[int, int], ...], float, tuple[tuple[int, float], ...], int]
"""A product: a count and signed others, times a price with its tiers; and its direction: input, output, or neither."""


@dataclass(frozen=True, slots=True)
class RateCard:
    """All that a model's calls are billed by, ready for arithmetic; `card` makes one.

    Attributes:
        rates: the prices.
        lines: what is multiplied with what.
        per_request_usd: what each call costs, whatever it uses.
        required: counts without which the cost is unknown.
        unpriced: counts which, if positive, make the cost unknown, since the card has no price for them; all but
            searches are free where something else (seconds, characters, images) is counted and billed instead.
        pieces: counts that are billed instead of tokens.
        ambiguous: `(a, b, both)`: with `a` and `b` positive and `both` not told (or nowhere: -1), the bill is unclear.
        whole: whether the card is all there is to bill, so that a call without any priced count costs nothing.
        minimum_seconds: audio input shorter than this is billed as this long.
    """

    rates: tuple[Rate, ...]
    lines: tuple[_Line, ...]
    per_request_usd: float
    required: tuple[int, ...]
    unpriced: tuple[int, ...]
    pieces: tuple[int, ...]
    ambiguous: tuple[tuple[int, int, int], ...]
    whole: bool
    minimum_seconds: float

    def amount(self, usage: Usage) -> Amount | None:
        """What a call with these counts costs; None where the counts do not tell or contradict each other."""
        counts = self._counts(usage) if self.minimum_seconds else _READ(usage)
        if not self._tells(counts):
            return None
        spent = [0.0, 0.0, self.per_request_usd]
        for own, rest, usd, tiers, direction in self.lines:
            count = counts[own] or 0
            if rest:  # most lines have none, and a loop over nothing takes as long as all the rest of them
                for index, sign in rest:
                    value = counts[index]
                    if value:
                        count += value * sign
            if not count:
                continue
            if count < 0:
                return None
            if tiers:
                for above, higher in tiers:
                    if (counts[0] or 0) > above:
                        usd = higher
            spent[direction] += count * usd
        given, made, more = spent
        return _tuple(Amount, (given, made, given + made + more))

    def dearer(self, factor: float) -> RateCard:
        """The same card with every price of tokens multiplied."""
        if factor == 1.0:
            return self
        lines = tuple(
            (own, rest, usd * factor, tuple((above, more * factor) for above, more in tiers), direction)
            if "tokens" in DIMENSIONS[FIELDS[own]]
            else (own, rest, usd, tiers, direction)
            for own, rest, usd, tiers, direction in self.lines
        )
        return replace(self, lines=lines)

    def bill(self, usage: Usage) -> list[tuple[str, float, float, float]]:
        """What adds up to the amount: count, number of units, US dollars for one, US dollars. Nothing where unknown."""
        if self.amount(usage) is None:
            return []
        counts = self._counts(usage)
        items = [("requests", 1.0, self.per_request_usd, self.per_request_usd)] if self.per_request_usd else []
        for own, rest, usd, tiers, _ in self.lines:
            units = (counts[own] or 0) + sum((counts[index] or 0) * sign for index, sign in rest)
            price = next((higher for above, higher in reversed(tiers) if (counts[0] or 0) > above), usd)
            if units:
                items.append((FIELDS[own], units, price, units * price))
        return items

    def _counts(self, usage: Usage) -> tuple[int | float | None, ...]:
        counts: tuple[int | float | None, ...] = _READ(usage)
        seconds = counts[_SECONDS]
        if seconds and seconds < self.minimum_seconds:
            return (*counts[:_SECONDS], self.minimum_seconds, *counts[_SECONDS + 1 :])
        return counts

    def _tells(self, counts: tuple[int | float | None, ...]) -> bool:
        for index in self.required:
            if counts[index] is None:
                return False
        for index in self.unpriced:
            if counts[index] and (index == _SEARCHES or not any(counts[piece] for piece in self.pieces)):
                return False
        for first, second, both in self.ambiguous:
            if counts[first] and counts[second] and (both < 0 or counts[both] is None):
                return False
        # A required count that is there is a count that is there; what is left are models without priced totals.
        return self.whole or bool(self.required) or any(counts[own] is not None for own, *_ in self.lines)


def card(
    rates: Sequence[Rate],
    *,
    whole: bool = False,
    audio_as_text: bool = False,
    audio_told: bool = False,
    minimum_seconds: float = 0.0,
) -> RateCard | None:
    """Prepare prices for arithmetic; None where they are none.

    Args:
        rates: one price a count.
        whole: whether they are all there is to bill; else a count without a price makes a cost unknown.
        audio_as_text: whether audio tokens without a price of their own cost what text tokens do.
        audio_told: whether the cost is unknown where audio tokens, if priced apart, are not counted.
        minimum_seconds: shortest length of audio input that is billed.
    """
    priced = {rate.count: rate for rate in rates}
    if not priced:
        return None
    lines = tuple(
        (terms[0][0], terms[1:], priced[name].usd, priced[name].tiers, _direction(name))
        for name, terms in _terms(priced).items()
    )
    doubtful = () if whole else (*_TOTALS, "web_searches", *(() if audio_as_text else _AUDIO))
    return RateCard(
        rates=tuple(rates),
        lines=lines,
        per_request_usd=priced["requests"].usd if "requests" in priced else 0.0,
        required=tuple(_INDEX[name] for name in _TOTALS if name in priced and priced[name].positive()),
        unpriced=tuple(_INDEX[name] for name in doubtful if name not in priced),
        pieces=tuple(_INDEX[name] for name in _BY_PIECE if name in priced),
        ambiguous=(*_ambiguous(priced), *(_untold(priced) if audio_told else ())),
        whole=whole,
        minimum_seconds=minimum_seconds,
    )


def _direction(name: str) -> int:
    dimensions = DIMENSIONS[name]
    return 0 if "input" in dimensions else 1 if "output" in dimensions else 2


def _terms(priced: dict[str, Rate]) -> dict[str, tuple[tuple[int, int], ...]]:
    """Signed counts of each line: its own, less what the lines for its parts take."""
    taken: dict[str, dict[str, int]] = {}
    for name in sorted(priced, key=lambda item: -len(DIMENSIONS[item])):
        own = {name: 1}
        for part, terms in taken.items():
            if DIMENSIONS[name] < DIMENSIONS[part]:
                for count, sign in terms.items():
                    own[count] = own.get(count, 0) - sign
        taken[name] = own
    return {
        name: tuple((_INDEX[count], sign) for count, sign in terms.items() if sign and count in _INDEX)
        for name, terms in taken.items()
        if name in _INDEX
    }


def _untold(priced: dict[str, Rate]) -> list[tuple[int, int, int]]:
    """Totals of which the part that is audio has to be told."""
    pairs = (
        (total, audio) for total, audio in zip(_TOTALS, _AUDIO, strict=True) if total in priced and audio in priced
    )
    return [(_INDEX[total], _INDEX[total], _INDEX[audio]) for total, audio in pairs]


def _ambiguous(priced: dict[str, Rate]) -> list[tuple[int, int, int]]:
    """Pairs of priced counts that overlap without one being part of the other."""
    names = [name for name in priced if "tokens" in DIMENSIONS[name]]
    found = []
    for position, first in enumerate(names):
        for second in names[position + 1 :]:
            one, other = DIMENSIONS[first], DIMENSIONS[second]
            union = one | other
            if one <= other or other <= one or {"input", "output"} <= union:
                continue
            if any(pair <= union for pair in _EXCLUSIVE) or first not in _INDEX or second not in _INDEX:
                continue
            both = next((name for name in names if DIMENSIONS[name] == union), "")
            found.append((_INDEX[first], _INDEX[second], _INDEX.get(both, -1)))
    if "output_image_tokens" in priced:
        # An answer with images whose tokens are not told apart from text: priced as text it would be far too cheap.
        found.append((_INDEX["output_tokens"], _INDEX["images"], _INDEX["output_image_tokens"]))
    return found
