"""LLM calls in production, observable in Sentry."""

from genai_sentry.settings import Settings, SettingsError
from genai_sentry.version import __version__

__all__ = ["Settings", "SettingsError", "__version__"]
