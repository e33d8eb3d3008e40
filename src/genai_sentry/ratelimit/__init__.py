"""Rate limits as providers name them in response headers, and the forecast of their exhaustion."""

from __future__ import annotations

from genai_sentry.ratelimit.forecast import Forecaster
from genai_sentry.ratelimit.headers import HeaderFacts, know, pairs, read, read_raw, scan, scan_headers
from genai_sentry.ratelimit.limits import RateLimits, Window
from genai_sentry.ratelimit.names import Raw

__all__ = [
    "Forecaster",
    "HeaderFacts",
    "RateLimits",
    "Raw",
    "Window",
    "know",
    "pairs",
    "read",
    "read_raw",
    "scan",
    "scan_headers",
]
