"""What calls cost: counts times prices, by whoever knows best.

`Pricer` prices observed calls and never waits. `price` and `estimate_monthly_cost`, in `estimate`, answer questions
asked by hand.
"""

from genai_sentry.pricing.catalogue import CATALOGUE, Updater
from genai_sentry.pricing.cost import Cost
from genai_sentry.pricing.pricer import Pricer

__all__ = ["Cost", "Pricer", "Updater", "ready", "warm"]


def warm() -> None:
    """Start importing the price catalogue in the background, once a process."""
    CATALOGUE.warm()


def ready(timeout: float = 0.0) -> bool:
    """Whether list prices can be looked up; waits for that for at most `timeout` seconds. Not for a request's path."""
    return CATALOGUE.ready(timeout)
