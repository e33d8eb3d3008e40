"""What calls cost: counts times prices, by whoever knows best."""

from genai_sentry.pricing.catalogue import CATALOGUE
from genai_sentry.pricing.cost import Cost
from genai_sentry.pricing.pricer import Pricer

__all__ = ["Cost", "Pricer", "warm"]


def warm() -> None:
    """Start importing the price catalogue in the background, once a process."""
    CATALOGUE.warm()
