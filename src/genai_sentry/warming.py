"""What first calls need and set-up does not, made ready in the background: prices first, as a script may end soon."""

from __future__ import annotations

import threading

from genai_sentry.errors.classify import compile_rules
from genai_sentry.pricing import ready, warm
from genai_sentry.wire import encoding

PRICES_S = 5.0
"""How long the rest waits, in seconds, for prices to be imported: side by side, either would take twice as long."""


def start(*, prices: bool = True) -> None:
    """Begin; never waits.

    Args:
        prices: whether calls will be priced.
    """
    if prices:
        warm()
    threading.Thread(target=_warm, args=(prices,), name="genai-sentry-warming", daemon=True).start()


def _warm(prices: bool) -> None:
    encoding.warm()
    if prices:
        ready(PRICES_S)
    compile_rules()
