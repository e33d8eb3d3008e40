"""One replaced function of a class: put in place once, taken out only where it is still ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Seam:
    """Replaces `owner.name` by `make(original)`.

    Taking it out restores the original where the replacement is still what the class holds. Where somebody wrapped
    it since, the replacement stays and passes everything through, and `install` uses it again instead of a second.

    Args:
        owner: the class (or module) that holds the function.
        name: the function's name.
        make: makes the replacement from the original.
    """

    def __init__(self, owner: Any, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        self.owner = owner
        self.name = name
        self._make = make
        self._inherited = False
        self._original: Callable[..., Any] | None = None
        self._replacement: Callable[..., Any] | None = None

    def install(self) -> None:
        """Put the replacement in place; doing it twice is once."""
        if self._replacement is not None:
            return
        self._inherited = self.name not in self.owner.__dict__
        original = getattr(self.owner, self.name) if self._inherited else self.owner.__dict__[self.name]
        replacement = self._make(original)
        _look_like(replacement, original)
        self._original, self._replacement = original, replacement
        setattr(self.owner, self.name, replacement)

    def _held(self) -> Any:
        return getattr(self.owner, self.name, None) if self._inherited else self.owner.__dict__.get(self.name)

    def remove(self) -> bool:
        """Restore the original; False where somebody else's wrapper is in the way and ours stays as a pass-through."""
        if self._replacement is None:
            return True
        if self._held() is not self._replacement:
            return False
        if self._inherited:
            delattr(self.owner, self.name)
        else:
            setattr(self.owner, self.name, self._original)
        self._original = self._replacement = None
        return True


def _look_like(replacement: Any, original: Any) -> None:
    for name in ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__", "__kwdefaults__"):
        if name != "__kwdefaults__" and hasattr(original, name):
            setattr(replacement, name, getattr(original, name))
    replacement.__wrapped__ = original
