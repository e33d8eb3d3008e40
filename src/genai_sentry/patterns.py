"""Regular expressions that are compiled when first needed, or all at once in the background.

Compiling takes longer than most of what set-up does; a process whose calls never fail needs few of them.
"""

from __future__ import annotations

import re
import threading
from typing import Any, cast, overload

_METHODS = ("search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer", "pattern", "groups")

_made: list[_Pattern] = []
_lock = threading.Lock()


class _Pattern:
    """Stands for a compiled pattern; after the first use its methods are that pattern's own."""

    __slots__ = ("_flags", "_text", *_METHODS)

    def __init__(self, text: str | bytes, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(self._text, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


@overload
def lazy(text: str, flags: int = 0) -> re.Pattern[str]: ...
@overload
def lazy(text: bytes, flags: int = 0) -> re.Pattern[bytes]: ...
def lazy(text: str | bytes, flags: int = 0) -> re.Pattern[Any]:
    """A pattern that is compiled at its first use. To be made at import, once for each expression.

    Args:
        text: the expression; a wrong one raises `re.error` only when it is used.
        flags: as for `re.compile`.
    """
    made = _Pattern(text, flags)
    _made.append(made)
    return cast("re.Pattern[Any]", made)


def warm() -> None:
    """Compile all that are not; imports nothing, so that a thread may do it while the process forks."""
    with _lock:
        for made in _made:
            made.search  # noqa: B018
