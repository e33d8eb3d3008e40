"""Wrappers that others have put on a client's own class before: a call is to be seen beneath them all the same.

Logfire and OpenInference wrap `OpenAI.request`, which the class inherits. What their wrappers hold is the function of
the base class, so that a replacement in the base class alone would never be called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import CellType, FunctionType
from typing import Any

import wrapt

from genai_sentry.patch.seam import Seam

DEEPEST = 8
"""Wrappers around wrappers that are followed."""


class Beneath(Seam):
    """A seam whose replacement also takes the original's place within the wrappers that subclasses hold."""

    def __init__(self, owner: Any, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        super().__init__(owner, name, make)
        self._places: list[tuple[Place, Any, Any]] = []

    def install(self) -> None:
        """Put the replacement in place, also where the original is held; doing it twice is once."""
        super().install()
        for place in _places(self.owner, self.name, self._original, self._replacement):
            place.put(self._replacement)
            self._places.append((place, self._original, self._replacement))

    def remove(self) -> bool:
        """Restore the original wherever the replacement is still held."""
        for place, original, replacement in self._places:
            if place.held() is replacement:
                place.put(original)
        self._places.clear()
        return super().remove()


class Place:
    """Where a wrapper holds what it wraps: a variable of a function, or an attribute of wrapt's object."""

    def __init__(self, holder: CellType | wrapt.FunctionWrapper[Any, Any]) -> None:
        self._holder = holder

    def held(self) -> Any:
        """What is wrapped."""
        return self._holder.cell_contents if isinstance(self._holder, CellType) else self._holder.__wrapped__

    def put(self, value: Any) -> None:
        """Have this wrapped in its stead."""
        if isinstance(self._holder, CellType):
            self._holder.cell_contents = value
        else:
            self._holder.__wrapped__ = value


def _places(owner: type, name: str, original: Any, replacement: Any) -> Iterator[Place]:
    for subclass in _subclasses(owner):
        wrapper = subclass.__dict__.get(name)
        for _ in range(DEEPEST):
            place = _place(wrapper)
            if place is None:
                break
            wrapper = place.held()
            if wrapper is original:
                yield place
            if wrapper is original or wrapper is replacement:
                break


def _subclasses(owner: type) -> Iterator[type]:
    subclass: type
    for subclass in owner.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def _place(wrapper: Any) -> Place | None:
    if isinstance(wrapper, wrapt.FunctionWrapper):
        return Place(wrapper)
    if not isinstance(wrapper, FunctionType):
        return None
    wrapped = getattr(wrapper, "__wrapped__", None)
    for cell in wrapper.__closure__ or ():
        if wrapped is not None and _content(cell) is wrapped:
            return Place(cell)
    return None


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not bound yet
        return None
