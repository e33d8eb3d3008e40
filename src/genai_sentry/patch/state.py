"""What every patch looks at: the active runtime, or None while nothing is instrumented."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genai_sentry.runtime import Runtime


class State:
    """One attribute, read on every call; an instance, so that patches made before see a later change."""

    __slots__ = ("runtime",)

    def __init__(self) -> None:
        self.runtime: Runtime | None = None


state = State()
