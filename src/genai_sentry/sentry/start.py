"""Sets Sentry up where the application doesn't: under the launcher, when there is something to send at last.

An application that calls `sentry_sdk.init` itself, whenever it does, keeps everything as it chose: nothing is set up
before its first LLM call is over.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import warnings
from types import TracebackType
from typing import Any

from genai_sentry.guard import swallowed

logger = logging.getLogger("genai_sentry")

DSN_VARIABLE = "SENTRY_DSN"


class Starter:
    """Sets Sentry up once, from the environment, unless somebody did."""

    def __init__(self) -> None:
        self._renew()
        self.armed = False
        """Whether Sentry will be set up by `ensure`, or is being set up."""
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        self._lock = threading.RLock()
        self.starting = False
        """Whether Sentry is being set up just now."""

    def arm(self) -> None:
        """Set Sentry up later, if the environment says where it is."""
        if not os.environ.get(DSN_VARIABLE):
            return
        # Here, where the process starts, rather than at the first failed call.
        import sentry_sdk

        if not sentry_sdk.get_client().is_active():
            self.armed = True

    def ensure(self) -> None:
        """Set Sentry up, if nobody has; takes long, hence never where the application waits for it."""
        if not self.armed:
            return
        with self._lock:  # whoever needs Sentry, too, waits for it
            if not self.armed or self.starting:
                return
            self.starting = True
            try:
                self._start()
            except Exception as error:
                logger.error("Sentry can't be set up from %s: %s", DSN_VARIABLE, error)
            finally:
                self.armed = self.starting = False

    @staticmethod
    def _start() -> None:
        import sentry_sdk

        from genai_sentry.sentry.integrations import disabled_integrations
        from genai_sentry.telemetry.identity import environment_of_the_process, release_of_the_process

        if sentry_sdk.get_client().is_active():
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            sentry_sdk.init(
                dsn=os.environ.get(DSN_VARIABLE),
                environment=environment_of_the_process(),
                release=release_of_the_process(),
                disabled_integrations=disabled_integrations(),
            )
        link_traces()


starter = Starter()


def prepare() -> None:
    """Get ready, under the launcher, for an application that doesn't set Sentry up itself."""
    from genai_sentry.telemetry.identity import environment_of_the_process, identity, release_of_the_process

    identity.give(environment_of_the_process(), release_of_the_process())
    starter.arm()
    if starter.armed:
        watch_crashes()


def link_traces() -> None:
    """Have events that Sentry captures by itself carry the trace of OpenTelemetry's current span."""
    from sentry_sdk import scope

    register = getattr(scope, "register_external_propagation_context", None)
    linked = getattr(scope, "has_external_propagation_context", None)
    if register is not None and linked is not None and not linked():
        register(_current_span)


def _current_span() -> tuple[str, str] | None:
    from opentelemetry import trace

    span = trace.get_current_span().get_span_context()
    return (trace.format_trace_id(span.trace_id), trace.format_span_id(span.span_id)) if span.is_valid else None


def watch_crashes() -> None:
    """See to it that an LLM failure that ends the program is reported as unhandled, by Sentry's own hook."""
    before = sys.excepthook

    def hook(kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
        later: Any = None
        try:
            if starter.armed and _is_ours(value):
                starter.ensure()
                if sys.excepthook is not hook:
                    later = sys.excepthook  # Sentry's, which calls this one again
        except Exception as error:
            swallowed("excepthook", error)
        (later or before)(kind, value, trace)

    sys.excepthook = hook


def _is_ours(error: BaseException) -> bool:
    from genai_sentry.sentry import matching

    return bool(matching.find(error)[0])
