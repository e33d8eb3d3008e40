"""Looked at by the `opentelemetry-instrument` command before it starts the program.

Where plain opentelemetry-distro is installed too, either distribution could come up first. That one gives up when a
default exporter is missing; this package's does the same and copes.
"""

from __future__ import annotations

import os

from genai_sentry.launcher import others

if others.plain_only():
    os.environ.setdefault("OTEL_PYTHON_DISTRO", others.OWN)
    os.environ.setdefault("OTEL_PYTHON_CONFIGURATOR", others.OWN)
