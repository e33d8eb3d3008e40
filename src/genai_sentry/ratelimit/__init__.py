"""Rate limits as providers name them in response headers, and the forecast of their exhaustion."""

from __future__ import annotations

from genai_sentry.ratelimit.forecast import Forecaster
from genai_sentry.ratelimit.headers import HeaderFacts, know, read, read_raw, scan, scan_headers
from genai_sentry.ratelimit.limits import RateLimits, Window

__all__ = [
    "Forecaster",
    "HeaderFacts",
    "RateLimits",
    "Window",
    "know",
    "read",
    "read_raw",
    "scan",
    "scan_headers",
]
