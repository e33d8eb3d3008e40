"""What makes `opentelemetry-instrument` work with this package alone, or beside other distributions."""

from __future__ import annotations

import sys


def launched() -> bool:
    """Whether this process was started by OpenTelemetry's launcher."""
    return "opentelemetry.instrumentation.auto_instrumentation" in sys.modules
