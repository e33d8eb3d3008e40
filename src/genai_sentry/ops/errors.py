"""What can go wrong when Sentry's objects are described or pushed."""

from __future__ import annotations


class OpsError(Exception):
    """Something is wrong with what was asked for; nothing was changed. The message names what and where."""


class ConfigError(OpsError):
    """A configuration file can't be used."""


class ApiError(OpsError):
    """Sentry's API refused a request, or could not be asked.

    Attributes:
        status: HTTP status; None where there was no answer.
        uncertain: whether the request may have been carried out all the same.
    """

    def __init__(self, message: str, status: int | None = None, *, uncertain: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.uncertain = uncertain
