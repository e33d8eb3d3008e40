"""No expression can be made to run away: none repeats a repetition that a text can be shared out to in many ways."""

from __future__ import annotations

import importlib
import pkgutil
import re
import re._constants as sre  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterator
from typing import Any

import pytest

import genai_sentry
from genai_sentry import patterns

MANY = 12
"""Repetitions from which on it matters."""

HARMLESS = {
    # Each round begins with a sign that no round holds within.
    r"([-@](20\d{2}-?\d{2}-?\d{2}|\d{3,4}|v\d+(:\d+)?|latest|preview))+$",
    # Each round ends with one.
    r"(?:\d{1,12}(?:\.\d{0,12})?(?:ms|us|µs|ns|s|m|h|d))+\Z",
    rb'name="model"\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]*)',
}


def expressions() -> dict[str | bytes, int]:
    """Every expression of the package with its flags."""
    found: dict[str | bytes, int] = {}
    for item in pkgutil.walk_packages(genai_sentry.__path__, "genai_sentry."):
        if item.name.endswith("__main__"):
            continue
        try:
            module = importlib.import_module(item.name)
        except ImportError:  # what an extra would bring is not installed
            continue
        for value in [*vars(module).values()]:
            found.update((one.pattern, one.flags) for one in _compiled(value))
    found.update((made.pattern, made._flags) for made in patterns._made)
    return found


def _compiled(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _compiled(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _compiled(item)


def nested(tree: Any, repeated: bool = False) -> bool:
    """Whether a repetition that gives back stands inside another."""
    for kind, argument in tree:
        if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            many = argument[1] >= MANY
            if (many and repeated) or nested(argument[2], repeated or many):
                return True
        elif kind is sre.POSSESSIVE_REPEAT:
            if nested(argument[2]):
                return True
        elif kind is sre.SUBPATTERN:
            if nested(argument[3], repeated):
                return True
        elif kind is sre.BRANCH:
            if any(nested(branch, repeated) for branch in argument[1]):
                return True
        elif (kind in (sre.ASSERT, sre.ASSERT_NOT) and nested(argument[1])) or (
            kind is sre.ATOMIC_GROUP and nested(argument)
        ):
            return True
    return False


def _suspicious(pattern: str | bytes, flags: int = 0) -> bool:
    return nested(parser.parse(pattern, flags & ~re.UNICODE if isinstance(pattern, bytes) else flags))


def test_no_expression_repeats_a_repetition() -> None:
    """But for those in which it is harmless, each looked at by a person."""
    found = expressions()

    assert len(found) > 150
    assert set() == {pattern for pattern, flags in found.items() if _suspicious(pattern, flags)} - HARMLESS


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"[A-Z][a-z]+(?:[A-Z]\w*)+x", True),
        (r"(?:a|b+)*c", True),
        (r"(?=(?:a+)+b)", True),
        (r"(?:\.[A-Z]\w*+)*+", False),
        (r"(?:ab){1,5}c+", False),
        (r"a+b*c{2,}", False),
    ],
)
def test_repeated_repetitions_are_found(pattern: str, found: bool) -> None:
    """The check sees what it looks for."""
    assert found is _suspicious(pattern)
