"""Nothing may be lost when a process ends in another way than by returning: workers of pools and servers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import ModuleType
from typing import Any

import wrapt

from genai_sentry.flushing import flush, rest
from genai_sentry.guard import Guard
from genai_sentry.patch.seam import Seam
from genai_sentry.patch.state import state

EXIT_TIMEOUT_S = 2.0
"""For events, and once more for spans that are being sent then."""

POOL = "multiprocessing.util"
"""Its processes leave by `os._exit`, after finalisers of their own."""

TASKS = "celery.signals"
"""Celery's processes leave by `os._exit`, after a signal."""

SERVER = "uvicorn.server"
"""Its `Server.serve` ends by sending the signal that stopped it to itself once more, which runs no exit hook."""


class _Anchor:
    """What the pools' modules tie their registrations to; they hold it weakly."""


_anchor = _Anchor()
_registered = False


def install() -> None:
    """Watch the pools and the server, wherever they are imported or will be; twice is once."""
    global _registered
    if _registered:
        return
    _registered = True
    wrapt.when_imported(POOL)(_watch_children)
    wrapt.when_imported(TASKS)(_watch_tasks)
    wrapt.when_imported(SERVER)(_watch_server)


def flush_all() -> None:
    """Deliver what is held, for want of a later moment."""
    if state.runtime is None:
        return
    with Guard("exit"):
        if not flush(EXIT_TIMEOUT_S):
            rest(EXIT_TIMEOUT_S)


def _watch_children(util: ModuleType) -> None:
    # Called in each child, forked or spawned, when what it inherited has been cleared away.
    def started(_: object) -> None:
        with Guard("child"):
            util.Finalize(None, flush_all, exitpriority=5)

    util.register_after_fork(_anchor, started)


def _watch_tasks(signals: ModuleType) -> None:
    def leaving(**_: object) -> None:
        flush_all()

    signals.worker_process_shutdown.connect(leaving, weak=False)


def _watch_server(module: ModuleType) -> None:
    server = getattr(module, "Server", None)
    if server is not None and "shutdown" in vars(server):
        Seam(server, "shutdown", _then_flush).install()


def _then_flush(original: Callable[..., Any]) -> Callable[..., Any]:
    async def shutdown(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return await original(self, *args, **kwargs)
        finally:
            if state.runtime is not None:
                await asyncio.to_thread(flush_all)

    return shutdown
