"""Whether a call was cancelled by a deadline of the application: its caller then gets `TimeoutError`.

At the call both look the same, a cancellation. The difference lies further out: an `asyncio.timeout`, an
`asyncio.wait_for` or a cancel scope of anyio or trio around the task, or around one that waits for it.
"""

from __future__ import annotations

import asyncio
import functools
import sys
import types
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from genai_sentry.guard import swallowed
from genai_sentry.patch.seam import Seam

MAX_TASKS = 50
"""Tasks and futures looked at in one search."""
MAX_SCOPES = 50
"""Cancel scopes around one task that are looked at."""

_fired: weakref.WeakKeyDictionary[asyncio.Task[Any], weakref.ref[asyncio.Timeout]] = weakref.WeakKeyDictionary()


def watch() -> None:
    """Take note of each `asyncio.timeout` that fires from now on: afterwards nothing leads from a task to it."""
    if _seam is not None:
        _seam.install()


def unwatch() -> None:
    """Undo `watch`."""
    if _seam is not None:
        _seam.remove()


def passed() -> bool:
    """Whether a deadline that has passed encloses the code that runs now. To be asked while the cancellation is
    being handled, in the cancelled task; where the interpreter doesn't tell, the answer is False.
    """
    try:
        task = asyncio.current_task()
    except RuntimeError:
        task = None
    if task is None:
        return trio_scope() is not None
    return any(
        by_wait_for or _timeout_expired(waiting) or _anyio_scope_expired(waiting)
        for waiting, by_wait_for in _waiting(task)
    )


def _make(original: Callable[[asyncio.Timeout], None]) -> Callable[..., Any]:
    def _on_timeout(self: asyncio.Timeout) -> None:
        try:
            task: asyncio.Task[Any] | None = getattr(self, "_task", None)
            if task is not None:
                _fired[task] = weakref.ref(self)
        except Exception as error:
            if not swallowed("deadline", error):
                raise
        original(self)

    return _on_timeout


_seam = Seam(asyncio.Timeout, "_on_timeout", _make) if "_on_timeout" in asyncio.Timeout.__dict__ else None


def _waiting(task: asyncio.Task[Any]) -> Iterator[tuple[asyncio.Task[Any], bool]]:
    """Go through the task and those that wait for it: `(task, whether its wait_for has run out)`."""
    seen: set[int] = set()
    nodes: list[tuple[asyncio.Future[Any], bool]] = [(task, False)]
    while nodes and len(seen) < MAX_TASKS:
        node, released = nodes.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, asyncio.Task):
            # Python 3.11: `wait_for` cancels the task in which it runs what it waits for, itself not being cancelled.
            yield node, released and not node.cancelling()
            released = False
        for callback, *_ in getattr(node, "_callbacks", None) or ():
            nodes.extend((found, released or by_release) for found, by_release in _behind(callback))


def _behind(callback: object) -> Iterator[tuple[asyncio.Future[Any], bool]]:
    """Who is told by a future's callback: a task, a task group's parent, the future of a `gather`."""
    if isinstance(callback, functools.partial):
        if getattr(callback.func, "__name__", "") == "_release_waiter" and callback.args:
            yield callback.args[0], True
        return
    owner = getattr(callback, "__self__", None)
    if isinstance(owner, asyncio.TaskGroup):
        owner = getattr(owner, "_parent_task", None)
    if isinstance(owner, asyncio.Future):
        yield owner, False
    if isinstance(callback, types.FunctionType):
        for cell in callback.__closure__ or ():
            try:
                content = cell.cell_contents
            except ValueError:
                continue
            if isinstance(content, asyncio.Future):
                yield content, False


def _timeout_expired(task: asyncio.Task[Any]) -> bool:
    """Whether an `asyncio.timeout` has fired whose block is not left yet."""
    reference = _fired.get(task)
    timeout = reference() if reference is not None else None
    return getattr(getattr(timeout, "_state", None), "value", "") == "expiring"


def _anyio_scope_expired(task: asyncio.Task[Any]) -> bool:
    states = getattr(sys.modules.get("anyio._backends._asyncio"), "_task_states", None)
    if states is None:
        return False
    scope = getattr(states.get(task), "cancel_scope", None)
    now = task.get_loop().time()
    for _ in range(MAX_SCOPES):
        if scope is None:
            return False
        if _ran_out(scope, now):
            return True
        scope = getattr(scope, "_parent_scope", None)
    return False


def trio_scope() -> object | None:
    """The innermost of trio's cancel scopes around the code that runs now whose deadline has passed, if any."""
    trio: Any = sys.modules.get("trio")
    if trio is None:
        return None
    try:
        status = getattr(trio.lowlevel.current_task(), "_cancel_status", None)
        now = float(trio.current_time())
    except RuntimeError:
        return None
    for _ in range(MAX_SCOPES):
        if status is None:
            return None
        scope: object = getattr(status, "_scope", None)
        if _ran_out(scope, now):
            return scope
        status = getattr(status, "_parent", None)
    return None


def _ran_out(scope: object, now: float) -> bool:
    """Whether a cancel scope was cancelled by its deadline."""
    deadline = getattr(scope, "deadline", None)
    return isinstance(deadline, float | int) and deadline <= now and bool(getattr(scope, "cancel_called", False))
