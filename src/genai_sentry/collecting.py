"""Whether this thread is in the middle of a garbage collection.

A collection starts between any two steps of any code, also of code that holds a lock. What finalisers do in it may
take no lock: the thread that holds it could be this very one. So what ends in a collection is only taken note of.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping
from threading import get_ident

_collecting = 0


def _watch(phase: str, info: Mapping[str, int]) -> None:
    global _collecting
    _collecting = get_ident() if phase == "start" else 0


def collecting() -> bool:
    """Whether what runs here was started by the garbage collector."""
    return _collecting == get_ident()


def install() -> None:
    """Watch the collector; twice is once."""
    if _watch not in gc.callbacks:
        gc.callbacks.append(_watch)


def remove() -> None:
    """Watch it no longer."""
    if _watch in gc.callbacks:
        gc.callbacks.remove(_watch)
