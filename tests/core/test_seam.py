"""A seam is put in place once and taken out only where it is still ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from genai_sentry.patch.seam import Seam


def _owner() -> type:
    class Owner:
        def work(self, value: int) -> int:
            """Work."""
            return value

    return Owner


def _counting(counts: list[int]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def replacement(self: Any, *args: Any) -> Any:
            counts.append(1)
            return original(self, *args)

        return replacement

    return make


def test_installing_twice_is_once_and_removing_restores_the_original() -> None:
    """The class holds exactly what it held before."""
    owner, counts = _owner(), []
    original = owner.__dict__["work"]
    seam = Seam(owner, "work", _counting(counts))

    seam.install()
    seam.install()
    assert 3 == owner().work(3)
    assert [1] == counts
    assert seam.remove()

    assert owner.__dict__["work"] is original


def test_a_wrapper_of_somebody_else_is_left_in_place() -> None:
    """Removing must not take out what was put on top of ours; installing again adds no second layer."""
    owner, counts = _owner(), []
    seam = Seam(owner, "work", _counting(counts))
    seam.install()
    ours = owner.__dict__["work"]

    def theirs(self: Any, *args: Any) -> Any:
        return ours(self, *args)

    owner.work = theirs

    assert not seam.remove()
    assert owner.__dict__["work"] is theirs
    seam.install()
    owner().work(1)
    assert [1] == counts


def test_the_replacement_looks_like_the_original() -> None:
    """Name, docstring and signature stay what introspection saw before."""
    owner = _owner()
    original = owner.__dict__["work"]
    seam = Seam(owner, "work", _counting([]))

    seam.install()

    assert ("work", "Work.", original) == (owner.work.__name__, owner.work.__doc__, owner.work.__wrapped__)
