"""The one guard around all telemetry: nothing that goes wrong here may reach the application.

Under pytest the fault is raised instead, so that a test never hides one.
"""

from __future__ import annotations

import logging
import os
import time
from types import TracebackType

logger = logging.getLogger("genai_sentry")

LOG_INTERVAL_S = 60.0
"""The same fault is logged at most this often."""

_last_logged: dict[str, float] = {}
_MAX_REMEMBERED = 256


def strict() -> bool:
    """Whether faults are raised: under pytest, unless a test asks for production's behaviour."""
    return "PYTEST_CURRENT_TEST" in os.environ and os.environ.get("GENAI_SENTRY_GUARD") != "lenient"


class Guard:
    """Context manager that swallows and logs what goes wrong inside.

    It holds no state, so one instance serves all threads and tasks. `BaseException`s that are no `Exception`
    (a cancellation, an interrupt) pass.
    """

    __slots__ = ("step",)

    def __init__(self, step: str) -> None:
        self.step = step

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is None or not isinstance(error, Exception):
            return False
        return swallowed(self.step, error)


def swallowed(step: str, error: Exception) -> bool:
    """Report a fault of telemetry code; True where it must go no further.

    Meant for `except Exception as error: if not swallowed(step, error): raise` on paths where a context manager
    costs too much.
    """
    if strict():
        return False
    now = time.monotonic()
    key = f"{step}:{type(error).__name__}"
    if now - _last_logged.get(key, -LOG_INTERVAL_S) >= LOG_INTERVAL_S:
        if len(_last_logged) >= _MAX_REMEMBERED:
            _last_logged.clear()
        _last_logged[key] = now
        try:
            logger.warning(
                "telemetry step %r failed with %s; the application is not affected",
                step,
                type(error).__name__,
                exc_info=logger.isEnabledFor(logging.DEBUG),
            )
        except Exception:
            return True
    return True
