"""Whether a call was cancelled by a deadline of the application: its caller then gets `TimeoutError`.

At the call both look the same, a cancellation. The difference lies further out on the stack, where an
`asyncio.timeout`, an `asyncio.wait_for` or a cancel scope of anyio or trio waits for its block to end.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import types
from collections.abc import Iterator
from typing import Any

MAX_NODES = 200
"""Coroutines looked at in one search."""


def passed() -> bool:
    """Whether a deadline that has passed encloses the code that runs now. To be asked while the cancellation is
    being handled, in the cancelled task; where the interpreter doesn't tell, the answer is False.
    """
    coroutine, now = _running()
    if coroutine is None:
        return False
    for owner in _entered(coroutine):
        if owner.expired() if isinstance(owner, asyncio.Timeout) else _scope_passed(owner, now):
            return True
    return sys.version_info < (3, 12) and _waited_for()


def _running() -> tuple[object | None, float]:
    """The current task's outermost coroutine, and the time by its loop's clock."""
    try:
        task = asyncio.current_task()
    except RuntimeError:
        task = None
    if task is not None:
        return task.get_coro(), task.get_loop().time()
    trio = sys.modules.get("trio")
    if trio is not None:
        try:
            return trio.lowlevel.current_task().coro, float(trio.current_time())
        except RuntimeError:
            return None, 0.0
    return None, 0.0


def _entered(coroutine: object) -> Iterator[object]:
    """Go through the context managers that the coroutine and those it awaits have entered.

    Each keeps its `__exit__` or `__aexit__` on its frame's stack, which only the collector's view shows.
    """
    seen: set[int] = set()
    waiting: list[object] = [coroutine]
    while waiting and len(seen) < MAX_NODES:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        for referent in gc.get_referents(node):
            if isinstance(referent, types.CoroutineType | types.GeneratorType | types.AsyncGeneratorType):
                waiting.append(referent)
            elif isinstance(referent, types.MethodType) and referent.__name__ in ("__exit__", "__aexit__"):
                yield referent.__self__


def _scope_passed(owner: object, now: float) -> bool:
    """Whether a cancel scope, or the one inside `fail_after`, was cancelled by its deadline."""
    scope: Any = owner
    frame = getattr(getattr(owner, "gen", None), "gi_frame", None)
    if frame is not None:
        local = frame.f_locals
        scope = local.get("cancel_scope") or local.get("scope")
    deadline = getattr(scope, "deadline", None)
    if not isinstance(deadline, float | int) or deadline > now:
        return False
    return bool(getattr(scope, "cancel_called", False))


def _waited_for() -> bool:
    """Python 3.11: `wait_for` runs what it waits for in a task of its own, and cancels that."""
    current = asyncio.current_task()
    for task in asyncio.all_tasks():
        if task is current or task.cancelling():
            continue
        node: Any = task.get_coro()
        for _ in range(MAX_NODES):
            frame = getattr(node, "cr_frame", None)
            if frame is None:
                break
            waits = frame.f_code.co_name == "wait_for" and frame.f_globals.get("__name__") == "asyncio.tasks"
            if waits and frame.f_locals.get("fut") is current:
                return True
            node = getattr(node, "cr_await", None)
    return False
