"""Regular expressions that are compiled when first needed."""

from __future__ import annotations

import re
from operator import attrgetter

import pytest

from genai_sentry import patterns
from process import run


def _compiled(found: object) -> bool:
    return "search" in {name for name in patterns._METHODS if _is_set(found, name)}


def _is_set(found: object, name: str) -> bool:
    try:
        object.__getattribute__(found, name)
    except AttributeError:
        return False
    return True


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No patterns but the test's own."""
    monkeypatch.setattr(patterns, "_made", [])


@pytest.mark.usefixtures("fresh")
def test_a_pattern_is_compiled_at_its_first_use() -> None:
    """It is what `re.compile` makes, from the first use on."""
    found = patterns.lazy(r"(a+)b", re.IGNORECASE)
    assert not _compiled(found)
    assert [("AA",), ["a"], "x!", ["", "aa", "c"], 1] == [
        found.fullmatch("AAb").groups(),  # type: ignore[union-attr]
        found.findall("ab"),
        found.sub("!", "xab"),
        found.split("aabc"),
        found.groups,
    ]
    assert _compiled(found)
    assert re.compile(r"(a+)b").search == patterns.lazy(r"(a+)b").search


@pytest.mark.usefixtures("fresh")
def test_bytes_are_taken_as_well() -> None:
    """A pattern over bytes searches bytes."""
    assert patterns.lazy(rb"\d").search(b"a1") is not None


@pytest.mark.usefixtures("fresh")
def test_warming_compiles_all() -> None:
    """What a background thread does, so that no request waits."""
    made = [patterns.lazy("a"), patterns.lazy("b")]
    patterns.warm()
    assert [True, True] == [_compiled(each) for each in made]


@pytest.mark.usefixtures("fresh")
def test_a_wrong_name_is_told() -> None:
    """What a compiled pattern does not have, this one has not either."""
    with pytest.raises(AttributeError, match="wrong"):
        attrgetter("wrong")(patterns.lazy("a"))


def test_import_compiles_next_to_nothing() -> None:
    """Importing what instrumenting needs leaves nearly all expressions for later."""
    share = run(
        """
        import json
        from genai_sentry import GenAIInstrumentor, patterns
        import genai_sentry.patch.hooks, genai_sentry.runtime

        def compiled(each):
            try:
                object.__getattribute__(each, "search")
            except AttributeError:
                return False
            return True

        print(json.dumps([len(patterns._made) > 30, sum(map(compiled, patterns._made)) < len(patterns._made) / 4]))
        """
    )
    assert [True, True] == share
