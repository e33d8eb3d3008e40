"""Each scrubber of the package, and how to take it out: what is left must fail the canary test."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from genai_sentry.launcher import exporter
from genai_sentry.sentry import delivery, enrich, events, frames, integrations, logged, outgoing, scrub
from genai_sentry.telemetry import content, http_spans, propagation

NEVER = re.compile(r"((?!))")


def _replace(module: Any, **values: object) -> Callable[[], None]:
    return lambda: [setattr(module, name, value) for name, value in values.items()] and None


TAKEOUTS: dict[str, Callable[[], None]] = {
    "secrets in messages": _replace(scrub, _RULES=()),
    "echoes of the request": _replace(scrub.Echo, cut=lambda self, text: text),
    "fields that echo": _replace(scrub, _ECHO=NEVER),
    "long quotes": _replace(scrub, _LONG_QUOTE=NEVER),
    "log messages and breadcrumbs": _replace(enrich, scrub_texts=lambda *rest: None),
    "what else a log call is given": _replace(scrub, everywhere=lambda value, clean, depth=0: value),
    "queries in breadcrumbs": _replace(enrich, _scrub_queries=lambda event: None),
    "local variables": _replace(frames, tidy=lambda event, options, **rest: None),
    "queries in child spans": _replace(
        http_spans, HOOKS={"request_hook": lambda *rest: None, "async_request_hook": lambda *rest: None}
    ),
    "queries asked for by OpenTelemetry": lambda: outgoing._MAKERS.update(redact_url=lambda original: original),
    "queries asked for by Sentry": lambda: outgoing._MAKERS.update(parse_url=lambda original: original),
    "trace headers of OpenTelemetry": _replace(
        propagation.ProviderBarrier, inject=lambda self, *rest, **more: self.inner.inject(*rest, **more)
    ),
    "trace headers of Sentry": lambda: outgoing._MAKERS.update(should_propagate_trace=lambda original: original),
    "headers of the collector": _replace(exporter, HEADERS=type("All", (), {"__contains__": lambda *_: True})()),
    "breadcrumbs and records of logging": _replace(logged.Logged, watch=lambda self, client: None),
    "redaction on spans": _replace(content, redacted=lambda text, redact: text),
    "redaction in messages": _replace(scrub, redacted=lambda text, redact: text),
    "integrations of Sentry's own": _replace(integrations, COVERED={}),
    "messages for a second opinion": _replace(
        delivery,
        events=SimpleNamespace(**{**vars(events), "message": lambda record, text, *rest: record.message or text}),
    ),
}
