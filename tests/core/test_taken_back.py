"""What was set up and taken back again does not stay in memory."""

from __future__ import annotations

import gc
import weakref

import genai_sentry
from genai_sentry.patch.state import state
from genai_sentry.testing import SentryReceiver


def test_what_was_shut_down_is_let_go() -> None:
    """An application that sets up and shuts down again and again does not grow by what each set-up made."""
    made = []
    with SentryReceiver() as receiver:
        for _ in range(2):
            genai_sentry.init(receiver.dsn)
            made.append(weakref.ref(state.runtime))
            genai_sentry.shutdown()

    gc.collect()
    # The second one may still be named by what the next set-up replaces.
    assert made[0]() is None
