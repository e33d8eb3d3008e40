"""Whether a garbage collection is going on.

A collection starts between any two steps of any code, also of code that holds a lock. What finalisers do in it may
take no lock: the thread that holds it could be this very one. So what ends in a collection is only taken note of.
"""

from __future__ import annotations

import gc
from collections import OrderedDict
from typing import Any

# The collector tells its phases to this method. It runs no Python code: a callback that did would let other threads in
# at places where nobody expects them, such as in the midst of `list(some_dict.items())`.
_phases: OrderedDict[str, None] = OrderedDict(start=None, stop=None)
_watch: Any = _phases.move_to_end


def collecting() -> bool:
    """Whether the garbage collector is at work, in this thread as a rule."""
    while True:
        try:
            return next(reversed(_phases)) == "start"
        except RuntimeError:  # another thread's collection has begun or ended between the two steps
            continue


def install() -> None:
    """Watch the collector; twice is once."""
    if _watch not in gc.callbacks:
        gc.callbacks.append(_watch)


def remove() -> None:
    """Watch it no longer."""
    if _watch in gc.callbacks:
        gc.callbacks.remove(_watch)
        _phases.move_to_end("stop")
