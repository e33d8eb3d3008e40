"""What is made ready in the background, in which order."""

from __future__ import annotations

from process import run


def test_prices_come_before_rules() -> None:
    """A script's only call needs prices; rules are compiled when these are there, not beside their import."""
    assert [True] == run(
        """
        import json, time
        from genai_sentry import warming
        from genai_sentry.pricing import ready

        seen = []
        warming.compile_rules = lambda: seen.append(ready())
        warming.start()
        until = time.monotonic() + 30
        while time.monotonic() < until and not seen:
            time.sleep(0.01)
        print(json.dumps(seen))
        """
    )
