"""Child spans for HTTP attempts: OpenTelemetry's httpx instrumentation, without the query values of URLs."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

from opentelemetry.trace import Span

from genai_sentry.guard import Guard

INSTRUMENTORS = (("httpx", "HTTPXClientInstrumentor"), ("httpx2", "HTTPX2ClientInstrumentor"))
URL_ATTRIBUTES = ("http.url", "url.full")


def instrument() -> Callable[[], None]:
    """Instrument httpx and httpx2 where they are installed and nobody did; returns what undoes it."""
    from opentelemetry.instrumentation import httpx as http

    ours: list[Any] = []
    for module, name in INSTRUMENTORS:
        make = getattr(http, name, None)
        if make is None or importlib.util.find_spec(module) is None:
            continue
        instrumentor = make()
        if not instrumentor.is_instrumented_by_opentelemetry:
            instrumentor.instrument(**HOOKS)
            ours.append(instrumentor)

    def undo() -> None:
        for instrumentor in ours:
            with Guard("uninstrument httpx"):
                instrumentor.uninstrument()

    return undo


def _without_query(span: Span, request: Any) -> None:
    with Guard("http span"):
        if not span.is_recording():
            return
        attributes = getattr(span, "attributes", None) or {}
        for name in URL_ATTRIBUTES:
            url = attributes.get(name)
            if isinstance(url, str) and "?" in url:
                span.set_attribute(name, url.partition("?")[0])


async def _without_query_async(span: Span, request: Any) -> None:
    _without_query(span, request)


HOOKS: dict[str, Any] = {"request_hook": _without_query, "async_request_hook": _without_query_async}
"""What the instrumentation is given, whoever loads it."""
