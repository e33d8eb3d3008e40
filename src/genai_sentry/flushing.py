"""`flush`: hand over what is held, for processes that end or freeze."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry import trace

from genai_sentry import own_provider
from genai_sentry.guard import Guard
from genai_sentry.patch.state import state
from genai_sentry.sentry.start import starter

if TYPE_CHECKING:
    from genai_sentry.runtime import Runtime


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
        if runtime is not None:
            if starter.armed and _holding(runtime):
                starter.ensure()  # under the launcher, once: takes its time, which is not the flush's
            done = runtime.flush(timeout)
        force = getattr(own_provider.private() or trace.get_tracer_provider(), "force_flush", None)
        if force is not None:
            done = bool(force(int(timeout * 1000))) and done
    return done


def _holding(runtime: Runtime) -> bool:
    """Whether anything waits to be handed to Sentry, or is being handed."""
    runtime.later.drain()
    return bool(starter.starting or runtime.reporter.pending or runtime.sentry_metrics.waiting)
