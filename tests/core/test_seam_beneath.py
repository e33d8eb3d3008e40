"""A call is seen beneath the wrappers that others put on a client's class before."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest
import wrapt

from genai_sentry.patch.beneath import Beneath

Wrap = Callable[[Callable[..., Any]], Any]


def _by_closure(original: Callable[..., Any]) -> Any:
    @functools.wraps(original)
    def wrapper(*args: Any) -> Any:
        return [*original(*args), "theirs"]

    return wrapper


def _by_wrapt(original: Callable[..., Any]) -> Any:
    return wrapt.FunctionWrapper(original, lambda wrapped, instance, args, kwargs: [*wrapped(*args), "theirs"])


def _by_both(original: Callable[..., Any]) -> Any:
    return _by_closure(_by_wrapt(original))


class World:
    """A base client, a client that inherits from it, and a seam in the base."""

    def __init__(self) -> None:
        class Base:
            def request(self) -> list[str]:
                return ["answer"]

        class Client(Base):
            pass

        self.base, self.client = Base, Client
        self.original = Base.__dict__["request"]
        self.seam = Beneath(Base, "request", self._make)

    @staticmethod
    def _make(original: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args: [*original(*args), "ours"]


@pytest.mark.parametrize(
    ("wrap", "around"), [(_by_closure, ["theirs"]), (_by_wrapt, ["theirs"]), (_by_both, ["theirs", "theirs"])]
)
def test_ours_is_called_within_a_wrapper_that_was_there_before(wrap: Wrap, around: list[str]) -> None:
    """As it is where they come after us; and no more once it is taken out."""
    world = World()
    world.client.request = wrap(world.client.request)

    world.seam.install()
    world.seam.install()
    assert ["answer", "ours", *around] == world.client().request()
    assert ["answer", "ours"] == world.base().request()

    assert world.seam.remove()
    assert ["answer", *around] == world.client().request()
    assert world.base.__dict__["request"] is world.original


def test_installing_again_is_beneath_again() -> None:
    """Nothing is left over of the first time."""
    world = World()
    world.client.request = _by_closure(world.client.request)
    for _ in range(2):
        world.seam.install()
        assert ["answer", "ours", "theirs"] == world.client().request()
        world.seam.remove()

    assert ["answer", "theirs"] == world.client().request()


def test_what_was_put_there_since_stays() -> None:
    """Only what is still ours is taken out of others' wrappers."""
    world = World()
    wrapper = _by_wrapt(world.client.request)
    world.client.request = wrapper
    world.seam.install()
    wrapper.__wrapped__ = lambda *args: ["newer"]

    world.seam.remove()

    assert ["newer", "theirs"] == world.client().request()


@pytest.mark.parametrize("own", [lambda self: ["own"], 3, None, property(lambda self: lambda: ["own"])])
def test_a_class_s_own_function_is_left_alone(own: Any) -> None:
    """Whatever stands there: it wraps nothing of the base."""
    world = World()
    world.client.request = own

    world.seam.install()

    assert world.client.__dict__["request"] is own
