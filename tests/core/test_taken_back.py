"""What was set up and taken back again does not stay in memory."""

from __future__ import annotations

from process import run


def test_what_was_shut_down_is_let_go() -> None:
    """An application that sets up and shuts down again and again does not grow by what each set-up made."""
    # In a process of its own: Sentry's client, which would stay behind, goes on sending sessions.
    found = run(
        """
        import gc, json, weakref
        import genai_sentry
        from genai_sentry.patch.state import state
        from genai_sentry.testing import SentryReceiver

        made = []
        with SentryReceiver() as receiver:
            for _ in range(2):
                genai_sentry.init(receiver.dsn)
                made.append(weakref.ref(state.runtime))
                genai_sentry.shutdown()
            gc.collect()
            # The second one may still be named by what the next set-up replaces.
            print(json.dumps([reference() is None for reference in made[:1]]))
        """
    )
    assert [True] == found
