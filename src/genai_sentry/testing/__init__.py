"""Loopback stand-ins for tests: a simulated provider and a recording Sentry receiver.

    import contextlib
    import genai_sentry, openai
    from genai_sentry.testing import SentryReceiver, SimulatedProvider

    with SentryReceiver() as sentry, SimulatedProvider() as provider:
        genai_sentry.init(dsn=sentry.dsn)
        provider.fail_next("rate_limit", reason="tokens_per_minute")
        client = openai.OpenAI(base_url=provider.base_url, api_key="sk-test", max_retries=0)
        with contextlib.suppress(openai.RateLimitError):
            client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hello"}])
        genai_sentry.flush()
        assert sentry.wait_for(events=1, spans=1)
        assert sentry.events[0]["tags"]["llm_error_type"] == "rate_limit"
        genai_sentry.shutdown()

Both listen on 127.0.0.1 only, are safe for threads, and keep a bounded record of what they got.
"""

from genai_sentry.testing.faults import Fault
from genai_sentry.testing.limits import Limits
from genai_sentry.testing.otlp import Span
from genai_sentry.testing.provider import Request, SimulatedProvider
from genai_sentry.testing.receiver import Delivery, SentryReceiver

__all__ = ["Delivery", "Fault", "Limits", "Request", "SentryReceiver", "SimulatedProvider", "Span"]
