"""Sentry's own integrations for client libraries that this package covers: off, so that nothing is reported twice."""

from __future__ import annotations

import importlib
import logging
import weakref
from collections.abc import Callable
from typing import Any

import wrapt

from genai_sentry.guard import swallowed

logger = logging.getLogger("genai_sentry")

COVERED: dict[str, str] = {
    "openai": "sentry_sdk.integrations.openai:OpenAIIntegration",
    "anthropic": "sentry_sdk.integrations.anthropic:AnthropicIntegration",
    "cohere": "sentry_sdk.integrations.cohere:CohereIntegration",
    "google_genai": "sentry_sdk.integrations.google_genai:GoogleGenAIIntegration",
    "huggingface_hub": "sentry_sdk.integrations.huggingface_hub:HuggingfaceHubIntegration",
    "litellm": "sentry_sdk.integrations.litellm:LiteLLMIntegration",
    "mistral": "sentry_sdk.integrations.mistral:MistralIntegration",
}
"""Identifier and class. Integrations of frameworks above, such as LangChain and OpenAI Agents, stay."""


def disabled_integrations() -> list[type]:
    """List the classes for `sentry_sdk.init(disabled_integrations=…)`: those that can be imported here."""
    found: list[type] = []
    for place in COVERED.values():
        module, _, name = place.partition(":")
        try:
            found.append(getattr(importlib.import_module(module), name))
        except Exception:  # the client library, or the integration, isn't there: Sentry says DidNotEnable
            continue
    return found


class SwitchedOff:
    """Switches them off in a running client, and on again.

    Args:
        prepare: called when Sentry gets a client, so that none makes a call before it is prepared.
    """

    def __init__(self, prepare: Callable[[], object]) -> None:
        self._taken: weakref.WeakKeyDictionary[Any, dict[str, Any]] = weakref.WeakKeyDictionary()
        self._prepare = weakref.WeakMethod(prepare)
        self._scope: Any = None

    def watch(self, scope: Any) -> None:
        """Look at each client that Sentry is given from now on (`sentry_sdk.init` after this package's set-up)."""
        self._scope = scope.Scope
        reference = self._prepare

        def set_client(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
            result = wrapped(*args, **kwargs)
            prepare = reference()
            if prepare is not None:
                try:
                    prepare()
                except Exception as error:
                    swallowed("sentry.client", error)
            return result

        self._wrapper = wrapt.FunctionWrapper(self._scope.__dict__["set_client"], set_client)
        self._scope.set_client = self._wrapper

    def switch_off(self, client: Any) -> None:
        """Take the integrations out of a client; each asks on every call whether it is still there."""
        there = getattr(client, "integrations", None)
        if not isinstance(there, dict):
            return
        taken = {name: there.pop(name) for name in COVERED if name in there}
        if not taken:
            return
        self._taken.setdefault(client, {}).update(taken)
        logger.info(
            "Sentry's own %s integration is switched off: its calls are covered by genai_sentry",
            ", ".join(sorted(taken)),
        )

    def undo(self) -> None:
        """Put them back; what wrapped Sentry's method after this package did stays, and passes through."""
        if self._scope is not None and self._scope.__dict__.get("set_client") is self._wrapper:
            self._scope.set_client = self._wrapper.__wrapped__
        for client, taken in list(self._taken.items()):
            for name, integration in taken.items():
                client.integrations.setdefault(name, integration)
        self._taken.clear()
