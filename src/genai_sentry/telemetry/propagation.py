"""Keeps trace headers away from LLM hosts, whatever propagator the service has chosen."""

from __future__ import annotations

from opentelemetry.context import Context
from opentelemetry.propagate import get_global_textmap, set_global_textmap
from opentelemetry.propagators.textmap import (
    CarrierT,
    Getter,
    Setter,
    TextMapPropagator,
    default_getter,
    default_setter,
)

from genai_sentry.call import current


class ProviderBarrier(TextMapPropagator):
    """Does what `inner` does, but injects nothing into the request of an LLM call.

    Attributes:
        inner: the propagator that the service has chosen.
    """

    def __init__(self, inner: TextMapPropagator) -> None:
        self.inner = inner

    def extract(
        self, carrier: CarrierT, context: Context | None = None, getter: Getter[CarrierT] = default_getter
    ) -> Context:
        """As `inner` does."""
        return self.inner.extract(carrier, context, getter)

    def inject(
        self, carrier: CarrierT, context: Context | None = None, setter: Setter[CarrierT] = default_setter
    ) -> None:
        """As `inner` does, except while an LLM call is on its way."""
        call = current.get()
        if call is not None and not call.returned and not call.done:
            return
        self.inner.inject(carrier, context, setter)

    @property
    def fields(self) -> set[str]:
        """As `inner` has."""
        return self.inner.fields


def raise_barrier() -> None:
    """Put the barrier around the global propagator; twice is once."""
    chosen = get_global_textmap()
    if not isinstance(chosen, ProviderBarrier):
        set_global_textmap(ProviderBarrier(chosen))


def lower_barrier() -> None:
    """Restore the propagator inside, where the global one is still the barrier."""
    chosen = get_global_textmap()
    if isinstance(chosen, ProviderBarrier):
        set_global_textmap(chosen.inner)
