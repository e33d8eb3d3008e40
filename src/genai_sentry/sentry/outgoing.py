"""Keeps Sentry's own HTTP integrations from telling LLM hosts, or from them, what is nobody's business.

They add trace headers to every outgoing request, and keep its query (where Gemini's key is) in spans and breadcrumbs.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import wrapt

from genai_sentry.call import current
from genai_sentry.guard import swallowed
from genai_sentry.patch.seam import Seam
from genai_sentry.patch.state import state
from genai_sentry.providers import is_provider
from genai_sentry.wire import formats

PLACES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("sentry_sdk.tracing_utils", ("should_propagate_trace",)),
    ("sentry_sdk.integrations.httpx", ("should_propagate_trace", "parse_url")),
    ("sentry_sdk.integrations.httpx2", ("should_propagate_trace", "parse_url")),
    ("sentry_sdk.integrations.aiohttp", ("should_propagate_trace", "parse_url")),
    ("sentry_sdk.integrations.stdlib", ("should_propagate_trace", "parse_url")),
    ("sentry_sdk.integrations.pyreqwest", ("should_propagate_trace", "parse_url")),
    ("opentelemetry.instrumentation.httpx", ("redact_url",)),
)
"""Functions that are asked with the URL of each outgoing request, by the module that looks them up."""

_seams: dict[tuple[str, str], Seam] = {}
_registered: set[str] = set()


def to_provider(url: str) -> bool:
    """Whether a request to this URL goes to a provider: an LLM call is under way here, or path or host say so."""
    call = current.get()
    if call is not None and not call.returned and not call.done:
        return True
    parts = urlsplit(url)
    runtime = state.runtime
    return formats.certain(parts.path) is not None or is_provider(
        parts.hostname or "", runtime.overrides if runtime is not None else None
    )


def install() -> None:
    """Put the guards in place, wherever the functions are imported or will be; twice is once."""
    for name, functions in PLACES:
        if name not in _registered:
            _registered.add(name)
            wrapt.when_imported(name)(_hook(functions))
    for seam in _seams.values():
        seam.install()


def remove() -> None:
    """Take them out."""
    for seam in _seams.values():
        seam.remove()


def _hook(functions: tuple[str, ...]) -> Callable[[ModuleType], None]:
    def imported(module: ModuleType) -> None:
        for function in functions:
            if callable(module.__dict__.get(function)):
                seam = Seam(module, function, _MAKERS[function])
                _seams[(module.__name__, function)] = seam
                if state.runtime is not None:
                    seam.install()

    return imported


def _should_propagate(original: Callable[..., Any]) -> Callable[..., Any]:
    def should_propagate_trace(client: Any, url: str, *args: Any, **kwargs: Any) -> Any:
        runtime = state.runtime
        try:
            if runtime is not None and not runtime.settings.propagate_to_providers and to_provider(url):
                return False
        except Exception as error:
            if not swallowed("sentry.propagation", error):
                raise
        return original(client, url, *args, **kwargs)

    return should_propagate_trace


def _without_query(original: Callable[..., Any]) -> Callable[..., Any]:
    def asked(url: str, *args: Any, **kwargs: Any) -> Any:
        try:
            if state.runtime is not None and "?" in url and to_provider(url):
                url = url.partition("?")[0]
        except Exception as error:
            if not swallowed("sentry.url", error):
                raise
        return original(url, *args, **kwargs)

    return asked


_MAKERS: dict[str, Callable[[Callable[..., Any]], Callable[..., Any]]] = {
    "should_propagate_trace": _should_propagate,
    "parse_url": _without_query,
    "redact_url": _without_query,
}
