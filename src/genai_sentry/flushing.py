"""`flush`: hand over what is held, for processes that end or freeze."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from opentelemetry import trace

from genai_sentry import own_provider
from genai_sentry.guard import Guard
from genai_sentry.patch.state import state
from genai_sentry.sentry.start import starter

if TYPE_CHECKING:
    from genai_sentry.runtime import Runtime

_at_work: threading.Thread | None = None
"""The thread that flushes spans. No lock guards it, which a fork could leave locked."""


def flush(timeout: float = 2.0) -> bool:
    """Deliver what is held: events, metrics and spans. Call it before a freeze or at an ASGI lifespan's end.

    Args:
        timeout: seconds to wait at most.

    Returns:
        Whether everything was handed over in time.
    """
    done = True
    with Guard("flush"):
        runtime = state.runtime
        if runtime is not None and starter.armed and _holding(runtime):
            starter.ensure()  # under the launcher, once: takes its time, which is not the flush's
        end = time.monotonic() + timeout
        if runtime is not None:
            done = runtime.flush(timeout)
        force = getattr(own_provider.private() or trace.get_tracer_provider(), "force_flush", None)
        if force is not None:
            done = _in_time(force, timeout, end) and done
    return done


def rest(timeout: float) -> None:
    """Wait for spans that a flush has left to be sent in the background."""
    if _at_work is not None:
        _at_work.join(timeout)


def _in_time(force: Callable[[int], object], timeout: float, end: float) -> bool:
    """Flush spans on a thread of its own: OpenTelemetry's processors take as long as the export takes.

    It begins also where no time is left, since what is sent meanwhile is not lost. One such thread at a time: a flush
    that finds another at work waits for it first.
    """
    global _at_work
    said: list[bool] = []

    def work() -> None:
        with Guard("flush"):
            said.append(bool(force(int(timeout * 1000))))

    before = _at_work
    if before is not None and before.is_alive():
        before.join(max(0.0, end - time.monotonic()))
        if before.is_alive():
            return False
    thread = threading.Thread(target=work, name="genai_sentry-flush", daemon=True)
    try:
        thread.start()
    except RuntimeError:  # no thread begins any more: the interpreter is ending
        work()
        return said == [True]
    _at_work = thread
    thread.join(max(0.0, end - time.monotonic()))
    return said == [True]


def _holding(runtime: Runtime) -> bool:
    """Whether anything waits to be handed to Sentry, or is being handed."""
    runtime.later.drain()
    return bool(starter.starting or runtime.reporter.pending or runtime.sentry_metrics.waiting)
