"""Quick property tests: few examples, no deadline on a shared machine."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

LONG = os.environ.get("GENAI_SENTRY_TEST_TIER") == "long"
settings.register_profile(
    "errors", max_examples=2000 if LONG else 60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
