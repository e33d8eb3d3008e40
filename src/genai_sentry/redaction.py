"""The application's own redaction of captured content: the `redact` setting."""

from __future__ import annotations

import logging
from collections.abc import Callable

logger = logging.getLogger("genai_sentry")


def redacted(text: str, redact: Callable[[str], str] | None) -> str | None:
    """What the application's redaction leaves of a text; None where it fails, and nothing may be kept."""
    if redact is None:
        return text
    try:
        return str(redact(text))
    except Exception as error:
        logger.warning("the redact setting raised %s; the text is left out", type(error).__name__)
        return None
